"""CIDR reservations of subnets: blocks that are set aside from automatic assignment."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2 import filters
from scripts.local_cloud.providers.ec2 import subnets as subnet_operations
from scripts.local_cloud.providers.ec2.operations import operations, tags_for
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import core, subnets

_FILTERS = {"reservationType": "ReservationType", "subnet-id": "SubnetId"}


@operations.simulated("CreateSubnetCidrReservation")
def create(context: RequestContext, request: Request) -> Response:
    """Set a block of a subnet aside."""
    where = context.account_id, context.region
    subnet_id = request["SubnetId"]
    subnet_operations.check(context, subnet_id)
    if request["ReservationType"] not in ("prefix", "explicit"):
        raise error(
            "InvalidParameterValue",
            f"Value ({request['ReservationType']}) for parameter reservationType is invalid.",
        )
    block = _block(request["Cidr"])
    if not any(
        block.version == each.version
        and int(each.network_address) <= int(block.network_address)
        and int(block.broadcast_address) <= int(each.broadcast_address)
        for each in subnets.subnet_blocks(*where, subnet_id)
        if each is not None
    ):
        raise error("InvalidCidrReservation.Range", f"The CIDR '{block}' is not within the subnet's blocks.")
    if any(block.overlaps(each) for each in subnets.set_aside(*where, subnet_id)):
        raise error("InvalidCidrReservation.Conflict", f"The CIDR '{block}' overlaps another reservation.")
    made = {
        "SubnetCidrReservationId": f"scr-{secrets.token_hex(9)[:17]}",
        "SubnetId": subnet_id,
        "Cidr": str(block),
        "ReservationType": request["ReservationType"],
        "OwnerId": context.account_id,
        "Description": request.get("Description") or "",
    }
    subnets.set_reservations(*where, subnet_id, [*subnets.reservations(*where, subnet_id), made])
    core.set_tags(*where, made["SubnetCidrReservationId"], tags_for(request, "subnet-cidr-reservation"))
    return {"SubnetCidrReservation": {**made, "Tags": core.tags_of(*where, made["SubnetCidrReservationId"])}}


def _block(cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(cidr)
    except ValueError:
        raise error("InvalidParameterValue", f"Value ({cidr}) for parameter cidr is invalid.") from None


@operations.simulated("GetSubnetCidrReservations")
def get(context: RequestContext, request: Request) -> Response:
    """A subnet's reservations by family of addresses."""
    subnet_operations.check(context, request["SubnetId"])
    held = subnets.reservations(context.account_id, context.region, request["SubnetId"])
    shown = filters.matching(held, request.get("Filters"), _FILTERS)
    return {
        "SubnetIpv4CidrReservations": [each for each in shown if ":" not in each["Cidr"]],
        "SubnetIpv6CidrReservations": [each for each in shown if ":" in each["Cidr"]],
    }


@operations.simulated("DeleteSubnetCidrReservation")
def delete(context: RequestContext, request: Request) -> Response:
    """Give a reservation's block back to automatic assignment."""
    where = context.account_id, context.region
    wanted = request["SubnetCidrReservationId"]
    for subnet_id in subnets.ids(*where):
        held: list[dict[str, Any]] = subnets.reservations(*where, subnet_id)
        for each in held:
            if each["SubnetCidrReservationId"] == wanted:
                kept = [other for other in held if other is not each]
                subnets.set_reservations(*where, subnet_id, kept)
                core.forget_tags(*where, wanted)
                return {"DeletedSubnetCidrReservation": each}
    raise error(
        "InvalidSubnetCidrReservationID.NotFound", f"The subnet CIDR reservation ID '{wanted}' does not exist"
    )
