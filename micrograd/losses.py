"""Losses: how far predictions are from their answers, as one Value to go backward from.

Each takes predictions (one Value, or as many as there are rows, in lists) and as many answers (numbers or
Values), and gives their mean. The first three functions are of one prediction; the window's loss blocks are
made by them.

    loss = mse([model(x) for x in xs], ys); loss.backward()
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from micrograd.engine import Number, Value
from micrograd.ieee import number, shown
from micrograd.ops import OPS

__all__ = ["binary_cross_entropy", "cross_entropy", "log_loss", "margin", "max_margin", "mse", "softmax",
           "squared"]
Predictions: TypeAlias = Value | Iterable[Value] | Iterable[Iterable[Value]]
Answers: TypeAlias = Number | Iterable[Number] | Iterable[Iterable[Number]]
_SIGMOID = OPS["sigmoid"]


def squared(o: Value, y: Value | float) -> Value:
    """(o − y)²."""
    return (o - y) ** 2


def margin(o: Value, y: Value | float) -> Value:
    """relu(1 − y·o), as micrograd's demo writes it, for an answer of 1 or −1."""
    return (1 + -y * o).relu()


def log_loss(p: Value, q: Value, y: Value | float) -> Value:
    """−(y·log p + (1 − y)·log q), where p is the probability of the answer 1 and q that of 0."""
    return -(y * p.log() + (1 - y) * q.log())


def mse(predictions: Predictions, answers: Answers) -> Value:
    """The mean squared error, Σ(o − y)² ÷ n; PyTorch's `mse_loss`.

    Raises ValueError where there are no predictions, or another number of answers; as each loss, TypeError
    for a prediction that is no Value and for an answer that is no number.
    """
    return _mean([squared(o, y) for o, y in _pairs(predictions, answers, "mse")])


def max_margin(scores: Predictions, answers: Answers) -> Value:
    """The mean of relu(1 − y·o), as in micrograd's demo: 0 where each score has its answer's sign, by 1.

    Answers are 1 and −1. Raises ValueError for other ones, where there are no scores, or another number of
    answers.
    """
    pairs = _pairs(scores, answers, "max_margin")
    for row, (_, y) in enumerate(pairs, 1):
        if not isinstance(y, Value) and float(y) not in (1.0, -1.0):
            raise ValueError(f"max_margin takes answers of 1 and -1, and answer {row} is {float(y):g}")
    return _mean([margin(o, y if isinstance(y, Value) else float(y)) for o, y in pairs])


def binary_cross_entropy(scores: Predictions, answers: Answers) -> Value:
    """The mean of −(y·log p + (1 − y)·log(1 − p)) with p = σ(score), in the form that no score overflows.

    That is y·softplus(−o) + (1 − y)·softplus(o): PyTorch's `binary_cross_entropy_with_logits`. A prediction
    that is a sigmoid's output is p itself, and what went into the sigmoid is its score. Answers are from 0 to
    1. Raises ValueError for other ones, where there are no scores, or another number of answers.
    """
    terms = []
    for row, (p, y) in enumerate(_pairs(scores, answers, "binary_cross_entropy"), 1):
        o = p._operands[0] if p._rule is _SIGMOID else p
        share = y if isinstance(y, Value) else float(y)
        if not (isinstance(share, Value) or 0 <= share <= 1):
            raise ValueError(f"binary_cross_entropy takes answers from 0 to 1, and answer {row} is {share:g}")
        terms.append(share * (-o).softplus() + (1 - share) * o.softplus())  # for each row the same ops
    return _mean(terms)


def softmax(scores: Sequence[Value]) -> list[Value]:
    """The share e^score ÷ Σ e^score of each score; the largest is taken off first, so that none overflows.

    Raises ValueError where there are no scores.
    """
    largest = _largest(scores)
    powers = [(score - largest).exp() for score in scores]
    total = _total(powers)
    return [power / total for power in powers]


def cross_entropy(scores: Sequence[Any], answers: Number | Iterable[Number]) -> Value:
    """The mean of −log(softmax(scores)[answer]): PyTorch's `cross_entropy`.

    `scores` are as many Values as there are classes, with the number of the right one as answer, counted from
    0; or such a list for each row, with as many answers. It is log Σ e^(score − largest) + largest − right
    score, so that no score overflows. Raises TypeError or ValueError for an answer that is no class, where
    there are no scores, or another number of answers.
    """
    rows, rights = ([scores], [answers]) if _is_row(scores) else (list(scores), _listed(answers))
    _refuse_unlike(len(rows), len(rights), "cross_entropy")
    terms = []
    for at, (row, right) in enumerate(zip(rows, rights, strict=True), 1):
        if not isinstance(row, Sequence) or not all(isinstance(score, Value) for score in row):
            raise TypeError(f"cross_entropy judges lists of Values, one for each class, not {shown(row)}")
        answer = _class(right, len(row), at)
        largest = _largest(row)
        spread = _total([(score - largest).exp() for score in row]).log()
        terms.append(spread + (largest - row[answer]))
    return _mean(terms)


def _largest(scores: Iterable[Value]) -> float:
    """The largest of them as a number: the result does not depend on it, so it has no gradient."""
    largest = max((score.data for score in scores), default=None)
    if largest is None:
        raise ValueError("softmax needs scores, and there are none")
    return largest if abs(largest) < float("inf") else 0.0


def _class(right: Any, count: int, row: int) -> int:
    """An answer as the place of a class; raises TypeError or ValueError where it is none."""
    given = right.data if isinstance(right, Value) else right
    try:
        answer = int(given)
        if answer != given:
            raise TypeError
    except (TypeError, ValueError):
        raise TypeError(f"answer {row} of cross_entropy is the number of a class, "
                        f"not {shown(right)}") from None
    if not 0 <= answer < count:
        raise ValueError(f"answer {row} of cross_entropy is class {answer}, and there are {count}, from 0")
    return answer


def _is_row(scores: Sequence[Any]) -> bool:
    return bool(scores) and all(isinstance(score, Value) for score in scores)


def _pairs(predictions: Any, answers: Any, name: str) -> list[tuple[Value, Any]]:
    """Each prediction with its answer; raises TypeError or ValueError where they are no such pairs."""
    flat, wanted = _listed(predictions), _listed(answers)
    _refuse_unlike(len(flat), len(wanted), name)
    for o in flat:
        if not isinstance(o, Value):
            raise TypeError(f"{name} judges Values, not {shown(o)}")
    for row, y in enumerate(wanted, 1):
        try:
            isinstance(y, Value) or number(y)
        except (TypeError, ValueError):
            raise TypeError(f"answer {row} of {name} is {shown(y)}, which is no number") from None
    return list(zip(flat, wanted, strict=True))


def _listed(things: Any) -> list[Any]:
    """One thing, or those of a list, or of lists in a list, in one row."""
    single = isinstance(things, (Value, str)) or not isinstance(things, Iterable)
    if single or getattr(things, "ndim", 1) == 0:  # an array may hold a number alone
        return [things]
    flat: list[Any] = []
    for thing in things:
        flat += _listed(thing)
    return flat


def _refuse_unlike(predictions: int, answers: int, name: str) -> None:
    if not predictions:
        raise ValueError(f"{name} has nothing to judge: there is no prediction")
    if predictions != answers:
        raise ValueError(f"{name} takes an answer for each prediction, "
                         f"and was given {answers} for {predictions}")


def _total(values: Sequence[Value]) -> Value:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _mean(values: Sequence[Value]) -> Value:
    """Their sum × 1/n, as micrograd's demo writes it."""
    return values[0] if len(values) == 1 else _total(values) * (1.0 / len(values))
