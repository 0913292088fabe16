"""Load balancers as on AWS; each test of a Moto defect says in its name what Moto would do."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[[str], Any]


@dataclass(frozen=True)
class Network:
    vpc_id: str
    subnet_ids: tuple[str, ...]


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def network(client: Client) -> Network:
    ec2 = client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.61.0.0/16")["Vpc"]["VpcId"]
    gateway_id = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway_id, VpcId=vpc_id)
    subnet_ids = tuple(
        ec2.create_subnet(
            VpcId=vpc_id, CidrBlock=f"10.61.{number}.0/24", AvailabilityZone=f"us-east-1{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("abca")
    )
    return Network(vpc_id, subnet_ids)


@pytest.fixture
def balancer(client: Client, network: Network) -> Iterator[dict[str, Any]]:
    elbv2 = client("elbv2")
    made = elbv2.create_load_balancer(Name=unique("lb"), Subnets=network.subnet_ids[:2])["LoadBalancers"][0]
    yield made
    elbv2.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])


@pytest.fixture
def group(client: Client, network: Network) -> str:
    made = client("elbv2").create_target_group(
        Name=unique("tg"), Protocol="HTTP", Port=8080, VpcId=network.vpc_id, TargetType="ip"
    )
    arn: str = made["TargetGroups"][0]["TargetGroupArn"]
    return arn


def forward(arn: str) -> list[dict[str, Any]]:
    return [{"Type": "forward", "TargetGroupArn": arn}]


def listen(client: Client, balancer: dict[str, Any], group: str, port: int = 80) -> str:
    arn: str = client("elbv2").create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=port, DefaultActions=forward(group)
    )["Listeners"][0]["ListenerArn"]
    return arn


def interfaces_of(client: Client, balancer: dict[str, Any]) -> list[dict[str, Any]]:
    description = "ELB " + balancer["LoadBalancerArn"].partition(":loadbalancer/")[2]
    found: list[dict[str, Any]] = client("ec2").describe_network_interfaces(
        Filters=[{"Name": "description", "Values": [description]}]
    )["NetworkInterfaces"]
    return found


def test_a_load_balancer_has_one_interface_in_each_subnet_where_moto_makes_none(
    client: Client, network: Network, balancer: dict[str, Any]
) -> None:
    interfaces = interfaces_of(client, balancer)
    assert {each["SubnetId"] for each in interfaces} == set(network.subnet_ids[:2])
    assert {each["RequesterId"] for each in interfaces} == {"amazon-elb"}
    assert {group["GroupId"] for each in interfaces for group in each["Groups"]} == set(
        balancer["SecurityGroups"]
    )
    assert all("PublicIp" in each["Association"] for each in interfaces)


def test_interfaces_follow_the_subnets_and_the_groups_and_go_with_the_load_balancer(
    client: Client, network: Network, balancer: dict[str, Any]
) -> None:
    elbv2, arn = client("elbv2"), balancer["LoadBalancerArn"]
    other = client("ec2").create_security_group(
        GroupName=unique("group"), Description="other", VpcId=network.vpc_id
    )["GroupId"]
    elbv2.set_subnets(LoadBalancerArn=arn, Subnets=network.subnet_ids[1:3])
    elbv2.set_security_groups(LoadBalancerArn=arn, SecurityGroups=[other])
    interfaces = interfaces_of(client, balancer)
    assert {each["SubnetId"] for each in interfaces} == set(network.subnet_ids[1:3])
    assert {group["GroupId"] for each in interfaces for group in each["Groups"]} == {other}
    elbv2.delete_load_balancer(LoadBalancerArn=arn)
    assert interfaces_of(client, balancer) == []
    elbv2.get_waiter("load_balancers_deleted").wait(LoadBalancerArns=[arn])


def test_a_load_balancer_is_provisioning_before_it_is_active(
    client: Client, balancer: dict[str, Any]
) -> None:
    assert balancer["State"] == {"Code": "provisioning"}
    client("elbv2").get_waiter("load_balancer_available").wait(
        LoadBalancerArns=[balancer["LoadBalancerArn"]], WaiterConfig={"Delay": 1, "MaxAttempts": 300}
    )


def test_dns_names_do_not_collide_where_moto_repeats_them(client: Client, network: Network) -> None:
    elbv2, names = client("elbv2"), []
    for _ in range(2):
        made = elbv2.create_load_balancer(Name="again", Subnets=network.subnet_ids[:2], Scheme="internal")
        names.append(made["LoadBalancers"][0]["DNSName"])
        elbv2.delete_load_balancer(LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"])
    assert names[0] != names[1]
    assert all(name.startswith("internal-again-") for name in names)
    assert all(name.endswith(".us-east-1.elb.amazonaws.com") for name in names)


def test_deletion_protection_protects_where_moto_ignores_it(client: Client, balancer: dict[str, Any]) -> None:
    elbv2, arn = client("elbv2"), balancer["LoadBalancerArn"]
    key = "deletion_protection.enabled"
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{"Key": key, "Value": "true"}])
    with pytest.raises(ClientError, match="OperationNotPermitted"):
        elbv2.delete_load_balancer(LoadBalancerArn=arn)
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{"Key": key, "Value": "false"}])


def test_no_target_is_called_healthy_that_nobody_can_check(
    client: Client, balancer: dict[str, Any], group: str
) -> None:
    elbv2 = client("elbv2")
    listen(client, balancer, group)
    elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.61.0.50"}])
    (found,) = elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert found["TargetHealth"]["State"] == "unavailable"
    assert "nothing runs at 10.61.0.50" in found["TargetHealth"]["Description"]


def test_a_target_may_be_registered_on_two_ports_where_moto_keeps_one(client: Client, group: str) -> None:
    elbv2 = client("elbv2")
    targets = [{"Id": "10.61.0.51", "Port": port} for port in (8080, 9090)]
    elbv2.register_targets(TargetGroupArn=group, Targets=targets)
    elbv2.deregister_targets(TargetGroupArn=group, Targets=targets[:1])
    health = elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert [each["Target"] for each in health] == targets[1:]
    assert health[0]["TargetHealth"]["Reason"] == "Target.NotInUse"
    gone = elbv2.describe_target_health(TargetGroupArn=group, Targets=targets[:1])
    assert gone["TargetHealthDescriptions"][0]["TargetHealth"]["Reason"] == "Target.NotRegistered"


def test_a_terminated_instance_leaves_its_target_group(client: Client, network: Network) -> None:
    ec2, elbv2 = client("ec2"), client("elbv2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instance_id = ec2.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, SubnetId=network.subnet_ids[0], InstanceType="t3.micro"
    )["Instances"][0]["InstanceId"]
    arn = elbv2.create_target_group(Name=unique("tg"), Protocol="HTTP", Port=80, VpcId=network.vpc_id)[
        "TargetGroups"
    ][0]["TargetGroupArn"]
    elbv2.register_targets(TargetGroupArn=arn, Targets=[{"Id": instance_id}])
    assert len(elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]) == 1
    ec2.terminate_instances(InstanceIds=[instance_id])
    assert elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"] == []
    with pytest.raises(ClientError, match="InvalidTarget"):
        elbv2.register_targets(TargetGroupArn=arn, Targets=[{"Id": instance_id}])


def test_a_target_group_in_use_cannot_be_deleted(
    client: Client, balancer: dict[str, Any], group: str
) -> None:
    elbv2 = client("elbv2")
    listener = listen(client, balancer, group)
    described = elbv2.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]
    assert described["LoadBalancerArns"] == [balancer["LoadBalancerArn"]]
    with pytest.raises(elbv2.exceptions.ResourceInUseException):
        elbv2.delete_target_group(TargetGroupArn=group)
    elbv2.delete_listener(ListenerArn=listener)
    elbv2.delete_target_group(TargetGroupArn=group)
    with pytest.raises(elbv2.exceptions.TargetGroupNotFoundException):
        elbv2.describe_target_groups(TargetGroupArns=[group])


def test_the_same_load_balancer_again_is_the_same_and_another_of_its_name_is_refused(
    client: Client, network: Network, balancer: dict[str, Any]
) -> None:
    elbv2, name = client("elbv2"), balancer["LoadBalancerName"]
    again = elbv2.create_load_balancer(Name=name, Subnets=network.subnet_ids[:2])["LoadBalancers"][0]
    assert again["LoadBalancerArn"] == balancer["LoadBalancerArn"]
    with pytest.raises(elbv2.exceptions.DuplicateLoadBalancerNameException):
        elbv2.create_load_balancer(Name=name, Subnets=network.subnet_ids[1:3])


@pytest.mark.parametrize(
    ("positions", "code"),
    [((0,), "ValidationError"), ((0, 3), "InvalidConfigurationRequest")],
    ids=["one zone", "one zone twice"],
)
def test_an_application_load_balancer_needs_two_zones(
    client: Client, network: Network, positions: tuple[int, ...], code: str
) -> None:
    with pytest.raises(ClientError, match=code):
        client("elbv2").create_load_balancer(
            Name=unique("lb"), Subnets=[network.subnet_ids[position] for position in positions]
        )


def test_an_internet_facing_load_balancer_needs_an_internet_gateway(client: Client) -> None:
    ec2 = client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.62.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc_id, CidrBlock=f"10.62.{number}.0/24", AvailabilityZone=f"us-east-1{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    with pytest.raises(client("elbv2").exceptions.InvalidSubnetException, match="no internet gateway"):
        client("elbv2").create_load_balancer(Name=unique("lb"), Subnets=subnets)


def test_rules_are_described_by_priority_and_the_default_one_last(
    client: Client, balancer: dict[str, Any], group: str
) -> None:
    elbv2, listener = client("elbv2"), listen(client, balancer, group)

    def add(priority: int, path: str) -> str:
        made = elbv2.create_rule(
            ListenerArn=listener,
            Priority=priority,
            Conditions=[{"Field": "path-pattern", "Values": [path]}],
            Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
        )
        arn: str = made["Rules"][0]["RuleArn"]
        return arn

    later, earlier = add(20, "/b"), add(10, "/a")
    with pytest.raises(elbv2.exceptions.PriorityInUseException):
        add(10, "/c")
    rules = elbv2.describe_rules(ListenerArn=listener)["Rules"]
    assert [rule["Priority"] for rule in rules] == ["10", "20", "default"]
    assert rules[0]["Conditions"][0]["PathPatternConfig"] == {"Values": ["/a"]}
    elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": later, "Priority": 5}])
    assert [rule["RuleArn"] for rule in elbv2.describe_rules(ListenerArn=listener)["Rules"]][:2] == [
        later,
        earlier,
    ]
    with pytest.raises(elbv2.exceptions.OperationNotPermittedException):
        elbv2.delete_rule(RuleArn=rules[-1]["RuleArn"])


def test_a_listener_shows_both_forms_of_its_forward_action(
    client: Client, balancer: dict[str, Any], group: str
) -> None:
    elbv2, listener = client("elbv2"), listen(client, balancer, group)
    (action,) = elbv2.describe_listeners(ListenerArns=[listener])["Listeners"][0]["DefaultActions"]
    assert action["TargetGroupArn"] == group
    assert action["ForwardConfig"]["TargetGroups"] == [{"TargetGroupArn": group, "Weight": 1}]
    with pytest.raises(elbv2.exceptions.DuplicateListenerException):
        listen(client, balancer, group)


def test_a_listener_for_https_needs_a_certificate_that_is_there(
    client: Client, balancer: dict[str, Any], group: str
) -> None:
    elbv2 = client("elbv2")
    request = {
        "LoadBalancerArn": balancer["LoadBalancerArn"],
        "Protocol": "HTTPS",
        "Port": 443,
        "DefaultActions": forward(group),
    }
    missing = "arn:aws:acm:us-east-1:000000000000:certificate/1"
    with pytest.raises(elbv2.exceptions.CertificateNotFoundException):
        elbv2.create_listener(**request, Certificates=[{"CertificateArn": missing}])
    arn = client("acm").request_certificate(DomainName="lab.example.com")["CertificateArn"]
    listener = elbv2.create_listener(**request, Certificates=[{"CertificateArn": arn}])["Listeners"][0]
    assert listener["SslPolicy"] == "ELBSecurityPolicy-2016-08"
    assert elbv2.describe_listener_certificates(ListenerArn=listener["ListenerArn"])["Certificates"] == [
        {"CertificateArn": arn, "IsDefault": True}
    ]


def test_pages_follow_each_other_and_a_marker_of_nobody_is_refused(
    client: Client, network: Network, group: str
) -> None:
    elbv2 = client("elbv2")
    other = elbv2.create_target_group(
        Name=unique("tg"), Protocol="HTTP", Port=8081, VpcId=network.vpc_id, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    pages = elbv2.get_paginator("describe_target_groups").paginate(PaginationConfig={"PageSize": 1})
    listed = [[each["TargetGroupArn"] for each in page["TargetGroups"]] for page in pages]
    assert {len(page) for page in listed} == {1}
    every = [arn for page in listed for arn in page]
    assert {group, other} <= set(every)
    assert len(every) == len(set(every))
    with pytest.raises(ClientError, match=r"ValidationError.*not a marker"):
        elbv2.describe_target_groups(Marker="bm9ib2R5")


def test_tags_stay_with_each_kind_of_resource(client: Client, balancer: dict[str, Any], group: str) -> None:
    elbv2 = client("elbv2")
    arns = [balancer["LoadBalancerArn"], group, listen(client, balancer, group)]
    elbv2.add_tags(ResourceArns=arns, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    elbv2.remove_tags(ResourceArns=arns, TagKeys=["b"])
    described = elbv2.describe_tags(ResourceArns=arns)["TagDescriptions"]
    assert [each["Tags"] for each in described] == [[{"Key": "a", "Value": "1"}]] * len(arns)
    with pytest.raises(elbv2.exceptions.TargetGroupNotFoundException):
        elbv2.describe_tags(ResourceArns=[group + "0"])


def test_an_unknown_attribute_is_refused(client: Client, balancer: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="not recognized"):
        client("elbv2").modify_load_balancer_attributes(
            LoadBalancerArn=balancer["LoadBalancerArn"], Attributes=[{"Key": "no.such", "Value": "1"}]
        )


def test_the_same_target_group_again_is_the_same_and_another_of_its_name_is_refused(
    client: Client, network: Network, group: str
) -> None:
    elbv2 = client("elbv2")
    [held] = elbv2.describe_target_groups(TargetGroupArns=[group])["TargetGroups"]
    wanted = {name: held[name] for name in ("Protocol", "VpcId", "TargetType")}
    wanted["Name"] = held["TargetGroupName"]
    [again] = elbv2.create_target_group(Port=8080, **wanted)["TargetGroups"]
    assert again["TargetGroupArn"] == group
    with pytest.raises(elbv2.exceptions.DuplicateTargetGroupNameException):
        elbv2.create_target_group(Port=8081, **wanted)
