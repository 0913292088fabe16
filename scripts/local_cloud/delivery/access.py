"""AWS clients of a delivery stream: in the roles that it was given, as on AWS."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config

from scripts import aws
from scripts.config import LOCAL_KEYS, Settings

#: Seconds before they run out that credentials are replaced.
_MARGIN = 300
_CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "max_attempts": 2})


@dataclass
class _Role:
    credentials: dict[str, str]
    expires: float
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)


class Access:
    """Clients in assumed roles, for one thread.

    Parameters
    ----------
    account_id
        The delivery stream's account, which Firehose gives as the external id.
    """

    def __init__(self, settings: Settings, account_id: str) -> None:
        self._session = aws.session(settings, secure=True)
        self._account_id = account_id
        self._roles: dict[str, _Role] = {}

    def client(self, service: str, region: str, role_arn: str) -> Any:
        """A client of the service in the role."""
        role = self._roles.get(role_arn)
        if role is None or role.expires < time.time() + _MARGIN:
            role = self._roles[role_arn] = self._assume(role_arn)
        if (service, region) not in role.clients:
            role.clients[service, region] = self._session.client(  # type: ignore[call-overload]
                service, region_name=region, config=_CONFIG, **role.credentials
            )
        return role.clients[service, region]

    def _assume(self, role_arn: str) -> _Role:
        # LocalStack takes the account from the key's id.
        keys = LOCAL_KEYS | {"aws_access_key_id": self._account_id}
        sts = self._session.client("sts", config=_CONFIG, **keys)  # type: ignore[call-overload]
        given = sts.assume_role(
            RoleArn=role_arn, RoleSessionName="AWSFirehoseDelivery", ExternalId=self._account_id
        )["Credentials"]
        return _Role(
            {
                "aws_access_key_id": given["AccessKeyId"],
                "aws_secret_access_key": given["SecretAccessKey"],
                "aws_session_token": given["SessionToken"],
            },
            given["Expiration"].timestamp(),
        )
