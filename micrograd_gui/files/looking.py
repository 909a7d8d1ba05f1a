"""Looking: whether a file on the disk is still what it was when it was read or written."""

from __future__ import annotations

import os
import time
from pathlib import Path

from msgspec.structs import replace

from micrograd_gui.document.history import Fingerprint, Standing
from micrograd_gui.files.atomic import read_whole

_SETTLED = 2_000_000_000  # nanoseconds: within them a disk may give two versions of a file one time


def read(path: Path) -> tuple[bytes, Fingerprint]:
    """What is in the file, and how to tell later whether it still is; raises FileRefusal as `read_whole`."""
    status = _status(path)  # before it is read: who writes meanwhile is noticed
    content = read_whole(path)
    return content, _fingerprint(content, status)


def written(path: Path, content: bytes) -> Fingerprint:
    """How to tell later whether a file that was just written is still what it is."""
    return _fingerprint(content, _status(path))


def look(path: Path, known: Fingerprint) -> tuple[Fingerprint, Standing]:
    """What is known of the file now, and whether it still holds those bytes.

    It is read only where its status does not tell. A file that cannot be looked at is gone: it may come back.
    """
    try:
        status = path.stat()
        if status.st_size != known.size:
            return known, "changed"
        settled = known.looked - known.changed > _SETTLED
        if settled and (status.st_mtime_ns, status.st_ino) == (known.changed, known.inode):
            return known, "same"
        if _digest(path.read_bytes()) != known.digest:
            return known, "changed"
    except (OSError, ValueError):
        return known, "gone"
    return replace(known, changed=status.st_mtime_ns, inode=status.st_ino, looked=time.time_ns()), "same"


def _digest(content: bytes) -> bytes:
    from hashlib import blake2b  # a first paint without a file does without it

    return blake2b(content, digest_size=16).digest()


def _status(path: Path) -> os.stat_result | None:
    """What the system says of the file; None where it says nothing."""
    try:
        return path.stat()
    except (OSError, ValueError):
        return None


def _fingerprint(content: bytes, status: os.stat_result | None) -> Fingerprint:
    changed, inode = (0, 0) if status is None else (status.st_mtime_ns, status.st_ino)
    return Fingerprint(len(content), _digest(content), changed, inode, time.time_ns() if changed else 0)
