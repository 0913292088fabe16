"""Answers of the AWS API by the command that gives them, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.errors import BadInputError
from scripts.reachability.model import Unmodelled
from scripts.reachability.readers.assembly import Found

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Command:
    """A command of the AWS CLI that lists something.

    Attributes
    ----------
    service, name
        ``ec2`` and ``describe-vpcs``.
    member
        What its answer calls the list.
    required
        Whether a network can be read without its answer.
    identity
        What its entries call their own id.
    asked
        What each question is about where the command answers one at a time: the argument's name in the API.
    arguments
        What else it is asked with, as the API calls it.
    """

    service: str
    name: str
    member: str
    identity: str = ""
    required: bool = False
    asked: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)


COMMANDS: Mapping[str, Command] = {
    each.name: each
    for each in (
        Command("ec2", "describe-vpcs", "Vpcs", "VpcId", required=True),
        Command("ec2", "describe-subnets", "Subnets", "SubnetId", required=True),
        Command("ec2", "describe-route-tables", "RouteTables", "RouteTableId", required=True),
        Command("ec2", "describe-network-acls", "NetworkAcls", "NetworkAclId", required=True),
        Command("ec2", "describe-security-groups", "SecurityGroups", "GroupId", required=True),
        Command(
            "ec2", "describe-network-interfaces", "NetworkInterfaces", "NetworkInterfaceId", required=True
        ),
        Command("ec2", "describe-security-group-rules", "SecurityGroupRules", "SecurityGroupRuleId"),
        Command("ec2", "describe-internet-gateways", "InternetGateways", "InternetGatewayId"),
        Command(
            "ec2",
            "describe-egress-only-internet-gateways",
            "EgressOnlyInternetGateways",
            "EgressOnlyInternetGatewayId",
        ),
        Command("ec2", "describe-nat-gateways", "NatGateways", "NatGatewayId"),
        Command("ec2", "describe-vpc-peering-connections", "VpcPeeringConnections", "VpcPeeringConnectionId"),
        Command("ec2", "describe-vpc-endpoints", "VpcEndpoints", "VpcEndpointId"),
        Command("ec2", "describe-prefix-lists", "PrefixLists", "PrefixListId"),
        Command("ec2", "describe-managed-prefix-lists", "PrefixLists", "PrefixListId"),
        Command("ec2", "get-managed-prefix-list-entries", "Entries", asked="PrefixListId"),
        Command("ec2", "describe-instances", "Reservations", "InstanceId"),
        Command("elbv2", "describe-load-balancers", "LoadBalancers", "LoadBalancerArn"),
        Command("elbv2", "describe-load-balancer-attributes", "Attributes", asked="LoadBalancerArn"),
        Command("elbv2", "describe-listeners", "Listeners", "ListenerArn", asked="LoadBalancerArn"),
        Command("elbv2", "describe-rules", "Rules", "RuleArn", asked="ListenerArn"),
        Command("elbv2", "describe-target-groups", "TargetGroups", "TargetGroupArn"),
        Command("elbv2", "describe-target-group-attributes", "Attributes", asked="TargetGroupArn"),
        Command("elbv2", "describe-target-health", "TargetHealthDescriptions", asked="TargetGroupArn"),
        Command("rds", "describe-db-instances", "DBInstances", "DBInstanceIdentifier"),
        # Connections may hold passwords, which nobody here wants to know, nor to keep in a file.
        Command("glue", "get-connections", "ConnectionList", "Name", arguments={"HidePassword": True}),
        Command("glue", "get-jobs", "Jobs", "Name"),
    )
}

#: Not an answer of AWS: addresses that names of endpoints lead to, name by name.
ENDPOINT_ADDRESSES = "endpoint-addresses"


class Documents:
    """What was answered to each command.

    Parameters
    ----------
    answers
        Command to its whole answer, or, for a command that answers about one thing at a time, to one answer
        for each thing.
    """

    def __init__(self, answers: Mapping[str, Any]) -> None:
        unknown = sorted(answers.keys() - COMMANDS.keys() - {ENDPOINT_ADDRESSES})
        if unknown:
            raise BadInputError(
                f"Nobody here reads what {', '.join(unknown)} answers.",
                f"Known are {', '.join(COMMANDS)}.",
            )
        self._answers = answers

    def missing(self) -> list[Command]:
        """Commands whose answer is not there."""
        return [each for name, each in COMMANDS.items() if name not in self._answers]

    def entries(self, name: str) -> list[Entry]:
        """Entries of a command's answer; none where it is not there.

        Raises
        ------
        BadInputError
            The answer has another shape, or must be there and is not.
        """
        command = COMMANDS[name]
        if name not in self._answers:
            if command.required:
                raise BadInputError(
                    f"The answer of {name} is missing: without it no network can be read.",
                    f"Save it: aws {command.service} {name} > {name}.json",
                )
            return []
        if command.asked:
            each = (self._list(command, answer) for answer in self._asked(name).values())
            return [entry for entries in each for entry in entries]
        return self._list(command, self._answers[name])

    def answer(self, name: str) -> Mapping[str, Any]:
        """A command's whole answer; empty where it is not there."""
        found = self._answers.get(name, {})
        return found if isinstance(found, Mapping) else {}

    def about(self, name: str, *called: str) -> list[Entry] | None:
        """Entries of the answer about one thing, by its id, ARN or name; None where nobody asked."""
        answers = self._asked(name)
        found = next((answers[each] for each in called if each in answers), None)
        return None if found is None else self._list(COMMANDS[name], found)

    def addresses(self, host: str) -> list[str]:
        """Addresses that a name was found to lead to."""
        found: list[str] = self._answers.get(ENDPOINT_ADDRESSES, {}).get(host, [])
        return found

    def _asked(self, name: str) -> Mapping[str, Any]:
        answers = self._answers.get(name, {})
        if not isinstance(answers, Mapping):
            raise BadInputError(f"{name}: an object with one answer for each thing asked about is expected.")
        return answers

    @staticmethod
    def _list(command: Command, answer: Any) -> list[Entry]:
        entries = answer.get(command.member) if isinstance(answer, Mapping) else None
        if not isinstance(entries, list) or not all(isinstance(each, Mapping) for each in entries):
            raise BadInputError(
                f"{command.name}: an object with a list {command.member} is expected.",
                f"Save what this prints: aws {command.service} {command.name}",
            )
        return entries


