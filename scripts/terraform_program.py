"""Terraform's program, its provider, and the environment in which it runs for a target.

Everything that Terraform must know of the target is in its environment and its backend configuration;
nothing of a user's own AWS settings reaches it on the local target.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.config import LOCAL_KEYS, Settings
from scripts.errors import MissingError

MINIMUM = (1, 9)
PROVIDER = Path("registry.terraform.io/hashicorp/aws")

_INSTALL = f"""Install Terraform {MINIMUM[0]}.{MINIMUM[1]} or newer and put it on PATH:
  Debian, Ubuntu   HashiCorp's apt repository, then: apt-get install terraform
  Fedora           HashiCorp's dnf repository, then: dnf install terraform
  macOS            brew install hashicorp/tap/terraform
  any              a zip for your platform from https://developer.hashicorp.com/terraform/install"""


@dataclass(frozen=True)
class Program:
    """A Terraform that can be used."""

    path: Path
    version: str


def find(search_path: str | None = None) -> Program:
    """Terraform on PATH.

    Raises
    ------
    MissingError
        There is none, it does not answer, or it is too old.
    """
    path = shutil.which("terraform", path=search_path)
    if path is None:
        raise MissingError("Terraform is not on PATH.", _INSTALL)
    answer = subprocess.run(
        [path, "version", "-json"],
        capture_output=True,
        text=True,
        check=False,
        # A user's CLI configuration may name what is not there; the version does not depend on it.
        env={**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"},
    )
    try:
        version = str(json.loads(answer.stdout)["terraform_version"])
    except (ValueError, KeyError, TypeError):
        raise MissingError(
            f"{path} does not say its version: {answer.stderr.strip()[:300]}", _INSTALL
        ) from None
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < MINIMUM:
        wanted = ".".join(map(str, MINIMUM))
        raise MissingError(
            f"Terraform {version} at {path} is too old; {wanted} or newer is needed.", _INSTALL
        )
    return Program(Path(path), version)


def provider_mirror(environ: Mapping[str, str] | None = None, opt: Path = Path("/opt")) -> Path | None:
    """A folder on this machine that holds the provider, so that none need be downloaded.

    Looked for in ``TF_PLUGIN_MIRROR``, in the folders that Terraform takes for mirrors by itself, and
    directly under ``/opt``.

    Raises
    ------
    MissingError
        ``TF_PLUGIN_MIRROR`` is set and the folder that it names does not hold the provider.
    """
    env = os.environ if environ is None else environ
    named = env.get("TF_PLUGIN_MIRROR")
    if named:
        if not (Path(named) / PROVIDER).is_dir():
            raise MissingError(
                f"TF_PLUGIN_MIRROR is {named!r}, but there is no {PROVIDER} in it.",
                "Name a folder made by `terraform providers mirror FOLDER`, or unset the variable.",
            )
        return Path(named).absolute()
    home = Path(env.get("HOME") or Path.home())
    data_home = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share")
    data_dirs = (env.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    candidates = [
        home / ".terraform.d" / "plugins",
        home / "Library" / "Application Support" / "io.terraform" / "plugins",
        Path("/Library/Application Support/io.terraform/plugins"),
        data_home / "terraform" / "plugins",
        *(Path(folder) / "terraform" / "plugins" for folder in data_dirs if folder),
        *(sorted(opt.iterdir()) if opt.is_dir() else ()),
    ]
    return next((folder for folder in candidates if (folder / PROVIDER).is_dir()), None)


def cli_config(directory: Path, environ: Mapping[str, str] | None = None) -> Path:
    """Write a Terraform CLI configuration of our own into ``directory`` and return its path.

    A user's own may name a file that does not exist, or hold credentials; ours names the mirror, if any.
    """
    mirror = provider_mirror(environ)
    if mirror is None:
        text = "provider_installation {\n  direct {}\n}\n"
    else:
        text = (
            "provider_installation {\n"
            f"  filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n  }}\n"
            f'  direct {{\n    exclude = ["{PROVIDER}"]\n  }}\n'
            "}\n"
        )
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / "cli.tfrc"
    path.write_text(text)
    return path


def environment(settings: Settings, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which Terraform runs for a target."""
    env = dict(os.environ if environ is None else environ)
    if settings.endpoint_url:
        env = {
            name: value
            for name, value in env.items()
            if not name.startswith(("AWS_", "TF_VAR_", "TF_CLI_ARGS")) and name.lower() not in _PROXIES
        }
        env |= {key.upper(): value for key, value in LOCAL_KEYS.items()}
        env |= {
            "AWS_REGION": settings.region,
            "AWS_ENDPOINT_URL": settings.endpoint_url,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            # The default of 25 keeps Terraform waiting for a quarter of an hour when LocalStack is gone.
            "AWS_MAX_ATTEMPTS": "5",
        }
    env |= {
        "TF_DATA_DIR": str(settings.terraform_data_dir),
        "TF_CLI_CONFIG_FILE": str(cli_config(settings.terraform_dir, environ)),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
    }
    env.pop("TF_WORKSPACE", None)
    return env


_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})
