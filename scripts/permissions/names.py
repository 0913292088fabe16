"""What people call principals, resources and condition keys, as AWS calls them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from scripts.authorization import Account, ActionEntry, Principal
from scripts.authorization.catalogue import is_known_key
from scripts.authorization.entities import Entity
from scripts.errors import BadInputError

ANONYMOUS = ("anonymous", "*")

#: How a request comes: by the internet, or by an endpoint. Who tells one key of these tells them all.
_WAY = frozenset({"aws:SourceIp", "aws:VpcSourceIp", "aws:SourceVpc", "aws:SourceVpce"})
#: What requests have, or resources carry, that nobody can know unless they are told.
_UNKNOWN_UNLESS_TOLD = frozenset(
    {
        "aws:MultiFactorAuthAge",
        "aws:MultiFactorAuthPresent",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:Referer",
        "aws:ResourceOrgID",
        "aws:ResourceOrgPaths",
        "aws:ResourceTag/*",
        "aws:TokenIssueTime",
        "aws:UserAgent",
        "ec2:ResourceTag/*",
        "iam:ResourceTag/*",
        "s3:ExistingObjectTag/*",
        "secretsmanager:ResourceTag/*",
    }
)
#: Six letters and digits that Secrets Manager puts behind a secret's name.
_SECRET_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}$")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def principal(account: Account, text: str, prefix: str = "") -> Principal:
    """Who is meant.

    Parameters
    ----------
    account
        Where to look.
    text
        ARN; name of a user or role, with ``prefix`` or without, or ``user/NAME``, ``role/NAME``;
        ``ROLE/SESSION``; ``root``; ``anonymous``; an AWS service's name.
    prefix
        What the environment's names begin with.

    Raises
    ------
    BadInputError
        Nobody is called so, or several are; names them.
    """
    if text in ANONYMOUS:
        return Principal.anonymous()
    if text == "root":
        return Principal.from_arn(f"arn:aws:iam::{account.account_id}:root")
    if text.startswith("arn:") or text.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return account.principal(text)
    found = dict(_candidates(account, text, prefix))
    if len(found) == 1:
        return account.principal(next(iter(found)))
    if found:
        raise BadInputError(
            f"Several are called {text!r}: {', '.join(found)}.", "Give one's ARN, or user/NAME or role/NAME."
        )
    raise _nobody(account, text)


def _candidates(account: Account, text: str, prefix: str) -> Iterator[tuple[str, Entity]]:
    """ARN of each principal of that name; a name as it stands goes before one that lacks the prefix."""
    kind, _, rest = text.partition("/")
    groups: list[tuple[str, str, Mapping[str, Entity]]] = []
    if kind in {"user", "role"} and rest:
        groups = [(rest.rpartition("/")[2], "", account.users if kind == "user" else account.roles)]
    elif rest:
        groups = [(kind, rest, account.roles)]
    else:
        groups = [(text, "", account.users), (text, "", account.roles)]
    for spelled in (lambda name: name, lambda name: f"{prefix}-{name}"):
        found = [
            (entity, session)
            for name, session, entities in groups
            for entity in entities.values()
            if entity.name == spelled(name)
        ]
        if found:
            yield from (
                (_session(account, one, session) if session else one.arn, one) for one, session in found
            )
            return


def _session(account: Account, role: Entity, session: str) -> str:
    return f"arn:aws:sts::{account.account_id}:assumed-role/{role.name}/{session}"


def _nobody(account: Account, text: str) -> BadInputError:
    known = {entity.name: "user" for entity in account.users.values()}
    known |= {entity.name: "role" for entity in account.roles.values()}
    if text in account.groups:
        users = [one.name for one in account.users.values() if text in one.groups]
        return BadInputError(
            f"{text} is a group, and groups cannot ask.",
            f"Ask for one of its users: {', '.join(users)}." if users else "It has no users.",
        )
    wanted = text.rpartition("/")[2]
    near = difflib.get_close_matches(wanted, known, n=4, cutoff=0.5)
    near += [name for name in known if wanted in name and name not in near]
    shown = near or (list(known) if len(known) <= 12 else [])
    listed = ", ".join(f"{known[name]}/{name}" for name in shown)
    return BadInputError(
        f"Account {account.account_id} has no user or role {text!r}.",
        f"{'Near it' if near else 'It has'}: {listed}." if listed else "Give an ARN, a name, or `anonymous`.",
    )


def resource(account: Account, action: ActionEntry, text: str, *, region: str, prefix: str = "") -> str:
    """ARN of what is meant.

    Parameters
    ----------
    account
        Whose resources are looked through.
    action
        What is to be done: it tells which kinds of resources are meant.
    text
        ARN; ``*``; ``s3://BUCKET/KEY``; a name, with ``prefix`` or without.
    region
        Where a resource is, of which only the name is told.
    prefix
        What the environment's names begin with.

    Raises
    ------
    BadInputError
        Nothing, or more than one thing, is called so; or the action is about something else.
    """
    if text == "*":
        return action.default_resource
    if text.startswith("s3://"):
        bucket, slash, key = text.removeprefix("s3://").partition("/")
        if not bucket:
            raise BadInputError(f"{text!r} names no bucket.", "Write s3://BUCKET or s3://BUCKET/KEY.")
        arn = f"arn:aws:s3:::{bucket}" + (slash + key if key else "")
    elif text.startswith("arn:"):
        if len(text.split(":", 5)) < 6:
            raise BadInputError(
                f"{text!r} is not an ARN.", "It has six parts: arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE."
            )
        arn = text
    else:
        return _named(account, action, text, region, prefix)
    if not _is_about(action, arn):
        raise BadInputError(f"{action.name} is not about {arn}.", _takes(action))
    return arn


def _named(account: Account, action: ActionEntry, text: str, region: str, prefix: str) -> str:
    known = [*account.resources, *account.resource_policies, *account.users, *account.roles, *account.managed]
    fitting = [arn for arn in dict.fromkeys(known) if action.resource_types and _is_about(action, arn)]
    for spelled in (text, f"{prefix}-{text}"):
        found = [arn for arn in fitting if spelled in _names(arn)]
        if len(found) == 1:
            return found[0]
        if found:
            raise BadInputError(f"Several are called {text!r}: {', '.join(found)}.", "Give the ARN of one.")
    made = list(_made(account, action, text, region))
    if len(made) == 1:
        return made[0]
    near = difflib.get_close_matches(text, [name for arn in fitting for name in _names(arn)], n=3)
    hint = f"Near it: {', '.join(near)}. " if near else ""
    raise BadInputError(f"{text!r} is no resource that {action.name} is about.", hint + _takes(action))


def _names(arn: str) -> Sequence[str]:
    """What people call a resource: the end of its ARN, of a secret without its suffix too."""
    name = re.split(r"[/:]", arn)[-1]
    whole = arn.split(":", 5)[5]
    if ":secretsmanager:" not in arn:
        return (name, whole)
    secret = whole.removeprefix("secret:")
    return (secret, _SECRET_SUFFIX.sub("", secret))


def _made(account: Account, action: ActionEntry, text: str, region: str) -> Iterator[str]:
    """ARNs that follow from a name alone, after AWS's own templates; secrets and keys have none."""
    if not re.fullmatch(r"[\w.-]+", text, re.ASCII) or action.name.startswith(("secretsmanager:", "kms:")):
        return
    where = {"Partition": "aws", "Region": region, "Account": account.account_id}
    for template in dict.fromkeys(action.arns.values()):
        open_names = [name for name in _PLACEHOLDER.findall(template) if name not in where]
        if len(open_names) == 1:
            values = where | {open_names[0]: text}
            yield _PLACEHOLDER.sub(lambda found, values=values: values[found[1]], template)  # type: ignore[misc]


