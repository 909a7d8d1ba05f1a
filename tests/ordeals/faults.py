"""Faults: each of the first system calls of a save and of exports fails in turn; nothing old is lost.

After each the old file is whole (or the new one, where the work went on all the same), one sentence was said,
and nothing is left over.
"""

from __future__ import annotations

import faulthandler
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from random import Random

from micrograd_gui import door
from micrograd_gui.document import codec
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.files import documents, recovery
from micrograd_gui.files.recovery import HeldFile, Slot
from micrograd_gui.session.session import Session
from tests.ordeals.failing_calls import available, failing
from tests.ordeals.report import Report

COUNTED = "calls failed"
FIRST = 30  # calls of each piece of work, and as many at its end, where the disk is written to
MEMORY = (" brk failed:", " mmap failed:")  # msgspec does not look whether it gets the memory for a Struct
OLD = b"what was there before"
Work = Callable[[Graph, Path], object]


def save(graph: Graph, path: Path) -> None:
    """What File > Save does on the disk."""
    door.write(graph, path)


def exported(graph: Graph, path: Path) -> None:
    """What Export does."""
    door.render(graph, path)


@cache
def slot(path: Path) -> Slot:
    """A window's place for its recovery file, held since its first edit."""
    lock = HeldFile.hold(path.with_suffix(recovery.LOCK))
    assert lock is not None
    return Slot(lock)


def keep(graph: Graph, path: Path) -> None:
    """What is done for each document that is not saved, a second after an edit."""
    session = Session()
    session.open_graph(graph)
    slot(path).write(recovery.content(session.state, "a"))


WORKS: dict[str, Work] = {
    "a.micrograd": save,
    "0123456789abcdef.recovery": keep,
    "a.csv": exported,
    "a.svg": exported,
    "a.py": exported,
    "a.html": exported,
    "a.dot": exported,
}


def said_by(work: Work, graph: Graph, path: Path) -> str:
    """The sentence of a refusal, or “done”; what else is raised is no sentence."""
    try:
        work(graph, path)
    except Refusal as refusal:
        return str(refusal)
    return "done"


def fail_each(name: str, work: Work, graph: Graph, report: Report, nths: Iterable[int] | None = None) -> None:
    """Each of these calls of the work fails in turn; None: the first, and the last of those it has."""
    folder = Path(tempfile.mkdtemp())
    path = folder / name
    try:
        work(graph, path)  # what is loaded late is loaded now: it is the work that is to fail
        is_whole = wholeness(path, graph)
        calls = failing(lambda: said_by(work, graph, path), sys.maxsize).calls
        if nths is None:
            nths = sorted({*range(1, FIRST + 1), *range(max(1, calls - FIRST), calls + 1)})
        for nth in nths:
            if report.full:
                return
            for each in folder.iterdir():
                each.unlink()
            path.write_bytes(OLD)
            outcome = failing(lambda: said_by(work, graph, path), nth)
            if not outcome.failed:
                continue
            report.done[COUNTED] += 1
            _judge(f"{name}, {outcome.failed} failed:", outcome.said, path, is_whole, report)
    finally:
        shutil.rmtree(folder)


def wholeness(path: Path, graph: Graph) -> Callable[[], bool]:
    """What tells whether the new file is there, whole: it holds the graph, or is, byte for byte, what it was.

    Where Graphviz fails another layout takes over, and a recovery file says when it was written.
    """
    reads: dict[str, Callable[[Path], Graph]] = {
        recovery.SUFFIX: lambda each: recovery.read(each).graph,
        ".micrograd": documents.read,
        ".svg": documents.read,
    }
    if path.suffix in reads:
        text = codec.encode(graph)
        return lambda: codec.encode(reads[path.suffix](path)) == text
    new = path.read_bytes()
    if path.suffix == ".html":
        return lambda: path.stat().st_size > len(new) / 2 and path.read_bytes().endswith(new[-8:])
    return lambda: path.read_bytes() == new


def _judge(where: str, said: str, path: Path, is_whole: Callable[[], bool], report: Report) -> None:
    is_old = path.exists() and path.read_bytes() == OLD
    try:
        is_new = not is_old and is_whole()
    except (Refusal, OSError):
        is_new = False
    if not is_old and not is_new:
        report.fault(f"{where} the file is neither the old nor the new one")
    elif said == "done":
        report.done["went on all the same"] += 1
        if is_old:
            report.fault(f"{where} it says done, and the old file is there")
    elif is_new:
        report.fault(f"{where} it refuses, and the new file is there ({said})")
    elif said.startswith("! ended by signal") and where.endswith(MEMORY):
        report.done["ended by msgspec for want of memory, the old file whole"] += 1
        return
    elif said.startswith("!") or not said.endswith(".") or "\n" in said or not said:
        report.fault(f"{where} it says “{said}”")
    else:
        report.done["refused in a sentence"] += 1
    left = [each.name for each in path.parent.iterdir() if each != path and each.suffix != recovery.LOCK]
    if left:
        report.fault(f"{where} left over: {len(left)} file(s)")


def run(draw: Random, report: Report) -> None:
    """All works once; with more time again, with other graphs and any of their calls."""
    report.counted = COUNTED
    if not available():
        report.notes["not run"] = "this system cannot make system calls fail"
        return
    faulthandler.enable()  # a crash of a child says where
    graph = documents.load_example("lecture")
    for name, work in WORKS.items():
        if not report.full:
            fail_each(name, work, graph, report)
    while not report.full:
        graph = documents.load_example(draw.choice(("neuron", "mlp", "reuse", "moons")))
        name = draw.choice(sorted(WORKS))
        fail_each(name, WORKS[name], graph, report, [draw.randrange(1, 300) for _ in range(10)])
