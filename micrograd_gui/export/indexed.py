"""Indexed: pictures as numbers of a table of colours, which grows with what is seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST = 255  # colours of a table; GIF needs one number more, for what stays as it was
_UNKNOWN = 255
_NEAR, _NEARER = (
    24.0,
    3.0,
)  # how far a colour is from one of a full table, and of an empty one, to be taken for it


class Indexed:
    """A table of colours that pictures drawn in a few tones share, with what is in between at their edges.

    The tones are in it from the beginning, so they stay as they are. A colour that comes later is added, or
    taken for one that nobody can tell from it; the fuller the table is, the farther away that one may be.
    """

    def __init__(self, tones: Iterable[str]) -> None:
        keys = [_key(tone) for tone in dict.fromkeys(tones)]
        self._colours = np.zeros((_MOST, 3), np.int32)
        self._count = 0
        self._numbers = np.full(1 << 24, _UNKNOWN, np.uint8)  # by colour
        for key in keys:
            self._add(key)
        self._ground = keys[0]

    def of(self, seen: Image) -> Image:
        """The picture in the colours of the table as it is now; `finished` gives it the whole table."""
        return self.of_pixels(np.asarray(seen.convert("RGBA")))

    def of_pixels(self, rgba: Any) -> Image:
        """The same of an array of height, width and four bytes for each opaque pixel.

        Most of a picture is ground, so the rest is looked up alone.
        """
        from PIL import Image

        pixels = np.ascontiguousarray(rgba).view("<u4")[..., 0].reshape(-1)
        places = np.flatnonzero(pixels != (self._ground | 0xFF000000))
        keys = pixels[places] & 0xFFFFFF
        found = self._numbers[keys]
        if (found == _UNKNOWN).any():
            self._admit(keys[found == _UNKNOWN])
            found = self._numbers[keys]
        made = np.full(pixels.size, self._numbers[self._ground], np.uint8)
        made[places] = found
        return self.finished(Image.fromarray(made.reshape(rgba.shape[:2])))

    def finished(self, picture: Image) -> Image:
        """The picture with the table as it is now."""
        picture.putpalette(self._colours[: self._count].astype(np.uint8).tobytes())
        return picture

    def _admit(self, keys: Any) -> None:
        """Give each of these colours a number, those first that are seen most."""
        every, often = np.unique(keys, return_counts=True)
        for key in every[np.argsort(-often, kind="stable")]:
            near, away = self._nearest(int(key))
            allowed = _NEARER + (_NEAR - _NEARER) * self._count / _MOST
            if self._count < _MOST and away > allowed**2:
                self._add(int(key))
            else:
                self._numbers[key] = near

    def _nearest(self, key: int) -> tuple[int, int]:
        away = ((self._colours[: self._count] - _parts(key)) ** 2).sum(axis=1)
        near = int(np.argmin(away))
        return near, int(away[near])

    def _add(self, key: int) -> None:
        self._colours[self._count] = _parts(key)
        self._numbers[key] = self._count
        self._count += 1


def _key(tone: str) -> int:
    """``#rrggbb`` as the number that its bytes are, red first."""
    return int.from_bytes(bytes.fromhex(tone[1:]), "little")


def _parts(key: int) -> tuple[int, int, int]:
    return key & 0xFF, key >> 8 & 0xFF, key >> 16
