"""The server that forks workers; what workers may rely on is tested with learners' calls, in `labs`."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts.config import ROOT

#: Serves in a process of its own: a server takes over the handling of signals.
SERVE = """
import socket
from scripts.workers import forkserver
forkserver._IDLE = 0.1
control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
print(forkserver.ForkServer(theirs).serve())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="there is none elsewhere")
def test_a_server_that_nobody_asks_ends() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SERVE], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout == "None\n"
