"""`lab doctor` and `lab reach`: who reaches whom, and why not."""

# What takes long to import is imported by the command that needs it.
# ruff: noqa: PLC0415

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts import overview
from scripts.commands import needs
from scripts.commands.output import AsJson, line, print_json, say
from scripts.config import Settings
from scripts.errors import BadInputError, ExitCode

if TYPE_CHECKING:
    from scripts.connections import Credentials
    from scripts.doctor.diagnosis import Diagnosis, Request
    from scripts.reachability.model import Network

PROTOCOLS = ("tcp", "udp", "icmp", "any")

#: Holds the password of ``--user``; a command line can be read by everybody on the machine.
PASSWORD = "LAB_DB_PASSWORD"  # noqa: S105 - the variable's name

FromPlan = Annotated[
    Path | None,
    typer.Option(
        "--from-plan",
        metavar="FILE",
        help="Before an apply: what `lab plan --json` or `terraform show -json` printed, or a plan "
        "file; - for standard input.",
    ),
]
FromSaved = Annotated[
    Path | None,
    typer.Option("--from-saved", metavar="FOLDER", help="Saved answers of AWS: see lab reach --save."),
]
Protocol = Annotated[str, typer.Option(help=f"Of: {', '.join(PROTOCOLS)}.")]
Ipv6 = Annotated[bool, typer.Option("--ipv6", help="IPv6, where both ends have IPv4 too.")]


