"""Glue's catalog and definitions; each test of a Moto defect says in its name what Moto would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::000000000000:role/lab/glue-job"
JDBC = {"JDBC_CONNECTION_URL": "jdbc:mysql://host:3306/db", "USERNAME": "u", "PASSWORD": "p"}


def make_connection(glue: Any, name: str, kind: str = "JDBC", **more: Any) -> None:
    glue.create_connection(
        ConnectionInput={"Name": name, "ConnectionType": kind, "ConnectionProperties": JDBC, **more}
    )


def test_a_connection_keeps_its_type_which_moto_loses(glue: Any, name: str) -> None:
    where = {"SubnetId": "subnet-1", "SecurityGroupIdList": ["sg-1"], "AvailabilityZone": "us-east-1a"}
    make_connection(glue, name, PhysicalConnectionRequirements=where)
    found = glue.get_connection(Name=name)["Connection"]
    assert (found["ConnectionType"], found["ConnectionProperties"]) == ("JDBC", JDBC)
    assert found["PhysicalConnectionRequirements"] == where
    hidden = glue.get_connection(Name=name, HidePassword=True)["Connection"]
    assert "PASSWORD" not in hidden["ConnectionProperties"]


def test_a_connection_can_be_changed_and_deleted_which_moto_cannot(glue: Any, name: str) -> None:
    make_connection(glue, name)
    changed = {"Name": name, "ConnectionType": "JDBC", "ConnectionProperties": JDBC | {"USERNAME": "v"}}
    glue.update_connection(Name=name, ConnectionInput=changed)
    assert glue.get_connection(Name=name)["Connection"]["ConnectionProperties"]["USERNAME"] == "v"
    glue.delete_connection(ConnectionName=name)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_connection(Name=name)


def test_connections_are_filtered_by_type(glue: Any, name: str) -> None:
    make_connection(glue, name)
    make_connection(glue, name + "-net", "NETWORK")
    found = glue.get_connections(Filter={"ConnectionType": "NETWORK"})["ConnectionList"]
    assert name + "-net" in [each["Name"] for each in found]
    assert name not in [each["Name"] for each in found]


def test_a_connection_that_cannot_work_is_refused(glue: Any, name: str) -> None:
    with pytest.raises(glue.exceptions.InvalidInputException, match="USERNAME"):
        glue.create_connection(
            ConnectionInput={
                "Name": name,
                "ConnectionType": "JDBC",
                "ConnectionProperties": {"JDBC_CONNECTION_URL": "jdbc:mysql://h:3306/d"},
            }
        )


def test_a_job_is_read_back_as_it_was_made_with_what_aws_adds(glue: Any, name: str) -> None:
    definition = {
        "Role": ROLE,
        "Command": {"Name": "glueetl", "ScriptLocation": "s3://b/job.py", "PythonVersion": "3"},
        "DefaultArguments": {"--target_path": "s3://b/gold/"},
        "GlueVersion": "4.0",
        "WorkerType": "G.2X",
        "NumberOfWorkers": 3,
    }
    glue.create_job(Name=name, **definition, Tags={"a": "1"})
    found = glue.get_job(JobName=name)["Job"]
    assert {key: found[key] for key in definition} == definition
    assert (found["MaxCapacity"], found["Timeout"], found["MaxRetries"]) == (6.0, 2880, 0)
    assert glue.get_tags(ResourceArn=f"arn:aws:glue:us-east-1:000000000000:job/{name}")["Tags"] == {"a": "1"}


def test_an_update_replaces_a_job_whole_which_moto_cannot(glue: Any, name: str) -> None:
    command = {"Name": "pythonshell", "ScriptLocation": "s3://b/job.py", "PythonVersion": "3.9"}
    glue.create_job(Name=name, Role=ROLE, Command=command, Description="first", MaxCapacity=0.0625)
    glue.update_job(JobName=name, JobUpdate={"Role": ROLE, "Command": command, "Timeout": 5})
    found = glue.get_job(JobName=name)["Job"]
    assert "Description" not in found
    assert (found["Timeout"], found["MaxCapacity"]) == (5, 0.0625)
    glue.delete_job(JobName=name)
    assert name not in glue.list_jobs()["JobNames"]


@pytest.mark.parametrize("operation", ["start_trigger", "start_workflow_run"])
def test_nothing_pretends_to_run(glue: Any, operation: str) -> None:
    with pytest.raises(ClientError, match="UnsupportedOperation"):
        getattr(glue, operation)(Name="any")


def test_a_crawler_is_read_back_and_its_schedule_said_not_to_be_followed(
    glue: Any, name: str, make_role: Callable[..., str]
) -> None:
    role = make_role(path="/lab/")
    glue.create_crawler(
        Name=name,
        Role=role,
        DatabaseName="lake",
        Targets={"S3Targets": [{"Path": "s3://b/p/"}]},
        Schedule="cron(0 1 * * ? *)",
    )
    found = glue.get_crawler(Name=name)["Crawler"]
    assert found["Role"] == role.partition(":role/")[2]
    assert found["Role"].startswith("lab/")
    assert found["Schedule"] == {"ScheduleExpression": "cron(0 1 * * ? *)", "State": "NOT_SCHEDULED"}
    assert found["SchemaChangePolicy"]["DeleteBehavior"] == "DEPRECATE_IN_DATABASE"
    glue.update_crawler(Name=name, Description="changed", Schedule="")
    changed = glue.get_crawler(Name=name)["Crawler"]
    assert (changed["Description"], changed["Version"]) == ("changed", 2)
    assert "Schedule" not in changed
    glue.delete_crawler(Name=name)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.delete_crawler(Name=name)


LOG = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
IN_CATALOG = {"CatalogTargets": [{"DatabaseName": "d", "Tables": ["t"]}]}
NEW_FOLDERS = {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"Role": ROLE}, "Service is unable to assume provided role"),
        ({"Targets": IN_CATALOG}, "can have only LOG DeleteBehavior value"),
        ({"RecrawlPolicy": NEW_FOLDERS}, "and LOG UpdateBehavior value"),
        (
            {"RecrawlPolicy": NEW_FOLDERS, "Targets": IN_CATALOG, "SchemaChangePolicy": LOG},
            "can only apply to Amazon S3 target",
        ),
        ({"Configuration": '{"Version": 1.0'}, "not a valid JSON"),
    ],
)
def test_a_crawler_that_glue_would_not_take_is_neither_made_nor_changed_so(
    glue: Any, name: str, role: str, settings: dict[str, Any], said: str
) -> None:
    good = {"Role": role, "DatabaseName": "d", "Targets": {"S3Targets": [{"Path": "s3://b/p/"}]}}
    refused = glue.exceptions.InvalidInputException
    with pytest.raises(refused, match=said):
        glue.create_crawler(Name=name, **good | settings)
    glue.create_crawler(Name=name, **good | {"SchemaChangePolicy": LOG, "RecrawlPolicy": NEW_FOLDERS})
    before = glue.get_crawler(Name=name)["Crawler"]
    with pytest.raises(refused):
        glue.update_crawler(Name=name, SchemaChangePolicy={"DeleteBehavior": "DELETE_FROM_DATABASE"})
    assert glue.get_crawler(Name=name)["Crawler"] == before


def test_a_trigger_is_kept_but_not_activated(glue: Any, name: str) -> None:
    trigger = {
        "Name": name,
        "Type": "SCHEDULED",
        "Schedule": "cron(0 1 * * ? *)",
        "Actions": [{"JobName": "j"}],
    }
    with pytest.raises(ClientError, match="UnsupportedOperation"):
        glue.create_trigger(**trigger, StartOnCreation=True)
    glue.create_trigger(**trigger)
    assert glue.get_trigger(Name=name)["Trigger"]["State"] == "CREATED"
    assert name in glue.list_triggers(DependentJobName="j")["TriggerNames"]


@pytest.fixture
def table(glue: Any, name: str) -> str:
    glue.create_database(DatabaseInput={"Name": name})
    glue.create_table(
        DatabaseName=name,
        TableInput={
            "Name": "events",
            "PartitionKeys": [{"Name": "year", "Type": "int"}],
            "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "int"}], "Location": "s3://b/events/"},
        },
    )
    glue.batch_create_partition(
        DatabaseName=name,
        TableName="events",
        PartitionInputList=[{"Values": [str(2020 + n)]} for n in range(6)],
    )
    return name


def test_names_of_the_catalog_are_folded_to_lower_case_which_moto_does_not(glue: Any, table: str) -> None:
    assert glue.get_table(DatabaseName=table.upper(), Name="EVENTS")["Table"]["Name"] == "events"
    glue.create_table(DatabaseName=table, TableInput={"Name": "Orders"})
    assert glue.get_table(DatabaseName=table, Name="orders")["Table"]["Name"] == "orders"
    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_database(DatabaseInput={"Name": table.upper()})


def test_partitions_are_found_by_expression_and_shared_out_to_segments(glue: Any, table: str) -> None:
    found = glue.get_partitions(DatabaseName=table, TableName="events", Expression="year > 2023")[
        "Partitions"
    ]
    assert [each["Values"] for each in found] == [["2024"], ["2025"]]
    segments = [
        glue.get_partitions(
            DatabaseName=table, TableName="events", Segment={"SegmentNumber": number, "TotalSegments": 2}
        )["Partitions"]
        for number in range(2)
    ]
    assert sorted(each["Values"][0] for part in segments for each in part) == [
        str(2020 + n) for n in range(6)
    ]


def test_a_long_list_comes_in_pages_which_moto_ignores(glue: Any, table: str) -> None:
    first = glue.get_partitions(DatabaseName=table, TableName="events", MaxResults=4)
    rest = glue.get_partitions(
        DatabaseName=table, TableName="events", MaxResults=4, NextToken=first["NextToken"]
    )
    assert (len(first["Partitions"]), len(rest["Partitions"])) == (4, 2)
    assert "NextToken" not in rest
    with pytest.raises(glue.exceptions.InvalidInputException, match="Invalid NextToken"):
        glue.get_partitions(DatabaseName=table, TableName="events", NextToken="no token of ours")


@pytest.fixture
def typed(glue: Any, name: str) -> Callable[[str], list[list[str]]]:
    """``typed(expression)``: the values of the partitions that it chooses among four."""
    keys = [("y", "int"), ("m", "string"), ("d", "date")]
    glue.create_database(DatabaseInput={"Name": name})
    glue.create_table(
        DatabaseName=name,
        TableInput={"Name": "t", "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in keys]},
    )
    values = [
        ["9", "1", "2020-01-01"],
        ["10", "11", "2021-01-01"],
        ["11", "x%", "2022-05-05"],
        ["12", "__HIVE_DEFAULT_PARTITION__", "2022-05-06"],
    ]
    for each in values:
        glue.create_partition(DatabaseName=name, TableName="t", PartitionInput={"Values": each})

    def chosen(expression: str) -> list[list[str]]:
        found = glue.get_partitions(DatabaseName=name, TableName="t", Expression=expression)["Partitions"]
        return [each["Values"][0] for each in found]

    return chosen


@pytest.mark.parametrize(
    ("expression", "years"),
    [
        ("y > 9", ["10", "11", "12"]),
        ("y != 9 and not (m = '11')", ["11"]),
        ("(y = 9 or (y = 10)) and m like '1%'", ["9", "10"]),
        ("d >= '2021-01-01' and d < date '2022-05-06'", ["10", "11"]),
        ("d = cast('2020-01-01' as date)", ["9"]),
        ("y between 10 and 11 or y in (12, 13)", ["10", "11", "12"]),
        ("m is null", ["12"]),
        ("m is not null and y <> 9", ["10", "11"]),
        ("m <> '1'", ["10", "11"]),
    ],
)
def test_partition_expressions_mean_what_sql_means_of_which_moto_reads_a_part(
    typed: Callable[[str], list[str]], expression: str, years: list[str]
) -> None:
    assert typed(expression) == years


@pytest.mark.parametrize("expression", ["z = 1", "y + 1 = 2", "y =", "y = 'abc'", "upper(m) = 'X'"])
def test_a_partition_expression_that_cannot_be_read_is_refused(
    glue: Any, typed: Callable[[str], list[str]], expression: str
) -> None:
    with pytest.raises(glue.exceptions.InvalidInputException):
        typed(expression)


def test_a_partition_has_a_value_for_each_key_which_moto_does_not_ask(glue: Any, table: str) -> None:
    for create in (
        lambda given: glue.create_partition(DatabaseName=table, TableName="events", PartitionInput=given),
        lambda given: glue.batch_create_partition(
            DatabaseName=table, TableName="events", PartitionInputList=[given]
        ),
    ):
        with pytest.raises(glue.exceptions.InvalidInputException, match="number of partition"):
            create({"Values": ["2030", "1"]})


def test_a_partition_is_changed_in_place_and_keeps_its_values_where_moto_may_lose_it(
    glue: Any, table: str
) -> None:
    where = {"DatabaseName": table, "TableName": "events"}

    def there() -> dict[str, Any]:
        found = glue.get_partitions(**where)["Partitions"]
        return {each["Values"][0]: each.get("Parameters") for each in found}

    changed = {"Parameters": {"a": "1"}}
    glue.update_partition(**where, PartitionValueList=["2020"], PartitionInput=changed)
    entries = [
        {"PartitionValueList": [year], "PartitionInput": {"Values": [year], **changed}}
        for year in ("2021", "2050")
    ]
    (missing,) = glue.batch_update_partition(**where, Entries=entries)["Errors"]
    assert missing["PartitionValueList"] == ["2050"]
    refused = glue.exceptions.InvalidInputException
    with pytest.raises(refused, match="cannot be changed"):
        glue.update_partition(**where, PartitionValueList=["2022"], PartitionInput={"Values": ["2021"]})
    expected = {str(year): {"a": "1"} if year < 2022 else None for year in range(2020, 2026)}
    assert there() == expected
    assert glue.batch_delete_partition(**where, PartitionsToDelete=[{"Values": ["2020"]}])["Errors"] == []


def test_a_table_has_no_partition_indexes_and_none_that_is_not_there_is_said_to_have_some(
    glue: Any, table: str
) -> None:
    found = glue.get_partition_indexes(DatabaseName=table, TableName="events")
    assert found["PartitionIndexDescriptorList"] == []
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_partition_indexes(DatabaseName=table, TableName="none")
    keys: list[dict[str, Any]] = [{"Name": "day", "Type": "date"}]
    with pytest.raises(ClientError, match="keeps no PartitionIndexes"):
        glue.create_table(
            DatabaseName=table,
            TableInput={"Name": "indexed", "PartitionKeys": keys},
            PartitionIndexes=[{"Keys": ["day"], "IndexName": "days"}],
        )
    keys[0]["Parameters"] = {"a": "1"}
    with pytest.raises(glue.exceptions.InvalidInputException, match="not supported for partition columns"):
        glue.create_table(DatabaseName=table, TableInput={"Name": "indexed", "PartitionKeys": keys})


def test_tables_are_searched_by_text_and_their_versions_removed_which_moto_cannot(
    glue: Any, table: str
) -> None:
    glue.update_table(
        DatabaseName=table, TableInput={"Name": "events", "Parameters": {"owner-of": f"team-{table}"}}
    )
    found = glue.search_tables(SearchText=f"team-{table}")["TableList"]
    assert [(each["DatabaseName"], each["Name"]) for each in found] == [(table, "events")]
    assert glue.search_tables(Filters=[{"Key": "DatabaseName", "Value": table}])["TableList"] == found
    answer = glue.batch_delete_table_version(
        DatabaseName=table, TableName="events", VersionIds=["0", "1", "77"]
    )
    refused = {each["VersionId"]: each["ErrorDetail"]["ErrorCode"] for each in answer["Errors"]}
    assert refused == {"1": "InvalidInputException", "77": "EntityNotFoundException"}
    assert versions_of(glue, table) == ["1"]


def versions_of(glue: Any, database: str) -> list[str]:
    found = glue.get_table_versions(DatabaseName=database, TableName="events")["TableVersions"]
    return [each["VersionId"] for each in found]


def test_versions_count_from_zero_and_are_archived_where_that_is_wanted_which_moto_does_not_ask(
    glue: Any, table: str
) -> None:
    def update(description: str, **more: Any) -> None:
        changed = {"Name": "events", "Description": description}
        glue.update_table(DatabaseName=table, TableInput=changed, **more)

    assert versions_of(glue, table) == ["0"]
    update("first")
    assert versions_of(glue, table) == ["1", "0"]
    update("second", SkipArchive=True)
    assert versions_of(glue, table) == ["2", "0"]
    with pytest.raises(glue.exceptions.ConcurrentModificationException):
        update("late", VersionId="1")
    update("third", VersionId="2")
    found = glue.get_table(DatabaseName=table, Name="events")["Table"]
    assert (found["Description"], found["VersionId"]) == ("third", "3")
    old = glue.get_table_version(DatabaseName=table, TableName="events", VersionId="2")["TableVersion"]
    assert old["Table"]["Description"] == "second"
    pages = glue.get_paginator("get_table_versions").paginate(
        DatabaseName=table, TableName="events", PaginationConfig={"PageSize": 2}
    )
    shown = [[each["VersionId"] for each in page["TableVersions"]] for page in pages]
    assert shown == [["3", "2"], ["0"]]


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("events", ["events"]),
        ("events.*", ["events", "events_2025"]),
        ("EVENTS*", ["events", "events_2025"]),
        (".*_2025", ["events_2025", "orders_2025"]),
        ("ev[a-z]*", ["events"]),
        ("orders|events", ["events"]),
    ],
)
def test_tables_are_listed_whose_whole_name_is_as_the_expression_says(
    glue: Any, table: str, expression: str, names: list[str]
) -> None:
    for each in ("events_2025", "orders_2025"):
        glue.create_table(DatabaseName=table, TableInput={"Name": each})
    found = glue.get_tables(DatabaseName=table, Expression=expression)["TableList"]
    assert [each["Name"] for each in found] == names
    with pytest.raises(glue.exceptions.InvalidInputException):
        glue.get_tables(DatabaseName=table, Expression="(")


def test_what_is_too_long_too_many_or_no_value_of_its_set_is_refused_as_aws_words_it(
    glue: Any, table: str
) -> None:
    values = [{"Values": [str(year)]} for year in range(26)]
    with pytest.raises(ClientError) as refused:
        glue.batch_delete_partition(DatabaseName=table, TableName="events", PartitionsToDelete=values)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    said = refused.value.response["Error"]["Message"]
    assert said.startswith("1 validation error detected: Value '[{")
    assert said.endswith(
        "]' at 'partitionsToDelete' failed to satisfy constraint: "
        "Member must have length less than or equal to 25"
    )
    command = {"Name": "glueetl", "ScriptLocation": "s3://b/job.py"}
    with pytest.raises(ClientError) as refused:
        glue.create_job(Name="n" * 256, Role=ROLE, Command=command, WorkerType="G.3X", NumberOfWorkers=2)
    said = refused.value.response["Error"]["Message"]
    assert said.startswith("2 validation errors detected: Value 'nnn")
    assert "Value 'G.3X' at 'workerType' failed to satisfy constraint: Member must satisfy enum value" in said
    with pytest.raises(ClientError, match=r"'maxResults' .* less than or equal to 100"):
        glue.get_tables(DatabaseName=table, MaxResults=101)
