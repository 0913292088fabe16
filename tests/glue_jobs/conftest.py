"""The star schema's job in a local cloud: a real database, a bucket, a role, and the job between them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from glue_jobs import star_schema
from scripts import connections
from scripts.connections import Access
from scripts.seed import mysql_loader
from scripts.seed.classicmodels import CLASSICMODELS
from scripts.seed.streaming import silent
from tests.conftest import Cloud
from tests.waiting import wait_for

NAME = "starlab"
BUCKET = f"{NAME}-lake-000000000000"
DATABASE = f"{NAME}_gold"
#: Seconds: a run takes half a minute, on a machine that is busy with everything else far more.
LIMIT = 900
ENDED = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR"}


def trusting_glue(*statements: dict[str, Any]) -> dict[str, str]:
    """Trust policy and permissions of a role for jobs."""
    trust = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    logs = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    return {
        "trust": json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        "permissions": json.dumps({"Version": "2012-10-17", "Statement": [logs, *statements]}),
    }


def allow(*actions: str, resource: str | list[str] = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def make_role(iam: Any, name: str, *statements: dict[str, Any]) -> str:
    """A role that Glue may take, with these permissions; its ARN."""
    documents = trusting_glue(*statements)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=documents["trust"])["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="it", PolicyDocument=documents["permissions"])
    return str(role["Arn"])


@dataclass(frozen=True)
class Job:
    """A job, driven through the API."""

    name: str
    client: Callable[[str], Any]

    def start(self, **arguments: str) -> str:
        given = {f"--{name}": value for name, value in arguments.items()}
        return str(self.client("glue").start_job_run(JobName=self.name, Arguments=given)["JobRunId"])

    def get(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client("glue").get_job_run(JobName=self.name, RunId=run_id)["JobRun"]
        return found

    def end(self, run_id: str) -> dict[str, Any]:
        """The run when it has ended."""

        def ended() -> dict[str, Any] | None:
            found = self.get(run_id)
            return found if found["JobRunState"] in ENDED else None

        run: dict[str, Any] = wait_for(ended, LIMIT)
        return run

    def run(self, **arguments: str) -> dict[str, Any]:
        """Start it and wait; fails with all that it printed unless it succeeds."""
        run = self.end(self.start(**arguments))
        assert run["JobRunState"] == "SUCCEEDED", f"{run}\n{self.printed(run, 'error')}"
        return run

    def printed(self, run: dict[str, Any], kind: str) -> str:
        """What a run wrote: ``output`` or ``error``."""
        logs = self.client("logs")
        try:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=f"/aws-glue/jobs/{kind}", logStreamNames=[run["Id"]]
            )
            return "\n".join(event["message"] for page in pages for event in page["events"])
        except logs.exceptions.ResourceNotFoundException:
            return ""


def figures_of(job: Job, run: dict[str, Any]) -> dict[str, Any]:
    """What a run tells of itself at its end."""
    lines = [line for line in job.printed(run, "output").splitlines() if line.startswith("{")]
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def make_source(source: Access, name: str, **rows: str) -> str:
    """Another database on the server with the tables that the job reads; its name.

    Parameters
    ----------
    rows
        Of a table, those of classicmodels that it has, as the end of a SELECT: all where nothing is said.
        ``lines`` are the order lines; ``{name}`` is the database.
    """
    with connections.mysql(source) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        for table in ("customers", "products", "productlines", "orders", "orderdetails"):
            which = rows.get("lines" if table == "orderdetails" else table, "").format(name=name)
            cursor.execute(f"CREATE TABLE {name}.{table} LIKE classicmodels.{table}")
            cursor.execute(f"INSERT INTO {name}.{table} SELECT * FROM classicmodels.{table} {which}")
    return name


def connect(client: Callable[[str], Any], database: str) -> str:
    """A connection of Glue to another database of the source's server; its name."""
    glue, name = client("glue"), f"{NAME}-{database}"
    properties = glue.get_connection(Name=f"{NAME}-source")["Connection"]["ConnectionProperties"]
    url = properties["JDBC_CONNECTION_URL"].replace("/classicmodels", f"/{database}")
    known = {"Name": name, "ConnectionType": "JDBC"}
    properties = {**properties, "JDBC_CONNECTION_URL": url}
    with suppress(glue.exceptions.AlreadyExistsException):
        glue.create_connection(ConnectionInput={**known, "ConnectionProperties": properties})
    return name


@pytest.fixture(scope="session")
def lake(client: Callable[[str], Any]) -> str:
    client("s3").create_bucket(Bucket=BUCKET)
    return BUCKET


