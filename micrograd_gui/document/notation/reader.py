"""Reader: ``L = (a*b + c) * f`` and cells of the lecture as a graph; parsed with ``ast``, never executed."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping

from micrograd.language import N_, tr
from micrograd.ops import OPS, op_of
from micrograd_gui.document.builder import GraphBuilder
from micrograd_gui.document.errors import ExpressionRefusal, Net
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.node import LARGE
from micrograd_gui.document.notation import hints
from micrograd_gui.document.notation.literals import (
    BINARY,
    CONSTANTS,
    LIBRARIES,
    evaluate,
    given_number,
    number_in,
    of_library,
    unsigned,
)
from micrograd_gui.document.notation.networks import Networks
from micrograd_gui.document.notation.source import SourceText
from micrograd_gui.document.python.pasted import Unread
from micrograd_gui.document.text import exact, spoken, wrong_count

_SHORT = 20_000  # characters of a text that later cells may ask for
_ONLY = N_("only statements like “L = a*b + c” are understood")


@Net("read", N_("The expression"))
def graph_from_expression(text: str, onto: Graph | None = None, *, cell: bool = False) -> Graph:
    """The graph that the statements describe; the last one is the target.

    With ``onto`` they are a further cell: they know that graph's labels, and their nodes are added to it.
    What is a program is walked through; as a ``cell`` it may also define names alone, and make no node.
    Raises ExpressionRefusal, which names line and column, for anything outside the language.
    """
    before = Graph() if onto is None else onto
    source = SourceText(text)
    reader = Reader(source, before)
    statements = source.statements()
    if cell or before.workspace is not None:
        from micrograd_gui.document.python.cell import cell_rather  # for those who paste one after another

        rather = cell_rather(statements, text, before)
        if rather is not None:
            return rather
    try:
        for statement in statements:
            reader.statement(statement)
        graph = reader.graph(statements[-1] if statements else None)
    except ExpressionRefusal as refusal:
        from micrograd_gui.document.python.cell import cell_instead  # nor is a program what most people type

        made = cell_instead(refusal, text, before, cell=cell)
        if made.nodes or cell:
            return made
        raise
    return _remembered(graph, text, reader.names, cell)


def _remembered(graph: Graph, text: str, names: Mapping[str, NodeId], cell: bool) -> Graph:
    """The graph, which knows the text for cells to come; a cell is walked through at once, as Python."""
    if len(text) > _SHORT or len(graph) > LARGE:
        return graph
    if not cell:
        return graph.knowing(Unread(text, dict(names), graph.workspace))
    from micrograd_gui.document.python.cell import graph_from_cell, left_unprinted

    try:
        return graph_from_cell(text, graph, names)
    except ExpressionRefusal as refusal:  # such as an implicit leaf: the statements will do
        return left_unprinted(graph, text, refusal) if "print" in text else graph


class Reader:
    """Reads statements one after the other into nodes.

    Attributes:
        builder: The graph as far as it was read.
        names: The node that each name stands for.
        implicit: Names that were used before they were given anything: leaves, until they are given a number.
        last: The node that was spoken of last: the target.
    """

    def __init__(self, source: SourceText, onto: Graph) -> None:
        self.source = source
        self.builder = GraphBuilder(onto)
        self.names: dict[str, NodeId] = {node.label: node.id for node in onto if node.label}
        self.implicit: set[str] = set()
        self.last: NodeId | None = None
        self.networks = Networks(self)
        self.cells = Cells(self)

    def graph(self, read: ast.stmt | None) -> Graph:
        """What was read, up to that statement; raises ExpressionRefusal where that is no node."""
        if self.last is None:
            if read is None:
                raise ExpressionRefusal(
                    tr("“{text}” names no node: it is a comment.", text=spoken(self.source.text))
                )
            raise self.refuse(read, tr("{read} names no node", read=self.source.quoted(read)))
        return self.builder.graph(self.last)

    def statement(self, statement: ast.stmt) -> None:
        """Read one statement; raises ExpressionRefusal for one that is not in the language."""
        self.source.refuse_decimal_comma(statement)
        if self.networks.statement(statement) or self.cells.statement(statement):
            return
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                self.bind(name, self.read_assigned(name, value, statement))
            case ast.Assign(targets=[ast.Name() as first, *further], value=value) if further:
                for target, given in ((first, value), *((each, first) for each in further)):  # a = b = 2
                    self.statement(ast.copy_location(ast.Assign([target], given), statement))
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id=name), attr="label")],
                value=ast.Constant(value=str(label)),
            ):
                self.builder.relabel(self.known(name, statement), label)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(
                names
            ) == len(values):
                self.assign_all(names, values, statement)
            case (
                ast.Assign(targets=[ast.Attribute(attr="data" | "grad" as field)])
                | ast.AugAssign(target=ast.Attribute(attr="data" | "grad" as field))
            ):
                raise self.refuse(
                    statement, tr("{field} is worked out by the run; it cannot be set here", field=field)
                )
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                before = ast.copy_location(ast.Name(name), statement)
                value = ast.copy_location(ast.BinOp(before, op, value), statement)
                self.bind(name, self.read_assigned(name, value, statement))
            case ast.Expr(value=value):
                self.last = self.value(value)
            case _:
                kind = kind_of(statement)
                why = (
                    tr("{kind} is not understood, only statements like “L = a*b + c” are", kind=kind)
                    if kind
                    else tr(_ONLY)
                )
                raise self.refuse(statement, why)

    def assign_all(self, names: list[ast.expr], values: list[ast.expr], statement: ast.stmt) -> None:
        """``a, b = b, a``: the right side is read before any name is given. Raises ExpressionRefusal."""
        nodes: list[tuple[str, NodeId | None]] = []
        for each, value in zip(names, values, strict=True):
            if not isinstance(each, ast.Name):
                raise self.refuse(each, tr("only a plain name can be given to a node"))
            nodes.append((each.id, self.read_assigned(each.id, value, statement)))
        for name, node in nodes:
            self.bind(name, node)

    def read_assigned(self, name: str, value: ast.expr, statement: ast.stmt) -> NodeId | None:
        """The node that the name shall stand for; None where it gave a number to a leaf used above.

        Then what is computed stays the target. Raises ExpressionRefusal.
        """
        if name not in self.implicit:
            return self.value(value)
        number = number_in(value)
        match value:
            case ast.Call() as call if given_number(call) is not None:
                label, data = self.lecture_value(call)
            case _ if number is not None:
                label, data = "", self.finite(number, value)
            case _:
                raise self.refuse(
                    statement,
                    tr("{name} was used above, so it cannot be computed only here", name=spoken(name)),
                )
        old = self.builder.nodes[self.names[name]]
        self.builder.put(Node(old.id, label=label or old.label, data=data))
        self.implicit.discard(name)
        return None

    def bind(self, name: str, node: NodeId | None) -> None:
        """The name stands for that node from here on, which is the last that was spoken of."""
        if node is None:
            return
        if not self.builder.nodes[node].label:
            self.builder.relabel(node, name)
        self.networks.forget(name)
        self.names[name] = self.last = node

    def has_name(self, name: str) -> bool:
        """Whether a node goes by that name."""
        return name in self.names

    def forget(self, name: str) -> None:
        """The name stands for no node from here on."""
        self.names.pop(name, None)
        self.implicit.discard(name)

    def aim_at(self, node: NodeId) -> None:
        """The node is the target, unless another statement follows."""
        self.last = node

    def known(self, name: str, where: ast.AST) -> NodeId:
        """The node of that name; raises ExpressionRefusal where there is none."""
        if name not in self.names:
            raise self.refuse(where, tr("{name} is not defined", name=spoken(name)))
        return self.names[name]

    def value(self, root: ast.expr) -> NodeId:
        """The node of an expression; operands first, without recursion. Raises ExpressionRefusal."""
        done: list[NodeId] = []
        stack: list[tuple[ast.expr, str | None, int]] = [(root, None, -1)]
        while stack:
            each, op, operands = stack.pop()
            if operands >= 0:
                inputs = tuple(done[len(done) - operands :])
                del done[len(done) - operands :]
                done.append(self.builder.add(op, inputs))
                continue
            op, parts = self.parts(each)
            if op is None:
                done.append(self.leaf(each))
            else:
                stack.append((each, op, len(parts)))
                stack.extend((part, None, -1) for part in reversed(parts))
        return done.pop()

    def parts(self, each: ast.expr) -> tuple[str | None, list[ast.expr]]:
        """The op of an expression and its operands; None for a leaf. Raises ExpressionRefusal."""
        if number_in(each) is not None:
            return None, []
        each = unsigned(each)
        match each:
            case ast.BinOp(left=ast.Name("e"), op=ast.Pow(), right=right) if "e" not in self.names:
                raise self.written_as(each, f"exp({ast.unparse(right)})")
            case ast.BinOp(left=ast.BinOp(ast.Name(name), ast.Pow(), times), op=ast.Mult(), right=right) if (
                name not in self.names and hints.function_named(name) and (number_in(times) or -1) > 0
            ):
                raise self.written_as(each, f"{name}({ast.unparse(right)})**{ast.unparse(times)}")
            case ast.BinOp(left=left, op=ast.Pow(), right=right) if (n := number_in(right)) is not None:
                return op_of(f"**{exact(self.finite(n, right))}").name, [left]
            case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
                return BINARY[type(op)], [left, right]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return "neg", [operand]
            case _ if given_number(each) is not None or self.networks.knows(each):
                return None, []
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=library), attr=name), args=args, keywords=[]
            ) if library in LIBRARIES and library not in self.names:
                return self.function(name, args, each)
            case ast.Call(func=ast.Attribute(value=operand, attr=name), args=args, keywords=[]):
                return self.function(name, [operand, *args], each)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self.function(name, args, each)
            case ast.Name():
                return None, []
            case ast.Attribute() if of_library(each) is not None:
                return None, []
            case ast.BinOp(op=ast.BitXor()):
                meant = hints.power(self.source.spoken(each))
                raise self.refuse(each, tr("a power is written with two stars: write {power}", power=meant))
            case ast.Call(func=ast.BinOp() | ast.UnaryOp() | ast.Call(), args=[_], keywords=[]):
                raise self.written_as(each, hints.product(self.source.spoken(each)))
        raise self.refuse(
            each,
            tr(
                "{part} is not part of the language: names, numbers, + - * / **, "
                "parentheses and functions are",
                part=self.source.quoted(each),
            ),
        )

    def function(self, name: str, args: list[ast.expr], where: ast.expr) -> tuple[str, list[ast.expr]]:
        """The op of a function that is called, and its operands; raises ExpressionRefusal."""
        known = hints.function_named(name)
        if not known:
            raise self.unknown(name, where)
        op = op_of(known)
        if len(args) != op.arity:
            raise self.refuse(
                where,
                wrong_count(op.name, op.arity, len(args)),
            )
        return op.name, args

    def written_as(self, where: ast.AST, meant: str) -> ExpressionRefusal:
        """The refusal of what is written otherwise."""
        return self.refuse(where, hints.written(self.source.spoken(where), meant))

    def unknown(self, name: str, where: ast.expr) -> ExpressionRefusal:
        """The refusal of a function that is not there: what is meant, where that can be told."""
        if not isinstance(where, ast.Call) or not isinstance(where.func, ast.Name):
            return self.refuse(where, hints.of_unknown(name, "", factor=False))
        otherwise = hints.in_other_words(name, [self.source.spoken(each) for each in where.args])
        if otherwise:
            return self.written_as(where, otherwise)
        factor = len(where.args) == 1 and (name in self.names or len(name.rstrip("0123456789_")) == 1)
        return self.refuse(where.func, hints.of_unknown(name, self.source.spoken(where), factor=factor))

    def leaf(self, each: ast.expr) -> NodeId:
        """The node of a number, a name, a Value, or what a network gives; raises ExpressionRefusal."""
        number = number_in(each)
        if number is not None:
            return self.builder.add(data=self.finite(number, each))
        each = unsigned(each)
        node = self.networks.node(each)
        if node is not None:
            return node
        number = self.constant(each)
        if number is not None:
            return self.builder.add(data=number)
        if isinstance(each, ast.Name):
            if each.id in self.networks.lists or each.id in self.networks.networks:
                raise self.refuse(each, tr("{name} is no single number here", name=spoken(each.id)))
            if each.id not in self.names and each.id in OPS:
                raise self.written_as(each, f"{each.id}(x)")
            if each.id not in self.names:
                self.names[each.id] = self.builder.add(label=each.id)
                self.implicit.add(each.id)
            return self.names[each.id]
        assert isinstance(each, ast.Call)
        label, data = self.lecture_value(each)
        return self.builder.add(label=label, data=data)

    def lecture_value(self, call: ast.Call) -> tuple[str, float]:
        """The label and the number of ``Value(2.0, label='a')``, or of a tensor of one number.

        Raises ExpressionRefusal where it is written otherwise.
        """
        call = given_number(call) or call
        given: dict[str | None, ast.expr] = {word.arg: word.value for word in call.keywords}
        data = call.args[0] if len(call.args) == 1 else given.pop("data", None)
        label = given.pop("label", ast.Constant(""))
        number = None if data is None else evaluate(data, self.given_number)
        if number is None or data is None or given or len(call.args) > 1:
            raise self.refuse(call, tr("a Value is written like Value(2.0, label='a')"))
        if not (isinstance(label, ast.Constant) and isinstance(label.value, str)):
            raise self.refuse(label, tr("a label is a text in quotes"))
        return label.value, self.finite(number, data)

    def given_number(self, name: str) -> float | None:
        """What a leaf of that name was given above."""
        if name not in self.names:
            return CONSTANTS.get(name)
        node = self.builder.nodes.get(self.names.get(name, 0))
        return node.data if node is not None and node.is_leaf and name not in self.implicit else None

    def constant(self, each: ast.expr) -> float | None:
        """The number that ``pi`` and ``math.pi`` are, as long as no node is called so; else None."""
        if isinstance(each, ast.Name):
            return None if each.id in self.names else CONSTANTS.get(each.id)
        return of_library(each)

    def finite(self, number: float, where: ast.expr) -> float:
        """The number; raises ExpressionRefusal where it is not finite."""
        if math.isfinite(number):
            return number
        raise self.refuse(where, tr("the number is too large"))

    def refuse(self, where: ast.AST, sentence: str) -> ExpressionRefusal:
        """The sentence, said of that part of the text."""
        return self.source.refusal(where, sentence)


_PICTURES = ("draw_dot", "trace", "show", "display")  # what they show is what the cell is about
_TOLD = ("print", "repr", "len", "type")
_NUMBERS = ("data", "grad", "label")
_FORMATS = ("render", "view", "pipe", "write_png")  # of the picture that draw_dot gave
_KINDS: dict[type[ast.stmt], str] = {
    ast.For: N_("a loop"),
    ast.While: N_("a loop"),
    ast.If: N_("a condition"),
    ast.FunctionDef: N_("a function of one’s own"),
    ast.ClassDef: N_("a class of one’s own"),
}


class Cells:
    """The names of pictures, and the statements that add nothing to the graph."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.pictures: set[str] = set()

    def statement(self, statement: ast.stmt) -> bool:
        """Whether it was one of those, and has been read."""
        reader = self.reader
        match statement:
            case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Expr(value=ast.Constant(value=str())):
                return True
            case ast.ClassDef(name="Value") | ast.FunctionDef(name="trace" | "draw_dot"):
                return True  # the lecture's own: here they mean what they mean there
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if self._is_picture(call):
                self._picture(call)
                self.pictures.add(name)
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id=name), attr="requires_grad")],
                value=ast.Constant(value=bool()),
            ):
                reader.known(name, statement)
            case ast.Expr(value=value):
                return self._said(value)
            case _:
                return False
        return True

    def _said(self, value: ast.expr) -> bool:
        reader = self.reader
        match value:
            case ast.Name(id=name) if name in self.pictures and name not in reader.names:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=how)) if (
                how in _FORMATS and name in self.pictures
            ):
                return True
            case ast.Call() as call if self._is_picture(call):
                self._picture(call)
            case ast.Call(func=ast.Name(id=told), args=args) if told in _TOLD and told not in reader.names:
                for each in args:
                    if isinstance(each, ast.Name):
                        self._known(each)
            case ast.Call(func=ast.Attribute(value=ast.Name() as network, attr="parameters" | "zero_grad")):
                self._known(network)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="backward")):
                reader.last = reader.known(name, value)
            case ast.Call(func=ast.Attribute(value=root, attr="backward")):
                reader.last = reader.value(root)
            case ast.Attribute(value=ast.Name() as of, attr=field) if field in _NUMBERS:
                self._known(of)
            case ast.Call(func=ast.Attribute(value=ast.Attribute() as number, attr="item"), args=[]):
                return self._said(number)
            case _:
                return False
        return True

    def _known(self, name: ast.Name) -> None:
        networks = self.reader.networks
        if name.id not in networks.networks and name.id not in networks.lists:
            self.reader.known(name.id, name)

    def _is_picture(self, call: ast.Call) -> bool:
        match call.func:
            case ast.Name(id=shown):
                return shown in _PICTURES and shown not in self.reader.names
            case ast.Attribute(value=ast.Call() as inner, attr=how):
                return how in _FORMATS and self._is_picture(inner)
        return False

    def _picture(self, call: ast.Call) -> None:
        """What is drawn is the target."""
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call):
            call = call.func.value
        for each in call.args:
            if not isinstance(each, ast.Name):
                self.reader.last = self.reader.value(each)
            elif each.id not in self.pictures:
                self.reader.last = self.reader.known(each.id, each)


def kind_of(statement: ast.stmt) -> str:
    """What a statement is called that is not understood; empty where there is no better word for it."""
    kind = _KINDS.get(type(statement))
    return tr(kind) if kind else ""
