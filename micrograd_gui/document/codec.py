"""Graph ⇄ text: the ``.micrograd`` format, version 1."""

from __future__ import annotations

import json
import math
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal

import msgspec

from micrograd.ops import op_of
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.graph import Graph, Node, Role

FORMAT = "micrograd-graph"
VERSION = 1
NODES_AT_MOST = 200_000

NotFinite = Literal["nan", "inf", "-inf"]


class _NodeModel(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One node: a leaf has ``data``, an op node has ``op`` and ``inputs`` (null: an empty port)."""

    id: int
    op: str | None = None
    inputs: list[int | None] = []
    label: str = ""
    data: float | NotFinite | None = None
    role: Literal["input", "parameter"] | None = None


class _ViewModel(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """How the graph is looked at: where nodes stand, over which span plots sweep a leaf."""

    places: dict[str, tuple[float, float]] = {}
    ranges: dict[str, tuple[float, float]] = {}


class _FileModel(msgspec.Struct, forbid_unknown_fields=True):
    """A whole file."""

    format: Literal["micrograd-graph"]
    version: Literal[1]
    nodes: list[_NodeModel]
    target: int | None = None
    view: _ViewModel = msgspec.field(default_factory=_ViewModel)


class _Head(msgspec.Struct):
    """What is read first, to tell another format or a newer version from a damaged file."""

    format: Any = None
    version: Any = None


def schema() -> dict[str, Any]:
    """The JSON Schema of the format."""
    return msgspec.json.schema(_FileModel)


def encode(graph: Graph) -> str:
    """The graph as text: the same graph always gives the same text."""
    nodes = [_node_fields(node) for node in sorted(graph, key=lambda node: node.id)]
    view: dict[str, Any] = {}
    if graph.places:
        view["places"] = {str(number): list(place) for number, place in graph.places.items()}
    if graph.ranges:
        view["ranges"] = {str(number): list(span) for number, span in graph.ranges.items()}
    whole = {
        "format": FORMAT,
        "version": VERSION,
        "nodes": nodes,
        "target": graph.chosen_target,
        "view": view,
    }
    return json.dumps(whole, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def decode(text: str | bytes, name: str = "The file") -> Graph:
    """The graph that the text holds; raises FileRefusal with a sentence that names file and field."""
    try:
        head = msgspec.json.decode(text, type=_Head)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise FileRefusal(f"{name} is not a micrograd-gui file: {_sentence(error)}.") from None
    if head.format != FORMAT:
        raise FileRefusal(
            f"{name} is not a micrograd-gui file: its field “format” is {_quoted(head.format)}, "
            f"not “{FORMAT}”."
        )
    if isinstance(head.version, int) and head.version > VERSION:
        raise FileRefusal(
            f"{name} was made by a newer micrograd-gui: its field “version” is {head.version}, "
            f"and this program reads up to {VERSION}."
        )
    try:
        model = msgspec.json.decode(text, type=_FileModel)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise FileRefusal(f"{name} is damaged: {_sentence(error)}.") from None
    return _graph(model, name)


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


def _graph(model: _FileModel, name: str) -> Graph:
    def refuse(place: str, sentence: str) -> FileRefusal:
        return FileRefusal(f"{name} is damaged at {place}: {sentence}.")

    if len(model.nodes) > NODES_AT_MOST:
        raise refuse("nodes", f"{len(model.nodes)} nodes are more than {NODES_AT_MOST}")
    nodes: dict[int, Node] = {}
    for index, each in enumerate(model.nodes):
        place = f"nodes[{index}]"
        if not 0 < each.id < 2**53:
            raise refuse(f"{place}.id", f"{each.id} is not a positive whole number of at most 53 bits")
        if each.id in nodes:
            raise refuse(f"{place}.id", f"{each.id} stands there twice")
        nodes[each.id] = _node(each, place, refuse)
    for index, each in enumerate(model.nodes):
        for port, source in enumerate(each.inputs):
            if source is not None and source not in nodes:
                raise refuse(f"nodes[{index}].inputs[{port}]", f"there is no node {source}")
    try:
        TopologicalSorter({n.id: [s for s in n.inputs if s is not None] for n in nodes.values()}).prepare()
    except CycleError as error:
        circle = " → ".join(nodes[number].name for number in reversed(error.args[1][:8]))
        raise refuse("nodes", f"the wires close a cycle: {circle}") from None
    if model.target is not None and model.target not in nodes:
        raise refuse("target", f"there is no node {model.target}")
    for index_text, span in model.view.ranges.items():
        if not span[0] < span[1]:
            raise refuse(f"view.ranges.{index_text}", "the span does not go upwards")
    return Graph(
        nodes,
        _numbered(model.view.places, nodes, "view.places", refuse),
        model.target,
        max(nodes, default=0) + 1,
        _numbered(model.view.ranges, nodes, "view.ranges", refuse),
    )


def _node(each: _NodeModel, place: str, refuse: Any) -> Node:
    role: Role = each.role or ""
    if each.op is None:
        if each.inputs:
            raise refuse(f"{place}.inputs", "a leaf has no inputs")
        if each.data is None:
            raise refuse(f"{place}.data", "a leaf needs a number")
        return Node(each.id, label=each.label, data=float(each.data), role=role)
    try:
        rule = op_of(each.op)
    except KeyError:
        raise refuse(f"{place}.op", f"there is no op called {_quoted(each.op)}") from None
    if each.data is not None or role:
        raise refuse(f"{place}.{'role' if role else 'data'}", "only a leaf has one")
    if len(each.inputs) != rule.arity:
        raise refuse(f"{place}.inputs", f"{rule.name} takes {rule.arity} operands, not {len(each.inputs)}")
    return Node(each.id, rule.name, tuple(each.inputs), each.label)


def _numbered(
    pairs: dict[str, tuple[float, float]], nodes: dict[int, Node], where: str, refuse: Any
) -> dict[int, tuple[float, float]]:
    numbered: dict[int, tuple[float, float]] = {}
    for text, pair in pairs.items():
        if not text.isdecimal() or int(text) not in nodes:
            raise refuse(f"{where}.{text[:40]}", "there is no such node")
        if max(abs(pair[0]), abs(pair[1])) > 1e9:
            raise refuse(f"{where}.{text}", "the numbers are too large")
        numbered[int(text)] = pair
    return numbered


def _sentence(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeError):
        return "it is not UTF-8 text"
    return str(error).rstrip(".").replace("$.", "").replace("`", "")


def _quoted(what: object) -> str:
    text = str(what)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"
