"""The services' records, as one pickle, and put back in place.

One pickle for all, so that what two services share is shared again afterwards. A pickle can run any program
when it is loaded: only what this user has saved is, from a folder that nobody else can write to.
"""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from pickle import PicklingError, Unpickler, UnpicklingError
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from localstack.services.sqs.models import sqs_stores
from localstack.services.stores import AccountRegionBundle
from localstack.state import pickle

from scripts.errors import BadInputError, RemoteError
from scripts.local_cloud.snapshots.inside.naming import container, containers
from scripts.local_cloud.snapshots.shape import fingerprint

Records = dict[str, dict[str, Any]]

#: Seconds to wait for a lock: whoever holds one while everything is at rest is about to give it back.
_LOCK_LIMIT = 60.0

_Lock = type(threading.Lock())
_RLock = type(threading.RLock())


def save(path: Path) -> dict[str, str]:
    """Write the records of every service.

    Returns the classes of ours among them, with the fingerprint of each one's fields.

    Raises
    ------
    RemoteError
        Something in them cannot be kept; says of which service.
    """
    found = containers()
    with _unchanging(found), path.open("xb") as file:
        records = {name: _content(each) for name, each in sorted(found.items())}
        pickler = _Pickler(file, found)
        try:
            pickler.dump(records)
        except (TypeError, AttributeError, ValueError, PicklingError) as refused:
            culprit = next((name for name in records if not _picklable(records[name], found)), "the whole")
            raise RemoteError(f"The records of {culprit} cannot be saved: {refused}.") from refused
    return {name: fingerprint(name) for name in sorted(pickler.classes)}


def load(path: Path) -> None:
    """Put saved records in place of those that are there.

    Raises
    ------
    BadInputError
        They are of another version.
    """
    with path.open("rb") as file:
        try:
            # Python's own, in C: dill's reads the same in Python, five times slower.
            records: Records = Unpickler(file).load()  # noqa: S301 - ours alone, see above
        except (UnpicklingError, ImportError, AttributeError, EOFError, TypeError) as refused:
            raise BadInputError(f"The saved records cannot be read: {refused}.") from refused
    for name, content in records.items():
        _fill(container(name), content)


class _Pickler(pickle.Pickler):  # type: ignore[misc]
    """Pickles records; a container that they refer to is the one that is there when they are loaded."""

    def __init__(self, file: Any, found: dict[str, Any]) -> None:
        super().__init__(file)
        self._names = {id(each): name for name, each in found.items()}
        #: Classes of ours that were pickled, by ``module:Class``.
        self.classes: set[str] = set()
        self.dispatch[_Lock] = _save_lock
        self.dispatch[_RLock] = _save_rlock

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if (name := self._names.get(id(obj))) is not None:
            self.save_reduce(container, (name,))
        else:
            if isinstance(obj, type) and obj.__module__.startswith("scripts."):
                ours = [each for each in obj.__mro__ if each.__module__.startswith("scripts.")]
                self.classes.update(f"{each.__module__}:{each.__qualname__}" for each in ours)
            if isinstance(obj, defaultdict) and type(obj).__init__ is not defaultdict.__init__:
                self.dispatch.setdefault(type(obj), _save_defaultdict)
            elif type(obj).__module__.startswith("cryptography.") and hasattr(obj, "public_bytes"):
                self.dispatch.setdefault(type(obj), _save_public)
            elif type(obj).__module__.startswith("cryptography.") and hasattr(obj, "private_bytes"):
                self.dispatch.setdefault(type(obj), _save_key)
            elif type(obj).__name__ == "CloudWatchLoggingSession":
                self.dispatch.setdefault(type(obj), _save_logging)
            super().save(obj, save_persistent_id)


def _save_lock(pickler: Any, obj: Any) -> None:
    # Nobody holds it when nothing is under way, and nobody will when it is loaded.
    pickler.save_reduce(threading.Lock, (), obj=obj)


def _save_rlock(pickler: Any, obj: Any) -> None:
    pickler.save_reduce(threading.RLock, (), obj=obj)


def _save_logging(pickler: Any, obj: Any) -> None:
    # Of an execution of Step Functions: its client cannot be pickled, and it makes one of its own.
    kept = {name: value for name, value in vars(obj).items() if name != "_logs_client"}
    pickler.save_reduce(type(obj), (obj.execution_arn, obj.configuration), kept, obj=obj)


def _save_defaultdict(pickler: Any, obj: Any) -> None:
    # Its own way of being pickled calls the constructor, and a subclass's may want something else.
    pickler.save_reduce(
        _defaultdict, (type(obj), obj.default_factory), obj.__dict__, dictitems=iter(obj.items()), obj=obj
    )


def _defaultdict(kind: Any, factory: Any) -> Any:
    made = kind.__new__(kind)
    made.default_factory = factory
    return made


def _save_key(pickler: Any, obj: Any) -> None:
    # In its own encoding: the library's objects cannot be pickled.
    plain = serialization.NoEncryption()
    encoded = obj.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain)
    pickler.save_reduce(_private_key, (encoded,), obj=obj)


def _save_public(pickler: Any, obj: Any) -> None:
    der = serialization.Encoding.DER
    if isinstance(obj, x509.Certificate):
        pickler.save_reduce(_certificate, (obj.public_bytes(der),), obj=obj)
    else:
        encoded = obj.public_bytes(der, serialization.PublicFormat.SubjectPublicKeyInfo)
        pickler.save_reduce(_public_key, (encoded,), obj=obj)


def _private_key(encoded: bytes) -> object:
    # A function of ours: the library's own cannot be pickled either.
    return serialization.load_der_private_key(encoded, None)


def _certificate(encoded: bytes) -> object:
    return x509.load_der_x509_certificate(encoded)


def _public_key(encoded: bytes) -> object:
    return serialization.load_der_public_key(encoded)


def _picklable(content: Any, found: dict[str, Any]) -> bool:
    with Path("/dev/null").open("wb") as nowhere:
        try:
            _Pickler(nowhere, found).dump(content)
        except (TypeError, AttributeError, ValueError, PicklingError):
            return False
    return True


def _content(held: Any) -> dict[str, Any]:
    """What a container holds, without itself: it is an attribute that others have imported."""
    shared = held._universal if isinstance(held, AccountRegionBundle) else {}
    # The accounts as they are: to make one anew, LocalStack looks up the regions of its service for 0.1 s.
    return {"shared": shared, "accounts": dict(dict.items(held))}


def _fill(held: Any, content: dict[str, Any]) -> None:
    dict.clear(held)
    dict.update(held, content["accounts"])
    if isinstance(held, AccountRegionBundle):
        held._universal = content["shared"]
        for account in dict.values(held):
            account.lock = held.lock


@contextmanager
def _unchanging(found: dict[str, Any]) -> Iterator[None]:
    """Hold the locks under which background threads change records: they do not pass the gate."""
    locks: list[Any] = [each.lock for each in found.values() if isinstance(each, AccountRegionBundle)]
    for name, module in sorted(sys.modules.items()):
        if name.startswith("scripts.local_cloud.providers."):
            locks += [each for each in vars(module).values() if isinstance(each, _RLock)]
    for _, _, store in sqs_stores.iter_stores():
        locks += [queue.mutex for queue in store.queues.values()]
    with ExitStack() as held:
        for lock in dict.fromkeys(locks):
            if not lock.acquire(timeout=_LOCK_LIMIT):
                raise RemoteError(
                    f"The local cloud did not come to rest within {_LOCK_LIMIT:.0f} seconds.",
                    "Run the command again.",
                )
            held.callback(lock.release)
        yield
