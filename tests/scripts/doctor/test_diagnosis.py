"""Diagnosis, checklist and report of a made-up account: the course's connectivity assignment."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from scripts.doctor import checklist, diagnosis, document, everybody, report, settings
from scripts.doctor.checklist import Mark
from scripts.doctor.diagnosis import Diagnosis, Probed, Request
from scripts.doctor.layer import Layer, Outcome
from scripts.doctor.storage import Place
from scripts.doctor.text import WIDTH
from scripts.errors import BadInputError
from scripts.reachability.model import Network, Unmodelled
from scripts.reachability.readers import saved
from tests.scripts.doctor import account
from tests.scripts.doctor.account import BASTION, BASTION_GROUP, DATABASE, DATABASE_GROUP, STRANGER


def network(folder: Path, **options: Any) -> Network:
    return saved.network(account.save(folder, **options))


def ask(found: Network, source: str, destination: str = DATABASE, **options: Any) -> Diagnosis:
    request = Request(source, destination, **options)
    return Diagnosis(found, diagnosis.answers(found, request))


def text(found: Diagnosis) -> str:
    return "\n".join(report.lines(found))


# --- the report


def test_a_group_that_admits_only_itself_is_the_one_setting_that_must_change(tmp_path: Path) -> None:
    found = ask(network(tmp_path), BASTION)
    said = text(found)
    assert not found.well
    assert (
        said.splitlines()[0] == f"{BASTION} -> {DATABASE}, tcp 5432: NOT reachable, one setting must change"
    )
    assert "4 Security groups     FAILS  see setting 1 below" in said
    assert "STOP security group database (sg-database)" in said
    assert "1. security group database (sg-database)  ENI_SG_RULES_MISMATCH" in said
    assert "aws ec2 authorize-security-group-ingress" in said
    assert BASTION_GROUP in said.partition("AWS CLI:")[2]
    assert "Terraform:" in said


def test_a_group_that_admits_the_bastion_lets_it_reach_the_database(tmp_path: Path) -> None:
    found = ask(network(tmp_path, admitted=(DATABASE_GROUP, BASTION_GROUP)), BASTION)
    said = text(found)
    assert found.well
    assert said.splitlines()[0] == f"{BASTION} -> {DATABASE}, tcp 5432: reachable"
    assert "STOP" not in said
    assert "WHAT MUST CHANGE" not in said


def test_a_bastion_in_another_vpc_is_wrongly_placed_and_every_other_setting_is_told_too(
    tmp_path: Path,
) -> None:
    found = ask(network(tmp_path), STRANGER)
    steps = {step.title: step for step in checklist.of(found.network, found.answers[0])}
    assert [title for title, step in steps.items() if step.mark is Mark.FAILS] == [
        "Routes",
        "Security groups",
        "Instance placement",
    ]
    numbers = [number for step in steps.values() for number in step.settings]
    assert sorted(numbers) == list(range(1, len(settings.of(found.answers[0])) + 1))
    said = text(found)
    assert "DISCONNECTED_VPCS" in said
    assert "Assumed: " in said
    for number in numbers:
        assert (
            f"[{number}]" in said or "DISCONNECTED_VPCS" in said.partition(f"\n{number}. ")[2].splitlines()[0]
        )


def test_lines_for_people_fit_80_columns_and_commands_are_not_broken(tmp_path: Path) -> None:
    shell = 0
    for line in report.lines(ask(network(tmp_path), STRANGER)):
        if line.startswith("     aws "):
            shell += 1
        else:
            assert len(line) <= WIDTH, line
        assert line == line.rstrip()
    assert shell >= 5


def test_commands_call_the_cli_of_the_target(tmp_path: Path) -> None:
    lines = list(report.lines(ask(network(tmp_path), BASTION), aws=".venv/bin/awslocal"))
    (command,) = (
        line for line in lines if "authorize-security-group-ingress" in line and BASTION_GROUP in line
    )
    assert command.strip().startswith(".venv/bin/awslocal ec2 ")


def test_before_an_apply_there_is_no_command_but_terraforms_argument(tmp_path: Path) -> None:
    account.save(tmp_path)
    for file in tmp_path.iterdir():
        file.write_text(file.read_text().replace(DATABASE_GROUP, "aws_security_group.database"))
    said = text(ask(saved.network(tmp_path), BASTION))
    assert "AWS CLI:" not in said
    assert "aws ec2" not in said
    assert 'resource "aws_vpc_security_group_ingress_rule"' in said


def test_the_six_steps_come_in_the_order_of_the_course(tmp_path: Path) -> None:
    found = ask(network(tmp_path), BASTION, "internet")
    steps = checklist.of(found.network, found.answers[0])
    assert [step.title for step in steps] == [
        "Gateway attached",
        "Routes",
        "Associations",
        "Security groups",
        "Network ACLs",
        "Instance placement",
    ]
    assert {step.mark for step in steps} == {Mark.OK}
    assert "igw-lab is attached to vpc-lab" in steps[0].found
    assert any("route table rtb-public" in fact for fact in steps[2].found)


def test_inside_a_vpc_no_gateway_is_needed(tmp_path: Path) -> None:
    found = ask(network(tmp_path), BASTION)
    assert checklist.of(found.network, found.answers[0])[0].mark is Mark.UNUSED


def test_layers_and_notes_stand_at_the_end(tmp_path: Path) -> None:
    found = ask(network(tmp_path), BASTION)
    layer = Layer("TCP", Outcome.FAILED, "10.0.2.10:5432 refused", "Nobody listens.", "Start it.")
    said = text(Diagnosis(found.network, found.answers, (layer,), ("Asked from this machine.",)))
    above = said.partition("ABOVE THE NETWORK\n")[2]
    assert above.splitlines()[0] == "  Asked from this machine."
    assert "TCP              failed      10.0.2.10:5432 refused" in above
    assert "-> Start it." in above


def test_a_layer_that_fails_makes_the_whole_answer_a_no(tmp_path: Path) -> None:
    found = ask(network(tmp_path, admitted=(BASTION_GROUP,)), BASTION)
    ok, failed, unknown = (Layer("TCP", outcome, "", "") for outcome in Outcome)
    assert Diagnosis(found.network, found.answers, (ok, unknown)).well
    assert not Diagnosis(found.network, found.answers, (ok, failed)).well


def test_every_leg_of_a_way_is_asked_for_itself(tmp_path: Path) -> None:
    found = ask(
        network(tmp_path, admitted=(BASTION_GROUP,)),
        STRANGER,
        through=((BASTION, (22, 22)),),
        ports=(5432, 5432),
    )
    assert [answer.reachable for answer in found.answers] == [False, True]
    said = text(found)
    assert "LEG 1 OF 2" in said
    assert f"{BASTION} -> {DATABASE}, tcp 5432: reachable" in said
    assert not found.reachable


# --- ends


def test_a_name_may_be_given_without_the_stacks_prefix(tmp_path: Path) -> None:
    found = ask(network(tmp_path), "bastion", "postgres", prefix="lab")
    assert (found.answers[0].question.source, found.answers[0].question.destination) == (BASTION, DATABASE)


def test_a_name_that_is_not_there_lists_what_is(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="'bastian'") as caught:
        ask(network(tmp_path), "bastian", prefix="lab")
    assert "i-bastion ('lab-bastion', instance)" in caught.value.hint


def test_what_is_probed_is_the_endpoint_behind_the_name(tmp_path: Path) -> None:
    found = network(tmp_path)
    database = Probed(database=DATABASE, addresses=(ip_address("10.0.2.10"),))
    for name in (DATABASE, "postgres"):
        assert diagnosis.probed(found, Request(BASTION, name, prefix="lab")) == database
    assert diagnosis.probed(found, Request(BASTION, "s3")) == Probed(service=True)
    bucket = diagnosis.probed(found, Request(BASTION, "s3://raw/csv/a.csv"))
    assert bucket == Probed(place=Place("raw", "csv/a.csv"), service=True)
    assert diagnosis.probed(found, Request(DATABASE, BASTION)) == Probed()
    assert diagnosis.probed(found, Request(BASTION, "internet")) == Probed()


# --- documents


def test_the_document_has_awss_analysis_the_checklist_and_the_layers(tmp_path: Path) -> None:
    found = ask(network(tmp_path), BASTION)
    layer = Layer("TCP", Outcome.OK, "", "")
    made = document.of(Diagnosis(found.network, found.answers, (layer,), ("a note",)))
    assert made["Reachable"] is False
    (analysis,) = made["NetworkInsightsAnalyses"]
    assert analysis["NetworkPathFound"] is False
    assert {each["ExplanationCode"] for each in analysis["Explanations"]} == {"ENI_SG_RULES_MISMATCH"}
    assert [step["mark"] for step in made["Checklists"][0]] == ["-", "ok", "ok", "FAILS", "ok", "ok"]
    assert made["Layers"][0]["name"] == "TCP"
    assert made["Notes"] == ["a note"]


# --- everybody


def test_of_everything_that_has_a_name_is_told_whom_it_reaches_and_whom_not(tmp_path: Path) -> None:
    found = network(tmp_path, admitted=(BASTION_GROUP,))
    pairs = everybody.of(found)
    reached = {(each.source.name, each.destination.name) for each in pairs if each.reachable}
    assert reached == {(BASTION, each) for each in (DATABASE, "internet", "s3", "dynamodb")}
    for each in pairs:
        asked = Request(each.source.id, each.destination.id, ports=each.ports)
        assert diagnosis.answers(found, asked)[0].reachable is each.reachable, each
    said = "\n".join(everybody.lines(pairs))
    assert f"{BASTION}\n  reaches  {DATABASE} 5432, internet 443, s3 443, dynamodb 443\n" in said
    assert f"  not      {STRANGER} 22\n" in said


def test_other_ports_may_be_asked_of_everybody(tmp_path: Path) -> None:
    pairs = everybody.of(network(tmp_path, admitted=(BASTION_GROUP,)), [(22, 22), (5000, 5432)])
    assert {each.ports for each in pairs} == {(22, 22), (5000, 5432)}
    reached = {(each.source.name, each.destination.name) for each in pairs if each.reachable}
    assert (BASTION, DATABASE) not in reached


def test_in_an_empty_account_there_is_nobody(tmp_path: Path) -> None:
    assert list(everybody.lines(everybody.of(Network()))) == [
        "Nothing here has a name: there is nobody to reach."
    ]


def test_what_is_made_anew_is_told_before_what_leads_to_it(tmp_path: Path) -> None:
    found = ask(network(tmp_path), STRANGER)
    codes = [each.code for each in settings.of(found.answers[0])]
    assert codes.index("DISCONNECTED_VPCS") < codes.index("NO_ROUTE_TO_DESTINATION")
    assert "in the wrong VPC" in text(found)


def test_a_setting_that_stops_several_packets_is_told_once(tmp_path: Path) -> None:
    found = ask(network(tmp_path), STRANGER)
    named = settings.of(found.answers[0])
    repairs = [each.repair for each in named]
    assert len(set(repairs)) == len(repairs)
    assert {each for setting in named for each in setting.blockers} == set(found.answers[0].blockers)


def test_what_the_model_does_not_know_is_told_where_it_is_on_the_way(tmp_path: Path) -> None:
    found = network(tmp_path)
    known = Unmodelled("i-bastion", "a field", "something may be wrong")
    other = Unmodelled("i-stranger", "a field", "something else may be wrong")
    found = replace(found, unmodelled=(known, other))
    said = text(ask(found, BASTION))
    assert "i-bastion, a field: something may be wrong" in said
    assert "something else" not in said
    assert document.of(ask(found, BASTION))["Unmodelled"][1]["component"] == "i-stranger"
