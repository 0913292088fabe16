"""What a server's certificate says, in the words of whoever must find out why it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    """The parts that decide whether a client trusts it.

    Attributes
    ----------
    names
        DNS names and addresses that it holds for; the common name where it has no other.
    issuer
        Common name, or organisation, of the authority that signed it.
    since, until
        When it holds; UTC.
    """

    names: tuple[str, ...]
    issuer: str
    since: datetime
    until: datetime

    def __str__(self) -> str:
        return (
            f"certificate for {', '.join(self.names) or 'nobody'}, signed by {self.issuer}, "
            f"valid {self.since:%Y-%m-%d} to {self.until:%Y-%m-%d}"
        )


def read(der: bytes) -> Certificate:
    """The certificate in DER form.

    Raises
    ------
    ValueError
        It is none.
    """
    found = x509.load_der_x509_certificate(der)
    try:
        held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [
            *held.get_values_for_type(x509.DNSName),
            *(str(each) for each in held.get_values_for_type(x509.IPAddress)),
        ]
    except x509.ExtensionNotFound:
        names = []
    names = names or [_common_name(found.subject)]
    return Certificate(
        tuple(names), _common_name(found.issuer), found.not_valid_before_utc, found.not_valid_after_utc
    )


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME) or name.get_attributes_for_oid(
        NameOID.ORGANIZATION_NAME
    )
    return str(found[0].value) if found else name.rfc4514_string()
