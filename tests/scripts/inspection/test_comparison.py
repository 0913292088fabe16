"""State and AWS: what only one of them knows is said."""

from __future__ import annotations

from dataclasses import replace

from scripts.inspection import inventory
from scripts.inspection.comparison import compare
from scripts.inspection.model import Bucket, Environment, Mark, NetworkAcl, Resource, Vpc
from tests.scripts.inspection.environments import lab


def env(*resources: Resource) -> Environment:
    return Environment("lab", "a test", resources)


def test_the_same_in_both_is_as_aws_shows_it_with_terraforms_address() -> None:
    state = env(Vpc(id="vpc-1", name="lab", address="aws_vpc.this"))
    found = compare(state, env(Vpc(id="vpc-1", name="lab", state="available", cidrs=("10.0.0.0/16",))))
    assert found.resources == (
        Vpc(id="vpc-1", name="lab", state="available", cidrs=("10.0.0.0/16",), address="aws_vpc.this"),
    )
    assert inventory.differences(found) == []


def test_what_is_gone_and_what_was_made_by_hand_are_told_apart() -> None:
    state = env(Bucket(id="gone", name="gone", address="aws_s3_bucket.gone"))
    found = compare(state, env(Bucket(id="by-hand", name="by-hand")))
    assert {each.id: each.mark for each in found.resources} == {
        "gone": Mark.STATE_ONLY,
        "by-hand": Mark.AWS_ONLY,
    }
    assert inventory.differences(found) == [
        "bucket by-hand: in AWS, not in the state",
        "bucket gone: in the state, not in AWS",
    ]


def test_what_aws_makes_by_itself_is_no_difference_even_if_terraform_took_it_over() -> None:
    acl = NetworkAcl(id="acl-1", name="acl-1", default=True, mark=Mark.AWS_MADE)
    assert compare(env(), env(acl)).resources == (acl,)
    adopted = compare(env(NetworkAcl(id="acl-1", name="x", address="aws_default_network_acl.this")), env(acl))
    assert [each.mark for each in adopted.resources] == [Mark.NONE]
    assert inventory.differences(adopted) == []


def test_two_kinds_with_one_name_are_not_mixed_up() -> None:
    whole = lab(2)
    streams = {each.kind for each in whole.resources if each.id == "sourcelab-events"}
    assert streams == {"stream", "delivery stream"}
    without = tuple(each for each in whole.resources if each.kind != "delivery stream")
    found = compare(whole, replace(whole, resources=without))
    assert inventory.differences(found) == ["delivery stream sourcelab-events: in the state, not in AWS"]
