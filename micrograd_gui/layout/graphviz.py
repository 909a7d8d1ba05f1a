"""Graphviz: the one adapter over its engines; always a process of its own, with a time limit."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

from micrograd.dot import embedded_dot
from micrograd_gui.document.errors import Refusal

TIME_LIMIT = 10.0  # seconds
LOOK_UP_EVERY = 0.05
# Large graphs: a tenth of the usual effort takes a quarter of the time and looks nearly the same.
LARGE = 300
LESS_EFFORT = {"nslimit": "0.1", "nslimit1": "0.1", "mclimit": "0.1"}


class LayoutRefusal(Refusal):
    """A layout that could not be made; the sentence says why."""


class Cancelled(LayoutRefusal):
    """A layout that nobody waits for any more."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that reads DOT on its standard input and understands ``-T``."""

    name: str
    path: Path

    def run(
        self,
        dot: str,
        format: str = "json",
        *,
        layout: str = "dot",
        time_limit: float = TIME_LIMIT,
        stop: Event | None = None,
    ) -> bytes:
        """What the engine makes of the DOT text; raises LayoutRefusal, or Cancelled once ``stop`` is set."""
        try:
            process = subprocess.Popen(
                [self.path, f"-K{layout}", f"-T{format}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise LayoutRefusal(
                f"The layout engine {self.name} cannot be started: {error.strerror}."
            ) from None
        with process:
            try:
                out, said = _answer(process, dot.encode("utf-8", "replace"), time_limit, stop)
            except LayoutRefusal:
                process.kill()
                raise
        if process.returncode != 0 or not out:
            last = said.decode("utf-8", "replace").strip().splitlines()[-1:] or ["it said nothing"]
            raise LayoutRefusal(f"The layout engine {self.name} failed: {last[0][:200]}.")
        return out


def _answer(
    process: subprocess.Popen[bytes], text: bytes, time_limit: float, stop: Event | None
) -> tuple[bytes, bytes]:
    """What the process writes once it has read the text; looks up now and then to see whether to go on."""
    deadline = monotonic() + time_limit
    given: bytes | None = text
    while True:
        if stop is not None and stop.is_set():
            raise Cancelled("The layout was cancelled.")
        left = deadline - monotonic()
        if left <= 0:
            raise LayoutRefusal(f"The layout took longer than {time_limit:g} seconds and was stopped.")
        try:
            return process.communicate(given, timeout=min(left, LOOK_UP_EVERY))
        except subprocess.TimeoutExpired:
            given = None  # it is on its way already


def engines() -> tuple[Engine, ...]:
    """The engines that are there, the best first: the embedded one, then the system's ``dot``."""
    embedded, system = embedded_dot(), shutil.which("dot")
    found = [Engine("graphviz-pure", embedded)] if embedded else []
    return (*found, Engine("dot", Path(system))) if system else tuple(found)


def engine() -> Engine:
    """The best engine; raises LayoutRefusal where there is none."""
    found = engines()
    if not found:
        raise LayoutRefusal("There is no Graphviz here: neither the package graphviz-pure nor a program dot.")
    return found[0]


def effort(boxes: int) -> dict[str, str]:
    """The graph attributes that keep the time for so many boxes within bounds."""
    return dict(LESS_EFFORT) if boxes > LARGE else {}
