"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from micrograd_gui.document.errors import FileRefusal


def write_whole(path: Path, content: bytes) -> None:
    """Put the content there in one move; raises FileRefusal, and then the old file is untouched.

    A link keeps pointing where it points, and an existing file keeps its permissions.
    """
    target = Path(os.path.realpath(path))
    # At most 255 bytes of a name: a long one leaves no room for more.
    beside = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}.part")
    try:
        if target.is_dir():
            raise IsADirectoryError
        with open(beside, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            if not os.access(target, os.W_OK):
                raise PermissionError
            beside.chmod(target.stat().st_mode & 0o7777)
        os.replace(beside, target)
    except (OSError, ValueError) as error:
        with suppress(OSError, ValueError):
            beside.unlink()
        raise FileRefusal(f"{shown(path)} cannot be written: {reason(error, path)}.") from None


def shown(path: Path) -> str:
    """The file's name as it stands in a sentence: on one line, and not endless."""
    name = "".join(c if c.isprintable() else "�" for c in (path.name or str(path)))
    return f"“{name[:80]}…”" if len(name) > 80 else f"“{name}”"


def reason(error: Exception, path: Path) -> str:
    """Why the system would not, in words."""
    match error:
        case FileNotFoundError() if not path.parent.exists():
            return f"there is no folder {shown(path.parent)}"
        case FileNotFoundError():
            return "there is no such file"
        case IsADirectoryError():
            return "it is a folder"
        case NotADirectoryError():
            return f"{shown(path.parent)} is not a folder"
        case PermissionError():
            return "it is not permitted"
        case OSError(strerror=str(said)):
            return said[:1].lower() + said[1:]
    return "its name is not one a file can have"
