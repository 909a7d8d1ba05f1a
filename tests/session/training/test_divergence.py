"""A loss that runs away is told from one that swings, and from one that comes back."""

import math

import pytest

from micrograd_gui.session.training.progress import diverges_since


@pytest.mark.parametrize(
    ("losses", "since"),
    [
        ([1.0, 2.0, 4.0, 8.0, 16.0, 32.0], 1),
        ([1.0, 0.5, 0.9, 3.0, 2.5, 10.0, 100.0], 3),
        ([4.0, 1.0, 4.0, 40.0, 400.0], 3),
        ([-1.0, -2.0, 5.0, 50.0], 2),
        ([0.0, 0.0, 5.0, 50.0], 2),
        ([0.9, 1e4, *(1e22 - k * 1e20 for k in range(50))], 1),  # high up, and slowly falling
        ([0.9, *(1e22 - k * 1e20 for k in range(50))], 1),
        ([1.0, 2.0, 30.0, math.inf], 1),
    ],
)
def test_it_diverges_since_the_step_from_which_it_stays_above_the_start(losses, since):
    assert diverges_since(losses) == since


@pytest.mark.parametrize(
    "losses",
    [
        [],
        [1.0],
        [1.0, 0.5, 0.2],
        [1.0 + 0.9 * math.sin(k) for k in range(200)],  # swings
        [1.0 if k % 2 else 9.0 for k in range(100)],
        [1.0, 9.0, 42.0, 5.0, 1.5, 1.1],  # a spike that comes back, if not below the start
        [1.0, 50.0, 0.5, 0.4],
        [1.0, 50.0, 30.0, 20.0, 12.0],  # and one on its way back
        [1.0, 0.9, 0.8, 50.0],  # one high loss alone
        [1.0, 2.0, math.nan],
    ],
)
def test_what_swings_falls_or_comes_back_does_not(losses):
    assert diverges_since(losses) is None
