"""Every repair as a command that the AWS CLI takes and a resource that Terraform knows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import awscli.clidriver  # type: ignore[import-untyped]
import pytest

from scripts.reachability.explanation.commands import aws_cli
from scripts.reachability.explanation.terraform import terraform
from scripts.reachability.model import AclEntry, Listener, Network
from scripts.reachability.repairs import (
    AcceptPeering,
    AddAclEntry,
    AddBalancerSubnet,
    AddGroupRule,
    AssignIpv6Address,
    AssociateAddress,
    AssociateEndpoint,
    AttachInternetGateway,
    CreateEgressOnlyGateway,
    CreateInternetGateway,
    CreateListener,
    CreateNatGateway,
    CreatePeering,
    CreateRoute,
    DeleteAclEntry,
    DeleteRoute,
    DisableSourceDestCheck,
    EnableCrossZone,
    MakePublic,
    Repair,
    ReplaceRoute,
    StartDbInstance,
    StartInstance,
    __all__,
)
from tests.scripts.reachability import networks as make
from tests.scripts.reachability.classroom import PRIVATE, balanced

STAND_IN = IPv4Address("192.0.2.1")


def _repairs() -> Iterator[tuple[Repair, str, str]]:
    """Each repair, with a piece of its command and one of its Terraform."""
    yield from _rules()
    yield from _routes()
    yield from _gateways()
    yield from _others()


def _rules() -> Iterator[tuple[Repair, str, str]]:
    for text, cli, hcl in (
        ("tcp 5432 sg-app", "GroupId=sg-app", 'referenced_security_group_id = "sg-app"'),
        (
            "tcp 1-9 10.0.0.0/16",
            "FromPort=1,ToPort=9,IpRanges=[{CidrIp=10.0.0.0/16}]",
            "from_port         = 1",
        ),
        ("all ::/0", "IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=::/0}]", 'cidr_ipv6         = "::/0"'),
        ("tcp 443 pl-s3", "PrefixListId=pl-s3", 'prefix_list_id    = "pl-s3"'),
        ("icmp 8 10.0.0.0/16", "IpProtocol=icmp,FromPort=8,ToPort=-1", 'ip_protocol       = "icmp"'),
    ):
        yield AddGroupRule("sg-db", make.rule(text, egress=False)), cli, hcl
        yield (
            AddGroupRule("sg-db", make.rule(text, egress=True)),
            "authorize-security-group-egress",
            "egress_rule",
        )
    for text in (
        "90 in allow tcp 1024-65535 10.0.0.0/16",
        "90 out allow all ::/0",
        "90 in allow icmp 8 0.0.0.0/0",
    ):
        entry = make.entry(text)
        yield AddAclEntry("acl-public", entry), "--rule-number 90", " = 90"
        yield DeleteAclEntry("acl-public", entry), "delete-network-acl-entry", "rule_number = 90"


def _routes() -> Iterator[tuple[Repair, str, str]]:
    default, list_ = make.route("0.0.0.0/0", "igw-1"), make.route("pl-s3", "vpce-s3")
    yield CreateRoute("rtb-public", default), "--gateway-id igw-1", 'gateway_id             = "igw-1"'
    for target in ("nat-1", "pcx-1", "eni-bastion"):
        route = make.route("10.9.0.0/16", target)
        yield CreateRoute("rtb-public", route), target, f'"{target}"'
    six = make.route("::/0", "eigw-1")
    yield CreateRoute("rtb-public", six), "--destination-ipv6-cidr-block ::/0", "destination_ipv6_cidr_block"
    yield (
        ReplaceRoute("rtb-public", make.route("0.0.0.0/0", "nat-1"), default),
        "replace-route",
        "nat_gateway_id",
    )
    yield ReplaceRoute("rtb-public", list_, list_), "--add-route-table-ids", "vpc_endpoint_id"
    yield DeleteRoute("rtb-public", default), "delete-route", "remove the route"
    yield DeleteRoute("rtb-public", list_), "--remove-route-table-ids rtb-public", "pl-s3"
    yield AssociateEndpoint("vpce-s3", "rtb-public", list_), "modify-vpc-endpoint", "route_table_association"


def _gateways() -> Iterator[tuple[Repair, str, str]]:
    yield AttachInternetGateway("igw-1", "vpc-1"), "attach-internet-gateway", "vpc_id"
    yield CreateInternetGateway("vpc-1", "new"), "create-internet-gateway", "aws_internet_gateway"
    yield CreateEgressOnlyGateway("vpc-1", "new"), "create-egress-only", "aws_egress_only_internet_gateway"
    nat = CreateNatGateway("subnet-public", "new", IPv4Address("10.0.1.9"), STAND_IN)
    yield nat, "create-nat-gateway", "aws_nat_gateway"
    yield (
        AssociateAddress("eni-bastion", STAND_IN),
        "--network-interface-id eni-bastion",
        "instance = aws_instance.b.id",
    )
    yield AssociateAddress("eni-lb-0", STAND_IN), "associate-address", "network_interface"
    yield MakePublic("db", (STAND_IN,)), "--publicly-accessible", "publicly_accessible = true"
    six_address = IPv6Address("2600:1f00::9")
    yield AssignIpv6Address("eni-bastion", six_address), "--ipv6-address-count 1", "ipv6_address_count = 1"
    yield AssignIpv6Address("eni-db", six_address), "eni-db", "aws_network_interface (eni-db)"
    yield CreatePeering("vpc-1", "vpc-2", "new"), "--peer-vpc-id vpc-2", "auto_accept = true"
    yield AcceptPeering("pcx-1"), "accept-vpc-peering-connection", "auto_accept = true"


def _others() -> Iterator[tuple[Repair, str, str]]:
    yield StartInstance("i-bastion"), "start-instances", "aws_ec2_instance_state"
    yield StartDbInstance("db"), "start-db-instance", "aws_db_instance"
    yield DisableSourceDestCheck("eni-bastion"), "--no-source-dest-check", "source_dest_check = false"
    yield DisableSourceDestCheck("eni-db"), "--no-source-dest-check", "source_dest_check = false"
    yield EnableCrossZone("lb"), "cross_zone.enabled", "enable_cross_zone_load_balancing = true"
    node = make.interface("eni-new", PRIVATE, "10.0.2.41")
    yield AddBalancerSubnet("lb", node), "subnet-private", "subnets = "
    listener = Listener(id="new", port=443, target_groups=("tg",))
    yield CreateListener("lb", listener), "--port 443", 'target_group_arn = "tg"'


REPAIRS = list(_repairs())


@pytest.fixture(scope="module")
def network() -> Network:
    where = balanced()
    return where.having(replace(where.instances["i-bastion"], address="aws_instance.b"))


def _accepted(words: list[str]) -> bool:
    """The CLI's own parser: it looks at names and types of all parameters, and sends nothing."""
    driver = awscli.clidriver.create_clidriver()
    return bool(driver.main([*words, "--generate-cli-skeleton", "output", "--region", "us-east-1"]) == 0)


