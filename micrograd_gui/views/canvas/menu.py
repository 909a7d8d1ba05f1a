"""The context menus: what can be done with a node, a block, a wire, or the ground."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPointF
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication
from PySide6.QtWidgets import QMenu

from micrograd.language import N_, tr
from micrograd_gui.document.block import BlockId, block_of, is_block
from micrograd_gui.document.graph import NodeId, Role
from micrograd_gui.document.text import as_shown
from micrograd_gui.views.canvas.blocks import BlockNavigation
from micrograd_gui.views.canvas.hit import Hit
from micrograd_gui.views.canvas.host import WidgetHost
from micrograd_gui.views.canvas.inline_editor import InlineEditing
from micrograd_gui.views.canvas.keyboard import written_keys
from micrograd_gui.views.canvas.pointer import Pointer
from micrograd_gui.views.canvas.tools import can_hold_value

_ROLES: tuple[tuple[str, Role], ...] = (
    (N_("&Input"), "input"),
    (N_("&Parameter"), "parameter"),
    (N_("P&lain value"), ""),
)
_LETTER = re.compile(r"(?<!&)&([^&\s])")
_MARK = re.compile(r"\s?\(&\w\)|(?<!&)&(?!&)")


def give_letters(menu: QMenu) -> None:
    """No letter stands for two rows: one whose letter is taken gets another of its own, or none.

    Rows that stand in other menus, too, keep theirs.
    """
    wanted = [found[1].upper() for row in menu.actions() if (found := _LETTER.search(row.text()))]
    taken = set[str]()
    for row in sorted(menu.actions(), key=lambda row: row.parent() is menu):
        text, tab, keys = row.text().partition("\t")
        found = _LETTER.search(text)
        if found is None:
            continue
        letter = found[1].upper()
        if letter in taken and row.parent() is menu:
            text = _MARK.sub("", text)
            free = (at for at, each in enumerate(text.upper()) if "A" <= each <= "Z" and each not in wanted)
            if (at := next(free, None)) is not None:
                letter, text = text[at].upper(), f"{text[:at]}&{text[at:]}"
                wanted.append(letter)
            row.setText(text + tab + keys)
        taken.add(letter)


class ContextMenu:
    """Opens the menu that fits what is under the pointer, or what is selected."""

    def __init__(
        self, host: WidgetHost, pointer: Pointer, navigation: BlockNavigation, editing: InlineEditing
    ) -> None:
        self.host, self.pointer, self.navigation, self.editing = host, pointer, navigation, editing

    def open(self, position: QPointF | None) -> None:
        """Open the menu for what is at that pixel, or (None) for the selected node."""
        host, state = self.host, self.host.session.state
        selected, key = state.selected, host.graph_scene.key(state.selected)
        if position is None and selected is not None and key is not None:
            found = Hit("title", block=block_of(key)) if is_block(key) else Hit("title", selected)
            position = host.viewportTransform().map(host.graph_scene.box_of(key).center())
        else:
            position = position or QPointF(host.viewport().rect().center())
            found = self.pointer.hit(position)
        if found.block is not None and found.part != "wire":
            if not state.graph.within(found.block) <= state.selection:
                host.session.select_block(found.block)
        elif found.on_box and found.node is not None and found.node not in state.selection:
            host.session.select((found.node,))
        menu = self._menu(found, host.scene_point(position))
        menu.popup(host.viewport().mapToGlobal(position.toPoint()))

    def _menu(self, hit: Hit, point: QPointF) -> QMenu:
        menu = QMenu(self.host.viewport())
        menu.setObjectName("canvas_menu")
        menu.aboutToHide.connect(menu.deleteLater)
        if hit.part == "wire" and hit.wire is not None:
            self._add(menu, tr("&Remove wire"), self.host.session.disconnect, *hit.wire)
        elif hit.block is not None:
            self._block(menu, hit.block)
        elif hit.node is not None:
            self._node(menu, hit.node)
        else:
            self._ground(menu, point)
        give_letters(menu)
        return menu

    def _node(self, menu: QMenu, number: NodeId) -> None:
        session, state = self.host.session, self.host.session.state
        node = state.graph.nodes[number]
        menu.addAction(tr("Re&name"), lambda: self.editing.label(number))
        if can_hold_value(state.graph, number):
            text = tr("Set &value") if node.is_leaf else tr("Set e&xponent")
            menu.addAction(text, lambda: self.editing.value(number))
        if node.is_leaf:
            menu.addSeparator()
            group = QActionGroup(menu)
            for text, role in _ROLES:
                action = self._add(menu, tr(text), session.mark, number, role)
                action.setCheckable(True)
                action.setChecked(node.role == role)
                group.addAction(action)
        menu.addSeparator()
        self._add(menu, tr("Make &target"), session.set_target, number).setEnabled(
            state.graph.target != number
        )
        self._add(menu, tr("Nudge by &h"), session.nudge, number)
        if not node.is_leaf:
            self._add(menu, tr("Let it act ne&xt") + "\tN", session.act_next, number)
            for verb in ("expand", "fold"):  # what it needs is the window's
                if (found := self.host.viewport().window().findChild(QAction, verb)) is not None:
                    menu.addAction(found)
        menu.addSeparator()
        for port, source in enumerate(node.inputs):
            if source is not None:
                name = as_shown(state.graph.nodes[source].name).replace("&", "&&")
                text = tr("Take off the wire from {name}", name=name)
                self._add(menu, text, session.disconnect, number, port)
        around = next((block for block in state.graph.blocks if number in block.members), None)
        if around is not None and around.id in self.host.graph_scene.frames:
            text = tr("&Collapse {title}", title=as_shown(around.title)) + "\tX"
            menu.addAction(text, lambda: self.navigation.toggle(around.id))
        menu.addAction(tr("Duplicat&e"), lambda: self.host.create_nodes(session.duplicate))
        self._add(menu, tr("&Delete"), session.delete)

    def _block(self, menu: QMenu, number: BlockId) -> None:
        session, state = self.host.session, self.host.session.state
        block = next(each for each in state.graph.blocks if each.id == number)
        text = tr("&Open") if block.collapsed else tr("&Collapse")
        menu.addAction(f"{text}\tX", lambda: self.navigation.toggle(number))
        text = tr("&Look inside") + "\t" + written_keys("Enter")
        menu.addAction(text, lambda: self.navigation.enter(number))
        if block.collapsed and block.output is not None:
            menu.addAction(tr("Re&name") + "\tF2", partial(self.editing.label, block.output))
        menu.addSeparator()
        if block.output is not None:
            self._add(menu, tr("Make &target"), session.set_target, block.output).setEnabled(
                state.graph.target != block.output
            )
            self._add(menu, tr("Nudge by &h"), session.nudge, block.output)
            menu.addSeparator()
        nodes = state.graph.within(number)
        self._add(menu, tr("Un&group"), session.ungroup, number)
        menu.addAction(tr("Duplicat&e"), lambda: self.host.create_nodes(session.duplicate, nodes))
        self._add(menu, tr("&Delete"), session.delete, nodes)

    def _ground(self, menu: QMenu, point: QPointF) -> None:
        session = self.host.session
        text = QGuiApplication.clipboard().text()
        at = (point.x(), point.y())
        paste = menu.addAction(tr("&Paste"), lambda: self.host.create_nodes(self.host.paste_at, text, at))
        paste.setEnabled(bool(text.strip()))
        some = bool(self.host.session.state.graph.nodes)
        self._add(menu, tr("&Select all"), session.select_all).setEnabled(some)
        menu.addAction(tr("&Fit"), self.host.fit).setEnabled(some)
        if self.navigation.block is not None:
            text = tr("&Back out") + "\t" + written_keys("Shift+Enter")
            menu.addAction(text, self.navigation.leave)

    def _add(self, menu: QMenu, text: str, verb: Callable[..., object], *args: object) -> QAction:
        return menu.addAction(text, lambda: self.host.attempt(verb, *args))
