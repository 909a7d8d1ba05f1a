"""Figure or page → PNG and pixels by matplotlib, with any number of pixels per unit."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from micrograd.language import N_, tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.geometry import STRIKE
from micrograd_gui.figures.moments import SCALE_RANGE
from micrograd_gui.figures.palette import Palette
from micrograd_gui.figures.parts import Text
from micrograd_gui.figures.shapes import (
    PATH_TONES,
    TONES,
    VEIL,
    Curve,
    Ellipse,
    Lines,
    Polygon,
    Rect,
    Shape,
    groups,
    tone_of,
)
from micrograd_gui.files.embedded import png_info

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure as MplFigure
    from matplotlib.path import Path
    from matplotlib.transforms import Transform
    from PIL.Image import Image

Box = tuple[float, float, float, float]  # left, top, width, height
MOST_PIXELS = 60_000_000
_LARGE = 8_000_000  # pixels: to pack more as well as can be takes longer than to draw them
_LEAST = 2.5  # pixels: smaller text is no text any more, and fonts have none below one
LONGEST_SIDE = 16_000  # pixels; a WebP can have no more than 16,383
_POINTS = 72.0  # to the inch; a unit of a picture is a point


class Placed(NamedTuple):
    """A figure on a page, a unit to so many points, its corner in points from that of the page.

    What of it is outside of ``within`` is not seen.
    """

    figure: Figure
    unit: float = 1.0
    corner: tuple[float, float] = (0.0, 0.0)
    within: Box | None = None


class Rule(NamedTuple):
    """A line to write on, from left to right at a height."""

    left: float
    y: float
    right: float
    strong: bool


class PaperPage(NamedTuple):
    """A page so many points wide and high, and what is on it."""

    wide: float
    high: float
    palette: Palette
    figures: list[Placed]
    texts: list[Text]
    rules: list[Rule]


def png(
    figure: Figure,
    palette: Palette,
    *,
    scale: float | None = None,
    transparent: bool = False,
    title: str = "",
    graph: str = "",
    dpi: float | None = None,
) -> bytes:
    """A PNG with ``scale`` pixels per unit (None: 2, fewer for a huge one), the graph among its texts.

    ``dpi`` is what it says of itself, where it has a size on paper.
    """
    from PIL import Image

    drawn = _drawn(figure, palette, scale=affordable(figure, scale, usual=2.0), transparent=transparent)
    if transparent:
        made = Image.fromarray(drawn)
    else:  # a table of colours takes a third of the room, and of the time of a large one
        from micrograd_gui.export.indexed import Indexed

        made = Indexed(palette.colour(tone) for tone in (*TONES, *PATH_TONES)).of_pixels(drawn)
    file = io.BytesIO()
    level = 6 if made.width * made.height < _LARGE else 2
    size = {} if dpi is None else {"dpi": (dpi, dpi)}
    made.save(file, "PNG", pnginfo=png_info(title, graph), compress_level=level, **size)
    return file.getvalue()


def affordable(figure: Figure, scale: float | None, *, usual: float) -> float:
    """The scale; raises Refusal where it asks for more pixels than any program opens."""
    area = figure.width * figure.height
    longest = max(figure.width, figure.height)
    most = min((MOST_PIXELS / area) ** 0.5, LONGEST_SIDE / longest)
    if scale is not None and scale > most:
        wide, high = figure.width * scale, figure.height * scale
        if figure.unit is not None:
            raise Refusal(
                tr(
                    "At {dpi:.0f} pixels per inch the picture would be {wide:.0f} by {high:.0f} pixels: "
                    "choose at most {most:.0f}, or take SVG or PDF, which have none.",
                    dpi=scale * _POINTS / figure.unit,
                    wide=wide,
                    high=high,
                    most=most * _POINTS / figure.unit,
                )
            )
        said = (
            N_(
                "At {scale:g} pixels per unit the picture would be {wide:.0f} by {high:.0f} pixels: "
                "choose at most {most:.2g}, or SVG or PDF, which have none."
            )
            if most >= SCALE_RANGE[0]
            else N_(
                "At {scale:g} pixels per unit the picture would be {wide:.0f} by {high:.0f} pixels: "
                "take SVG or PDF, which have none."
            )
        )
        raise Refusal(tr(said, scale=scale, wide=wide, high=high, most=most))
    found = min(usual, most) if scale is None else scale
    if min(figure.width, figure.height) * found < 1:
        raise Refusal(
            tr(
                "The picture is {times:,.0f} times as long as it is wide: "
                "in pixels nothing of it would be seen. Take SVG or PDF, which have none.",
                times=longest / min(figure.width, figure.height),
            )
        )
    return found


def too_long(moments: int, held: float) -> NoReturn:
    """Raises the Refusal of a film whose first moments have so many pixels together."""
    raise Refusal(
        tr(
            "The film would take more than a gigabyte of memory: its first {moments} moments alone have "
            "{millions:,.0f} million pixels. Choose a smaller width or scale, or take HTML.",
            moments=moments,
            millions=held / 1e6,
        )
    )


def pixels(figure: Figure, palette: Palette, *, scale: float) -> Image:
    """The figure as a Pillow image."""
    from PIL import Image

    return Image.fromarray(_drawn(figure, palette, scale=scale)).convert("RGB")


def page_pixels(page: PaperPage, *, scale: float) -> Image:
    """A page as a Pillow image, with so many pixels to a point."""
    from PIL import Image

    made = _sheet(page.wide, page.high, page.palette.ground, scale)
    for each in page.figures:
        _put(made, each, page.palette, scale)
    for left, y, right, strong in page.rules:
        colour = page.palette.text if strong else page.palette.divider
        start, end = ((x / page.wide, 1 - y / page.high) for x in (left, right))
        _line(made, start, end, colour, 1.0 if strong else 0.6)
    _write(made, page.texts, page.palette, scale, _place(made))
    return Image.fromarray(_pixels_of(made)).convert("RGB")


def _drawn(figure: Figure, palette: Palette, *, scale: float, transparent: bool = False) -> Any:
    """The figure in so many pixels per unit: an array of rows of red, green, blue and opacity."""
    made = _sheet(figure.width, figure.height, "none" if transparent else palette.ground, scale)
    _put(made, Placed(figure), palette, scale)
    return _pixels_of(made)


def _sheet(width: float, height: float, ground: str, scale: float) -> MplFigure:
    """An empty page, so many points wide and high."""
    from matplotlib.figure import Figure as MplFigure

    made = MplFigure(figsize=(width / _POINTS, height / _POINTS), dpi=_POINTS)
    made.patch.set_facecolor(ground)
    made.set_dpi(_POINTS * scale)
    return made


def _pixels_of(made: MplFigure) -> Any:
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(made)
    canvas.draw()  # type: ignore[no-untyped-call]  # matplotlib types few of its methods
    return np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]


def _place(made: MplFigure, unit: float = 1.0, corner: tuple[float, float] = (0.0, 0.0)) -> Transform:
    """What takes units of a figure with its corner there to where they are drawn."""
    from matplotlib.transforms import Affine2D

    wide, high = (side * _POINTS for side in made.get_size_inches())
    there = Affine2D().scale(unit / wide, -unit / high).translate(corner[0] / wide, 1 - corner[1] / high)
    return there + made.transFigure


def _put(made: MplFigure, placed: Placed, palette: Palette, scale: float) -> None:
    """Draw the figure at its place, all its shapes at once and all its texts."""
    figure, unit, corner, within = placed
    place = _place(made, unit, corner)
    parts = [group for group in groups(figure) if not group.unseen]
    shapes = [shape for group in parts for shape in group.shapes]
    drawn: list[Artist] = [_shapes(shapes, [_path(shape) for shape in shapes], palette, unit, place)]
    made.add_artist(drawn[0])
    texts = [text for group in parts for text in group.texts if text.size * unit * scale >= _LEAST]
    drawn += _write(made, texts, palette, scale * unit, place)
    if within is not None:
        from matplotlib.transforms import Bbox, TransformedBbox

        seen = TransformedBbox(Bbox.from_bounds(*within), _place(made))
        for each in drawn:
            each.set_clip_box(seen)
            each.set_clip_on(True)


def _write(
    made: MplFigure, texts: Sequence[Text], palette: Palette, scale: float, place: Transform
) -> list[Artist]:
    """Write the texts, in so many pixels per unit, and give what was drawn.

    All are drawn at once, as outlines of letters: matplotlib's own texts take ten times as long.
    """
    from micrograd_gui.export.glyphs import glyphs_of

    if not texts:
        return []
    drawn: list[Artist] = [glyphs_of(texts, palette, scale, place)]
    made.add_artist(drawn[0])
    back = made.transFigure.inverted()
    for text in texts:
        if text.strike is not None:
            start, end = back.transform(place.transform(text.strike))
            thick = STRIKE * scale * _POINTS / made.dpi
            drawn.append(_line(made, start, end, palette.colour(tone_of(text)), thick))
    return drawn


def _shapes(
    shapes: Sequence[Shape], paths: Sequence[Path], palette: Palette, unit: float, place: Transform
) -> PathCollection:
    """The shapes with these outlines as one collection."""
    from matplotlib.collections import PathCollection

    return PathCollection(
        paths,
        facecolors=[_inside(shape, palette) for shape in shapes],
        edgecolors=[palette.colour(shape.edge) if shape.edge else "none" for shape in shapes],
        linewidths=[unit * palette.weight(shape.weight) for shape in shapes],
        linestyles=[_line_style(shape, palette) for shape in shapes],
        transform=place,
    )


def _line_style(shape: Shape, palette: Palette) -> tuple[int, list[float] | None]:
    """The dashes of its edge, which matplotlib multiplies by how thick that is."""
    thick = palette.weight(shape.weight)
    return 0, [length / thick for length in shape.pattern] or None


def _inside(shape: Shape, palette: Palette) -> str | tuple[str, float]:
    if shape.fill is None:
        return "none"
    colour = palette.colour(shape.fill)
    return (colour, VEIL) if shape.veil else colour


def _path(shape: Shape) -> Path:
    from matplotlib.path import Path
    from matplotlib.transforms import Affine2D

    match shape.outline:
        case Curve(points):
            return Path(points, [Path.MOVETO, *[Path.CURVE4] * (len(points) - 1)])
        case Polygon(points):
            return Path([*points, points[0]], closed=True)
        case Lines(ends):
            corners = [point for line in ends for point in line]
            return Path(corners, [Path.MOVETO, Path.LINETO] * len(ends)) if ends else Path([(0, 0)])
        case Ellipse(x, y, rx, ry):
            return Affine2D().scale(rx, ry).translate(x, y).transform_path(Path.unit_circle())
        case Rect(x, y, width, height, r):
            right, bottom = x + width, y + height
            if not r:
                return Path([(x, y), (right, y), (right, bottom), (x, bottom), (x, y)], closed=True)
            corners = [
                (x + r, y), (right - r, y), (right, y), (right, y + r),
                (right, bottom - r), (right, bottom), (right - r, bottom),
                (x + r, bottom), (x, bottom), (x, bottom - r),
                (x, y + r), (x, y), (x + r, y), (x + r, y),
            ]  # fmt: skip
            side = [Path.LINETO, Path.CURVE3, Path.CURVE3]
            return Path(corners, [Path.MOVETO, *side, *side, *side, *side, Path.CLOSEPOLY][:14])


def _line(
    made: MplFigure, start: tuple[float, float], end: tuple[float, float], colour: str, weight: float
) -> Artist:
    """A line between two points of the page, in parts of it from its lower left."""
    from matplotlib.lines import Line2D

    drawn = Line2D(
        (start[0], end[0]), (start[1], end[1]), transform=made.transFigure, color=colour, linewidth=weight
    )
    return made.add_artist(drawn)
