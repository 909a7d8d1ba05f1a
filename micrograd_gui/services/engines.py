"""Graphviz: the one adapter over its engines; always a process of its own, with a time limit."""

from __future__ import annotations

import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from micrograd.dot import embedded_dot
from micrograd_gui.document.errors import Refusal

TIME_LIMIT = 10.0
# Large graphs: a tenth of the usual effort takes a quarter of the time and looks nearly the same.
LARGE = 300
LESS_EFFORT = {"nslimit": "0.1", "nslimit1": "0.1", "mclimit": "0.1"}


class LayoutRefusal(Refusal):
    """A layout that could not be made; the sentence says why."""


class Cancelled(LayoutRefusal):
    """A layout that nobody waits for any more."""


class Cancel:
    """Ends a layout from another thread: give it to the call that waits, then call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.called = False

    def __call__(self) -> None:
        with self._lock:
            self.called = True
            if self._process is not None:
                self._process.kill()

    def _watch(self, process: subprocess.Popen[bytes] | None) -> None:
        with self._lock:
            self._process = process
            if self.called and process is not None:
                process.kill()


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that reads DOT on its standard input and understands ``-T``."""

    name: str
    path: Path

    def run(
        self, dot: str, format: str = "json", *, time_limit: float = TIME_LIMIT, cancel: Cancel | None = None
    ) -> bytes:
        """What the engine makes of the DOT text; raises LayoutRefusal, or Cancelled."""
        cancel = cancel or Cancel()
        try:
            process = subprocess.Popen(
                [self.path, f"-T{format}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise LayoutRefusal(
                f"The layout engine {self.name} cannot be started: {error.strerror}."
            ) from None
        with process:
            cancel._watch(process)
            try:
                out, said = process.communicate(dot.encode("utf-8", "replace"), timeout=time_limit)
            except subprocess.TimeoutExpired:
                process.kill()
                raise LayoutRefusal(
                    f"The layout took longer than {time_limit:g} seconds and was stopped."
                ) from None
            finally:
                cancel._watch(None)
        if cancel.called:
            raise Cancelled("The layout was cancelled.")
        if process.returncode != 0 or not out:
            last = said.decode("utf-8", "replace").strip().splitlines()[-1:] or ["it said nothing"]
            raise LayoutRefusal(f"The layout engine {self.name} failed: {last[0][:200]}.")
        return out


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
