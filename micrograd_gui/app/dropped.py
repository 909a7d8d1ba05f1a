"""Files dropped on the window: graphs, pictures that carry one, DOT."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData

from micrograd_gui.document.errors import Refusal
from micrograd_gui.files.atomic import shown
from micrograd_gui.files.documents import SUFFIXES

if TYPE_CHECKING:
    from micrograd_gui.app.main_window import MainWindow


def dropped_paths(mime: QMimeData) -> tuple[Path, ...]:
    """The files of this machine that are dragged; none where something else is."""
    return tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())


def open_dropped(window: MainWindow, paths: Sequence[Path]) -> None:
    """Open the first of the files, after the question where there is unsaved work; raises Refusal."""
    known = [path for path in paths if path.suffix.lower() in SUFFIXES]
    if not known:
        what = shown(paths[0]) if len(paths) == 1 else "What was dropped"
        raise Refusal(f"{what} holds no graph: these do: {', '.join(SUFFIXES)}.")

    def open_it() -> None:
        window.bridge.attempt(window.documents.open_path, known[0])
        if len(paths) > 1 and not window.message.text():
            window.say(f"Of {len(paths)} files {shown(known[0])} was opened: a window shows one graph.")

    window.documents.unless_unsaved(open_it)
