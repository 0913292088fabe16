"""What it costs that requests are judged: an IAM user's small S3 puts, by turns with the root user's."""

from __future__ import annotations

import json
import statistics
from typing import TYPE_CHECKING

import boto3

from tests.bench.measure import Aim, Baseline, Figure, seconds_of
from tests.bench.workplace import Workplace

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BODY = b"x" * 4096
BUCKET, USER = "bench-judged", "bench-judged"

#: How many policies the user has, of how many statements: more than most.
POLICIES, STATEMENTS = 4, 5


def run(at: Workplace) -> list[Figure]:
    """Milliseconds of a put by each, and what the judging adds."""
    settings, session = at.cloud
    at.say("requests that are judged, and requests that are not")
    root: S3Client = session.client("s3")
    root.create_bucket(Bucket=BUCKET)
    judged = _user(session, settings.endpoint_url)
    root.put_bucket_policy(Bucket=BUCKET, Policy=_bucket_policy())
    times: dict[str, list[float]] = {"root": [], "user": []}
    for number in range(at.sizes.requests):
        # By turns: whatever else the machine does falls on both.
        for who, s3 in (("root", root), ("user", judged)):
            times[who].append(_put(s3, number) * 1000)
    # The first ones open connections and load what judges.
    root_time, user_time = (statistics.median(each[len(each) // 10 :]) for each in times.values())
    base = Baseline("the same by root, who is not judged", root_time)
    added = Baseline("a put by root", root_time)
    return [
        Figure("S3 put_object of 4 KiB by a user", user_time, "ms", base),
        Figure("of which the judging", max(user_time - root_time, 0.001), "ms", added, Aim(most=1.0)),
        Figure(
            "the judging by the put", max(user_time / root_time - 1, 0.0001), "of it", None, Aim(most=0.05)
        ),
    ]


def _put(s3: S3Client, number: int) -> float:
    return seconds_of(lambda: s3.put_object(Bucket=BUCKET, Key=f"objects/{number}", Body=BODY))


def _user(session: boto3.Session, endpoint_url: str | None) -> S3Client:
    iam = session.client("iam")
    iam.create_user(UserName=USER)
    for number in range(POLICIES):
        others = [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::other-{each}/*"}
            for each in range(STATEMENTS - 1)
        ]
        mine = {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": f"arn:aws:s3:::{BUCKET}/*"}
        text = json.dumps({"Version": "2012-10-17", "Statement": [*others, mine]})
        iam.put_user_policy(UserName=USER, PolicyName=f"policy-{number}", PolicyDocument=text)
    key = iam.create_access_key(UserName=USER)["AccessKey"]
    made: S3Client = session.client(
        "s3",
        endpoint_url=endpoint_url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    return made


def _bucket_policy() -> str:
    outside = {"NotIpAddress": {"aws:SourceIp": ["127.0.0.0/8"]}}
    closed = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
        "Condition": outside,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": closed})
