"""A folder of saved answers: read whole, or refused with a word on what is wrong with which file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import network_snapshot
from scripts.errors import BadInputError
from scripts.reachability.readers import aws, saved
from tests.scripts.reachability.readers.documents import GROUP, Documents, empty, full, interface


def save(folder: Path, documents: Documents) -> Path:
    network_snapshot.save(documents, folder)
    return folder


def test_what_was_saved_is_read_as_it_was(tmp_path: Path) -> None:
    assert saved.network(save(tmp_path, full())) == aws.network(full())


def test_an_empty_account_is_an_empty_network(tmp_path: Path) -> None:
    assert not saved.network(save(tmp_path, empty())).subnets


def test_pages_of_one_command_are_put_together(tmp_path: Path) -> None:
    documents = full()
    first, second = documents["describe-subnets"]["Subnets"]
    documents["describe-subnets"]["Subnets"] = [first]
    save(tmp_path, documents)
    (tmp_path / "describe-subnets-2.json").write_text(json.dumps({"Subnets": [second, first]}))
    assert saved.network(tmp_path) == aws.network(full())


def test_answers_about_one_thing_have_its_name(tmp_path: Path) -> None:
    documents = full()
    health = documents.pop("describe-target-health")[GROUP]
    save(tmp_path, documents)
    (tmp_path / "describe-target-health.app.json").write_text(json.dumps(health))
    assert saved.network(tmp_path).target_groups[GROUP].targets


def test_listeners_and_rules_say_themselves_what_they_belong_to(tmp_path: Path) -> None:
    documents = full()
    plain = {name: documents.pop(name) for name in ("describe-listeners", "describe-rules")}
    save(tmp_path, documents)
    for name, answers in plain.items():
        (answer,) = answers.values()
        (tmp_path / f"{name}.json").write_text(json.dumps(answer))
    assert saved.network(tmp_path) == aws.network(full())


@pytest.mark.parametrize("missing", [name for name, each in aws.COMMANDS.items() if each.required])
def test_a_file_that_is_needed_is_named_when_it_is_missing(tmp_path: Path, missing: str) -> None:
    documents = full()
    del documents[missing]
    with pytest.raises(BadInputError, match=f"{missing} is missing") as caught:
        saved.network(save(tmp_path, documents))
    assert f"aws ec2 {missing} > {missing}.json" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("describe-vpcs", "{", r"describe-vpcs\.json is not JSON"),
        ("describe-vpcs", "[]", r"describe-vpcs\.json: an object is expected"),
        ("describe-vpcs", '{"Subnets": []}', r"describe-vpcs\.json: an object with a list Vpcs"),
        ("describe-vpcs", '{"Vpcs": {}}', r"describe-vpcs\.json: an object with a list Vpcs"),
        ("describe-vpcs", '{"Vpcs": [1]}', r"describe-vpcs: an object with a list Vpcs"),
        ("describe-vpcs", '{"Vpcs": [{"VpcId": "vpc-1"}]}', r"entry 1 \(vpc-1\) .* there is no 'CidrBlock'"),
        ("describe-vpcs", '{"Vpcs": [{"VpcId": "v", "CidrBlock": "10.0.0.1/8"}]}', "has host bits set"),
        ("describe-moons", "{}", r"describe-moons\.json: nobody here reads"),
        ("notes", "{}", r"notes\.json: nobody here reads"),
        ("describe-target-health", '{"TargetHealthDescriptions": []}', "does not say what it is about"),
        ("describe-vpcs.vpc-1", '{"Vpcs": []}', "describe-vpcs lists everything"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: str, message: str) -> None:
    save(tmp_path, empty())
    (tmp_path / f"{name}.json").write_text(content)
    with pytest.raises(BadInputError, match=message):
        saved.network(tmp_path)


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="is no folder"):
        saved.network(tmp_path / "nowhere")


def first(documents: Documents, command: str) -> dict[str, Any]:
    entry: dict[str, Any] = documents[command][aws.COMMANDS[command].member][0]
    return entry


def lose_gateway(documents: Documents) -> None:
    documents["describe-internet-gateways"]["InternetGateways"] = []


def lose_group(documents: Documents) -> None:
    del documents["describe-security-groups"]["SecurityGroups"][1]


def lose_vpc(documents: Documents) -> None:
    documents["describe-vpcs"]["Vpcs"] = []


def lose_list(documents: Documents) -> None:
    del documents["describe-prefix-lists"], documents["describe-managed-prefix-lists"]


def lose_interface(documents: Documents) -> None:
    del documents["describe-network-interfaces"]["NetworkInterfaces"][1]


def number_twice(documents: Documents) -> None:
    entries = first(documents, "describe-network-acls")["Entries"]
    entries.append(entries[1] | {"RuleAction": "deny"})


def subnet_twice(documents: Documents) -> None:
    documents["describe-subnets"]["Subnets"].append(
        first(documents, "describe-subnets") | {"CidrBlock": "10.0.9.0/24"}
    )


def main_twice(documents: Documents) -> None:
    tables = documents["describe-route-tables"]["RouteTables"]
    tables.append({"RouteTableId": "rtb-2", "VpcId": "vpc-1", "Associations": [{"Main": True}], "Routes": []})


def associated_twice(documents: Documents) -> None:
    tables = documents["describe-route-tables"]["RouteTables"]
    joined = [{"Main": False, "SubnetId": "subnet-a"}]
    tables.append({"RouteTableId": "rtb-2", "VpcId": "vpc-1", "Associations": joined, "Routes": []})


def route_twice(documents: Documents) -> None:
    routes = first(documents, "describe-route-tables")["Routes"]
    leading = next(each for each in routes if each.get("DestinationCidrBlock") == "0.0.0.0/0")
    other = {key: leading[key] for key in ("DestinationCidrBlock", "State") if key in leading}
    routes.append(other | {"NetworkInterfaceId": "eni-spare"})


def subnets_overlap(documents: Documents) -> None:
    one = first(documents, "describe-subnets")
    half = one["CidrBlock"].replace("/24", "/25")
    documents["describe-subnets"]["Subnets"].append(one | {"SubnetId": "subnet-half", "CidrBlock": half})


def address_twice(documents: Documents) -> None:
    documents["describe-network-interfaces"]["NetworkInterfaces"].append(
        interface("eni-double", "subnet-b", "10.0.1.40", "sg-db")
    )


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lose_gateway, "route-table rtb-public refers to the internet gateway igw-1, which is nowhere"),
        (lose_group, "refers to the group sg-db, which is nowhere"),
        (lose_vpc, "subnet subnet-a refers to the vpc vpc-1, which is nowhere"),
        (lose_list, "security-group sg-web refers to the prefix list pl-own, which is nowhere"),
        (lose_interface, "instance i-1 refers to the interface eni-spare, which is nowhere"),
        (number_twice, "network-acl acl-1 has 2 inbound entries with the number 100"),
        (subnet_twice, "the subnet subnet-a is described twice, and differently"),
        (main_twice, "vpc vpc-1 has 2 main route tables"),
        (associated_twice, "subnet subnet-a has 2 route tables"),
        (route_twice, r"route-table rtb-\w+ has routes to 0\.0\.0\.0/0 that lead to different targets: "),
        (subnets_overlap, "subnets subnet-a and subnet-half overlap in the vpc vpc-1"),
        (address_twice, "address 10.0.1.40 is on 2 interfaces in the vpc vpc-1"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    tmp_path: Path, spoil: Callable[[Documents], None], message: str
) -> None:
    documents = full()
    spoil(documents)
    with pytest.raises(BadInputError, match=message):
        saved.network(save(tmp_path, documents))


def test_groups_may_refer_to_each_other_and_routes_lead_in_a_circle(tmp_path: Path) -> None:
    documents = full()
    back = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-web"}, {"GroupId": "sg-db"}]}
    documents["describe-security-groups"]["SecurityGroups"][1]["IpPermissionsEgress"] = [back]
    routes = documents["describe-route-tables"]["RouteTables"][1]["Routes"]
    routes.append({"DestinationCidrBlock": "192.168.0.0/16", "NetworkInterfaceId": "eni-spare"})
    assert saved.network(save(tmp_path, documents)).groups["sg-db"].rules
