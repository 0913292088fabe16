"""Addresses that changed between saving and loading, and texts that name them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scripts.local_cloud.databases.model import Address

#: The hosts by which LocalStack's gateway is spoken of.
_GATEWAYS = ("127.0.0.1", "localhost", "localhost.localstack.cloud")


@dataclass(frozen=True)
class Moves:
    """From saved to present addresses of the database servers, by resource id, and LocalStack's two ports.

    Attributes
    ----------
    servers
        Resource id to the saved and the present address, also where both are the same.
    gateway
        LocalStack's saved and present port on 127.0.0.1.
    """

    servers: Mapping[str, tuple[Address, Address]]
    gateway: tuple[int, int]

    @property
    def changed(self) -> bool:
        """Whether anything is elsewhere."""
        return any(old != new for old, new in (*self.servers.values(), self.gateway))

    def rewrite(self, text: str) -> str:
        """The text with the present addresses in place of the saved ones, each exactly once.

        A server's address of its own is known by its host alone; one that it shares (127.0.0.1), by its port.
        """
        told: dict[str, str] = {}
        for old, new in self.servers.values():
            told[f"{old.host}:{old.port}"] = f"{new.host}:{new.port}"
            if not old.fallback:
                told[old.host] = new.host
        servers = _any_of(told)
        before, now = self.gateway
        ports = {f"{host}:{before}": f"{host}:{now}" for host in _GATEWAYS}
        # No part of a longer number or name; but the gateway's host may end one (sqs.<region>.<host>).
        pattern = rf"(?:(?<![\w.-])(?:{servers})|(?:{_any_of(ports)}))(?!\w|\.\w)"
        return re.sub(pattern, lambda found: (told | ports)[found[0]], text)


def _any_of(texts: Iterable[str]) -> str:
    """An expression for any of the texts, the longest first; one that matches nothing where there is none."""
    return "|".join(re.escape(each) for each in sorted(texts, key=len, reverse=True)) or r"(?!)"
