from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.scripts.local_cloud.providers.ec2.conftest import Network, code_of


def rules_of(ec2: Any, group_id: str, *, egress: bool = False) -> list[dict[str, Any]]:
    held = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group_id]}])
    return [rule for rule in held["SecurityGroupRules"] if rule["IsEgress"] == egress]


def tcp(port: int, **peers: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peers}


@pytest.fixture
def prefix_list(ec2: Any) -> str:
    made = ec2.create_managed_prefix_list(
        PrefixListName="offices",
        AddressFamily="IPv4",
        MaxEntries=3,
        Entries=[{"Cidr": "10.9.0.0/16", "Description": "nine"}],
    )
    list_id: str = made["PrefixList"]["PrefixListId"]
    return list_id


def test_a_description_is_kept_on_rules_of_every_kind_in_both_views(
    ec2: Any, network: Network, prefix_list: str
) -> None:
    group_id, other = network.group("group"), network.group("other")
    permission = tcp(
        443,
        IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "ipv4"}],
        Ipv6Ranges=[{"CidrIpv6": "::/0", "Description": "ipv6"}],
        UserIdGroupPairs=[{"GroupId": other, "Description": "group"}],
        PrefixListIds=[{"PrefixListId": prefix_list, "Description": "list"}],
    )
    ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[permission])
    flat = {rule["Description"] for rule in rules_of(ec2, group_id)}
    assert flat == {"ipv4", "ipv6", "group", "list"}
    [group] = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    [nested] = group["IpPermissions"]
    assert nested["IpRanges"] == [{"CidrIp": "10.0.0.0/8", "Description": "ipv4"}]
    assert nested["Ipv6Ranges"] == [{"CidrIpv6": "::/0", "Description": "ipv6"}]
    assert nested["PrefixListIds"] == [{"PrefixListId": prefix_list, "Description": "list"}]
    assert nested["UserIdGroupPairs"] == [
        {"GroupId": other, "UserId": "000000000000", "Description": "group"}
    ]


def test_modifying_changes_rules_of_every_kind_and_keeps_their_ids(
    ec2: Any, network: Network, prefix_list: str
) -> None:
    group_id, other = network.group("group"), network.group("other")
    permission = tcp(
        443,
        Ipv6Ranges=[{"CidrIpv6": "::/0"}],
        UserIdGroupPairs=[{"GroupId": other}],
        PrefixListIds=[{"PrefixListId": prefix_list}],
    )
    made = ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[permission])
    ids = [rule["SecurityGroupRuleId"] for rule in made["SecurityGroupRules"]]
    wanted = [
        {"CidrIpv6": "2600:1f18::/32"},
        {"PrefixListId": prefix_list},
        {"ReferencedGroupId": group_id},
    ]
    ec2.modify_security_group_rules(
        GroupId=group_id,
        SecurityGroupRules=[
            {"SecurityGroupRuleId": rule_id, "SecurityGroupRule": {**tcp(444), **peer, "Description": "new"}}
            for rule_id, peer in zip(ids, wanted, strict=True)
        ],
    )
    after = {rule["SecurityGroupRuleId"]: rule for rule in rules_of(ec2, group_id)}
    assert list(after) == ids
    assert {(rule["FromPort"], rule["Description"]) for rule in after.values()} == {(444, "new")}
    assert after[ids[0]]["CidrIpv6"] == "2600:1f18::/32"
    assert after[ids[2]]["ReferencedGroupInfo"]["GroupId"] == group_id


def test_a_rule_stays_of_its_kind(ec2: Any, network: Network) -> None:
    group_id = network.group("group")
    made = ec2.authorize_security_group_ingress(
        GroupId=group_id, IpPermissions=[tcp(80, IpRanges=[{"CidrIp": "10.0.0.0/8"}])]
    )
    rule_id = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    change = {"SecurityGroupRuleId": rule_id, "SecurityGroupRule": {**tcp(80), "CidrIpv6": "::/0"}}
    refused = code_of(ec2.modify_security_group_rules, GroupId=group_id, SecurityGroupRules=[change])
    assert refused == "InvalidParameterValue"


