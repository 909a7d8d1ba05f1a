"""The notebook's picture: a graph as Graphviz's DOT, and its rendering without a system Graphviz."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module, metadata
from itertools import chain
from pathlib import Path
from typing import Any

import graphviz
from graphviz.backend import dot_command

from micrograd.engine import Value, topological_order
from micrograd.ieee import number

STALE = " (stale)"  # behind a number that is no longer true
_ESCAPES = {c: "\\" + c for c in "\\{}|<>"}
_ESCAPES |= {"\n": "\\n", "\r": "", "\0": "", "\t": " ", "&": "&amp;", '"': "&quot;"}


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node as it is drawn.

    Attributes:
        id: what tells it from the others.
        label: its name; may be empty, and leaves its cell out then.
        data, grad: its numbers; one that is not known yet is None, and leaves its cell out.
        op: the text in the oval beside it; None for a leaf.
        inputs: the ids of its operands, in their order.
        stale: the names of those of its numbers that are no longer true.
        wires: what is written on the wires from its operands, in their order; may be empty.
        grad_name: what its gradient is called.
    """

    id: int | str
    label: str = ""
    data: float | None = None
    grad: float | None = None
    op: str | None = None
    inputs: tuple[int | str, ...] = ()
    stale: tuple[str, ...] = ()
    wires: tuple[str, ...] = ()
    grad_name: str = "grad"


class DotGraph(graphviz.Digraph):
    """A `graphviz.Digraph` that renders by the system's `dot`, or else by the embedded `graphviz-pure`."""

    def pipe(self, *args: Any, **kwargs: Any) -> Any:
        """The rendered picture, as `graphviz.Digraph.pipe` gives it."""
        with _some_dot():
            return super().pipe(*args, **kwargs)

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Writes the picture, as `graphviz.Digraph.render` does, and gives its path."""
        with _some_dot():
            return super().render(*args, **kwargs)


def trace(root: Value) -> tuple[set[Value], set[tuple[Value, Value]]]:
    """All nodes and edges that lead to the root, as in the lecture."""
    order = topological_order(root)
    return set(order), {(operand, node) for node in order for operand in node._prev}


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR", **kwargs: Any) -> DotGraph:
    """The lecture's picture: a record for each node, and beside each result the op it came from.

    Keywords are those of `picture`. Raises ValueError for another `rankdir` than LR, TB, RL and BT, and
    TypeError or ValueError, with a sentence that names the node, where one of another class cannot be drawn.
    """
    try:
        is_value = all(hasattr(root, name) for name in ("data", "grad", "_prev", "_op"))
        rows = _rows(topological_order(root)) if is_value else []
    except Exception as problem:
        foreign = import_module("micrograd.foreign")  # which reads Values, so that it cannot be named above
        raise foreign.unreadable(root, problem) from problem
    if not is_value:
        raise TypeError(f"draw_dot takes the value that a graph ends in (with data, grad, _prev and _op), "
                        f"not a {type(root).__name__}")
    return picture(rows, format=format, rankdir=rankdir, **kwargs)


def _rows(order: Sequence[Any]) -> list[NodeRow]:
    """The nodes as they are drawn; raises whatever one of anybody's class does where it cannot be."""
    place = {node: index for index, node in enumerate(order)}
    return [NodeRow(at, _text(getattr(node, "label", "")), _drawn(node.data), _drawn(node.grad),
                    _text(node._op), tuple([place[x] for x in node._prev])) for at, node in enumerate(order)]


def _text(thing: Any) -> str:
    return "" if thing is None else str(thing)


def _drawn(thing: Any) -> Any:
    """A number as it can be written; None where there is none."""
    return thing if thing is None or isinstance(thing, (float, complex)) else number(thing)


