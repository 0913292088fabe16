"""Settings: which target, and where its files lie.

Environment variables (all optional): ``LAB_TARGET`` (``local`` or ``aws``), ``LAB_NAME`` (resource prefix),
``LAB_LOCAL_DIR`` (run-time files of the local target), ``LAB_AWS_DIR`` (Terraform's files of the aws target),
``LAB_SNAPSHOT_DIR`` (snapshots of the local target), ``LAB_GATEWAY_PORT`` (LocalStack's port),
``LAB_RDS_CA`` (certificate authorities that the DB instances' certificates are verified with, on AWS),
``LAB_AUTHORIZATION`` (``on`` or ``off``: whether the local target judges requests by IAM's policies),
``LAB_DB_TUNNELS`` (where tunnels to DB instances begin, ``sourcelab-mysql=127.0.0.1:13306,...``),
``AWS_REGION``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from scripts.errors import BadInputError

Target = Literal["local", "aws"]

#: The checkout: settings, Terraform and run-time files are found from here, whatever the working directory.
ROOT = Path(__file__).resolve().parent.parent

LOCAL_ACCOUNT = "000000000000"
LOCAL_REGION = "us-east-1"

#: Fixed fake keys of the local account: nothing of a user's own credentials ever reaches the local cloud.
LOCAL_KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


@dataclass(frozen=True)
class Settings:
    """Where one target lives.

    Attributes
    ----------
    target
        ``local`` (LocalStack and the servers on this machine) or ``aws``.
    name
        Prefix of every resource's name; Terraform's ``var.name``.
    region
        AWS region.
    local_dir
        Run-time files of the local target; removed by ``make clean``.
    aws_dir
        Terraform's files of the aws target.
    gateway_port
        TCP port of LocalStack on 127.0.0.1.
    rds_ca
        PEM file that DB instances' certificates are verified with on AWS; None when not given.
    tunnels
        Host and port on this machine that lead to a DB instance, by its identifier.
    snapshot_dir
        Snapshots of the local target; `clean` leaves them alone.
    authorization
        Whether requests to the local target that others than its root user sign are judged by IAM's policies.
    """

    target: Target = "local"
    name: str = "sourcelab"
    region: str = LOCAL_REGION
    local_dir: Path = ROOT / ".local"
    aws_dir: Path = ROOT / ".aws-state"
    gateway_port: int = 4566
    rds_ca: Path | None = None
    tunnels: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    snapshot_dir: Path = ROOT / ".snapshots"
    authorization: bool = True

    @property
    def endpoint_url(self) -> str | None:
        """The one endpoint of every service, or None where AWS's own are used."""
        return f"http://127.0.0.1:{self.gateway_port}" if self.target == "local" else None

    @property
    def secure_endpoint_url(self) -> str | None:
        """The same by HTTPS, which `authority_file` verifies: how AWS's own services call each other."""
        return f"https://127.0.0.1:{self.gateway_port}" if self.target == "local" else None

    @property
    def infrastructure(self) -> Path:
        """The root module."""
        return ROOT / "infrastructure"

    @property
    def terraform_dir(self) -> Path:
        """Terraform's files of this target; those of AWS lie where `clean` cannot lose them."""
        return self.local_dir / "terraform" if self.target == "local" else self.aws_dir

    @property
    def terraform_data_dir(self) -> Path:
        """``TF_DATA_DIR``: provider, modules, and which backend was chosen (under the state's own name)."""
        return self.terraform_dir / "data"

    @property
    def state_file(self) -> Path:
        """Terraform's state of this target."""
        return self.terraform_dir / "terraform.tfstate"

    @property
    def log_dir(self) -> Path:
        """Logs of this target."""
        return (self.local_dir if self.target == "local" else self.aws_dir) / "log"

    @property
    def var_file(self) -> Path:
        """The target's variables."""
        return self.infrastructure / f"{self.target}.tfvars"

    @property
    def authority_file(self) -> Path | None:
        """PEM file of the authorities that sign the DB instances' certificates, or None where not known."""
        return self.local_dir / "authority" / "ca.pem" if self.target == "local" else self.rds_ca


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment.

    Raises
    ------
    BadInputError
        A variable holds what cannot be right.
    """
    env = os.environ if environ is None else environ
    target = env.get("LAB_TARGET") or "local"
    if target not in get_args(Target):
        raise BadInputError(f"TARGET is {target!r}; expected one of: {', '.join(get_args(Target))}.")
    port = env.get("LAB_GATEWAY_PORT") or "4566"
    if not (port.isascii() and port.isdigit() and 1024 <= int(port) <= 65535):
        raise BadInputError(
            f"LAB_GATEWAY_PORT is {port!r}; expected a port from 1024 to 65535, such as 4566."
        )
    name = env.get("LAB_NAME") or "sourcelab"
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,18}[a-z0-9]", name):
        raise BadInputError(
            f"LAB_NAME is {name!r}; expected 3 to 20 lower-case letters, digits and hyphens.",
            "It starts with a letter and ends with a letter or digit, such as: sourcelab",
        )
    local = target == "local"
    aws_region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION")
    if not local and aws_region and not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", aws_region):
        raise BadInputError(f"AWS_REGION is {aws_region!r}; expected a region, such as us-east-1.")
    authorization = env.get("LAB_AUTHORIZATION") or "on"
    if authorization not in ("on", "off"):
        raise BadInputError(f"LAB_AUTHORIZATION is {authorization!r}; expected on or off.")
    rds_ca = env.get("LAB_RDS_CA")
    return Settings(
        target="local" if local else "aws",
        name=name,
        # Locally the region is fixed: whatever a user's shell says of AWS must not reach the local cloud.
        region=LOCAL_REGION if local else aws_region or LOCAL_REGION,
        local_dir=Path(env.get("LAB_LOCAL_DIR") or ROOT / ".local").absolute(),
        aws_dir=Path(env.get("LAB_AWS_DIR") or ROOT / ".aws-state").absolute(),
        gateway_port=int(port),
        rds_ca=Path(rds_ca) if rds_ca else None,
        tunnels=_tunnels(env.get("LAB_DB_TUNNELS") or ""),
        snapshot_dir=Path(env.get("LAB_SNAPSHOT_DIR") or ROOT / ".snapshots").absolute(),
        authorization=authorization == "on",
    )


def _tunnels(text: str) -> dict[str, tuple[str, int]]:
    found = {}
    for part in filter(None, text.split(",")):
        match = re.fullmatch(r"\s*([a-z][a-z0-9-]*)=([^:\s]+):(\d{1,5})\s*", part)
        if match is None:
            raise BadInputError(
                f"LAB_DB_TUNNELS holds {part.strip()!r}; expected IDENTIFIER=HOST:PORT.",
                "Such as: sourcelab-mysql=127.0.0.1:13306,sourcelab-postgres=127.0.0.1:15432",
            )
        found[match[1]] = (match[2], int(match[3]))
    return found
