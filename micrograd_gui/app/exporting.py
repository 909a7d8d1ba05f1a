"""What the window exports: its graph at its moment as files, and as a picture on the clipboard."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Literal

from micrograd_gui.document.graph import Graph
from micrograd_gui.session.trace import Trace

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

    from micrograd_gui.app.main_window import MainWindow
    from micrograd_gui.figures.moments import Film, Moment, Options

Which = Literal["now", "result", "all"]
SVG_FORMAT = "image/svg+xml"


@dataclass(frozen=True)
class Wish:
    """A graph, the moment it is at and the run it is in, and how it is to be drawn."""

    graph: Graph
    now: Moment
    trace: Trace | None
    which: Which
    options: Options

    def film(self, told: Callable[[int, int], object] | None = None, stop: Event | None = None) -> Film:
        """The moments that are wished for; raises Refusal where there is nothing to draw."""
        from micrograd_gui.figures.moments import Film, Watch, film_of, see_that_there_is_something

        watch = Watch(stop=stop) if told is None else Watch(told, stop)
        options = replace(self.options, watch=watch)
        if self.which == "now":
            see_that_there_is_something(self.graph, options)
            return Film(self.graph, (self.now,), options)
        step = "all" if self.which == "all" else None
        return film_of(self.graph, step, options, self._whole_run())

    def _whole_run(self) -> Trace | None:
        """The recorded run, where it has gone backward; else a run is made for the purpose."""
        trace = self.trace
        return trace if trace is not None and any(each.kind == "backward" for each in trace.script) else None


def of_window(
    window: MainWindow,
    moment: Which = "now",
    *,
    theme: str | None = None,
    style: Literal["notebook", "canvas"] = "notebook",
    scale: float | None = None,
    transparent: bool = False,
    gradients: bool = True,
    card: bool | None = None,
    only_card: bool = False,
    selected: bool = False,
) -> Wish:
    """The window's graph at its moment; ``selected``: only the selected nodes of it."""
    from micrograd_gui.figures.moments import Moment, Options
    from micrograd_gui.session.explain.card import card as card_of

    state = window.session.state
    options = Options(
        theme=theme or window.mood.theme.name,
        scale=scale,
        transparent=transparent,
        style=style,
        gradients=gradients,
        card=card,
        only_card=only_card,
        nodes=state.selection if selected else None,
    )
    return Wish(state.graph, Moment(state.frame, state.step, card_of(state)), state.trace, moment, options)


def exported(
    wish: Wish, path: Path, told: Callable[[int, int], object] | None = None, stop: Event | None = None
) -> tuple[Path, ...]:
    """The files that were written; raises Refusal, or Cancelled, and then none was."""
    from micrograd_gui.export.formats import export

    return export(_fitting(wish, path).film(told, stop), path)


def would_replace(wish: Wish, path: Path) -> tuple[Path, ...]:
    """The files that are there already and would be others afterwards; raises Refusal as above."""
    from micrograd_gui.export.formats import targets

    # not Path.exists, which stumbles over names that are too long; they are refused when they are written
    return tuple(each for each in targets(_fitting(wish, path).film(), path) if os.path.exists(each))


def _fitting(wish: Wish, path: Path) -> Wish:
    """The wish with collapsed blocks as one box only where the form of the file draws them so."""
    from micrograd_gui.export.formats import form_of

    return replace(wish, options=replace(wish.options, folded=form_of(path).folds))


# The clipboard -----------------------------------------------------------------------------------


def copy_picture(window: MainWindow) -> None:
    """The rendered graph of this moment as a picture, in pixels and as SVG; raises Refusal."""
    from PySide6.QtWidgets import QApplication

    QApplication.clipboard().setMimeData(picture_data(of_window(window)))
    window.say("The picture is on the clipboard, as PNG and as SVG.")


def picture_data(wish: Wish) -> QMimeData:
    """A picture in the forms that other programs paste: PNG, SVG, and Qt's own image."""
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QImage

    from micrograd_gui.export.formats import picture_bytes

    film = wish.film()
    png = picture_bytes(film, ".png")
    data = QMimeData()
    data.setData(SVG_FORMAT, picture_bytes(film, ".svg"))
    data.setData("image/png", png)
    data.setImageData(QImage.fromData(png))
    return data
