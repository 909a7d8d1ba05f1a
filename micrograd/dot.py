"""The notebook's picture: a graph as Graphviz's DOT, and its rendering without a system Graphviz."""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module, metadata
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import graphviz
from graphviz.backend import dot_command

from micrograd.engine import Value, topological_order
from micrograd.ieee import divide, number
from micrograd.leash import Answer, Snapped, run_leashed

STALE = " (stale)"  # behind a number that is no longer true
# Attributes: a leaf's number, a label that is drawn otherwise, and the target's name.
DATA, LABEL, TARGET = "exact", "typed", "target_node"
_ESCAPES = {c: "\\" + c for c in "\\{}|<>"}
_ESCAPES |= {"\n": "\\n", "\r": "", "\0": "", "\t": " ", "&": "&amp;", '"': "&quot;"}
_UNWRITABLE = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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
        grad_name, data_name: what its numbers are called.
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
    data_name: str = "data"


class DotGraph(graphviz.Digraph):
    """A `graphviz.Digraph` that renders by the system's `dot`, or else by the embedded `graphviz-pure`.

    Whichever it is has bounds of time and memory. What it would take too much for is drawn with its nodes in
    plain layers, and a warning says so.
    """

    @property
    def _pipe_lines(self) -> Callable[..., bytes]:
        """What `pipe` calls."""

        def pipe_lines(engine: str, format: str, lines: Iterable[str], *, input_encoding: str,
                       **said: Any) -> bytes:
            return _rendered(self, engine, format, lines, input_encoding, **said)

        return pipe_lines

    @property
    def _pipe_lines_string(self) -> Callable[..., str]:
        """What `pipe` calls where it is to give text."""

        def pipe_lines(engine: str, format: str, lines: Iterable[str], *, encoding: str,
                       **said: Any) -> str:
            return _rendered(self, engine, format, lines, encoding, **said).decode(encoding)

        return pipe_lines

    @property
    def _render(self) -> Callable[..., str]:
        """What `render` calls once it has written the text."""

        def render(engine: str, format: str | None, source: str | Path, *, outfile: Path | None = None,
                   raise_if_result_exists: bool = False, overwrite_filepath: bool = False,
                   **said: Any) -> str:
            source = Path(source)
            suffix = ".".join(part for part in (said.get("formatter"), said.get("renderer"), format) if part)
            path = Path(outfile) if outfile is not None else source.with_suffix(f"{source.suffix}.{suffix}")
            if raise_if_result_exists and path.exists():
                raise graphviz.FileExistsError(f"output file exists: {str(path)!r}")
            if path == source and not overwrite_filepath:
                raise ValueError(f"outfile {path.name!r} must be different from the source {source.name!r}")
            folder = source.parent
            path.write_bytes(_rendered(self, engine, format, self, self.encoding, folder=folder, **said))
            return str(path)

        return render


def _rendered(drawn: DotGraph, engine: str, format: str | None, lines: Iterable[str], encoding: str, *,
              folder: Path | None = None, quiet: bool = False, **said: Any) -> bytes:
    """The picture by whichever Graphviz is there, on a leash; raises what the package graphviz would."""
    command = dot_command.command(engine, format or drawn.format, **said)
    if command[0] == Path("dot") and not shutil.which("dot"):
        command[0] = embedded_dot() or command[0]
    text = list(lines)
    try:
        answer = _laid_out(drawn, command, text, encoding, folder, quiet=quiet)
    except FileNotFoundError:
        raise graphviz.ExecutableNotFound(command) from None
    except Snapped as why:
        raise TooLarge(command, why) from None
    if answer.said and not quiet:
        sys.stderr.write(answer.said.decode(encoding, "replace"))
    if answer.status:
        raise graphviz.CalledProcessError(answer.status, command, answer.out, answer.said)
    return answer.out


def _laid_out(drawn: DotGraph, command: list[Any], lines: list[str], encoding: str, folder: Path | None, *,
              quiet: bool) -> Answer:
    """What Graphviz makes of it; where that would take too much, or does, of its nodes in places of ours."""
    from micrograd.drawing.positioned import Drawn, positioned

    nodes = Drawn(lines, drawn.graph_attr.get("rankdir", "TB"))
    bounds: dict[str, Any] = {"files": True, "folder": folder}
    ours = command[1] == "-Kdot" and len(command) == 3  # it is asked to find places by its usual way
    left = _SECONDS_IN_ALL
    try:
        if ours and nodes.is_too_much:
            raise Snapped("would take too long")
        left -= _SECONDS
        usual = [*command, *nodes.effort] if ours else command
        return run_leashed(usual, "".join(lines).encode(encoding, "replace"), seconds=_SECONDS, **bounds)
    except Snapped as why:
        if not ours:
            raise
        svg, png = command[2] == "-Tsvg", command[2] == "-Tpng"
        pixels = not any(word in command[2] for word in ("svg", "pdf", "ps", "json", "dot", "plain"))
        if not quiet:
            left_out = nodes.left_out if pixels and not (png and nodes.is_vast) else 0
            missing = f", without {left_out:,} of its edges" if left_out else ""
            warnings.warn(f"Graphviz {why}: the graph is drawn in plain layers{missing}.", stacklevel=6)
        if svg and nodes.is_vast:
            return Answer(0, nodes.as_svg().encode(encoding, "replace"), b"")
        if png and nodes.is_vast:
            return Answer(0, nodes.as_png(), b"")
        text = positioned(lines, nodes, pixels=pixels).encode(encoding, "replace")
        command = [command[0], "-Kneato", "-n", *command[2:]]
        try:
            answer = run_leashed(command, text, seconds=left, **bounds)
            if answer.status and (other := embedded_dot()):  # some systems have neato in a package of its own
                answer = run_leashed([other, *command[1:]], text, seconds=left, **bounds)
        except Snapped:
            if not svg:
                raise
            return Answer(0, nodes.as_svg().encode(encoding, "replace"), b"")
        return Answer(0, nodes.as_svg().encode(encoding, "replace"), b"") if answer.status and svg else answer


