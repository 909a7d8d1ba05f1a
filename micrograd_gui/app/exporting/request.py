"""What of the window is to be exported, and how: a request that another thread can draw."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Literal

from msgspec import structs

from micrograd_gui.app.context import Context
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.history import Entry, History
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Run

if TYPE_CHECKING:
    from micrograd_gui.export.formats import Form
    from micrograd_gui.figures.moments import Film, Moment, Options

Which = Literal["now", "result", "all"]


@dataclass(frozen=True)
class ExportRequest:
    """A State, whose graph is to be drawn, and how.

    ``which`` moments are wanted; ``given`` are options by the table of `export.options`.
    """

    state: State
    which: Which
    given: Mapping[str, Any]
    form: Form | None = None  # which it is to become; None: nobody has said

    @property
    def graph(self) -> Graph:
        """What is drawn."""
        return self.state.graph

    @cached_property
    def options(self) -> Options:
        """How it is drawn; raises Refusal where that cannot be."""
        from micrograd_gui.export.options import read_options

        given = self.graph, self.given
        return (read_options(*given) if self.form is None else self.form.read(*given))[1]

    @cached_property
    def now(self) -> Moment:
        """The moment that the window is at."""
        from micrograd_gui.figures.moments import Moment, said_at
        from micrograd_gui.session.explain.card import card

        state, options = self.state, self.options
        slopes = None
        if options.paths is not None:
            from micrograd_gui.session.asking.paths import slopes_at

            slopes = slopes_at(state)
        said = said_at(state.graph, state.trace, state.cursor)
        if options.formulas:
            from micrograd_gui.figures.by_formula import named_by_formula

            state = structs.replace(state, history=History((Entry(named_by_formula(state.graph)),)))
        told = card(structs.replace(state, notation=options.notation))
        made = Moment(state.frame, state.step, told, state.cursor, said, slopes=slopes)
        if options.wires != "all":
            return made
        from micrograd_gui.session.asking.on_wires import on_wires_of

        return replace(made, wires=on_wires_of(state))

    def film(self, tell: Callable[[int, int], object] | None = None, stop: Event | None = None) -> Film:
        """The moments that are asked for; raises Refusal where there is nothing to draw."""
        from micrograd_gui.figures.moments import film_of
        from micrograd_gui.layout.graphviz import Progress

        progress = Progress(stop=stop) if tell is None else Progress(tell, stop)
        progress = replace(progress, see=self._see)
        if self.options.worksheet:
            run = self.run_ahead()
            step = None if run is None else str(self.state.cursor)
            return film_of(self.graph, step, self.options, run, progress)
        if self.which == "now":
            run = None if self.state.is_training else self._whole_run()
            return replace(film_of(self.graph, "0", self.options, run, progress), moments=(self.now,))
        step = "all" if self.which == "all" else None
        return film_of(self.graph, step, self.options, self._whole_run(), progress)

    def _see(self, moments: int) -> None:
        """Raises Refusal where the form cannot have so many, before they are made."""
        from micrograd_gui.export.formats import see_that_few

        if self.form is not None:
            see_that_few(moments, self.graph, self.options, self.form)

    def suiting(self, path: Path) -> ExportRequest:
        """The request as the form of that file can be drawn; raises Refusal where it has none."""
        from micrograd_gui.export.formats import form_of

        return replace(self, form=form_of(path))

    def run_ahead(self) -> Run | None:
        """The run with what comes after this moment, for a worksheet to ask; None: that of a fresh start."""
        trace, cursor = self.state.trace, self.state.cursor
        if self.which != "now" or trace is None:
            return None
        if any(step.kind in ("seed", "backward") for step in trace.steps[cursor:]):
            return trace
        if cursor and trace.steps[cursor - 1].kind in ("backward", "rows"):
            return None  # that pass is over
        from micrograd_gui.session.record import record
        from micrograd_gui.session.trace import Pass

        return record(self.graph, (*trace.script, Pass("backward")))

    def _whole_run(self) -> Run | None:
        """The recorded run, where it has gone backward; else a run is made for the purpose."""
        trace = self.state.trace
        return trace if trace is not None and any(each.kind == "backward" for each in trace.script) else None


def request_of(context: Context, which: Which = "now", **given: Any) -> ExportRequest:
    """The window's graph at its moment, in the window's colours unless others are given."""
    state = context.session.state
    shown = {"theme": context.look.theme.name, "wires": state.wires, "notation": state.notation, **given}
    return ExportRequest(state, which, shown)


def write_files(
    request: ExportRequest,
    path: Path,
    tell: Callable[[int, int], object] | None = None,
    stop: Event | None = None,
) -> tuple[Path, ...]:
    """The files that were written; raises Refusal, or Cancelled, and then none was."""
    from micrograd_gui.export.formats import export

    return export(request.suiting(path).film(tell, stop), path)


def would_replace(request: ExportRequest, path: Path) -> tuple[Path, ...]:
    """The files that are there already and would be others afterwards; raises Refusal as above."""
    from micrograd_gui.export.formats import targets

    # not Path.exists, which stumbles over names that are too long; they are refused when they are written
    return tuple(each for each in targets(request.suiting(path).film(), path) if os.path.exists(each))
