"""What Terraform says of each resource, from its state or a plan, and who refers to whom."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

#: What the model takes for the id of resources that AWS knows by their name; ``id`` of all others.
_NAMED_BY = {
    "aws_alb": "name",
    "aws_athena_workgroup": "name",
    "aws_cloudwatch_event_rule": "name",
    "aws_cloudwatch_log_group": "name",
    "aws_cloudwatch_metric_alarm": "alarm_name",
    "aws_db_instance": "identifier",
    "aws_db_subnet_group": "name",
    "aws_dynamodb_table": "name",
    "aws_glue_catalog_database": "name",
    "aws_glue_connection": "name",
    "aws_glue_crawler": "name",
    "aws_glue_job": "name",
    "aws_iam_role": "name",
    "aws_kinesis_firehose_delivery_stream": "name",
    "aws_kinesis_stream": "name",
    "aws_lb": "name",
    "aws_s3_bucket": "bucket",
    "aws_secretsmanager_secret": "name",
    "aws_sfn_state_machine": "name",
    "aws_sns_topic": "name",
    "aws_sqs_queue": "name",
}


class Change(StrEnum):
    """What becomes of a resource."""

    NONE = ""
    """It stays as it is."""
    CREATE = "create"
    CHANGE = "change"
    REPLACE = "replace"
    DESTROY = "destroy"


Path = tuple[str | int, ...]
"""Way into nested values: ``("kinesis_source_configuration", 0, "kinesis_stream_arn")``."""


@dataclass(frozen=True, eq=False)
class Declared:
    """One instance of a resource.

    Attributes
    ----------
    address
        Terraform's, with module and key.
    module
        Address of the module instance that it is in; empty for the root.
    type, name, key
        The parts of the rest of the address; key is None without ``count`` and ``for_each``.
    values
        Its attributes as far as they are known.
    change
        What a plan does to it.
    before
        Its attributes before that; empty where there is no plan, or it is new.
    """

    address: str
    module: str
    type: str
    name: str
    key: str | int | None
    values: Mapping[str, Any]
    change: Change = Change.NONE
    before: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What the model calls it: AWS's id or name, or the address while that is not known."""
        return str(self.values.get(_NAMED_BY.get(self.type, "id")) or self.address)

    @property
    def label(self) -> str:
        """What people call it: the tag Name, the name, or Terraform's."""
        tags = self.values.get("tags") or {}
        names = (tags.get("Name"), *(self.values.get(each) for each in ("name", "bucket", "identifier")))
        return str(next((name for name in names if name), None) or self._short())

    def _short(self) -> str:
        """The address without what everybody knows: ``object_storage["lake"]``."""
        return self.address.replace("module.", "").removesuffix(f".{self.type}.this")


class References(Protocol):
    """Tells which resources an attribute will refer to once its value is known.

    Attributes
    ----------
    written
        Whether it knows the code as somebody wrote it; a plan repeats only which resources it refers to.
    """

    written: bool

    def addresses(self, declared: Declared, path: Path) -> tuple[str, ...]:
        """Addresses of the resources; empty when it refers to none."""

    def doubtful(self, declared: Declared, path: Path) -> bool:
        """Whether `addresses` may hold more than there will be."""

    def code(self, declared: Declared, attribute: str) -> Any:
        """An attribute's expression as it is written; None where nobody knows."""


class NoReferences:
    """Of a state, where every value is known."""

    written = True

    def addresses(self, declared: Declared, path: Path) -> tuple[str, ...]:
        """None."""
        return ()

    def doubtful(self, declared: Declared, path: Path) -> bool:
        """Nothing is."""
        return False

    def code(self, declared: Declared, attribute: str) -> Any:
        """Nothing: a state holds no code."""
        return None