@pytest.fixture(scope="session")
def source(cloud: Cloud, client: Callable[[str], Any]) -> Iterator[Access]:
    """``starlab-mysql`` with classicmodels."""
    rds = client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier=f"{NAME}-mysql",
        Engine="mysql",
        EngineVersion="8.0",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="labadmin",
        ManageMasterUserPassword=True,
    )
    rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier=f"{NAME}-mysql", WaiterConfig={"Delay": 1, "MaxAttempts": 600}
    )
    access = connections.access(cloud.settings, cloud.session, f"{NAME}-mysql")
    with connections.mysql(access, local_infile=True) as connection:
        mysql_loader.load(connection, CLASSICMODELS, 1, 42, silent)
    yield access
    rds.delete_db_instance(DBInstanceIdentifier=f"{NAME}-mysql", SkipFinalSnapshot=True)


@pytest.fixture(scope="session")
def job(client: Callable[[str], Any], lake: str, source: Access) -> Job:
    """The star schema's job, with a connection to the source and a role that may just what it needs."""
    glue, iam = client("glue"), client("iam")
    instance = client("rds").describe_db_instances(DBInstanceIdentifier=f"{NAME}-mysql")["DBInstances"][0]
    host, port = source.endpoint.address()
    secret = instance["MasterUserSecret"]["SecretArn"]
    glue.create_connection(
        ConnectionInput={
            "Name": f"{NAME}-source",
            "ConnectionType": "JDBC",
            "ConnectionProperties": {
                "JDBC_CONNECTION_URL": f"jdbc:mysql://{host}:{port}/classicmodels",
                "JDBC_ENFORCE_SSL": "true",
                "SECRET_ID": secret,
            },
        }
    )
    glue.create_database(DatabaseInput={"Name": DATABASE})
    script = Path(star_schema.__file__)
    client("s3").upload_file(str(script), lake, f"scripts/{script.name}")
    catalog = "arn:aws:glue:us-east-1:000000000000:"
    role = make_role(
        iam,
        f"{NAME}-job",
        allow("s3:ListBucket", resource=f"arn:aws:s3:::{lake}"),
        allow("s3:GetObject", resource=f"arn:aws:s3:::{lake}/scripts/*"),
        allow("s3:GetObject", "s3:PutObject", "s3:DeleteObject", resource=f"arn:aws:s3:::{lake}/gold/*"),
        allow("secretsmanager:GetSecretValue", resource=secret),
        allow(
            "glue:GetConnection",
            resource=[f"{catalog}catalog", f"{catalog}connection/{NAME}-*"],
        ),
        allow(
            "glue:GetDatabase", "glue:GetTable", "glue:CreateTable", "glue:UpdateTable", "glue:GetPartitions",
            "glue:BatchCreatePartition", "glue:BatchUpdatePartition", "glue:BatchDeletePartition",
            "glue:UpdatePartition", "glue:DeletePartition", "glue:CreatePartition",
            resource=[f"{catalog}catalog", f"{catalog}database/{DATABASE}*", f"{catalog}table/{DATABASE}*"],
        ),
    )  # fmt: skip
    glue.create_job(
        Name=f"{NAME}-star-schema",
        Role=role,
        Command={
            "Name": "glueetl",
            "ScriptLocation": f"s3://{lake}/scripts/{script.name}",
            "PythonVersion": "3",
        },
        DefaultArguments={
            "--glue_connection": f"{NAME}-source",
            "--glue_database": DATABASE,
            "--target_path": f"s3://{lake}/gold",
            "--job-language": "python",
        },
        GlueVersion="5.0",
        WorkerType="G.1X",
        NumberOfWorkers=2,
    )
    return Job(f"{NAME}-star-schema", client)


@pytest.fixture(scope="session")
def script_job(job: Job, lake: str, client: Callable[[str], Any]) -> Callable[[str, str], Job]:
    """``script_job(name, script)``: a job of another script, which imports the star schema's."""

    def make(name: str, script: str) -> Job:
        glue, key = client("glue"), f"scripts/{name}.py"
        client("s3").put_object(Bucket=lake, Key=key, Body=script.encode())
        known = glue.get_job(JobName=job.name)["Job"]
        same = {each: known[each] for each in ("Role", "GlueVersion", "WorkerType", "NumberOfWorkers")}
        command = {**known["Command"], "ScriptLocation": f"s3://{lake}/{key}"}
        arguments = {"--extra-py-files": known["Command"]["ScriptLocation"]}
        glue.create_job(Name=f"{NAME}-{name}", Command=command, DefaultArguments=arguments, **same)
        return Job(f"{NAME}-{name}", client)

    return make