def _is_about(action: ActionEntry, arn: str) -> bool:
    """Whether an ARN has the form of one that the action takes."""
    return any(_fits(template, arn) for template in action.arns.values())


def _fits(template: str, arn: str) -> bool:
    parts = _PLACEHOLDER.split(template)
    pattern = "".join(
        re.escape(part) if number % 2 == 0 else _form(part) for number, part in enumerate(parts)
    )
    return template == "*" or re.fullmatch(pattern, arn, re.DOTALL) is not None


def _form(placeholder: str) -> str:
    if placeholder in {"Partition", "Region", "Account"}:
        return "[^:]*"
    return "[^/]+" if placeholder in {"BucketName", "TableName"} else ".+"


def _takes(action: ActionEntry) -> str:
    if not action.resource_types:
        return f"{action.name} can be limited to no resource: give *."
    listed = "; ".join(f"{kind}: {arn}" for kind, arn in action.arns.items())
    return f"It is about {listed}."


def context(given: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Condition keys of ``KEY=VALUE`` texts; a key that comes again has several values.

    Raises
    ------
    BadInputError
        One has no ``=``, or a key that AWS does not publish.
    """
    found: dict[str, tuple[str, ...]] = {}
    for each in given:
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise BadInputError(
                f"--context is {each!r}; expected KEY=VALUE, such as aws:SourceIp=203.0.113.7."
            )
        if not is_known_key(key):
            raise BadInputError(
                f"{key!r} is no condition key of a service that can be judged.",
                "Keys have a service's prefix: aws:SourceIp, s3:prefix, aws:PrincipalTag/team.",
            )
        found[key] = (*found.get(key, ()), value)
    return found


def unknown_keys(told: Mapping[str, object]) -> frozenset[str]:
    """Keys that a request would have, of which nobody said a value."""
    names = {name.lower() for name in told}
    keys = {
        key
        for key in _UNKNOWN_UNLESS_TOLD
        if not any(name == key.lower() or name.startswith(key.lower().rstrip("*")) for name in names)
    }
    return frozenset(keys if names & {key.lower() for key in _WAY} else keys | _WAY)
