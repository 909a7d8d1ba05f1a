"""What micrograd's users do with a Value besides computing: `_op`, a `_backward` of their own, pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from micrograd.ops import Op

if TYPE_CHECKING:
    from micrograd.engine import Value


class DropIn:
    """Where a Value came from, under the names that code written for karpathy/micrograd uses."""

    __slots__ = ("_prev", "_rule", "__dict__", "__weakref__")
    label = _text = ""  # for all: only a Value that is given a label or a text pays for it
    _prev: tuple[Value, ...]
    _rule: Op | Callable[[], None] | None  # what passes the grad back: an op, a user's own function, nothing

    @property
    def op(self) -> Op | None:
        """The row of the table this came from; None for a leaf, and for an op of a user's own."""
        return self._rule if isinstance(self._rule, Op) else None

    @op.setter
    def op(self, op: Op | None) -> None:
        self._rule = op

    @property
    def _op(self) -> str:
        """micrograd's text of the op: "+", "**3", "ReLU"; empty for a leaf."""
        return self._rule.op_text if isinstance(self._rule, Op) else self._text

    @_op.setter
    def _op(self, text: str) -> None:
        self._text = text
        self._rule = getattr(self, "_rule", None)  # a subclass's own constructor may set no more than this

    @property
    def _backward(self) -> Callable[[], None]:
        """The chain rule at this node; a function put in its place makes the op the user's own."""
        rule = self._rule
        return self._pass_back if rule is None or isinstance(rule, Op) else rule

    @_backward.setter
    def _backward(self, own: Callable[[], None]) -> None:
        rule = getattr(self, "_rule", None)  # not there yet where a subclass has a constructor of its own
        if isinstance(rule, Op):
            self._text = rule.op_text
        self._rule = own

    def _pass_back(self: Any) -> None:
        """operand.grad += slope × self.grad, for each operand."""
        if isinstance(self._rule, Op):
            slopes = self._rule.partials(*[x.data for x in self._prev], self.data)
            for x, slope in zip(self._prev, slopes, strict=True):
                x.grad += slope * self.grad

    def _repr_mimebundle_(self: Any, **_: Any) -> dict[str, str]:
        """A notebook shows the graph; a large one, or where there is no Graphviz, as text."""
        from micrograd.dot import mimebundle

        return mimebundle(self)