class TooLarge(graphviz.CalledProcessError):
    """A picture that Graphviz took too much for; its text is one sentence."""

    def __init__(self, command: Sequence[Any], why: Snapped) -> None:
        super().__init__(-1, list(command), b"", f"Graphviz {why}.".encode())

    def __str__(self) -> str:
        """Why, and what to do."""
        why = bytes(self.stderr).decode().rstrip(".")
        return f"{why}: as SVG (format=\"svg\") a graph of any size is drawn."


def trace(root: Value) -> tuple[set[Value], set[tuple[Value, Value]]]:
    """All nodes and edges that lead to the root, as in the lecture."""
    try:
        order = topological_order(root)
        return set(order), {(operand, node) for node in order for operand in node._prev}
    except Exception as problem:  # anybody's class may raise anything
        raise import_module("micrograd.foreign").unreadable(root, problem) from problem


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR", style: str = "ours",
             **kwargs: Any) -> DotGraph:
    """The lecture's picture: a record for each node, and beside each result the op it came from.

    `style="lecture"` puts −, ÷ and the sign together as the lecture and micrograd do: `a - b` is drawn as
    a + (b × −1), `a - 2` as a + −2, `-a` as a × −1, `a / b` as a × b**-1; the grads of the nodes that are put
    in follow from that of the result. Further keywords are those of `picture`. Raises ValueError for another
    `style`, and for another `rankdir` than LR, TB, RL and BT; TypeError or ValueError, with a sentence that
    names the node, where one of another class cannot be drawn.
    """
    if style not in ("ours", "lecture"):
        raise ValueError(f"style is ours or lecture, not {style!r}")
    try:
        is_value = all(hasattr(root, name) for name in ("data", "grad", "_prev", "_op"))
        rows = _rows(topological_order(root)) if is_value else []
    except Exception as problem:  # anybody's class may raise anything
        foreign = import_module("micrograd.foreign")  # which reads Values, so that it cannot be named above
        raise foreign.unreadable(root, problem) from problem
    if not is_value:
        raise TypeError(f"draw_dot takes the value that a graph ends in (with data, grad, _prev and _op), "
                        f"not a {type(root).__name__}")
    if style == "lecture":
        rows = list(_as_in_the_lecture(rows))
    return picture(rows, format=format, rankdir=rankdir, **kwargs)


def _rows(order: Sequence[Any]) -> list[NodeRow]:
    """The nodes as they are drawn; raises whatever one of anybody's class does where it cannot be."""
    place = {node: index for index, node in enumerate(order)}
    return [NodeRow(at, _text(getattr(node, "label", "")), _drawn(node.data), _drawn(node.grad),
                    _text(node._op), tuple([place[x] for x in node._prev])) for at, node in enumerate(order)]


def _as_in_the_lecture(rows: Sequence[NodeRow]) -> Iterator[NodeRow]:
    """The rows, −, ÷ and the sign put together of +, × and **-1. An unnamed leaf with one use is a number.

    A node that comes in is used by the result alone: its grad is that of the result times the slope there.
    """
    known = {row.id: row for row in rows}
    uses = Counter(each for row in rows for each in row.inputs)
    plain = {row.id for row in rows if not row.inputs and not row.label and uses[row.id] == 1}
    put: dict[int | str, NodeRow] = {}  # numbers that are other ones in the lecture: a − 2 is a + −2
    later: list[NodeRow] = []
    for row in rows:
        inner, one = f"{row.id}b", f"{row.id}c"
        if row.op == "neg":
            x = known[row.inputs[0]]
            later += [NodeRow(one, "", -1.0, _product(x.data, row.grad)),
                      replace(row, op="*", inputs=(x.id, one))]
        elif row.op in ("-", "/") and len(row.inputs) == 2:
            x, y = (known[each] for each in row.inputs)
            if row.op == "-":
                op, grad, data = "+", row.grad, _product(-1.0, y.data)
            else:
                op, grad = "*", _product(x.data, row.grad)
                data = None if y.data is None else divide(1.0, y.data)
            if y.id in plain:
                put[y.id] = replace(y, data=data, grad=grad)
                later.append(replace(row, op=op))
                continue
            if row.op == "-":
                later += [NodeRow(one, "", -1.0, _product(y.data, grad)),
                          NodeRow(inner, "", data, grad, "*", (y.id, one))]
            else:
                later.append(NodeRow(inner, "", data, grad, "**-1", (y.id,)))
            later.append(replace(row, op=op, inputs=(inner, x.id) if x.id in plain else (x.id, inner)))
        else:
            later.append(row)
    return (put.get(row.id, row) for row in later)


