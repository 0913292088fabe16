"""What somebody calls an end, and what they are told when nothing is called so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.errors import BadInputError
from scripts.reachability.answer import Question
from scripts.reachability.ends import resolve
from scripts.reachability.engine import ask
from scripts.reachability.model import Network
from tests.scripts.reachability import networks as make
from tests.scripts.reachability.classroom import balanced, classroom


@pytest.mark.parametrize(
    ("text", "interfaces"),
    [
        ("i-bastion", ("eni-bastion",)),
        ("bastion", ("eni-bastion",)),
        ("eni-db", ("eni-db",)),
        ("db", ("eni-db",)),
        ("lb", ("eni-lb-0", "eni-lb-1")),
        ("nat-1", ("eni-nat-1",)),
        ("10.0.2.30", ("eni-app",)),
        ("3.0.0.10", ("eni-bastion",)),
        ("2600:1f00::a", ("eni-bastion",)),
        ("aws_instance.bastion", ("eni-bastion",)),
        ("internet", ()),
        ("8.8.8.8", ()),
        ("s3", ()),
    ],
)
def test_an_end_is_called_by_id_name_address_or_what_terraform_calls_it(
    text: str, interfaces: tuple[str, ...]
) -> None:
    where = balanced()
    where = where.having(replace(where.instances["i-bastion"], address="aws_instance.bastion"))
    assert resolve(where, text).interfaces == interfaces


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("bastoin", "nothing here is called 'bastoin'", "i-bastion ('bastion', instance)"),
        ("Bastion", "nothing here is called 'Bastion'", "i-bastion"),
        ("10.0.2.99", "it lies in vpc-1", "i-bastion"),
        ("192.168.0.1", "it is private", "i-bastion"),
        ("127.20.0.5", "own address for itself", "i-bastion"),
        ("", "nothing here is called ''", "i-bastion"),
    ],
)
def test_an_unknown_end_lists_what_was_probably_meant(text: str, what: str, hint: str) -> None:
    with pytest.raises(BadInputError) as caught:
        resolve(classroom(), text)
    assert what in caught.value.what
    assert hint in caught.value.hint


def test_a_name_that_several_have_lists_their_ids() -> None:
    where = classroom()
    where = where.having(replace(where.instances["i-app"], name="bastion"))
    with pytest.raises(BadInputError) as caught:
        resolve(where, "bastion")
    assert "ambiguous" in caught.value.what
    assert "i-app" in caught.value.hint
    assert "i-bastion" in caught.value.hint


def test_an_address_that_two_vpcs_use_is_ambiguous() -> None:
    where = classroom()
    twin = make.subnet("subnet-twin", "vpc-3", "10.0.1.0/24")
    twin_machine = make.instance("twin", twin, "10.0.1.10", "sg-app")
    where = where.having(make.vpc("vpc-3", "10.0.0.0/16"), twin, *twin_machine)
    with pytest.raises(BadInputError, match="2 VPCs have an interface of this address"):
        resolve(where, "10.0.1.10")


def test_an_interface_with_its_instances_name_is_not_a_second_one() -> None:
    where = classroom()
    where = where.having(replace(where.interfaces["eni-bastion"], name="bastion"))
    assert resolve(where, "bastion").component.id == "i-bastion"


def test_an_empty_account_says_that_it_is_empty() -> None:
    with pytest.raises(BadInputError, match="holds nothing that sends or answers"):
        resolve(Network(), "bastion")


@pytest.mark.parametrize(
    ("question", "what"),
    [
        (Question("i-bastion", "i-bastion", ports=(22, 22)), "are the same"),
        (Question("i-bastion", "eni-bastion", ports=(22, 22)), "are the same"),
        (Question("internet", "s3"), "neither internet nor s3 lies in this network"),
        (Question("s3", "i-bastion", ports=(22, 22)), "begins no connections"),
        (Question("i-bastion", "i-app"), "has no port of its own"),
        (Question("i-bastion", "i-app", "sctp"), "protocol 'sctp' is unknown"),
        (Question("i-bastion", "i-app", "icmp", (1, 1)), "without ports"),
        (Question("i-bastion", "i-app", ports=(90, 80)), "no range of ports"),
        (Question("i-bastion", "i-app", ports=(0, 65536)), "no range of ports"),
        (Question("i-bastion", "i-app", ports=(22, 22), version=5), "no version 5"),
        (Question("i-bastion", "db", ephemeral=(60999, 32768)), "no range of ports"),
    ],
)
def test_a_question_that_cannot_be_right_is_refused(question: Question, what: str) -> None:
    with pytest.raises(BadInputError, match=what):
        ask(classroom(), question)


@pytest.mark.parametrize(
    ("destination", "port"), [("db", 5432), ("eni-db", 5432), ("lb", 80), ("internet", 443), ("s3", 443)]
)
def test_the_port_that_is_not_given_is_the_destinations_own(destination: str, port: int) -> None:
    assert make.asked(balanced(), "i-bastion", destination).question.ports == (port, port)


def test_what_stands_for_the_internet_is_said() -> None:
    (note,) = make.asked(classroom(), "internet", "i-bastion", 22).notes
    assert "stands for the internet" in note


def test_what_stands_for_a_service_without_a_list_is_said() -> None:
    (note,) = make.asked(classroom(), "i-app", "dynamodb").notes
    assert "no prefix list of dynamodb" in note
