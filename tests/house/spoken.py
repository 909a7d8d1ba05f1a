"""What somebody reads and no translator sees: `python tests/house/spoken.py [PATH …]` prints it.

Whether a literal is a text cannot be told by its look alone: two words are, and so is one that a widget is
given. What is no text (a rule of a style sheet, code, a key) says ``# as in code`` at the end of its line.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.house.structure import Module, modules

AS_IN_CODE = "# as in code"
MARKS = {"tr", "trn", "trc", "N_", "kept", "phrase"}
# Who is told by these are programmers, or a log.
NOT_SHOWN = {
    "debug", "info", "warning", "error", "exception", "compile", "log_fault", "register", "encode", "match",
    "setObjectName", "setProperty", "property", "findChild", "findChildren", "setStyleSheet", "import_module",
    "logger_of", "getattr", "Signal", "TypeVar", "ParamSpec", "attrgetter", "startswith", "endswith", "field",
    "Breakpoint", "toggle_breakpoint", "dress",
    "removeprefix", "removesuffix", "partition", "rpartition", "split", "replace", "strftime", "get",
}  # fmt: skip
FOR_PROGRAMMERS = {
    "ValueError", "TypeError", "KeyError", "AttributeError", "RuntimeError", "IndexError", "AssertionError",
    "NotImplementedError", "LookupError", "ImportError", "ModuleNotFoundError", "OverflowError",
    "StopIteration", "ZeroDivisionError", "RecursionError", "OSError", "DeprecationWarning", "FutureWarning",
}  # fmt: skip
# What is given to these is seen, be it a single word.
SHOWN = {
    "setText", "setToolTip", "setStatusTip", "setWindowTitle", "setAccessibleName",
    "setAccessibleDescription", "setPlaceholderText", "setTitle", "setIconText", "setWhatsThis",
    "setSuffix", "setPrefix", "setFormat",
    "addAction", "addMenu", "addItem", "addItems", "addTab", "addSection", "showMessage", "say",
    "setLabelText", "QLabel", "QPushButton", "QToolButton", "QAction", "QMenu", "QCheckBox",
    "QRadioButton", "QGroupBox",
    "QDockWidget", "QToolBar", "set_title", "set_xlabel", "set_ylabel", "Action", "Refusal", "FileRefusal",
    "ExpressionRefusal", "OptionRefusal", "Edit", "pushed",
}  # fmt: skip
# What the library tells programmers, in exceptions, warnings and reprs, is English.
ENGLISH = (
    "micrograd/check.py", "micrograd/check_function.py", "micrograd/copies.py", "micrograd/dot.py",
    "micrograd/drawing/", "micrograd/engine.py", "micrograd/foreign.py", "micrograd/nn.py",
    "micrograd/optim.py", "micrograd/replay/",
    "micrograd_gui/session/lessons/goals.py",  # the words of the file format, and its schema's
    "micrograd_gui/app/diagnostics.py",  # who is told of a fault may read no other language
)  # fmt: skip
# What these write is code, for programs to read: a text is what somebody is told meanwhile.
CODE = (
    "micrograd_gui/export/code/", "micrograd_gui/export/glyphs.py", "micrograd_gui/export/mermaid.py",
    "micrograd_gui/export/pdf.py", "micrograd_gui/export/svg.py", "micrograd_gui/export/tex.py",
    "micrograd_gui/export/tikz.py",
)  # fmt: skip
VALUE = "◆"  # stands for what is put in
_WORDS = re.compile(rf"[A-Za-z]{{2,}}[,;:.!?’”)…]* [“‘(]?[A-Za-z0-9{VALUE}]|{VALUE}[,;:.’”)]* [A-Za-z]{{2,}}")
_WORD = re.compile(r"[A-Za-z]{2,}")
_TAG = re.compile(r"<[^<>]*>")
_CODE = re.compile(
    r"[{};]\s*$|: [\w#(]+;|^\s*[#@]|[\w-]+: ?◆(?:px)?[;}]|^[a-z_]+(?:=|\()|\\[a-z]+\{|^\S*://|^-|^1 if [{]"
    r"|^micrograd-gui"
)


def unspoken(module: Module) -> Iterator[tuple[int, str]]:
    """Each text of a module that is not marked, with its line."""
    if module.path.startswith(ENGLISH):
        return
    lines, code = module.text.splitlines(), module.path.startswith(CODE)
    for node in module.nodes:
        if not isinstance(node, ast.JoinedStr) and not (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            continue
        text = _text_of(node)
        if _WORD.search(text) and not _is_excused(node, module.above, text, code):
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            if not any(AS_IN_CODE in line for line in lines[first:last]):
                yield node.lineno, text


def _text_of(node: ast.Constant | ast.JoinedStr) -> str:
    """What is read of it: without the tags of a page."""
    parts = [node] if isinstance(node, ast.Constant) else node.values
    text = "".join(str(each.value) if isinstance(each, ast.Constant) else VALUE for each in parts)
    return _TAG.sub("|", text)


def _is_excused(node: ast.AST, above: dict[ast.AST, ast.AST | None], text: str, code: bool) -> bool:
    child, parent = node, above.get(node)
    if isinstance(parent, ast.JoinedStr | ast.Expr | ast.Compare | ast.Subscript | ast.MatchValue):
        return True
    if isinstance(parent, ast.Dict) and child in parent.keys:
        return True
    if (
        isinstance(parent, ast.Call)
        and child in parent.args[:1]
        and _name(parent.func) in ("Mistake", "_plain", "OptionRefusal")
    ):
        return True  # the name that it is found by
    if isinstance(parent, ast.Call) and child in parent.args[:3] and _name(parent.func) == "Doing":
        return True  # how an action is written in the file of a lesson
    if isinstance(parent, ast.Call) and _name(parent.func) == "Bug" and child not in parent.args[1:2]:
        return True  # a bug's title alone is read; the rest is names and code
    shown = isinstance(parent, ast.Call) and _name(parent.func) in SHOWN and child in parent.args
    if shown and _name(parent.func) == "Action":  # its name and its keys are no texts
        shown = child in parent.args[1:2]
    if not shown and (code or not _WORDS.search(text) or _CODE.search(text)):
        return True
    while parent is not None and not isinstance(parent, ast.FunctionDef | ast.ClassDef | ast.Module):
        if isinstance(parent, ast.Subscript) and child is parent.slice:
            return True
        if isinstance(parent, ast.Assert | ast.AnnAssign) and child is not getattr(parent, "value", None):
            return True
        if isinstance(parent, ast.Call) and child is not parent.func:
            name = _name(parent.func)
            if name in MARKS or name in FOR_PROGRAMMERS or (name in NOT_SHOWN and not shown):
                return True
        if isinstance(parent, ast.Assign) and _name(parent.targets[0]) in (
            "__all__",
            "__slots__",
            "LICENSES",
            "FONTS",
        ):
            return True
        child, parent = parent, above.get(parent)
    return isinstance(parent, ast.ClassDef) and any(_name(base) == "Enum" for base in parent.bases)


def _name(node: ast.AST) -> str:
    return getattr(node, "id", "") or getattr(node, "attr", "")


def main(paths: list[str]) -> None:
    for module in modules():
        if not paths or module.path.startswith(tuple(paths)):
            for line, text in unspoken(module):
                print(f"{module.path}:{line}: {text!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
