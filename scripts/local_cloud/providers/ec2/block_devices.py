"""The volumes that an instance starts with.

Moto takes a volume's size for its encryption flag (`responses/instances.py:406`), forgets IOPS and
throughput, refuses a root volume whose size the image says, and names every root device ``/dev/sda1``
(`models/instances.py:306`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.local_cloud.providers.framework import error

#: Root volume of Amazon's images, which Moto's list of images does not tell.
ROOT_SIZE, ROOT_TYPE = 8, "gp3"

_GP3_IOPS, _GP3_THROUGHPUT = 3000, 125
_TYPES = frozenset({"standard", "io1", "io2", "gp2", "gp3", "sc1", "st1"})


@dataclass(frozen=True)
class Device:
    """One volume to be made.

    Attributes
    ----------
    name
        Device name, such as ``/dev/xvda``.
    size
        GiB.
    volume_type, iops, throughput
        As in ``DescribeVolumes``; throughput in MiB/s.
    encrypted, kms_key
        Whether, and with which key (as the request names it; empty for the account's default).
    delete_on_termination
        Whether it goes with the instance.
    """

    name: str
    size: int
    volume_type: str
    iops: int | None
    throughput: int | None
    encrypted: bool
    kms_key: str
    delete_on_termination: bool


def devices(
    mappings: Iterable[Mapping[str, Any]], root_device: str, *, encrypted_by_default: bool
) -> list[Device]:
    """The volumes that a request's mappings ask for; the root volume is among them, asked for or not.

    Raises
    ------
    CommonServiceException
        ``InvalidBlockDeviceMapping``, ``InvalidParameterCombination``, ``UnknownVolumeType``.
    """
    asked = {each["DeviceName"]: each for each in mappings if each.get("DeviceName")}
    wanted: dict[str, Mapping[str, Any]] = {root_device: {}}
    for name, each in asked.items():
        if each.get("NoDevice") is not None:
            wanted.pop(name, None)
        elif each.get("Ebs") is not None:
            wanted[name] = each["Ebs"]
    return [
        _device(name, ebs, root=name == root_device, encrypted_by_default=encrypted_by_default)
        for name, ebs in wanted.items()
    ]


def _device(name: str, ebs: Mapping[str, Any], *, root: bool, encrypted_by_default: bool) -> Device:
    size = ebs.get("VolumeSize") or (ROOT_SIZE if root or ebs.get("SnapshotId") else None)
    if not size:
        raise error("InvalidBlockDeviceMapping", f"The size of the volume {name} must be specified.")
    if root and size < ROOT_SIZE:
        raise error(
            "InvalidBlockDeviceMapping",
            f"Volume of size {size}GB is smaller than the image's snapshot, expect size >= {ROOT_SIZE}GB",
        )
    kind = ebs.get("VolumeType") or (ROOT_TYPE if root else "gp2")
    if kind not in _TYPES:
        raise error("UnknownVolumeType", f"Unsupported volume type '{kind}' for volume creation.")
    encrypted = bool(ebs.get("Encrypted")) or encrypted_by_default
    if ebs.get("KmsKeyId") and not encrypted:
        raise error(
            "InvalidParameterCombination",
            "The parameter KmsKeyId requires the parameter Encrypted to be set.",
        )
    return Device(
        name=name,
        size=size,
        volume_type=kind,
        iops=iops(kind, size, ebs.get("Iops")),
        throughput=(ebs.get("Throughput") or _GP3_THROUGHPUT) if kind == "gp3" else None,
        encrypted=encrypted,
        kms_key=ebs.get("KmsKeyId") or "",
        delete_on_termination=ebs.get("DeleteOnTermination") is not False,
    )


def iops(kind: str, size: int, asked: int | None) -> int | None:
    """I/O operations a second of a volume; None for the types that are not measured so."""
    if kind == "gp3":
        return asked or _GP3_IOPS
    if kind in ("io1", "io2"):
        if not asked:
            raise error("MissingParameter", f"The request must contain the parameter iops for {kind} volumes")
        return asked
    if asked:
        raise error("InvalidParameterCombination", f"The parameter iops is not supported for {kind} volumes.")
    return min(max(3 * size, 100), 16_000) if kind == "gp2" else None
