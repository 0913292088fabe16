"""What workers need every time, read once before they are forked."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

#: Stands before the name of an AWS service; anything else is a module.
SERVICE = "aws:"


def everything(wanted: Iterable[str]) -> None:
    """Import modules, and read what boto3 knows of services (``aws:dynamodb``)."""
    services = []
    for each in wanted:
        if each.startswith(SERVICE):
            services.append(each.removeprefix(SERVICE))
        else:
            with suppress(ImportError):
                importlib.import_module(each)
    if services:
        _read_descriptions(services)


def _read_descriptions(services: Iterable[str]) -> None:
    """Parse the files that describe these services now: for one call each, and not again in it.

    A client or resource is made of several megabytes of JSON. Each document is given away once in a process,
    as it would be had it been read there; whoever asks again reads the file.
    """
    import boto3  # noqa: PLC0415 - only where AWS is worked with
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415
    from botocore.loaders import JSONFileLoader  # noqa: PLC0415

    read = JSONFileLoader.load_file
    used: dict[str, None] = {}

    def noted(self: JSONFileLoader, file_path: str) -> Any:
        found = read(self, file_path)
        if found is not None:
            used[file_path] = None
        return found

    JSONFileLoader.load_file = noted  # type: ignore[method-assign]
    session = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none", region_name="us-east-1")  # noqa: S106
    for each in services:
        with suppress(BotoCoreError):
            session.client(each)  # type: ignore[call-overload]
            if each in session.get_available_resources():
                session.resource(each)  # type: ignore[call-overload]
    ready = {path: read(JSONFileLoader(), path) for path in used}

    def once(self: JSONFileLoader, file_path: str) -> Any:
        found = ready.pop(file_path, None)
        return found if found is not None else read(self, file_path)

    JSONFileLoader.load_file = once  # type: ignore[method-assign]
