"""VPCs, subnets, internet gateways, peering and prefix lists: what may be made, and what keeps what alive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.scripts.local_cloud.providers.ec2.conftest import Network, code_of


def test_a_network_goes_only_when_nothing_needs_it_and_leaves_nothing(ec2: Any, network: Network) -> None:
    group_id = network.group("last")
    acl_id = ec2.create_network_acl(VpcId=network.vpc_id)["NetworkAcl"]["NetworkAclId"]
    interface = ec2.create_network_interface(SubnetId=network.private_id)["NetworkInterface"]
    steps: tuple[Callable[[], Any], ...] = (
        lambda: ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"]),
        lambda: ec2.delete_subnet(SubnetId=network.private_id),
        lambda: ec2.delete_subnet(SubnetId=network.public_id),
        lambda: ec2.detach_internet_gateway(InternetGatewayId=network.gateway_id, VpcId=network.vpc_id),
        lambda: ec2.delete_security_group(GroupId=group_id),
        lambda: ec2.delete_network_acl(NetworkAclId=acl_id),
    )
    for step in steps:
        assert code_of(ec2.delete_vpc, VpcId=network.vpc_id) == "DependencyViolation"
        step()
    ec2.delete_vpc(VpcId=network.vpc_id)
    own = [{"Name": "vpc-id", "Values": [network.vpc_id]}]
    assert ec2.describe_network_acls(Filters=own)["NetworkAcls"] == []
    assert ec2.describe_route_tables(Filters=own)["RouteTables"] == []
    assert ec2.describe_security_groups(Filters=own)["SecurityGroups"] == []
    assert code_of(ec2.describe_vpcs, VpcIds=[network.vpc_id]) == "InvalidVpcID.NotFound"


def test_a_subnet_with_interfaces_stays(ec2: Any, network: Network) -> None:
    ec2.create_network_interface(SubnetId=network.private_id)
    assert code_of(ec2.delete_subnet, SubnetId=network.private_id) == "DependencyViolation"


def test_a_subnet_counts_the_addresses_that_are_left(ec2: Any, network: Network) -> None:
    ec2.create_network_interface(SubnetId=network.private_id)
    [subnet] = ec2.describe_subnets(SubnetIds=[network.private_id])["Subnets"]
    assert subnet["AvailableIpAddressCount"] == 16 - 5 - 1


def test_a_block_is_kept_in_its_canonical_form(ec2: Any, network: Network) -> None:
    cidr = network.address("5.77/24")
    subnet = ec2.create_subnet(VpcId=network.vpc_id, CidrBlock=cidr)["Subnet"]
    assert subnet["CidrBlock"] == network.address("5.0/24")
    assert subnet["MapPublicIpOnLaunch"] is False


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"AvailabilityZone": "eu-west-1a"}, "InvalidParameterValue"),
        ({"CidrBlock": "172.20.0.0/24"}, "InvalidSubnet.Range"),
        ({"CidrBlock": "10.0.0.0/40"}, "InvalidParameterValue"),
        ({"VpcId": "vpc-0123456789abcdef0"}, "InvalidVpcID.NotFound"),
    ],
)
def test_a_subnet_that_cannot_be_is_refused(
    ec2: Any, network: Network, wrong: dict[str, str], code: str
) -> None:
    wanted = {"VpcId": network.vpc_id, "CidrBlock": network.address("9.0/24"), **wrong}
    assert code_of(ec2.create_subnet, **wanted) == code


def test_every_attribute_of_a_subnet_is_read_back_where_localstack_overlooks_some(
    ec2: Any, network: Network
) -> None:
    for attribute in (
        {"MapPublicIpOnLaunch": {"Value": True}},
        {"EnableDns64": {"Value": True}},
        {"EnableResourceNameDnsARecordOnLaunch": {"Value": True}},
        {"PrivateDnsHostnameTypeOnLaunch": "resource-name"},
    ):
        ec2.modify_subnet_attribute(SubnetId=network.public_id, **attribute)
    [subnet] = ec2.describe_subnets(SubnetIds=[network.public_id])["Subnets"]
    assert (subnet["MapPublicIpOnLaunch"], subnet["EnableDns64"]) == (True, True)
    assert subnet["PrivateDnsNameOptionsOnLaunch"]["EnableResourceNameDnsARecord"] is True
    assert subnet["PrivateDnsNameOptionsOnLaunch"]["HostnameType"] == "resource-name"


def test_a_network_has_one_internet_gateway_and_a_gateway_one_network(ec2: Any, network: Network) -> None:
    second = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    attach = ec2.attach_internet_gateway
    assert code_of(attach, InternetGatewayId=second, VpcId=network.vpc_id) == "InvalidParameterValue"
    again = {"InternetGatewayId": network.gateway_id, "VpcId": network.vpc_id}
    assert code_of(attach, **again) == "Resource.AlreadyAssociated"
    ec2.delete_internet_gateway(InternetGatewayId=second)


def test_peering_fails_where_blocks_overlap_and_filters_are_honoured(ec2: Any, network: Network) -> None:
    overlapping = ec2.create_vpc(CidrBlock=network.address("128.0/17"))["Vpc"]["VpcId"]
    apart = ec2.create_vpc(CidrBlock="192.168.7.0/24")["Vpc"]["VpcId"]
    ask = ec2.create_vpc_peering_connection
    failed = ask(VpcId=network.vpc_id, PeerVpcId=overlapping)["VpcPeeringConnection"]
    assert failed["Status"]["Code"] == "failed"
    pending = ask(VpcId=network.vpc_id, PeerVpcId=apart)["VpcPeeringConnection"]
    assert pending["Status"]["Code"] == "pending-acceptance"
    again = {"VpcId": network.vpc_id, "PeerVpcId": apart}
    assert code_of(ask, **again) == "VpcPeeringConnectionAlreadyExists"
    wanted = [{"Name": "accepter-vpc-info.vpc-id", "Values": [apart]}]
    [found] = ec2.describe_vpc_peering_connections(Filters=wanted)["VpcPeeringConnections"]
    assert found["VpcPeeringConnectionId"] == pending["VpcPeeringConnectionId"]
    assert found["AccepterVpcInfo"]["CidrBlockSet"] == [{"CidrBlock": "192.168.7.0/24"}]


def test_a_prefix_list_keeps_its_name_counts_versions_and_stays_while_it_is_used(
    ec2: Any, network: Network
) -> None:
    made = ec2.create_managed_prefix_list(
        PrefixListName="offices", AddressFamily="IPv4", MaxEntries=2, Entries=[{"Cidr": "10.9.0.0/16"}]
    )["PrefixList"]
    list_id = made["PrefixListId"]
    changed = ec2.modify_managed_prefix_list(
        PrefixListId=list_id, CurrentVersion=1, AddEntries=[{"Cidr": "10.8.0.0/16"}]
    )["PrefixList"]
    assert (changed["PrefixListName"], changed["Version"]) == ("offices", 2)
    entries = ec2.get_managed_prefix_list_entries(PrefixListId=list_id)["Entries"]
    assert {entry["Cidr"] for entry in entries} == {"10.9.0.0/16", "10.8.0.0/16"}
    modify = ec2.modify_managed_prefix_list
    more = {"PrefixListId": list_id, "AddEntries": [{"Cidr": "10.7.0.0/16"}]}
    assert code_of(modify, **more, CurrentVersion=1) == "PrefixListVersionMismatch"
    assert code_of(modify, **more, CurrentVersion=2) == "PrefixListMaxEntriesExceeded"
    group_id = network.group("with-list")
    ec2.authorize_security_group_ingress(
        GroupId=group_id,
        IpPermissions=[{"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": list_id}]}],
    )
    assert code_of(ec2.delete_managed_prefix_list, PrefixListId=list_id) == "PrefixListInUse"
    ec2.delete_security_group(GroupId=group_id)
    ec2.delete_managed_prefix_list(PrefixListId=list_id)
    unknown = code_of(ec2.describe_managed_prefix_lists, PrefixListIds=[list_id])
    assert unknown == "InvalidPrefixListID.NotFound"


def test_an_unknown_filter_is_refused_where_moto_overlooks_it(ec2: Any) -> None:
    wrong = [{"Name": "colour", "Values": ["red"]}]
    for describe in (
        ec2.describe_vpcs,
        ec2.describe_subnets,
        ec2.describe_instances,
        ec2.describe_nat_gateways,
        ec2.describe_vpc_peering_connections,
    ):
        assert code_of(describe, Filters=wrong) == "InvalidParameterValue"


def test_tags_go_with_what_they_are_on(ec2: Any, network: Network) -> None:
    group_id = network.group("tagged")
    ec2.create_tags(Resources=[group_id], Tags=[{"Key": "Name", "Value": "tagged"}])
    wanted = [{"Name": "resource-id", "Values": [group_id]}]
    assert len(ec2.describe_tags(Filters=wanted)["Tags"]) == 1
    ec2.delete_security_group(GroupId=group_id)
    assert ec2.describe_tags(Filters=wanted)["Tags"] == []
