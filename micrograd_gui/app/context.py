"""Context: what the parts of the window may ask of it; a test can make a smaller one."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QMainWindow

from micrograd_gui.app.settings import Settings
from micrograd_gui.session.session import Session
from micrograd_gui.views.background import Background
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.theme import Look


class Context(Protocol):
    """The few things that many parts need; what only one of them needs is given to it when it is made."""

    @property
    def session(self) -> Session:
        """The State, and the verbs that replace it; these raise Refusal."""

    @property
    def bridge(self) -> Bridge:
        """Tells of each State, and calls verbs so that a Refusal is said."""

    @property
    def background(self) -> Background:
        """Runs what takes its time, and brings the result back."""

    @property
    def settings(self) -> Settings:
        """What is remembered between starts."""

    @property
    def look(self) -> Look:
        """How everything is drawn now."""

    @property
    def dialog_parent(self) -> QMainWindow:
        """What dialogs open over."""

    def say(self, sentence: str, *, refused: bool = False) -> None:
        """One sentence in the status bar, until the next change."""