#: What the CLI makes up as the answer to ``create-listener`` is not valid, so it cannot be tried that way.
TRIED = [each for each in REPAIRS if not isinstance(each[0], CreateListener)]


@pytest.mark.parametrize(("repair", "cli", "hcl"), TRIED, ids=lambda each: type(each).__name__)
def test_the_aws_cli_takes_the_command_of_a_repair(
    repair: Repair, cli: str, hcl: str, network: Network
) -> None:
    text = aws_cli(repair, network)
    assert cli in text.replace("'", "")
    inner = re.findall(r'"\$\((aws .*?)\)"', text)
    outer = [re.sub(r'"\$\(aws .*?\)"', "made-before", each) for each in text.splitlines()]
    for command in (*outer, *inner):
        program, *words = shlex.split(command)
        assert program == "aws"
        assert _accepted(words), command


@pytest.mark.parametrize(("repair", "cli", "hcl"), REPAIRS, ids=lambda each: type(each).__name__)
def test_terraform_is_told_the_resource_and_the_argument(
    repair: Repair, cli: str, hcl: str, network: Network
) -> None:
    assert hcl in terraform(repair, network)


def test_a_listener_is_made_where_the_others_forward_to(network: Network) -> None:
    listener = Listener(id="new", port=443, target_groups=("tg",))
    assert aws_cli(CreateListener("lb", listener), network) == (
        "aws elbv2 create-listener --load-balancer-arn lb --port 443 --protocol HTTP "
        "--default-actions Type=forward,TargetGroupArn=tg"
    )


