"""Files read and written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from micrograd.language import in_quotes, tr
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.text import visible

LARGEST = 48_000_000  # bytes that are read, and so that are written of what is to be read again


_FAR = 2**30  # Windows locks bytes, not files: this one is beyond all that is written
_SETTLED = 5  # seconds: a part that nobody holds may have been made this moment, and be held in the next
_TRIES = 100
_FORGOTTEN = 3600  # seconds after which a part is given up of which nobody can say whether it is held
_WIDE = {b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_unfinished: list[Path] = []  # the parts of this process


def write_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Put the content there in one move; raises FileRefusal, and then the old file is untouched.

    A link keeps pointing where it points, and an existing file keeps its permissions. A ``private`` one is
    its owner's alone.
    """
    write_all([(path, content)], private=private)


def write_readable(path: Path, content: bytes, what: str) -> None:
    """The same for what is to be read again: more than that is refused, and the old file is untouched."""
    if len(content) > LARGEST:
        raise FileRefusal(
            tr(
                "{file} cannot be written: {what} would take {size:.0f} MB, "
                "and at most {most} MB are read again.",
                file=quoted_name(path),
                what=what,
                size=len(content) / 1e6,
                most=LARGEST // 1_000_000,
            )
        )
    write_whole(path, content)


def write_all(files: Iterable[tuple[Path, bytes]], *, private: bool = False) -> tuple[Path, ...]:
    """Put all of the contents there, or none: files change only once the last content is made and stored.

    Raises FileRefusal, and whatever the making of a content raises.
    """
    stored: list[tuple[Path, Path]] = []
    paths: list[Path] = []
    token = ""
    held = ExitStack()
    try:
        for path, content in files:
            paths.append(path)
            with _in_words(path):
                token = token or os.urandom(4).hex()
                _store(path, content, stored, token, held, private)
        pairs = list(zip(paths, stored, strict=True))
        for path, (beside, target) in reversed(pairs):  # last comes the first: while it is there, it is held
            with _in_words(path):
                if os.name == "nt" and beside is stored[0][0]:
                    held.close()  # what is open cannot be moved there
                os.replace(beside, target)
            _tell("wrote %s", target)
    finally:
        for beside, _ in stored:
            with suppress(OSError, ValueError):
                beside.unlink()  # what is still there was not wanted in the end
            _unfinished.remove(beside)
        with suppress(OSError):  # all is on the disk, or given up: it is only let go of
            held.close()
    for folder in {target.parent for _, target in stored}:
        _settle(folder)
        sweep(folder)
    return tuple(paths)


def _store(
    path: Path, content: bytes, stored: list[tuple[Path, Path]], token: str, held: ExitStack, private: bool
) -> None:
    """Put the content beside the file; note both, to be exchanged later.

    The first part is held until all are exchanged, for the others too, of which there may be too many.
    """
    target = Path(os.path.realpath(path))
    # At most 255 bytes of a name: a long one leaves no room for more.
    beside = target.with_name(f".{target.name[:40]}.{token}-{len(stored)}.part")
    if target.is_dir():
        raise IsADirectoryError
    if target.exists() and not target.is_file():  # a device, a pipe: the move would put a file in its place
        raise FileRefusal(tr("{file} is not a file.", file=quoted_name(path)))
    first = not stored
    _unfinished.append(beside)
    stored.append((beside, target))
    with ExitStack() as closing:
        file = (held if first else closing).enter_context(_held_file(beside, private, first))
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if target.exists():
        if not os.access(target, os.W_OK):
            raise PermissionError
        if not private:
            beside.chmod(target.stat().st_mode & 0o7777)


def _held_file(path: Path, private: bool, hold: bool) -> IO[bytes]:
    """A new file, held where that is wanted; made anew where somebody swept it before it was."""
    for _ in range(_TRIES):
        file = open(path, "xb", opener=opened_privately if private else None)  # noqa: SIM115 - it is given away
        if not hold:
            return file
        taken = _can_take(file)
        if taken is None or (taken and (os.name == "nt" or os.fstat(file.fileno()).st_nlink)):
            return file
        file.close()
        while path.exists():  # who holds it takes it away
            time.sleep(0.001)
    raise BlockingIOError


def opened_privately(path: str, flags: int) -> int:
    """For `open`: a new file is its owner's alone."""
    return os.open(path, flags, 0o600)


def take(file: IO[bytes]) -> bool:
    """Hold the open file until it is closed; gives False where somebody holds it.

    Raises OSError where the place knows no locks. The system lets go when the process is gone: there is no
    number of a process that another one could get.
    """
    if sys.platform == "win32":
        import msvcrt

        at = file.tell()
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:  # its word for “taken”
            return False
        finally:
            file.seek(at)
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_at(path: Path, file: IO[bytes]) -> bool:
    """Whether the open file is what is there by that name; raises FileNotFoundError where nothing is."""
    there, mine = os.stat(path), os.fstat(file.fileno())
    return (mine.st_ino, mine.st_dev) == (there.st_ino, there.st_dev)


def _can_take(file: IO[bytes]) -> bool | None:
    """Hold the file, so that nobody sweeps it; False where somebody else does, None where nobody can."""
    try:
        return take(file)
    except OSError:
        return None


