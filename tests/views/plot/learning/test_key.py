"""The key above the axes: it hides nothing, and stays where it is."""

import pytest
from msgspec.structs import replace

from micrograd_gui.views.plot.kinds.boundary import BoundaryPlot
from micrograd_gui.views.plot.kinds.loss import LossPlot
from micrograd_gui.views.plot.surface import PlotSurface
from micrograd_gui.views.theme import DARK, Look, load_fonts
from tests.views.plot.reading import run


@pytest.mark.parametrize(
    ("look", "size"),
    [
        (Look(), (480, 200)),
        (Look(), (400, 330)),
        (Look(DARK, 1.5), (700, 700)),
        (Look().projected(900), (533, 540)),
        (Look().projected(700), (340, 420)),
    ],
)
def test_the_key_hides_nothing_and_none_of_its_words_is_cut(session, qtbot, look, size):
    load_fonts()
    run(session, 20)
    surface = PlotSurface(look)
    qtbot.addWidget(surface)
    surface.resize(*size)
    surface.show()
    for kind in (LossPlot(), BoundaryPlot()):
        static = kind.build(session.state, None)
        see_the_key(surface, size, static, kind.live_items(session.state, static))


def see_the_key(surface, size, static, marks):
    surface.show_plot(static, marks)
    surface.draw()
    axes, texts = surface.axes.bbox.y1, [text for text in surface._key._texts if text.get_text()]
    said = {word for mark in (*static.curves, *marks) for word in (mark.legend, mark.brief)}
    assert len(texts) >= 2
    for text in texts:
        box = text.get_window_extent()
        assert box.y0 >= axes - 1, "it stands on the axes"
        assert box.y1 <= size[1] + 1, "it is above the picture"
        assert 0 <= box.x0 < box.x1 <= size[0] + 1, "it is beside the picture"
        assert text.get_text() in said, "it is cut"
    title = surface.axes.title
    if title.get_visible() and title.get_text():
        assert title.get_window_extent().y0 >= max(text.get_window_extent().y1 for text in texts) - 2


def test_the_key_stays_where_it_is_while_its_numbers_grow(session, qtbot):
    load_fonts()
    kind, surface = LossPlot(), PlotSurface(Look().projected(900))
    qtbot.addWidget(surface)
    surface.show()
    session.train_step()
    static = kind.build(session.state, None)
    for width in range(300, 560, 20):
        surface.resize(width, 350)
        places = []
        for k in (1, 9, 10, 99, 150):
            training = replace(session.state.training, k=k)
            surface.show_plot(static, kind.live_items(replace(session.state, training=training), static))
            places.append([text.get_position() for text in surface._key._texts])
        assert all(each == places[0] for each in places), width
