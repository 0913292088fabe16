"""The process of a query: stopped, cut off, killed, and kept to what its caller may do."""

from __future__ import annotations

import json
import sys
import uuid
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from scripts import aws
from scripts.local_cloud.localstack import LocalStack
from tests.conftest import Cloud, own_settings
from tests.scripts.local_cloud.athena.conftest import Lab
from tests.waiting import wait_for

#: Runs until somebody ends it.
ENDLESS = """
    SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 10000)) AS b(y)
    CROSS JOIN UNNEST(sequence(1, 10000)) AS c(z) WHERE x * y + z < 0
"""


def _processes(query_id: str) -> list[psutil.Process]:
    """Those that work in the query's folder."""
    return [each for each in psutil.process_iter(["cwd"]) if query_id in (each.info["cwd"] or "")]


def test_a_query_that_is_stopped_ends_with_its_process(lab: Lab) -> None:
    query_id = lab.start(ENDLESS)
    lab.wait(query_id, "RUNNING")
    wait_for(lambda: bool(_processes(query_id)))
    with pytest.raises(ClientError, match="Query has not yet finished"):
        lab.athena.get_query_results(QueryExecutionId=query_id)
    lab.athena.stop_query_execution(QueryExecutionId=query_id)
    assert lab.wait(query_id)["Status"]["State"] == "CANCELLED"
    wait_for(lambda: not _processes(query_id))
    # What has ended stays as it is.
    lab.athena.stop_query_execution(QueryExecutionId=query_id)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each begins from nothing")
def test_queries_processes_are_forked_from_one_that_has_no_threads(lab: Lab) -> None:
    first, second = (lab.start(ENDLESS) for _ in range(2))
    for each in (first, second):
        lab.wait(each, "RUNNING")
        wait_for(lambda each=each: bool(_processes(each)))
    parents = {each.parent() for query_id in (first, second) for each in _processes(query_id)}
    # A fork copies one thread alone: what another one holds would be held for ever.
    assert [each.num_threads() for each in parents if each] == [1]
    for each in (first, second):
        lab.athena.stop_query_execution(QueryExecutionId=each)


def test_a_process_that_is_killed_fails_its_query_alone(lab: Lab) -> None:
    query_id = lab.start(ENDLESS)
    lab.wait(query_id, "RUNNING")
    wait_for(lambda: bool(_processes(query_id)))
    for each in _processes(query_id):
        each.kill()
    found = lab.wait(query_id)
    assert found["Status"]["State"] == "FAILED"
    assert "The query's process ended without an answer" in found["Status"]["StateChangeReason"]
    assert lab.rows("SELECT 1") == [["1"]]


def test_a_query_that_reads_more_than_the_work_group_lets_it_is_cancelled(lab: Lab) -> None:
    body = "\n".join(f"{each},{'x' * 90}" for each in range(250_000))
    lab.text("big/a.csv", body)
    lab.run(
        f"""CREATE EXTERNAL TABLE big (id int, filler string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
        LOCATION '{lab.uri("big/")}'"""
    )
    whole = lab.run('SELECT count(id), min("$path") FROM big')
    assert lab.rows_of(whole) == [["250000", lab.uri("big/a.csv")]]
    assert len(body) <= whole["Statistics"]["DataScannedInBytes"] + 4096
    lab.athena.update_work_group(
        WorkGroup=lab.name, ConfigurationUpdates={"BytesScannedCutoffPerQuery": 10_000_000}
    )
    found = lab.wait(lab.start("SELECT count(id) FROM big"))
    assert found["Status"]["State"] == "CANCELLED"
    assert "Bytes scanned limit was exceeded" in found["Status"]["StateChangeReason"]


def test_a_query_may_read_and_write_what_its_caller_may(lab: Lab, cloud: Cloud, client: Any) -> None:
    lab.text("open/a.csv", "1\n")
    lab.text("shut/a.csv", "2\n")
    for name in ("open", "shut"):
        lab.run(f"CREATE EXTERNAL TABLE {name}_t (id int) STORED AS TEXTFILE LOCATION '{lab.uri(name)}/'")
    iam, user = client("iam"), f"analyst-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=user)
    allowed = ["athena:*", "glue:Get*"]
    objects = [f"arn:aws:s3:::{lab.name}/open/*", f"arn:aws:s3:::{lab.name}/results/*"]
    statements = [
        {"Effect": "Allow", "Action": allowed, "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:GetBucketLocation"],
            "Resource": f"arn:aws:s3:::{lab.name}",
        },
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": objects},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    theirs = cloud.session._session.create_client(
        "athena",
        region_name="us-east-1",
        endpoint_url=cloud.endpoint_url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    analyst = Lab(lambda service: theirs if service == "athena" else client(service), lab.name)
    # Athena itself calls by HTTPS, which the test does not.
    plain = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{lab.name}/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    guarded = json.dumps({"Version": "2012-10-17", "Statement": [plain]})
    lab.s3.put_bucket_policy(Bucket=lab.name, Policy=guarded)
    assert analyst.rows("SELECT id FROM open_t") == [["1"]]
    assert "is not authorized to perform: s3:GetObject" in analyst.fail("SELECT id FROM shut_t")
    assert "is not authorized to perform: glue:CreateTable" in analyst.fail(
        f"CREATE EXTERNAL TABLE made (id int) LOCATION '{lab.uri('open/')}'"
    )
    assert "s3:PutObject" in analyst.fail(
        f"UNLOAD (SELECT 1 AS a) TO '{lab.uri('shut/out/')}' WITH (format = 'JSON')"
    )


def test_a_new_life_knows_no_queries_of_the_one_before_and_answers_new_ones() -> None:
    with own_settings() as settings:
        localstack = LocalStack(settings)
        for life in (1, 2):
            localstack.start()
            try:
                session = aws.session(settings)
                lab = Lab(session.client, "restart")
                lab.s3.create_bucket(Bucket="restart")
                lab.glue.create_database(DatabaseInput={"Name": "restart"})
                lab.athena.create_work_group(
                    Name="restart",
                    Configuration={"ResultConfiguration": {"OutputLocation": "s3://restart/r/"}},
                )
                assert lab.athena.list_query_executions(WorkGroup="restart")["QueryExecutionIds"] == []
                assert lab.rows(f"SELECT {life}") == [[str(life)]]
                endless = lab.start(ENDLESS)
                wait_for(lambda endless=endless: bool(_processes(endless)))
            finally:
                localstack.stop()
            # A query works for nobody when LocalStack is gone.
            wait_for(lambda endless=endless: not _processes(endless))
