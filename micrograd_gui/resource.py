"""Where the program's data lies: resources/ in package or checkout; and the font of what it draws."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import NamedTuple

FAMILY = "DejaVu Sans"  # as in code: the font of the window and of all figures
ICON_SIZES = (16, 32, 48, 128, 256)  # pixels
_FILES = {
    (False, False): "DejaVuSans.ttf",
    (True, False): "DejaVuSans-Bold.ttf",
    (False, True): "DejaVuSans-Oblique.ttf",
    (True, True): "DejaVuSans-BoldOblique.ttf",
}


def resource(*parts: str) -> Path:
    """The path of a file or folder of resources/, as in `resource("examples", "neuron.micrograd")`."""
    return _root().joinpath(*parts)


@cache
def _root() -> Path:
    package = Path(__file__).resolve().parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"


def font_folder() -> Path | None:
    """The folder in which matplotlib brings that font, so that no machine lacks it; None without it."""
    from importlib.util import find_spec  # what draws nothing does without

    spec = find_spec("matplotlib")  # found, not imported: that would take most of a second
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"


class FontFile(NamedTuple):
    """A font of this machine: the file it is in, which of those in the file it is, and its family."""

    path: Path
    number: int = 0
    family: str = ""


class Family(NamedTuple):
    """A font that somebody asked for by name: its files, by whether they are bold and lean."""

    name: str
    files: tuple[tuple[tuple[bool, bool], FontFile], ...]

    def file(self, bold: bool, italic: bool) -> FontFile:
        """The file that is nearest to that."""
        files = dict(self.files)
        for want in ((bold, italic), (bold, False), (False, italic), (False, False)):
            if want in files:
                return files[want]
        return self.files[0][1]


_asked: ContextVar[Family | None] = ContextVar("font of a figure", default=None)  # as in code


@contextmanager
def drawn_in(family: Family | None) -> Iterator[None]:
    """All that is measured and drawn within is in that font; None: in that of all figures."""
    token = _asked.set(family)
    try:
        yield
    finally:
        _asked.reset(token)


def asked() -> Family | None:
    """The font that was asked for, None where nobody did."""
    return _asked.get()


def main_font(bold: bool = False, italic: bool = False) -> FontFile:
    """The font of all figures, or the one that was asked for."""
    chosen = asked()
    return ours(bold, italic) if chosen is None else chosen.file(bold, italic)


@cache
def ours(bold: bool = False, italic: bool = False) -> FontFile:
    """The font of all figures, which this program brings."""
    folder = font_folder()
    assert folder is not None, "matplotlib is a dependency"
    return FontFile(folder / _FILES[bold, italic], 0, FAMILY)
