"""Codec: the ``.micrograd`` format, version 1, a graph as text and read from it."""

# Annotations are no text here: msgspec would compile each of them before the first paint, for the first file.
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal, TypeVar

import msgspec

from micrograd.language import in_quotes, tr
from micrograd.ops import OPS, op_of
from micrograd_gui.document import block as blocks
from micrograd_gui.document.block import Block, BlockKind
from micrograd_gui.document.data import Column, Data, Reduction, TrainingPlan
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.graph import FARTHEST, Graph, Node, NodeId, Role
from micrograd_gui.document.marks import UNSEEN, Breakpoint, Condition, Cue, Marks, Sight
from micrograd_gui.document.node import NODES_AT_MOST
from micrograd_gui.document.text import after_colon, one_line, saveable, spoken, wrong_count

FORMAT = "micrograd-graph"
VERSION = 1
OWN_OPS_AT_MOST = 100
AT_ONCE = 500_000  # bytes that are read at one stroke: a few milliseconds
_HIGHEST_ID = 2**53
_ROOM = 2**32  # ids that are free for the nodes to come
_PART = 2000  # nodes or rows that are written at a time

T = TypeVar("T")
NotFinite = Literal["nan", "inf", "-inf"]
Refuse = Callable[[str, str], FileRefusal]  # of a place in the file and a sentence on it


