"""Picture → PDF, PNG and pixels by matplotlib: with embedded fonts, with any number of pixels per unit."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from micrograd_gui.services.inks import Ink
from micrograd_gui.services.lettering import FAMILY
from micrograd_gui.services.picture import Picture, Text
from micrograd_gui.services.svg import text_colour

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

_POINTS = 72.0  # a unit of a picture is a point


def pdf(pictures: Sequence[Picture], ink: Ink, *, info: Mapping[str, Any]) -> bytes:
    """A PDF with a page for each picture, its fonts embedded."""
    from matplotlib.backends.backend_pdf import PdfPages

    file = io.BytesIO()
    with _lettering(), PdfPages(file, metadata=dict(info)) as pages:
        for each in pictures:
            pages.savefig(figure(each, ink))
    return file.getvalue()


def png(picture: Picture, ink: Ink, *, scale: float, transparent: bool, info: Mapping[str, str]) -> bytes:
    """A PNG with ``scale`` pixels per unit."""
    file = io.BytesIO()
    with _lettering():
        figure(picture, ink, transparent=transparent).savefig(
            file, format="png", dpi=_POINTS * scale, metadata=dict(info), transparent=transparent
        )
    return file.getvalue()


def animation(pictures: Sequence[Picture], ink: Ink, *, format: str, scale: float, seconds: float) -> bytes:
    """A GIF or WebP that shows the pictures one after the other, the last one longer, for ever."""
    frames = [pixels(each, ink, scale=scale) for each in pictures]
    if format == "GIF":  # a palette of its own for each frame: a shared one makes white a little grey
        frames = [frame.quantize(128) for frame in frames]
    milliseconds = [round(1000 * seconds)] * (len(frames) - 1) + [round(2500 * seconds)]
    file = io.BytesIO()
    extra = {"lossless": True} if format == "WEBP" else {"optimize": False}
    frames[0].save(
        file, format, save_all=True, append_images=frames[1:], duration=milliseconds, loop=0, **extra
    )
    return file.getvalue()


def pixels(picture: Picture, ink: Ink, *, scale: float) -> Image:
    """The same as a Pillow image."""
    from PIL import Image

    made = Image.open(io.BytesIO(png(picture, ink, scale=scale, transparent=False, info={})))
    return made.convert("RGB")


def figure(picture: Picture, ink: Ink, *, transparent: bool = False) -> Figure:
    """The picture as a matplotlib figure without axes, a unit to the point."""
    from matplotlib.collections import EllipseCollection, LineCollection, PathCollection, PolyCollection
    from matplotlib.figure import Figure
    from matplotlib.path import Path

    made = Figure(figsize=(picture.width / _POINTS, picture.height / _POINTS), dpi=_POINTS)
    made.patch.set_facecolor("none" if transparent else ink.ground)
    axes = made.add_axes((0, 0, 1, 1), frameon=False)
    axes.set_axis_off()
    axes.set_xlim(0, picture.width)
    axes.set_ylim(picture.height, 0)

    def outlines(nodes: Sequence[int], chosen: int | None) -> dict[str, Any]:
        acting = [node == chosen for node in nodes]
        return {
            "facecolors": [ink.accent_fill if each else ink.box for each in acting],
            "edgecolors": [ink.accent if each else ink.line for each in acting],
            "linewidths": [ink.strong if each else 1.0 for each in acting],
        }

    lit = [picture.lit(wire) for wire in picture.wires]
    colours = [ink.accent if each else ink.wire for each in lit]
    axes.add_collection(
        PathCollection(
            [
                Path(wire.points, [Path.MOVETO, *[Path.CURVE4] * (len(wire.points) - 1)])
                for wire in picture.wires
            ],
            facecolors="none",
            edgecolors=colours,
            linewidths=[ink.strong if each else 1.0 for each in lit],
        )
    )
    axes.add_collection(
        PolyCollection([wire.head for wire in picture.wires], facecolors=colours, edgecolors=colours)
    )
    axes.add_collection(
        EllipseCollection(
            [2 * oval.rx for oval in picture.ovals],
            [2 * oval.ry for oval in picture.ovals],
            [0.0] * len(picture.ovals),
            units="xy",
            offsets=[(oval.x, oval.y) for oval in picture.ovals],
            offset_transform=axes.transData,
            **outlines([oval.node for oval in picture.ovals], picture.through),
        )
    )
    corners = [
        [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        for x, y, width, height in (box.rect for box in picture.boxes)
    ]
    axes.add_collection(
        PolyCollection(corners, **outlines([box.node for box in picture.boxes], picture.acting))
    )
    dividers = [(line, box.node == picture.acting) for box in picture.boxes for line in box.dividers]
    axes.add_collection(
        LineCollection(
            [line for line, _ in dividers],
            colors=[ink.accent if acting else ink.line for _, acting in dividers],
            linewidths=1.0,
        )
    )
    for text in picture.texts:
        _write(made, picture, text, ink)
    return made


def _write(made: Figure, picture: Picture, text: Text, ink: Ink) -> None:
    made.text(
        text.x / picture.width,
        1 - text.y / picture.height,
        text.text,
        fontsize=text.size,
        color=text_colour(text, ink),
        fontweight="bold" if text.bold else "normal",
        ha={"start": "left", "middle": "center", "end": "right"}[text.anchor],
        va="baseline",
        parse_math=False,
    )


@contextmanager
def _lettering() -> Iterator[None]:
    """Fonts are embedded as they are, and a sign that no font has becomes a box without a complaint."""
    import matplotlib

    with matplotlib.rc_context({"pdf.fonttype": 42, "font.family": FAMILY}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        yield