def test_every_kind_of_repair_is_tried() -> None:
    assert {type(each).__name__ for each, _, _ in REPAIRS} == set(__all__) - {"Repair"}


def _declared(network: Network, **addresses: str) -> Network:
    """The network with some components declared, by id with ``_`` for ``-``."""
    for key, address in addresses.items():
        id_ = key.replace("_", "-")
        mappings = (
            network.groups,
            network.subnets,
            network.route_tables,
            network.instances,
            network.interfaces,
        )
        network = network.having(*(replace(each[id_], address=address) for each in mappings if id_ in each))
    return network


def test_terraform_refers_to_what_it_made_as_its_module_sees_it(network: Network) -> None:
    repair = AddGroupRule("sg-db", make.rule("tcp 5432 sg-app", egress=False))
    one = _declared(network, sg_db='module.db["a"].aws_security_group.this')
    text = terraform(repair, one, "setting_2")
    assert text.startswith(
        '# in module.db["a"]\nresource "aws_vpc_security_group_ingress_rule" "setting_2" {\n'
    )
    assert "  security_group_id            = aws_security_group.this.id\n" in text
    assert 'referenced_security_group_id = "sg-app"' in text
    both = _declared(one, sg_app="module.web.aws_security_group.this")
    assert terraform(repair, both).splitlines()[:2] == [
        '# in module.db["a"]',
        "# What lies in another module is handed over: as an output there and a variable here.",
    ]
    assert "referenced_security_group_id = module.web.aws_security_group.this.id" in terraform(repair, both)
    root = _declared(network, sg_db="aws_security_group.db", sg_app="aws_security_group.app")
    assert "#" not in terraform(repair, root)


def test_what_terraform_makes_in_two_resources_lies_in_one_module(network: Network) -> None:
    nat = CreateNatGateway("subnet-public", "new", IPv4Address("10.0.1.9"), STAND_IN)
    text = terraform(nat, _declared(network, subnet_public="module.net.aws_subnet.public"), "setting_1")
    assert "handed over" not in text
    assert text.startswith('# in module.net\nresource "aws_eip" "setting_1" {')
    assert "subnet_id     = aws_subnet.public.id" in text
    assert "allocation_id = aws_eip.setting_1.id" in text


def test_a_replaced_route_is_written_where_it_stands(network: Network) -> None:
    old, new = make.route("10.9.0.0/16", "nat-1"), make.route("10.9.0.0/16", "eni-bastion")
    instance = "module.net.aws_instance.b"
    where = _declared(
        network, rtb_public="module.net.aws_route_table.this", i_bastion=instance, eni_bastion=instance
    )
    assert terraform(ReplaceRoute("rtb-public", new, old), where) == (
        "# in the route of module.net.aws_route_table.this to 10.9.0.0/16, in the place of nat-1\n"
        "network_interface_id = aws_instance.b.primary_network_interface_id"
    )


def test_a_default_entry_is_written_with_all_that_a_rule_of_a_network_acl_needs() -> None:
    entry: AclEntry = make.entry("100 out allow tcp 1024-65535 10.0.1.0/24")
    assert terraform(AddAclEntry("acl-1", entry), Network()) == "\n".join(
        [
            'resource "aws_network_acl_rule" "this" {',
            '  network_acl_id = "acl-1"',
            "  rule_number    = 100",
            "  egress         = true",
            '  rule_action    = "allow"',
            '  protocol       = "tcp"',
            '  cidr_block     = "10.0.1.0/24"',
            "  from_port      = 1024",
            "  to_port        = 65535",
            "}",
        ]
    )
