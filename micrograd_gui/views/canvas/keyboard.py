"""The keyboard: the canvas worked without a pointer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from micrograd.language import N_, tr
from micrograd_gui.document.graph import NodeId, Role
from micrograd_gui.views.canvas.blocks import BlockNavigation
from micrograd_gui.views.canvas.host import WidgetHost
from micrograd_gui.views.canvas.inline_editor import InlineEditing
from micrograd_gui.views.canvas.pointer import Pointer
from micrograd_gui.views.canvas.tools import can_hold_value, modifier_factor, scrub_step, value_of
from micrograd_gui.views.canvas.wiring import KeyWiring
from micrograd_gui.views.hands import latin_key

KEYS: tuple[tuple[str, str], ...] = (
    (N_("Tab, Shift+Tab"), N_("select the next or the previous node; Esc selects none")),
    (N_("Alt+arrows"), N_("move the selected nodes")),
    (N_("Enter, or a digit"), N_("type the selected leaf's value, or a power's exponent")),
    (N_("A digit or + * /, or a double-click"), N_("with nothing selected: a node is typed there")),
    (N_("Up, Down"), N_("change the value a little; with Shift less")),
    ("F2", N_("rename the selected node")),
    ("M", N_("mark the selected leaf: input, parameter, plain value")),
    ("G", N_("make the selected node the target")),
    ("W", N_("wire the selected node: Tab or arrows choose a port, Enter connects, Esc leaves")),
    ("Shift+W", N_("take off a wire of the selected node: Tab or arrows choose it, Enter removes it")),
    ("X", N_("collapse the block of what is selected to one box, or open the selected box")),
    (N_("Enter, or a double-click"), N_("look into the selected box; Shift+Enter or Esc leads out again")),
    (N_("Ctrl+arrows"), N_("scroll")),
    (N_("Menu, Shift+F10"), N_("all that can be done with the selected node")),
    (N_("Space and drag, or the middle button"), N_("scroll")),
    (N_("Wheel"), N_("zoom at the pointer; with Shift, or sideways, scroll across")),
    (N_("Drag a number left or right"), N_("change it; Shift finer, Ctrl coarser")),
)
MOVE = 10.0  # scene units per press
_SCROLL = 80  # pixels per press
_Key = Qt.Key
_ARROWS = {_Key.Key_Left: (-1, 0), _Key.Key_Right: (1, 0), _Key.Key_Up: (0, -1), _Key.Key_Down: (0, 1)}
_MODIFIERS = (_Key.Key_Shift, _Key.Key_Control, _Key.Key_Alt, _Key.Key_AltGr, _Key.Key_Meta)
_ENTER = (_Key.Key_Return, _Key.Key_Enter)
_NEXT_ROLE: dict[Role, Role] = {"": "input", "input": "parameter", "parameter": ""}
_Mods = Qt.KeyboardModifier
_TYPING = (_Mods.NoModifier, _Mods.ShiftModifier)
_BEGIN_A_NODE = "0123456789+*/×÷·√-−"  # with nothing selected


def written_keys(keys: QKeySequence | str) -> str:
    """How these keys are written on this system, in the language of its window: ``Strg+L``, ``⌘L``."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


