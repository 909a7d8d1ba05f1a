"""The context menus: what can be done with a node, a wire, or the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import QMenu

from micrograd_gui.document.graph import NodeId, Role
from micrograd_gui.views.canvas.gestures import can_hold_value
from micrograd_gui.views.canvas.hit import Hit

if TYPE_CHECKING:
    from micrograd_gui.views.canvas.view import CanvasView

_ROLES: tuple[tuple[str, Role], ...] = (
    ("&Input", "input"),
    ("&Parameter", "parameter"),
    ("P&lain value", ""),
)


def open_menu(view: CanvasView, position: QPointF | None) -> None:
    """Open the menu for what is at that pixel, or (None) for the selected node."""
    selected = view.bridge.state.selected
    if position is None and selected is not None:
        position, found = view.viewportTransform().map(view.box_of(selected).center()), Hit("title", selected)
    else:
        position = position or QPointF(view.viewport().rect().center())
        found = view.pointer.hit(position)
    if found.on_box and found.node is not None and found.node not in view.bridge.state.selection:
        view.bridge.session.select((found.node,))
    menu = _menu(view, found, view.scene_point(position))
    menu.popup(view.viewport().mapToGlobal(position.toPoint()))


def _menu(view: CanvasView, hit: Hit, point: QPointF) -> QMenu:
    menu = QMenu(view)
    menu.setObjectName("canvas_menu")
    menu.aboutToHide.connect(menu.deleteLater)
    if hit.part == "wire" and hit.wire is not None:
        _add(view, menu, "&Remove wire", view.bridge.session.disconnect, *hit.wire)
    elif hit.node is not None:
        _node(view, menu, hit.node)
    else:
        _ground(view, menu, point)
    return menu


def _node(view: CanvasView, menu: QMenu, number: NodeId) -> None:
    session, state = view.bridge.session, view.bridge.state
    node = state.graph.nodes[number]
    menu.addAction("Re&name", lambda: view.edit_label(number))
    if can_hold_value(view, number):
        text = "Set &value" if node.is_leaf else "Set e&xponent"
        menu.addAction(text, lambda: view.edit_value(number))
    if node.is_leaf:
        menu.addSeparator()
        group = QActionGroup(menu)
        for text, role in _ROLES:
            action = _add(view, menu, text, session.mark, number, role)
            action.setCheckable(True)
            action.setChecked(node.role == role)
            group.addAction(action)
    menu.addSeparator()
    _add(view, menu, "Make &target", session.set_target, number).setEnabled(state.graph.target != number)
    _add(view, menu, "Nudge by &h", session.nudge, number)
    menu.addSeparator()
    for port, source in enumerate(node.inputs):
        if source is not None:
            text = f"Take off the wire from {state.graph.nodes[source].name}".replace("&", "&&")
            _add(view, menu, text, session.disconnect, number, port)
    _add(view, menu, "D&uplicate", session.duplicate)
    _add(view, menu, "&Delete", session.delete)


def _ground(view: CanvasView, menu: QMenu, point: QPointF) -> None:
    session = view.bridge.session
    text = QGuiApplication.clipboard().text()
    _add(view, menu, "&Paste", session.paste, text, (point.x(), point.y())).setEnabled(bool(text.strip()))
    some = bool(view.bridge.state.graph.nodes)
    _add(view, menu, "Select &all", session.select_all).setEnabled(some)
    menu.addAction("&Fit", view.fit).setEnabled(some)


def _add(view: CanvasView, menu: QMenu, text: str, verb, *args):
    return menu.addAction(text, lambda: view.bridge.attempt(verb, *args))
