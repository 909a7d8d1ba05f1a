"""The context menus: what can be done with a node, a wire, or the ground."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import QMenu

from micrograd_gui.document.block import BlockId
from micrograd_gui.document.graph import NodeId, Role
from micrograd_gui.views.canvas.hit import Hit
from micrograd_gui.views.canvas.tools import can_hold_value

if TYPE_CHECKING:
    from micrograd_gui.views.canvas.view import CanvasView

_ROLES: tuple[tuple[str, Role], ...] = (
    ("&Input", "input"),
    ("&Parameter", "parameter"),
    ("P&lain value", ""),
)


def open_menu(view: CanvasView, position: QPointF | None) -> None:
    """Open the menu for what is at that pixel, or (None) for the selected node."""
    state = view.bridge.state
    selected, key = state.selected, view.index.key(state.selected)
    if position is None and selected is not None and key is not None:
        found = Hit("title", selected) if key >= 0 else Hit("title", block=-key)
        position = view.viewportTransform().map(view.box_of(key).center())
    else:
        position = position or QPointF(view.viewport().rect().center())
        found = view.pointer.hit(position)
    if found.block is not None and found.part != "wire":
        if not state.graph.within(found.block) <= state.selection:
            view.bridge.session.select_block(found.block)
    elif found.on_box and found.node is not None and found.node not in view.bridge.state.selection:
        view.bridge.session.select((found.node,))
    menu = _menu(view, found, view.scene_point(position))
    menu.popup(view.viewport().mapToGlobal(position.toPoint()))


def _menu(view: CanvasView, hit: Hit, point: QPointF) -> QMenu:
    menu = QMenu(view)
    menu.setObjectName("canvas_menu")
    menu.aboutToHide.connect(menu.deleteLater)
    if hit.part == "wire" and hit.wire is not None:
        _add(view, menu, "&Remove wire", view.bridge.session.disconnect, *hit.wire)
    elif hit.block is not None:
        _block(view, menu, hit.block)
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
    around = next((block for block in state.graph.blocks if number in block.members), None)
    if around is not None and around.id in view.index.frames:
        text = f"&Collapse {around.title}\tX"
        menu.addAction(text, lambda: view.inside.toggle(around.id))
    menu.addAction("D&uplicate", lambda: view.make(session.duplicate))
    _add(view, menu, "&Delete", session.delete)


def _block(view: CanvasView, menu: QMenu, number: BlockId) -> None:
    session, state = view.bridge.session, view.bridge.state
    block = next(each for each in state.graph.blocks if each.id == number)
    text = "&Open" if block.collapsed else "&Collapse"
    menu.addAction(f"{text}\tX", lambda: view.inside.toggle(number))
    menu.addAction("&Look inside\tEnter", lambda: view.inside.enter(number))
    if block.collapsed and block.output is not None:
        menu.addAction("Re&name\tF2", partial(view.edit_label, block.output))
    menu.addSeparator()
    if block.output is not None:
        _add(view, menu, "Make &target", session.set_target, block.output).setEnabled(
            state.graph.target != block.output
        )
        _add(view, menu, "Nudge by &h", session.nudge, block.output)
        menu.addSeparator()
    nodes = state.graph.within(number)
    _add(view, menu, "Un&group", session.ungroup, number)
    menu.addAction("D&uplicate", lambda: view.make(session.duplicate, nodes))
    _add(view, menu, "&Delete", session.delete, nodes)


def _ground(view: CanvasView, menu: QMenu, point: QPointF) -> None:
    session = view.bridge.session
    text = QGuiApplication.clipboard().text()
    paste = menu.addAction("&Paste", lambda: view.make(session.paste, text, (point.x(), point.y())))
    paste.setEnabled(bool(text.strip()))
    some = bool(view.bridge.state.graph.nodes)
    _add(view, menu, "Select &all", session.select_all).setEnabled(some)
    menu.addAction("&Fit", view.fit).setEnabled(some)
    if view.inside.block is not None:
        menu.addAction("&Back out\tShift+Enter", view.inside.leave)


def _add(view: CanvasView, menu: QMenu, text: str, verb, *args):
    return menu.addAction(text, lambda: view.bridge.attempt(verb, *args))