class NodeModel(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One node: a leaf has ``data``, an op node has ``op`` and ``inputs`` (null: an empty port)."""

    id: int
    op: str | None = None
    inputs: list[int | None] = []
    label: str = ""
    data: float | NotFinite | None = None
    role: Literal["input", "parameter"] | None = None


class CueModel(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A cue point: a moment by name, and what is to be said there."""

    moment: int
    name: str
    note: str = ""


class BreakpointModel(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Where a run stops: on what, and at which node (null: any)."""

    on: Condition
    node: int | None = None


class ViewModel(Sight, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How it is looked at: where nodes stand, over which span plots sweep a leaf, and what was seen."""

    places: dict[str, tuple[float, float]] = msgspec.field(default_factory=dict)
    ranges: dict[str, tuple[float, float]] = msgspec.field(default_factory=dict)
    cues: tuple[CueModel, ...] = ()
    breakpoints: tuple[BreakpointModel, ...] = ()


class ColumnModel(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A column: its name, and the id of the leaf that it feeds (null: none)."""

    name: str
    node: int | None = None


class DataModel(msgspec.Struct, forbid_unknown_fields=True):
    """The rows that the graph learns from, the one it shows, and what a loss over several rows is."""

    columns: list[ColumnModel]
    rows: list[list[float]]
    shown: int = 0
    reduction: Reduction = "mean"


class PlanModel(TrainingPlan, frozen=True, forbid_unknown_fields=True):
    """How the graph is trained; ``demo`` lets the rate fall as in micrograd's demo, 1 − 0.9·k/100.

    ``gradients_of`` is left out where it is the rows, ``held_out`` where it is 0, as in files that do not
    know them.
    """


class BlockModel(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Nodes that belong together; a block stands after its parent."""

    id: int
    kind: BlockKind
    title: str = ""
    members: list[int] = []
    outputs: list[int] = []
    parent: int | None = None
    collapsed: bool = False
    judges: list[tuple[int, int]] = []


class OwnOpModel(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """An op of one's own: an expression over x (and y); a slope that is "" is derived from it."""

    name: str
    expression: str
    slopes: list[str]


class CellsModel(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Texts of pasted cells, where nodes are in what they define, and what leaves held at the last one."""

    texts: list[str]
    paths: dict[str, str] = {}
    numbers: dict[str, float] = {}


class FileModel(msgspec.Struct, forbid_unknown_fields=True):
    """A whole file."""

    format: Literal["micrograd-graph"]
    version: Literal[1]
    nodes: list[NodeModel]
    target: int | None = None
    view: ViewModel = msgspec.field(default_factory=ViewModel)
    data: DataModel | None = None
    plan: PlanModel | None = None
    blocks: list[BlockModel] = []
    ops: list[OwnOpModel] = []
    cells: CellsModel | None = None


class FileHead(msgspec.Struct):
    """What is read first, to tell another format or a newer version from a damaged file."""

    format: Any = None
    version: Any = None


def schema(model: type = FileModel) -> dict[str, Any]:
    """The JSON Schema of the format, or of another model; docstrings in it read the same in every Python."""
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(model)))
    for part in made["$defs"].values():
        if "description" in part:
            part["description"] = "\n".join(map(str.strip, part["description"].splitlines()))
    return made


def encode(graph: Graph) -> str:
    """The graph as text, always the same. Raises FileRefusal where it has more than is read again."""
    whole: dict[str, Any] = {"format": FORMAT, "version": VERSION, "nodes": [], "target": graph.chosen_target}
    whole |= {"view": _view_of(graph), **_fields_of(graph)}
    fault = _too_many(graph, len(whole.get("ops", ())))
    if fault is not None:
        raise FileRefusal(tr("The graph is too large to be saved: {fault}.", fault=fault))
    nodes = sorted(graph, key=lambda node: node.id)
    places = sorted((str(number), [*map(float, place)]) for number, place in graph.places.items())
    rows = () if graph.data is None else graph.data.rows
    text, pieces, at = _indented(whole), list[str](), 0
    fillings = [
        *_filling(text, ("data", "rows"), rows, lambda part: [[*map(float, row)] for row in part]),
        *_filling(text, ("nodes",), nodes, lambda part: [*map(_node_fields, part)]),
        *_filling(text, ("view", "places"), places, dict),
    ]
    for end, filling in sorted(fillings):
        pieces += (text[at:end], *filling)
        at = end
    return "".join((*pieces, text[at:], "\n"))  # at one stroke: each takes 40 ms of 40 MB


def _too_many(graph: Graph, own_ops: int) -> str | None:
    """What there is more of than can be read; None where it all can be."""
    if len(graph) > NODES_AT_MOST:
        return tr("{n} nodes are more than {most}", n=len(graph), most=NODES_AT_MOST)
    if own_ops > OWN_OPS_AT_MOST:
        return tr("{n} ops of one's own are more than {most}", n=own_ops, most=OWN_OPS_AT_MOST)
    fault = graph.marks.fault(graph.nodes) or (graph.data and graph.data.too_much())
    return f"{fault[0]}: {fault[1]}" if fault else None


def _indented(value: object) -> str:
    """As the file has it: Python writes the numbers, msgspec the lines, in a tenth of the time."""
    import json  # msgspec reads, and reading is the more common

    flat = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return msgspec.json.format(flat, indent=2)


def _filling(
    text: str, path: tuple[str, ...], items: Sequence[T], said: Callable[[Sequence[T]], object]
) -> Iterator[tuple[int, list[str]]]:
    """Where in the text that empty list or object is, and what is in it, in parts: others have turns."""
    if not items:
        return
    deep = len(path)
    names = [f'\n{"  " * (at + 1)}"{name}": ' for at, name in enumerate(path)]
    head = "{" + "{".join(names)
    closing = "".join(f"\n{'  ' * at}}}" for at in reversed(range(deep)))
    parts: list[str] = []
    for at in range(0, len(items), _PART):
        value = said(items[at : at + _PART])
        for name in reversed(path):
            value = {name: value}
        parts += (_indented(value)[len(head) + 1 : -len(closing) - 2 * deep - 2], ",")
    parts[-1] = f"\n{'  ' * deep}"
    at = text.index(names[-1]) + len(names[-1])  # no text within it has a line of its own: they are escaped
    yield at + 1, parts


def decode(text: str | bytes, name: str = "") -> Graph:
    """The graph that the text holds; raises FileRefusal with a sentence that names file and field."""
    try:
        if len(text) < AT_ONCE:
            model = msgspec.json.decode(text, type=FileModel)
        else:
            from micrograd_gui.document.in_parts import decoded  # few files are so large

            model = decoded(text, FileModel, NodeModel)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise _refusal(text, name or tr("The file"), error) from None
    return _graph(model, name or tr("The file"))


def _refusal(text: str | bytes, name: str, wrong: Exception) -> FileRefusal:
    """Why that is no file of this version: another format, a newer version, or what is wrong in it."""
    try:
        head = msgspec.json.decode(text, type=FileHead)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        why = _sentence(error, text)
        return FileRefusal(tr("{name} is not a micrograd-gui file: {sentence}.", name=name, sentence=why))
    if head.format != FORMAT:
        given = _quoted(head.format)
        why = tr("its field “format” is {format}, not “{wanted}”", format=given, wanted=FORMAT)
        return FileRefusal(tr("{name} is not a micrograd-gui file: {sentence}.", name=name, sentence=why))
    if isinstance(head.version, int) and head.version > VERSION:
        both = {"version": head.version, "read": VERSION}
        newer = tr("its field “version” is {version}, and this program reads up to {read}", **both)
        if head.version >= 10**9:
            newer = tr("its field “version” is huge, and this program reads up to {read}", read=VERSION)
        return FileRefusal(tr("{name} was made by a newer micrograd-gui: {newer}.", name=name, newer=newer))
    return FileRefusal(tr("{name} is damaged: {sentence}.", name=name, sentence=_sentence(wrong, text)))


def _node_fields(node: Node) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": node.id, "label": node.label}
    if node.op is None:
        finite = math.isfinite(node.data)
        fields["data"] = float(node.data) if finite else str(float(node.data))
        if node.role:
            fields["role"] = node.role
    else:
        fields["op"] = node.op
        fields["inputs"] = list(node.inputs)
    return fields


def _graph(model: FileModel, name: str) -> Graph:
    def refuse(place: str, sentence: str) -> FileRefusal:
        return FileRefusal(
            tr("{name} is damaged at {place}: {sentence}.", name=name, place=place, sentence=sentence)
        )

    if len(model.nodes) > NODES_AT_MOST:
        raise refuse("nodes", tr("{n} nodes are more than {most}", n=len(model.nodes), most=NODES_AT_MOST))
    nodes: dict[int, Node] = {}
    ops = _own_ops(model.ops, refuse) if model.ops else {}
    for index, each in enumerate(model.nodes):
        place = f"nodes[{index}]"
        if each.op in ops:
            each.op = ops[each.op]
        if not 0 < each.id < _HIGHEST_ID:
            raise refuse(f"{place}.id", tr("an id is a positive whole number of at most 53 bits"))
        if each.id in nodes:
            raise refuse(f"{place}.id", tr("{id} stands there twice", id=each.id))
        nodes[each.id] = _node(each, place, refuse)
    onwards = True  # each node is newer than its operands, as in most files: then there is no circle
    for index, each in enumerate(model.nodes):
        for port, source in enumerate(each.inputs):
            if source is not None and source not in nodes:
                raise refuse(f"nodes[{index}].inputs[{port}]", tr("there is no node {node}", node=source))
            onwards &= source is None or source < each.id
    wires = () if onwards else ((n.id, [s for s in n.inputs if s is not None]) for n in nodes.values())
    try:
        TopologicalSorter(dict(wires)).prepare()
    except CycleError as error:
        names = [nodes[number].spoken for number in error.args[1]]
        circle = names if len(names) <= 9 else [*names[:8], "…"]
        raise refuse("nodes", tr("the wires close a cycle: {nodes}", nodes=" → ".join(circle))) from None
    if model.target is not None and model.target not in nodes:
        raise refuse("target", tr("there is no node {node}", node=model.target))
    places = _numbered(model.view.places, nodes, "view.places", refuse)
    for number, (x, y) in places.items():
        if max(abs(x), abs(y)) > FARTHEST:
            raise refuse(f"view.places.{number}", tr("it is too far out"))
    ranges = _numbered(model.view.ranges, nodes, "view.ranges", refuse)
    for number, span in ranges.items():
        if not span[0] < span[1]:
            raise refuse(f"view.ranges.{number}", tr("the span does not go upwards"))
    in_order = {number: nodes[number] for number in sorted(nodes)}  # as encode writes them, the newest last
    return Graph(
        in_order,
        places,
        model.target,
        _next_id(in_order),
        ranges,
        None if model.data is None else _data(model.data, nodes, refuse),
        _blocks(model.blocks, nodes, refuse),
        None if model.plan is None else _plan(model.plan, refuse),
        _marks(model.view, nodes, refuse),
        _sight(model.view, nodes, refuse),
        None if model.cells is None else _cells(model.cells, nodes, refuse),
    )


def _marks(view: ViewModel, nodes: Mapping[NodeId, Node], refuse: Refuse) -> Marks:
    """Cue points and breakpoints, checked against the nodes."""
    cues = (Cue(each.moment, saveable(each.name), saveable(each.note)) for each in view.cues)
    marks = Marks(tuple(cues), tuple(Breakpoint(each.on, each.node) for each in view.breakpoints))
    return _sound(marks, marks.fault(nodes), "view.", refuse)


def _view_of(graph: Graph) -> dict[str, Any]:
    """What stands under “view”, the places left to be filled in."""
    view: dict[str, Any] = {}
    if graph.places:
        view["places"] = {}
    if graph.ranges:
        view["ranges"] = {str(number): [*map(float, span)] for number, span in graph.ranges.items()}
    if graph.marks.cues:
        view["cues"] = [msgspec.to_builtins(CueModel(c.moment, c.name, c.note)) for c in graph.marks.cues]
    if graph.marks.breakpoints:
        models = (BreakpointModel(each.on, each.node) for each in graph.marks.breakpoints)
        view["breakpoints"] = [msgspec.to_builtins(each) for each in models]
    if graph.sight != UNSEEN:
        view.update(msgspec.to_builtins(graph.sight))
    return view


def _sight(view: ViewModel, nodes: Mapping[NodeId, Node], refuse: Refuse) -> Sight:
    """What was seen of it, checked against the nodes."""
    sight = Sight(*(getattr(view, name) for name in Sight.__struct_fields__))
    return _sound(sight, sight.fault(nodes), "view.", refuse)


def _next_id(ids: Iterable[int]) -> int:
    """The id after all; where a file has used up the highest, one in a gap that no session can fill."""
    free = 1
    for number in ids:
        if number - free > _ROOM:
            break
        free = number + 1
    return free


def _node(each: NodeModel, place: str, refuse: Refuse) -> Node:
    role: Role = each.role or ""
    if each.op is None:
        if each.inputs:
            raise refuse(f"{place}.inputs", tr("a leaf has no inputs"))
        if each.data is None:
            raise refuse(f"{place}.data", tr("a leaf needs a number"))
        return Node(each.id, label=each.label, data=float(each.data), role=role)
    try:
        rule = op_of(each.op)
    except KeyError:
        raise refuse(f"{place}.op", tr("there is no op called {op}", op=_quoted(each.op))) from None
    if rule.exponent is not None and not math.isfinite(rule.exponent):
        raise refuse(f"{place}.op", tr("an exponent is a finite number"))
    if each.data is not None or role:
        raise refuse(f"{place}.{'role' if role else 'data'}", tr("only a leaf has one"))
    if len(each.inputs) != rule.arity:
        raise refuse(f"{place}.inputs", wrong_count(rule.name, rule.arity, len(each.inputs)))
    return Node(each.id, rule.name, tuple(each.inputs), each.label)


def _own_ops(models: list[OwnOpModel], refuse: Refuse) -> dict[str, str]:
    """The ops that the file brings, taken up into the table; what each is called there."""
    from micrograd_gui.document.rewriting.own_ops import own_ops_from  # few files bring any

    if len(models) > OWN_OPS_AT_MOST:
        more = tr("{n} ops of one's own are more than {most}", n=len(models), most=OWN_OPS_AT_MOST)
        raise refuse("ops", more)
    return own_ops_from(models, refuse)


def _numbered(
    pairs: Mapping[str, tuple[float, float]], nodes: Mapping[int, Node], where: str, refuse: Refuse
) -> dict[int, tuple[float, float]]:
    known = {str(number): number for number in nodes}
    for text in pairs:
        if text not in known:
            raise refuse(f"{where}.{spoken(text)}", tr("there is no such node"))
    return {known[text]: pair for text, pair in pairs.items()}


def _sentence(error: Exception, text: str | bytes) -> str:
    if isinstance(error, RecursionError):
        return tr("it is nested too deeply")
    if isinstance(error, UnicodeError):
        return tr("it is not UTF-8 text")
    said = str(error).rstrip(".").replace("$.", "").replace("`", "")
    if place := re.search(r" \(byte (\d+)\)$", said):
        return _malformed(text if isinstance(text, bytes) else text.encode(), int(place[1]))
    if wrong := re.fullmatch(r"Invalid enum value '(.*)' - at (\S+)", said, re.DOTALL):  # as in code
        return tr("{field} cannot be {value}", field=wrong[2], value=_quoted(wrong[1]))
    return one_line(said, 200)


def _malformed(content: bytes, at: int) -> str:
    """Where the text is no JSON, in lines and columns."""
    before = content[:at].decode("utf-8", "replace")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    word = re.match(rb"-?[A-Za-z]{1,12}", content[at : at + 13])
    if word is None:
        return tr("it is not JSON at line {line}, column {column}", line=line, column=column)
    said = word[0].decode()
    return tr("“{word}” is not JSON at line {line}, column {column}", word=said, line=line, column=column)


def _quoted(what: object) -> str:
    return in_quotes(spoken(str(what)))


def _fields_of(graph: Graph) -> dict[str, Any]:
    """The fields that a file has beside its nodes; one that says nothing is left out."""
    out: dict[str, Any] = {}
    data, plan = graph.data, graph.plan
    if data is not None:
        columns = [ColumnModel(column.name, column.node) for column in data.columns]
        out["data"] = msgspec.to_builtins(DataModel(columns, [], data.shown, data.reduction))
    if plan is not None:
        out["plan"] = msgspec.to_builtins(msgspec.convert(plan, PlanModel, from_attributes=True))
        for field in ("gradients_of", "held_out"):
            if out["plan"][field] == getattr(TrainingPlan(), field):
                del out["plan"][field]
    if any(name in OPS and OPS[name].group == "own" for name in {node.op for node in graph} - {None}):
        from micrograd_gui.document.rewriting.own_ops import own_ops_of  # most graphs have none

        own = own_ops_of(graph)
        out["ops"] = [msgspec.to_builtins(OwnOpModel(each[0], each[1], list(each[2]))) for each in own]
    if graph.workspace is not None:
        from micrograd_gui.document.cells import cells_of

        cells = cells_of(graph)
        out |= {} if cells is None else {"cells": msgspec.to_builtins(msgspec.convert(cells, CellsModel))}
    if graph.blocks:
        out["blocks"] = [
            msgspec.to_builtins(msgspec.convert(block, BlockModel, from_attributes=True))
            for block in graph.blocks
        ]
    return out


def _sound(made: T, fault: tuple[str, str] | None, of: str, refuse: Refuse) -> T:
    """What was made, where nothing is wrong with it."""
    if fault is not None:
        raise refuse(f"{of}{fault[0]}", after_colon(fault[1]))
    return made


def _data(model: DataModel, nodes: Mapping[NodeId, Node], refuse: Refuse) -> Data:
    """The data, checked against the nodes."""
    columns = tuple(Column(column.name, column.node) for column in model.columns)
    rows = tuple(tuple(map(float, row)) for row in model.rows)
    data = Data(columns, rows, model.shown, model.reduction)
    return _sound(data, data.fault(nodes), "data.", refuse)


def _plan(model: PlanModel, refuse: Refuse) -> TrainingPlan:
    """The plan, each field of it possible."""
    plan = msgspec.convert(model, TrainingPlan, from_attributes=True)
    return _sound(plan, plan.fault(), "plan.", refuse)


def _cells(model: CellsModel, nodes: Mapping[NodeId, Node], refuse: Refuse) -> Any:
    from micrograd_gui.document.cells import cells_from  # few files have any

    return cells_from(model, nodes, refuse)


def _blocks(models: list[BlockModel], nodes: Mapping[NodeId, Node], refuse: Refuse) -> tuple[Block, ...]:
    """The blocks, checked against the nodes and each other."""
    made = tuple(msgspec.convert(each, Block, from_attributes=True) for each in models)
    return _sound(made, blocks.fault(made, nodes), "blocks", refuse)
