"""Found: the numbers that a notebook, or a run with a bug, has otherwise than this run."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from micrograd.language import again, tr
from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.text import NOT_YET, told_apart, without_marks, written

WRONG_RUN: Literal["wrong run"] = "wrong run"  # as in code


class Apart(Struct, frozen=True):
    """A number that is another one than that of the run; None: it is not there yet.

    ``other`` is the notebook's own or the wrong run's, ``fresh`` what the run gives.
    """

    other: float | None
    fresh: float | None


class Found(Struct, frozen=True, eq=False):
    """What was found in live values, or in a run with a bug, where it is not what a right run gives.

    Attributes:
        node: The node at which it begins.
        sentence: The finding, in the library's words.
        data, grad: The numbers that differ, by node.
        dismissed: Whether the sentence has been read and taken from the status bar.
        whose: Who has the other numbers.
    """

    node: NodeId
    sentence: str
    data: dict[NodeId, Apart]
    grad: dict[NodeId, Apart]
    dismissed: bool = False
    whose: Literal["notebook", "wrong run"] = "notebook"

    def shows(self, node: NodeId, field: str) -> tuple[str, str] | None:
        """The other number and that of the run, told apart; None where they do not differ."""
        apart = self.apart(node, field)
        return None if apart is None else self.texts(apart)

    @staticmethod
    def texts(apart: Apart) -> tuple[str, str]:
        """Both numbers, told apart."""
        if apart.other is None or apart.fresh is None:
            texts = [tr(NOT_YET) if each is None else written(each) for each in (apart.other, apart.fresh)]
            return texts[0], texts[1]
        other, fresh = told_apart((apart.other, apart.fresh))
        return other, fresh

    def fresh(self, node: NodeId, field: str) -> float | None:
        """What the run gives there; None where both have the same."""
        apart = self.apart(node, field)
        return None if apart is None else apart.fresh

    def apart(self, node: NodeId, field: str) -> Apart | None:
        """Both numbers; None where they do not differ."""
        return (self.data if field == "data" else self.grad if field == "grad" else {}).get(node)

    @property
    def said(self) -> str:
        """The finding as a window says it, which would show the marks of code as they are."""
        return without_marks(again(self.sentence))

    @property
    def tag(self) -> str:
        """What stands on the node at which it begins."""
        return tr("the notebook differs") if self.whose == "notebook" else tr("differs first")

    @property
    def beside(self) -> str:
        """What the run is called beside that."""
        return tr("a fresh run") if self.whose == "notebook" else tr("the right run")

    @property
    def nodes(self) -> frozenset[NodeId]:
        """The nodes at which a number differs, with the one at which it begins."""
        return frozenset((self.node, *self.data, *self.grad))
