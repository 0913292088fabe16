"""The document of an answer has the fields of AWS's network-insights analysis, and no others."""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore.model import ListShape, Shape, StructureShape

from scripts.reachability.explanation.document import document
from tests.scripts.reachability import networks as make
from tests.scripts.reachability.classroom import balanced, classroom, ruled
from tests.scripts.reachability.test_codes import CASES


def _analysis() -> StructureShape:
    model = botocore.session.get_session().get_service_model("ec2")
    shape = model.shape_for("NetworkInsightsAnalysis")
    assert isinstance(shape, StructureShape)
    return shape


def _check(value: Any, shape: Shape, where: str) -> None:
    if isinstance(shape, StructureShape):
        assert isinstance(value, dict), where
        for key, inner in value.items():
            assert key in shape.members, f"{where}.{key}"
            _check(inner, shape.members[key], f"{where}.{key}")
    elif isinstance(shape, ListShape):
        assert isinstance(value, list), where
        for inner in value:
            _check(inner, shape.member, where)
    else:
        types = {"string": str, "integer": int, "boolean": bool}
        assert isinstance(value, types[shape.type_name]), f"{where}: {value!r}"


def test_every_key_is_one_of_awss_and_has_its_type() -> None:
    shape = _analysis()
    for case in CASES:
        where = case.network()
        answer = make.asked(where, case.source, case.destination, case.port, case.protocol, case.version)
        _check(document(answer, where), shape, case.code)


def test_an_open_path_has_its_components_in_order_and_no_explanations() -> None:
    where = classroom()
    found = document(make.asked(where, "i-bastion", "db"), where)
    assert found["NetworkPathFound"] is True
    assert found["Explanations"] == []
    there = [each["Component"]["Id"] for each in found["ForwardPathComponents"]]
    assert there == [
        "i-bastion", "eni-bastion", "sg-bastion", "rtb-public", "acl-public", "acl-private", "sg-db",
        "db", "eni-db",
    ]  # fmt: skip
    assert [each["SequenceNumber"] for each in found["ForwardPathComponents"]] == list(range(1, 10))
    back = [each["Component"]["Id"] for each in found["ReturnPathComponents"]]
    assert back == ["rtb-private", "acl-private", "acl-public", "eni-bastion"]
    group = found["ForwardPathComponents"][6]
    assert group["SecurityGroupRule"] == {
        "Direction": "ingress", "Protocol": "6", "PortRange": {"From": 5432, "To": 5432},
        "SecurityGroupId": "sg-bastion",
    }  # fmt: skip


def test_an_explanation_names_the_code_the_component_and_the_direction() -> None:
    where = ruled("sg-db", [], [])
    found = document(make.asked(where, "i-bastion", "db"), where)
    assert found["NetworkPathFound"] is False
    (explanation,) = found["Explanations"]
    assert explanation["ExplanationCode"] == "SG_HAS_NO_RULES"
    assert explanation["SecurityGroup"] == explanation["Component"] == {"Id": "sg-db"}
    assert explanation["Direction"] == "ingress"
    assert explanation["PortRanges"] == [{"From": 5432, "To": 5432}]


def test_a_way_that_is_not_open_is_the_one_that_is_shown() -> None:
    where = ruled("sg-app", [], [], balanced())
    found = document(make.asked(where, "i-bastion", "lb"), where)
    there = [each["Component"]["Id"] for each in found["ForwardPathComponents"]]
    assert there[0] == "lb"
    assert "eni-app" in there
