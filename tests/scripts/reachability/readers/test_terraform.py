"""A plan or a state becomes the network that there will be; what only an apply tells is assumed, and said."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_address, ip_network
from pathlib import Path

import pytest

from scripts.declarations.declared import Change, Declared
from scripts.reachability.model import (
    GroupPeer,
    GroupRule,
    Interface,
    ListPeer,
    Network,
    Route,
    Subnet,
    Target,
    TargetKind,
    Traffic,
)
from tests.scripts.reachability.readers.stacks import applied, declared, planned, told

EVERYBODY = ip_network("0.0.0.0/0")
RFC1918 = [ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]

NETWORK = """
resource "aws_vpc" "this" {}
resource "aws_subnet" "a" { vpc_id = aws_vpc.this.id }
resource "aws_subnet" "b" { vpc_id = aws_vpc.this.id }
resource "aws_internet_gateway" "this" { vpc_id = aws_vpc.this.id }
resource "aws_security_group" "web" { vpc_id = aws_vpc.this.id }
resource "aws_security_group" "db" { vpc_id = aws_vpc.this.id }
"""


def base(**vpc: object) -> list[Declared]:
    """A VPC of two subnets and two groups, before anything is applied."""
    return [
        declared("aws_vpc.this", {"cidr_block": "10.0.0.0/16", "tags": {"Name": "lab"}, **vpc}),
        declared("aws_subnet.a", {"cidr_block": "10.0.0.0/28", "availability_zone": "us-east-1a",
                                  "map_public_ip_on_launch": True}),
        declared("aws_subnet.b", {"cidr_block": "10.0.1.0/24", "availability_zone": "us-east-1b"}),
        declared("aws_internet_gateway.this", {}),
        declared("aws_security_group.web", {"name": "web"}),
        declared("aws_security_group.db", {"name": "db"}),
    ]  # fmt: skip


def interface(network: Network, owner: str) -> Interface:
    (found,) = (each for each in network.interfaces.values() if each.owner == owner)
    return found


class TestNetworks:
    def test_what_every_vpc_comes_with_is_there(self, tmp_path: Path) -> None:
        network = planned(tmp_path, NETWORK, *base())
        main, acl = network.table_of["aws_subnet.a"], network.acl_of["aws_subnet.a"]
        assert (main.main, main.routes) == (
            True, (Route(ip_network("10.0.0.0/16"), TargetKind.LOCAL, "local"),),
        )  # fmt: skip
        assert [(e.number, e.egress, e.allow) for e in acl.entries] == [
            (100, False, True), (32767, False, False), (100, True, True), (32767, True, False),
        ]  # fmt: skip
        group = network.groups["aws_vpc.this.default_security_group_id"]
        assert group.rules == (
            GroupRule(False, Traffic(), GroupPeer(group.id)), GroupRule(True, Traffic(), EVERYBODY),
        )  # fmt: skip

    def test_what_is_adopted_has_the_rules_that_are_declared_and_no_others(self, tmp_path: Path) -> None:
        code = """
        resource "aws_default_security_group" "x" { vpc_id = aws_vpc.this.id }
        resource "aws_default_route_table" "x" {
          default_route_table_id = aws_vpc.this.default_route_table_id
        }
        resource "aws_default_network_acl" "x" {
          default_network_acl_id = aws_vpc.this.default_network_acl_id
        }
        """
        default = {"cidr_block": "0.0.0.0/0", "gateway_id": "igw-9"}
        network = planned(
            tmp_path, NETWORK + code, *base(),
            declared("aws_default_security_group.x", {}),
            declared("aws_default_route_table.x", {"route": [default]}),
            declared("aws_default_network_acl.x", {"ingress": [], "egress": []}),
        )  # fmt: skip
        assert network.groups["aws_default_security_group.x"].rules == ()
        assert network.table_of["aws_subnet.a"].id == "aws_default_route_table.x"
        assert (
            Route(EVERYBODY, TargetKind.INTERNET_GATEWAY, "igw-9") in network.table_of["aws_subnet.a"].routes
        )
        assert {entry.allow for entry in network.acl_of["aws_subnet.b"].entries} == {False}

    def test_further_blocks_belong_to_the_vpc_and_to_its_local_routes(self, tmp_path: Path) -> None:
        code = 'resource "aws_vpc_ipv4_cidr_block_association" "x" { vpc_id = aws_vpc.this.id }'
        more = declared("aws_vpc_ipv4_cidr_block_association.x", {"cidr_block": "100.64.0.0/16"})
        network = planned(tmp_path, NETWORK + code, *base(), more)
        assert network.vpcs["aws_vpc.this"].cidrs[1] == ip_network("100.64.0.0/16")
        local = [route.destination for route in network.table_of["aws_subnet.a"].routes]
        assert local == [ip_network("10.0.0.0/16"), ip_network("100.64.0.0/16")]

    def test_ipv6_blocks_that_aws_will_give_are_assumed_and_differ(self, tmp_path: Path) -> None:
        subnets = [
            declared(f"aws_subnet.{name}", {"cidr_block": f"10.0.{n}.0/24",
                                            "assign_ipv6_address_on_creation": True})
            for n, name in enumerate("ab")
        ]  # fmt: skip
        vpc, _, _, *rest = base(assign_generated_ipv6_cidr_block=True)
        network = planned(tmp_path, NETWORK, vpc, *subnets, *rest)
        (block,) = network.vpcs["aws_vpc.this"].ipv6_cidrs
        given = [network.subnets[f"aws_subnet.{name}"].ipv6_cidr for name in "ab"]
        assert all(each is not None and each.subnet_of(block) for each in given)
        assert given[0] != given[1]

    def test_a_peering_is_active_once_somebody_accepts_it(self, tmp_path: Path) -> None:
        code = """
        resource "aws_vpc" "other" {}
        resource "aws_vpc_peering_connection" "x" {
          vpc_id      = aws_vpc.this.id
          peer_vpc_id = aws_vpc.other.id
        }
        resource "aws_vpc_peering_connection_accepter" "x" {
          vpc_peering_connection_id = aws_vpc_peering_connection.x.id
        }
        resource "aws_route_table" "x" { vpc_id = aws_vpc.this.id }
        resource "aws_route" "x" {
          route_table_id            = aws_route_table.x.id
          vpc_peering_connection_id = aws_vpc_peering_connection_accepter.x.id
        }
        """
        parts = [
            *base(),
            declared("aws_vpc.other", {"cidr_block": "10.9.0.0/16"}),
            declared("aws_vpc_peering_connection.x", {}),
            declared("aws_route_table.x", {}),
            declared("aws_route.x", {"destination_cidr_block": "10.9.0.0/16"}),
        ]
        waiting = planned(tmp_path, NETWORK + code, *parts[:-1]).peerings["aws_vpc_peering_connection.x"]
        assert waiting.status == "pending-acceptance"
        accepter = declared("aws_vpc_peering_connection_accepter.x", {"auto_accept": True})
        network = planned(tmp_path, NETWORK + code, *parts, accepter)
        peering = network.peerings["aws_vpc_peering_connection.x"]
        assert (peering.requester, peering.accepter, peering.status) == (
            "aws_vpc.this", "aws_vpc.other", "active",
        )  # fmt: skip
        route = Route(ip_network("10.9.0.0/16"), TargetKind.PEERING, peering.id)
        assert route in network.route_tables["aws_route_table.x"].routes

    def test_a_gateway_endpoint_has_a_list_and_routes_to_it(self, tmp_path: Path) -> None:
        code = """
        resource "aws_route_table" "x" { vpc_id = aws_vpc.this.id }
        resource "aws_vpc_endpoint" "s3" {
          vpc_id          = aws_vpc.this.id
          route_table_ids = [aws_route_table.x.id]
        }
        resource "aws_vpc_security_group_egress_rule" "s3" {
          security_group_id = aws_security_group.web.id
          prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
        }
        """
        network = planned(
            tmp_path, NETWORK + code, *base(),
            declared("aws_route_table.x", {}),
            declared("aws_vpc_endpoint.s3", {"service_name": "com.amazonaws.us-east-1.s3"}),
            declared("aws_vpc_security_group_egress_rule.s3", {"ip_protocol": "tcp", "from_port": 443,
                                                               "to_port": 443}),
        )  # fmt: skip
        endpoint = network.endpoints["aws_vpc_endpoint.s3"]
        found = network.prefix_lists[endpoint.prefix_list or ""]
        assert (endpoint.service, found.name) == ("s3", "com.amazonaws.us-east-1.s3")
        route = Route(found.id, TargetKind.GATEWAY_ENDPOINT, endpoint.id)
        assert route in network.route_tables["aws_route_table.x"].routes
        assert network.groups["aws_security_group.web"].rules[0].peer == ListPeer(found.id)

    def test_inline_routes_find_their_targets_whatever_their_order(self, tmp_path: Path) -> None:
        code = """
        resource "aws_nat_gateway" "x" { subnet_id = aws_subnet.a.id }
        resource "aws_route_table" "x" {
          vpc_id = aws_vpc.this.id
          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.this.id
          }
          route {
            cidr_block     = "192.0.2.0/24"
            nat_gateway_id = aws_nat_gateway.x.id
          }
        }
        """
        routes = [
            {"cidr_block": "192.0.2.0/24", "gateway_id": ""},
            {"cidr_block": "0.0.0.0/0", "nat_gateway_id": ""},
        ]
        network = planned(
            tmp_path, NETWORK + code, *base(),
            declared("aws_nat_gateway.x", {}), declared("aws_route_table.x", {"route": routes}),
        )  # fmt: skip
        found = {
            route.destination: route.target for route in network.route_tables["aws_route_table.x"].routes
        }
        assert found[ip_network("192.0.2.0/24")] == "aws_nat_gateway.x"
        assert found[EVERYBODY] == "aws_internet_gateway.this"

    def test_a_route_to_an_interface_that_is_attached_to_nothing_leads_nowhere(self, tmp_path: Path) -> None:
        code = """
        resource "aws_network_interface" "x" { subnet_id = aws_subnet.a.id }
        resource "aws_route_table" "x" { vpc_id = aws_vpc.this.id }
        resource "aws_route" "x" {
          route_table_id       = aws_route_table.x.id
          network_interface_id = aws_network_interface.x.id
        }
        """
        parts = [
            declared("aws_network_interface.x", {}),
            declared("aws_route_table.x", {}),
            declared("aws_route.x", {"destination_cidr_block": "192.168.0.0/16"}),
        ]
        destination, own = ip_network("192.168.0.0/16"), "aws_network_interface.x"
        loose = planned(tmp_path, NETWORK + code, *base(), *parts).route_tables["aws_route_table.x"]
        assert Route(destination, TargetKind.INTERFACE, own, active=False) in loose.routes
        attached = """
        resource "aws_instance" "x" {
          network_interface { network_interface_id = aws_network_interface.x.id }
        }
        """
        instance = declared("aws_instance.x", {"network_interface": [{"device_index": 0}]})
        network = planned(tmp_path, NETWORK + code + attached, *base(), *parts, instance)
        assert all(each.active for each in network.route_tables["aws_route_table.x"].routes)


class TestEnds:
    CODE = (
        NETWORK
        + """
    resource "aws_instance" "a" {
      subnet_id              = aws_subnet.a.id
      vpc_security_group_ids = [aws_security_group.web.id]
    }
    resource "aws_instance" "b" { subnet_id = aws_subnet.b.id }
    resource "aws_eip" "x" { instance = aws_instance.b.id }
    """
    )

    def test_addresses_that_an_apply_will_tell_are_possible_and_differ(self, tmp_path: Path) -> None:
        known = declared("aws_instance.b", {"private_ip": "10.0.0.4"})
        network = planned(
            tmp_path, self.CODE.replace("aws_subnet.b.id", "aws_subnet.a.id"), *base(),
            declared("aws_instance.a", {}), known,
        )  # fmt: skip
        first, second = interface(network, "aws_instance.a"), interface(network, "aws_instance.b")
        assert (first.private_ips, first.assumed) == ((ip_address("10.0.0.5"),), True)
        assert (second.private_ips, second.assumed) == ((ip_address("10.0.0.4"),), False)
        assert first.address == "aws_instance.a"

    def test_an_instance_has_its_groups_or_the_default_one(self, tmp_path: Path) -> None:
        network = planned(
            tmp_path, self.CODE, *base(), declared("aws_instance.a", {}), declared("aws_instance.b", {})
        )
        assert interface(network, "aws_instance.a").groups == ("aws_security_group.web",)
        assert interface(network, "aws_instance.b").groups == ("aws_vpc.this.default_security_group_id",)

    @pytest.mark.parametrize(
        ("instance", "values", "expected"),
        [
            ("a", {}, True),
            ("a", {"associate_public_ip_address": False}, False),
            ("b", {}, False),
            ("b", {"associate_public_ip_address": True}, True),
        ],
    )
    def test_a_public_address_comes_from_the_subnet_or_the_argument(
        self, tmp_path: Path, instance: str, values: dict[str, object], expected: bool
    ) -> None:
        network = planned(tmp_path, self.CODE, *base(), declared(f"aws_instance.{instance}", values))
        public = interface(network, f"aws_instance.{instance}").public_ip
        assert (public is not None) is expected
        assert public is None or not any(public in each for each in RFC1918)

    def test_an_elastic_address_is_public(self, tmp_path: Path) -> None:
        parts = [*base(), declared("aws_instance.b", {})]
        later = planned(tmp_path, self.CODE, *parts, declared("aws_eip.x", {}))
        assert interface(later, "aws_instance.b").public_ip is not None
        known = planned(tmp_path, self.CODE, *parts, declared("aws_eip.x", {"public_ip": "54.0.0.1"}))
        assert interface(known, "aws_instance.b").public_ip == ip_address("54.0.0.1")

    def test_a_launch_template_stands_in_for_what_the_instance_does_not_say(self, tmp_path: Path) -> None:
        code = (
            self.CODE
            + """
        resource "aws_launch_template" "x" {
          vpc_security_group_ids = [aws_security_group.db.id]
        }
        resource "aws_instance" "c" {
          subnet_id = aws_subnet.b.id
          launch_template { id = aws_launch_template.x.id }
        }
        """
        )
        network = planned(
            tmp_path, code, *base(),
            declared("aws_launch_template.x", {}), declared("aws_instance.c", {"launch_template": [{}]}),
        )  # fmt: skip
        assert interface(network, "aws_instance.c").groups == ("aws_security_group.db",)

    def test_an_instance_takes_the_interface_that_it_is_given(self, tmp_path: Path) -> None:
        code = (
            self.CODE
            + """
        resource "aws_network_interface" "x" {
          subnet_id       = aws_subnet.b.id
          security_groups = [aws_security_group.db.id]
        }
        resource "aws_instance" "c" {
          network_interface {
            device_index         = 0
            network_interface_id = aws_network_interface.x.id
          }
        }
        """
        )
        network = planned(
            tmp_path, code, *base(),
            declared("aws_network_interface.x", {"source_dest_check": False}),
            declared("aws_instance.c", {"network_interface": [{"device_index": 0}]}),
        )  # fmt: skip
        assert network.instances["aws_instance.c"].interfaces == ("aws_network_interface.x",)
        own = interface(network, "aws_instance.c")
        assert (own.status, own.source_dest_check) == ("in-use", False)

    def test_a_nat_gateway_has_an_interface_and_its_elastic_address(self, tmp_path: Path) -> None:
        code = (
            NETWORK
            + """
        resource "aws_eip" "nat" {}
        resource "aws_nat_gateway" "x" {
          subnet_id     = aws_subnet.a.id
          allocation_id = aws_eip.nat.id
        }
        """
        )
        network = planned(
            tmp_path, code, *base(),
            declared("aws_eip.nat", {"public_ip": "54.0.0.7"}), declared("aws_nat_gateway.x", {}),
        )  # fmt: skip
        own = interface(network, "aws_nat_gateway.x")
        assert (own.subnet, own.public_ip, own.groups) == ("aws_subnet.a", ip_address("54.0.0.7"), ())
        assert network.nat_gateways["aws_nat_gateway.x"].interface == own.id


class TestDatabases:
    CODE = (
        NETWORK
        + """
    resource "aws_db_subnet_group" "x" { subnet_ids = [aws_subnet.a.id, aws_subnet.b.id] }
    resource "aws_db_instance" "x" {
      db_subnet_group_name   = aws_db_subnet_group.x.name
      vpc_security_group_ids = [aws_security_group.db.id]
    }
    """
    )

    def network(self, folder: Path, **values: object) -> Network:
        database = declared("aws_db_instance.x", {"identifier": "orders", "engine": "postgres", **values})
        group = declared("aws_db_subnet_group.x", {})
        return planned(folder, self.CODE, *base(), group, database)

    def test_it_may_be_in_each_of_its_subnets(self, tmp_path: Path) -> None:
        network = self.network(tmp_path)
        places = [network.interfaces[each] for each in network.db_instances["orders"].interfaces]
        assert {each.subnet for each in places} == {"aws_subnet.a", "aws_subnet.b"}
        assert {each.groups for each in places} == {("aws_security_group.db",)}
        assert {each.label for each in places} == {f"orders in aws_subnet.{each}" for each in "ab"}

    def test_or_in_those_of_the_zone_that_is_given(self, tmp_path: Path) -> None:
        network = self.network(tmp_path, availability_zone="us-east-1b")
        (only,) = network.db_instances["orders"].interfaces
        assert network.interfaces[only].subnet == "aws_subnet.b"

    @pytest.mark.parametrize(
        ("values", "port"),
        [
            ({}, 5432),
            ({"port": 5433}, 5433),
            ({"engine": "mariadb"}, 3306),
            ({"engine": "sqlserver-ex"}, 1433),
        ],
    )
    def test_its_port_is_the_argument_or_the_engines(
        self, tmp_path: Path, values: dict[str, object], port: int
    ) -> None:
        assert self.network(tmp_path, **values).db_instances["orders"].port == port


class TestBalancers:
    CODE = (
        NETWORK
        + """
    resource "aws_instance" "x" { subnet_id = aws_subnet.b.id }
    resource "aws_lb" "x" {
      subnets         = [aws_subnet.a.id, aws_subnet.b.id]
      security_groups = [aws_security_group.web.id]
    }
    resource "aws_lb_target_group" "x" { vpc_id = aws_vpc.this.id }
    resource "aws_lb_target_group_attachment" "x" {
      target_group_arn = aws_lb_target_group.x.arn
      target_id        = aws_instance.x.id
    }
    resource "aws_lb_listener" "x" {
      load_balancer_arn = aws_lb.x.arn
      default_action {
        type             = "forward"
        target_group_arn = aws_lb_target_group.x.arn
      }
    }
    """
    )

    def network(self, folder: Path, group: dict[str, object], **balancer: object) -> Network:
        return planned(
            folder, self.CODE, *base(),
            declared("aws_instance.x", {}),
            declared("aws_lb.x", {"name": "web", "internal": False, **balancer}),
            declared("aws_lb_target_group.x", {"name": "app", "port": 8080, "protocol": "HTTP", **group}),
            declared("aws_lb_target_group_attachment.x", {}),
            declared("aws_lb_listener.x", {"port": 80, "protocol": "HTTP",
                                           "default_action": [{"type": "forward"}]}),
        )  # fmt: skip

    def test_it_has_a_node_in_each_subnet_and_forwards_to_its_targets(self, tmp_path: Path) -> None:
        network = self.network(tmp_path, {"health_check": [{"port": "8081"}]})
        balancer = network.load_balancers["aws_lb.x"]
        nodes = [network.interfaces[each] for each in balancer.interfaces]
        assert [each.subnet for each in nodes] == ["aws_subnet.a", "aws_subnet.b"]
        assert all(each.public_ip and each.groups == ("aws_security_group.web",) for each in nodes)
        assert len({each.public_ip for each in nodes}) == 2
        (listener,) = balancer.listeners
        group = network.target_groups[listener.target_groups[0]]
        assert (group.targets, group.health_port) == ((Target("aws_instance.x", 8080),), 8081)

    def test_a_target_by_address_is_that_of_the_instance(self, tmp_path: Path) -> None:
        network = self.network(tmp_path, {"target_type": "ip"})
        (target,) = network.target_groups["aws_lb_target_group.x"].targets
        assert target.id == str(interface(network, "aws_instance.x").private_ips[0])

    def test_an_internal_one_has_no_public_address(self, tmp_path: Path) -> None:
        network = self.network(tmp_path, {}, internal=True)
        balancer = network.load_balancers["aws_lb.x"]
        assert [network.interfaces[each].public_ip for each in balancer.interfaces] == [None, None]


WEB = {"from_port": 443, "to_port": 443}


class TestRules:
    NEW = """
    resource "aws_vpc_security_group_ingress_rule" "x" {
      security_group_id            = aws_security_group.db.id
      referenced_security_group_id = aws_security_group.web.id
    }
    """
    OLD = """
    resource "aws_security_group_rule" "x" {
      security_group_id        = aws_security_group.db.id
      source_security_group_id = aws_security_group.web.id
    }
    """
    INLINE = """
    resource "aws_security_group" "db" {
      ingress { security_groups = [aws_security_group.web.id] }
      vpc_id = aws_vpc.this.id
    }
    """
    EXPECTED = (GroupRule(False, Traffic(6, 443, 443), GroupPeer("aws_security_group.web")),)

    def test_all_manners_of_rules_say_the_same(self, tmp_path: Path) -> None:
        new = declared("aws_vpc_security_group_ingress_rule.x", {"ip_protocol": "tcp", **WEB})
        old = declared("aws_security_group_rule.x", {"type": "ingress", "protocol": "tcp", **WEB})
        block = {"protocol": "tcp", "cidr_blocks": [], "prefix_list_ids": [], "self": False, **WEB}
        inline = declared("aws_security_group.db", {"name": "db", "ingress": [block]})
        without = NETWORK.replace('resource "aws_security_group" "db" { vpc_id = aws_vpc.this.id }', "")
        for code, parts in (
            (NETWORK + self.NEW, [*base(), new]),
            (NETWORK + self.OLD, [*base(), old]),
            (without + self.INLINE, [*base()[:-1], inline]),
        ):
            network = planned(tmp_path, code, *parts)
            assert network.groups["aws_security_group.db"].rules == self.EXPECTED

    def state(self, *rules: Declared, **group: object) -> Network:
        return applied(
            declared("aws_vpc.this", {"id": "vpc-1", "cidr_block": "10.0.0.0/16"}, Change.NONE),
            declared("aws_security_group.db", {"id": "sg-1", "name": "db", "vpc_id": "vpc-1", **group},
                     Change.NONE),
            *rules,
        )  # fmt: skip

    def rule(self, port: int, change: Change, before: int | None = None) -> Declared:
        def values(number: int) -> dict[str, object]:
            return {
                "security_group_id": "sg-1", "security_group_rule_id": "sgr-1", "ip_protocol": "tcp",
                "from_port": number, "to_port": number, "cidr_ipv4": "0.0.0.0/0",
            }  # fmt: skip

        old = values(before) if before else {}
        return declared("aws_vpc_security_group_ingress_rule.x", values(port), change, old)

    SHOWN = ({"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]},)

    def test_what_a_refresh_repeats_is_there_once(self) -> None:
        network = self.state(self.rule(443, Change.NONE), ingress=list(self.SHOWN))
        (rule,) = network.groups["sg-1"].rules
        assert rule == GroupRule(False, Traffic(6, 443, 443), EVERYBODY, "sgr-1")

    def test_a_rule_that_goes_is_not_there_though_the_group_repeats_it(self) -> None:
        network = self.state(self.rule(443, Change.DESTROY, 443), ingress=list(self.SHOWN))
        assert network.groups["sg-1"].rules == ()

    def test_a_rule_that_changes_is_there_as_it_will_be(self) -> None:
        network = self.state(self.rule(8443, Change.CHANGE, 443), ingress=list(self.SHOWN))
        assert [rule.traffic.first for rule in network.groups["sg-1"].rules] == [8443]

    def test_a_rule_that_nobody_declared_stays(self) -> None:
        network = self.state(ingress=list(self.SHOWN))
        assert [rule.traffic.first for rule in network.groups["sg-1"].rules] == [443]

    def test_an_address_that_an_apply_will_tell_is_reported_and_the_rule_left_out(
        self, tmp_path: Path
    ) -> None:
        rule = declared("aws_vpc_security_group_ingress_rule.x", {"ip_protocol": "-1"})
        code = self.NEW.replace("referenced_security_group_id = aws_security_group.web.id", "")
        network = planned(tmp_path, NETWORK + code, *base(), rule)
        assert network.groups["aws_security_group.db"].rules == ()
        assert (rule.address, "peer of the rule") in told(network)


class TestAcls:
    CODE = (
        NETWORK
        + """
    locals {
      rules = merge([for tier in ["a", "b"] : { for n in [100] : "${tier}-${n}" => { tier = tier } }]...)
    }
    resource "aws_network_acl" "x" {
      for_each   = toset(["a", "b"])
      vpc_id     = aws_vpc.this.id
      subnet_ids = [each.key == "a" ? aws_subnet.a.id : aws_subnet.b.id]
    }
    resource "aws_network_acl_rule" "x" {
      for_each       = local.rules
      network_acl_id = aws_network_acl.x[each.value.tier].id
    }
    """
    )

    def test_a_list_that_code_computes_is_found_by_the_key_and_that_is_said(self, tmp_path: Path) -> None:
        rule = {"rule_number": 100, "egress": False, "rule_action": "allow", "protocol": "6",
                "from_port": 22, "to_port": 22, "cidr_block": "10.0.0.0/8"}  # fmt: skip
        network = planned(
            tmp_path, self.CODE, *base(),
            *(declared(f'aws_network_acl.x["{key}"]', {}) for key in "ab"),
            declared('aws_network_acl_rule.x["b-100"]', rule),
        )  # fmt: skip
        numbers = {
            each.id: [entry.number for entry in each.entries if not entry.egress]
            for each in network.acls.values()
        }
        assert numbers['aws_network_acl.x["b"]'] == [100, 32767]
        assert numbers['aws_network_acl.x["a"]'] == [32767]
        assert ("aws_network_acl_rule.x", "network_acl_id") in told(network)

    def test_a_subnet_that_may_have_either_of_two_lists_is_reported(self, tmp_path: Path) -> None:
        lists = [declared(f'aws_network_acl.x["{key}"]', {}) for key in "ab"]
        network = planned(tmp_path, self.CODE, *base(), *lists)
        assert ('aws_network_acl.x["b"]', "subnet_ids") in told(network)

    def test_an_entry_that_goes_is_not_there_though_the_list_repeats_it(self) -> None:
        shown = {"rule_no": 100, "action": "allow", "protocol": "-1", "cidr_block": "0.0.0.0/0"}
        gone = {"network_acl_id": "acl-1", "rule_number": 100, "egress": False, "rule_action": "allow",
                "protocol": "-1", "cidr_block": "0.0.0.0/0"}  # fmt: skip
        network = applied(
            declared("aws_vpc.this", {"id": "vpc-1", "cidr_block": "10.0.0.0/16"}, Change.NONE),
            declared(
                "aws_network_acl.x", {"id": "acl-1", "vpc_id": "vpc-1", "ingress": [shown]}, Change.NONE
            ),
            declared("aws_network_acl_rule.x", gone, Change.DESTROY, gone),
        )  # fmt: skip
        assert [entry.number for entry in network.acls["acl-1"].entries] == [32767, 32767]


def test_what_is_planned_to_go_is_not_there(tmp_path: Path) -> None:
    gone = declared("aws_subnet.b", {"id": "subnet-b", "vpc_id": "vpc-1"}, Change.DESTROY)
    network = planned(tmp_path, NETWORK, *base()[:2], gone)
    assert list(network.subnets) == ["aws_subnet.a"]


def test_what_is_known_has_the_ids_and_addresses_of_aws() -> None:
    network = applied(
        declared("aws_vpc.this", {"id": "vpc-1", "cidr_block": "10.0.0.0/16",
                                  "default_security_group_id": "sg-0",
                                  "default_network_acl_id": "acl-0", "default_route_table_id": "rtb-0"}),
        declared("aws_subnet.a", {"id": "subnet-a", "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"}),
        declared("aws_instance.x", {
            "id": "i-1", "subnet_id": "subnet-a", "private_ip": "10.0.0.9", "public_ip": "54.0.0.1",
            "primary_network_interface_id": "eni-1", "vpc_security_group_ids": ["sg-0"],
            "instance_state": "stopped",
        }),
    )  # fmt: skip
    assert network.instances["i-1"].state == "stopped"
    own = network.interfaces["eni-1"]
    assert (own.private_ips, own.public_ip) == ((ip_address("10.0.0.9"),), ip_address("54.0.0.1"))
    assert (own.assumed, own.groups) == (False, ("sg-0",))
    assert network.acl_of["subnet-a"].id == "acl-0"
    assert network.table_of["subnet-a"].id == "rtb-0"


def test_what_is_declared_elsewhere_is_there_by_its_id_and_reported() -> None:
    subnet = {"id": "subnet-a", "vpc_id": "vpc-9", "cidr_block": "10.0.0.0/24"}
    network = applied(declared("aws_subnet.a", subnet))
    assert network.subnets["subnet-a"] == Subnet(
        id="subnet-a", address="aws_subnet.a", vpc="vpc-9", cidr=IPv4Network("10.0.0.0/24")
    )
    assert ("vpc-9", "not declared here") in told(network)


@pytest.mark.parametrize(
    ("address", "values"),
    [
        ("aws_ec2_transit_gateway.x", {}),
        ("aws_networkfirewall_firewall.x", {"vpc_id": "vpc-1"}),
        ("aws_vpc_block_public_access_options.x", {"internet_gateway_block_mode": "block-bidirectional"}),
        ("aws_elasticache_cluster.x", {"subnet_group_name": "cache"}),
        ("aws_something_of_next_year.x", {"subnet_ids": ["subnet-1"]}),
    ],
)
def test_resources_that_nobody_reads_are_reported(address: str, values: dict[str, object]) -> None:
    assert (address, address.partition(".")[0]) in told(applied(declared(address, values)))


def test_resources_that_decide_nothing_about_packets_are_not() -> None:
    network = applied(
        declared("aws_s3_bucket.x", {"bucket": "raw"}), declared("aws_flow_log.x", {"vpc_id": "v"})
    )
    assert network.unmodelled == ()
