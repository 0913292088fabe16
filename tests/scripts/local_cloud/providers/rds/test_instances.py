"""DB instances: what the API shows, and the server and the interface behind it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.local_cloud import localstack
from scripts.local_cloud.databases.servers import DatabaseServers
from tests.conftest import Cloud
from tests.scripts.local_cloud.providers.rds.conftest import (
    PASSWORD,
    PATIENCE,
    Network,
    create,
    delete,
    describe,
    exists,
    managed_password,
    query_mysql,
    query_postgres,
    refused,
    wait,
)

Client = Callable[[str], Any]


def servers(cloud: Cloud) -> DatabaseServers:
    return DatabaseServers(cloud.settings.local_dir, "a-reader")


def interfaces(client: Client, network: Network) -> list[dict[str, Any]]:
    answer = client("ec2").describe_network_interfaces(
        Filters=[{"Name": "vpc-id", "Values": [network.vpc_id]}]
    )
    found: list[dict[str, Any]] = answer["NetworkInterfaces"]
    return found


def test_an_instance_is_created_as_asked_for_and_its_server_answers(
    rds: Any, client: Client, mysql: str, postgres: str
) -> None:
    first, second = describe(rds, mysql), describe(rds, postgres)
    assert (first["Endpoint"]["Port"], second["Endpoint"]["Port"]) == (3306, 5432)
    assert first["Endpoint"]["Address"] != second["Endpoint"]["Address"]
    assert first["DbiResourceId"] != second["DbiResourceId"]
    assert first["EngineVersion"].startswith("8.0.")
    assert second["EngineVersion"].startswith("16.")
    assert (first["StorageType"], first["Iops"], first["StorageThroughput"]) == ("gp3", 3000, 125)
    assert first["DBInstanceArn"] == f"arn:aws:rds:us-east-1:000000000000:db:{mysql}"
    assert query_mysql(first, managed_password(client, first), "SELECT @@global.binlog_format") == "ROW"
    assert query_postgres(second, PASSWORD, "SELECT current_database()") == "lab"


def test_every_instance_has_an_interface_of_its_own_with_its_groups(
    rds: Any, client: Client, network: Network, mysql: str, postgres: str
) -> None:
    # Moto's RDS makes no interfaces at all.
    found = [item for item in interfaces(client, network) if item["Description"] == "RDSNetworkInterface"]
    assert len(found) >= 2
    assert all(item["RequesterId"] == "amazon-rds" for item in found)
    rds.modify_db_instance(
        DBInstanceIdentifier=mysql, VpcSecurityGroupIds=[network.other_group_id], ApplyImmediately=False
    )
    assert [group["VpcSecurityGroupId"] for group in wait(rds, mysql)["VpcSecurityGroups"]] == [
        network.other_group_id
    ]
    groups = [[group["GroupId"] for group in item["Groups"]] for item in interfaces(client, network)]
    assert [network.other_group_id] in groups
    rds.modify_db_instance(DBInstanceIdentifier=mysql, VpcSecurityGroupIds=[network.group_id])
    wait(rds, mysql)


def test_instances_are_found_by_filter_arn_and_page(rds: Any, mysql: str, postgres: str) -> None:
    instance = describe(rds, postgres)

    def found(**request: Any) -> list[str]:
        answer = rds.describe_db_instances(**request)
        return [item["DBInstanceIdentifier"] for item in answer["DBInstances"]]

    def by(name: str, *values: str) -> list[str]:
        return found(Filters=[{"Name": name, "Values": list(values)}])

    assert by("dbi-resource-id", instance["DbiResourceId"]) == [postgres]
    assert postgres in by("engine", "postgres")
    assert mysql not in by("engine", "postgres")
    assert by("db-instance-id", instance["DBInstanceArn"]) == [postgres]
    assert by("db-cluster-id", "any") == []
    assert found(DBInstanceIdentifier=instance["DBInstanceArn"]) == [postgres]
    assert refused(rds.describe_db_instances, Filters=[{"Name": "colour", "Values": ["red"]}]) == (
        "InvalidParameterValue",
        "Unrecognized filter name: colour",
    )
    assert refused(rds.describe_db_instances, DBInstanceIdentifier="nobody") == (
        "DBInstanceNotFound",
        "DBInstance nobody not found.",
    )


def test_a_name_is_given_once(rds: Any, network: Network, mysql: str) -> None:
    code, _ = refused(lambda: create(rds, network, mysql.upper(), MasterUserPassword=PASSWORD))
    assert code == "DBInstanceAlreadyExists"


def test_what_need_not_wait_is_changed_at_once_and_the_rest_is_pending(rds: Any, mysql: str) -> None:
    rds.modify_db_instance(
        DBInstanceIdentifier=mysql,
        BackupRetentionPeriod=3,
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["error", "slowquery"]},
        AllocatedStorage=30,
        DBInstanceClass="db.t4g.small",
    )
    instance = describe(rds, mysql)
    assert instance["BackupRetentionPeriod"] == 3
    assert instance["EnabledCloudwatchLogsExports"] == ["error", "slowquery"]
    assert instance["AllocatedStorage"] == 20
    assert instance["PendingModifiedValues"] == {"AllocatedStorage": 30, "DBInstanceClass": "db.t4g.small"}

    # Asking for what is there takes a pending change back.
    rds.modify_db_instance(DBInstanceIdentifier=mysql, DBInstanceClass="db.t4g.micro")
    assert describe(rds, mysql)["PendingModifiedValues"] == {"AllocatedStorage": 30}

    rds.modify_db_instance(
        DBInstanceIdentifier=mysql,
        ApplyImmediately=True,
        CloudwatchLogsExportConfiguration={"DisableLogTypes": ["slowquery"]},
    )
    instance = wait(rds, mysql)
    assert (instance["AllocatedStorage"], instance["PendingModifiedValues"]) == (30, {})
    assert instance["EnabledCloudwatchLogsExports"] == ["error"]


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"AllocatedStorage": 21}, "InvalidParameterCombination", "storage"),
        ({"AllocatedStorage": 20}, "InvalidParameterCombination", "cannot be less"),
        ({"EngineVersion": "15"}, "InvalidParameterCombination", "Cannot upgrade"),
        ({"EngineVersion": "17"}, "InvalidParameterCombination", "AllowMajorVersionUpgrade"),
        ({"MasterUserPassword": "short"}, "InvalidParameterValue", "shorter"),
        ({"DBSubnetGroupName": "elsewhere"}, "InvalidParameterCombination", "subnet group"),
        ({"RotateMasterUserPassword": True}, "InvalidParameterCombination", "ManageMasterUserPassword"),
        ({"NewDBInstanceIdentifier": "shared-mysql"}, "DBInstanceAlreadyExists", "exists"),
    ],
)
def test_a_wrong_change_is_refused(
    rds: Any, mysql: str, postgres: str, changes: dict[str, Any], code: str, words: str
) -> None:
    if describe(rds, postgres)["AllocatedStorage"] == 20:
        rds.modify_db_instance(DBInstanceIdentifier=postgres, AllocatedStorage=40, ApplyImmediately=True)
        wait(rds, postgres)
    found, message = refused(
        rds.modify_db_instance, DBInstanceIdentifier=postgres, ApplyImmediately=True, **changes
    )
    assert (found, words in message) == (code, True), message


#: What each engine writes into its log when it finds that it did not end in good order.
_REPAIRED = {
    "mysql": ("error/mysql-error.log", "crash recovery"),
    "postgres": ("error/postgresql.log", "was not properly shut down"),
}


@pytest.mark.parametrize("engine", _REPAIRED)
def test_a_forced_failover_is_a_crash_that_keeps_what_was_committed(
    rds: Any, client: Client, cloud: Cloud, network: Network, engine: str
) -> None:
    name, query = f"standby-{engine}", query_mysql if engine == "mysql" else query_postgres
    version = {"mysql": "8.0", "postgres": "16"}[engine]
    asked = {"Engine": engine, "EngineVersion": version, "DBName": "lab", "MasterUserPassword": PASSWORD}
    create(rds, network, name, MultiAZ=True, **asked)
    before = wait(rds, name)
    zones = before["AvailabilityZone"], before["SecondaryAvailabilityZone"]
    place = "lab." if engine == "mysql" else ""
    query(before, PASSWORD, f"CREATE TABLE {place}kept (n INT)")
    query(before, PASSWORD, f"INSERT INTO {place}kept VALUES (1)")
    pid = servers(cloud).status(before["DbiResourceId"]).pid
    rds.reboot_db_instance(DBInstanceIdentifier=name, ForceFailover=True)
    after = wait(rds, name)
    assert servers(cloud).status(before["DbiResourceId"]).pid != pid
    assert query(after, PASSWORD, f"SELECT COUNT(*) FROM {place}kept") == 1
    file, said = _REPAIRED[engine]
    log = rds.download_db_log_file_portion(DBInstanceIdentifier=name, LogFileName=file)["LogFileData"]
    assert said in log.lower()
    # The other zone is the first one now, with an interface there.
    assert (after["SecondaryAvailabilityZone"], after["AvailabilityZone"]) == zones
    mine = [each for each in interfaces(client, network) if each["AvailabilityZone"] == zones[1]]
    assert [each["Description"] for each in mine] == ["RDSNetworkInterface"]
    told = rds.describe_events(SourceIdentifier=name, SourceType="db-instance")["Events"]
    assert [each["Message"] for each in told if "failover" in each["EventCategories"]] == [
        "Multi-AZ instance failover started.",
        "Multi-AZ instance failover completed",
    ]
    delete(rds, name)


def test_a_whole_life_with_rename_stop_snapshot_restore_and_an_end_that_leaves_nothing(
    rds: Any, client: Client, cloud: Cloud, network: Network
) -> None:
    before = {item["NetworkInterfaceId"] for item in interfaces(client, network)}
    name = "one-life"
    created = create(
        rds,
        network,
        name,
        Engine="postgres",
        EngineVersion="16",
        DBName="lab",
        Port=5544,
        MasterUserPassword=PASSWORD,
        DeletionProtection=True,
        StorageEncrypted=True,
        CopyTagsToSnapshot=True,
        Tags=[{"Key": "course", "Value": "one"}],
    )
    assert created["DBInstanceStatus"] == "creating"
    assert created["KmsKeyId"].startswith("arn:aws:kms:us-east-1:000000000000:key/")
    code, _ = refused(rds.stop_db_instance, DBInstanceIdentifier=name)
    assert code == "InvalidDBInstanceState"
    instance = wait(rds, name)
    assert instance["Endpoint"]["Port"] == 5544
    query_postgres(instance, PASSWORD, "CREATE TABLE kept AS SELECT 42 AS n")

    rds.modify_db_instance(
        DBInstanceIdentifier=name, NewDBInstanceIdentifier="next-life", ApplyImmediately=True
    )
    name = "next-life"
    limit = time.monotonic() + PATIENCE
    while not exists(rds, name):
        assert time.monotonic() < limit
        time.sleep(0.1)
    renamed = wait(rds, name)
    assert renamed["DbiResourceId"] == instance["DbiResourceId"]
    assert not exists(rds, "one-life")

    rds.stop_db_instance(DBInstanceIdentifier=name)
    wait(rds, name, "stopped")
    # Whoever watches over the servers looks, before it is started.
    assert localstack.post(cloud.settings.gateway_port, localstack.SERVERS_PATH) == ""
    assert not servers(cloud).status(instance["DbiResourceId"]).alive
    code, _ = refused(rds.reboot_db_instance, DBInstanceIdentifier=name)
    assert code == "InvalidDBInstanceState"
    rds.start_db_instance(DBInstanceIdentifier=name)
    assert query_postgres(wait(rds, name), PASSWORD, "SELECT n FROM kept") == 42
    told = rds.describe_events(SourceIdentifier=name, SourceType="db-instance")["Events"]
    assert not [each for each in told if "recovery" in each["EventCategories"]]

    assert refused(rds.delete_db_instance, DBInstanceIdentifier=name, SkipFinalSnapshot=True) == (
        "InvalidParameterCombination",
        "Cannot delete protected DB Instance, please disable deletion protection and try again.",
    )
    rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
    assert refused(rds.delete_db_instance, DBInstanceIdentifier=name) == (
        "InvalidParameterCombination",
        "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
    )
    data = servers(cloud).status(instance["DbiResourceId"]).data_dir
    assert Path(data).is_dir()
    deleted = rds.delete_db_instance(DBInstanceIdentifier=name, FinalDBSnapshotIdentifier="last-words")
    assert deleted["DBInstance"]["DBInstanceStatus"] == "deleting"
    limit = time.monotonic() + PATIENCE
    while exists(rds, name):
        assert time.monotonic() < limit
        time.sleep(0.1)
    assert not Path(data).exists()
    assert {item["NetworkInterfaceId"] for item in interfaces(client, network)} == before
    assert all(item.resource_id != instance["DbiResourceId"] for item in servers(cloud).list())

    snapshot = rds.describe_db_snapshots(DBSnapshotIdentifier="last-words")["DBSnapshots"][0]
    assert (snapshot["Status"], snapshot["Engine"], snapshot["Encrypted"]) == ("available", "postgres", True)
    assert snapshot["TagList"] == [{"Key": "course", "Value": "one"}]
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="after-life",
        DBSnapshotIdentifier="last-words",
        DBSubnetGroupName=network.subnet_group,
        VpcSecurityGroupIds=[network.group_id],
    )
    restored = wait(rds, "after-life")
    assert query_postgres(restored, PASSWORD, "SELECT n FROM kept") == 42
    assert restored["StorageEncrypted"]
    delete(rds, "after-life")
    rds.delete_db_snapshot(DBSnapshotIdentifier="last-words")
    code, _ = refused(rds.describe_db_snapshots, DBSnapshotIdentifier="last-words")
    assert code == "DBSnapshotNotFound"


def test_values_that_keep_the_server_down_are_named_and_can_be_cured(rds: Any, network: Network) -> None:
    def shared_buffers(pages: str) -> None:
        parameter = {
            "ParameterName": "shared_buffers",
            "ParameterValue": pages,
            "ApplyMethod": "pending-reboot",
        }
        rds.modify_db_parameter_group(DBParameterGroupName="greedy", Parameters=[parameter])

    rds.create_db_parameter_group(
        DBParameterGroupName="greedy", DBParameterGroupFamily="postgres16", Description="Too much"
    )
    shared_buffers("16384")
    create(
        rds,
        network,
        "greedy",
        Engine="postgres",
        EngineVersion="16.8",
        MasterUserPassword=PASSWORD,
        DBParameterGroupName="greedy",
    )
    wait(rds, "greedy")
    shared_buffers("1073741823")
    rds.reboot_db_instance(DBInstanceIdentifier="greedy")
    wait(rds, "greedy", "incompatible-parameters")
    events = rds.describe_events(SourceIdentifier="greedy", SourceType="db-instance")["Events"]
    assert "Cannot allocate memory" in events[-1]["Message"]
    shared_buffers("16384")
    rds.reboot_db_instance(DBInstanceIdentifier="greedy")
    instance = wait(rds, "greedy")
    assert query_postgres(instance, PASSWORD, "SHOW shared_buffers", "postgres") == "128MB"

    # A minor version is only a name here, and is the new one after the change.
    changed = rds.modify_db_instance(
        DBInstanceIdentifier="greedy", EngineVersion="16.10", DBPortNumber=5999, ApplyImmediately=True
    )["DBInstance"]
    assert changed["PendingModifiedValues"] == {"EngineVersion": "16.10", "Port": 5999}
    moved = wait(rds, "greedy")
    assert (moved["EngineVersion"], moved["PendingModifiedValues"]) == ("16.10", {})
    assert moved["Endpoint"]["Port"] == 5999
    assert query_postgres(moved, PASSWORD, "SELECT 1", "postgres") == 1
    delete(rds, "greedy")
    rds.delete_db_parameter_group(DBParameterGroupName="greedy")


def test_an_instance_that_is_deleted_while_it_is_created_is_never_shown_as_available(
    rds: Any, network: Network
) -> None:
    create(rds, network, "short-lived", Engine="postgres", EngineVersion="16", MasterUserPassword=PASSWORD)
    rds.delete_db_instance(DBInstanceIdentifier="short-lived", SkipFinalSnapshot=True)
    seen = set()
    limit = time.monotonic() + PATIENCE
    while exists(rds, "short-lived"):
        assert time.monotonic() < limit
        for item in rds.describe_db_instances()["DBInstances"]:
            if item["DBInstanceIdentifier"] == "short-lived":
                seen.add(item["DBInstanceStatus"])
    assert seen == {"deleting"}
