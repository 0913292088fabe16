"""Moto as it is, without us: when one of these fails, Moto has changed and a handler may be needless."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from moto.ec2.models import EC2Backend
from moto.ec2.utils import random_ipv6_cidr


@pytest.fixture
def moto() -> Any:
    return EC2Backend("us-east-1", "111111111111")


@pytest.fixture
def subnet(moto: Any) -> Any:
    vpc = moto.create_vpc("10.0.0.0/16")
    return moto.create_subnet(vpc.id, "10.0.1.0/24", availability_zone="us-east-1a")


def test_elastic_addresses_are_loopback_addresses(moto: Any) -> None:
    assert ip_address(moto.allocate_address("vpc").public_ip).is_loopback


def test_a_nat_gateway_lies_outside_its_subnet_with_the_default_group_and_leaves_its_interface(
    moto: Any, subnet: Any
) -> None:
    gateway = moto.create_nat_gateway(subnet.id, None, connectivity_type="private")
    interface = gateway._eni
    assert ip_address(interface.private_ip_address) not in subnet.cidr
    assert [group.name for group in interface.group_set] == ["default"]
    assert interface.interface_type == "interface"
    moto.delete_nat_gateway(gateway.id)
    assert interface.id in moto.enis


def test_an_attached_interface_shows_its_instances_groups_too(moto: Any, subnet: Any) -> None:
    first = moto.create_security_group("first", "first", vpc_id=subnet.vpc_id)
    second = moto.create_security_group("second", "second", vpc_id=subnet.vpc_id)
    interface = moto.create_network_interface(subnet, None, group_ids=[first.id])
    interface.instance = type("Instance", (), {"security_groups": [second]})()
    moto.modify_network_interface_attribute(interface.id, [first.id])
    assert set(interface.group_set) == {first, second}


def test_a_mac_address_is_none(moto: Any, subnet: Any) -> None:
    assert "x" in moto.create_network_interface(subnet, None).mac_address


def test_routes_over_anything_are_accepted(moto: Any, subnet: Any) -> None:
    table = moto.create_route_table(subnet.vpc_id)
    loose = moto.create_internet_gateway()
    assert moto.create_route(table.id, "0.0.0.0/0", gateway_id=loose.id).gateway is loose
    assert moto.create_route(table.id, "1.0.0.0/8", nat_gateway_id="nat-1").nat_gateway is None


def test_a_second_internet_gateway_is_attached(moto: Any, subnet: Any) -> None:
    for _ in range(2):
        moto.attach_internet_gateway(moto.create_internet_gateway().id, subnet.vpc_id)
    attached = [each for each in moto.internet_gateways.values() if each.vpc.id == subnet.vpc_id]
    assert len(attached) == 2


def test_a_subnet_of_another_table_answers_the_old_association(moto: Any, subnet: Any) -> None:
    first, second = (moto.create_route_table(subnet.vpc_id).id for _ in range(2))
    old = moto.associate_route_table(first, subnet_id=subnet.id)
    assert moto.associate_route_table(second, subnet_id=subnet.id) == old


def test_the_description_of_a_reference_is_lost(moto: Any, subnet: Any) -> None:
    group = moto.create_security_group("group", "group", vpc_id=subnet.vpc_id)
    pair = {"GroupId": group.id, "Description": "chain"}
    [rule], _ = moto.authorize_security_group_ingress(group.id, "tcp", "1", "1", [], source_groups=[pair])
    assert rule.description is None


def test_a_group_in_use_and_a_subnet_in_use_are_deleted(moto: Any, subnet: Any) -> None:
    group = moto.create_security_group("group", "group", vpc_id=subnet.vpc_id)
    moto.create_network_interface(subnet, None, group_ids=[group.id])
    moto.delete_security_group(group_id=group.id)
    moto.delete_subnet(subnet.id)


def test_a_custom_acl_has_no_last_entry(moto: Any, subnet: Any) -> None:
    assert moto.create_network_acl(subnet.vpc_id).network_acl_entries == []


def test_overlapping_networks_are_peered(moto: Any, subnet: Any) -> None:
    first, second = (moto.create_vpc("10.0.0.0/16") for _ in range(2))
    assert moto.create_vpc_peering_connection(first, second)._status.code == "pending-acceptance"


def test_the_default_network_has_no_gateway_and_no_network_has_dhcp_options(moto: Any) -> None:
    assert moto.internet_gateways == {}
    assert moto.get_default_vpc().dhcp_options_id == "default"


def test_dhcp_options_go_with_any_network_that_has_them(moto: Any) -> None:
    options = moto.create_dhcp_options(domain_name=["corp.example.com"])
    networks = [moto.create_vpc(f"10.{number}.0.0/16") for number in (1, 2)]
    for vpc in networks:
        moto.associate_dhcp_options(options, vpc)
    moto.delete_vpc(networks[1].id)
    assert options.id not in moto.dhcp_options_sets


def test_an_ipv6_block_is_written_with_leading_zeros() -> None:
    blocks = {random_ipv6_cidr() for _ in range(200)}
    assert any(block != str(ip_network(block)) for block in blocks)


def test_addresses_of_a_reservation_that_is_gone_stay_reserved(moto: Any, subnet: Any) -> None:
    made = moto.create_subnet_cidr_reservation(subnet.id, "explicit", "10.0.1.16/28")
    assert not hasattr(made, "description")
    moto.delete_subnet_cidr_reservation(made.id)
    assert len(moto.get_subnet(subnet.id)._reserved_ips) >= 16


def test_a_subnet_of_ipv6_alone_counts_more_addresses_than_a_client_can_read(moto: Any) -> None:
    vpc = moto.create_vpc("10.1.0.0/16", amazon_provided_ipv6_cidr_block=True)
    [block] = vpc.ipv6_cidr_block_association_set
    native = moto.create_subnet(
        vpc.id,
        None,
        ipv6_cidr_block=block["cidr_block"].replace("/56", "/64"),
        availability_zone="us-east-1a",
        ipv6_native=True,
    )
    assert native.available_ip_address_count > 2**31


def test_a_block_with_subnets_is_taken_from_its_network(moto: Any, subnet: Any) -> None:
    made = moto.associate_vpc_cidr_block(subnet.vpc_id, "10.9.0.0/16", False)
    moto.create_subnet(subnet.vpc_id, "10.9.1.0/24", availability_zone="us-east-1a")
    gone = moto.disassociate_vpc_cidr_block(made["association_id"])
    assert gone["cidr_block_state"]["state"] == "disassociating"


def test_an_unknown_filter_of_tags_and_zones_is_overlooked(moto: Any, subnet: Any) -> None:
    wrong = {"colour": ["red"]}
    moto.create_tags([subnet.id], {"Name": "x"})
    assert moto.describe_tags(filters=wrong)
    assert moto.describe_availability_zones(wrong)
