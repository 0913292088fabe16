"""Addresses that are signed beforehand carry the rights of who signed them, as long as those last."""

from __future__ import annotations

import re
from typing import Any

import pytest
import urllib3

from tests.scripts.local_cloud.authorization.conftest import Credentials, People, allow, document

#: The keys that Terraform and `awslocal` use.
ROOT = Credentials("test", "test")


def _signed(people: People, who: Credentials, bucket: str, *, version: str = "s3v4", **more: Any) -> str:
    s3 = people.client("s3", who, config={"signature_version": version})
    address: str = s3.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "csv/ratings.csv"}, **more
    )
    return address


def _get(address: str) -> tuple[int, str]:
    """Status and error code."""
    answer = urllib3.request("GET", address)
    found = re.search("<Code>(.*)</Code>", answer.data.decode())
    return answer.status, found[1] if found else ""


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_an_address_has_the_rights_of_who_signed_it(people: People, bucket: str, version: str) -> None:
    objects = f"arn:aws:s3:::{bucket}/*"
    may, may_not = people.user(allow("s3:GetObject", objects)), people.user(allow("s3:PutObject", objects))
    assert _get(_signed(people, may, bucket, version=version)) == (200, "")
    assert _get(_signed(people, may_not, bucket, version=version)) == (403, "AccessDenied")


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_an_address_is_only_good_as_it_was_signed_and_by_a_key_that_is(
    people: People, bucket: str, version: str
) -> None:
    may = people.user(allow("s3:GetObject"))
    address = _signed(people, may, bucket, version=version)
    assert _get(address.replace("csv/ratings.csv", "images/one.png"))[1] == "SignatureDoesNotMatch"
    wrong = Credentials(may.key_id, "wrong")
    assert _get(_signed(people, wrong, bucket, version=version))[1] == "SignatureDoesNotMatch"
    nobody = Credentials("LKIAQAAAAAAANOSUCHKEY", "test")
    assert _get(_signed(people, nobody, bucket, version=version))[1] == "InvalidAccessKeyId"
    people.iam.update_access_key(UserName=may.name, AccessKeyId=may.key_id, Status="Inactive")
    assert _get(address)[1] == "InvalidAccessKeyId"


def test_an_address_ends(people: People, bucket: str) -> None:
    may = people.user(allow("s3:GetObject"))
    address = _signed(people, may, bucket, ExpiresIn=1)
    while (answer := _get(address))[0] == 200:
        continue
    assert answer == (403, "AccessDenied")


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_an_address_of_root_is_only_good_as_it_was_signed(people: People, bucket: str, version: str) -> None:
    address = _signed(people, ROOT, bucket, version=version)
    assert _get(address) == (200, "")
    assert _get(address.replace("csv/ratings.csv", "images/one.png"))[1] == "SignatureDoesNotMatch"
    refused = urllib3.request("PUT", address, body=b"x")
    assert refused.status == 403
    assert b"SignatureDoesNotMatch" in refused.data
    wrong = Credentials(ROOT.key_id, "wrong")
    assert _get(_signed(people, wrong, bucket, version=version))[1] == "SignatureDoesNotMatch"


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_an_address_of_root_ends(people: People, bucket: str, version: str) -> None:
    address = _signed(people, ROOT, bucket, version=version, ExpiresIn=1)
    while (answer := _get(address))[0] == 200:
        continue
    assert answer == (403, "AccessDenied")


def test_nobody_adds_to_what_an_address_was_signed_for(people: People, bucket: str) -> None:
    s3 = people.client("s3", people.user(allow("s3:*")), config={"signature_version": "s3v4"})
    address = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "new"})
    copy = {"x-amz-copy-source": f"{bucket}/csv/ratings.csv"}
    refused = urllib3.request("PUT", address, headers=copy)
    assert refused.status == 403
    assert b"not signed" in refused.data
    assert urllib3.request("PUT", address, body=b"x").status == 200


def test_an_address_of_a_session_needs_its_token(people: People, bucket: str) -> None:
    user = people.user(allow("s3:GetObject"))
    given = people.client("sts", user).get_session_token()["Credentials"]
    session = Credentials.of(given)
    assert _get(_signed(people, session, bucket)) == (200, "")
    without = Credentials(session.key_id, session.secret)
    assert _get(_signed(people, without, bucket))[1] == "InvalidToken"


def test_a_policy_can_tell_an_address_from_a_header(people: People, bucket: str) -> None:
    by_header = {"StringEquals": {"s3:authType": "REST-HEADER"}}
    user = people.user(allow("s3:GetObject", Condition=by_header))
    assert _get(_signed(people, user, bucket)) == (403, "AccessDenied")
    s3 = people.client("s3", user)
    assert s3.get_object(Bucket=bucket, Key="csv/ratings.csv")["ContentLength"] == 6


