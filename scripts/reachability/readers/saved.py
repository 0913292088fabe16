"""A network from a folder of saved answers: ``aws ec2 describe-vpcs > describe-vpcs.json`` and so on.

Several pages, regions or accounts of one command are ``describe-vpcs-2.json`` and so on. A command that
answers about one thing at a time has a file for each, ``describe-target-health.NAME.json``, where NAME is the
name of the target group; or one file with an object of the answers by ARN, as
`scripts.network_snapshot.save` writes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.errors import BadInputError
from scripts.reachability.model import Network
from scripts.reachability.readers import aws

_FILE = re.compile(r"(?P<command>[a-z0-9]+(?:-[a-z]+[0-9]*)+)(?:-(?P<part>\d+)|\.(?P<about>.+))?")


def network(folder: Path, region: str | None = None) -> Network:
    """The network that a folder's files describe.

    Legal are: no resources at all; VPCs with the same addresses; security groups that refer to themselves or
    in a circle; routes in a circle; an entry that is in several files, the same in each.

    Parameters
    ----------
    region
        Where; None to take it from the subnets' zones.

    Raises
    ------
    BadInputError
        The folder cannot be read, a file is missing, is not JSON or has another shape, or what the files
        tell does not fit together.
    """
    return aws.network(documents(folder), region, source=str(folder))


def documents(folder: Path) -> dict[str, Any]:
    """Command to answer, the files of one command put together.

    Raises
    ------
    BadInputError
        The folder cannot be read, or a file is not JSON or has another shape.
    """
    if not folder.is_dir():
        raise BadInputError(
            f"{folder} is no folder.", "Expected is one with describe-vpcs.json, describe-subnets.json ..."
        )
    found: dict[str, Any] = {}
    for file in sorted(folder.glob("*.json")):
        named = _FILE.fullmatch(file.stem)
        command = named["command"] if named else ""
        if not named or command not in {*aws.COMMANDS, aws.ENDPOINT_ADDRESSES}:
            raise BadInputError(
                f"{file}: nobody here reads a file of this name.",
                f"Names of commands of the AWS CLI are expected: {', '.join(aws.COMMANDS)}.",
            )
        answer = _read(file)
        known = aws.COMMANDS.get(command)
        if known is None:
            found.setdefault(command, {}).update(answer)
        elif known.asked:
            _join_asked(found.setdefault(command, {}), known, answer, named["about"], file)
        elif named["about"]:
            raise BadInputError(f"{file}: {command} lists everything, so a file has no name of one thing.")
        else:
            listed = found.setdefault(command, {known.member: []})[known.member]
            listed += _entries(known, answer, file)
    return found


def _join_asked(
    answers: dict[str, Any], command: aws.Command, answer: Mapping[str, Any], about: str | None, file: Path
) -> None:
    """Put one answer, or an object of several, to those that are there."""
    if command.member not in answer:
        several = dict(answer)
    elif about:
        several = {about: answer}
    else:
        # Listeners and rules name what they belong to; of other answers nobody can tell.
        entries = _entries(command, answer, file)
        if command.name not in ("describe-listeners", "describe-rules"):
            raise BadInputError(
                f"{file} does not say what it is about.",
                f"Name it after that: {command.name}.NAME.json, where NAME is its name, or its id.",
            )
        several = {str(len(answers)): {command.member: entries}}
    for subject, told in several.items():
        into = answers.setdefault(subject, {command.member: []})[command.member]
        into += _entries(command, told, file)


def _entries(command: aws.Command, answer: Any, file: Path) -> list[Any]:
    entries = answer.get(command.member) if isinstance(answer, Mapping) else None
    if not isinstance(entries, list):
        raise BadInputError(
            f"{file}: an object with a list {command.member} is expected.",
            f"Save what this prints, without --query: aws {command.service} {command.name} --output json",
        )
    return entries


def _read(file: Path) -> dict[str, Any]:
    try:
        answer = json.loads(file.read_text())
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise BadInputError(f"{file} is not JSON: {error}.", "Use --output json.") from None
    if not isinstance(answer, dict):
        raise BadInputError(f"{file}: an object is expected, as the AWS CLI prints it.")
    return answer
