"""Everything that AWS tells of a network, asked for with read-only rights and kept as the AWS CLI would."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.errors import BadInputError, RemoteError
from scripts.reachability.readers.aws import COMMANDS, ENDPOINT_ADDRESSES, Command

#: What a user may call at a time without being slowed down by AWS.
_AT_ONCE = 8
_RETRIES = Config(retries={"mode": "standard", "max_attempts": 6})

_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedAccess"}
_IAM_PREFIX = {"elbv2": "elasticloadbalancing"}

#: Which entries of which command the one-at-a-time commands are asked about.
_SUBJECTS = {
    "PrefixListId": ("describe-managed-prefix-lists", "PrefixLists"),
    "LoadBalancerArn": ("describe-load-balancers", "LoadBalancers"),
    "ListenerArn": ("describe-listeners", "Listeners"),
    "TargetGroupArn": ("describe-target-groups", "TargetGroups"),
}


def documents(session: boto3.Session) -> dict[str, Any]:
    """Ask AWS for everything that `scripts.reachability.readers.aws` reads.

    Parameters
    ----------
    session
        Of the account and region; it needs no more than the right to describe.

    Returns
    -------
    dict
        Command of the AWS CLI to its whole answer, all pages; of a command that answers about one thing at a
        time, ARN or id of each thing to the answer about it.

    Raises
    ------
    RemoteError
        A permission is missing; names it.
    botocore.exceptions.ClientError
        AWS refused a call for another reason.
    """
    clients = {
        service: session.client(service, config=_RETRIES)  # type: ignore[call-overload]
        for service in {each.service for each in COMMANDS.values()}
    }
    whole = [each for each in COMMANDS.values() if not each.asked]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(lambda each: _answer(clients[each.service], each, each.arguments), whole)
        found: dict[str, Any] = {each.name: answer for each, answer in zip(whole, answers, strict=True)}
        # Listeners are asked about by their balancer, rules by their listener: in this order.
        for each in COMMANDS.values():
            if each.asked:
                found[each.name] = _about_each(pool, clients[each.service], each, found)
        hosts = [
            each.get("Endpoint", {}).get("Address", "")
            for each in found["describe-db-instances"]["DBInstances"]
        ]
        found[ENDPOINT_ADDRESSES] = dict(_resolved(pool, hosts))
    return found


def _about_each(
    pool: ThreadPoolExecutor, client: Any, command: Command, found: Mapping[str, Any]
) -> dict[str, Any]:
    source, member = _SUBJECTS[command.asked]
    answers = found[source].values() if COMMANDS[source].asked else [found[source]]
    subjects = [
        each[command.asked]
        for answer in answers
        for each in answer[member]
        # A Gateway Load Balancer has neither rules nor a state of its targets that matters here.
        if "/gwy/" not in each[command.asked]
    ]

    def ask(subject: str) -> Any:
        try:
            return _answer(client, command, {command.asked: subject})
        except ClientError as error:
            # It went while we were reading: then nothing is to be told of it.
            if "NotFound" in error.response["Error"]["Code"]:
                return None
            raise

    told = zip(subjects, pool.map(ask, subjects), strict=True)
    return {subject: answer for subject, answer in told if answer is not None}


def _answer(client: Any, command: Command, arguments: Mapping[str, Any]) -> dict[str, Any]:
    operation = command.name.replace("-", "_")
    try:
        if client.can_paginate(operation):
            pages = client.get_paginator(operation).paginate(**arguments)
            answer: dict[str, Any] = pages.build_full_result()
        else:
            answer = getattr(client, operation)(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in _DENIED:
            api = client.meta.method_to_api_mapping[operation]
            permission = f"{_IAM_PREFIX.get(command.service, command.service)}:{api}"
            raise RemoteError(
                f"AWS does not let you read the network: the permission {permission} is missing.",
                "The managed policy ReadOnlyAccess holds all that are needed, as does ec2:Describe*, "
                "ec2:GetManagedPrefixListEntries, elasticloadbalancing:Describe*, rds:DescribeDBInstances, "
                "glue:GetConnections, glue:GetJobs.",
            ) from error
        raise
    # A list without entries may be left out of a page.
    return {command.member: [], **{name: value for name, value in answer.items() if name == command.member}}


def _resolved(pool: ThreadPoolExecutor, hosts: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Addresses behind names: of a DB instance they tell which interface is its own."""
    names = [host for host in dict.fromkeys(hosts) if host and not _is_address(host)]
    for name, addresses in zip(names, pool.map(_addresses, names), strict=True):
        if addresses:
            yield name, addresses


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(host))
    return False


def _addresses(name: str) -> list[str]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return sorted({str(each[4][0]) for each in found})


def save(answers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Keep answers as files that `scripts.reachability.readers.saved` reads: ``describe-vpcs.json`` ...

    Raises
    ------
    BadInputError
        They cannot be written there.
    """
    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for command, answer in answers.items():
            file = folder / f"{command}.json"
            file.write_text(json.dumps(answer, indent=2, sort_keys=True, default=str) + "\n")
            files.append(file)
    except OSError as error:
        raise BadInputError(f"{folder} cannot be written to: {error.strerror}.") from None
    return files
