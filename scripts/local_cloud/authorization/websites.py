"""S3's websites tell a refusal as AWS does: LocalStack's answer "500" where policies say no."""

from __future__ import annotations

import html
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.protocol.serializer import gen_amzn_requestid
from localstack.http import Request, Response
from localstack.services.s3 import website_hosting

_REFUSED = "AccessDenied"


def install() -> None:
    """Serve websites so from now on; before S3's provider is made, which makes one of these."""
    website_hosting.S3WebsiteHostingHandler = Websites


class Websites(website_hosting.S3WebsiteHostingHandler):
    """As LocalStack's, but for what may not be read.

    Source: "Configuring a custom error document", Amazon S3 User Guide.
    """

    def _serve_object(self, request: Request, bucket_name: str, path: str | None = None) -> Response:
        try:
            return super()._serve_object(request, bucket_name, path)
        except ClientError as refused:
            if refused.response["Error"]["Code"] != _REFUSED:
                raise
            return self._forbidden(request, bucket_name, path or "", refused)

    def _forbidden(self, request: Request, bucket: str, key: str, refused: ClientError) -> Response:
        website = self.s3_client.get_bucket_website(Bucket=bucket)
        rules = website.get("RoutingRules")
        if rules and (rule := self._find_matching_rule(rules, object_key=key, error_code=403)):
            return self._get_redirect_from_routing_rule(request, rule)
        document = website.get("ErrorDocument", {}).get("Key")
        if document:
            try:
                found = self.s3_client.get_object(Bucket=bucket, Key=document)
            except ClientError as missing:
                return _page(refused, document, missing)
            return Response(found["Body"], 403, headers=self._get_response_headers_from_object(found))
        return _page(refused)


def _page(refused: ClientError, document: str = "", missing: ClientError | None = None) -> Response:
    lines = _told(refused.response["Error"])
    lines += f"<li>RequestId: {gen_amzn_requestid()}</li>\n"
    page = f"<h1>403 Forbidden</h1>\n<ul>\n{lines}</ul>\n"
    if missing is not None:
        page += "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n"
        page += f"<ul>\n{_told(missing.response['Error'])}<li>Key: {html.escape(document)}</li>\n</ul>\n"
    text = f"<html>\n<head><title>403 Forbidden</title></head>\n<body>\n{page}<hr/>\n</body>\n</html>\n"
    return Response(text, 403, mimetype="text/html")


def _told(error: Any) -> str:
    told = {"Code": error["Code"], "Message": error["Message"]}
    return "".join(f"<li>{name}: {html.escape(str(value))}</li>\n" for name, value in told.items())
