from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from tests.scripts.local_cloud.providers.ec2.conftest import Network, code_of, described


def test_elastic_addresses_look_public_and_differ_where_moto_gives_loopback_addresses(ec2: Any) -> None:
    made = [ec2.allocate_address(Domain="vpc") for _ in range(5)]
    addresses = {each["PublicIp"] for each in made}
    assert len(addresses) == 5
    assert all(ip_address(each).is_global for each in addresses)
    for each in made:
        ec2.release_address(AllocationId=each["AllocationId"])


def test_a_launched_instance_is_lent_a_public_address_where_its_subnet_maps_one_or_it_asks(
    ec2: Any, network: Network, launch: Callable[..., dict[str, Any]]
) -> None:
    assert "PublicIpAddress" not in launch(SubnetId=network.public_id)
    ec2.modify_subnet_attribute(SubnetId=network.public_id, MapPublicIpOnLaunch={"Value": True})
    mapped = launch(SubnetId=network.public_id)
    assert ip_address(mapped["PublicIpAddress"]).is_global
    assert mapped["PublicDnsName"].startswith("ec2-")
    asked = {"DeviceIndex": 0, "SubnetId": network.public_id, "AssociatePublicIpAddress": False}
    assert "PublicIpAddress" not in launch(NetworkInterfaces=[asked])


def test_a_lent_address_is_given_back_on_stop_and_lent_anew_on_start(
    ec2: Any, network: Network, launch: Callable[..., dict[str, Any]]
) -> None:
    wanted = {"DeviceIndex": 0, "SubnetId": network.public_id, "AssociatePublicIpAddress": True}
    instance_id = launch(NetworkInterfaces=[wanted])["InstanceId"]
    ec2.stop_instances(InstanceIds=[instance_id])
    assert "PublicIpAddress" not in described(ec2, instance_id)
    ec2.start_instances(InstanceIds=[instance_id])
    assert "PublicIpAddress" in described(ec2, instance_id)


def test_an_association_is_told_alike_by_address_interface_and_instance(
    ec2: Any, network: Network, launch: Callable[..., dict[str, Any]]
) -> None:
    instance = launch(SubnetId=network.public_id)
    allocation = ec2.allocate_address(Domain="vpc")
    association_id = ec2.associate_address(
        AllocationId=allocation["AllocationId"], InstanceId=instance["InstanceId"]
    )["AssociationId"]
    [address] = ec2.describe_addresses(PublicIps=[allocation["PublicIp"]])["Addresses"]
    [interface] = network.interfaces()
    shown = described(ec2, instance["InstanceId"])
    assert address["AssociationId"] == association_id == interface["Association"]["AssociationId"]
    assert address["NetworkInterfaceId"] == interface["NetworkInterfaceId"]
    assert address["InstanceId"] == instance["InstanceId"]
    assert address["PrivateIpAddress"] == interface["PrivateIpAddress"] == shown["PrivateIpAddress"]
    assert shown["PublicIpAddress"] == interface["Association"]["PublicIp"] == allocation["PublicIp"]

    release = ec2.release_address
    assert code_of(release, AllocationId=allocation["AllocationId"]) == "InvalidIPAddress.InUse"
    ec2.disassociate_address(AssociationId=association_id)
    assert "PublicIpAddress" not in described(ec2, instance["InstanceId"])
    release(AllocationId=allocation["AllocationId"])


def test_an_address_that_is_in_use_moves_only_where_that_is_allowed(
    ec2: Any, network: Network, launch: Callable[..., dict[str, Any]]
) -> None:
    first, second = (launch(SubnetId=network.public_id)["InstanceId"] for _ in range(2))
    allocation_id = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.associate_address(AllocationId=allocation_id, InstanceId=first)
    refused = code_of(
        ec2.associate_address, AllocationId=allocation_id, InstanceId=second, AllowReassociation=False
    )
    assert refused == "Resource.AlreadyAssociated"
    ec2.associate_address(AllocationId=allocation_id, InstanceId=second)
    assert "PublicIpAddress" not in described(ec2, first)
    assert "PublicIpAddress" in described(ec2, second)
    ec2.terminate_instances(InstanceIds=[first, second])
    ec2.release_address(AllocationId=allocation_id)


def test_an_internet_gateway_stays_while_its_network_has_public_addresses(
    ec2: Any, network: Network, launch: Callable[..., dict[str, Any]]
) -> None:
    wanted = {"DeviceIndex": 0, "SubnetId": network.public_id, "AssociatePublicIpAddress": True}
    instance_id = launch(NetworkInterfaces=[wanted])["InstanceId"]
    gateway = {"InternetGatewayId": network.gateway_id, "VpcId": network.vpc_id}
    assert code_of(ec2.detach_internet_gateway, **gateway) == "DependencyViolation"
    ec2.terminate_instances(InstanceIds=[instance_id])
    ec2.detach_internet_gateway(**gateway)
