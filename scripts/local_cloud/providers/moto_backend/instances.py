"""Instances, the images that they start from, and their volumes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.exceptions import RESTError
from moto.core.types import Base64EncodedString
from moto.ec2.utils import parse_user_data

from scripts.local_cloud.providers.moto_backend.core import ec2, tags_of


def ids(account_id: str, region: str) -> list[str]:
    """The ids of every instance, terminated ones among them."""
    return [each.id for each in ec2(account_id, region).all_instances()]


def state(account_id: str, region: str, instance_id: str) -> str | None:
    """An instance's state, or None when there is no such instance."""
    held = ec2(account_id, region).get_instance_by_id(instance_id)
    return str(held.state) if held is not None else None


def interface_ids(account_id: str, region: str, instance_id: str) -> dict[int, str]:
    """Device index to id of the interfaces that are attached to an instance."""
    backend = ec2(account_id, region)
    held = backend.get_instance_by_id(instance_id)
    if held is None:
        return {}
    return {index: nic.id for index, nic in sorted(held.nics.items()) if nic.id in backend.enis}


def primary_interface(account_id: str, region: str, instance_id: str) -> str | None:
    """The id of an instance's first interface, or None."""
    return interface_ids(account_id, region, instance_id).get(0)


def attached_to(account_id: str, region: str, interface_id: str) -> str | None:
    """The id of the instance that an interface is attached to, or None."""
    held = ec2(account_id, region).enis.get(interface_id)
    return str(held.instance.id) if held is not None and held.instance is not None else None


def wants_public_address(account_id: str, region: str, interface_id: str) -> bool:
    """Whether a public address is to be lent to an interface of a running instance."""
    held = ec2(account_id, region).enis[interface_id]
    return bool(held.wants_public_ip and held.instance is not None and held.instance.state == "running")


def change(account_id: str, region: str, instance_id: str, attributes: Mapping[str, Any]) -> None:
    """Set attributes, by Moto's names, of an instance."""
    held = ec2(account_id, region).get_instance_by_id(instance_id)
    for name, value in attributes.items():
        setattr(held, name, value)


def attribute(account_id: str, region: str, instance_id: str, name: str, default: Any = None) -> Any:
    """An attribute, by Moto's name, of an instance."""
    return getattr(ec2(account_id, region).get_instance_by_id(instance_id), name, default)


def metadata_options(account_id: str, region: str, instance_id: str) -> dict[str, Any]:
    """An instance's metadata options, in the API's shape."""
    held = ec2(account_id, region).get_instance_by_id(instance_id).metadata_options
    return {
        "State": "applied",
        "HttpTokens": held.http_tokens,
        "HttpPutResponseHopLimit": held.http_put_response_hop_limit,
        "HttpEndpoint": held.http_endpoint,
        "HttpProtocolIpv6": held.http_protocol_ipv6,
        "InstanceMetadataTags": held.instance_metadata_tags,
    }


def set_metadata_options(account_id: str, region: str, instance_id: str, options: Mapping[str, Any]) -> None:
    """Set some of an instance's metadata options; the others, which Moto forgets (`:965`), stay."""
    held = ec2(account_id, region).get_instance_by_id(instance_id).metadata_options
    for name, ours in (
        ("HttpTokens", "http_tokens"),
        ("HttpPutResponseHopLimit", "http_put_response_hop_limit"),
        ("HttpEndpoint", "http_endpoint"),
        ("HttpProtocolIpv6", "http_protocol_ipv6"),
        ("InstanceMetadataTags", "instance_metadata_tags"),
    ):
        if options.get(name) is not None:
            setattr(held, ours, options[name])


def profile_id(account_id: str, region: str, instance_id: str) -> str | None:
    """The id of an instance's profile, or None; Moto shows the association's instead."""
    held = ec2(account_id, region).iam_instance_profile_associations.get(instance_id)
    return str(held.iam_instance_profile.id) if held is not None else None


def launched_with(account_id: str, region: str, token: str) -> list[str]:
    """The ids of the instances of the reservation that a client token made."""
    for reservation in ec2(account_id, region).reservations.values():
        if any(each.client_token == token for each in reservation.instances):
            return [each.id for each in reservation.instances]
    return []