def picture(rows: Iterable[NodeRow], format: str = "svg", rankdir: str = "LR",
            node_attr: Mapping[str, str] | None = None, **kwargs: Any) -> DotGraph:
    """The same for any rows: `.source` is the DOT text.

    With `outfile` it is rendered to that path as well. Further keywords are those of `graphviz.Digraph`.
    Raises ValueError for another `rankdir` than LR, TB, RL and BT.
    """
    if rankdir not in ("LR", "TB", "RL", "BT"):
        raise ValueError(f"rankdir is LR, TB, RL or BT, not {rankdir!r}")
    outfile = kwargs.pop("outfile", None)
    dot = DotGraph(format=format, graph_attr={"rankdir": rankdir}, node_attr=dict(node_attr or {}), **kwargs)
    edges = []
    for row in rows:
        name = f"n{row.id}"
        dot.node(name, label=record(row), shape="record")
        end = name
        if row.inputs or row.op:
            end = f"{name}op"
            dot.node(end, label=graphviz.escape(row.op or "?"))
            edges.append((end, name, ""))
        said = row.wires or ("",) * len(row.inputs)
        edges += [(f"n{operand}", end, words) for operand, words in zip(row.inputs, said, strict=True)]
    for tail, head, words in edges:
        dot.edge(tail, head, label=graphviz.escape(words).replace("\n", "\\n") if words else None)
    if outfile:
        dot.render(outfile, view=False)
    return dot


def record(row: NodeRow) -> str:
    """The label of a record: `{ label | data 2.0000 | grad 0.0000 }`."""
    cells = [_escaped(str(row.label))] if row.label else []
    numbers = (("data", "data", row.data), ("grad", _escaped(row.grad_name), row.grad))
    cells += [f"{shown} {_number_text(number)}" + STALE * (name in row.stale)
              for name, shown, number in numbers if number is not None]
    return f"{{ {' | '.join(cells)} }}"


def _number_text(number: float) -> str:
    return f"{number:.4e}" if 1e9 <= abs(number) < float("inf") else f"{number:.4f}"


def _escaped(label: str) -> str:
    """What a record or the escString rules of Graphviz would read as a command, taken literally."""
    return graphviz.nohtml("".join(_ESCAPES.get(c, c) for c in label))


SHOWN_AT_MOST = 300  # nodes: what is larger is slow to lay out, and too large to read in a cell
_SECONDS = 5.0
_EXECUTABLES = ("graphviz-pure", "graphviz-pure.exe")


def mimebundle(root: Value) -> dict[str, str]:
    """What a notebook shows for a Value: its graph; nothing, hence its repr, where that is not soon drawn."""
    try:
        if len(topological_order(root)) > SHOWN_AT_MOST:
            return {}
        drawn = svg_of(draw_dot(root))
    except Exception:  # noqa: BLE001 - what hangs on a Value may be anything, and its repr is no place to say so
        return {}
    return {} if drawn is None else {"image/svg+xml": drawn}


def svg_of(dot: DotGraph) -> str | None:
    """A picture as SVG; None where there is no Graphviz, or it is not soon done."""
    executable = shutil.which("dot") or embedded_dot()
    if executable is None:
        return None
    try:
        drawn = subprocess.run([executable, "-Tsvg"], input=dot.source.encode("utf-8", "replace"),
                               capture_output=True, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if drawn.returncode else drawn.stdout.decode("utf-8", "replace")


@contextmanager
def _some_dot() -> Iterator[None]:
    """Points the graphviz package at the embedded engine for a moment, where the system has no `dot`."""
    embedded = None if shutil.which("dot") else embedded_dot()
    if embedded is None:
        yield
        return
    before, dot_command.DOT_BINARY = dot_command.DOT_BINARY, embedded
    try:
        yield
    finally:
        dot_command.DOT_BINARY = before


def embedded_dot() -> Path | None:
    """The executable of the `graphviz-pure` wheel: in the scripts, beside its package, on the PATH."""
    homes = [Path(sysconfig.get_path("scripts")), Path(sys.executable).parent,
             Path(sysconfig.get_path("scripts", f"{'nt' if sys.platform == 'win32' else 'posix'}_user"))]
    beside = (home / name for home in homes for name in _EXECUTABLES)
    found = next((each for each in chain(beside, _of_package()) if each.is_file()), None)
    return found or (Path(there) if (there := shutil.which("graphviz-pure")) else None)


def _of_package() -> Iterator[Path]:
    """Where the wheel was put: an environment may see those of another, and `--target` has no scripts."""
    try:
        wheel = metadata.distribution("graphviz-pure")
    except metadata.PackageNotFoundError:
        return
    for file in wheel.files or ():
        if file.name in _EXECUTABLES:
            yield Path(str(wheel.locate_file(file))).resolve()
    yield from (Path(str(wheel.locate_file("bin"))) / name for name in _EXECUTABLES)
