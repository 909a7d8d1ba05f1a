"""A pasted cell, walked through: the graph that it makes of the one that it was pasted onto."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from math import isfinite
from operator import itemgetter
from typing import Any

from msgspec.structs import replace

from micrograd.engine import Value
from micrograd.language import N_, kept
from micrograd_gui.document.errors import ExpressionRefusal, Net, Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.live.live_graph import LiveGraph
from micrograd_gui.document.live.values import NODE_FOR_NODE
from micrograd_gui.document.notation.source import SourceText
from micrograd_gui.document.python.control import UNKNOWN
from micrograd_gui.document.python.drawing import drawn, not_yet
from micrograd_gui.document.python.interpreter import Interpreter
from micrograd_gui.document.python.known.library import BUILTINS
from micrograd_gui.document.python.known.standard import LIBRARIES
from micrograd_gui.document.python.limits import CELLS_AT_MOST, Meter, Wrong
from micrograd_gui.document.python.objects import Class, Function, Instance, Method
from micrograd_gui.document.python.operations import plain
from micrograd_gui.document.python.pasted import ByHand, KeptCells, PastedCell, Unread
from micrograd_gui.document.python.traced import Traced
from micrograd_gui.document.python.value_class import ValueClass
from micrograd_gui.document.python.workspace import Workspace, empty, link, meet

_PROGRAM = (
    ast.FunctionDef, ast.Lambda, ast.For, ast.While, ast.If, ast.With, ast.ListComp, ast.GeneratorExp,
    ast.DictComp, ast.SetComp, ast.JoinedStr, ast.Dict, ast.Slice, ast.Compare, ast.BoolOp, ast.IfExp,
    ast.Assert, ast.Try, ast.Raise, ast.Return, ast.Delete, ast.Yield, ast.Global, ast.Nonlocal, ast.Match,
    ast.AsyncFunctionDef, ast.Starred, ast.NamedExpr,
)  # fmt: skip
_OF_LIBRARIES = frozenset(part for each in LIBRARIES.values() for part in each.parts)
_CALLED = (frozenset(BUILTINS) | UNKNOWN | _OF_LIBRARIES) - {"abs", "pow"}
_LIBRARIES = frozenset(("np", "numpy", "random", "torch", "time", "plt", *LIBRARIES))
_METHODS = ("append", "extend", "parameters", "_backward", "uniform", "arange", "seed")


@Net("read", N_("The cell"))
def graph_from_cell(text: str, onto: Graph, read: Mapping[str, NodeId] | None = None) -> Graph:
    """The graph with what the cell makes of Values, or of numbers, and what it has defined.

    ``read``: the text was read as statements of the language, ``onto`` is what came of it, and its names
    are of those nodes. Raises ExpressionRefusal, which names line and column, for what is not understood.
    """
    before = known_before(onto)
    source = SourceText(text)
    statements = source.statements()
    meter = Meter()
    meter.begin(before.weight)
    try:
        workspace = before.copied()
    except Wrong as wrong:
        raise ExpressionRefusal(f"{wrong}.") from None
    meet(workspace, onto)
    held = {node: thing.data for node, thing in workspace.objects.items() if isinstance(thing, Value)}
    meter.leaves = workspace.leaves
    run = Interpreter(source, workspace.scope, workspace.chance, meter)
    aim = workspace.objects.get(onto.target or 0)
    run.watcher.root = aim if isinstance(aim, Value) else None
    run.expressions.last = statements[-1] if statements else None
    run.cell(statements)
    if read is not None:
        for name, node in read.items():
            if isinstance(thing := workspace.scope.names.get(name), (Value, Traced)) and node in onto.nodes:
                workspace.objects = {**workspace.objects, node: thing}
                link(workspace.objects, onto, node, thing)
        graph = onto
    else:
        graph = _with_drawn(run, workspace, onto)
    if run.watcher.learned is None:
        graph = _moved(graph, workspace, held)
    leaves = (graph.nodes[node] for node in workspace.objects if node in graph.nodes)
    workspace.numbers = {node.id: node.data for node in leaves if node.op is None}
    told = replace(_told(run, text), by_hand=_by_hand(run, workspace))
    workspace.cells = (*workspace.cells, told)[-CELLS_AT_MOST:]
    workspace.weight = before.weight + meter.used
    return graph.knowing(workspace)


def _by_hand(run: Interpreter, workspace: Workspace) -> tuple[ByHand, ...]:
    """What the cell did by hand to grads and numbers, with the nodes that are on the canvas now."""
    nodes = {id(thing): node for node, thing in workspace.objects.items()}
    source = run.home
    return tuple(
        ByHand(
            source.line_of(each.where),
            source.spoken(each.where),
            each.kind,
            nodes.get(id(each.value)),
            each.own,
            each.rule,
        )
        for each in run.watcher.steps
    )


def cell_instead(refused: ExpressionRefusal, text: str, onto: Graph, *, cell: bool) -> Graph:
    """The graph of a text that is refused as statements of the language, where it is a program.

    A ``cell`` may define or print something, or be passed over, and no more. Raises ExpressionRefusal:
    where it is none, the one that is given.
    """
    try:
        source = SourceText(text)
        statements = source.statements()
    except ExpressionRefusal:
        raise refused from None
    known = names_before(onto)
    program = is_program(statements, known)
    try:
        graph = graph_from_cell(text, onto)
    except ExpressionRefusal as refusal:
        raise refusal if program or _uses(statements, known) else refused from None
    told = cell and (statements or source.passed_over)
    if program or graph.nodes.keys() != onto.nodes.keys() or told:
        return graph
    raise refused


def cell_rather(statements: list[ast.stmt], text: str, onto: Graph) -> Graph | None:
    """The graph of a text that is a program for what earlier cells have defined; None where it is none."""
    known = names_before(onto) if onto.workspace is not None else {}
    if only_lists(statements) or (known and is_program(statements, known) and _uses(statements, known)):
        return graph_from_cell(text, onto)
    return None


def names_before(graph: Graph) -> Mapping[str, Any]:
    """What the cells of the graph have given names to."""
    return known_before(graph).scope.names


def only_lists(statements: list[ast.stmt]) -> bool:
    """Whether the text gives lists of numbers their names, and nothing more."""
    return bool(statements) and all(
        isinstance(each, ast.Assign) and isinstance(each.value, (ast.List, ast.Tuple)) for each in statements
    )


def _uses(statements: list[ast.stmt], known: Mapping[str, Any]) -> bool:
    """Whether it names a function, a class, an object or a list of an earlier cell."""
    names = {each.id for one in statements for each in ast.walk(one) if isinstance(each, ast.Name)}
    return any(not isinstance(known[name], (Value, Traced)) for name in names if name in known)


def left_unprinted(graph: Graph, text: str, refusal: ExpressionRefusal) -> Graph:
    """The graph of a cell that was read as statements, and cannot be walked through: it is said why."""
    note = kept("Nothing was printed. {sentence}", sentence=str(refusal))
    return _beside(graph, PastedCell(text, notes=(note,)))


def left_out(graph: Graph, text: str, refusal: Refusal) -> Graph:
    """The graph beside a cell of a notebook that is refused: nothing came of it, and it is said why."""
    note = kept("This cell was left out. {sentence}", sentence=str(refusal))
    return _beside(graph, PastedCell(text, notes=(note,), left_out=True))


def _beside(graph: Graph, told: PastedCell) -> Graph:
    """The graph with a cell that has changed nothing."""
    workspace = known_before(graph)
    cells = (*workspace.cells, told)[-CELLS_AT_MOST:]
    known = Workspace(workspace.scope, workspace.chance, workspace.objects, workspace.numbers, cells)
    known.leaves, known.weight = workspace.leaves, workspace.weight
    return graph.knowing(known)


def known_before(graph: Graph) -> Workspace:
    """What the cells of the graph have defined; those that nobody walked through are walked through now."""
    unread: list[Unread] = []
    at = graph.workspace
    while isinstance(at, Unread):
        unread.append(at)
        at = at.before
    if isinstance(at, KeptCells):
        from micrograd_gui.document.python.keeping import walked  # for a file that was opened

        workspace = walked(at, graph)
    else:
        workspace = at if isinstance(at, Workspace) else empty()
    for each in reversed(unread):
        workspace = _caught_up(each, workspace, graph)
    return workspace


def _caught_up(unread: Unread, before: Workspace, graph: Graph) -> Workspace:
    """The workspace after a cell that was read as statements; where it is no program, that before it."""
    source = SourceText(unread.text)
    workspace = before.copied()
    run = Interpreter(source, workspace.scope, workspace.chance, Meter(workspace.leaves))
    try:
        run.cell(source.statements())
    except ExpressionRefusal:  # it uses names that are nodes by being used, or signs that are none of Python
        return before
    for name, node in unread.names.items():
        if isinstance(thing := workspace.scope.names.get(name), (Value, Traced)):
            workspace.objects = {**workspace.objects, node: thing}
            if node in graph.nodes:
                link(workspace.objects, graph, node, thing)
            data = thing.data if isinstance(thing, Value) else float(plain(thing))
            workspace.numbers = {**workspace.numbers, node: data}
    workspace.cells = (*workspace.cells, _told(run, unread.text))[-CELLS_AT_MOST:]
    return workspace


def _with_drawn(run: Interpreter, workspace: Workspace, onto: Graph) -> Graph:
    """The graph with the nodes of what the cell has made."""
    names = {name: thing for name, thing in workspace.scope.names.items() if not isinstance(thing, Function)}
    given = [names.get(name) for name in run.assigned]
    roots: list[Any] = [each for each in given if isinstance(each, Value)]
    target = run.spoken_of
    if not isinstance(target, Value) and run.watcher.steps and run.watcher.root is not None:
        target = run.watcher.root  # what was passed back by hand
    if isinstance(target, Value):
        roots.append(target)
    elif not roots and not any(isinstance(each, Value) for each in workspace.objects.values()):
        roots = [each for each in given if isinstance(each, Traced) and each.op is not None]
        roots += [target] if isinstance(target, Traced) and target.op is not None else []
    elif isinstance(target, Traced) and target.op is not None and isinstance(run.expressions.last, ast.Expr):
        roots.append(target)
    objects = dict(workspace.objects)
    learned = run.watcher.learned
    if learned is not None:
        from micrograd_gui.document.python.training.planning import plan_of  # for a cell that trains

        graph, objects = plan_of(learned, onto, objects, names)
        run.note(learned.told(0 if graph.data is None else len(graph.data)))
    elif (live := _rows(target, objects, names)) is not None:
        graph, objects = live.graph, dict(live.objects)
        run.note(live.note)
    elif roots:
        graph = drawn(roots, target, onto, objects, names)
    else:
        graph = onto
    workspace.objects = objects
    return graph


def _rows(target: Any, objects: Mapping[NodeId, Any], names: Mapping[str, Any]) -> LiveGraph | None:
    """A large loss that adds up those of samples alike, as the graph of one of them with the rows of all."""
    if not isinstance(target, Value) or not_yet(target, objects) <= NODE_FOR_NODE:
        return None
    from micrograd_gui.document.python.training.planning import over_rows

    return over_rows(target, names, {})


def _moved(graph: Graph, workspace: Workspace, held: Mapping[NodeId, float]) -> Graph:
    """The graph with the numbers that the cell has set by hand in leaves that are on it."""
    numbers = {
        node: thing.data
        for node, thing in workspace.objects.items()
        if isinstance(thing, Value)
        and node in held
        and thing.data != held[node]
        and graph.nodes[node].is_leaf
        and isfinite(thing.data)
    }
    return graph.numbered(numbers) if numbers else graph


def _told(run: Interpreter, text: str) -> PastedCell:
    """What became of the cell, in words."""
    passed = sorted([*run.passed_over, *run.home.passed_over], key=itemgetter(0))
    notes = list(run.notes)
    if run.chance.drawn and not run.chance.told:
        notes.append(kept("Nothing was seeded: the random numbers are those after random.seed(1337)."))
        run.chance.told = True
    return PastedCell(
        text,
        "".join(run.printed),
        tuple(passed),
        tuple(notes),
        aims=run.watcher.aims,
        passed=run.watcher.passed,
    )


def is_program(statements: list[ast.stmt], known: Mapping[str, Any]) -> bool:
    """Whether a text is more than statements of the language: loops, functions, lists of lists and the like.

    ``known`` are the names that earlier cells have given something.
    """
    own = [each for each in known.values() if isinstance(each, ValueClass)]
    for statement in statements:
        for each in ast.walk(statement):
            if isinstance(each, _PROGRAM) or _tells(each, known):
                return True
            if isinstance(each, ast.Attribute) and any(kind.own(each.attr) is not None for kind in own):
                return True
    return False


def _tells(each: ast.AST, known: Mapping[str, Any]) -> bool:
    match each:
        case ast.ClassDef(name=name):
            return name != "Value"
        case ast.Assign(value=ast.List(elts=[])) | ast.Assign(targets=[ast.Tuple() | ast.List()]):
            return True
        case ast.Attribute(value=ast.Name(id=name)) if name in _LIBRARIES:
            return True
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return any(isinstance(one, (ast.List, ast.Tuple)) for one in parts)
        case ast.Call(func=ast.Name(id=name)) if name in _CALLED:
            return name not in ("print", "repr", "len") or not all(
                isinstance(one, ast.Name) for one in each.args
            )
        case ast.Call(func=ast.Attribute(attr=name)) if name in _METHODS:
            return True
        case ast.Attribute(attr="data" | "grad", ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
            return True
        case ast.Name(id=name) if isinstance(known.get(name), ValueClass):
            return not known[name].is_plain
        case ast.Name(id=name) if name in known:
            return isinstance(known[name], (Function, Class, Instance, Method, list, dict, tuple))
    return False
