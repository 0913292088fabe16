"""What AWS answers becomes the network that it describes, and what the model does not know is said."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import botocore.session
import pytest

from scripts.errors import BadInputError
from scripts.reachability.model import (
    AclEntry,
    GroupPeer,
    GroupRule,
    ListPeer,
    Network,
    Route,
    Target,
    TargetKind,
    Traffic,
    Vpc,
)
from scripts.reachability.readers import aws
from scripts.reachability.readers.aws.fields import KNOWN
from tests.scripts.reachability.readers.documents import (
    GROUP,
    LB,
    Documents,
    database,
    empty,
    full,
    interface,
)


@pytest.fixture
def documents() -> Documents:
    return full()


@pytest.fixture(scope="module")
def network() -> Network:
    return aws.network(full())


def told(network: Network) -> set[tuple[str, str]]:
    return {(each.component, each.what) for each in network.unmodelled}


def test_a_vpc_has_the_blocks_that_are_associated(network: Network) -> None:
    vpc = network.vpcs["vpc-1"]
    assert (vpc.name, network.region) == ("lab", "us-east-1")
    assert vpc.cidrs == (ip_network("10.0.0.0/16"), ip_network("10.1.0.0/16"))
    assert vpc.ipv6_cidrs == (ip_network("2600:1f18::/56"),)


def test_routes_lead_to_every_kind_of_target(network: Network) -> None:
    kinds = {route.destination: (route.kind, route.target) for route in network.table_of["subnet-b"].routes}
    assert kinds == {
        ip_network("10.0.0.0/16"): (TargetKind.LOCAL, "local"),
        ip_network("0.0.0.0/0"): (TargetKind.NAT_GATEWAY, "nat-1"),
        ip_network("10.9.0.0/16"): (TargetKind.PEERING, "pcx-1"),
        ip_network("::/0"): (TargetKind.EGRESS_ONLY_GATEWAY, "eigw-1"),
        "pl-s3": (TargetKind.GATEWAY_ENDPOINT, "vpce-s3"),
        ip_network("192.168.0.0/16"): (TargetKind.INTERFACE, "eni-web"),
    }


def test_a_blackhole_leads_nowhere_and_is_no_dangling_reference(network: Network) -> None:
    assert Route(ip_network("10.8.0.0/16"), TargetKind.PEERING, "pcx-gone", active=False) in (
        network.table_of["subnet-a"].routes
    )


def test_gateways_know_what_they_are_attached_to(network: Network) -> None:
    assert {each.id: each.vpc for each in network.internet_gateways.values()} == {
        "igw-1": "vpc-1", "igw-2": None,
    }  # fmt: skip
    assert network.egress_only_gateways["eigw-1"].vpc == "vpc-1"
    assert list(network.nat_gateways) == ["nat-1"]
    assert network.nat_gateways["nat-1"].interface == "eni-nat"


def test_of_a_vpc_across_accounts_only_addresses_are_known_and_that_is_said(network: Network) -> None:
    assert network.vpcs["vpc-theirs"] == Vpc(id="vpc-theirs", cidrs=(ip_network("10.9.0.0/16"),))  # type: ignore[arg-type]
    assert ("vpc-theirs", "not in the input") in told(network)


def test_a_gateway_endpoint_has_the_list_of_its_service(network: Network) -> None:
    endpoint = network.endpoints["vpce-s3"]
    assert (endpoint.service, endpoint.prefix_list) == ("s3", "pl-s3")
    assert network.prefix_lists["pl-s3"].cidrs == (ip_network("52.216.0.0/15"),)
    assert network.prefix_lists["pl-own"].cidrs == (ip_network("203.0.113.0/24"),)


def test_entries_of_an_acl_come_in_their_order_with_ports_and_icmp_types(network: Network) -> None:
    everybody = ip_network("0.0.0.0/0")
    assert network.acl_of["subnet-b"].entries == (
        AclEntry(100, False, True, Traffic(6, 443, 444), everybody),
        AclEntry(110, False, True, Traffic(1, 8, -1), everybody),
        AclEntry(32767, False, False, Traffic(), everybody),
    )


def test_rules_of_groups_name_addresses_lists_and_groups(network: Network) -> None:
    web = Traffic(6, 80, 80)
    assert set(network.groups["sg-web"].rules) == {
        GroupRule(False, web, ip_network("0.0.0.0/0")),
        GroupRule(False, web, ip_network("::/0")),
        GroupRule(False, web, ListPeer("pl-own")),
        GroupRule(False, web, GroupPeer("sg-web")),
        GroupRule(True, Traffic(), GroupPeer("sg-db")),
    }
    assert network.groups["sg-db"].rules == (
        GroupRule(False, Traffic(1, 8, -1), GroupPeer("sg-web"), "sgr-1"),
    )
    assert network.groups["sg-db"].name == "databases"


def test_an_interface_has_its_primary_address_first_and_its_public_one(network: Network) -> None:
    front = network.interfaces["eni-web"]
    assert front.private_ips == (ip_address("10.0.0.10"), ip_address("10.0.0.11"))
    assert front.ipv6_addresses == (ip_address("2600:1f18::10"),)
    assert (str(front.public_ip), front.name, front.source_dest_check) == ("54.0.0.9", "front", False)


def test_every_interface_knows_its_owner(network: Network) -> None:
    assert {each.id: each.owner for each in network.interfaces.values()} == {
        "eni-web": "i-1", "eni-spare": "i-1", "eni-nat": "nat-1", "eni-lb": LB, "eni-db": "orders",
    }  # fmt: skip


def test_an_instance_has_its_primary_interface_first_and_a_terminated_one_is_gone(network: Network) -> None:
    assert {each.id: each.interfaces for each in network.instances.values()} == {
        "i-1": ("eni-web", "eni-spare")
    }


def test_a_load_balancer_listens_and_forwards_to_targets_that_are_not_draining(network: Network) -> None:
    balancer = network.load_balancers[LB]
    assert (balancer.interfaces, balancer.subnets, balancer.cross_zone) == (("eni-lb",), ("subnet-a",), True)
    (listener,) = balancer.listeners
    assert (listener.port, listener.target_groups, listener.answers_itself) == (80, (GROUP,), True)
    group = network.target_groups[GROUP]
    assert (group.targets, group.health_port) == ((Target("i-1", 8080),), 8081)


def test_an_account_without_a_network_is_an_empty_network() -> None:
    found = aws.network(empty())
    assert not found.vpcs
    assert not found.interfaces


def test_two_vpcs_may_have_the_same_addresses(documents: Documents) -> None:
    documents["describe-vpcs"]["Vpcs"].append({"VpcId": "vpc-2", "CidrBlock": "10.0.0.0/16"})
    assert set(aws.network(documents).vpcs) == {"vpc-1", "vpc-2", "vpc-theirs"}


class TestDatabases:
    def test_the_port_is_the_endpoints(self, network: Network) -> None:
        orders = network.db_instances["orders"]
        assert (orders.port, orders.interfaces) == (5433, ("eni-db",))

    def test_of_several_that_fit_none_is_guessed(self, documents: Documents) -> None:
        documents["describe-db-instances"]["DBInstances"].append(database("stock", "sg-db"))
        documents["describe-network-interfaces"]["NetworkInterfaces"].append(
            interface("eni-db2", "subnet-b", "10.0.1.41", "sg-db", Description="RDSNetworkInterface")
        )
        found = aws.network(documents)
        assert found.db_instances["orders"].interfaces == ("eni-db", "eni-db2")
        assert ("orders", "interface") in told(found)

    def test_the_name_of_the_endpoint_tells_which_it_is(self, documents: Documents) -> None:
        self.test_of_several_that_fit_none_is_guessed(documents)
        documents[aws.ENDPOINT_ADDRESSES] = {"orders.abc.us-east-1.rds.amazonaws.com": ["10.0.1.41"]}
        assert aws.network(documents).db_instances["orders"].interfaces == ("eni-db2",)

    def test_the_standby_in_another_zone_is_not_taken(self, documents: Documents) -> None:
        documents["describe-network-interfaces"]["NetworkInterfaces"].append(
            interface("eni-standby", "subnet-a", "10.0.0.41", "sg-db", Description="RDSNetworkInterface")
        )
        assert aws.network(documents).db_instances["orders"].interfaces == ("eni-db",)

    def test_one_without_an_interface_is_reported(self, documents: Documents) -> None:
        documents["describe-db-instances"]["DBInstances"] = [database("lost", "sg-web")]
        found = aws.network(documents)
        assert found.db_instances["lost"].interfaces == ()
        assert ("lost", "interface") in told(found)


def network_balancer(documents: Documents, attributes: dict[str, str], group: dict[str, str]) -> Network:
    """The load balancer as one of type network."""
    documents["describe-load-balancers"]["LoadBalancers"][0] |= {"Type": "network", "SecurityGroups": []}
    documents["describe-target-groups"]["TargetGroups"][0]["Protocol"] = "TCP"
    documents["describe-listeners"][LB]["Listeners"][0] |= {"Protocol": "TCP"}
    for command, arn, given in (
        ("describe-load-balancer-attributes", LB, attributes),
        ("describe-target-group-attributes", GROUP, group),
    ):
        documents[command][arn]["Attributes"] = [{"Key": key, "Value": value} for key, value in given.items()]
    return aws.network(documents)


CROSS_ZONE, KEPT = "load_balancing.cross_zone.enabled", "preserve_client_ip.enabled"


@pytest.mark.parametrize(
    ("attributes", "group", "expected"),
    [
        ({}, {}, False),
        ({CROSS_ZONE: "true"}, {}, True),
        ({CROSS_ZONE: "true"}, {CROSS_ZONE: "use_load_balancer_configuration"}, True),
        ({CROSS_ZONE: "true"}, {CROSS_ZONE: "false"}, False),
    ],
)
def test_nodes_cross_zones_as_balancer_and_target_group_say(
    documents: Documents, attributes: dict[str, str], group: dict[str, str], expected: bool
) -> None:
    assert network_balancer(documents, attributes, group).load_balancers[LB].cross_zone is expected


@pytest.mark.parametrize(
    ("written", "expected"), [({}, True), ({KEPT: "false"}, False), ({KEPT: "true"}, True)]
)
def test_targets_that_see_the_clients_address_are_reported(
    documents: Documents, written: dict[str, str], expected: bool
) -> None:
    found = network_balancer(documents, {}, written)
    assert ((LB, "client IP preservation") in told(found)) is expected


def change(documents: Documents, command: str, member: str, fields: dict[str, Any]) -> Network:
    documents[command][member][0] |= fields
    return aws.network(documents)


@pytest.mark.parametrize(
    ("command", "member", "fields", "what"),
    [
        ("describe-vpcs", "Vpcs", {"BlockPublicAccessStates": {"InternetGatewayBlockMode": "block-ingress"}},
         "BlockPublicAccessStates block-ingress"),
        ("describe-vpcs", "Vpcs", {"SomethingOfNextYear": {"Mode": "on"}}, "Vpc.SomethingOfNextYear"),
        ("describe-subnets", "Subnets", {"OutpostArn": "arn:aws:outposts:x"}, "Subnet.OutpostArn"),
        ("describe-network-interfaces", "NetworkInterfaces",
         {"Ipv4Prefixes": [{"Ipv4Prefix": "10.0.0.64/28"}]}, "NetworkInterface.Ipv4Prefixes"),
        ("describe-network-interfaces", "NetworkInterfaces",
         {"Association": {"PublicIp": "54.0.0.9", "CarrierIp": "155.0.0.1"}}, "CarrierIp"),
        ("describe-route-tables", "RouteTables", {"PropagatingVgws": [{"GatewayId": "vgw-1"}]},
         "RouteTable.PropagatingVgws"),
        ("describe-route-tables", "RouteTables", {"Associations": [{"GatewayId": "igw-1"}]},
         "gateway route table"),
        ("describe-vpc-endpoints", "VpcEndpoints", {"VpcEndpointType": "GatewayLoadBalancer"},
         "VPC endpoint of type GatewayLoadBalancer"),
        ("describe-db-instances", "DBInstances", {"DBClusterIdentifier": "shop"}, "DB cluster"),
        ("describe-target-groups", "TargetGroups", {"TargetType": "lambda"}, "target group of type lambda"),
        ("describe-load-balancers", "LoadBalancers", {"Type": "gateway"}, "load balancer of type gateway"),
    ],
)  # fmt: skip
def test_what_the_model_does_not_know_is_reported(
    documents: Documents, command: str, member: str, fields: dict[str, Any], what: str
) -> None:
    assert what in {each.what for each in change(documents, command, member, fields).unmodelled}


@pytest.mark.parametrize(
    "target",
    [{"TransitGatewayId": "tgw-1"}, {"GatewayId": "vgw-1"}, {"CarrierGatewayId": "cagw-1"},
     {"LocalGatewayId": "lgw-1"}, {"CoreNetworkArn": "arn:aws:networkmanager::1:core-network/x"},
     {"SomethingNewId": "new-1"}],
)  # fmt: skip
def test_a_route_that_nobody_can_follow_is_kept_and_reported(
    documents: Documents, target: dict[str, str]
) -> None:
    route = {"DestinationCidrBlock": "172.16.0.0/12", "State": "active", **target}
    documents["describe-route-tables"]["RouteTables"][0]["Routes"].append(route)
    found = aws.network(documents)
    assert found.route_tables["rtb-main"].routes[-1].kind is TargetKind.UNMODELLED
    assert any(component == "rtb-main" and what.startswith("route to ") for component, what in told(found))


def test_commands_that_nobody_ran_are_reported_and_others_are_not(documents: Documents) -> None:
    missing = {each.component for each in aws.network(empty()).unmodelled}
    assert {"describe-nat-gateways", "describe-instances", "describe-db-instances"} <= missing
    assert not {each for each, _ in told(aws.network(documents))} & aws.COMMANDS.keys()


def test_a_group_that_went_with_its_peering_matches_nobody_and_is_reported(documents: Documents) -> None:
    pair = {"GroupId": "sg-gone", "VpcPeeringConnectionId": "pcx-gone", "PeeringStatus": "deleted"}
    permissions = documents["describe-security-groups"]["SecurityGroups"][0]["IpPermissions"]
    permissions[0]["UserIdGroupPairs"].append(pair)
    found = aws.network(documents)
    assert GroupPeer("sg-gone") not in {rule.peer for rule in found.groups["sg-web"].rules}
    assert ("sg-web", "rule for sg-gone") in told(found)


def test_rules_that_changed_between_two_answers_are_reported(documents: Documents) -> None:
    documents["describe-security-group-rules"]["SecurityGroupRules"][0]["FromPort"] = 0
    what = "describe-security-group-rules tells of other rules"
    assert ("sg-db", what) in told(aws.network(documents))


def test_every_field_that_is_known_is_one_of_aws() -> None:
    """Fields that AWS has and that are not in the list are reported: a new botocore shows what is new."""
    session = botocore.session.get_session()
    for shape, known in KNOWN.items():
        balancing = shape in ("LoadBalancer", "Listener", "TargetGroup")
        model = session.get_service_model("elbv2" if balancing else "ec2")
        members = model.shape_for(shape).members  # type: ignore[attr-defined]
        assert known <= set(members), shape


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(BadInputError, match="describe-moons"):
        aws.network(empty() | {"describe-moons": {}})
