"""No address left, in a network of the test's own, where nobody else listens and nobody is disturbed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.config import ROOT

PREFIX = ["unshare", "--user", "--map-root-user", "--net"]

#: Claims addresses for PostgreSQL servers until there is none: prints each, and the error.
CLAIM = r"""
import fcntl, json, socket, struct, sys
from pathlib import Path
from scripts.errors import MissingError
from scripts.local_cloud.databases.addresses import Addresses

with socket.socket() as lo:  # up (SIOCSIFFLAGS), which it is not in a new network
    fcntl.ioctl(lo, 0x8914, struct.pack("16sh", b"lo", 1))
everywhere = socket.create_server(("0.0.0.0", 5432))
folder = Path(sys.argv[1])
addresses, claimed, error = Addresses(folder), [], None
while error is None:
    journal = folder / f"{len(claimed)}.json"
    try:
        address = addresses.claim(5432, journal, lambda _: journal.touch())
    except MissingError as refused:
        error = str(refused)
    else:
        claimed.append([address.host, address.port, address.fallback])
(folder / "7.json").unlink()
again = addresses.claim(5432, folder / "again.json", lambda _: (folder / "again.json").touch())
print(json.dumps([claimed, error, [again.host, again.port]]))
"""


@pytest.mark.skipif(
    subprocess.run(["sh", "-c", " ".join([*PREFIX, "true"])], capture_output=True, check=False).returncode
    != 0,
    reason="this system gives no network namespaces",
)
def test_when_no_loopback_address_is_free_the_fallback_ports_serve_and_then_it_is_said(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [*PREFIX, sys.executable, "-c", CLAIM, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    claimed, error, again = json.loads(done.stdout)
    assert claimed == [["127.0.0.1", port, True] for port in range(4510, 4560)]
    assert "No loopback address is free for port 5432" in error
    assert "4510 to 4559" in error
    assert "Stop what listens there" in error
    assert again == ["127.0.0.1", 4517]