def _product(x: float | None, y: float | None) -> float | None:
    return None if x is None or y is None else x * y


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
    signs: dict[str, str] = {}  # of each op how the line of such a node goes on behind its name
    for row in rows:
        name = f"n{row.id}"
        dot.node(name, label=record(row), shape="record")
        end = name
        if row.inputs or row.op:
            end, op = f"{name}op", row.op or "?"
            if op in signs and _PLAIN.match(end):
                dot.body.append(f"\t{end}{signs[op]}")  # as it writes it, at a tenth of the cost
            else:
                dot.node(end, label=graphviz.escape(_writable(op)))
                if _PLAIN.match(end):
                    signs[op] = dot.body[-1].removeprefix(f"\t{end}")
            edges.append((end, name, ""))
        said = row.wires or ("",) * len(row.inputs)
        edges += [(f"n{operand}", end, words) for operand, words in zip(row.inputs, said, strict=True)]
    for tail, head, words in edges:
        if words or not (_PLAIN.match(tail) and _PLAIN.match(head)):
            label = graphviz.escape(_writable(words)).replace("\n", "\\n") if words else None
            dot.edge(tail, head, label=label)
        else:
            dot.body.append(f"\t{tail} -> {head}\n")
    if outfile:
        dot.render(outfile, view=False)
    return dot


def record(row: NodeRow) -> str:
    """The label of a record: `{ label | data 2.0000 | grad 0.0000 }`."""
    cells = [_escaped(str(row.label))] if row.label else []
    numbers = (("data", _escaped(row.data_name), row.data), ("grad", _escaped(row.grad_name), row.grad))
    cells += [f"{shown} {_number_text(number)}" + STALE * (name in row.stale)
              for name, shown, number in numbers if number is not None]
    return f"{{ {' | '.join(cells)} }}"


def _number_text(number: float) -> str:
    return f"{number:.4e}" if 1e9 <= abs(number) < float("inf") else f"{number:.4f}"


def _escaped(label: str) -> str:
    """What a record or the escString rules of Graphviz would read as a command, taken literally."""
    return graphviz.nohtml("".join(_ESCAPES.get(c, c) for c in _writable(label)))


def _writable(text: str) -> str:
    """The text, what XML cannot hold replaced: half of a pair, control characters, and two that are none."""
    return _UNWRITABLE.sub("\ufffd", text.replace("\0", ""))


SHOWN_AT_MOST = 300  # nodes: what is larger is slow to lay out, and too large to read in a cell
_SECONDS, _SECONDS_IN_ALL = 5.0, 9.5  # for a layout, and for the picture in plain layers after it
_PLAIN = re.compile(r"n\d+(?:op)?\Z", re.ASCII)  # a name that needs no quotes
_EXECUTABLES = ("graphviz-pure", "graphviz-pure.exe")


def mimebundle(root: Value) -> dict[str, str]:
    """What a cell of a notebook shows for a Value: its picture and, with the debugger beside, its player."""
    drawn = picture_bundle(root)
    try:
        plays = drawn and root._prev and find_spec("micrograd_gui")
        played = import_module(_PLAYER).bundle(root) if plays else {}
    except Exception:  # noqa: BLE001 - whatever that is, the picture says enough
        played = {}
    return {**played, **drawn}


def picture_bundle(root: Value) -> dict[str, str]:
    """The graph as SVG, by its MIME type; nothing, hence the Value's repr, where that is not soon drawn."""
    try:
        if len(topological_order(root)) > SHOWN_AT_MOST:
            return {}
        drawn = svg_of(draw_dot(root))
    except Exception:  # noqa: BLE001 - what hangs on a Value may be anything, and its repr is no place to say so
        return {}
    return {} if drawn is None else {"image/svg+xml": drawn}


_PLAYER = "micrograd_gui.app.notebooks.in_cell"  # by its name: the library stands without it


def svg_of(dot: DotGraph) -> str | None:
    """A picture as SVG; None where there is no Graphviz, or it is not soon done."""
    try:
        return str(dot.pipe("svg", quiet=True, encoding="utf-8"))
    except (OSError, graphviz.ExecutableNotFound, graphviz.CalledProcessError):
        return None


def embedded_dot() -> Path | None:
    """The executable of the `graphviz-pure` wheel: in the scripts, beside a package, on the PATH."""
    homes = [Path(sysconfig.get_path("scripts")), Path(sys.executable).parent, Path(__file__).parents[1],
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