def join_reservations(account_id: str, region: str, instance_ids: Iterable[str]) -> str:
    """Put instances, each launched alone, into the first one's reservation; returns its id."""
    backend = ec2(account_id, region)
    homes = {
        each.id: reservation
        for reservation in backend.reservations.values()
        for each in reservation.instances
    }
    first, *others = instance_ids
    reservation = homes[first]
    for index, instance_id in enumerate(others, start=1):
        [instance] = homes[instance_id].instances
        instance.ami_launch_index = index
        reservation.instances.append(instance)
        del backend.reservations[homes[instance_id].id]
    return str(reservation.id)


def image(account_id: str, region: str, image_id: str) -> dict[str, Any] | None:
    """Root device, architecture and snapshot of an image, or None when there is no such image."""
    held = ec2(account_id, region).amis.get(image_id)
    if held is None:
        return None
    return {
        "RootDeviceName": held.root_device_name,
        "SnapshotId": held.ebs_snapshot.id,
        "Architecture": held.architecture,
    }


class NoTemplateError(LookupError):
    """No launch template, or no such version of it, is there; ``code`` and ``message`` are AWS's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def template_data(account_id: str, region: str, template: Mapping[str, Any]) -> dict[str, Any]:
    """What the version of a launch template that a request names says, in the API's types.

    Raises
    ------
    NoTemplateError
        There is none.
    """
    try:
        data: dict[str, Any] = ec2(account_id, region)._get_template_from_args(dict(template)).data
    except RESTError as problem:
        raise NoTemplateError(problem.error_type, problem.message) from None
    except (LookupError, ValueError):
        # Moto looks for an id, or for a version that is no number, without asking whether it is there.
        name = template.get("LaunchTemplateId") or template.get("LaunchTemplateName")
        raise NoTemplateError(
            "InvalidLaunchTemplateId.NotFound",
            f"The specified launch template, with template ID {name}, does not exist.",
        ) from None
    return {
        name: value.as_bytes().decode() if isinstance(value, Base64EncodedString) else value
        for name, value in data.items()
        if value is not None
    }


def volumes(account_id: str, region: str, instance_id: str) -> dict[str, str]:
    """Device name to volume id of an instance."""
    held = ec2(account_id, region).get_instance_by_id(instance_id)
    return {device: block.volume_id for device, block in held.block_device_mapping.items()}


def has_volume(account_id: str, region: str, volume_id: str) -> bool:
    """Whether there is such a volume."""
    return volume_id in ec2(account_id, region).volumes


def set_volume(account_id: str, region: str, volume_id: str, attributes: Mapping[str, Any]) -> None:
    """Set attributes, by Moto's names, of a volume."""
    held = ec2(account_id, region).volumes[volume_id]
    for name, value in attributes.items():
        setattr(held, name, value)


def set_delete_on_termination(
    account_id: str, region: str, instance_id: str, devices: Mapping[str, bool]
) -> None:
    """Say which of an instance's volumes go with it."""
    held = ec2(account_id, region).get_instance_by_id(instance_id)
    for device, goes in devices.items():
        held.block_device_mapping[device].delete_on_termination = goes


def delete_on_termination(account_id: str, region: str, instance_id: str, volume_id: str) -> bool:
    """Whether a volume goes with the instance that has it."""
    held = ec2(account_id, region).get_instance_by_id(instance_id)
    blocks = held.block_device_mapping.values()
    return any(block.volume_id == volume_id and bool(block.delete_on_termination) for block in blocks)


def key_pairs(account_id: str, region: str) -> list[dict[str, str]]:
    """Name and id of every key pair."""
    held = ec2(account_id, region).key_pairs.values()
    return [{"KeyName": each.key_name, "KeyPairId": each.id} for each in held]


def encrypts_by_default(account_id: str, region: str) -> bool:
    """Whether new volumes are encrypted although nobody asked."""
    return bool(ec2(account_id, region).get_ebs_encryption_by_default())


def as_user_data(value: Any) -> Any:
    """User data as Moto keeps it: the API carries it in base64."""
    return parse_user_data(value) if value else None


def launch_templates(account_id: str, region: str) -> list[dict[str, Any]]:
    """Every launch template as ``DescribeLaunchTemplates`` shows it."""
    return [
        {
            "LaunchTemplateId": held.id,
            "LaunchTemplateName": held.name,
            "CreateTime": held.create_time,
            "DefaultVersionNumber": held.default_version_number,
            "LatestVersionNumber": held.latest_version_number,
            "Tags": tags_of(account_id, region, held.id),
        }
        for held in ec2(account_id, region).launch_templates.values()
    ]


def set_default_version(account_id: str, region: str, template_id: str, version: int) -> None:
    """Make a version of a launch template its default one."""
    ec2(account_id, region).launch_templates[template_id].default_version_number = version
