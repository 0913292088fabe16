"""Which loopback addresses the users of this machine have claimed: a file for each, of the user whose it is.

Each user keeps claims of its own; without this, two of them that claim at the same moment, or while the
other's server is stopped, would get the same address. Nothing here can be trusted to be there: another user
made the folder, or the disk is full. Then everyone is as alone as before, and a taken port is seen when the
server starts.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

#: Everybody may add a file and remove their own.
_MODE = 0o1777


class Machine:
    """The claims of all users.

    Parameters
    ----------
    folder
        Shared by all users; made when it is not there.
    """

    def __init__(self, folder: Path = Path("/var/tmp/source-systems-lab-addresses")) -> None:  # noqa: S108
        self._folder = folder

    def take(self, host: str) -> bool:
        """Claim an address for this user; False when it is another's."""
        try:
            self._make()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            os.close(os.open(self._folder / host, flags, 0o644))
        except FileExistsError:
            return self._owner(host) in (os.geteuid(), None)
        except OSError:
            return True
        return True

    def give_back(self, host: str) -> None:
        """No longer claim an address; no-op for one that is not this user's."""
        if self._owner(host) == os.geteuid():
            (self._folder / host).unlink(missing_ok=True)

    def _make(self) -> None:
        with suppress(FileExistsError):
            self._folder.mkdir()
            self._folder.chmod(_MODE)  # whatever the umask

    def _owner(self, host: str) -> int | None:
        """Id of the user whose it is; None when it has just been given back."""
        with suppress(OSError):
            return (self._folder / host).lstat().st_uid
        return None
