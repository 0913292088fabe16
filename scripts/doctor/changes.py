"""Every setting that must change as text, with the commands that change it.

Lines that are to be copied into a shell are never broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.doctor import settings
from scripts.doctor.settings import Setting
from scripts.doctor.text import wrapped
from scripts.doctor.wording import what
from scripts.reachability.answer import Answer
from scripts.reachability.explanation.commands import aws_cli
from scripts.reachability.explanation.terraform import terraform
from scripts.reachability.model import Network
from scripts.reachability.repairs import Repair

#: Where a line calls the AWS CLI.
_AWS = re.compile(r"(?<![\w/-])aws (?=[a-z0-9]+ [a-z])")

#: Terraform's address of something that AWS has not named yet: no command line can speak of it.
_ADDRESS = re.compile(r"\b(module\.\w+|aws_[a-z0-9_]+)[.\[]")

#: What a learner is to think of before two VPCs are joined.
_ELSEWHERE = (
    "Look first whether the machine stands in the wrong VPC: an instance cannot be moved to another one, but "
    "a new one can be started in the right one, and then nothing that joins the two is needed."
)


def lines(network: Network, answer: Answer, aws: str = "aws") -> Iterator[str]:
    """Every setting, numbered as `settings.of` has them.

    Parameters
    ----------
    aws
        How the AWS CLI is called for this target.
    """
    for number, setting in enumerate(settings.of(answer), 1):
        yield from _setting(number, setting, network, aws)


def _setting(number: int, setting: Setting, network: Network, aws: str) -> Iterator[str]:
    yield from wrapped(f"{number}. {what(setting.component)}  {setting.code}", "   ")
    first, *others = setting.because
    yield from wrapped(f"   {first}", "   ")
    if others:
        yield f"   (The same holds for {len(others)} more {'packets' if len(others) > 1 else 'packet'}.)"
    if setting.code == "DISCONNECTED_VPCS":
        yield from wrapped(f"   {_ELSEWHERE}", "   ")
    if setting.repair is None:
        yield "   No setting repairs this."
        return
    yield from _repair(number, setting.repair, network, aws)
    if setting.alternatives:
        yield "   Or, instead:"
        for other in setting.alternatives:
            for line in _shell(other, network, aws) or _terraform(number, other, network):
                yield f"     {line}"


def _repair(number: int, repair: Repair, network: Network, aws: str) -> Iterator[str]:
    shell = _shell(repair, network, aws)
    if shell:
        yield "   AWS CLI:"
        for line in shell:
            yield f"     {line}"
    yield "   Terraform:"
    for line in _terraform(number, repair, network):
        yield f"     {line}"


def _terraform(number: int, repair: Repair, network: Network) -> list[str]:
    """Lines of Terraform that can stand beside those of the other settings."""
    return terraform(repair, network, f"setting_{number}").splitlines()


def _shell(repair: Repair, network: Network, aws: str) -> list[str]:
    """Lines for a shell, the AWS CLI called as it is for this target; none before an apply."""
    said = aws_cli(repair, network)
    return [] if _ADDRESS.search(said) else _AWS.sub(lambda _: f"{aws} ", said).splitlines()
