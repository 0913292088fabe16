"""Parameter groups: checked, read back, and brought to the servers of their members."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.scripts.local_cloud.providers.rds.conftest import (
    PASSWORD,
    describe,
    managed_password,
    query_mysql,
    query_postgres,
    refused,
    wait,
)


@pytest.fixture
def group(rds: Any) -> Iterator[str]:
    rds.create_db_parameter_group(
        DBParameterGroupName="Mine", DBParameterGroupFamily="mysql8.0", Description="Mine"
    )
    yield "mine"
    rds.delete_db_parameter_group(DBParameterGroupName="mine")


def modify(rds: Any, group: str, name: str, value: str, method: str = "immediate") -> None:
    rds.modify_db_parameter_group(
        DBParameterGroupName=group,
        Parameters=[{"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}],
    )


def parameters_of(rds: Any, group: str, **request: Any) -> dict[str, dict[str, Any]]:
    pages = rds.get_paginator("describe_db_parameters").paginate(DBParameterGroupName=group, **request)
    return {item["ParameterName"]: item for page in pages for item in page["Parameters"]}


def apply_status(rds: Any, name: str) -> str:
    status: str = describe(rds, name)["DBParameterGroups"][0]["ParameterApplyStatus"]
    return status


def test_what_was_set_is_read_back_exactly_as_the_users(rds: Any, group: str) -> None:
    modify(rds, group, "max_connections", "77")
    modify(rds, group, "performance_schema", "1", "pending-reboot")
    user = parameters_of(rds, group, Source="user")
    assert {name: (item["ParameterValue"], item["ApplyMethod"]) for name, item in user.items()} == {
        "max_connections": ("77", "immediate"),
        "performance_schema": ("1", "pending-reboot"),
    }
    everything = parameters_of(rds, group)
    assert everything["max_connections"]["Source"] == "user"
    assert {item["Source"] for name, item in everything.items() if name not in user} == {"engine-default"}


def test_all_parameters_come_page_by_page(rds: Any, group: str) -> None:
    by_twenty = parameters_of(rds, group, PaginationConfig={"PageSize": 20})
    defaults = rds.get_paginator("describe_engine_default_parameters").paginate(
        DBParameterGroupFamily="mysql8.0"
    )
    names = {item["ParameterName"] for page in defaults for item in page["EngineDefaults"]["Parameters"]}
    assert len(by_twenty) > 20
    assert set(by_twenty) == names


def test_reset_brings_the_default_back(rds: Any, group: str) -> None:
    modify(rds, group, "max_connections", "77")
    modify(rds, group, "long_query_time", "2")
    rds.reset_db_parameter_group(
        DBParameterGroupName=group,
        Parameters=[{"ParameterName": "max_connections", "ApplyMethod": "immediate"}],
    )
    assert set(parameters_of(rds, group, Source="user")) == {"long_query_time"}
    rds.reset_db_parameter_group(DBParameterGroupName=group, ResetAllParameters=True)
    assert parameters_of(rds, group, Source="user") == {}


def test_a_copy_has_the_same_values_and_its_own_life(rds: Any, group: str) -> None:
    modify(rds, group, "max_connections", "77")
    rds.copy_db_parameter_group(
        SourceDBParameterGroupIdentifier=group,
        TargetDBParameterGroupIdentifier="copy",
        TargetDBParameterGroupDescription="Copy",
    )
    modify(rds, group, "max_connections", "78")
    assert parameters_of(rds, "copy", Source="user")["max_connections"]["ParameterValue"] == "77"
    rds.delete_db_parameter_group(DBParameterGroupName="copy")


@pytest.mark.parametrize(
    ("parameter", "code", "words"),
    [
        (("no_such_thing", "1", "immediate"), "InvalidParameterValue", "no_such_thing"),
        (("max_connections", "many", "immediate"), "InvalidParameterValue", "max_connections"),
        (("max_connections", "0", "immediate"), "InvalidParameterValue", "max_connections"),
        (("datadir", "/tmp", "pending-reboot"), "InvalidParameterValue", "datadir"),
        (
            ("performance_schema", "1", "immediate"),
            "InvalidParameterCombination",
            "cannot use immediate apply method for static parameter",
        ),
    ],
)
def test_a_wrong_parameter_is_refused_and_nothing_of_the_request_is_stored(
    rds: Any, group: str, parameter: tuple[str, str, str], code: str, words: str
) -> None:
    name, value, method = parameter
    found, message = refused(
        rds.modify_db_parameter_group,
        DBParameterGroupName=group,
        Parameters=[
            {"ParameterName": "long_query_time", "ParameterValue": "3", "ApplyMethod": "immediate"},
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method},
        ],
    )
    assert (found, words in message) == (code, True), message
    assert parameters_of(rds, group, Source="user") == {}


def test_an_unknown_family_is_refused(rds: Any) -> None:
    code, message = refused(
        rds.create_db_parameter_group,
        DBParameterGroupName="wrong",
        DBParameterGroupFamily="mysql99",
        Description="x",
    )
    assert (code, "mysql99" in message) == ("InvalidParameterValue", True)


def test_a_default_group_is_there_and_cannot_be_changed(rds: Any) -> None:
    name = "default.postgres16"
    found = rds.describe_db_parameter_groups(DBParameterGroupName=name)["DBParameterGroups"][0]
    assert found["DBParameterGroupFamily"] == "postgres16"
    assert refused(rds.delete_db_parameter_group, DBParameterGroupName=name) == (
        "InvalidDBParameterGroupState",
        f"Default DBParameterGroup cannot be deleted: {name}",
    )
    assert refused(rds.reset_db_parameter_group, DBParameterGroupName=name, ResetAllParameters=True) == (
        "InvalidParameterValue",
        "Cannot modify a default parameter group.",
    )


def test_a_group_in_use_stays(rds: Any, mysql: str) -> None:
    code, message = refused(rds.delete_db_parameter_group, DBParameterGroupName="shared-mysql")
    assert code == "InvalidDBParameterGroupState"
    assert message.startswith("One or more database instances are still members of this parameter group")


def test_a_dynamic_parameter_is_in_force_at_once_and_its_default_again_after_a_reset(
    rds: Any, client: Callable[[str], Any], mysql: str
) -> None:
    instance = describe(rds, mysql)
    password = managed_password(client, instance)
    before = query_mysql(instance, password, "SELECT @@global.max_connections")
    modify(rds, "shared-mysql", "max_connections", "61")
    wait(rds, mysql)
    assert query_mysql(instance, password, "SELECT @@global.max_connections") == 61
    assert apply_status(rds, mysql) == "in-sync"
    rds.reset_db_parameter_group(DBParameterGroupName="shared-mysql", ResetAllParameters=True)
    wait(rds, mysql)
    assert query_mysql(instance, password, "SELECT @@global.max_connections") == before


def test_a_static_parameter_waits_for_the_reboot(rds: Any, postgres: str) -> None:
    def slots() -> str:
        value: str = query_postgres(describe(rds, postgres), PASSWORD, "SHOW max_replication_slots")
        return value

    modify(rds, "shared-postgres", "max_replication_slots", "23", "pending-reboot")
    wait(rds, postgres)
    assert apply_status(rds, postgres) == "pending-reboot"
    assert slots() != "23"
    rds.reboot_db_instance(DBInstanceIdentifier=postgres)
    assert describe(rds, postgres)["DBInstanceStatus"] == "rebooting"
    wait(rds, postgres)
    assert slots() == "23"
    assert apply_status(rds, postgres) == "in-sync"


def test_a_dynamic_parameter_may_be_made_to_wait_for_the_reboot(rds: Any, postgres: str) -> None:
    instance = describe(rds, postgres)
    modify(rds, "shared-postgres", "log_min_duration_statement", "1234", "pending-reboot")
    wait(rds, postgres)
    assert query_postgres(instance, PASSWORD, "SHOW log_min_duration_statement") != "1234ms"
    assert apply_status(rds, postgres) == "pending-reboot"
    modify(rds, "shared-postgres", "log_min_duration_statement", "1234", "immediate")
    wait(rds, postgres)
    assert query_postgres(instance, PASSWORD, "SHOW log_min_duration_statement") == "1234ms"


def test_another_group_counts_from_the_reboot_on(rds: Any, mysql: str) -> None:
    rds.modify_db_instance(DBInstanceIdentifier=mysql, DBParameterGroupName="default.mysql8.0")
    found = wait(rds, mysql)["DBParameterGroups"][0]
    assert found["DBParameterGroupName"] == "default.mysql8.0"
    rds.modify_db_instance(DBInstanceIdentifier=mysql, DBParameterGroupName="shared-mysql")
    modify(rds, "shared-mysql", "wait_timeout", "777")
    assert wait(rds, mysql)["DBParameterGroups"][0]["DBParameterGroupName"] == "shared-mysql"
    code, message = refused(
        rds.modify_db_instance, DBInstanceIdentifier=mysql, DBParameterGroupName="default.mysql8.4"
    )
    assert (code, "mysql8.4" in message) == ("InvalidParameterCombination", True)
