"""What a window tells a screen reader: what can be pressed, typed in or chosen, and what it lacks."""

import re
from collections.abc import Iterator

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QComboBox, QLabel, QTabBar, QWidget

_Role = QAccessible.Role
NAMED = {
    _Role.Button, _Role.ButtonMenu, _Role.ButtonDropDown, _Role.CheckBox, _Role.RadioButton,
    _Role.EditableText, _Role.SpinBox, _Role.Slider, _Role.Table, _Role.List, _Role.ListItem, _Role.Tree,
    _Role.PageTab, _Role.PageTabList, _Role.MenuItem, _Role.ProgressBar, _Role.Chart, _Role.Graphic,
    _Role.Dialog, _Role.Window, _Role.ColumnHeader, _Role.ToolBar,
}  # fmt: skip
_OF_QT = ("qt_scrollarea_viewport", "ScrollLeftButton", "ScrollRightButton")
NO_ROLES = (_Role.NoRole, _Role.Client, _Role.Pane, _Role.LayeredPane)
_MANY = 12  # rows and items of a table or list that are looked at: the others are made alike


def walk(thing: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """It, and all that is in it; of long lists and tables what comes first."""
    yield thing
    many = thing.role() in (_Role.List, _Role.Table)
    for at in range(min(thing.childCount(), _MANY) if many else thing.childCount()):
        child = thing.child(at)
        if child is not None and child.isValid():
            yield from walk(child)


def told_of(widget: QWidget) -> QAccessibleInterface:
    """What a screen reader is told of that widget."""
    thing = QAccessible.queryAccessibleInterface(widget)
    assert thing is not None
    return thing


def name_of(thing: QAccessibleInterface) -> str:
    return thing.text(QAccessible.Text.Name)


def label_of(choice: QAccessibleInterface) -> str:
    """Of a list to choose from Qt tells the choice in place of the name: the label beside it has that."""
    labels = [other for other, how in choice.relations() if how == QAccessible.RelationFlag.Label]
    return name_of(labels[0]) if labels else ""


def untold(root: QWidget) -> list[str]:
    """Each control in the widget that has no name in words, or can have the focus and says not what it is."""
    return [
        f"{thing.role().name} {_where(thing)}: {lacking}"
        for thing in walk(told_of(root))
        if not _is_of_qt(thing) and (lacking := _lacking(thing))
    ]


def _lacking(thing: QAccessibleInterface) -> str:
    role, focusable = thing.role(), thing.state().focusable
    if focusable and role in NO_ROLES:
        return "what is it?"
    if role == _Role.ComboBox:
        said = label_of(thing)
    elif (focusable or role in NAMED) and role != _Role.Cell:
        said = name_of(thing)
    else:
        return ""
    return "" if re.search(r"[^\W\d_]", said) else f"no name but “{said}”"


def _is_of_qt(thing: QAccessibleInterface) -> bool:
    """Parts that Qt makes and a screen reader leaves out, or tells as what they are in."""
    widget, above = thing.object(), thing.parent()
    if isinstance(widget, QLabel) and not name_of(thing):
        return True  # nothing is said, or a picture beside words
    if isinstance(widget, QWidget) and widget.objectName() in _OF_QT:
        return True
    if isinstance(widget, QTabBar) and not widget.count():
        return True  # Qt keeps such rows for panes that may come
    over = None if above is None else above.parent()
    return any(each is not None and isinstance(each.object(), QComboBox) for each in (above, over))


def _where(thing: QAccessibleInterface) -> str:
    """The nearest widget with a name for programs, and what is told of it."""
    at = thing
    while at is not None and (at.object() is None or not at.object().objectName()):
        at = at.parent()
    return f"“{name_of(thing)}” in {at.object().objectName() if at is not None else 'nothing'}"
