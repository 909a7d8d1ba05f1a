"""Figure → PDF, PNG and pixels by matplotlib: with embedded fonts, with any number of pixels per unit."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import compress
from typing import TYPE_CHECKING, Any

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
from micrograd_gui.files.embedded import attach, png_info
from micrograd_gui.resource import FAMILY

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure as MplFigure
    from matplotlib.path import Path
    from matplotlib.transforms import Transform
    from PIL.Image import Image


Rule = tuple[
    float, float, float, bool
]  # a line to write on: from its left, at a height, to its right; strong
MOST_PIXELS = 60_000_000
_LARGE = 8_000_000  # pixels: to pack more as well as can be takes longer than to draw them
_LEAST = 2.5  # pixels: smaller text is no text any more, and fonts have none below one
LONGEST_SIDE = 16_000  # pixels; a WebP can have no more than 16,383
LARGEST_PAGE = 14_400.0  # points; no side of a page of a PDF may be longer
_LONG_TEXT = 300.0  # units: no text of a figure reaches further
_POINTS = 72.0  # to the inch; a unit of a picture is a point


def pdf(figures: Iterable[Figure], palette: Palette, *, title: str, graph: str = "") -> bytes:
    """A PDF with a page for each figure, made smaller to fit it; fonts embedded, the graph attached."""

    def pages() -> Iterator[MplFigure]:
        for each in figures:
            unit = min(each.unit or 1.0, LARGEST_PAGE / max(each.width, each.height))
            yield mpl_figure(each, palette, unit=unit)

    return document(pages(), title=title, graph=graph)


def document(pages: Iterable[MplFigure], *, title: str, graph: str = "") -> bytes:
    """A PDF of these pages; fonts embedded, the graph attached."""
    from fontTools import subset  # type: ignore[import-untyped]  # it has no types
    from matplotlib.backends.backend_pdf import PdfPages

    # what sets letters side by side, which is done by then: to make it smaller takes half of a page's time
    unused = {"GSUB", "GPOS", "GDEF", *subset.Options._drop_tables_default}
    subset.Options._drop_tables_default = sorted(unused)
    file = io.BytesIO()
    about = {"Title": title, "Creator": "micrograd-gui", "CreationDate": None}  # made again it is the same
    with _fonts_embedded(), PdfPages(file, metadata=about) as made:
        for each in pages:
            made.savefig(each)
    return attach(file.getvalue(), graph) if graph else file.getvalue()


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
        less = f"choose at most {most:.2g}, or" if most >= SCALE_RANGE[0] else "take"
        if figure.unit is not None:
            fewer = f"choose at most {most * _POINTS / figure.unit:.0f}, or take"
            raise Refusal(
                f"At {scale * _POINTS / figure.unit:.0f} pixels per inch the picture would be "
                f"{figure.width * scale:.0f} by {figure.height * scale:.0f} pixels: {fewer} SVG or PDF, "
                "which have none."
            )
        raise Refusal(
            f"At {scale:g} pixels per unit the picture would be {figure.width * scale:.0f} by "
            f"{figure.height * scale:.0f} pixels: {less} SVG or PDF, which have none."
        )
    found = min(usual, most) if scale is None else scale
    if min(figure.width, figure.height) * found < 1:
        raise Refusal(
            f"The picture is {longest / min(figure.width, figure.height):,.0f} times as long as it is wide: "
            "in pixels nothing of it would be seen. Take SVG or PDF, which have none."
        )
    return found


def pixels(figure: Figure, palette: Palette, *, scale: float) -> Image:
    """The figure as a Pillow image."""
    from PIL import Image

    return Image.fromarray(_drawn(figure, palette, scale=scale)).convert("RGB")


def _drawn(figure: Figure, palette: Palette, *, scale: float, transparent: bool = False) -> Any:
    """The figure in so many pixels per unit: an array of rows of red, green, blue and opacity.

    All texts are drawn at once, as outlines of letters: matplotlib's own texts take ten times as long.
    """
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.transforms import Affine2D

    from micrograd_gui.export.glyphs import glyphs_of

    made = page(figure.width, figure.height, "none" if transparent else palette.ground)
    made.set_dpi(_POINTS * scale)
    place = Affine2D().scale(1 / figure.width, -1 / figure.height).translate(0, 1) + made.transFigure
    parts = [group for group in groups(figure) if not group.unseen]
    shapes = [shape for group in parts for shape in group.shapes]
    made.add_artist(_shapes(shapes, [_path(shape) for shape in shapes], palette, 1.0, place))
    texts = [text for group in parts for text in group.texts if text.size * scale >= _LEAST]
    if texts:
        made.add_artist(glyphs_of(texts, palette, scale, place))
    for text in texts:
        if text.strike is not None:
            start, end = ((x / figure.width, 1 - y / figure.height) for x, y in text.strike)
            line(made, start, end, palette.colour(tone_of(text)), STRIKE)
    canvas = FigureCanvasAgg(made)
    canvas.draw()  # type: ignore[no-untyped-call]  # matplotlib types few of its methods
    return np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]


def mpl_figure(
    figure: Figure, palette: Palette, *, transparent: bool = False, unit: float = 1.0, least: float = 0.0
) -> MplFigure:
    """The figure as a matplotlib figure without axes, a unit to so many points.

    Text smaller than the ``least`` is not written.
    """
    made = page(unit * figure.width, unit * figure.height, "none" if transparent else palette.ground)
    put(made, figure, palette, unit=unit, least=least)
    return made


def page(width: float, height: float, ground: str) -> MplFigure:
    """An empty page, so many points wide and high."""
    from matplotlib.figure import Figure as MplFigure

    made = MplFigure(figsize=(width / _POINTS, height / _POINTS), dpi=_POINTS)
    made.patch.set_facecolor(ground)
    return made


def put(
    made: MplFigure,
    figure: Figure,
    palette: Palette,
    *,
    unit: float = 1.0,
    corner: tuple[float, float] = (0.0, 0.0),
    within: tuple[float, float, float, float] | None = None,
    least: float = 0.0,
) -> None:
    """Draw the figure on the page, a unit to so many points, its corner there in points from the upper left.

    What of it is outside of the rectangle ``within`` (left, top, width, height) is not seen, nor text
    smaller than the ``least``.
    """
    from matplotlib.transforms import Affine2D, Bbox, TransformedBbox

    wide, high = (side * _POINTS for side in made.get_size_inches())
    left, top = corner
    place = Affine2D().scale(unit / wide, -unit / high).translate(left / wide, 1 - top / high)
    parts = [group for group in groups(figure) if not group.unseen]
    shapes = [shape for group in parts for shape in group.shapes]
    texts = [text for group in parts for text in group.texts if text.size >= least]
    paths = [_path(shape) for shape in shapes]
    if within is not None:  # what is not seen need not be drawn
        x, y, w, h = within
        room = Bbox.from_bounds((x - left) / unit, (y - top) / unit, w / unit, h / unit)
        seen = [room.overlaps(path.get_extents()) for path in paths]
        paths, shapes = list(compress(paths, seen)), list(compress(shapes, seen))
        near = room.padded(_LONG_TEXT)
        texts = [text for text in texts if near.contains(text.x, text.y)]
    drawn: list[Artist] = [_shapes(shapes, paths, palette, unit, place + made.transFigure)]
    made.add_artist(drawn[0])
    for text in texts:
        drawn += write(made, text, palette, unit, corner)
    if within is not None:
        box = Bbox([[x / wide, 1 - (y + h) / high], [(x + w) / wide, 1 - y / high]])
        for each in drawn:
            each.set_clip_box(TransformedBbox(box, made.transFigure))
            each.set_clip_on(True)


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


def write(
    made: MplFigure, text: Text, palette: Palette, unit: float = 1.0, corner: tuple[float, float] = (0.0, 0.0)
) -> list[Artist]:
    """Write the text on the page, which is ``unit`` times as large as it says, and give what was drawn."""
    wide, high = (side * _POINTS for side in made.get_size_inches())

    def at(x: float, y: float) -> tuple[float, float]:
        return (corner[0] + unit * x) / wide, 1 - (corner[1] + unit * y) / high

    drawn: list[Artist] = [
        made.text(
            *at(text.x, text.y),
            text.text,
            fontsize=unit * text.size,
            fontfamily=FAMILY,
            color=getattr(palette, tone_of(text)),
            fontweight="bold" if text.bold else "normal",
            fontstyle="italic" if text.italic else "normal",
            ha={"start": "left", "middle": "center", "end": "right"}[text.anchor],
            va="baseline",
            parse_math=False,
        )
    ]
    if text.strike is not None:
        colour = getattr(palette, tone_of(text))
        ends = [at(*end) for end in text.strike]
        drawn.append(line(made, ends[0], ends[1], colour, unit * STRIKE))
    return drawn


def write_all(made: MplFigure, texts: Sequence[Text], rules: Sequence[Rule], palette: Palette) -> None:
    """Write texts that begin at their places, and lines to write on, in points.

    Matplotlib's own texts take three times as long, which hundreds on each of a hundred pages show.
    """
    from matplotlib.artist import Artist
    from matplotlib.collections import LineCollection
    from matplotlib.font_manager import FontProperties
    from matplotlib.transforms import Affine2D

    wide, high = (side * _POINTS for side in made.get_size_inches())
    place = Affine2D().scale(1 / wide, -1 / high).translate(0, 1)
    ends = [((left, y), (right, y)) for left, y, right, _ in rules]
    colours = [palette.text if strong else palette.divider for *_, strong in rules]
    weights = [1.0 if strong else 0.6 for *_, strong in rules]
    lines = LineCollection(ends, colors=colours, linewidths=weights, transform=place + made.transFigure)
    made.add_artist(lines)
    fonts = {
        (text.size, text.bold): FontProperties(
            family=FAMILY, size=text.size, weight="bold" if text.bold else "normal"
        )
        for text in texts
    }

    class Texts(Artist):
        def draw(self, renderer: Any) -> None:
            unit = renderer.points_to_pixels(1.0)
            gc = renderer.new_gc()
            for text in texts:
                gc.set_foreground(getattr(palette, tone_of(text)))
                font = fonts[text.size, text.bold]
                renderer.draw_text(gc, text.x * unit, (high - text.y) * unit, text.text, font, 0)
            gc.restore()

    made.add_artist(Texts())


def line(
    made: MplFigure, start: tuple[float, float], end: tuple[float, float], colour: str, weight: float
) -> Artist:
    """A line between two points of the page, in parts of it from its lower left."""
    from matplotlib.lines import Line2D

    drawn = Line2D(
        (start[0], end[0]), (start[1], end[1]), transform=made.transFigure, color=colour, linewidth=weight
    )
    return made.add_artist(drawn)


@contextmanager
def _fonts_embedded() -> Iterator[None]:
    """Fonts are embedded as they are, letters keep their widths at any size, signs no font has become boxes.

    Only these settings are touched, not put back as a whole: a window may draw its plots at the same time.
    """
    from matplotlib import rcParams

    warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
    rcParams["pdf.fonttype"] = 42
    before, rcParams["text.hinting"] = rcParams["text.hinting"], "none"
    try:
        yield
    finally:
        rcParams["text.hinting"] = before
