"""Pace: how long numbers travel in a step, as chosen last, and whether the desktop asks for less motion."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from threading import Thread
from typing import Protocol

from PySide6.QtCore import QSettings, QStandardPaths
from PySide6.QtGui import QGuiApplication

from micrograd.language import N_, tr

PACES = {"quick": 0.25, "slow": 1.0, "none": 0.0}  # seconds
_SAID = {
    "quick": N_("In a step the numbers travel for a quarter of a second."),
    "slow": N_("In a step the numbers travel for a second."),
    "none": N_("In a step nothing travels."),
}
_ANSWERED_WITHIN = 2.0  # seconds
_SPI_GETCLIENTAREAANIMATION = 0x1042


class Kept(Protocol):
    """What is remembered between starts."""

    motion: str  # the name of a pace; empty: what the desktop wants


class Pace:
    """How long motion lasts: as chosen, and without a choice not at all where the desktop wants less of it.

    The desktop is asked by a thread of its own; until it has answered, nothing moves.
    """

    def __init__(self, settings: Kept) -> None:
        self._settings = settings
        self.calm: bool | None = _told_by_qt()  # what the desktop says; None: not answered yet
        if self.calm is None:
            Thread(target=self._ask, daemon=True).start()

    def _ask(self) -> None:
        try:
            self.calm = wants_less_motion()
        except (OSError, ValueError, AttributeError, subprocess.SubprocessError):
            self.calm = False

    @property
    def name(self) -> str:
        """Which of the paces holds."""
        return self._settings.motion or ("quick" if self.calm is False else "none")

    @property
    def seconds(self) -> float:
        """How long the numbers of a step travel; 0: they do not."""
        return PACES.get(self.name, 0.0)

    def next(self) -> str:
        """The next pace holds from now on; gives the sentence about it."""
        names = list(PACES)
        self._settings.motion = names[(names.index(self.name) + 1) % len(names)]
        return tr(_SAID[self.name])


def _told_by_qt() -> bool | None:
    """What Qt knows of it, from 6.12 on."""
    preference = getattr(QGuiApplication.styleHints().accessibility(), "motionPreference", None)
    return None if preference is None else "Reduce" in str(preference())


def wants_less_motion() -> bool:
    """Whether the desktop asks for less motion; may take a while, so not in the window's thread."""
    if sys.platform == "win32":
        on = ctypes.c_int(1)
        ctypes.windll.user32.SystemParametersInfoW(_SPI_GETCLIENTAREAANIMATION, 0, ctypes.byref(on), 0)
        return not on.value
    if sys.platform == "darwin":
        return _answer("defaults", "read", "com.apple.universalaccess", "reduceMotion") == "1"
    gnome = _answer("gsettings", "get", "org.gnome.desktop.interface", "enable-animations")
    return gnome == "false" or _plasma_rests()


def _answer(program: str, *arguments: str) -> str:
    """What a program of the desktop prints; nothing where there is none of that name."""
    if (path := shutil.which(program)) is None:
        return ""
    ran = subprocess.run(
        [path, *arguments], capture_output=True, text=True, timeout=_ANSWERED_WITHIN, check=False
    )
    return ran.stdout.strip()


def _plasma_rests() -> bool:
    """Whether Plasma's speed of animations is set to at once."""
    path = QStandardPaths.locate(QStandardPaths.StandardLocation.GenericConfigLocation, "kdeglobals")
    if not os.path.isfile(path):  # a pipe would keep who opens it waiting
        return False
    kept = QSettings(path, QSettings.Format.IniFormat).value("KDE/AnimationDurationFactor", 1.0)
    return float(str(kept)) == 0.0
