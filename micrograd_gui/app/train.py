"""`micrograd-gui train`: gradient descent over the rows of a graph's data, without a window."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, TextIO

from micrograd_gui.document.data import TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.text import read_number, short, written

if TYPE_CHECKING:
    from micrograd_gui.session.training.trainer import Trainer

_INTERRUPTED = 130
_BAR = 30  # signs
_PARAMETERS_SHOWN = 12
_MILESTONES = 10

JSON_HELP = "print one JSON object: steps, losses (before each step), loss, accuracy (or null), parameters"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes beside the graph; what is not given is as in the file's plan."""
    parser.add_argument("--steps", metavar="N", help="how many steps of gradient descent")
    parser.add_argument("--rate", metavar="R", help="how far a step goes: p −= rate × p.grad")
    parser.add_argument(
        "--seed", metavar="S", help="draw new weights with that seed, as micrograd does, and the batches too"
    )
    parser.add_argument("--plot", metavar="FILE", help="draw the loss over the steps: a .png, .svg, .pdf, …")
    parser.add_argument("--json", action="store_true", help=JSON_HELP)


@dataclass
class _Learned:
    """What has come of the steps so far."""

    losses: list[float]
    accuracies: list[float]


def train(graph: Graph, given: argparse.Namespace, begin: Callable[[], None] = lambda: None) -> int:
    """Train the graph as the arguments say and print what came of it; gives the exit status.

    ``begin`` is called when all is loaded and the first step comes next: from here on Ctrl+C, which raises
    KeyboardInterrupt, ends the training and not what is told of it.
    """
    from micrograd_gui.session.training.trainer import Trainer

    graph, steps = _planned(graph, given)
    if given.plot is not None:
        from micrograd_gui.export.loss_curve import refuse_suffix

        refuse_suffix(given.plot)
    training = Trainer(graph)
    learned = _Learned([], [])
    try:
        begin()
        with _bar(steps, sys.stderr) as show:
            for _ in range(steps):
                step = training.step()
                learned.losses.append(step.loss)
                if step.accuracy is not None:
                    learned.accuracies.append(step.accuracy)
                show(step.k + 1, step.loss)
        status = 0
    except KeyboardInterrupt:
        status = _INTERRUPTED
    loss, accuracy = training.judged()
    if given.plot is not None:
        from micrograd_gui.export import loss_curve

        loss_curve.write(given.plot, [*learned.losses, loss], learned.accuracies)
    report = _as_json if given.json else _as_text
    print(report(training, learned, loss, accuracy, stopped=status != 0))
    return status


def _planned(graph: Graph, given: argparse.Namespace) -> tuple[Graph, int]:
    """The graph with the plan that the arguments make of its own, and how many steps to take."""
    from micrograd_gui.document.networks import redrawn

    plan = graph.plan or TrainingPlan()
    if given.rate is not None:
        plan = replace(plan, rate=read_number(given.rate, "--rate"))
    if given.seed is not None:
        plan = replace(plan, seed=_whole(given.seed, "--seed"))
    steps = plan.steps if given.steps is None else _whole(given.steps, "--steps")
    graph = graph.planned(replace(plan, steps=steps) if steps else plan)
    return (graph if given.seed is None else redrawn(graph, plan.seed)), steps


def _whole(text: str, what: str) -> int:
    number = read_number(text, what)
    if number != int(number) or number < 0:
        raise Refusal(f"{what} must be a whole number, 0 or more, not “{text.strip()[:40]}”.")
    return int(number)


# What is printed ---------------------------------------------------------------------------------


def _as_json(
    training: Trainer, learned: _Learned, loss: float, accuracy: float | None, *, stopped: bool
) -> str:
    whole = {
        "steps": training.k,
        "losses": learned.losses,
        "loss": loss,
        "accuracy": accuracy,
        "parameters": training.named(),
    }
    if stopped:
        whole["stopped"] = True
    return json.dumps(whole, allow_nan=False)


def _as_text(
    training: Trainer, learned: _Learned, loss: float, accuracy: float | None, *, stopped: bool
) -> str:
    every = max(1, len(learned.losses) // _MILESTONES)
    lines = ["   step        loss  accuracy" if learned.accuracies else "   step        loss"]
    for k in range(0, len(learned.losses), every):
        share = f"{learned.accuracies[k]:>9.0%}" if learned.accuracies else ""
        lines.append(f"{k:>7}{written(learned.losses[k]):>12}{share}")
    lines.append(f"{training.k:>7}{written(loss):>12}" + ("" if accuracy is None else f"{accuracy:>9.0%}"))
    named = list(training.named().items())
    told = [f"{name} = {short(number)}" for name, number in named[:_PARAMETERS_SHOWN]]
    more = f", and {len(named) - len(told)} more" if len(named) > len(told) else ""
    ended = "Stopped after" if stopped else "After"
    step = "step" if training.k == 1 else "steps"
    lines += ["", f"{ended} {training.k} {step} the loss is {written(loss)}.", f"{', '.join(told)}{more}"]
    return "\n".join(lines)


@contextmanager
def _bar(steps: int, to: TextIO) -> Iterator[Callable[[int, float], None]]:
    """A progress bar, on a terminal only; it leaves nothing behind."""
    if not to.isatty():
        yield lambda k, loss: None
        return
    shown = 0.0

    def show(k: int, loss: float) -> None:
        nonlocal shown
        now = monotonic()
        if now - shown >= 0.1 or k == steps:
            shown = now
            done = _BAR * k // steps
            to.write(f"\r{'█' * done}{'░' * (_BAR - done)} {k}/{steps}  loss {written(loss)}\x1b[K")
            to.flush()

    try:
        yield show
    finally:
        to.write("\r\x1b[K")
        to.flush()
