"""What an attribute will refer to is found in the code, before an apply."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.declarations import configuration
from scripts.declarations.declared import Declared
from scripts.declarations.references import Configured
from scripts.errors import BadInputError

ROOT = """
variable "zones" { default = null }
variable "region" { default = "us-east-1" }
variable "nat" { default = "single" }

locals {
  zones = coalesce(var.zones, ["${var.region}a", "${var.region}b"])
}

module "network" {
  source = "./network"
  zones  = local.zones
  nat    = var.nat
}

module "machines" {
  source  = "./machines"
  count   = 1
  subnets = {
    bastion = module.network.public_ids[module.network.home]
    inner   = module.network.private_ids[module.network.home]
  }
  all     = values(module.network.public_ids)
}
"""

NETWORK = """
locals {
  home = var.zones[0]
  ids  = { public = [for s in aws_subnet.public : s.id], private = [for s in aws_subnet.private : s.id] }
}

resource "aws_subnet" "public" {
  for_each = toset(var.zones)
}

resource "aws_subnet" "private" {
  for_each = toset(var.zones)
}

resource "aws_nat_gateway" "this" {
  for_each  = toset(var.nat == "single" ? [local.home] : var.zones)
  subnet_id = aws_subnet.public[each.key].id
}

resource "aws_route_table_association" "counted" {
  count     = 2
  subnet_id = element(aws_subnet.counted[*].id, count.index)
}

resource "aws_network_acl" "this" {
  for_each   = toset(["public", "private"])
  subnet_ids = local.ids[each.key]
}

resource "aws_route" "out" {
  for_each       = toset(var.zones)
  nat_gateway_id = aws_nat_gateway.this[var.nat == "single" ? local.home : each.key].id
}

output "public_ids" { value = { for zone, subnet in aws_subnet.public : zone => subnet.id } }
output "private_ids" { value = { for zone, subnet in aws_subnet.private : zone => subnet.id } }
output "home" { value = local.home }
"""

MACHINES = """
resource "aws_instance" "this" {
  for_each  = { bastion = 1, inner = 2 }
  subnet_id = var.subnets[each.key]
}

resource "aws_lb" "this" {
  subnets = var.all
}

resource "aws_lb_target_group_attachment" "this" {
  for_each  = { first = aws_instance.this["inner"].id }
  target_id = each.value
}

resource "aws_eip" "this" {
  instance = aws_instance.this["bastion"].id
  name     = "plain"
}
"""


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> configuration.Module:
    root = tmp_path_factory.mktemp("stack")
    for folder, text in (("", ROOT), ("network", NETWORK), ("machines", MACHINES)):
        (root / folder).mkdir(exist_ok=True)
        (root / folder / "main.tf").write_text(text)
    return configuration.of_folder(root)


ZONES = ("us-east-1a", "us-east-1b")


def instances(nat: str = "single") -> dict[str, Declared]:
    def one(module: str, kind: str, name: str, key: str | None = None) -> Declared:
        index = f'["{key}"]' if key else ""
        return Declared(f"{module}.{kind}.{name}{index}", module, kind, name, key, {})

    def counted(kind: str, number: int) -> Declared:
        address = f"module.network.{kind}.counted[{number}]"
        return Declared(address, "module.network", kind, "counted", number, {})

    network, machines = "module.network", "module.machines[0]"
    found = [
        *(one(network, "aws_subnet", tier, zone) for tier in ("public", "private") for zone in ZONES),
        *(one(network, "aws_nat_gateway", "this", z) for z in (ZONES[:1] if nat == "single" else ZONES)),
        *(one(network, "aws_route", "out", zone) for zone in ZONES),
        *(one(network, "aws_network_acl", "this", tier) for tier in ("public", "private")),
        *(counted(kind, n) for kind in ("aws_subnet", "aws_route_table_association") for n in range(2)),
        *(one(machines, "aws_instance", "this", key) for key in ("bastion", "inner")),
        one(machines, "aws_lb", "this"),
        one(machines, "aws_lb_target_group_attachment", "this", "first"),
        one(machines, "aws_eip", "this"),
    ]
    return {each.address: each for each in found}


def follow(
    code: configuration.Module,
    address: str,
    attribute: str,
    nat: str = "single",
    zones: list[str] | None = None,
) -> list[str]:
    found = instances(nat)
    variables = {"region": "us-east-1", "zones": zones, "nat": nat}
    references = Configured(code, list(found.values()), variables)
    return [each.rpartition("aws_")[2] for each in references.addresses(found[address], (attribute,))]


def test_a_key_leads_to_the_instance_of_the_same_key(code: configuration.Module) -> None:
    gateway = 'module.network.aws_nat_gateway.this["us-east-1a"]'
    assert follow(code, gateway, "subnet_id") == ['subnet.public["us-east-1a"]']


@pytest.mark.parametrize(("nat", "found"), [("single", "us-east-1a"), ("per_zone", "us-east-1b")])
def test_a_key_that_is_chosen_by_a_variable_is_chosen(
    code: configuration.Module, nat: str, found: str
) -> None:
    route = 'module.network.aws_route.out["us-east-1b"]'
    assert follow(code, route, "nat_gateway_id", nat) == [f'nat_gateway.this["{found}"]']


def test_an_element_of_all_is_the_one_at_the_own_index(code: configuration.Module) -> None:
    association = "module.network.aws_route_table_association.counted[1]"
    assert follow(code, association, "subnet_id") == ["subnet.counted[1]"]


def test_a_local_object_is_followed_by_its_key(code: configuration.Module) -> None:
    acl = 'module.network.aws_network_acl.this["private"]'
    assert follow(code, acl, "subnet_ids") == [f'subnet.private["{zone}"]' for zone in ZONES]


def test_modules_are_crossed_and_the_one_zone_is_found(code: configuration.Module) -> None:
    bastion, inner = (f'module.machines[0].aws_instance.this["{key}"]' for key in ("bastion", "inner"))
    assert follow(code, bastion, "subnet_id") == ['subnet.public["us-east-1a"]']
    assert follow(code, inner, "subnet_id") == ['subnet.private["us-east-1a"]']
    assert follow(code, inner, "subnet_id", zones=["us-east-1b"]) == ['subnet.private["us-east-1b"]']


def test_all_values_of_an_output_are_all_instances(code: configuration.Module) -> None:
    assert follow(code, "module.machines[0].aws_lb.this", "subnets") == [
        f'subnet.public["{zone}"]' for zone in ZONES
    ]


def test_each_value_is_followed_into_for_each(code: configuration.Module) -> None:
    attachment = 'module.machines[0].aws_lb_target_group_attachment.this["first"]'
    assert follow(code, attachment, "target_id") == ['instance.this["inner"]']


LISTS = """
variable "zones" { default = ["a", "b"] }
variable "places" { default = {} }

