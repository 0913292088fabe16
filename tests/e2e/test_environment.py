"""The life of the whole environment, told in order: each test starts from where the one before left it.

Applying costs a minute or two that the provider spends waiting, so nothing here applies more than it must.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pymysql
import pytest

from scripts import connections, leftovers
from scripts.config import ROOT
from scripts.doctor import everybody, networks
from scripts.local_cloud.lifecycle import LocalCloud
from scripts.permissions import accounts
from scripts.reachability import assertions
from scripts.seed.classicmodels import CLASSICMODELS
from scripts.seed.rentio import RENTIO
from scripts.seed.verification import verify
from tests.e2e import leaks
from tests.e2e.conftest import Environment
from tests.infrastructure import permissions
from tests.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("environment")]

MYSQL, POSTGRES = "sourcelab-mysql", "sourcelab-postgres"
ASSERTIONS = ROOT / "infrastructure" / "reachability.yaml"


def test_apply_builds_everything_and_says_how_to_reach_it(environment: Environment) -> None:
    answer = environment.lab("apply")
    for expected in (MYSQL, POSTGRES, "sourcelab-ProductCatalog", "mysql ", "psql ", "awslocal"):
        assert expected in answer.stdout


def test_a_second_plan_is_empty(environment: Environment) -> None:
    shown = environment.lab("plan", "--json").stdout
    _plan_file(environment).write_text(shown)


def _plan_file(environment: Environment) -> Path:
    """The second plan, as JSON, for whoever reads it later."""
    return environment.settings.local_dir.parent / "plan.json"


def test_everybody_reaches_whom_they_must_and_nobody_else_by_the_api_and_by_the_plan(
    environment: Environment,
) -> None:
    by_api = environment.lab("reach", "--assert", str(ASSERTIONS), "--json")
    by_plan = environment.lab(
        "reach", "--assert", str(ASSERTIONS), "--json", "--from-plan", str(_plan_file(environment))
    )
    verdicts = json.loads(by_api.stdout)
    assert verdicts["Holds"]
    assert not any(each["skipped"] for each in verdicts["Assertions"])
    assert verdicts == json.loads(by_plan.stdout)
    found = networks.of_api(environment.session)
    planned = networks.of_plan(_plan_file(environment), environment.settings, show=_no_binary_plan)
    assert _named(everybody.of(found)) == _named(everybody.of(planned))


def _no_binary_plan(file: Path) -> dict[str, Any]:
    raise AssertionError(f"{file} is JSON")


def _named(pairs: list[everybody.Pair]) -> set[tuple[str, str, tuple[int, int], bool]]:
    return {(each.source.name, each.destination.name, each.ports, each.reachable) for each in pairs}


def test_everybody_may_do_what_they_must_and_nothing_else_by_the_api_and_by_the_plan(
    environment: Environment,
) -> None:
    database = environment.session.client("rds").describe_db_instances(DBInstanceIdentifier=MYSQL)
    secret = database["DBInstances"][0]["MasterUserSecret"]["SecretArn"]
    by_api = accounts.of_api(environment.session)
    by_plan = accounts.of_plan(_plan_file(environment), environment.settings, show=_no_binary_plan)
    assert list(permissions.wrong(by_api, secret=secret, applied=True)) == []
    assert list(permissions.wrong(by_plan, secret=secret, applied=True)) == []


@pytest.mark.parametrize(("identifier", "engine"), [(MYSQL, "MariaDB|MySQL"), (POSTGRES, "PostgreSQL")])
def test_the_doctor_goes_on_to_the_login(environment: Environment, identifier: str, engine: str) -> None:
    found = json.loads(environment.lab("doctor", "bastion", identifier, "--json").stdout)
    assert found["Reachable"]
    assert [(each["name"], each["outcome"]) for each in found["Layers"]] == [
        (name, "ok") for name in ("name resolution", "TCP", "TLS", "login")
    ]
    assert re.search(f"labadmin.*({engine})", found["Layers"][-1]["seen"])


def test_the_doctor_walks_from_the_internet_to_the_database_through_what_stands_between(
    environment: Environment,
) -> None:
    way = ("--through", "sourcelab", "--through", "application")
    found = json.loads(environment.lab("doctor", "internet", POSTGRES, *way, "--json").stdout)
    assert [each["NetworkPathFound"] for each in found["NetworkInsightsAnalyses"]] == [True] * 3


@contextmanager
def _denied_answers(ec2: Any) -> Iterator[str]:
    """The network ACL of the databases denies answers to the public subnets."""
    named = [{"Name": "tag:Name", "Values": ["sourcelab-database"]}]
    (acl,) = ec2.describe_network_acls(Filters=named)["NetworkAcls"]
    (entry,) = (each for each in acl["Entries"] if each["Egress"] and each["RuleNumber"] == 910)
    entry["NetworkAclId"] = acl["NetworkAclId"]
    ec2.replace_network_acl_entry(**{**entry, "RuleAction": "deny"})
    try:
        yield acl["NetworkAclId"]
    finally:
        ec2.replace_network_acl_entry(**entry)


@contextmanager
def _missing_route(ec2: Any) -> Iterator[str]:
    """The public subnets have no route to the internet gateway."""
    named = [{"Name": "tag:Name", "Values": ["sourcelab-public"]}]
    (table,) = ec2.describe_route_tables(Filters=named)["RouteTables"]
    (route,) = (each for each in table["Routes"] if each.get("DestinationCidrBlock") == "0.0.0.0/0")
    ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")
    try:
        yield table["RouteTableId"]
    finally:
        ec2.create_route(
            RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=route["GatewayId"]
        )


@pytest.mark.parametrize(
    ("broken", "source", "destination", "code"),
    [
        (_denied_answers, "bastion", "postgres", "SUBNET_ACL_RESTRICTION"),
        (_missing_route, "bastion", "internet", "NO_ROUTE_TO_DESTINATION"),
    ],
)
def test_what_somebody_breaks_fails_the_right_assertion_with_the_right_blocker(
    environment: Environment, broken: Callable[[Any], Any], source: str, destination: str, code: str
) -> None:
    with broken(environment.session.client("ec2")) as component:
        failed = _failed(environment)
    assert (code, component) in failed[f"{source} must reach {destination}"]
    assert _failed(environment) == {}


def _failed(environment: Environment) -> dict[str, set[tuple[str, str]]]:
    """Of each assertion that does not hold, codes and components of what stops it."""
    verdicts = assertions.check(networks.of_api(environment.session), ASSERTIONS)
    return {
        str(each.connection).partition(" on port ")[0]: {
            (blocker.code, blocker.component.id) for blocker in each.blockers
        }
        for each in verdicts
        if not each.holds
    }


def test_inspect_finds_everything_and_state_and_aws_agree(environment: Environment) -> None:
    found = json.loads(environment.lab("inspect", "--json").stdout)["resources"]
    differing = [each for each in found if each["mark"] not in ("", "made by AWS")]
    assert differing == []
    kinds = Counter(each["kind"] for each in found)
    assert kinds["subnet"] == 6
    assert kinds["security group"] == 6
    assert kinds["DB instance"] == 2
    assert kinds["DynamoDB table"] == 4
    (balancer,) = (each for each in found if each["kind"] == "load balancer")
    (application,) = (each for each in found if each["name"] == "sourcelab-application" and each.get("type"))
    assert [target["id"] for target in balancer["listeners"][0]["targets"]] == [application["id"]]


def test_status_names_the_true_servers_and_what_is_only_simulated(environment: Environment) -> None:
    parts = {part["name"]: part for part in json.loads(environment.lab("status", "--json").stdout)}
    assert not any(part["down"] for part in parts.values())
    for name in ("localstack", f"rds: {MYSQL}", f"rds: {POSTGRES}"):
        assert parts[name]["kind"] == "real"
        assert psutil.pid_exists(parts[name]["pid"])
    # The servers are its children, and have lines of their own.
    alone = psutil.Process(parts["localstack"]["pid"]).memory_info().rss
    assert parts["localstack"]["memory_bytes"] < alone * 1.2
    assert parts[f"rds: {MYSQL}"]["version"].startswith(("MySQL", "MariaDB"))
    assert parts["ec2: instances"]["kind"] == "simulated"


def test_the_servers_listen_on_the_ports_that_aws_would_use(environment: Environment) -> None:
    rds = environment.session.client("rds")
    found = {each["DBInstanceIdentifier"]: each for each in rds.describe_db_instances()["DBInstances"]}
    assert {name: each["Endpoint"]["Port"] for name, each in found.items()} == {MYSQL: 3306, POSTGRES: 5432}
    hosts = {ipaddress.ip_address(each["Endpoint"]["Address"]) for each in found.values()}
    assert len(hosts) == 2
    assert all(host.is_loopback for host in hosts)
    assert len({each["DbiResourceId"] for each in found.values()}) == 2


@pytest.mark.parametrize(("identifier", "port"), [(MYSQL, 3306), (POSTGRES, 5432)])
def test_no_server_runs_as_root_nor_listens_beyond_this_machine(
    environment: Environment, identifier: str, port: int
) -> None:
    server = environment.server(identifier)
    assert server.pid is not None
    process = psutil.Process(server.pid)
    assert process.uids().effective != 0 or os.geteuid() != 0
    listening = [each.laddr for each in process.net_connections() if each.status == psutil.CONN_LISTEN]
    assert listening == [(server.address.host, port)]


def test_mysql_holds_the_datasets_behind_verified_tls(environment: Environment) -> None:
    with (
        connections.mysql(environment.access(MYSQL)) as mysql,
        mysql.cursor() as cursor,
    ):
        cursor.execute("SHOW STATUS LIKE 'Ssl_version'")
        assert cursor.fetchone()[1].startswith("TLSv1.")
        cursor.execute("SELECT COUNT(*) FROM rentio.rental")
        assert cursor.fetchone() == (16_044,)
        cursor.execute("SELECT COUNT(*) FROM classicmodels.orderdetails")
        assert cursor.fetchone() == (2_996,)
        cursor.execute("SELECT @@binlog_format, @@require_secure_transport")
        assert cursor.fetchone() == ("ROW", 1)


def test_postgresql_holds_the_dataset_behind_verified_tls(environment: Environment) -> None:
    with connections.postgres(environment.access(POSTGRES), "rentio") as postgres:
        assert postgres.execute("SELECT COUNT(*) FROM rental").fetchone() == (16_044,)
        assert postgres.execute("SHOW wal_level").fetchone() == ("logical",)
        assert postgres.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (
            True,
        )


def test_a_connection_without_tls_is_refused(environment: Environment) -> None:
    mysql = environment.access(MYSQL)
    host, port = mysql.endpoint.address()
    with connections.mysql(mysql), connections.postgres(environment.access(POSTGRES)):
        pass  # the same users and passwords are right where there is TLS
    # MySQL's own error is 3159; a MariaDB that stands in for it answers as to a wrong password.
    with pytest.raises(pymysql.err.OperationalError, match=r"3159|1045"):
        pymysql.connect(
            host=host, port=port, user=mysql.user.username, password=mysql.user.password, ssl_disabled=True
        )
    postgres = environment.access(POSTGRES)
    host, port = postgres.endpoint.address()
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(
            host=host, port=port, user=postgres.user.username, password=postgres.user.password,
            dbname="rentio", sslmode="disable",
        )  # fmt: skip


def test_the_tables_and_the_bucket_hold_the_datasets(environment: Environment) -> None:
    dynamodb = environment.session.client("dynamodb")
    counts = {
        name: dynamodb.scan(TableName=f"sourcelab-{name}", Select="COUNT")["Count"]
        for name in ("ProductCatalog", "Forum", "Thread", "Reply")
    }
    assert counts == {"ProductCatalog": 8, "Forum": 2, "Thread": 3, "Reply": 4}
    s3 = environment.session.client("s3")
    (raw,) = (each["Name"] for each in s3.list_buckets()["Buckets"] if "-raw" in each["Name"])
    ratings = s3.get_object(Bucket=raw, Key="csv/ratings_ml_training_dataset.csv")["Body"].read()
    assert len(ratings.splitlines()) == 1 + 2_532
    for prefix in ("json/", "images/"):
        assert s3.list_objects_v2(Bucket=raw, Prefix=prefix)["KeyCount"] > 0


def test_every_interface_lies_in_its_subnet_with_an_owner_and_an_address_of_its_own(
    environment: Environment,
) -> None:
    ec2 = environment.session.client("ec2")
    subnets = {
        each["SubnetId"]: ipaddress.ip_network(each["CidrBlock"])
        for each in ec2.describe_subnets()["Subnets"]
    }
    interfaces = ec2.describe_network_interfaces()["NetworkInterfaces"]
    for each in interfaces:
        network = subnets[each["SubnetId"]]
        address = ipaddress.ip_address(each["PrivateIpAddress"])
        assert address in network
        assert address not in [*list(network)[:4], network.broadcast_address]
        if public := each.get("Association", {}).get("PublicIp"):
            assert ipaddress.ip_address(public).is_global
    assert len({each["PrivateIpAddress"] for each in interfaces}) == len(interfaces)
    described = sorted(each["Description"].split(" ")[0] for each in interfaces if each["Description"])
    assert described.count("RDSNetworkInterface") == 2
    assert described.count("ELB") == 2
    kinds = {each["InterfaceType"] for each in interfaces}
    assert {"interface", "nat_gateway"} <= kinds


def test_no_policy_allows_every_action_or_every_resource(environment: Environment) -> None:
    iam = environment.session.client("iam")
    documents = {}
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        found = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        documents[policy["PolicyName"]] = found["PolicyVersion"]["Document"]
    for role in iam.list_roles()["Roles"]:
        for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
            found = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)
            documents[f"{role['RoleName']}/{name}"] = found["PolicyDocument"]
    assert len(documents) >= 5
    for name, document in documents.items():
        for statement in document["Statement"]:
            actions, resources = (
                each if isinstance(each, list) else [each]
                for each in (statement["Action"], statement["Resource"])
            )
            assert not [each for each in actions if each == "*" or each.endswith(":*")], name
            # AWS knows no narrower resource for these, which list, or deliver logs.
            wide = {"FindBuckets", "LookAtNetwork", "DeliverLogs"}
            assert "*" not in resources or statement.get("Sid") in wide, name


def test_no_secret_is_in_state_plan_output_log_or_process_list(environment: Environment) -> None:
    secrets = leaks.secrets_of(environment)
    assert len([each for each in secrets if each.name.startswith("password of ")]) == 2
    assert all(len(each.value) >= 16 for each in secrets)
    local = environment.settings.local_dir
    found = [*leaks.in_processes(secrets), *leaks.open_to_others(environment)]
    for folder, pattern in (("terraform", "*.tfstate*"), ("terraform", "*.tfplan"), ("log", "*")):
        found += leaks.in_files(secrets, local / folder, pattern)
    for server in LocalCloud(environment.settings).servers():
        found += leaks.in_files(secrets, server.log_dir, "*")
    for command in (["status"], ["status", "--json"], ["plan", "--json"], ["inspect", "--json"]):
        told = environment.lab(*command)
        found += leaks.in_text(secrets, f"lab {' '.join(command)}", (told.stdout + told.stderr).encode())
    assert found == []


def test_what_somebody_changed_by_hand_is_planned_and_put_right(environment: Environment) -> None:
    ec2 = environment.session.client("ec2")
    named = [{"Name": "tag:Name", "Values": ["sourcelab-database"]}]
    (group,) = (each["GroupId"] for each in ec2.describe_security_groups(Filters=named)["SecurityGroups"])
    chosen = [{"Name": "group-id", "Values": [group]}]
    rules = ec2.describe_security_group_rules(Filters=chosen)["SecurityGroupRules"]
    (rule, *_) = (each["SecurityGroupRuleId"] for each in rules if each.get("FromPort") == 5432)
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule])
    told = environment.lab("reach", "--assert", str(ASSERTIONS), expect=1).stdout
    assert "must reach postgres on port 5432" in told
    assert "authorize-security-group-ingress" in told
    assert set.union(*_failed(environment).values()) == {("ENI_SG_RULES_MISMATCH", group)}
    planned = environment.lab("plan", expect=1)
    assert "1 to add, 0 to change, 0 to destroy" in planned.stderr
    shown = json.loads(environment.lab("apply", "--json").stdout)
    after = ec2.describe_security_group_rules(Filters=chosen)["SecurityGroupRules"]
    assert len(after) == len(rules)
    _run_what_apply_prints(environment, shown)


#: Lines of `lab apply` that start work of minutes: the tests of the pipeline do that work.
_WORK = ("lab glue run sourcelab-star-schema", "lab crawl sourcelab-gold", "stepfunctions start-execution")


def _run_what_apply_prints(environment: Environment, entries: list[dict[str, Any]]) -> None:
    """Every line reaches what it names, typed into a shell as it stands."""
    lines = [line.partition("   #")[0] for entry in entries for line in entry["commands"]]
    assert {"mysql", "psql"} <= {line.split()[0] for line in lines}
    assert all(any(work in line for line in lines) for work in _WORK)
    for line in lines:
        if any(work in line for work in _WORK):
            continue
        asked, identifier = line, MYSQL if line.startswith("mysql") else POSTGRES
        if line.startswith("mysql"):
            # At a terminal -p asks; here the password comes as the client's own variable.
            asked = line.replace(" -p ", " ") + " -e 'SELECT COUNT(*) FROM film'"
        elif line.startswith("psql"):
            asked = line + " -c 'SELECT COUNT(*) FROM film'"
        password = environment.access(identifier).user.password
        answer = subprocess.run(
            asked, shell=True, cwd=ROOT, capture_output=True, text=True, check=False,
            env={**environment.variables, "MYSQL_PWD": password, "PGPASSWORD": password},
        )  # fmt: skip
        assert answer.returncode == 0, f"{asked}\n{answer.stderr}"
        if "film" in asked:
            assert "1000" in answer.stdout


@pytest.mark.parametrize("identifier", [MYSQL, POSTGRES])
def test_a_killed_database_server_comes_back_by_itself_with_its_data(
    environment: Environment, identifier: str
) -> None:
    _write_committed_row(environment, identifier)
    former = environment.kill_server(identifier)
    wait_for(lambda: environment.is_back(identifier, former))
    assert _committed_rows(environment, identifier) == 1
    environment.lab("status")


def _write_committed_row(environment: Environment, identifier: str) -> None:
    statement = "CREATE TABLE {}kept (id INT PRIMARY KEY)", "INSERT INTO {}kept VALUES (1)"
    if identifier == MYSQL:
        with (
            connections.mysql(environment.access(MYSQL)) as mysql,
            mysql.cursor() as cursor,
        ):
            for each in statement:
                cursor.execute(each.format("rentio."))
            mysql.commit()
    else:
        with connections.postgres(environment.access(POSTGRES), "rentio") as postgres:
            for each in statement:
                postgres.execute(each.format(""))
            postgres.commit()


def _committed_rows(environment: Environment, identifier: str) -> int:
    if identifier == MYSQL:
        with (
            connections.mysql(environment.access(MYSQL)) as mysql,
            mysql.cursor() as cursor,
        ):
            cursor.execute("SELECT COUNT(*) FROM rentio.kept")
            return int(cursor.fetchone()[0])
    with connections.postgres(environment.access(POSTGRES), "rentio") as postgres:
        row = postgres.execute("SELECT COUNT(*) FROM kept").fetchone()
        assert row is not None
        return int(row[0])


def test_an_explicit_seed_puts_back_what_a_learner_changed(environment: Environment) -> None:
    with (
        connections.mysql(environment.access(MYSQL)) as mysql,
        mysql.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM classicmodels.payments")
        mysql.commit()
    environment.lab("seed", "classicmodels")
    with (
        connections.mysql(environment.access(MYSQL)) as mysql,
        mysql.cursor() as cursor,
    ):
        cursor.execute("SELECT COUNT(*) FROM classicmodels.payments")
        assert cursor.fetchone() == (273,)


def test_the_pipeline_can_look_at_a_crawler_that_has_not_ended_a_crawl_yet(environment: Environment) -> None:
    # On AWS the first crawl takes a minute, through which it looks; here it is over before the first look.
    machines: Any = environment.session.client("stepfunctions")  # type: ignore[call-overload]
    crawler = environment.session.client("glue").get_crawler(Name="sourcelab-gold")["Crawler"]
    assert "LastCrawl" not in crawler
    definition = machines.describe_state_machine(stateMachineArn=_MACHINE)["definition"]
    look = {**json.loads(definition)["States"]["LookAtCrawler"], "Next": "Seen"}
    states = {"LookAtCrawler": look, "Seen": {"Type": "Succeed"}, "TellOfFailure": {"Type": "Fail"}}
    alone = json.dumps({"StartAt": "LookAtCrawler", "States": states})
    machines.update_state_machine(stateMachineArn=_MACHINE, definition=alone)
    try:
        ended = _run_pipeline(environment)
    finally:
        machines.update_state_machine(stateMachineArn=_MACHINE, definition=definition)
    assert ended["status"] == "SUCCEEDED", ended.get("cause")


def test_the_pipeline_makes_a_star_schema_of_mysql_with_the_same_totals(environment: Environment) -> None:
    with connections.mysql(environment.access(MYSQL)) as mysql, mysql.cursor() as cursor:
        cursor.execute("SELECT COUNT(*), SUM(quantityOrdered * priceEach) FROM classicmodels.orderdetails")
        lines, total = map(str, cursor.fetchone() or ())
    ended = _run_pipeline(environment)
    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    compared = json.loads(ended["output"])
    assert (compared["lines"], compared["total"]) == (lines, total)
    by_country = environment.lab("athena", "--json", "--file", str(_QUERIES / "sales_by_country.sql"))
    rows = json.loads(by_country.stdout)["rows"]
    assert str(sum(Decimal(sales) for _, _, sales in rows)) == total


def test_a_gate_that_fails_fails_the_pipeline_publishes_nothing_and_is_told(environment: Environment) -> None:
    queue = _hear_alarms(environment)
    with connections.mysql(environment.access(MYSQL)) as mysql, mysql.cursor() as cursor:
        # A customer that orders name is gone, as only somebody can who switches the keys off.
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        cursor.execute("SELECT MIN(customerNumber) FROM classicmodels.orders")
        (customer,) = cursor.fetchone() or ()
        cursor.execute("DELETE FROM classicmodels.customers WHERE customerNumber = %s", (customer,))
        mysql.commit()
    s3 = environment.session.client("s3")
    manifest = {"Bucket": "sourcelab-lake-000000000000", "Key": "gold/_manifest.json"}
    before = s3.head_object(**manifest)["ETag"]
    try:
        ended = _run_pipeline(environment)
    finally:
        environment.lab("seed", "classicmodels")
    assert (ended["status"], ended["error"]) == ("FAILED", "PipelineFailed")
    (told,) = _heard(environment, queue, "stateMachine", 1)
    assert told["stateMachine"] == "sourcelab-star-schema"
    assert "QualityError" in told["cause"]
    assert s3.head_object(**manifest)["ETag"] == before


def test_executions_that_cannot_tell_of_their_end_are_told_of_once(environment: Environment) -> None:
    queue = _hear_alarms(environment)
    machines: Any = environment.session.client("stepfunctions")  # type: ignore[call-overload]
    definition = machines.describe_state_machine(stateMachineArn=_MACHINE)["definition"]
    waits = {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}
    ends: dict[str, dict[str, Any]] = {
        # The state Failed ends it so, after TellOfFailure has told.
        "told already": {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "PipelineFailed"}}},
        "ABORTED": {"StartAt": "W", "States": waits},
        "TIMED_OUT": {"StartAt": "W", "States": waits, "TimeoutSeconds": 1},
        # TellOfFailure could not tell.
        "FAILED": {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "SNS.KmsAccessDenied"}}},
    }
    executions = {}
    try:
        for end, states in ends.items():
            machines.update_state_machine(stateMachineArn=_MACHINE, definition=json.dumps(states))
            execution = machines.start_execution(stateMachineArn=_MACHINE)["executionArn"]
            if end == "ABORTED":
                machines.stop_execution(executionArn=execution)
            _ended(machines, execution)
            executions[end] = execution
    finally:
        machines.update_state_machine(stateMachineArn=_MACHINE, definition=definition)
    del executions["told already"]
    heard = _heard(environment, queue, "stateMachineArn", 3)
    assert {each["status"]: each["executionArn"] for each in heard} == executions


_MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:sourcelab-star-schema"
_QUERIES = ROOT / "infrastructure" / "modules" / "analytics" / "queries"
#: Seconds that the pipeline gets: a minute is enough on an idle machine.
_PIPELINE = 1800


def _run_pipeline(environment: Environment) -> dict[str, Any]:
    """Start the state machine, and wait until the execution has ended."""
    machines: Any = environment.session.client("stepfunctions")  # type: ignore[call-overload]
    return _ended(machines, machines.start_execution(stateMachineArn=_MACHINE)["executionArn"])


def _ended(machines: Any, execution: str) -> dict[str, Any]:
    """The execution when it has ended."""
    deadline = time.monotonic() + _PIPELINE
    while True:
        found: dict[str, Any] = machines.describe_execution(executionArn=execution)
        if found["status"] != "RUNNING":
            return found
        assert time.monotonic() < deadline, "the pipeline has not ended"
        time.sleep(1)


def _hear_alarms(environment: Environment) -> str:
    """URL of a queue that gets what the alarm topic is told."""
    sqs, sns = environment.session.client("sqs"), environment.session.client("sns")
    topic = "arn:aws:sns:us-east-1:000000000000:sourcelab-alarms"
    arn = "arn:aws:sqs:us-east-1:000000000000:listener"
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    queue = sqs.create_queue(QueueName="listener", Attributes={"Policy": policy})["QueueUrl"]
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
    return queue


def _heard(environment: Environment, queue: str, key: str, count: int) -> list[dict[str, Any]]:
    """The first messages with that key; alarms of others are told there too. The queue is gone afterwards."""
    sqs = environment.session.client("sqs")
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + 300
    while len(found) < count:
        assert time.monotonic() < deadline, f"nobody was told but of {found}"
        for each in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5).get("Messages", ()):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
            told: dict[str, Any] = json.loads(each["Body"])
            found += [told] if key in told else []
    sqs.delete_queue(QueueUrl=queue)
    return found


def test_a_snapshot_brings_the_whole_environment_back_after_clean(environment: Environment) -> None:
    environment.lab("snapshot", "save", "whole")
    environment.lab("clean")
    assert not environment.settings.local_dir.exists()
    loaded = json.loads(environment.lab("snapshot", "load", "whole", "--json").stdout)
    assert loaded["databases"] == [MYSQL, POSTGRES]
    environment.lab("status")
    environment.lab("plan")
    for dataset in (RENTIO, CLASSICMODELS):
        with (
            connections.mysql(environment.access(MYSQL), dataset.name) as mysql,
            mysql.cursor() as cursor,
        ):
            assert verify(_asking(cursor), dataset, "mysql", scale=1) == []
    with connections.postgres(environment.access(POSTGRES), "rentio") as postgres:
        assert verify(_asking(postgres.cursor()), RENTIO, "postgres", scale=1) == []
    assert _committed_rows(environment, MYSQL) == _committed_rows(environment, POSTGRES) == 1
    environment.lab("snapshot", "delete", "whole")
    assert json.loads(environment.lab("snapshot", "list", "--json").stdout) == []


def _asking(cursor: Any) -> Callable[[str], object]:
    def ask(question: str) -> object:
        cursor.execute(question)
        return cursor.fetchone()[0]

    return ask


def test_after_localstack_was_killed_apply_brings_everything_back_and_leaves_no_orphan(
    environment: Environment,
) -> None:
    cloud = LocalCloud(environment.settings)
    before = cloud.servers()
    process = cloud.process()
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    told = environment.lab("status", expect=1)
    assert "make apply" in told.stdout
    environment.lab("apply")
    environment.lab("status")
    assert not {each.resource_id for each in before} & {each.resource_id for each in cloud.servers()}
    assert not any(psutil.pid_exists(each.pid) for each in before if each.pid)
    assert not any(each.data_dir.exists() for each in before)
    assert list((environment.settings.terraform_dir / "archive").glob("*.tfstate"))
    with (
        connections.mysql(environment.access(MYSQL)) as mysql,
        mysql.cursor() as cursor,
    ):
        cursor.execute("SELECT COUNT(*) FROM rentio.rental")
        assert cursor.fetchone() == (16_044,)


def test_destroy_leaves_nothing_behind(environment: Environment) -> None:
    cloud = LocalCloud(environment.settings)
    servers = cloud.servers()
    answer = environment.lab("destroy")
    assert "Nothing of sourcelab is left" in answer.stderr
    assert leftovers.find(environment.session, "sourcelab") == []
    assert environment.session.client("secretsmanager").list_secrets()["SecretList"] == []
    ec2 = environment.session.client("ec2")
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert cloud.servers() == ()
    for server in servers:
        assert not Path(server.data_dir).exists()
        assert server.pid is not None
        assert not psutil.pid_exists(server.pid)
        # Its address may be another local cloud's by now: what counts is that nobody has our data.
        assert not _users_of(server.data_dir)


def _users_of(folder: str | Path) -> list[str]:
    """Processes that were started with something in a folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            found += [each for each in process.cmdline() if str(folder) in each]
    return found


def test_destroying_twice_and_stopping_twice_is_no_error(environment: Environment) -> None:
    environment.lab("destroy")
    environment.lab("down")
    assert "was not running" in environment.lab("down").stderr
    assert "nothing of the environment exists" in environment.lab("destroy").stderr
