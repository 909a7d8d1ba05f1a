"""A row of a check: a node, its slope by backward and as it is measured, and what is said of the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, assert_never

from micrograd.language import again, tr


class Verdict(Enum):
    """What a check says of a node's slopes; the value is it in words."""

    AGREE = "agree"
    KINK = "agree but for a kink"
    ACCUMULATED = "accumulated"  # the grad that stands on the node is of several passes: nothing to compare
    DIFFER = "differ"
    CANNOT_TELL = "cannot be told"
    NOT_CHECKED = "not checked"


class Reason(Enum):
    """What is special about a node's slopes, and hence what the verdict on them rests on."""

    KINK = "the root bends here: any slope between the left and the right one is right"
    BOTH_ZERO = "both slopes are 0"
    H_TOO_LARGE = "only the difference is off, for h is too large: a smaller step or the complex step agrees"
    H_TOO_SMALL = "only the difference is off, by no more than rounding: the complex step agrees"
    ROUNDING = "the last places of the numbers move the slope by as much as it is"
    TOO_SMALL = "both slopes are too small to be told from 0"
    NOT_FINITE = "a number is inf or nan; the detail says where that began"
    NO_SLOPE = "the slope itself is inf or nan here; the detail says why"
    OWN_OP = "a user's own op, which the detail names, stands between the node and the root"

    def words(self, detail: str = "") -> str:
        """In a few words, with the detail where there is one: "kink", "not finite: log of 0"."""
        match self:
            case Reason.KINK:
                return tr("kink")
            case Reason.BOTH_ZERO:
                return tr("both zero but for rounding") if detail else tr("both zero")
            case Reason.H_TOO_LARGE:
                return tr("h too large")
            case Reason.H_TOO_SMALL:
                return tr("h too small")
            case Reason.ROUNDING:
                return tr("cannot be told: rounding")
            case Reason.TOO_SMALL:
                return tr("too small to be told")
            case Reason.NOT_FINITE:
                return tr("not finite: {detail}", detail=again(detail))
            case Reason.NO_SLOPE:
                return tr("slope is {detail}", detail=again(detail))
            case Reason.OWN_OP:
                return tr("behind your own op {op!r}, which cannot be computed again", op=detail)
        assert_never(self)


def verdict_by(ok: bool | None, reason: Reason | None) -> Verdict:
    """The verdict on slopes that agree, differ, or neither, for that reason."""
    if ok is None:
        return Verdict.NOT_CHECKED if reason is Reason.OWN_OP else Verdict.CANNOT_TELL
    if not ok:
        return Verdict.DIFFER
    return Verdict.KINK if reason is Reason.KINK else Verdict.AGREE


@dataclass(frozen=True, slots=True)
class Row:
    """One node: its slope as backward gives it, as it is measured, and whether the two agree.

    Attributes:
        label, data: the node's.
        analytic: d root / d node as backward gives it.
        numeric: the same by a difference, or by the complex step where none is good enough; nan behind a
            user's own op.
        error: how far apart they are, relative to the larger of the two.
        ok: whether they agree; None where that is not checked, or cannot be told.
        reason: what is special; None where nothing is.
        detail: more on the reason: the cause of what is not finite, the text of a user's own op; else empty.
        node: the Value itself; an input that is a plain number stands for itself.
    """

    label: str
    data: float
    analytic: float
    numeric: float
    error: float
    ok: bool | None
    node: Any
    reason: Reason | None = None
    detail: str = ""

    @property
    def words(self) -> str:
        """What is special, in a few words; empty where nothing is."""
        return "" if self.reason is None else self.reason.words(self.detail)

    @property
    def verdict(self) -> Verdict:
        """What the check says of the node."""
        return verdict_by(self.ok, self.reason)


def all_ok(oks: Sequence[bool | None]) -> bool | None:
    """True where all are, False where one is, else None: not all are known to be right."""
    return False if False in oks else None if None in oks else True


def apart(a: float, n: float) -> float:
    """How far two slopes are apart, relative to the larger; nan where one of them is."""
    if a != a or n != n:
        return a + n
    size = max(abs(a), abs(n))
    return abs(a - n) / size if size else 0.0