locals { all = var.zones }

resource "aws_subnet" "this" { for_each = toset(["hub a", "hub b", "spoke a"]) }

resource "aws_lb" "literal" { subnets = [for name in ["hub a", "spoke a"] : aws_subnet.this[name].id] }
resource "aws_lb" "listed" { subnets = [for zone in local.all : aws_subnet.this["hub ${zone}"].id] }
resource "aws_lb" "chosen" { subnets = [for zone, each in aws_subnet.this : each.id if zone != "hub a"] }
resource "aws_lb" "every" { subnets = [for each in aws_subnet.this : each.id] }

resource "aws_instance" "this" {
  for_each  = var.places
  subnet_id = aws_subnet.this[each.value.outside ? "spoke a" : "hub a"].id
}

resource "aws_instance" "named" {
  for_each  = toset(local.all)
  subnet_id = aws_subnet.this["hub ${each.key}"].id
}
"""


def of_lists(folder: Path, address: str, attribute: str) -> tuple[list[str], bool]:
    """Keys of the subnets that an attribute leads to, and whether it may lead to fewer."""
    (folder / "main.tf").write_text(LISTS)
    subnets = [
        Declared(f'aws_subnet.this["{key}"]', "", "aws_subnet", "this", key, {})
        for key in ("hub a", "hub b", "spoke a")
    ]
    kind, _, name = address.partition("[")[0].partition(".")
    key = address.partition('["')[2].removesuffix('"]') or None
    own = Declared(address, "", kind, name, key, {})
    variables = {"zones": ["a", "b"], "places": {"x": {"outside": True}, "y": {"outside": False}}}
    references = Configured(configuration.of_folder(folder), [*subnets, own], variables)
    found = references.addresses(own, (attribute,))
    keys = [str(each.key) for each in subnets if each.address in found]
    return keys, references.doubtful(own, (attribute,))


@pytest.mark.parametrize(
    ("address", "attribute", "keys", "doubtful"),
    [
        ("aws_lb.literal", "subnets", ["hub a", "spoke a"], False),
        ("aws_lb.listed", "subnets", ["hub a", "hub b"], False),
        ("aws_lb.every", "subnets", ["hub a", "hub b", "spoke a"], False),
        ("aws_lb.chosen", "subnets", ["hub a", "hub b", "spoke a"], True),
        ('aws_instance.this["x"]', "subnet_id", ["spoke a"], False),
        ('aws_instance.this["y"]', "subnet_id", ["hub a"], False),
        ('aws_instance.named["b"]', "subnet_id", ["hub b"], False),
    ],
)
def test_lists_and_conditions_on_known_values_are_followed_and_others_are_doubtful(
    tmp_path: Path, address: str, attribute: str, keys: list[str], doubtful: bool
) -> None:
    assert of_lists(tmp_path, address, attribute) == (keys, doubtful)


def test_what_refers_to_no_resource_leads_nowhere(code: configuration.Module) -> None:
    assert follow(code, "module.machines[0].aws_eip.this", "name") == []
    assert follow(code, "module.machines[0].aws_eip.this", "missing") == []
    assert follow(code, "module.machines[0].aws_eip.this", "instance") == ['instance.this["bastion"]']


def test_the_sources_are_used_only_for_a_plan_that_was_made_from_them(code: configuration.Module) -> None:
    other = configuration.Module(resources={"aws_vpc.this": {}})
    assert code.covers(code)
    assert code.covers(configuration.Module())
    assert not code.covers(other)
    assert not other.covers(code)


def test_a_file_that_is_no_terraform_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "main.tf"
    broken.write_text('resource "aws_vpc" {{{')
    with pytest.raises(BadInputError, match=r"main\.tf cannot be read") as caught:
        configuration.of_folder(tmp_path)
    assert "make lint" in str(caught.value)
