"""Animations in which the numbers of a step travel, other than where that is not wanted."""

from pathlib import Path

import pytest
from PIL import Image

import micrograd_gui as mg
from micrograd_gui.export import animation


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


@pytest.mark.parametrize("form", ["gif", "webp"])
def test_a_film_that_would_take_gigabytes_is_refused(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A film of 1,200 products took 6.5 GB as a GIF and more than 11 GB as a WebP."""
    monkeypatch.setitem(animation.MOST_PIXELS, form.upper(), 100_000)
    with pytest.raises(mg.Refusal, match=r"^The film would take more than a gigabyte of memory"):
        mg.render(mg.parse("L = a*b"), tmp_path / f"a.{form}")
    assert not list(tmp_path.iterdir())
