"""What IAM asks of the texts of a Resource element."""

from __future__ import annotations

_PARTITIONS = {
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-eusc",
    "*",
}
_IAM_PATHS = (
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
)


def resource_fault(text: str) -> str:
    """IAM's message about a Resource that it refuses; empty where it takes it."""
    if text == "*":
        return ""
    fields = text.split(":", 5)
    if fields[0] != "arn" or len(fields) < 2:
        return f'Resource {text} must be in ARN format or "*".'
    partition, vendor, region, account, name = (*fields[1:], *["*"] * 5)[:5]
    if partition not in _PARTITIONS:
        arn = f"arn:{partition}:{vendor}:{region}:{account}:{name}"
        return f'Partition "{partition}" is not valid for resource "{arn}".'
    if len(fields) < 3 or not vendor or "*" in vendor or "?" in vendor:
        return "Resource vendor must be fully qualified and cannot contain regexes."
    if vendor == "s3" and len(fields) > 3 and region not in {"", "*"}:
        regional = name.startswith(
            ("accesspoint/", "job/", "storage-lens/", "access-grants/", "async-request/")
        )
        return "" if regional else f"Resource {text} can not contain region information."
    if vendor == "iam" and len(fields) > 3:
        return _iam_fault(text, region, name, complete=len(fields) == 6)
    return ""


def _iam_fault(text: str, region: str, name: str, *, complete: bool) -> str:
    if region not in {"", "*"}:
        return f"IAM resource {text} cannot contain region information."
    wild = name.partition("*")[0].partition("$")[0]
    starts = any(path.startswith(wild) or wild.startswith(path) for path in _IAM_PATHS)
    if complete and name not in {"*", "root"} and not starts:
        return f'IAM resource path must either be "*" or start with {", ".join(_IAM_PATHS)}.'
    return ""
