"""CIDR reservations, IPv6 of subnets, and what an automatic address stays out of."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from tests.scripts.local_cloud.providers.ec2.conftest import Network, code_of


def reserve(network: Network, rest: str, kind: str = "explicit") -> dict[str, Any]:
    made: dict[str, Any] = network.ec2.create_subnet_cidr_reservation(
        SubnetId=network.private_id,
        Cidr=network.address(rest),
        ReservationType=kind,
        Description="set aside",
        TagSpecifications=[
            {"ResourceType": "subnet-cidr-reservation", "Tags": [{"Key": "Name", "Value": "aside"}]}
        ],
    )["SubnetCidrReservation"]
    return made


def address_of(network: Network, **request: Any) -> str:
    made = network.ec2.create_network_interface(SubnetId=network.private_id, **request)["NetworkInterface"]
    address: str = made["PrivateIpAddress"]
    return address


def test_a_reservation_keeps_its_description_where_moto_forgets_it(ec2: Any, network: Network) -> None:
    made = reserve(network, "2.8/29")
    assert (made["Description"], made["Tags"]) == ("set aside", [{"Key": "Name", "Value": "aside"}])
    held = ec2.get_subnet_cidr_reservations(SubnetId=network.private_id)
    assert held["SubnetIpv4CidrReservations"] == [made]


def test_what_is_reserved_is_given_on_request_only_and_again_when_that_ends(network: Network) -> None:
    made = reserve(network, "2.4/30")
    assert address_of(network) == network.address("2.8")
    assert address_of(network, PrivateIpAddress=network.address("2.5")) == network.address("2.5")
    network.ec2.delete_subnet_cidr_reservation(SubnetCidrReservationId=made["SubnetCidrReservationId"])
    assert address_of(network) == network.address("2.4")


def test_a_prefix_reservation_counts_against_the_addresses_that_are_left(network: Network) -> None:
    reserve(network, "2.8/30", "prefix")
    [subnet] = network.ec2.describe_subnets(SubnetIds=[network.private_id])["Subnets"]
    assert subnet["AvailableIpAddressCount"] == 16 - 5 - 4


@pytest.mark.parametrize(
    ("rest", "code"),
    [("3.0/29", "InvalidCidrReservation.Range"), ("2.8/29", "InvalidCidrReservation.Conflict")],
)
def test_a_reservation_lies_inside_the_subnet_and_apart_from_others(
    network: Network, rest: str, code: str
) -> None:
    reserve(network, "2.12/30")
    wanted = {"SubnetId": network.private_id, "Cidr": network.address(rest), "ReservationType": "explicit"}
    assert code_of(network.ec2.create_subnet_cidr_reservation, **wanted) == code


@pytest.fixture
def dual(ec2: Any, network: Network) -> dict[str, str]:
    """The private subnet with an IPv6 block too."""
    ec2.associate_vpc_cidr_block(VpcId=network.vpc_id, AmazonProvidedIpv6CidrBlock=True)
    [vpc] = ec2.describe_vpcs(VpcIds=[network.vpc_id])["Vpcs"]
    whole = vpc["Ipv6CidrBlockAssociationSet"][0]
    block = whole["Ipv6CidrBlock"].replace("/56", "/64")
    made = ec2.associate_subnet_cidr_block(SubnetId=network.private_id, Ipv6CidrBlock=block)
    return {
        "block": block,
        "vpc": whole["AssociationId"],
        "subnet": made["Ipv6CidrBlockAssociation"]["AssociationId"],
    }


def test_a_reservation_of_ipv6_takes_no_time_where_moto_counts_its_addresses(
    ec2: Any, network: Network, dual: dict[str, str]
) -> None:
    ec2.create_subnet_cidr_reservation(
        SubnetId=network.private_id, Cidr=dual["block"].replace("/64", "/80"), ReservationType="explicit"
    )
    interface = ec2.create_network_interface(SubnetId=network.private_id, Ipv6AddressCount=1)
    [given] = interface["NetworkInterface"]["Ipv6Addresses"]
    assert given["Ipv6Address"] == dual["block"].replace("::/64", ":1::")


def test_a_block_stays_while_something_lies_in_it_where_moto_lets_it_go(
    ec2: Any, network: Network, dual: dict[str, str]
) -> None:
    interface = ec2.create_network_interface(SubnetId=network.private_id, Ipv6AddressCount=1)
    interface_id = interface["NetworkInterface"]["NetworkInterfaceId"]
    away_from_subnet = {"AssociationId": dual["subnet"]}
    away_from_vpc = {"AssociationId": dual["vpc"]}
    assert code_of(ec2.disassociate_subnet_cidr_block, **away_from_subnet) == "DependencyViolation"
    assert code_of(ec2.disassociate_vpc_cidr_block, **away_from_vpc) == "DependencyViolation"
    ec2.delete_network_interface(NetworkInterfaceId=interface_id)
    ec2.disassociate_subnet_cidr_block(**away_from_subnet)
    ec2.disassociate_vpc_cidr_block(**away_from_vpc)


def test_a_subnet_takes_one_block_of_its_network_that_no_other_has(
    ec2: Any, network: Network, dual: dict[str, str]
) -> None:
    give = ec2.associate_subnet_cidr_block
    mine = ipaddress.IPv6Network(dual["block"])
    other = f"{mine.network_address + mine.num_addresses}/64"
    again = {"SubnetId": network.private_id, "Ipv6CidrBlock": other}
    assert code_of(give, **again) == "InvalidParameterValue"
    taken = {"SubnetId": network.public_id, "Ipv6CidrBlock": dual["block"]}
    assert code_of(give, **taken) == "InvalidSubnet.Conflict"
    outside = {"SubnetId": network.public_id, "Ipv6CidrBlock": "2001:db8::/64"}
    assert code_of(give, **outside) == "InvalidSubnet.Range"


def test_an_interface_is_given_ipv6_where_its_subnet_says_so(
    ec2: Any, network: Network, dual: dict[str, str]
) -> None:
    ec2.modify_subnet_attribute(SubnetId=network.private_id, AssignIpv6AddressOnCreation={"Value": True})
    made = ec2.create_network_interface(SubnetId=network.private_id)["NetworkInterface"]
    assert [each["Ipv6Address"] for each in made["Ipv6Addresses"]] == [dual["block"].replace("/64", "4")]


def test_a_subnet_of_ipv6_alone_has_no_ipv4_addresses_to_give(ec2: Any, network: Network) -> None:
    ec2.associate_vpc_cidr_block(VpcId=network.vpc_id, AmazonProvidedIpv6CidrBlock=True)
    [vpc] = ec2.describe_vpcs(VpcIds=[network.vpc_id])["Vpcs"]
    block = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("/56", "/64")
    subnet = ec2.create_subnet(VpcId=network.vpc_id, Ipv6CidrBlock=block, Ipv6Native=True)["Subnet"]
    assert (subnet["Ipv6Native"], subnet["AvailableIpAddressCount"]) == (True, 0)