@dataclass(frozen=True)
class Declarations:
    """All resource instances of a state or plan.

    Attributes
    ----------
    resources
        Those of a plan with what it destroys, as that was.
    references
        Follows what only an apply will tell.
    variables
        Values of the root module's variables; a state has none.
    """

    resources: Sequence[Declared]
    references: References = field(default_factory=NoReferences)
    variables: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        aliases = {
            str(each.values[attribute]): each.id
            for each in self.resources
            if each.type in _NAMED_BY
            for attribute in ("arn", "url", "id")
            if each.values.get(attribute)
        }
        object.__setattr__(self, "_aliases", aliases)
        object.__setattr__(self, "_ids", {each.address: each.id for each in self.resources})

    def of(self, *types: str) -> Iterator[Declared]:
        """The instances of these resource types."""
        return (each for each in self.resources if each.type in types)

    def ids(self, declared: Declared, *path: str | int) -> tuple[str, ...]:
        """Ids of the resources that an attribute names, one or many.

        A value that is known is taken as it is; one that only an apply will tell is followed through the
        configuration.
        """
        value = value_at(declared.values, path)
        if value in (None, "", []):
            ids: Mapping[str, str] = self._ids  # type: ignore[attr-defined]
            return tuple(
                dict.fromkeys(
                    ids[address] for address in self.references.addresses(declared, path) if address in ids
                )
            )
        aliases: Mapping[str, str] = self._aliases  # type: ignore[attr-defined]
        several = value if isinstance(value, list) else [value]
        return tuple(aliases.get(str(each), str(each)) for each in several)

    def named(
        self, declared: Declared, *path: str | int, types: Collection[str]
    ) -> tuple[Declared | str, ...]:
        """Resources of some types that an attribute names; an id that none of them has, as it is.

        Other than of `ids`, a value that is known to be null names none, whatever its expression refers to.
        """
        value = value_at(declared.values, path)
        if value in (None, "", []):
            around = value_at(declared.values, path[:-1])
            if isinstance(around, Mapping) and path[-1] in around:
                return ()
            return self.referred(declared, *path, types=types)
        several = value if isinstance(value, list) else [value]
        found = (
            next((self._holders[t, str(v)] for t in types if (t, str(v)) in self._holders), v)
            for v in several
        )
        return tuple(dict.fromkeys(each if isinstance(each, Declared) else str(each) for each in found))

    def referred(self, declared: Declared, *path: str | int, types: Collection[str]) -> tuple[Declared, ...]:
        """Resources of some types that an attribute's expression refers to, whatever its value."""
        addresses = self.references.addresses(declared, path)
        found = (self._by_address[each] for each in addresses if each in self._by_address)
        return tuple(dict.fromkeys(each for each in found if each.type in types))

    @cached_property
    def _by_address(self) -> Mapping[str, Declared]:
        return {each.address: each for each in self.resources}

    @cached_property
    def _holders(self) -> Mapping[tuple[str, str], Declared]:
        """Type and id, ARN or name to the resource that has it."""
        return {
            (each.type, str(value)): each
            for each in self.resources
            for value in (each.values.get("id"), each.values.get("arn"), each.id)
            if value
        }

    def one(self, declared: Declared, *path: str | int) -> str:
        """The only one of `ids`; empty when there is none, or nobody can tell which."""
        found = self.ids(declared, *path)
        return found[0] if len(found) == 1 else ""


def value_at(values: Any, path: Path) -> Any:
    """The value at the end of a path; None where there is none."""
    for part in path:
        if isinstance(part, int):
            values = values[part] if isinstance(values, list) and len(values) > part else None
        else:
            values = values.get(part) if isinstance(values, Mapping) else None
    return values


def of_state(state: Mapping[str, Any]) -> Declarations:
    """The managed resources of a Terraform state (version 4, the file's own shape)."""
    return Declarations(
        [
            Declared(
                address=_address(resource, instance.get("index_key")),
                module=resource.get("module", ""),
                type=resource["type"],
                name=resource["name"],
                key=instance.get("index_key"),
                values=instance.get("attributes") or {},
            )
            for resource in state.get("resources", ())
            if resource["mode"] == "managed"
            for instance in resource["instances"]
        ]
    )


def _address(resource: Mapping[str, Any], key: str | int | None) -> str:
    path = f"{resource['module']}." if resource.get("module") else ""
    index = "" if key is None else f'["{key}"]' if isinstance(key, str) else f"[{key}]"
    return f"{path}{resource['type']}.{resource['name']}{index}"
