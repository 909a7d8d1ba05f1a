"""Settings: what the program remembers between starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

from micrograd.language import tr

RECENT_AT_MOST = 10
SMALLEST, LARGEST = 0.75, 3.0  # scales of the text
LAYOUT = 2  # counts up when docks are added or renamed, so that an old arrangement is not forced on them
_FILES = (("micrograd-gui", "micrograd-gui.conf"), ("micrograd-gui.conf",))  # Qt looks into both
_Progress = dict[str, tuple[int, bool]]


def _keep_private(file: Path) -> None:
    """Which files somebody has opened is nobody else's business; Qt keeps the mode that its file has."""
    if file.suffix != ".conf":  # the registry of Windows and the preferences of macOS are private
        return
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDONLY, 0o600))
        if file.stat().st_mode & 0o077:
            file.chmod(0o600)


def not_a_file() -> Path | None:
    """What stands in the place of one of the files that Qt reads settings from, and is none; None: nothing.

    A pipe there would keep who opens it waiting for ever.
    """
    if os.name == "nt" or sys.platform == "darwin":
        return None  # the registry and the preferences are no files that somebody could have put there
    bases = QStandardPaths.standardLocations(QStandardPaths.StandardLocation.GenericConfigLocation)
    files = (Path(base, *way) for base in bases for way in _FILES)
    return next((file for file in files if os.path.exists(file) and not os.path.isfile(file)), None)


def kept_settings() -> QSettings:
    """What Qt keeps of this program; where there is no file that it could, nothing is kept after its end."""
    if not_a_file() is None:
        return QSettings("micrograd-gui", "micrograd-gui")
    nowhere = f"{os.devnull}/micrograd-gui.conf"  # in no folder, so Qt neither finds nor makes it
    return QSettings(nowhere, QSettings.Format.IniFormat)


class Settings:
    """Typed access to QSettings."""

    def __init__(self) -> None:
        self._kept = kept_settings()
        if not_a_file() is None:
            _keep_private(Path(self._kept.fileName()))

    @property
    def fault(self) -> str:
        """Why nothing is remembered, in a sentence; empty where it is."""
        wrong = not_a_file()
        if wrong is None:
            return ""
        return tr("{file} is not a file: what you choose is forgotten when the window is closed.", file=wrong)

    @property
    def recent(self) -> list[Path]:
        """The files opened or saved last, newest first."""
        kept = self._kept.value("recent", [])
        texts = kept if isinstance(kept, list) else [kept] if kept else []  # of one, a text comes back
        return [Path(str(text)) for text in texts]

    def remember(self, path: Path) -> None:
        """That file is the newest one."""
        full = path.resolve()
        others = [each for each in self.recent if each != full]
        self._kept.setValue("recent", [str(each) for each in [full, *others][:RECENT_AT_MOST]])

    @property
    def folder(self) -> Path:
        """Where a file dialog starts."""
        recent = self.recent
        return recent[0].parent if recent and os.path.isdir(recent[0].parent) else Path.cwd()

    @property
    def theme(self) -> str:
        """The name of a theme, or empty: what the desktop says."""
        return str(self._kept.value("theme", "", type=str))

    @theme.setter
    def theme(self, name: str) -> None:
        self._kept.setValue("theme", name)

    @property
    def text_scale(self) -> float:
        """How large text is; 0.0 as long as nobody has chosen: then it is as the desktop's."""
        kept = float(str(self._kept.value("text_scale", 0.0, type=float)))
        return min(LARGEST, max(SMALLEST, kept)) if kept else 0.0

    @text_scale.setter
    def text_scale(self, scale: float) -> None:
        self._kept.setValue("text_scale", scale)

    @property
    def language(self) -> str:
        """The code of a language, or empty: what the system wants."""
        return str(self._kept.value("language", "", type=str))

    @language.setter
    def language(self, code: str) -> None:
        self._kept.setValue("language", code)

    @property
    def motion(self) -> str:
        """ "quick", "slow", "none", or empty: what the desktop wants."""
        return str(self._kept.value("motion", "", type=str))

    @motion.setter
    def motion(self, pace: str) -> None:
        self._kept.setValue("motion", pace)

    @property
    def refresh_after_cells(self) -> bool:
        """Whether a window on a notebook's live values follows its cells."""
        return bool(self._kept.value("refresh_after_cells", False, type=bool))

    @refresh_after_cells.setter
    def refresh_after_cells(self, on: bool) -> None:
        self._kept.setValue("refresh_after_cells", on)

    @property
    def lessons(self) -> dict[str, tuple[int, bool]]:
        """For each lesson that was begun the step to go on with, from 0, and whether it was ever done."""
        try:
            kept = msgspec.json.decode(str(self._kept.value("lessons", "{}", type=str)), type=_Progress)
        except msgspec.DecodeError:
            return {}  # somebody else has written there
        return {name: (max(0, at), done) for name, (at, done) in kept.items()}

    @lessons.setter
    def lessons(self, progress: Mapping[str, tuple[int, bool]]) -> None:
        self._kept.setValue("lessons", msgspec.json.encode(dict(progress)).decode())

    @property
    def exports(self) -> str:
        """What was chosen for exports, last and under names: JSON, as the presets of the dialog write it."""
        return str(self._kept.value("exports", "", type=str))

    @exports.setter
    def exports(self, chosen: str) -> None:
        self._kept.setValue("exports", chosen)

    @property
    def first_start(self) -> bool:
        """Whether nothing has been kept yet."""
        return not self._kept.allKeys()

    def keep_greeted(self) -> None:
        """The lessons were offered: they are not once more."""
        self._kept.setValue("greeted", True)

    def arrangement(self) -> tuple[QByteArray, QByteArray] | None:
        """The window's geometry and the docks' arrangement; None at the first start."""
        if self._kept.value("layout", 0, type=int) != LAYOUT:
            return None
        geometry, docks = self._kept.value("geometry"), self._kept.value("docks")
        if isinstance(geometry, QByteArray) and isinstance(docks, QByteArray):
            return geometry, docks
        return None

    def keep_arrangement(self, geometry: QByteArray, docks: QByteArray) -> None:
        """The next start finds the window as it is."""
        self._kept.setValue("layout", LAYOUT)
        self._kept.setValue("geometry", geometry)
        self._kept.setValue("docks", docks)