def _settle(folder: Path) -> None:
    """Have the disk know the names in the folder too, in case the power fails."""
    if os.name != "nt":  # where a folder cannot be opened
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def sweep(folder: Path) -> None:
    """Take away what programs have left half-written in the folder that were killed: parts that nobody holds.

    Of parts whose first one, which is held for all of them, is not there, those are gone that are old.
    """
    groups: dict[str, list[Path]] = defaultdict(list)
    with suppress(OSError, ValueError):
        for name in os.listdir(folder):
            if name.endswith(".part") and (token := _token(name)):
                groups[token].append(folder / name)
    for parts in groups.values():
        with suppress(OSError):
            if not any(part in _unfinished for part in parts):
                _sweep_together(sorted(parts, key=lambda part: not part.name.endswith("-0.part")))


def _sweep_together(parts: Sequence[Path]) -> None:
    """Take away the parts of one writing, where nobody goes on with it; the one that is held comes first.

    Raises OSError where one is gone.
    """
    found = [part.stat() for part in parts]
    if not all(stat.S_ISREG(each.st_mode) for each in found):
        return  # somebody else's: none of ours is a pipe
    age = time.time() - max(each.st_mtime for each in found)
    with ExitStack() as held:
        given_up = age > _FORGOTTEN
        if not given_up and parts[0].name.endswith("-0.part"):
            file = held.enter_context(open(parts[0], "rb"))
            given_up = _can_take(file) is True and is_at(parts[0], file)  # else it was made anew meanwhile
            if os.name == "nt":  # what is open cannot be taken away there: somebody may hold it in between
                held.close()
                given_up = given_up and age > _SETTLED
        if given_up:
            for part in parts:
                part.unlink()
                _tell("swept %s", part)


def _token(name: str) -> str:
    """What the parts of one writing have in common, ``.name.1a2b3c4d-0.part``; empty for another's file."""
    token, _, _ = name.removesuffix(".part").rpartition(".")[2].partition("-")
    ours = name.startswith(".") and len(token) == 8 and not token.strip("0123456789abcdef")
    return token if ours else ""


def drop_unfinished() -> None:
    """Take away what this process has half-written: it ends on the spot."""
    for part in _unfinished:
        with suppress(OSError):
            part.unlink()


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """What the system says, as a sentence."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise FileRefusal(
            tr("{file} cannot be written: {reason}.", file=quoted_name(path), reason=reason(error, path))
        ) from None


def content_of(path: Path) -> bytes:
    """What is in the file. Raises OSError, and FileRefusal where it is none: to read a pipe may never end."""
    with open(path, "rb", opener=_opened_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise FileRefusal(tr("{file} is not a file.", file=quoted_name(path)))
        return file.read()


def _opened_without_waiting(path: str, flags: int) -> int:
    """For `open`: that of a pipe waits for who writes into it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_whole(path: Path) -> bytes:
    """What is in the file, told before reading when it is too large; raises FileRefusal, which names it."""
    try:
        if path.exists() and not path.is_file():
            raise FileRefusal(tr("{file} is not a file.", file=quoted_name(path)))
        size = path.stat().st_size
        if size > LARGEST:
            raise FileRefusal(
                tr(
                    "{file} is too large: it has {size:.0f} MB, and at most {most} MB are read.",
                    file=quoted_name(path),
                    size=size / 1e6,
                    most=LARGEST // 1_000_000,
                )
            )
        _tell("reading %s, %d bytes", path, size)
        return content_of(path)
    except (OSError, ValueError) as error:
        raise FileRefusal(
            tr("{file} cannot be read: {reason}.", file=quoted_name(path), reason=reason(error, path))
        ) from None


def _tell(message: str, *about: object) -> None:
    """A line of the log. Whoever hears it has loaded logging: it is not loaded to speak to nobody."""
    if (logging := sys.modules.get("logging")) is not None:
        logging.getLogger(__name__.rpartition(".")[0]).info(message, *about)


def quoted_name(path: Path) -> str:
    """The file's name as it stands in a sentence: on one line, and not endless."""
    name = visible(path.name or str(path), "�")  # every blank counts
    return in_quotes(f"{name[:80]}…" if len(name) > 80 else name)


def reason(error: Exception, path: Path) -> str:
    """Why the system would not, in words."""
    match error:
        case FileNotFoundError() if not path.parent.exists():
            return tr("there is no folder {folder}", folder=quoted_name(path.parent))
        case FileNotFoundError():
            return tr("there is no such file")
        case IsADirectoryError():
            return tr("it is a folder")
        case NotADirectoryError():
            return tr("{file} is not a folder", file=quoted_name(path.parent))
        case PermissionError():
            return tr("it is not permitted")
        case MemoryError():
            return tr("there is not enough memory for it")
        case OSError(strerror=str(said)):
            return said[:1].lower() + said[1:]
    return tr("its name is not one a file can have")


def text_in(content: bytes, name: str) -> str:
    """Text from UTF-8, UTF-16 or UTF-32 with a byte-order mark, those without one, or Western European.

    Raises FileRefusal where it is not text.
    """
    wide = next((encoding for mark, encoding in _WIDE.items() if content.startswith(mark)), None)
    half = len(content[:1000]) // 2
    if wide is not None:
        encodings = [wide]
    elif half and content[1:1000:2].count(0) > 0.8 * half:
        encodings = ["utf-16-le"]
    elif half and content[0:1000:2].count(0) > 0.8 * half:
        encodings = ["utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" in text:
            break
        return text
    raise FileRefusal(tr("{name} is not text.", name=name))