def doctor(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="Who connects: a name, an id, an address or `internet`.")
    ],
    destination: Annotated[
        str,
        typer.Argument(
            metavar="DESTINATION", help="To whom: the same, or `s3`, `dynamodb`, s3://BUCKET/KEY."
        ),
    ],
    port: Annotated[
        str | None, typer.Option(metavar="P|P-Q", help="The destination's own when not given.")
    ] = None,
    protocol: Protocol = "tcp",
    ipv6: Ipv6 = False,
    through: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:P]", help="Passes requests on, such as a load balancer; may be repeated, in order."
        ),
    ] = None,
    from_plan: FromPlan = None,
    from_saved: FromSaved = None,
    user: Annotated[
        str | None,
        typer.Option(
            help=f"Who logs in, with the password in {PASSWORD} or asked for; else the master user."
        ),
    ] = None,
    database: Annotated[str | None, typer.Option(help="The database that is logged in to.")] = None,
    no_probe: Annotated[
        bool, typer.Option("--no-probe", help="The network's verdict alone: connect to nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Why can't SOURCE reach DESTINATION? Every setting that must change; then name, TCP, TLS and login."""
    from scripts.doctor import diagnosis, document, report
    from scripts.doctor.diagnosis import Request

    settings: Settings = context.obj
    offline = from_plan is not None or from_saved is not None
    if (user or database) and (no_probe or offline):
        option = "--user" if user else "--database"
        raise BadInputError(
            f"{option} is for a login, and none is tried with --no-probe or a network from files."
        )
    request = Request(
        source,
        destination,
        tuple(_passing(each) for each in through or ()),
        _protocol(protocol),
        _ports(port, protocol),
        6 if ipv6 else None,
        settings.name,
    )
    credentials = _credentials(user)
    network = _network(settings, from_plan, from_saved)
    found = diagnosis.Diagnosis(network, diagnosis.answers(network, request))
    if not (no_probe or offline):
        found = _probed(settings, found, request, credentials, database)
    if as_json:
        print_json(document.of(found))
    else:
        for each in report.lines(found, overview.aws_command(settings)):
            line(each)
    if not found.well:
        raise typer.Exit(ExitCode.NO)


def reach(
    context: typer.Context,
    port: Annotated[
        list[str] | None,
        typer.Option(
            metavar="P|P-Q", help="TCP ports; the destination's own when not given; may be repeated."
        ),
    ] = None,
    assertions: Annotated[
        Path | None,
        typer.Option("--assert", metavar="FILE", help="Who must, and must not, reach whom: is it so?"),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ENDPOINT",
            help="With --assert: an endpoint of the file that the stack was built without; may be repeated.",
        ),
    ] = None,
    from_plan: FromPlan = None,
    from_saved: FromSaved = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Keep AWS's answers there, for --from-saved."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Who reaches whom, of everything that has a name; or whether it is as a file of assertions says."""
    from scripts.doctor import report

    settings: Settings = context.obj
    if save is not None and (from_plan or from_saved):
        raise BadInputError("--save keeps what AWS answers; nothing is asked with a network from files.")
    if assertions is not None and port:
        raise BadInputError("--port is for the table of all pairs: a file of assertions names its own ports.")
    if without and assertions is None:
        raise BadInputError("--without names endpoints of a file of assertions: it goes with --assert.")
    ports = [_ports(each, "tcp") for each in port or ()]
    network = _network(settings, from_plan, from_saved, save)
    for note in report.unmodelled(network):
        say(f"! {note}")
    if assertions is not None:
        _assert(settings, network, assertions, without or (), as_json=as_json)
    else:
        _table(network, [each for each in ports if each is not None], as_json=as_json)


def _probed(
    settings: Settings,
    found: Diagnosis,
    request: Request,
    credentials: Credentials | None,
    database: str | None,
) -> Diagnosis:
    from scripts import aws
    from scripts.doctor import examination

    session = aws.session(settings)
    return examination.examine(settings, session, found, request, user=credentials, database=database)


def _network(settings: Settings, plan: Path | None, saved: Path | None, keep: Path | None = None) -> Network:
    from scripts import aws
    from scripts.doctor import networks

    if plan is not None and saved is not None:
        raise BadInputError("Either --from-plan or --from-saved, not both.")
    if saved is not None:
        return networks.of_saved(saved)
    if plan is not None:
        return networks.of_plan(plan, settings, lambda file: needs.shown_plan(settings, file))
    needs.local_cloud(settings)
    return networks.of_api(aws.session(settings), keep)


def _passing(text: str) -> tuple[str, tuple[int, int] | None]:
    """A name, and the port behind it; an ARN or an IPv6 address has colons of its own."""
    match = re.fullmatch(r"([^:]+):(\d+)", text, re.ASCII)
    return (match[1], _range(match[2], "--through", text)) if match else (text, None)


def _protocol(text: str) -> str:
    if text not in PROTOCOLS:
        raise BadInputError(f"--protocol is {text!r}; expected one of: {', '.join(PROTOCOLS)}.")
    return text


def _ports(text: str | None, protocol: str) -> tuple[int, int] | None:
    if text is None:
        return None
    if protocol not in ("tcp", "udp"):
        raise BadInputError(f"--port goes with tcp and udp; {protocol} has no ports, or all of them.")
    return _range(text, "--port", text)


def _range(ports: str, option: str, given: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", ports, re.ASCII)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last <= 65535:
        raise BadInputError(f"{option} is {given!r}; expected a port or a range, such as 5432 or 8000-8080.")
    return first, last


def _credentials(user: str | None) -> Credentials | None:
    from scripts.connections import Credentials

    if user is None:
        return None
    password = os.environ.get(PASSWORD)
    if password is None:
        if not sys.stdin.isatty():
            raise BadInputError(
                f"--user {user} needs a password, and nobody is there to type it.",
                f"Put it into the environment: {PASSWORD}=... (a command line is no place for it)",
            )
        password = typer.prompt(f"Password of {user}", hide_input=True, err=True)
    return Credentials(user, password)


def _assert(
    settings: Settings, network: Network, file: Path, without: Sequence[str], *, as_json: bool
) -> None:
    from scripts.doctor import judgement
    from scripts.reachability import assertions

    verdicts = assertions.check(network, file, prefix=settings.name, without=without)
    if as_json:
        print_json(judgement.document(network, verdicts))
    else:
        for each in judgement.lines(network, verdicts, overview.aws_command(settings)):
            line(each)
    if not all(each.holds for each in verdicts):
        raise typer.Exit(ExitCode.NO)


def _table(network: Network, ports: Sequence[tuple[int, int]], *, as_json: bool) -> None:
    from scripts.doctor import everybody

    found = everybody.of(network, ports)
    if as_json:
        print_json(everybody.document(found))
    else:
        for each in everybody.lines(found):
            line(each)
