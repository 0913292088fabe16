from __future__ import annotations

from typing import Any

from tests.scripts.local_cloud.providers.ec2.conftest import Network, code_of


def acl(ec2: Any, acl_id: str) -> dict[str, Any]:
    held: dict[str, Any] = ec2.describe_network_acls(NetworkAclIds=[acl_id])["NetworkAcls"][0]
    return held


def numbers(held: dict[str, Any]) -> set[tuple[int, bool, str]]:
    return {
        (entry["RuleNumber"], entry["Egress"], entry.get("CidrBlock") or entry["Ipv6CidrBlock"])
        for entry in held["Entries"]
    }


def default_acl(ec2: Any, vpc_id: str) -> dict[str, Any]:
    wanted = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "default", "Values": ["true"]}]
    held: dict[str, Any] = ec2.describe_network_acls(Filters=wanted)["NetworkAcls"][0]
    return held


def test_an_acl_ends_with_a_denial_in_both_directions_where_moto_leaves_it_open_ended(
    ec2: Any, network: Network
) -> None:
    made = ec2.create_network_acl(VpcId=network.vpc_id)["NetworkAcl"]
    last = {(32767, egress, "0.0.0.0/0") for egress in (True, False)}
    assert numbers(made) == last == numbers(acl(ec2, made["NetworkAclId"]))
    assert {entry["RuleAction"] for entry in made["Entries"]} == {"deny"}
    refused = code_of(
        ec2.delete_network_acl_entry, NetworkAclId=made["NetworkAclId"], RuleNumber=32767, Egress=False
    )
    assert refused == "InvalidParameterValue"


def test_a_network_with_ipv6_has_ipv6_entries_where_moto_has_none(ec2: Any) -> None:
    vpc_id = ec2.create_vpc(CidrBlock="10.200.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
    expected = {
        (number, egress, block)
        for egress in (True, False)
        for number, block in ((100, "0.0.0.0/0"), (101, "::/0"), (32767, "0.0.0.0/0"), (32768, "::/0"))
    }
    assert numbers(default_acl(ec2, vpc_id)) == expected
    ec2.delete_vpc(VpcId=vpc_id)


def test_a_network_that_gets_ipv6_later_gets_the_entries_too(ec2: Any, network: Network) -> None:
    ec2.associate_vpc_cidr_block(VpcId=network.vpc_id, AmazonProvidedIpv6CidrBlock=True)
    assert (101, False, "::/0") in numbers(default_acl(ec2, network.vpc_id))


def test_icmp_type_and_code_are_kept_even_when_zero_where_moto_loses_them(ec2: Any, network: Network) -> None:
    acl_id = ec2.create_network_acl(VpcId=network.vpc_id)["NetworkAcl"]["NetworkAclId"]
    entry = {
        "NetworkAclId": acl_id,
        "RuleNumber": 100,
        "Protocol": "icmp",
        "RuleAction": "allow",
        "Egress": False,
        "CidrBlock": "0.0.0.0/0",
    }
    ec2.create_network_acl_entry(**entry, IcmpTypeCode={"Type": 0, "Code": 0})
    [held] = [each for each in acl(ec2, acl_id)["Entries"] if each["RuleNumber"] == 100]
    assert (held["Protocol"], held["IcmpTypeCode"]) == ("1", {"Type": 0, "Code": 0})
    ec2.replace_network_acl_entry(**entry, IcmpTypeCode={"Type": 8, "Code": -1})
    [held] = [each for each in acl(ec2, acl_id)["Entries"] if each["RuleNumber"] == 100]
    assert held["IcmpTypeCode"] == {"Type": 8, "Code": -1}
    assert code_of(ec2.create_network_acl_entry, **entry) == "NetworkAclEntryAlreadyExists"
    gone = {"NetworkAclId": acl_id, "RuleNumber": 7, "Egress": True}
    assert code_of(ec2.delete_network_acl_entry, **gone) == "InvalidNetworkAclEntry.NotFound"


def test_a_subnet_moves_between_acls_and_an_acl_with_subnets_stays(ec2: Any, network: Network) -> None:
    acl_id = ec2.create_network_acl(VpcId=network.vpc_id)["NetworkAcl"]["NetworkAclId"]
    default = default_acl(ec2, network.vpc_id)
    [home] = [each for each in default["Associations"] if each["SubnetId"] == network.private_id]
    moved = ec2.replace_network_acl_association(
        AssociationId=home["NetworkAclAssociationId"], NetworkAclId=acl_id
    )["NewAssociationId"]
    assert [each["SubnetId"] for each in acl(ec2, acl_id)["Associations"]] == [network.private_id]
    assert code_of(ec2.delete_network_acl, NetworkAclId=acl_id) == "DependencyViolation"
    nowhere = {"AssociationId": moved, "NetworkAclId": "acl-0123456789abcdef0"}
    assert code_of(ec2.replace_network_acl_association, **nowhere) == "InvalidNetworkAclID.NotFound"
    assert len(acl(ec2, acl_id)["Associations"]) == 1
    ec2.delete_subnet(SubnetId=network.private_id)
    assert acl(ec2, acl_id)["Associations"] == []
    ec2.delete_network_acl(NetworkAclId=acl_id)
    refused = code_of(ec2.delete_network_acl, NetworkAclId=default["NetworkAclId"])
    assert refused == "InvalidParameterValue"
