"""Mutants: spoiled files and texts of every form go in at each door; what comes is a graph or a refusal.

Each is bounded in time and memory. A graph that comes of one can be written and read again, and run.
"""

from __future__ import annotations

import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import FrameType
from unicodedata import category

from micrograd_gui.document import codec
from micrograd_gui.document.clipboard import pasted
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files import documents, recovery, tables
from micrograd_gui.files.lessons import open_lesson
from micrograd_gui.session.session import Session
from tests.naughty import naughty
from tests.ordeals.originals import originals
from tests.ordeals.report import Report

COUNTED = "mutants"
SLOW = 2.0  # seconds of processor time that one may take at most
LARGE = 300_000_000  # bytes more than before that this process may have held meanwhile
SPACE = 3_000_000_000  # bytes beyond what there is now that it may ask for at all
LONGEST = 700  # letters of a sentence
RUN_AT_MOST = 400  # nodes of a graph that is run, too
WEIGHTS = {".dot": 0.1, ".gv": 0.02, ".micrograd": 4.0, "lesson": 2.0, "rows": 2.0}  # DOT starts a program
_NUMBERS = (
    b"0", b"-0", b"1", b"-1", b"1e308", b"-1e999", b"1e-320", b"NaN", b"Infinity", b"null", b"true", b"[]",
    b"{}", b'""', b"9" * 400, b"2147483648", b"9223372036854775808", b"0.1", b"1_000", b"0x10", b"\xd9\xa3",
)  # fmt: skip
_DEEP = (b"(", b"[", b"{", b"-", b"+", b'"', b"<g>", b"a*", b"f(", b"x=", b"0,", b"\\", b"subgraph{", b"**2")


class TooLong(BaseException):
    """Raised by the alarm in the middle of what takes too long; nothing of ours catches it."""


# Spoiling -----------------------------------------------------------------------------------------


def _flipped(draw: Random, content: bytearray, other: bytes) -> None:
    for _ in range(draw.choice((1, 1, 2, 8))):
        content[draw.randrange(len(content))] = draw.randrange(256)


def _cut(draw: Random, content: bytearray, other: bytes) -> None:
    start = draw.randrange(len(content))
    del content[start : start + draw.choice((1, 4, 40, len(content)))]


def _doubled(draw: Random, content: bytearray, other: bytes) -> None:
    start = draw.randrange(len(content))
    piece = content[start : start + draw.choice((1, 10, 100, 1000))]
    content[start:start] = piece * draw.choice((1, 1, 2, 50))


def _spliced(draw: Random, content: bytearray, other: bytes) -> None:
    if other:
        start, end = sorted(draw.randrange(len(other) + 1) for _ in range(2))
        at = draw.randrange(len(content))
        content[at : at + draw.choice((0, end - start))] = other[start : min(end, start + 5000)]


def _other_number(draw: Random, content: bytearray, other: bytes) -> None:
    """A number somewhere in it becomes another; where there is none, it is put anywhere."""
    start = next(
        (at for at in range(draw.randrange(len(content)), len(content)) if chr(content[at]).isdigit()), None
    )
    if start is None:
        start = draw.randrange(len(content))
    end = start
    while end < len(content) and content[end : end + 1] in b"0123456789.eE+-":
        end += 1
    content[start:end] = draw.choice(_NUMBERS)


def _naughty_text(draw: Random, content: bytearray, other: bytes) -> None:
    text = draw.choice(NAUGHTY)
    at = draw.randrange(len(content))
    content[at : at + draw.choice((0, 1, 3))] = text


def _deep(draw: Random, content: bytearray, other: bytes) -> None:
    at = draw.randrange(len(content))
    content[at:at] = draw.choice(_DEEP) * draw.choice((3, 100, 3000, 30_000))


def _swapped(draw: Random, content: bytearray, other: bytes) -> None:
    """Two of its lines, or of what commas part, change places; or one is there twice."""
    mark = draw.choice((b"\n", b",", b" ", b":", b";"))
    parts = bytes(content).split(mark)
    one, two = draw.randrange(len(parts)), draw.randrange(len(parts))
    if draw.random() < 0.7:
        parts[one], parts[two] = parts[two], parts[one]
    else:
        parts[one] = parts[two]
    content[:] = mark.join(parts)


