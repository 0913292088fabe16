"""Glue, Athena and what starts them: found through the AWS API, and drawn."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scripts.inspection import aws_analytics, inventory
from scripts.inspection.definition import started
from scripts.inspection.drawing import flows
from scripts.inspection.from_terraform import environment
from scripts.inspection.model import (
    Bucket,
    CatalogDatabase,
    Crawler,
    DbInstance,
    GlueConnection,
    GlueJob,
    Resource,
    Rule,
    StateMachine,
    Topic,
    WorkGroup,
)
from tests.conftest import Cloud

NAME = "analyticslab"
LAKE = f"s3://{NAME}-lake"
Client = Callable[[str], Any]

DEFINITION = json.dumps(
    {
        "StartAt": "Run",
        "States": {
            "Run": {
                "Type": "Task",
                "Resource": "arn:aws:states:::glue:startJobRun.sync",
                "Parameters": {"JobName": f"{NAME}-copy"},
                "Next": "Both",
            },
            "Both": {
                "Type": "Parallel",
                "End": True,
                "Branches": [
                    {
                        "StartAt": "Crawl",
                        "States": {
                            "Crawl": {
                                "Type": "Task",
                                "Resource": "arn:aws:states:::aws-sdk:glue:startCrawler",
                                "Parameters": {"Name": f"{NAME}-gold"},
                                "End": True,
                            }
                        },
                    },
                    {
                        "StartAt": "Tell",
                        "States": {
                            "Tell": {
                                "Type": "Task",
                                "Resource": "arn:aws:states:::sns:publish",
                                "Parameters": {
                                    "TopicArn": f"arn:aws:sns:us-east-1:000000000000:{NAME}-alarms",
                                    "Message": "done",
                                },
                                "End": True,
                            }
                        },
                    },
                ],
            },
        },
    }
)


def test_a_definition_tells_what_its_tasks_start_also_within_branches() -> None:
    assert started(DEFINITION) == {
        "jobs": (f"{NAME}-copy",),
        "crawlers": (f"{NAME}-gold",),
        "work_groups": (),
        "topics": (f"{NAME}-alarms",),
    }
    assert started("no JSON") == {}


@pytest.fixture(scope="module")
def made(client: Client) -> Iterator[None]:
    glue, athena, states, events = (client(each) for each in ("glue", "athena", "stepfunctions", "events"))
    iam = client("iam")
    trusting = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [trusting]})
    role = iam.create_role(RoleName="analyticslab", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    glue.create_connection(
        ConnectionInput={
            "Name": f"{NAME}-source",
            "ConnectionType": "JDBC",
            "ConnectionProperties": {
                "JDBC_CONNECTION_URL": "jdbc:mysql://db.example:3306/shop",
                "USERNAME": "reader",
                "PASSWORD": "not-to-be-read",
            },
            "PhysicalConnectionRequirements": {"SubnetId": "subnet-1", "SecurityGroupIdList": ["sg-1"]},
        }
    )
    glue.create_database(DatabaseInput={"Name": f"{NAME}_gold", "LocationUri": f"{LAKE}/gold/"})
    glue.create_table(DatabaseName=f"{NAME}_gold", TableInput={"Name": "orders"})
    glue.create_job(
        Name=f"{NAME}-copy",
        Role=role,
        Command={"Name": "glueetl", "ScriptLocation": f"{LAKE}/copy.py"},
        DefaultArguments={"--target_path": f"{LAKE}/gold", "--glue_database": f"{NAME}_gold"},
        Connections={"Connections": [f"{NAME}-source"]},
        GlueVersion="5.0",
    )
    glue.create_crawler(
        Name=f"{NAME}-gold", Role=role, DatabaseName=f"{NAME}_gold",
        Targets={"S3Targets": [{"Path": f"{LAKE}/gold"}]},
    )  # fmt: skip
    athena.create_work_group(
        Name=NAME, Configuration={"ResultConfiguration": {"OutputLocation": f"{LAKE}/athena/"}}
    )
    machine = states.create_state_machine(name=f"{NAME}-copy", definition=DEFINITION, roleArn=role)
    arn = machine["stateMachineArn"]
    events.put_rule(Name=f"{NAME}-nightly", ScheduleExpression="rate(1 day)", State="DISABLED")
    pattern = json.dumps({"source": ["aws.states"], "detail": {"stateMachineArn": [arn]}})
    events.put_rule(Name=f"{NAME}-told", EventPattern=pattern)
    topic = f"arn:aws:sns:us-east-1:000000000000:{NAME}-alarms"
    for rule, target in (("nightly", {"Arn": arn, "RoleArn": role}), ("told", {"Arn": topic})):
        events.put_targets(Rule=f"{NAME}-{rule}", Targets=[{"Id": "it", **target}])
    yield
    for rule in ("nightly", "told"):
        events.remove_targets(Rule=f"{NAME}-{rule}", Ids=["it"])
        events.delete_rule(Name=f"{NAME}-{rule}")
    states.delete_state_machine(stateMachineArn=arn)
    iam.delete_role(RoleName="analyticslab")
    athena.delete_work_group(WorkGroup=NAME, RecursiveDeleteOption=True)
    glue.delete_crawler(Name=f"{NAME}-gold")
    glue.delete_job(JobName=f"{NAME}-copy")
    glue.delete_database(Name=f"{NAME}_gold")
    glue.delete_connection(ConnectionName=f"{NAME}-source")


@pytest.fixture(scope="module")
def found(made: None, cloud: Cloud) -> list[Resource]:
    def holds(name: str) -> bool:
        return name.startswith(NAME)

    searches = (aws_analytics.glue, aws_analytics.athena, aws_analytics.pipelines)
    return [each for search in searches for each in search(cloud.session, holds)]


def test_what_is_there_is_found_through_the_api(found: list[Resource]) -> None:
    lake = f"{NAME}-lake"
    expected = [
        GlueConnection(
            id=f"{NAME}-source", name=f"{NAME}-source", state="READY",
            url="jdbc:mysql://db.example:3306/shop", subnets=("subnet-1",), groups=("sg-1",),
        ),
        GlueJob(
            id=f"{NAME}-copy", name=f"{NAME}-copy", version="5.0", connections=(f"{NAME}-source",),
            buckets=(lake,), catalogs=(f"{NAME}_gold",),
        ),
        CatalogDatabase(id=f"{NAME}_gold", name=f"{NAME}_gold", bucket=lake, tables=("orders",)),
        Crawler(id=f"{NAME}-gold", name=f"{NAME}-gold", state="READY", database=f"{NAME}_gold"),
        WorkGroup(id=NAME, name=NAME, state="ENABLED", bucket=lake),
        StateMachine(
            id=f"{NAME}-copy", name=f"{NAME}-copy", state="ACTIVE", jobs=(f"{NAME}-copy",),
            crawlers=(f"{NAME}-gold",), topics=(f"{NAME}-alarms",),
        ),
        Rule(
            id=f"{NAME}-nightly", name=f"{NAME}-nightly", state="DISABLED", schedule="rate(1 day)",
            targets=(f"{NAME}-copy",),
        ),
        Rule(
            id=f"{NAME}-told", name=f"{NAME}-told", state="ENABLED", hears=(f"{NAME}-copy",),
            topics=(f"{NAME}-alarms",),
        ),
    ]  # fmt: skip
    assert found == expected


def test_it_is_drawn_from_the_database_to_the_answers(found: list[Resource]) -> None:
    database = DbInstance(id="shop", name="shop", endpoint="db.example", port=3306)
    lake = Bucket(id=f"{NAME}-lake", name=f"{NAME}-lake")
    topic = Topic(id=f"{NAME}-alarms", name=f"{NAME}-alarms")
    env = environment(NAME, "a test", [*found, database, lake, topic])
    cards, arrows = flows.of(env)
    assert {(each.source, each.target) for each in arrows} == {
        ("DB instance shop", f"Glue job {NAME}-copy"),
        (f"Glue job {NAME}-copy", f"bucket {NAME}-lake"),
        (f"Glue job {NAME}-copy", f"catalog database {NAME}_gold"),
        (f"crawler {NAME}-gold", f"catalog database {NAME}_gold"),
        (f"catalog database {NAME}_gold", f"Athena work group {NAME}"),
        (f"bucket {NAME}-lake", f"Athena work group {NAME}"),
        (f"state machine {NAME}-copy", f"Glue job {NAME}-copy"),
        (f"state machine {NAME}-copy", f"crawler {NAME}-gold"),
        (f"state machine {NAME}-copy", f"topic {NAME}-alarms"),
        (f"state machine {NAME}-copy", f"EventBridge rule {NAME}-told"),
        (f"EventBridge rule {NAME}-told", f"topic {NAME}-alarms"),
    }
    assert [row.text for row in cards[f"state machine {NAME}-copy"].rows] == [
        "schedule rate(1 day): disabled"
    ]
    assert [row.text for row in cards[f"catalog database {NAME}_gold"].rows] == ["orders"]
    assert "not-to-be-read" not in json.dumps(inventory.document(env))
