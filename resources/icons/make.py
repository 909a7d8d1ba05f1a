"""Draws the icon in all sizes: `python resources/icons/make.py`; a folder after it gets .ico and .icns."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))
SIZES = (16, 32, 48, 128, 256)  # kept beside the drawing
OF_WINDOWS = (16, 24, 32, 48, 64, 128, 256)
OF_MACOS = (16, 32, 64, 128, 256, 512, 1024)


def drawn(size: int) -> Image.Image:
    """The icon with that many pixels on each side."""
    from PySide6.QtCore import QBuffer
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(HERE / "micrograd-gui.svg")).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return Image.open(io.BytesIO(buffer.data().data())).convert("RGBA")


def write_all(folder: Path) -> None:
    """The icon as Windows and macOS have it."""
    pictures = {size: drawn(size) for size in {*OF_WINDOWS, *OF_MACOS}}
    *smaller, largest = (pictures[size] for size in OF_WINDOWS)
    sizes = [(each, each) for each in OF_WINDOWS]
    largest.save(folder / "micrograd-gui.ico", sizes=sizes, append_images=smaller)
    *smaller, largest = (pictures[size] for size in OF_MACOS)
    largest.save(folder / "micrograd-gui.icns", append_images=smaller)


def main(folder: str | None = None, *, kept: bool = True) -> None:
    """Draw those that are ``kept`` beside the drawing, and .ico and .icns into ``folder``."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication([])
    for size in SIZES if kept else ():
        drawn(size).save(HERE / f"micrograd-gui-{size}.png", optimize=True)
    if folder is not None:
        write_all(Path(folder))
    del application


if __name__ == "__main__":
    main(*sys.argv[1:2])