def read(documents: Documents, name: str, reader: Callable[[Entry], Iterator[Found]]) -> Iterator[Found]:
    """What a reader makes of every entry of a command's answer.

    Raises
    ------
    BadInputError
        An entry lacks a field or has something else in its place; says which entry of which command.
    """
    for place, entry in enumerate(documents.entries(name)):
        try:
            found = list(reader(entry))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            missing = f"there is no {error}" if isinstance(error, KeyError) else str(error)
            told = entry.get(COMMANDS[name].identity, "")
            raise BadInputError(
                f"{name}: entry {place + 1} {f'({told}) ' if told else ''}cannot be read: {missing}.",
                "Save the command's whole answer, as it is.",
            ) from None
        yield from found


def tags(entry: Entry, field: str = "Tags") -> dict[str, str]:
    """Tags by their keys."""
    return {each["Key"]: each["Value"] for each in entry.get(field) or ()}


#: Answers that another one can stand for, or whose lack leaves nothing out.
_DISPENSABLE = {"describe-security-group-rules", "describe-prefix-lists", "describe-managed-prefix-lists"}


def absent(documents: Documents) -> Iterator[Unmodelled]:
    """Reports on what was not asked for: nobody knows whether there is any."""
    for command in documents.missing():
        if not command.required and not command.asked and command.name not in _DISPENSABLE:
            yield Unmodelled(command.name, "not in the input", "what it lists is taken not to exist")
