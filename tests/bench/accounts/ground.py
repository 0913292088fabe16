"""Of a made-up VPC what packets go by: subnets, routes, gateways, peerings."""

from __future__ import annotations

from tests.bench.accounts.account import REGION, S3_LIST, TIERS, ZONES, Document, Vpc, tags


def lay_out(vpc: Vpc) -> None:
    """The VPC with its subnets, route tables and gateways."""
    add = vpc.account.add
    associated = {"CidrBlock": str(vpc.cidr), "CidrBlockState": {"State": "associated"}}
    add(
        "describe-vpcs",
        {
            "VpcId": vpc.id,
            "CidrBlock": str(vpc.cidr),
            "CidrBlockAssociationSet": [associated],
            "Ipv6CidrBlockAssociationSet": [],
            "IsDefault": False,
            "State": "available",
            "Tags": tags(f"vpc-{vpc.number}"),
        },
    )
    _subnets(vpc)
    _routing(vpc)


def _subnets(vpc: Vpc) -> None:
    blocks = vpc.cidr.subnets(new_prefix=20)
    for tier in TIERS:
        for zone in ZONES:
            cidr, id_ = next(blocks), vpc.account.id("subnet")
            vpc.subnets[tier, zone] = id_, cidr
            vpc.account.add(
                "describe-subnets",
                {
                    "SubnetId": id_,
                    "VpcId": vpc.id,
                    "CidrBlock": str(cidr),
                    "AvailabilityZone": f"{REGION}{zone}",
                    "MapPublicIpOnLaunch": tier == "public",
                    "Ipv6CidrBlockAssociationSet": [],
                    "State": "available",
                    "Tags": tags(f"vpc-{vpc.number}-{tier}-{zone}"),
                },
            )


def _routing(vpc: Vpc) -> None:
    add, id_ = vpc.account.add, vpc.account.id
    gateway, endpoint = id_("igw"), id_("vpce")
    attached = [{"VpcId": vpc.id, "State": "available"}]
    add("describe-internet-gateways", {"InternetGatewayId": gateway, "Attachments": attached, "Tags": []})
    everywhere = {"DestinationCidrBlock": "0.0.0.0/0"}
    peers = [
        {"DestinationCidrBlock": cidr, "VpcPeeringConnectionId": peering} for peering, cidr in _peerings(vpc)
    ]
    _table(vpc, "public", ZONES, [{**everywhere, "GatewayId": gateway}, *peers])
    _table(vpc, "data", ZONES, [], main=True)
    service = {"DestinationPrefixListId": S3_LIST, "GatewayId": endpoint}
    private = []
    for zone in ZONES:
        out = {**everywhere, "NatGatewayId": _nat(vpc, zone)}
        private.append(_table(vpc, "application", (zone,), [out, service, *peers]))
    add(
        "describe-vpc-endpoints",
        {
            "VpcEndpointId": endpoint,
            "VpcEndpointType": "Gateway",
            "VpcId": vpc.id,
            "ServiceName": f"com.amazonaws.{REGION}.s3",
            "State": "available",
            "RouteTableIds": private,
            "NetworkInterfaceIds": [],
            "Tags": [],
        },
    )


def _table(vpc: Vpc, tier: str, zones: tuple[str, ...], routes: list[Document], *, main: bool = False) -> str:
    table = vpc.account.id("rtb")
    own = {"DestinationCidrBlock": str(vpc.cidr), "GatewayId": "local"}
    associations: list[Document] = [
        {"RouteTableId": table, "SubnetId": vpc.subnets[tier, zone][0], "Main": False} for zone in zones
    ]
    if main:
        associations.append({"RouteTableId": table, "Main": True})
    vpc.account.add(
        "describe-route-tables",
        {
            "RouteTableId": table,
            "VpcId": vpc.id,
            "Associations": associations,
            "Routes": [{**each, "State": "active", "Origin": "CreateRoute"} for each in (own, *routes)],
            "Tags": tags(f"vpc-{vpc.number}-{tier}"),
        },
    )
    return table


def _nat(vpc: Vpc, zone: str) -> str:
    nat = vpc.account.id("nat")
    interface = vpc.interface(
        "public",
        zone,
        (),
        public=True,
        type="nat_gateway",
        description=f"Interface for NAT Gateway {nat}",
    )
    vpc.account.add(
        "describe-nat-gateways",
        {
            "NatGatewayId": nat,
            "VpcId": vpc.id,
            "SubnetId": vpc.subnets["public", zone][0],
            "ConnectivityType": "public",
            "State": "available",
            "NatGatewayAddresses": [
                {
                    "NetworkInterfaceId": interface["NetworkInterfaceId"],
                    "PrivateIp": interface["PrivateIpAddress"],
                    "PublicIp": interface["Association"]["PublicIp"],
                }
            ],
            "Tags": [],
        },
    )
    return nat


def _peerings(vpc: Vpc) -> list[tuple[str, str]]:
    """Peerings that this VPC has routes for: the id and the other side's CIDR."""
    found = []
    for before, after in {(vpc.number - 1, vpc.number), (vpc.number, vpc.number + 1)}:
        requester, accepter = before % vpc.of, after % vpc.of
        if vpc.of == 2 and (requester, accepter) != (0, 1):
            continue
        peering = f"pcx-{requester:017x}"
        other = accepter if requester == vpc.number else requester
        found.append((peering, f"10.{other}.0.0/16"))
        if requester == vpc.number:
            vpc.account.add(
                "describe-vpc-peering-connections",
                {
                    "VpcPeeringConnectionId": peering,
                    "RequesterVpcInfo": {"VpcId": f"vpc-{requester:017x}"},
                    "AccepterVpcInfo": {"VpcId": f"vpc-{accepter:017x}"},
                    "Status": {"Code": "active"},
                    "Tags": [],
                },
            )
    return sorted(found)
