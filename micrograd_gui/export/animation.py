"""Film → animated GIF or WebP: the moments one after the other, and what travels between them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from micrograd_gui.export import matplotlib_writer
from micrograd_gui.export.indexed import Indexed
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.palette import Palette
from micrograd_gui.figures.shapes import PATH_TONES, TONES
from micrograd_gui.resource import font_folder

if TYPE_CHECKING:
    from PIL.Image import Image

    from micrograd_gui.figures.motion import Shown

MOST_PIXELS = {"GIF": 300_000_000, "WEBP": 200_000_000}  # of all frames together
MOVING, MOVING_FOR = 5, 50  # frames in which a step's numbers travel, and milliseconds of each
_PILL_SIZE, _FINER = 12.0, 3  # the text of what travels; it is drawn so much larger first


def animation(
    figures: Iterable[Figure],
    palette: Palette,
    *,
    format: str,
    scale: float | None,
    seconds: float,
    moving: Callable[[int, Figure], Sequence[Sequence[Shown]]] | None = None,
) -> bytes:
    """A GIF or WebP that shows the figures one after the other, the last one longer, for ever.

    ``moving`` gives by number what travels over a figure, frame by frame, before it rests; the figure
    stays for as many seconds as without, and where these are few nothing travels. Raises Refusal where all
    of it would take more than a gigabyte.
    """
    hasty = seconds * 1000 < 2 * MOVING * MOVING_FOR
    table = Indexed(palette.colour(tone) for tone in (*TONES, *PATH_TONES))
    frames, milliseconds, held = [], [], 0.0
    for number, each in enumerate(figures):
        size = matplotlib_writer.affordable(each, scale, usual=1.0)
        still = matplotlib_writer.pixels(each, palette, scale=size)
        way = () if moving is None or hasty else moving(number, each)
        held += each.width * each.height * size * size * (len(way) + 1)
        if held > MOST_PIXELS[format]:
            matplotlib_writer.too_long(number + 1, held)
        seen = [*(_with_pills(still, shown, palette, size) for shown in way), still]
        frames += [table.of(each) for each in seen] if format == "GIF" else seen
        milliseconds += [*(MOVING_FOR for _ in way), round(1000 * seconds) - MOVING_FOR * len(way)]
    milliseconds[-1] += round(1500 * seconds)
    if format == "GIF":
        for at, drawn in enumerate(frames):  # one by one, for two of each would take twice the memory
            frames[at] = table.finished(drawn)  # with one table for all, what stays takes no room
    file = io.BytesIO()
    extra = {"lossless": True, "method": 2} if format == "WEBP" else {"optimize": False}
    frames[0].save(
        file, format, save_all=True, append_images=frames[1:], duration=milliseconds, loop=0, **extra
    )
    return file.getvalue()


def _with_pills(still: Image, shown: Sequence[Shown], palette: Palette, scale: float) -> Image:
    """The picture with those numbers over it; drawn larger and made smaller, so that edges are smooth."""
    from PIL import Image, ImageDraw, ImageFont

    made, fine = still.copy(), scale * _FINER
    folder = font_folder()
    assert folder is not None  # matplotlib has drawn the picture
    font = ImageFont.truetype(str(folder / "DejaVuSans-Bold.ttf"), round(_PILL_SIZE * fine))
    for each in shown:
        colour = getattr(palette, each.role)
        inside, ink = (colour, palette.box) if each.role == "data" else (palette.box, colour)
        wide, tall = round(font.getlength(each.text) + 14 * fine), round((_PILL_SIZE + 8) * fine)
        pill, mask = Image.new("RGB", (wide, tall), inside), Image.new("L", (wide, tall))
        edge, box = round(1.6 * fine), (0, 0, wide - 1, tall - 1)
        ImageDraw.Draw(mask).rounded_rectangle(box, tall / 2, fill=255)
        pen = ImageDraw.Draw(pill)
        pen.rounded_rectangle(box, tall / 2, fill=inside, outline=colour, width=edge)
        pen.text((wide / 2, tall / 2), each.text, fill=ink, font=font, anchor="mm")
        size = max(1, wide // _FINER), max(1, tall // _FINER)
        x, y = (round(at * scale - part / 2) for at, part in zip(each.middle, size, strict=True))
        made.paste(pill.resize(size, Image.Resampling.LANCZOS), (x, y), mask.resize(size))
    return made
