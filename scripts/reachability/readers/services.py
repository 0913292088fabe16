"""Names of AWS's services."""

from __future__ import annotations


def service(name: str) -> str:
    """``s3`` of ``com.amazonaws.us-east-1.s3``; other names as they are."""
    return name.split(".", 3)[3] if name.startswith("com.amazonaws.") and name.count(".") > 2 else name
