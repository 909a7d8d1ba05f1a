"""``L = (a*b + c) * f`` and cells of the lecture → Graph: parsed with ``ast``, never executed."""

from __future__ import annotations

import ast
import math
from dataclasses import replace

from micrograd.ops import OPS, op_of
from micrograd_gui.document.errors import ExpressionRefusal
from micrograd_gui.document.graph import Graph, Node, NodeId

LONGEST = 200_000  # characters
_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_SHOWING = ("draw_dot", "trace", "print", "show")  # calls that end a cell and add nothing to the graph
_LIBRARIES = ("math", "np", "numpy", "torch")


def graph_from_expression(text: str) -> Graph:
    """The graph that the statements describe; the last one is the target.

    Raises ExpressionRefusal, which names line and column, for anything outside the language.
    """
    if len(text) > LONGEST:
        raise ExpressionRefusal(f"The expression is longer than {LONGEST} characters.")
    if not text.strip():
        raise ExpressionRefusal("The expression is empty.")
    try:
        tree = ast.parse(text.strip())
    except SyntaxError as error:
        raise _syntax(error, text.strip()) from None
    except (RecursionError, MemoryError):
        raise ExpressionRefusal("The expression is nested too deeply.") from None
    except ValueError:
        raise ExpressionRefusal("The expression contains a character that cannot be read.") from None
    reader = _Reader("\n" in text.strip())
    for statement in tree.body:
        reader.statement(statement)
    return reader.graph()


def functions() -> tuple[str, ...]:
    """The function names that expressions understand."""
    return tuple(op.name for op in OPS.values() if op.name.isidentifier() and op.name != "neg")


