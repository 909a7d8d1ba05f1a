"""All that a window says: in its widgets, tips, tables and menus, and what is painted on it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from html import unescape

from PySide6.QtCore import QBuffer, QIODevice, QModelIndex, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QDialog, QMenu, QTabBar, QTextEdit, QWidget

from micrograd.ops import OPS
from micrograd_gui.document.graph import Graph
from micrograd_gui.views.canvas.hit import Hit
from micrograd_gui.views.canvas.menu import ContextMenu
from micrograd_gui.views.canvas.tips import tip

_OF_WIDGETS = (
    "text", "title", "toolTip", "statusTip", "whatsThis", "placeholderText", "accessibleName",
    "accessibleDescription", "windowTitle", "prefix", "suffix",
)  # fmt: skip
_OF_ACTIONS = ("text", "toolTip", "statusTip", "whatsThis", "iconText")
_ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
_MOST = 12  # rows of a table that are read


def all_said(window: QWidget) -> dict[str, list[str]]:
    """Each text of the window, its dialogs, and whatever is in them, and all that is painted."""
    said: dict[str, list[str]] = defaultdict(list)
    for widget in (window, *window.findChildren(QWidget)):
        where = f"{type(widget).__name__} {widget.objectName()}"
        for what, text in _of_widget(widget):
            said[f"{where}, {what}"].append(text)
    for action in window.findChildren(QAction):
        for what in _OF_ACTIONS:
            said[f"action {action.objectName()}, {what}"].append(getattr(action, what)())
    for each in (window, *window.findChildren(QDialog)):
        said[f"painted on {type(each).__name__}"] += painted(each)
    return said


def _of_widget(widget: QWidget) -> Iterator[tuple[str, str]]:
    for what in _asked(type(widget)):
        yield what, widget.property(what) or ""
    match widget:
        case QTextEdit():
            yield "page", widget.toPlainText()
        case QComboBox():
            for at in range(widget.count()):
                yield (
                    "item",
                    f"{widget.itemText(at)} {widget.itemData(at, Qt.ItemDataRole.ToolTipRole) or ''}",
                )
        case QTabBar():
            for at in range(widget.count()):
                yield "tab", f"{widget.tabText(at)} {widget.tabToolTip(at)}"
        case QAbstractItemView() if widget.model() is not None:
            yield from _of_table(widget)


@cache
def _asked(kind: type[QWidget]) -> list[str]:
    """Which of the properties with texts such widgets have."""
    of_kind = kind.staticMetaObject
    return [what for what in _OF_WIDGETS if of_kind.indexOfProperty(what) >= 0]


def _of_table(view: QAbstractItemView) -> Iterator[tuple[str, str]]:
    model, root = view.model(), QModelIndex()
    try:
        rows, columns = model.rowCount(root), model.columnCount(root)
    except TypeError:  # a list: that it has one column is its own matter
        rows, columns = model.rowCount(), 1
    for role in _ROLES:
        for column in range(columns):
            yield "head", str(model.headerData(column, Qt.Orientation.Horizontal, role) or "")
            for row in range(min(rows, _MOST)):
                said = model.data(model.index(row, column), role)
                where = ", read aloud" * (role == _ROLES[-1])
                yield f"column {column}{where}", said if isinstance(said, str) else ""


def painted(widget: QWidget) -> list[str]:
    """Each text that it, and all in it, paint: Qt writes them into an SVG as they are."""
    buffer, made = QBuffer(), QSvgGenerator()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    made.setOutputDevice(buffer)
    made.setSize(widget.size())
    widget.render(made)
    return [
        unescape(text).strip()
        for text in re.findall(r"<text[^>]*>(.*?)</text>", buffer.data().data().decode(), re.DOTALL)
    ]


def canvas_said(window) -> dict[str, list[str]]:
    """The tips and context menus of the canvas, of each kind of thing on it."""
    canvas, state = window.canvas, window.session.state
    menus = ContextMenu(canvas, canvas.pointer, canvas.navigation, canvas.editing)
    said: dict[str, list[str]] = defaultdict(list)
    for hit in _hits(state.graph):
        said[f"tip of {hit.part}"].append(tip(canvas.picture, hit, state))
        menu = menus._menu(hit, QPointF())
        for each in (menu, *menu.findChildren(QMenu)):
            said[f"menu of {hit.part}"] += [action.text() for action in each.actions()]
    return said


def _hits(graph: Graph) -> Iterator[Hit]:
    yield Hit("ground")
    for block in graph.blocks[:2]:
        yield Hit("title", block=block.id)
    leaf = next(node.id for node in graph if node.is_leaf)
    for number in {leaf, next(node.id for node in graph if node.op == "tanh"), graph.target}:
        yield from (Hit(part, number) for part in ("title", "data", "grad", "badge", "out"))
        for port, source in enumerate(graph.nodes[number].inputs):
            if source is not None:
                yield from (Hit("in", number, port), Hit("wire", number, port))


_INDEX_AS_TYPED = re.compile(r"(?<![^\W\d])[^\W\d_]+\d*_\{?\d")


def indices_as_typed(said: dict[str, list[str]], code: str) -> list[str]:
    """What of that is for the eye and has ``w_1`` for w₁, and is not that code."""
    unseen = re.compile("tip of|ExpressionLine|Message message, text|.*(accessible|, read aloud)")
    return [
        f"{where}: {text}"
        for where, texts in said.items()
        if not unseen.match(where)
        for text in texts
        if text != code and _INDEX_AS_TYPED.search(text)
    ]


def names_in(graph: Graph) -> list[str]:
    """What is no text of the program's: names in the graph, and ops as code has them."""
    ops = [f"{op.name} {op.symbol} {op.text} {' '.join(op.slopes)}" for op in OPS.values()]
    return [*(node.label for node in graph), *(block.title for block in graph.blocks), *ops]
