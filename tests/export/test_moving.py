"""Animations in which the numbers of a step travel, other than where that is not wanted."""

from pathlib import Path

import pytest
from PIL import Image

import micrograd_gui as mg


@pytest.mark.parametrize(("suffix", "style"), [(".gif", "notebook"), (".webp", "canvas")])
def test_numbers_travel_before_each_moment_rests(tmp_path: Path, suffix: str, style: str) -> None:
    moving, still = tmp_path / f"moving{suffix}", tmp_path / f"still{suffix}"
    for path, motion in ((moving, True), (still, False)):
        mg.render(mg.parse("a=2; b=-3; c=a*b"), path, style=style, step="all", motion=motion, scale=0.5)
    with Image.open(moving) as film:
        assert film.n_frames == 4 + 2 * 5, "of forward, seed and backward in the seed nothing travels"
    with Image.open(still) as film:
        assert film.n_frames == 4
    assert moving.stat().st_size < 2.5 * still.stat().st_size


def test_a_moment_stays_as_long_with_motion_as_without(tmp_path: Path) -> None:
    for seconds, frames in ((1, 1 + 5), (0.2, 1)):
        path = tmp_path / f"{seconds}.gif"
        mg.render(mg.parse("a=2; b=-3; c=a*b"), path, step="all", seconds=seconds, scale=0.3)
        with Image.open(path) as film:
            stays = []
            for at in range(film.n_frames):
                film.seek(at)
                stays.append(film.info["duration"])
        assert sum(stays[1 : 1 + frames]) == 1000 * seconds


def test_without_gradients_none_travel(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    mg.render(mg.parse("a=2; b=-3; c=a*b"), path, step="all", gradients=False, scale=0.3)
    with Image.open(path) as film:
        stays = []
        for at in range(film.n_frames):
            film.seek(at)
            stays.append(film.info["duration"])
    assert stays.count(50) == 5, "those of the forward step"