def test_a_rule_that_is_there_is_refused_whatever_its_description_and_nothing_of_the_request_stays(
    ec2: Any, network: Network
) -> None:
    group_id, other = network.group("group"), network.group("other")
    pair = {"UserIdGroupPairs": [{"GroupId": other, "Description": "first"}]}
    ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[tcp(3306, **pair)])
    again = {"UserIdGroupPairs": [{"GroupId": other, "Description": "second"}]}
    refused = code_of(
        ec2.authorize_security_group_ingress,
        GroupId=group_id,
        IpPermissions=[tcp(5432, **again), tcp(3306, **again)],
    )
    assert refused == "InvalidPermission.Duplicate"
    assert [rule["FromPort"] for rule in rules_of(ec2, group_id)] == [3306]


def test_revoking_needs_no_description_and_what_is_not_there_is_an_error(ec2: Any, network: Network) -> None:
    group_id, other = network.group("group"), network.group("other")
    described = [{"GroupId": other, "Description": "chain"}]
    ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[tcp(1, UserIdGroupPairs=described)])
    bare = {"GroupId": group_id, "IpPermissions": [tcp(1, UserIdGroupPairs=[{"GroupId": other}])]}
    ec2.revoke_security_group_ingress(**bare)
    assert rules_of(ec2, group_id) == []
    assert code_of(ec2.revoke_security_group_ingress, **bare) == "InvalidPermission.NotFound"
    everything = {
        "GroupId": group_id,
        "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    }
    ec2.revoke_security_group_egress(**everything)
    assert code_of(ec2.revoke_security_group_egress, **everything) == "InvalidPermission.NotFound"


def test_the_default_group_admits_its_members_and_cannot_be_deleted(ec2: Any, network: Network) -> None:
    [group] = ec2.describe_security_groups(
        Filters=[
            {"Name": "vpc-id", "Values": [network.vpc_id]},
            {"Name": "group-name", "Values": ["default"]},
        ]
    )["SecurityGroups"]
    [permission] = group["IpPermissions"]
    assert permission["UserIdGroupPairs"] == [{"GroupId": group["GroupId"], "UserId": "000000000000"}]
    assert code_of(ec2.delete_security_group, GroupId=group["GroupId"]) == "CannotDelete"


def test_a_group_in_use_or_referred_to_cannot_be_deleted(ec2: Any, network: Network) -> None:
    held, referred, referring = network.group("held"), network.group("referred"), network.group("referring")
    interface = ec2.create_network_interface(SubnetId=network.private_id, Groups=[held])["NetworkInterface"]
    pairs = [{"GroupId": referred}]
    ec2.authorize_security_group_ingress(GroupId=referring, IpPermissions=[tcp(80, UserIdGroupPairs=pairs)])
    own = [{"GroupId": referring}]
    ec2.authorize_security_group_ingress(GroupId=referring, IpPermissions=[tcp(81, UserIdGroupPairs=own)])
    for group_id in (held, referred):
        assert code_of(ec2.delete_security_group, GroupId=group_id) == "DependencyViolation"
    ec2.delete_security_group(GroupId=referring)
    ec2.delete_security_group(GroupId=referred)
    ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])
    ec2.delete_security_group(GroupId=held)


@pytest.mark.parametrize(
    ("permission", "code"),
    [
        (tcp(80, IpRanges=[{"CidrIp": "10.0.0.0/33"}]), "InvalidParameterValue"),
        ({"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}, "InvalidParameterValue"),
        ({"IpProtocol": "carrier-pigeon", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}, "InvalidParameterValue"),
        (tcp(80, UserIdGroupPairs=[{"GroupId": "sg-0123456789abcdef0"}]), "InvalidGroup.NotFound"),
        (tcp(80, PrefixListIds=[{"PrefixListId": "pl-0123456789abcdef0"}]), "InvalidPrefixListID.NotFound"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    ec2: Any, network: Network, permission: dict[str, Any], code: str
) -> None:
    refused = code_of(
        ec2.authorize_security_group_ingress, GroupId=network.group("group"), IpPermissions=[permission]
    )
    assert refused == code


def test_descriptions_are_updated_by_id_and_by_content(ec2: Any, network: Network) -> None:
    group_id = network.group("group")
    ranges = [{"CidrIp": "10.0.0.0/8", "Description": "before"}]
    made = ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[tcp(80, IpRanges=ranges)])
    rule_id = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    update: Callable[..., Any] = ec2.update_security_group_rule_descriptions_ingress
    update(
        GroupId=group_id,
        IpPermissions=[tcp(80, IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "content"}])],
    )
    assert rules_of(ec2, group_id)[0]["Description"] == "content"
    update(
        GroupId=group_id,
        SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": rule_id, "Description": "id"}],
    )
    assert rules_of(ec2, group_id)[0]["Description"] == "id"
