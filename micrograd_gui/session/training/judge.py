"""Judge: which node predicts the answers, and how many it gets right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from micrograd_gui.document.graph import Graph, NodeId


class Judge(Struct, frozen=True):
    """The prediction, the leaf that holds the answer, the answer's column, and where yes begins.

    Answers of 1 and −1 are told by the sign of the prediction, as in micrograd's demo; answers of 1 and 0 by
    whether a probability (the output of a sigmoid) is above a half. For all other answers accuracy has no
    meaning, and ``threshold`` is None. Where a loss wants them to differ, as of −y in ``(1 + -y*o).relu()``,
    the answers are ``opposite``: their sign is that of no.
    """

    prediction: NodeId
    answer: NodeId
    column: int
    threshold: float | None
    opposite: bool = False

    def accuracy(self, predictions: Any, answers: Any) -> float | None:
        """The share of rows that are told right, from arrays of shape (rows,); None: it has no meaning."""
        wrong = self.wrong(predictions, answers)
        return None if wrong is None else float((~wrong).mean())

    def wrong(self, predictions: Any, answers: Any) -> Any:
        """Which rows are told wrong, as truths of shape (rows,), like both arguments; None: no meaning."""
        if self.threshold is None:
            return None
        return (predictions > self.threshold) != ((answers > self.threshold) != self.opposite)


def judge_of(graph: Graph) -> Judge | None:
    """The judge of a graph that compares one prediction with one answer; None for all other graphs."""
    data = graph.data
    if data is None:
        return None
    pairs = [pair for block in graph.blocks for pair in block.judges] or list(_compared(graph))
    if len(pairs) != 1:
        return None
    prediction, answer = pairs[0]
    column = data.column_of(answer)
    if column is None or graph.target is None or not {prediction, answer} <= graph.feeding:
        return None
    answers: set[float] = set()
    for row in data.rows:  # of a hundred thousand numbers the first three tell that they are no labels
        answers.add(row[column])
        if len(answers) > 2:
            break
    threshold = None
    if answers <= {-1.0, 1.0}:
        threshold = 0.0
    elif answers <= {0.0, 1.0} and graph.nodes[prediction].op == "sigmoid":
        threshold = 0.5
    return Judge(prediction, answer, column, threshold, threshold == 0.0 and _are_opposite(graph, answer))


def _compared(graph: Graph) -> Iterator[tuple[NodeId, NodeId]]:
    """In a graph drawn by hand: an input that meets what is computed from all other inputs and a parameter.

    In ``(o - y)**2`` that is y, and it meets o.
    """
    assert graph.data is not None
    bound = {column.node for column in graph.data.columns if column.node is not None} & graph.feeding
    for answer in bound:
        at = answer
        while len(graph.users[at]) == 1:
            user = graph.nodes[graph.users[at][0][0]]
            if len(user.inputs) == 2:
                break
            at = user.id
        else:
            continue
        other = next((each for each in user.inputs if each != at), None)
        if other is None:
            continue
        behind = graph.ancestors(other)
        learned = any(graph.nodes[each].role == "parameter" for each in behind)
        inputs = bound - {answer}
        if learned and inputs and inputs <= behind and answer not in behind:
            yield other, answer


def _are_opposite(graph: Graph, answer: NodeId) -> bool:
    """Whether the loss rises with the product of answer and prediction, as far as that can be told.

    From the answer on, up to where things meet that are no product with a constant: each minus on the way,
    and each negative constant, turns what is wanted round.
    """
    at, multiplied, rises = answer, False, True
    while len(graph.users[at]) == 1:
        user = graph.nodes[graph.users[at][0][0]]
        other = next((graph.nodes[each] for each in user.inputs if each not in (at, None)), None)
        if user.op == "neg" or (user.op == "-" and user.inputs[-1] == at):
            rises = not rises
        elif user.op == "*" and other is not None and other.is_leaf and not other.role:
            rises = rises is (other.data >= 0)
        elif user.op == "*" and not multiplied:
            multiplied = True
        elif user.op not in ("+", "-", "relu"):
            return False
        at = user.id
    return multiplied and rises and at == graph.target