class _Reader:
    """Reads statements one after the other into nodes."""

    def __init__(self, several_lines: bool) -> None:
        self.several_lines = several_lines
        self.nodes: dict[NodeId, Node] = {}
        self.names: dict[str, NodeId] = {}
        self.implicit: set[str] = set()
        self.last: NodeId | None = None

    def graph(self) -> Graph:
        if self.last is None:
            raise ExpressionRefusal("The expression names no node.")
        return Graph(self.nodes, chosen_target=self.last, next_id=len(self.nodes) + 1)

    def statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self.assign(name, value, statement)
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id=name), attr="label")],
                value=ast.Constant(value=str(label)),
            ):
                self.label(self.known(name, statement), label)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(
                names
            ) == len(values):
                for each, value in zip(names, values, strict=True):
                    if not isinstance(each, ast.Name):
                        raise self.refuse(each, "only a plain name can be given to a node")
                    self.assign(each.id, value, statement)
            case ast.Expr(value=ast.Name(id=name)):
                self.last = self.known(name, statement)
            case ast.Expr(value=ast.Call(func=ast.Name(id=shown), args=[ast.Name(id=name), *_])) if (
                shown in _SHOWING and shown not in self.names
            ):
                self.last = self.known(name, statement)
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="backward"), args=[])
            ):
                self.last = self.known(name, statement)
            case ast.Expr(value=value):
                self.last = self.value(value)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                self.assign(
                    name,
                    ast.copy_location(
                        ast.BinOp(ast.copy_location(ast.Name(name), statement), op, value), statement
                    ),
                    statement,
                )
            case ast.Import() | ast.ImportFrom() | ast.Pass():
                pass
            case _:
                raise self.refuse(statement, "only statements like “L = a*b + c” are understood")

    def assign(self, name: str, value: ast.expr, statement: ast.stmt) -> None:
        number = _number(value)
        if name in self.implicit:
            if number is None:
                raise self.refuse(statement, f"{name} was used above, so it cannot be computed only here")
            node = self.names[name]
            self.nodes[node] = replace(self.nodes[node], data=self.finite(number, value))
            self.implicit.discard(name)
            return  # a leaf that was used already gets its number; what is computed stays the target
        node = self.value(value)
        if not self.nodes[node].label:
            self.label(node, name)
        self.names[name] = self.last = node

    def label(self, node: NodeId, label: str) -> None:
        self.nodes[node] = replace(self.nodes[node], label=label)

    def known(self, name: str, where: ast.AST) -> NodeId:
        if name not in self.names:
            raise self.refuse(where, f"{name} is not defined")
        return self.names[name]

    def value(self, root: ast.expr) -> NodeId:
        """The node of an expression; operands first, without recursion."""
        done: list[NodeId] = []
        stack: list[tuple[ast.expr, str | None, int]] = [(root, None, -1)]
        while stack:
            each, op, operands = stack.pop()
            if operands >= 0:
                inputs = tuple(done[len(done) - operands :])
                del done[len(done) - operands :]
                done.append(self.add(Node(0, op, inputs)))
                continue
            op, parts = self.parts(each)
            if op is None:
                done.append(self.leaf(each))
            else:
                stack.append((each, op, len(parts)))
                stack.extend((part, None, -1) for part in reversed(parts))
        return done.pop()

    def parts(self, each: ast.expr) -> tuple[str | None, list[ast.expr]]:
        """The op of an expression and its operands; None for a leaf."""
        if _number(each) is not None:
            return None, []
        match each:
            case ast.BinOp(left=left, op=ast.Pow(), right=right) if (exponent := _number(right)) is not None:
                return op_of(f"**{self.finite(exponent, right):.17g}").name, [left]
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return _BINARY[type(op)], [left, right]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return "neg", [operand]
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.parts(operand)
            case ast.Call(func=ast.Name(id="Value")):
                return None, []
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=library), attr=name), args=args, keywords=[]
            ) if library in _LIBRARIES and library not in self.names:
                return self.function(name, args, each)
            case ast.Call(func=ast.Attribute(value=operand, attr=name), args=args, keywords=[]):
                return self.function(name, [operand, *args], each)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self.function(name, args, each)
            case ast.Name():
                return None, []
        raise self.refuse(
            each,
            f"“{_source(each)}” is not part of the language: names, numbers, + - * / **, "
            f"parentheses and functions are",
        )

    def function(self, name: str, args: list[ast.expr], where: ast.expr) -> tuple[str, list[ast.expr]]:
        known = {each.lower(): each for each in functions()}
        if name.lower() not in known:
            raise self.refuse(
                where, f"there is no function “{name[:40]}”; there are {', '.join(functions())}"
            )
        op = op_of(known[name.lower()])
        if len(args) != op.arity:
            raise self.refuse(
                where, f"{op.name} takes {op.arity} operand{'s' * (op.arity != 1)}, not {len(args)}"
            )
        return op.name, args

    def leaf(self, each: ast.expr) -> NodeId:
        number = _number(each)
        if number is not None:
            return self.add(Node(0, data=self.finite(number, each)))
        if isinstance(each, ast.UnaryOp):
            return self.leaf(each.operand)
        if isinstance(each, ast.Name):
            if each.id not in self.names:
                self.names[each.id] = self.add(Node(0, label=each.id))
                self.implicit.add(each.id)
            return self.names[each.id]
        assert isinstance(each, ast.Call)
        return self.lecture_value(each)

    def lecture_value(self, call: ast.Call) -> NodeId:
        """``Value(2.0, label='a')``."""
        given: dict[str | None, ast.expr] = {word.arg: word.value for word in call.keywords}
        data = call.args[0] if len(call.args) == 1 else given.pop("data", None)
        label = given.pop("label", ast.Constant(""))
        number = None if data is None else _number(data)
        if number is None or data is None or given or len(call.args) > 1:
            raise self.refuse(call, "a Value is written like Value(2.0, label='a')")
        if not (isinstance(label, ast.Constant) and isinstance(label.value, str)):
            raise self.refuse(label, "a label is a text in quotes")
        return self.add(Node(0, data=self.finite(number, data), label=label.value))

    def add(self, node: Node) -> NodeId:
        number = len(self.nodes) + 1
        self.nodes[number] = replace(node, id=number)
        return number

    def finite(self, number: float, where: ast.expr) -> float:
        if not math.isfinite(number):
            raise self.refuse(where, "the number is too large")
        return number

    def refuse(self, where: ast.AST, sentence: str) -> ExpressionRefusal:
        line, column = getattr(where, "lineno", 1), getattr(where, "col_offset", 0) + 1
        return ExpressionRefusal(_at(self.several_lines, line, column, sentence), line, column)


def _number(each: ast.expr) -> float | None:
    """The number that is written there, with its sign; None for anything else."""
    sign = 1.0
    while isinstance(each, ast.UnaryOp) and isinstance(each.op, (ast.USub, ast.UAdd)):
        sign = -sign if isinstance(each.op, ast.USub) else sign
        each = each.operand
    if not isinstance(each, ast.Constant) or isinstance(each.value, bool):
        return None
    if not isinstance(each.value, (int, float)):
        return None
    try:
        return sign * float(each.value)
    except OverflowError:
        return sign * math.inf


def _source(each: ast.expr) -> str:
    text = ast.unparse(each)
    return text if len(text) <= 40 else text[:39] + "…"


def _at(several_lines: bool, line: int, column: int, sentence: str) -> str:
    place = f"Line {line}, column {column}" if several_lines else f"Column {column}"
    return f"{place}: {sentence}."


def _syntax(error: SyntaxError, text: str) -> ExpressionRefusal:
    line, column = error.lineno or 1, max(1, error.offset or 1)
    lines = text.splitlines() or [""]
    here = lines[line - 1] if line <= len(lines) else ""
    rest = here[column - 1 :].strip()
    if "never closed" in error.msg or "was never closed" in error.msg:
        sentence = "the bracket opened here is never closed"
    elif not rest:
        column, sentence = len(here) + 1, "something is missing at the end"
    else:
        sentence = f"“{rest[:20]}” cannot stand here"
    return ExpressionRefusal(_at("\n" in text, line, column, sentence), line, column)
