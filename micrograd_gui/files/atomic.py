"""Files read and written whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.text import visible

LARGEST = 48_000_000  # bytes that are read, and so that are written of what is to be read again


def write_whole(path: Path, content: bytes) -> None:
    """Put the content there in one move; raises FileRefusal, and then the old file is untouched.

    A link keeps pointing where it points, and an existing file keeps its permissions.
    """
    write_all([(path, content)])


def write_readable(path: Path, content: bytes, what: str) -> None:
    """The same for what is to be read again: more than that is refused, and the old file is untouched."""
    if len(content) > LARGEST:
        raise FileRefusal(
            f"{quoted_name(path)} cannot be written: {what} would take {len(content) / 1e6:.0f} MB, "
            f"and at most {LARGEST // 1_000_000} MB are read again."
        )
    write_whole(path, content)


def write_all(files: Iterable[tuple[Path, bytes]]) -> tuple[Path, ...]:
    """Put all of the contents there, or none: files change only once the last content is made and stored.

    Raises FileRefusal, and whatever the making of a content raises.
    """
    stored: list[tuple[Path, Path]] = []
    paths: list[Path] = []
    try:
        for path, content in files:
            paths.append(path)
            with _in_words(path):
                _store(path, content, stored)
        for path, (beside, target) in zip(paths, stored, strict=True):
            with _in_words(path):
                os.replace(beside, target)
            _tell("wrote %s", target)
    finally:
        for beside, _ in stored:
            with suppress(OSError, ValueError):
                beside.unlink()  # what is still there was not wanted in the end
    return tuple(paths)


def _store(path: Path, content: bytes, stored: list[tuple[Path, Path]]) -> None:
    """Put the content beside the file; note both, to be exchanged later."""
    target = Path(os.path.realpath(path))
    # At most 255 bytes of a name: a long one leaves no room for more.
    beside = target.with_name(f".{target.name[:40]}.{os.urandom(4).hex()}.part")
    if target.is_dir():
        raise IsADirectoryError
    stored.append((beside, target))
    with open(beside, "xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if target.exists():
        if not os.access(target, os.W_OK):
            raise PermissionError
        beside.chmod(target.stat().st_mode & 0o7777)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """What the system says, as a sentence."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise FileRefusal(f"{quoted_name(path)} cannot be written: {reason(error, path)}.") from None


def read_whole(path: Path) -> bytes:
    """What is in the file, told before reading when it is too large; raises FileRefusal, which names it."""
    try:
        if path.exists() and not path.is_file():
            raise FileRefusal(f"{quoted_name(path)} is not a file.")
        size = path.stat().st_size
        if size > LARGEST:
            raise FileRefusal(
                f"{quoted_name(path)} is too large: it has {size / 1e6:.0f} MB, "
                f"and at most {LARGEST // 1_000_000} MB are read."
            )
        _tell("reading %s, %d bytes", path, size)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise FileRefusal(f"{quoted_name(path)} cannot be read: {reason(error, path)}.") from None


def _tell(message: str, *about: object) -> None:
    """A line of the log. Whoever hears it has loaded logging: it is not loaded to speak to nobody."""
    if "logging" in sys.modules:
        from micrograd_gui.log import logger_of

        logger_of(__name__).info(message, *about)


def quoted_name(path: Path) -> str:
    """The file's name as it stands in a sentence: on one line, and not endless."""
    name = visible(path.name or str(path), "�")  # every blank counts
    return f"“{name[:80]}…”" if len(name) > 80 else f"“{name}”"


def reason(error: Exception, path: Path) -> str:
    """Why the system would not, in words."""
    match error:
        case FileNotFoundError() if not path.parent.exists():
            return f"there is no folder {quoted_name(path.parent)}"
        case FileNotFoundError():
            return "there is no such file"
        case IsADirectoryError():
            return "it is a folder"
        case NotADirectoryError():
            return f"{quoted_name(path.parent)} is not a folder"
        case PermissionError():
            return "it is not permitted"
        case OSError(strerror=str(said)):
            return said[:1].lower() + said[1:]
    return "its name is not one a file can have"
