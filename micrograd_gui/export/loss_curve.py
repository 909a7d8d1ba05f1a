"""The loss over the steps of a training, as a picture file."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from micrograd.language import N_, tr
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.figures.palette import PALETTES
from micrograd_gui.files.atomic import quoted_name, write_whole
from micrograd_gui.fonts import families

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf", ".webp", ".jpg")
_WORDS = (N_("step"), N_("loss"), N_("rows learned from"), N_("rows held out"), N_("accuracy in %"))
LOSS, HELD_OUT, ACCURACY = PALETTES["light"].data, PALETTES["light"].grad, "#0a6e4f"  # as in the window


def refuse_suffix(path: Path | str) -> None:
    """Raises FileRefusal where the file's suffix is none that a curve can be drawn as."""
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise FileRefusal(
            tr(
                "{file} cannot be drawn: its suffix must be one of {suffixes}.",
                file=quoted_name(path),
                suffixes=", ".join(SUFFIXES),
            )
        )


def write(
    path: Path | str,
    losses: Sequence[float],
    accuracies: Sequence[float],
    title: str = "",
    held_out: Sequence[float] = (),
) -> None:
    """Draw the curve into the file; accuracies, and the losses over rows held out, where there are any."""
    from matplotlib import rc_context

    refuse_suffix(path)
    words = {each: tr(each) for each in _WORDS}
    content = io.BytesIO()
    # Nothing in the file that would differ from one day to the next.
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(Path(path).suffix.lower())
    with rc_context(
        {"svg.hashsalt": "micrograd-gui", "font.family": families(title + "".join(words.values()))}
    ):
        figure = _drawn(losses, accuracies, title, held_out, words)
        figure.savefig(content, format=Path(path).suffix[1:].lower(), metadata=metadata)
    write_whole(Path(path), content.getvalue())


def _drawn(
    losses: Sequence[float],
    accuracies: Sequence[float],
    title: str,
    held_out: Sequence[float],
    words: Mapping[str, str],
) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=160, layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlabel=words["step"], ylabel=words["loss"], title=title)
    axes.plot(range(len(losses)), losses, color=LOSS, linewidth=2, marker="o" if len(losses) < 2 else "")
    if len(held_out):
        axes.plot(range(len(held_out)), held_out, color=HELD_OUT, linewidth=2, linestyle=(0, (4, 2)))
        axes.legend([words["rows learned from"], words["rows held out"]])
    if len(losses) > 1 and min(losses) > 0 and max(losses) > 30 * min(losses):
        axes.set_yscale("log")
    axes.grid(alpha=0.3)
    if len(accuracies):
        beside = axes.twinx()
        beside.plot(range(len(accuracies)), [100 * a for a in accuracies], color=ACCURACY, linestyle="--")
        beside.set(ylabel=words["accuracy in %"], ylim=(-3, 103))
        beside.yaxis.label.set_color(ACCURACY)
        axes.yaxis.label.set_color(LOSS)
    return figure
