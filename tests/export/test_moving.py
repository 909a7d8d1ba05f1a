"""An animation in which the numbers of a step travel, where that was asked for."""

from pathlib import Path

import pytest
from PIL import Image

import micrograd_gui as mg


@pytest.mark.parametrize("style", ["notebook", "canvas"])
def test_numbers_travel_in_a_gif(tmp_path: Path, style: str) -> None:
    path = tmp_path / "moving.gif"
    mg.render(mg.parse("a=2; b=-3; c=a*b"), path, style=style, step="all", motion=True)
    with Image.open(path) as film:
        assert film.n_frames == 4 + 2 * 5, "of forward, seed and backward the seed alone is given"
