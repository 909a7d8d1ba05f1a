"""What a notebook's cell says besides computing: pictures, prints, passes, imports. Read over, never done."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from micrograd_gui.document.expression import Reader

_PICTURES = ("draw_dot", "trace", "show", "display")  # what they show is what the cell is about
_TOLD = ("print", "repr", "len", "type")
_NUMBERS = ("data", "grad", "label")
_FORMATS = ("render", "view", "pipe", "write_png")  # of the picture that draw_dot gave
_CASTS = ("double", "float", "requires_grad_", "retain_grad")  # of PyTorch: the same number
_TENSORS = ("tensor", "Tensor", "DoubleTensor")
_WORDS_OF_TENSORS = ("dtype", "requires_grad", "device")
_KINDS: dict[type[ast.stmt], str] = {
    ast.For: "a loop",
    ast.While: "a loop",
    ast.If: "a condition",
    ast.FunctionDef: "a function of one’s own",
    ast.ClassDef: "a class of one’s own",
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


def given_number(each: ast.expr) -> ast.Call | None:
    """``Value(2.0)``, ``mg.Value(2.0)`` and PyTorch's ``torch.tensor(2.0)`` as one form; None for others."""
    match each:
        case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr=cast), args=[]) if cast in _CASTS:
            found = given_number(inner)
            return found if found is not None and _of_torch(inner) else None
        case ast.Call(func=ast.Name(id="Value") | ast.Attribute(attr="Value")):
            return each
        case ast.Call() if _of_torch(each):
            words = [word for word in each.keywords if word.arg not in _WORDS_OF_TENSORS]
            args = [
                one.elts[0] if isinstance(one, ast.List) and len(one.elts) == 1 else one for one in each.args
            ]
            return ast.copy_location(ast.Call(each.func, args, words), each)
    return None


def _of_torch(call: ast.Call) -> bool:
    """Whether it makes a tensor, or casts one that is made there."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="torch"), attr=name):
            return name in _TENSORS
        case ast.Attribute(value=ast.Call() as inner, attr=cast):
            return cast in _CASTS and _of_torch(inner)
    return False


def kind_of(statement: ast.stmt) -> str:
    """What a statement is called that is not understood; empty where there is no better word for it."""
    return _KINDS.get(type(statement), "")
