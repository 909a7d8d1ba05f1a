"""`micrograd-gui train`: gradient descent over the rows of a graph's data, without a window."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from time import monotonic
from typing import TextIO

from micrograd.language import N_, columns, flush_right, in_english, tr, trn
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.text import for_json, short, written
from micrograd_gui.door import prepare_training
from micrograd_gui.interrupts import INTERRUPTED, StopAsked
from micrograd_gui.session.training.learned import HeldOut, Learned, Trained
from micrograd_gui.session.training.progress import diverges_since, diverging

_WIDTH = 30  # signs
_PARAMETERS_SHOWN = 12
_MILESTONES = 10

JSON_HELP = N_(
    "print one JSON object: steps, of (the rows whose loss is lowered, or null), losses (before each step), "
    "loss, accuracy (or null), diverges_since (a step, or null), "
    "held_out (rows, losses, loss, accuracy; or null), parameters"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes beside the graph; what is not given is as in the file's plan."""
    parser.add_argument("--steps", metavar="N", help=tr("how many steps of gradient descent"))
    parser.add_argument("--rate", metavar="R", help=tr("how far a step goes: p −= rate × p.grad"))
    parser.add_argument(
        "--seed",
        metavar="S",
        help=tr("draw new weights with that seed, as micrograd does, and the batches too"),
    )
    parser.add_argument(
        "--held-out",
        metavar="F",
        help=tr("the share of the rows, 0 to 0.9, that is not learned from but told"),
    )
    parser.add_argument(
        "--plot", metavar="FILE", help=tr("draw the loss over the steps: a .png, .svg, .pdf, …")
    )
    parser.add_argument("--json", action="store_true", help=tr(JSON_HELP))


def train(graph: Graph, given: argparse.Namespace) -> int:
    """Train the graph as the arguments say and print what came of it; gives the exit status.

    From the first step on Ctrl+C ends the training and not what is told of it; a second one ends that, too.
    Raises Refusal where there is nothing to train, and where a step would make the loss not finite.
    """
    with in_english() if given.json else nullcontext():
        return _train(graph, given)


def _train(graph: Graph, given: argparse.Namespace) -> int:
    if given.plot is not None:
        from micrograd_gui.export import loss_curve

        loss_curve.refuse_suffix(given.plot)
    training, steps = prepare_training(
        graph, given.steps, given.rate, seed=given.seed, held_out=given.held_out
    )
    learned = Learned(training)
    with StopAsked() as stop, _progress_bar(steps, sys.stderr) as show:
        for k in range(steps):
            if stop.wanted:
                break
            learned.step()
            show(k + 1, learned.losses[-1])
    done = learned.result()
    if given.plot is not None:
        held = () if done.held_out is None else (*done.held_out.losses, done.held_out.loss)
        loss_curve.write(given.plot, [*done.losses, done.loss], done.accuracies, held_out=held)
    report = _as_json if given.json else _as_text
    print(report(done, stopped=stop.wanted))
    return INTERRUPTED if stop.wanted else 0


# What is printed ---------------------------------------------------------------------------------


def _as_json(done: Trained, *, stopped: bool) -> str:
    whole = {
        "steps": done.steps,
        "of": done.of or None,
        "losses": done.losses,
        "loss": done.loss,
        "accuracy": done.accuracy,
        "diverges_since": diverges_since([*done.losses, done.loss]),
        "held_out": None if done.held_out is None else _held_as_json(done.held_out),
        "parameters": done.parameters,
    }
    if stopped:
        whole["stopped"] = True
    return json.dumps(whole, allow_nan=False)


def _held_as_json(held: HeldOut) -> dict[str, object]:
    """A loss that is not finite is null there."""
    losses = [for_json(loss) for loss in (*held.losses, held.loss)]
    return {
        "rows": held.rows,
        "losses": losses[:-1],
        "loss": losses[-1],
        "accuracy": held.accuracy,
    }


def _as_text(done: Trained, *, stopped: bool) -> str:
    every = max(1, done.steps // _MILESTONES)
    held = done.held_out
    heads = [tr("step"), tr("loss"), *[tr("accuracy") for _ in done.accuracies[:1]]]
    if held is not None:
        heads += [tr("held out"), *[tr("accuracy") for _ in held.accuracies[:1]]]
    table = [heads]
    for k in range(0, done.steps, every):
        table.append([str(k), written(done.losses[k]), *map(_share, done.accuracies[k : k + 1])])
        if held is not None:
            table[-1] += [written(held.losses[k]), *map(_share, held.accuracies[k : k + 1])]
    table.append([str(done.steps), written(done.loss), *map(_share, done.accuracies and [done.accuracy])])
    if held is not None:
        table[-1] += [written(held.loss), *map(_share, held.accuracies and [held.accuracy])]
    usual = [7, 12, *[10 for _ in done.accuracies[:1]], 12, 10]
    widths = [max(wide, columns(head) + 2) for wide, head in zip(usual, heads, strict=False)]
    lines = [
        "".join(flush_right(cell, wide) for cell, wide in zip(row, widths, strict=False)) for row in table
    ]
    named = list(done.parameters.items())
    told = [f"{name} = {short(number)}" for name, number in named[:_PARAMETERS_SHOWN]]
    some = tr(", ").join(told)
    if len(named) > len(told):
        some = tr("{listed}, and {n} more", listed=some, n=len(named) - len(told))
    return "\n".join([*lines, "", " ".join(_ended(done, stopped=stopped)), some])


def _share(accuracy: float | None) -> str:
    return "" if accuracy is None else f"{accuracy:.0%}"


def _ended(done: Trained, *, stopped: bool) -> Iterator[str]:
    """How far training came, in sentences."""
    if stopped:
        yield trn(
            "Stopped after {n} step the loss is {loss}.",
            "Stopped after {n} steps the loss is {loss}.",
            done.steps,
            loss=written(done.loss),
        )
    else:
        yield trn(
            "After {n} step the loss is {loss}.",
            "After {n} steps the loss is {loss}.",
            done.steps,
            loss=written(done.loss),
        )
    if (held := done.held_out) is not None:
        yield trn(
            "Over {n:,} row held out it is {loss}.",
            "Over {n:,} rows held out it is {loss}.",
            len(held.rows),
            loss=written(held.loss),
        )
    if done.of:
        yield tr("Gradients were of: {rows}.", rows=done.of)
    since = diverges_since([*done.losses, done.loss])
    if since is not None:
        yield diverging(since)


@contextmanager
def _progress_bar(steps: int, to: TextIO | None) -> Iterator[Callable[[int, float], None]]:
    """A progress bar, on a terminal only, which the caller may have closed; it leaves nothing behind."""
    if to is None or not to.isatty():
        yield lambda k, loss: None
        return
    shown = 0.0

    def show(k: int, loss: float) -> None:
        nonlocal shown
        now = monotonic()
        if now - shown >= 0.1 or k == steps:
            shown = now
            done = _WIDTH * k // steps
            to.write(f"\r{'█' * done}{'░' * (_WIDTH - done)} {k}/{steps}  {tr('loss')} {written(loss)}\x1b[K")
            to.flush()

    try:
        yield show
    finally:
        to.write("\r\x1b[K")
        to.flush()