NAUGHTY = [text.encode("utf-8", "surrogatepass") for text in naughty() if len(text) < 2000]
WAYS: tuple[Callable[[Random, bytearray, bytes], None], ...] = (
    _flipped, _cut, _doubled, _spliced, _other_number, _other_number, _naughty_text, _deep, _swapped,
    _swapped,
)  # fmt: skip


def spoiled(draw: Random, content: bytes, other: bytes) -> bytes:
    """The content after one or a few accidents; ``other`` is another one that may get into it."""
    result = bytearray(content)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
        if not result:
            result += draw.choice(_NUMBERS)
        draw.choice(WAYS)(draw, result, other)
    return bytes(result[:2_000_000])


# Opening -----------------------------------------------------------------------------------------


def enter(form: str, content: bytes, folder: Path) -> Graph | None:
    """Let it in at its door; the graph that comes, or None where what comes is none. Raises Refusal."""
    text = content.decode("utf-8", "replace")
    match form:
        case "expression":
            return graph_from_expression(text)
        case "cell" | "clip" | ".txt":
            return pasted(Graph(), text, None)[0]
        case "rows":
            path = folder / "rows.csv"
            path.write_bytes(content)
            tables.read(path)
            return None
        case "lesson":
            path = folder / "own.toml"
            path.write_bytes(content)
            return open_lesson(path).graph
        case recovery.SUFFIX:
            path = folder / f"a{recovery.SUFFIX}"
            path.write_bytes(content)
            return recovery.read(path).graph
    path = folder / f"a{form}"
    path.write_bytes(content)
    return documents.read(path)


def see_that_sound(graph: Graph) -> None:
    """It is written, read again and run like any other."""
    text = codec.encode(graph)
    assert codec.encode(codec.decode(text)) == text, "it is not the same when read again"
    if len(graph) > RUN_AT_MOST:
        return
    session = Session()
    session.open_graph(graph)
    for verb in (session.forward, session.backward):
        try:
            verb()
        except Refusal:
            return


def not_a_sentence(said: str) -> str:
    """Why what is said cannot stand in one line of a window; empty where it can."""
    if not said.strip():
        return "nothing is said"
    if len(said) > LONGEST:
        return "what it says is too long"
    odd = {category(sign) for sign in said} & {"Cc", "Cs", "Zl", "Zp"}
    return f"what it says has signs that cannot be shown: {', '.join(sorted(odd))}" if odd else ""


@contextmanager
def bounded() -> Iterator[None]:
    """What takes too long is ended by an alarm."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, 5 * SLOW)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def try_one(form: str, content: bytes, folder: Path, report: Report) -> None:
    """Let one in, and judge what came of it."""
    begun, size = time.process_time(), _size()
    fault = ""
    try:
        with bounded():
            graph = enter(form, content, folder)
            report.done["opened"] += 1
            if graph is not None:
                see_that_sound(graph)
    except Refusal as refusal:
        report.done["refused"] += 1
        fault = not_a_sentence(str(refusal))
    except TooLong:
        fault = f"more than {5 * SLOW:.0f} s"
    except Exception as error:  # noqa: BLE001  (that is what is looked for)
        fault = f"{type(error).__name__}: {str(error)[:100]}, {_place(error)}"
    if not fault and (seconds := time.process_time() - begun) > SLOW:
        fault = f"more than {SLOW:.0f} s"
        report.notes["slowest"] = f"{seconds:.1f} s"
    if not fault and _size() - size > LARGE:
        fault = f"more than {LARGE // 1_000_000} MB"
    if fault:
        report.fault(f"{form}: {fault}", content)


def _place(error: BaseException) -> str:
    """Where in our files it was raised."""
    last, trace = "", error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if "micrograd" in Path(name).parts[-3:] or "/micrograd" in name:
            last = f"{Path(name).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return last


def _size() -> int:
    """The most memory that this process has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run(draw: Random, report: Report) -> None:
    """Mutants until the report is full."""
    report.counted = COUNTED
    there = originals(quick=report.most < 1000)
    forms = sorted(there)
    weights = [WEIGHTS.get(form, 1.0) for form in forms]
    everything = [each for form in forms for each in there[form]]
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        has = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (has + SPACE, hard))
    try:
        with tempfile.TemporaryDirectory() as name:
            while not report.full:
                form = draw.choices(forms, weights)[0]
                content = spoiled(draw, draw.choice(there[form]), draw.choice(everything))
                if draw.random() < 0.02:  # under the name of another form
                    form = draw.choice(forms)
                report.done[COUNTED] += 1
                try_one(form, content, Path(name), report)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
