"""Where moments stand along a strip: each at its own place, and found again there."""

import pytest

from micrograd_gui.views.time_axis import TimeAxis


@pytest.mark.parametrize("ticks", [range(1, 12), (7, 9, 16, 17, 90, 91), (500, 501, 2639), range(1, 2640)])
def test_moments_stand_in_order_from_edge_to_edge_and_are_found_where_they_stand(ticks) -> None:
    axis = TimeAxis(ticks, 16, 1516, 13)
    places = [axis.x_of(moment) for moment in range(axis.ticks[-1] + 1)]
    assert places == sorted(places)
    assert (places[0], places[-1]) == pytest.approx((16, 1516))
    for tick in (0, *ticks):
        assert axis.moment_at(axis.x_of(tick), 0) == tick
    assert (axis.moment_at(-50, 4), axis.moment_at(9999, 4)) == (0, axis.ticks[-1])


def test_each_tick_has_its_room_and_the_rest_is_shared_by_how_many_moments_lie_between() -> None:
    axis = TimeAxis((100, 101, 301), 0, 400, 20)
    assert axis.x_of(101) - axis.x_of(100) >= 20
    assert axis.x_of(301) - axis.x_of(101) - 20 == pytest.approx(2 * (axis.x_of(100) - 20))


def test_where_ticks_have_no_room_all_moments_stand_equally_far_apart() -> None:
    axis = TimeAxis((1, 2, 3, 50, 100), 0, 50, 13)
    assert axis.crowded
    assert axis.x_of(50) == 25
    assert axis.moment_at(25.3, 4) == 51


def test_a_tick_that_is_near_goes_before_what_lies_between() -> None:
    axis = TimeAxis((1000, 2000), 0, 500, 13)
    beside = axis.x_of(1000) + 3
    assert axis.moment_at(beside, 4) == 1000
    assert axis.moment_at(beside, 1) > 1000


def test_without_moments_there_is_only_the_beginning() -> None:
    axis = TimeAxis((), 0, 100, 13)
    assert axis.moment_at(70, 4) == 0
    assert axis.x_of(0) == 0