class Keyboard:
    """Turns key presses on a canvas into verbs. While a key is held down all that it does is one undo."""

    def __init__(
        self, host: WidgetHost, pointer: Pointer, navigation: BlockNavigation, editing: InlineEditing
    ) -> None:
        self.host, self.pointer, self.navigation, self.editing = host, pointer, navigation, editing
        self._held: object | None = None

    def wants(self, event: QKeyEvent) -> bool:
        """Whether the key is the canvas's own, before a shortcut of the window takes it."""
        if self.pointer.tool is not None:
            return event.key() in (_Key.Key_Escape, _Key.Key_Tab, _Key.Key_Backtab, *_ENTER, *_ARROWS)
        modifiers = _plain(event)
        if event.key() in _ARROWS:
            return modifiers in (_Mods.AltModifier, _Mods.ControlModifier)
        plain = modifiers in (_Mods.NoModifier, _Mods.ShiftModifier)
        if event.key() == _Key.Key_X:
            return modifiers == _Mods.NoModifier  # with Shift an op is taken apart
        return plain and event.key() in (_Key.Key_W, _Key.Key_M)

    def press(self, event: QKeyEvent) -> bool:
        """Do what the key stands for; False where it is none of the canvas's."""
        if event.key() == _Key.Key_Space and not event.isAutoRepeat():
            self.pointer.hold_space(True)
            return True
        session, key, modifiers = self.host.session, latin_key(event), _plain(event)
        if isinstance(self.pointer.tool, KeyWiring):
            return self._choose(self.pointer.tool, key)
        if key == _Key.Key_Escape and self.pointer.tool is not None:
            self.pointer.end_tool(cancel=True)
            return True
        if key in _ARROWS:
            return self._arrow(_ARROWS[_Key(key)], modifiers)
        if modifiers in (_Mods.NoModifier, _Mods.ShiftModifier) and self._on_block(key, modifiers):
            return True
        if key == _Key.Key_Escape and session.state.selection:
            session.select(())
            return True
        selected = session.state.selected
        if selected is None and modifiers in _TYPING and event.text() and event.text() in _BEGIN_A_NODE:
            self.host.type_node(event.text())
            return True
        if selected is None or modifiers not in (_Mods.NoModifier, _Mods.ShiftModifier):
            return False
        return self._on_node(event, key, modifiers, selected)

    def release(self, event: QKeyEvent) -> None:
        """The key is up: what follows is another edit."""
        if event.isAutoRepeat():
            return
        if event.key() == _Key.Key_Space:
            self.pointer.hold_space(False)
        elif event.key() in _ARROWS or event.key() == _Key.Key_Alt:
            self._held = None

    def leave(self) -> None:
        """The focus goes elsewhere: nothing is held or half chosen any more."""
        self.pointer.hold_space(False)
        self._held = None
        if isinstance(self.pointer.tool, KeyWiring):
            self.pointer.end_tool(cancel=True)

    def tab(self, forwards: bool) -> bool:
        """Select the node that follows in the order of the pass; False at the end, where focus goes on."""
        host = self.host
        if isinstance(self.pointer.tool, KeyWiring):
            self.pointer.tool.turn(1 if forwards else -1)
            return True
        order = host.graph_scene.in_turn()
        if not order:
            return False
        chosen = [place for place, key in enumerate(order) if key in host.picture.chosen]
        if not chosen or len(chosen) == len(order) > 1:  # of all nodes none is the last
            place = 0 if forwards else len(order) - 1
        else:
            place = chosen[-1] + 1 if forwards else chosen[0] - 1
            if not 0 <= place < len(order):
                return False
        host.session.select(host.graph_scene.nodes_of((order[place],)))
        host.show_node(order[place])
        return True

    def _on_block(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Collapse, open, look into, lead out."""
        navigation, plain = self.navigation, modifiers == _Mods.NoModifier
        if key == _Key.Key_X and plain:
            return navigation.toggle_selected()
        if (key in _ENTER and not plain) or (key == _Key.Key_Escape and not self.host.look.projector):
            return navigation.leave()
        return key in _ENTER and navigation.enter_selected()

    def _on_node(self, event: QKeyEvent, key: int, modifiers: Qt.KeyboardModifier, selected: NodeId) -> bool:
        host, session = self.host, self.host.session
        graph = session.state.graph
        node, text = graph.nodes[selected], event.text()
        if key == _Key.Key_W:
            self._start_wiring(selected, remove=modifiers == _Mods.ShiftModifier)
        elif key == _Key.Key_M and node.is_leaf:
            host.attempt(session.mark, selected, _NEXT_ROLE[node.role])
        elif key == _Key.Key_G:
            host.attempt(session.set_target, selected)
        elif key == _Key.Key_F2:
            self.editing.label(selected)
        elif key in _ENTER and can_hold_value(graph, selected):
            self.editing.value(selected)
        elif text and text in "0123456789-−." and can_hold_value(graph, selected):
            self.editing.value(selected, text)
        else:
            return False
        return True

    def _start_wiring(self, number: NodeId, *, remove: bool) -> None:
        """Choose a wire of the node with keys."""
        scene = self.host.graph_scene
        if scene.key(number) is None:
            return
        wiring = KeyWiring(self.host, number, remove=remove)
        if not wiring.choices:
            name = scene.graph.nodes[number].name
            lacking = tr("{name} has no wire.") if remove else tr("There is no free port for {name}.")
            self.host.refuse(lacking.format(name=name), number)
            return
        self.pointer.start(wiring)

    def _arrow(self, way: tuple[int, int], modifiers: Qt.KeyboardModifier) -> bool:
        host, session = self.host, self.host.session
        state = session.state
        if modifiers == _Mods.ControlModifier:
            host.scroll_by(QPoint(way[0] * _SCROLL, way[1] * _SCROLL))
            return True
        if modifiers == _Mods.AltModifier and state.selection:
            if host.graph_scene.folding.stand is not None:
                return True  # in a hall everything stands where it is seen from the back row
            self._held = self._held or object()
            host.freeze_places()
            places = host.graph_scene.graph.places
            moved = {
                number: (places[number][0] + way[0] * MOVE, places[number][1] + way[1] * MOVE)
                for number in host.graph_scene.folding.whole(session.state.selection)
            }
            session.move(moved, self._held)
            return True
        plain = modifiers in (_Mods.NoModifier, _Mods.ShiftModifier)
        if plain and way[1] and state.selected is not None and can_hold_value(state.graph, state.selected):
            self._held = self._held or object()
            value = value_of(state.graph, state.selected)
            exponent = not state.graph.nodes[state.selected].is_leaf
            step = scrub_step(value, exponent=exponent) * 10 * modifier_factor(modifiers)
            host.attempt(session.set_value, state.selected, round(value - way[1] * step, 12), self._held)
            return True
        return False

    def _choose(self, wiring: KeyWiring, key: int) -> bool:
        if key in _MODIFIERS:
            return True
        if key in _ARROWS:
            wiring.turn(1 if sum(_ARROWS[_Key(key)]) > 0 else -1)
        elif key in _ENTER:
            self.pointer.end_tool()
            wiring.accept()
        else:
            self.pointer.end_tool(cancel=True)
            return key == _Key.Key_Escape
        return True


def _plain(event: QKeyEvent) -> Qt.KeyboardModifier:
    return event.modifiers() & ~_Mods.KeypadModifier