@pytest.mark.parametrize("named", ["by its address", "by the service's"])
def test_a_queue_is_judged_whichever_way_a_call_comes(people: People, named: str) -> None:
    queue = people.cloud.session.client("sqs").create_queue(QueueName=f"{people.prefix}-queue")["QueueUrl"]
    name = queue.rpartition("/")[2]
    base = people.cloud.endpoint_url
    path = f"/000000000000/{name}?" if named == "by its address" else f"/?QueueUrl={queue}&"
    asked = f"{base}{path}Action=SendMessage&MessageBody=hello&Version=2012-11-05"
    sqs = people.cloud.session.client("sqs")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": ""})
    assert _get(asked) == (403, "AccessDenied")
    everybody = allow("sqs:SendMessage", f"arn:aws:sqs:us-east-1:000000000000:{name}", Principal="*")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": document(everybody)})
    assert _get(asked) == (200, "")


def _post(people: People, who: Credentials, bucket: str, **fields: str) -> tuple[int, str]:
    """Status and error code of a form that is posted with a file."""
    s3 = people.client("s3", who)
    form = s3.generate_presigned_post(bucket, "forms/${filename}")
    answer = urllib3.request(
        "POST", form["url"], fields={**form["fields"], **fields, "file": ("one.csv", b"1,2", "text/csv")}
    )
    found = re.search("<Code>(.*)</Code>", answer.data.decode())
    return answer.status, found[1] if found else ""


def test_a_form_has_the_rights_of_who_signed_its_policy(people: People, bucket: str) -> None:
    forms, others = f"arn:aws:s3:::{bucket}/forms/one.csv", f"arn:aws:s3:::{bucket}/others/*"
    may, may_not = people.user(allow("s3:PutObject", forms)), people.user(allow("s3:PutObject", others))
    assert _post(people, may, bucket) == (204, "")
    assert _post(people, may_not, bucket) == (403, "AccessDenied")
    assert _post(people, Credentials("test", "test"), bucket) == (204, "")
    assert _post(people, Credentials(may.key_id, "wrong"), bucket)[1] == "SignatureDoesNotMatch"
    assert _post(people, Credentials("LKIAQAAAAAAANOSUCHKEY", "x"), bucket)[1] == "InvalidAccessKeyId"


def test_what_a_browser_asks_beforehand_is_not_judged(people: People, bucket: str) -> None:
    s3 = people.cloud.session.client("s3")
    rule: Any = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://lab.example"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    answer = urllib3.request(
        "OPTIONS",
        f"{people.cloud.endpoint_url}/{bucket}/csv/ratings.csv",
        headers={"Origin": "https://lab.example", "Access-Control-Request-Method": "GET"},
    )
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://lab.example"


def test_a_website_shows_only_what_everybody_may_read(people: People, bucket: str) -> None:
    s3 = people.cloud.session.client("s3")
    index: Any = {"IndexDocument": {"Suffix": "index.html"}}
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=index)
    host = {"Host": f"{bucket}.s3-website.us-east-1.localhost.localstack.cloud"}
    address = f"{people.cloud.endpoint_url}/csv/ratings.csv"

    def shown() -> tuple[int, bytes]:
        answer = urllib3.request("GET", address, headers=host, redirect=False)
        return answer.status, answer.data

    status, page = shown()
    assert status == 403
    assert b"<li>Code: AccessDenied</li>" in page
    assert b"1,2,3" not in page
    s3.put_object(Bucket=bucket, Key="sorry.html", Body=b"<p>not for you</p>")
    s3.put_bucket_website(
        Bucket=bucket, WebsiteConfiguration={**index, "ErrorDocument": {"Key": "sorry.html"}}
    )
    status, page = shown()
    assert status == 403
    assert b"Attempting to Retrieve a Custom Error Document" in page
    assert b"<li>Key: sorry.html</li>" in page
    s3.delete_public_access_block(Bucket=bucket)
    everybody = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/sorry.html", Principal="*")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(everybody))
    assert shown() == (403, b"<p>not for you</p>")
    rule: Any = {"Condition": {"HttpErrorCodeReturnedEquals": "403"}, "Redirect": {"ReplaceKeyWith": "login"}}
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={**index, "RoutingRules": [rule]})
    assert shown()[0] == 301
    everybody = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/csv/*", Principal="*")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(everybody))
    assert shown() == (200, b"1,2,3\n")
    s3.delete_bucket_policy(Bucket=bucket)
