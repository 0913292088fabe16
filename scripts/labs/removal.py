"""Removes what a workspace made in AWS: whatever bears its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    import boto3

#: What is said of something that somebody else has removed by now.
_GONE = {
    "NoSuchBucket", "ResourceNotFoundException", "ResourceNotFound",
    "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "NotFound", "DBInstanceNotFound",
    "NoSuchEntity",
}  # fmt: skip


def remove(session: boto3.Session, name: str) -> list[str]:
    """Remove whatever of `_found` has a name that begins with ``name``.

    Returns
    -------
    list of str
        What was removed, such as ``table lab-1f0c2d3e-orders``.
    """
    removed = []
    for kind, found, delete in _found(session, name):
        try:
            delete()
            removed.append(f"{kind} {found}")
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise
    return removed


Found = tuple[str, str, Callable[[], Any]]


def _found(session: boto3.Session, name: str) -> Iterator[Found]:
    yield from _tables(session.client("dynamodb"), name)
    yield from _buckets(session, name)
    yield from _streams(session.client("kinesis"), name)
    yield from _alarms(session.client("cloudwatch"), name)
    yield from _topics(session.client("sns"), name)
    yield from _queues(session.client("sqs"), name)
    yield from _log_groups(session.client("logs"), name)
    yield from _catalog(session.client("glue"), name)
    yield from db_instances(session.client("rds"), name)
    iam = session.client("iam")
    yield from _users(iam, name)
    yield from _roles(iam, name)


def _tables(dynamodb: Any, name: str) -> Iterator[Found]:
    for page in dynamodb.get_paginator("list_tables").paginate():
        for each in page["TableNames"]:
            if each.startswith(name):
                yield "table", each, partial(dynamodb.delete_table, TableName=each)


def _buckets(session: boto3.Session, name: str) -> Iterator[Found]:
    for each in session.client("s3").list_buckets()["Buckets"]:
        if each["Name"].startswith(name):
            yield "bucket", each["Name"], partial(empty_and_delete, session, each["Name"])


def empty_and_delete(session: boto3.Session, bucket: str) -> None:
    """Remove a bucket with every version and delete marker, and every upload that was begun."""
    s3: Any = session.client("s3")
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for each in page.get("Uploads", ()):
            s3.abort_multipart_upload(Bucket=bucket, Key=each["Key"], UploadId=each["UploadId"])
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        if versions:
            gone = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": gone, "Quiet": True})
    s3.delete_bucket(Bucket=bucket)


def _streams(kinesis: Any, name: str) -> Iterator[Found]:
    for page in kinesis.get_paginator("list_streams").paginate():
        for each in page["StreamNames"]:
            if each.startswith(name):
                yield (
                    "stream",
                    each,
                    partial(kinesis.delete_stream, StreamName=each, EnforceConsumerDeletion=True),
                )


def _alarms(cloudwatch: Any, name: str) -> Iterator[Found]:
    for page in cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=name):
        for each in page["MetricAlarms"]:
            alarm = each["AlarmName"]
            yield "alarm", alarm, partial(cloudwatch.delete_alarms, AlarmNames=[alarm])


def _topics(sns: Any, name: str) -> Iterator[Found]:
    for page in sns.get_paginator("list_topics").paginate():
        for each in page["Topics"]:
            arn = each["TopicArn"]
            if arn.rpartition(":")[2].startswith(name):
                yield "topic", arn.rpartition(":")[2], partial(sns.delete_topic, TopicArn=arn)


def _queues(sqs: Any, name: str) -> Iterator[Found]:
    for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix=name):
        for url in page.get("QueueUrls", ()):
            yield "queue", url.rpartition("/")[2], partial(sqs.delete_queue, QueueUrl=url)


def _catalog(glue: Any, name: str) -> Iterator[Found]:
    """Databases of the catalog, in whose names a hyphen is an underscore, crawlers and jobs."""
    for page in glue.get_paginator("get_databases").paginate():
        for each in page["DatabaseList"]:
            if each["Name"].startswith(name.replace("-", "_")):
                yield "catalog database", each["Name"], partial(glue.delete_database, Name=each["Name"])
    for page in glue.get_paginator("list_crawlers").paginate() if glue.can_paginate("list_crawlers") else ():
        for crawler in page["CrawlerNames"]:
            if crawler.startswith(name):
                yield "crawler", crawler, partial(glue.delete_crawler, Name=crawler)
    for page in glue.get_paginator("get_jobs").paginate():
        for job in page["Jobs"]:
            if job["Name"].startswith(name):
                yield "job", job["Name"], partial(glue.delete_job, JobName=job["Name"])


def _log_groups(logs: Any, name: str) -> Iterator[Found]:
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name):
        for each in page["logGroups"]:
            group = each["logGroupName"]
            yield "log group", group, partial(logs.delete_log_group, logGroupName=group)


def db_instances(rds: Any, name: str) -> Iterator[Found]:
    """DB instances whose names begin with ``name``: kind, name, and what deletes it."""
    for page in rds.get_paginator("describe_db_instances").paginate():
        for each in page["DBInstances"]:
            found = each["DBInstanceIdentifier"]
            if found.startswith(name) and each["DBInstanceStatus"] != "deleting":
                yield (
                    "DB instance",
                    found,
                    partial(rds.delete_db_instance, DBInstanceIdentifier=found, SkipFinalSnapshot=True),
                )


def _users(iam: Any, name: str) -> Iterator[Found]:
    for page in iam.get_paginator("list_users").paginate():
        for each in page["Users"]:
            if each["UserName"].startswith(name):
                yield "user", each["UserName"], partial(delete_user, iam, each["UserName"])


def delete_user(iam: Any, user: str) -> None:
    """Remove a user of IAM with access keys and policies."""
    for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
    for policy in iam.list_user_policies(UserName=user)["PolicyNames"]:
        iam.delete_user_policy(UserName=user, PolicyName=policy)
    for policy in iam.list_attached_user_policies(UserName=user)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=user, PolicyArn=policy["PolicyArn"])
    iam.delete_user(UserName=user)


def _roles(iam: Any, name: str) -> Iterator[Found]:
    for page in iam.get_paginator("list_roles").paginate():
        for each in page["Roles"]:
            if each["RoleName"].startswith(name):
                yield "role", each["RoleName"], partial(delete_role, iam, each["RoleName"])


def delete_role(iam: Any, role: str) -> None:
    """Remove a role of IAM with its policies."""
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=policy)
    for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
    iam.delete_role(RoleName=role)
