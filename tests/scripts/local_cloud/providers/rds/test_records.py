"""Tags, logs, events, and what RDS offers."""

from __future__ import annotations

import time
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.conftest import Cloud
from tests.scripts.local_cloud.providers.rds.conftest import (
    PASSWORD,
    Network,
    describe,
    query_postgres,
    refused,
)


def test_tags_of_every_kind_are_added_listed_and_removed(rds: Any, network: Network, mysql: str) -> None:
    names = (f"db:{mysql}", "pg:shared-mysql", "subgrp:shared", "pg:default.mysql8.0")
    for name in names:
        arn = f"arn:aws:rds:us-east-1:000000000000:{name}"
        rds.add_tags_to_resource(
            ResourceName=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
        )
        rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["a"])
        assert rds.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "b", "Value": "2"}]
        rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["b"])
    code, _ = refused(rds.list_tags_for_resource, ResourceName="arn:aws:rds:us-east-1:000000000000:db:nobody")
    assert code == "DBInstanceNotFound"


def test_a_log_is_listed_and_downloaded_portion_by_portion(rds: Any, postgres: str) -> None:
    mark = f"looked-for-{time.time_ns()}"
    query_postgres(describe(rds, postgres), PASSWORD, f"DO $$ BEGIN RAISE WARNING '{mark}'; END $$")
    files = rds.describe_db_log_files(DBInstanceIdentifier=postgres, FilenameContains="postgresql")
    names = [file["LogFileName"] for file in files["DescribeDBLogFiles"]]
    assert names
    assert all(file["Size"] > 0 for file in files["DescribeDBLogFiles"])
    text = ""
    pages = rds.get_paginator("download_db_log_file_portion").paginate(
        DBInstanceIdentifier=postgres, LogFileName=names[-1], PaginationConfig={"StartingToken": "0"}
    )
    for page in pages:
        text += page["LogFileData"]
    assert mark in text
    last = rds.download_db_log_file_portion(
        DBInstanceIdentifier=postgres, LogFileName=names[-1], NumberOfLines=2
    )["LogFileData"]
    assert len(last.splitlines()) == 2
    assert text.endswith(last) or mark in last


def test_only_a_log_file_can_be_downloaded(rds: Any, postgres: str) -> None:
    code, message = refused(
        rds.download_db_log_file_portion, DBInstanceIdentifier=postgres, LogFileName="../data/PG_VERSION"
    )
    assert code == "DBLogFileNotFoundFault"
    assert "PG_VERSION" in message


def test_what_happened_to_an_instance_is_told_by_its_events(rds: Any, mysql: str) -> None:
    events = rds.describe_events(SourceIdentifier=mysql, SourceType="db-instance")["Events"]
    assert events[0]["Message"] == "DB instance created"
    assert events[0]["EventCategories"] == ["creation"]
    none = rds.describe_events(SourceIdentifier=mysql, SourceType="db-snapshot")["Events"]
    assert none == []


def test_versions_on_offer_name_their_family_and_upgrades(rds: Any) -> None:
    (default,) = rds.describe_db_engine_versions(Engine="postgres", DefaultOnly=True)["DBEngineVersions"]
    assert default["DBParameterGroupFamily"] == f"postgres{default['MajorEngineVersion']}"
    (exact,) = rds.describe_db_engine_versions(Engine="mysql", EngineVersion="8.0.40")["DBEngineVersions"]
    assert exact["DBParameterGroupFamily"] == "mysql8.0"
    assert "8.0.41" in [target["EngineVersion"] for target in exact["ValidUpgradeTarget"]]
    assert rds.describe_db_engine_versions(Engine="oracle-ee")["DBEngineVersions"] == []


def test_classes_on_offer_are_those_that_can_be_created(rds: Any) -> None:
    options = rds.describe_orderable_db_instance_options(
        Engine="mysql", EngineVersion="8.0.40", DBInstanceClass="db.t4g.micro"
    )["OrderableDBInstanceOptions"]
    assert {option["StorageType"] for option in options} == {"gp2", "gp3", "io1", "io2", "standard"}
    assert "us-east-1a" in [zone["Name"] for zone in options[0]["AvailabilityZones"]]


def test_the_certificate_is_the_one_that_signed_the_servers(rds: Any, cloud: Cloud, mysql: str) -> None:
    (certificate,) = rds.describe_certificates()["Certificates"]
    path = cloud.settings.authority_file
    assert path is not None
    authority = x509.load_pem_x509_certificate(path.read_bytes())
    assert certificate["Thumbprint"] == authority.fingerprint(hashes.SHA1()).hex()
    assert describe(rds, mysql)["CACertificateIdentifier"] == certificate["CertificateIdentifier"]


def test_small_reads_that_clients_make_are_answered(rds: Any) -> None:
    assert rds.describe_pending_maintenance_actions()["PendingMaintenanceActions"] == []
    (group,) = rds.describe_option_groups(OptionGroupName="default:mysql-8-0")["OptionGroupsList"]
    assert group["MajorEngineVersion"] == "8.0"
    assert rds.describe_db_snapshots(DBInstanceIdentifier="nobody")["DBSnapshots"] == []
