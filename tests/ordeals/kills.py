"""Kills in saves: a process that saves is killed at any moment; the file is the old or the new one."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from itertools import count
from pathlib import Path
from random import Random

from micrograd_gui.document import codec
from micrograd_gui.document.graph import Graph
from micrograd_gui.files import documents
from tests.ordeals.report import Report

COUNTED = "kills"
EXAMPLES = ("lecture", "neuron", "mlp", "moons")
WITHIN = 2.5  # of the time that a save takes, a process is killed


def number(graph: Graph, version: int) -> Graph:
    """The graph as it is after so many edits."""
    leaf = next(node.id for node in graph if node.is_leaf)
    return graph.valued(leaf, float(version))


def version_in(path: Path, graph: Graph) -> int:
    """Which version is in the file; raises where it is not one of them, byte for byte."""
    content = path.read_bytes()
    read = documents.read(path)
    version = next(node.data for node in read if node.is_leaf)
    assert content == codec.encode(number(graph, int(version))).encode()
    return int(version)


def save_for_ever(path: Path, graph: Graph, version: int, told: int) -> None:
    """In a child: one save after the other; after each its version is told."""
    for each in count(version):
        documents.write(path, number(graph, each))
        os.write(told, each.to_bytes(8))


def killed(path: Path, graph: Graph, version: int, after: float) -> int:
    """Save that version and later ones in a process that is killed; gives the last that it called saved."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            save_for_ever(path, graph, version, write)
        finally:
            os._exit(1)
    os.close(write)
    try:
        time.sleep(after)
    finally:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with os.fdopen(read, "rb") as pipe:
        told = pipe.read()
    assert os.WIFSIGNALED(status), "it ended by itself"
    return int.from_bytes(told[-8:]) if told else version - 1


def seconds_of_a_save(path: Path, graph: Graph) -> float:
    """How long one takes here; at least so long that a process has begun."""
    begun = time.monotonic()
    for _ in range(5):
        documents.write(path, number(graph, 0))
    return max(0.005, (time.monotonic() - begun) / 5)


def left_over(folder: Path) -> list[str]:
    """What lies in the folder beside the documents."""
    return sorted(name for name in os.listdir(folder) if not name.endswith(documents.SUFFIX))


def run(draw: Random, report: Report) -> None:
    """Kill until the report is full."""
    report.counted = COUNTED
    graphs = [documents.load_example(name) for name in EXAMPLES]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "a.micrograd"
        graph, version = graphs[0], 0
        documents.write(path, number(graph, 0))
        longest, left = WITHIN * seconds_of_a_save(path, graph), 0
        while not report.full:
            if draw.random() < 0.1:
                graph = draw.choice(graphs)
                documents.write(path, number(graph, version))
            said = killed(path, graph, version + 1, draw.uniform(0, longest))
            report.done[COUNTED] += 1
            report.done["saves before them"] += max(0, said - version)
            found = version_in(path, graph)
            if found not in (said, said + 1):
                report.fault(f"saved was {said}, and the file is of {found}")
            report.done["half-written files left by them"] += max(0, len(left_over(folder)) - left)
            version = max(found, said) + 1
            documents.write(path, number(graph, version))
            left = len(left_over(folder))
        _see_that_swept(path, graph, version, report)


def _see_that_swept(path: Path, graph: Graph, version: int, report: Report) -> None:
    """Parts that nobody holds are gone with a later save, once they are no longer new."""
    for name in left_over(path.parent):
        part = path.with_name(name)
        before = part.stat().st_mtime - 60
        os.utime(part, (before, before))
    documents.write(path, number(graph, version))
    if left := left_over(path.parent):
        report.fault(f"half-written files that no save takes away: {len(left)}")
