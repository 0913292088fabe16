"""The one place where boto3 sessions are made."""

from __future__ import annotations

import os
import threading
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from scripts.config import LOCAL_KEYS, Settings


class _Session(boto3.Session):
    """A session that makes a service's client once: to make one takes longer than to ask with it.

    Threads may share it, and it is nobody's to change or to close; one with settings of its own is made anew.
    """

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._clients: dict[str, Any] = {}
        # A session itself is not for several threads.
        self._one_at_a_time = threading.Lock()

    def client(self, service_name: str, **keywords: Any) -> Any:  # type: ignore[override]
        if keywords:
            return self._new_client(service_name, **keywords)
        with self._one_at_a_time:
            if service_name not in self._clients:
                made = self._new_client(service_name)
                # Made when they are first asked for: two threads that ask together get classes of their own,
                # and what is raised to one of them is not what it waits for.
                made.exceptions  # noqa: B018
                self._clients[service_name] = made
            return self._clients[service_name]

    def _new_client(self, service_name: str, **keywords: Any) -> Any:
        return super().client(service_name, **keywords)  # type: ignore[call-overload]


class _LocalSession(_Session):
    """A session whose every client talks to the local endpoint."""

    def __init__(self, endpoint_url: str, region: str, authority: str | None = None) -> None:
        # A profile, a region or a key from ~/.aws or the shell would be somebody's real account.
        core = botocore.session.Session(
            session_vars={
                "profile": (None, None, None, None),
                "config_file": (None, None, os.devnull, None),
                "credentials_file": (None, None, os.devnull, None),
                "ca_bundle": (None, None, None, None),
            }
        )
        super().__init__(botocore_session=core, region_name=region, **LOCAL_KEYS)
        self._endpoint: dict[str, Any] = {"endpoint_url": endpoint_url}
        if authority:
            self._endpoint["verify"] = authority

    def _local(self, keywords: dict[str, Any]) -> dict[str, Any]:
        given = keywords.pop("config", None)
        config = Config(s3={"addressing_style": "path"}, proxies={})
        return {
            **self._endpoint,
            **keywords,
            "config": config.merge(given) if given else config,
        }

    def _new_client(self, service_name: str, **keywords: Any) -> Any:
        return super()._new_client(service_name, **self._local(keywords))

    def resource(self, service_name: str, **keywords: Any) -> Any:  # type: ignore[override]
        return super().resource(service_name, **self._local(keywords))  # type: ignore[call-overload]


def session(settings: Settings, *, secure: bool = False) -> boto3.Session:
    """A boto3 session of the target.

    Everything but ``local_cloud`` talks to AWS through it and cannot tell the targets apart.

    Parameters
    ----------
    secure
        By HTTPS on the local target too, as AWS's own services call: a bucket's policy may refuse plain HTTP.
    """
    if secure and settings.secure_endpoint_url:
        return _LocalSession(settings.secure_endpoint_url, settings.region, str(settings.authority_file))
    if settings.endpoint_url:
        return _LocalSession(settings.endpoint_url, settings.region)
    return _Session(region_name=settings.region)
