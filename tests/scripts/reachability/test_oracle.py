"""The engine against an independent packet walker, over made-up networks.

``LAB_EXPLORE=5000`` looks at that many networks, others at each run; without it they are few and always the
same ones.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from ipaddress import ip_network
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from scripts.reachability.answer import Answer, Question
from scripts.reachability.engine import ask
from scripts.reachability.model import GroupRule, Network, Traffic
from scripts.reachability.repairs import Repair
from tests.scripts.reachability.oracle import obstacle, reachable
from tests.scripts.reachability.topologies import Case, cases

EXPLORE = int(os.environ.get("LAB_EXPLORE", "0"))


def examples(count: int) -> settings:
    return settings(
        max_examples=EXPLORE or count,
        derandomize=not EXPLORE,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )


@examples(400)
@given(cases())
def test_the_engine_and_a_packet_walker_agree_on_what_is_open(case: Case) -> None:
    answer = ask(case.network, case.question)
    assert answer.reachable == (obstacle(case.network, case.question) is None), told(case, answer)


@examples(400)
@given(cases())
def test_all_named_repairs_open_the_path_and_all_but_one_do_not(case: Case) -> None:
    """Where a blocker has no repair, the others' repairs open nothing."""
    answer = ask(case.network, case.question)
    wanted = repairs(answer)
    repaired = applied(case.network, wanted)
    why = obstacle(repaired, case.question)
    assert (why is None) == answer.repairable, told(case, answer, f"repaired: {why}")
    assert ask(repaired, case.question).reachable == answer.repairable, told(case, answer)
    if answer.repairable:
        for left_out in wanted:
            nearly = applied(case.network, [each for each in wanted if each != left_out])
            assert not reachable(nearly, case.question), told(case, answer, f"not needed: {left_out}")


def test_the_made_up_networks_are_worth_asking() -> None:
    """About half of the questions are open, and packets are stopped for many reasons."""
    found: Counter[str] = Counter()

    @settings(examples(300), phases=[Phase.generate])
    @given(cases())
    def look(case: Case) -> None:
        why = obstacle(case.network, case.question)
        found["open" if why is None else " ".join(re.findall(r"\b[a-z]+\b", why)[-4:])] += 1

    look()
    assert 0.35 < found["open"] / found.total() < 0.65
    assert len(found) > 10, found


@examples(100)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_components_and_of_their_parts_means_nothing(case: Case, random: Any) -> None:
    components = list(every_component(case.network))
    random.shuffle(components)
    shuffled = [_parts_shuffled(each, random) for each in components]
    other = ask(Network.of(shuffled), case.question)
    answer = ask(case.network, case.question)
    assert essence(other) == essence(answer), told(case, answer)


@examples(100)
@given(cases())
def test_ids_mean_nothing(case: Case) -> None:
    ids = [each.id for each in every_component(case.network)]
    # The last becomes the first, so that whoever goes by the order of ids is found out.
    labels = {each: f"{each.split('-')[0]}-{len(ids) - number:04}" for number, each in enumerate(ids)}
    relabelled = Network.of(_relabelled(each, labels) for each in every_component(case.network))
    question: Question = _relabelled(case.question, labels)
    answer, other = ask(case.network, case.question), ask(relabelled, question)
    assert other.reachable == answer.reachable
    assert other.repairable == answer.repairable


@examples(100)
@given(cases(), st.data())
def test_one_more_rule_in_a_security_group_closes_nothing(case: Case, data: st.DataObject) -> None:
    assume(ask(case.network, case.question).reachable)
    group = data.draw(st.sampled_from(list(case.network.groups.values())))
    peer = data.draw(
        st.sampled_from([ip_network("0.0.0.0/0"), ip_network("10.0.0.0/24"), ip_network("::/0")])
    )
    traffic = data.draw(st.sampled_from([Traffic(), Traffic(6, 5432, 5432), Traffic(6, 0, 1023)]))
    wider = replace(group, rules=(GroupRule(data.draw(st.booleans()), traffic, peer), *group.rules))
    network = replace(case.network, groups={**case.network.groups, group.id: wider})
    assert ask(network, case.question).reachable


@examples(60)
@given(cases())
def test_an_answer_is_the_same_each_time(case: Case) -> None:
    again = Network.of(every_component(case.network))
    assert ask(again, case.question) == ask(case.network, case.question)


@examples(60)
@given(cases(overlapping=True))
def test_nothing_repairs_a_private_way_between_vpcs_with_the_same_addresses(case: Case) -> None:
    answer = ask(case.network, case.question)
    if answer.question.version == 4 and all(each.kind == "peering" for each in answer.paths):
        assert not answer.repairable, told(case, answer)
        assert "DISCONNECTED_VPCS" in {each.code for each in answer.blockers}


def repairs(answer: Answer) -> list[Repair]:
    """Each once, in their order."""
    named = (blocker.repair for blocker in answer.blockers)
    return list(dict.fromkeys(each for each in named if each is not None))


def applied(network: Network, wanted: Sequence[Repair]) -> Network:
    for each in wanted:
        network = each.apply(network)
    return network


def essence(answer: Answer) -> tuple[bool, bool, set[tuple[str, str, str]]]:
    """What must not depend on how a network is written down."""
    found = {(each.code, each.component.id, str(each.direction)) for each in answer.blockers}
    return answer.reachable, answer.repairable, found


def told(case: Case, answer: Answer, more: str | None = "") -> str:
    """What a failing example looks like."""
    blockers = [
        f"{each.code} {each.direction} {each.component.id}: {each.repair}" for each in answer.blockers
    ]
    lines = [str(case.question), *(str(each) for each in every_component(case.network)), "engine:", *blockers]
    return "\n".join([*lines, f"oracle: {obstacle(case.network, case.question)}", more or ""])


def every_component(network: Network) -> Iterator[Any]:
    for field in fields(network):
        value = getattr(network, field.name)
        if isinstance(value, dict):
            yield from value.values()


def _parts_shuffled(component: Any, random: Any) -> Any:
    """Rules, entries, routes in another order. An end's addresses, interfaces and groups have one: of several
    groups that could be repaired the first is proposed."""
    changes = {}
    for name in ("rules", "entries", "routes", "subnets", "cidrs", "targets", "listeners"):
        if hasattr(component, name):
            changes[name] = tuple(random.sample(getattr(component, name), len(getattr(component, name))))
    return replace(component, **changes)


def _relabelled(value: Any, labels: dict[str, str]) -> Any:
    if isinstance(value, str):
        return labels.get(value, value)
    if isinstance(value, tuple):
        return tuple(_relabelled(each, labels) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{
            field.name: _relabelled(getattr(value, field.name), labels) for field in fields(value)
        })  # fmt: skip
    return value
