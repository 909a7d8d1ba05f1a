"""Blocks, edits, steps and views in any order: the picture is always what a fresh one would be."""

import random

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QMenu

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.networks import BlockSpec
from micrograd_gui.files.documents import load_example
from micrograd_gui.views.canvas.scene import Scene

KEYS = (
    Qt.Key.Key_X,
    Qt.Key.Key_Return,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Tab,
    Qt.Key.Key_W,
    Qt.Key.Key_Down,
    Qt.Key.Key_F2,
)


class Hand:
    """Does one thing after the other, whatever it is just then."""

    def __init__(self, desk, seed: int) -> None:
        self.desk, self.view, self.session = desk, desk.view, desk.session
        self.dice = random.Random(seed)
        self.things = [getattr(self, name) for name in sorted(dir(Hand)) if name.startswith("do_")]

    def act(self) -> None:
        try:
            self.dice.choice(self.things)()
        except Refusal:
            return

    def node(self) -> int:
        nodes = list(self.desk.graph.nodes)
        if not nodes:
            raise Refusal("There is no node.")
        return self.dice.choice(nodes)

    def block(self) -> int:
        if not self.desk.graph.blocks:
            raise Refusal("There is no block.")
        return self.dice.choice(self.desk.graph.blocks).id

    def do_toggle(self) -> None:
        self.view.navigation.toggle(self.block())

    def do_enter(self) -> None:
        self.view.navigation.enter(self.block())

    def do_leave(self) -> None:
        self.view.navigation.leave()

    def do_undo(self) -> None:
        self.session.undo()

    def do_redo(self) -> None:
        self.session.redo()

    def do_delete(self) -> None:
        self.session.delete({self.node() for _ in range(self.dice.choice((1, 2, 4)))})

    def do_duplicate(self) -> None:
        self.view.create_nodes(self.session.duplicate, self.desk.graph.within(self.block()))

    def do_disconnect(self) -> None:
        self.session.disconnect(self.node(), 0)

    def do_connect(self) -> None:
        self.session.connect(self.node(), self.node())

    def do_add(self) -> None:
        kind = self.dice.choice(("neuron", "layer", "mlp", "loss"))
        self.view.create_nodes(self.session.add_block, BlockSpec(kind, layers=(2, 1), inputs=2))

    def do_move(self) -> None:
        self.session.move({self.node(): (self.dice.uniform(-900, 900), self.dice.uniform(-900, 900))})

    def do_set(self) -> None:
        self.session.set_value(self.node(), self.dice.random())

    def do_step(self) -> None:
        self.session.backward_step()

    def do_ungroup(self) -> None:
        if self.dice.random() < 0.3:
            self.session.ungroup(self.block())

    def do_select(self) -> None:
        self.session.select_block(self.block())

    def do_key(self) -> None:
        self.desk.key(self.dice.choice(KEYS))

    def do_menu(self) -> None:
        size = self.view.viewport().size()
        at = QPointF(self.dice.randrange(size.width()), self.dice.randrange(size.height()))
        self.view.pointer.hover(at)
        self.view.open_menu(at)
        for menu in self.view.findChildren(QMenu):
            menu.close()


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_the_picture_is_that_of_the_graph(desk, seed):
    desk.open_graph(load_example(("xor", "mlp", "lecture")[seed % 3]))
    hand = Hand(desk, seed)
    for _ in range(120):
        hand.act()
        desk.settle()
        scene, fresh = desk.view.graph_scene, Scene(desk.graph, desk.view.navigation.block)
        assert dict(scene.nodes) == dict(fresh.nodes)
        assert scene.curves == fresh.curves
        assert scene.boxes == fresh.boxes
        assert scene.frames == fresh.frames
        assert scene.leaving == fresh.leaving
        assert desk.view.picture.chosen <= scene.boxes.keys()
