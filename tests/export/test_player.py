"""The HTML player, in a browser where there is one, and read by Python's own parser."""

import json
import re
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pytest

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.door import parse
from micrograd_gui.export import formats
from micrograd_gui.export.player import differences, shape_looks, text_looks, written_in_parts
from micrograd_gui.export.svg import text_attributes
from micrograd_gui.figures.figure import Figure, Style
from micrograd_gui.figures.moments import Options, film_of
from micrograd_gui.figures.parts import CardBox
from micrograd_gui.figures.shapes import Element, Shape, groups, shapes_of
from micrograd_gui.files import documents
from tests.export import browser
from tests.hostile import LABELS

LECTURE = documents.load_example("lecture")
needs_chromium = pytest.mark.skipif(browser.PROGRAM is None, reason="Chromium is not here")


def exported(path: Path, graph: Graph = LECTURE, step: str = "all", **options: object) -> Path:
    formats.export(film_of(graph, step, Options(**options)), path)  # type: ignore[arg-type]
    return path


class Reader(HTMLParser):
    """The tags of a page with their attributes, and the text of each script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)


@needs_chromium
def test_the_ledger_of_a_node_tells_what_has_come_so_far(tmp_path: Path, page: browser.Page) -> None:
    path = exported(tmp_path / "a.html", graph_from_expression("L = a*a + a"))
    seen = "document.querySelectorAll('.ledger:not([hidden]) tr:not([hidden])')"
    rows = f"[...{seen}].map((row) => row.innerText)"
    page.open(path)
    page.ask(
        "document.querySelector('#picture [data-node=\"1\"] rect')"
        ".dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    assert page.ask(rows) == []
    assert page.ask("document.getElementById('nothing').innerText") == "Nothing has come yet."
    page.press("End")
    _, *found = page.ask(rows)
    assert [row.split("\t")[2] for row in found] == [
        "1.0000 × 1.0000 = 1.0000",
        "1.0000 × 1.0000 = 1.0000",
        "1.0000 × 1.0000 = 1.0000",
    ]
    assert found[-1].endswith("2.0000 → 3.0000")
    page.press("PageUp")
    assert len(page.ask(rows)) == 2
    assert page.complaints == []


# Read by a parser --------------------------------------------------------------------------------


def test_the_player_is_one_file_that_points_nowhere(tmp_path: Path) -> None:
    text = exported(tmp_path / "a.html").read_text("utf-8")
    reader = Reader(text)
    points = [attributes.get(name) for _, attributes in reader.tags for name in ("src", "href")]
    assert not any(points)
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text)
    policy = next(a["content"] for tag, a in reader.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_what_stays_stands_there_once_and_each_moment_says_only_what_differs(tmp_path: Path) -> None:
    text = exported(tmp_path / "a.html").read_text("utf-8")
    film = json.loads(Reader(text).scripts[0])
    assert len(film) == 8
    assert max(map(len, film[1:])) < len(film[0]) / 3
    assert text.count("<svg") == 1
    root = ElementTree.fromstring(re.search(r"<svg.*?</svg>", text, re.DOTALL)[0])  # type: ignore[index]
    assert len([each for each in root.iter() if (each.get("class") or "").startswith("x ")]) == len(film[0])


@pytest.fixture(scope="module")
def factors() -> Graph:
    return graph_from_expression("a = 2; b = 3; L = a*b")


@pytest.fixture(scope="module")
def expected(factors: Graph, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(exported(tmp_path_factory.mktemp("plain") / "a.html", factors).read_text("utf-8"))


@pytest.mark.parametrize("label", LABELS, ids=range(len(LABELS)))
def test_no_label_becomes_a_tag_a_script_or_an_attribute(
    tmp_path: Path, factors: Graph, expected: Reader, label: str
) -> None:
    graph = factors.relabelled(1, label)
    found = Reader(exported(tmp_path / "b.html", graph).read_text("utf-8"))
    spans = ("span", "tspan", "sub")  # of the step card, and of an index in a label
    count = [tag for tag, _ in found.tags if tag not in spans]
    assert count == [tag for tag, _ in expected.tags if tag not in spans]
    assert len(found.scripts) == 3
    assert found.scripts[2] == expected.scripts[2]
    names = {name for tag, attributes in found.tags for name in attributes if tag != "tspan"}
    assert names == {name for _, attributes in expected.tags for name in attributes}
    indices = {name for tag, attributes in found.tags for name in attributes if tag == "tspan"}
    assert indices <= {"dy", "font-size"}


@pytest.mark.parametrize(("theme", "schemes"), [(None, 2), ("light", 0), ("dark", 0), ("print", 0)])
def test_the_colours_are_those_of_the_theme_or_of_the_readers_screen(
    tmp_path: Path, theme: str | None, schemes: int
) -> None:
    text = exported(tmp_path / "a.html", theme=theme).read_text("utf-8")
    assert text.count("prefers-color-scheme") == schemes // 2
    assert ("--ground:#0e1218" in text) == (theme in (None, "dark"))


# In a browser ------------------------------------------------------------------------------------


def numbers(page: browser.Page) -> dict[str, list[str]]:
    """The table of numbers, by node."""
    rows = page.ask(
        "[...document.querySelectorAll('tbody tr')].map(r => [...r.cells].map(c => c.textContent))"
    )
    return {name: cells for name, *cells in rows}


@needs_chromium
@pytest.mark.parametrize("style", ["notebook", "canvas"])
def test_keys_and_buttons_go_through_the_moments(tmp_path: Path, page: browser.Page, style: str) -> None:
    path = exported(tmp_path / "a.html", style=style)
    page.open(path)
    assert numbers(page)["a"] == ["2.0000", "·"]
    assert numbers(page)["L"] == ["·", "·"]
    moments = []
    for key in ("PageDown", "ArrowRight", "PageUp", "End", "ArrowLeft", "Home", "End"):
        page.press(key)
        moments.append(page.ask("document.getElementById('moment').value"))
    assert moments == ["1", "2", "1", "7", "6", "0", "7"]
    assert numbers(page)["a"] == ["2.0000", "6.0000"]
    card = page.ask("document.getElementById('card').textContent")
    assert "a.grad += b.data × e.grad = −3.0000 × −2.0000 = 6.0000" in card
    drawn = page.ask("[...document.querySelectorAll('#picture text')].map(t => t.textContent)")
    assert "6.0000" in drawn
    page.click("#back")
    assert numbers(page)["a"] == ["2.0000", "·"], "going back takes the numbers away again"
    page.click("#first")
    assert page.ask("document.getElementById('back').disabled") is True
    assert page.complaints == []
    assert page.loaded == [path.as_uri()]


@needs_chromium
def test_a_number_is_as_large_and_stands_as_in_a_picture_of_its_moment(
    tmp_path: Path, page: browser.Page
) -> None:
    graph = graph_from_expression("L = tanh(a*b)").valued(1, 2.0).valued(2, -3.0)  # tiny grads: 2.46e−05
    given = Options(style="canvas", card=False)
    pictures = list(film_of(graph, "all", given).pictures)
    page.open(exported(tmp_path / "a.html", graph, style="canvas"))
    placed = ["x", "y", "font-size"]
    seen = f"[...document.querySelectorAll('#picture text')].map(t => {placed}.map(n => t.getAttribute(n)))"
    for key, picture in (("End", pictures[-1]), ("Home", pictures[0])):
        page.press(key)
        texts = [text_attributes(text) for group in groups(picture) for text in group.texts]
        assert page.ask(seen) == [[each[name] for name in placed] for each in texts]
    sizes = [
        {text.size for text in each.texts if text.role == "grad"} for each in (pictures[0], pictures[-1])
    ]
    assert sizes[0] != sizes[1]


@needs_chromium
def test_space_plays_and_pauses_at_the_chosen_speed(tmp_path: Path, page: browser.Page) -> None:
    page.open(exported(tmp_path / "a.html"))
    page.ask("document.getElementById('speed').value = '800'")  # so that it still plays when it is to pause
    page.press(" ")
    assert page.ask("document.getElementById('play').textContent") == "Pause"
    where = "Number(document.getElementById('moment').value)"
    arrived = f"new Promise(done => setInterval(() => {where} >= 1 && done(true)))"
    page.call("Runtime.evaluate", expression=arrived, awaitPromise=True)
    page.press(" ")
    assert page.ask("document.getElementById('play').textContent") == "Play"


@needs_chromium
def test_a_screen_reader_is_told_buttons_the_moment_and_the_card(tmp_path: Path, page: browser.Page) -> None:
    page.open(exported(tmp_path / "a.html"))
    page.press("End")
    tree = page.tree()
    for name in ("First", "Back", "Play", "Forward", "Last"):
        assert any(role == "button" and name in said for role, said in tree), name
    assert ("slider", "Moment") in tree
    assert any(role == "image" and said == "The graph of L" for role, said in tree)
    assert any(role == "status" for role, _ in tree)
    assert page.ask("document.getElementById('card').getAttribute('aria-live')") == "polite"


@needs_chromium
def test_a_script_that_gets_into_the_page_is_not_run(tmp_path: Path, page: browser.Page) -> None:
    path = exported(tmp_path / "a.html")
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("</main>", "<script>window.broken = 1</script><img src=x onerror='broken=1'>"), "utf-8"
    )
    page.open(path)
    assert page.ask("window.broken") is None
    assert page.ask("document.getElementById('where').textContent") == "0 of 7", "ours still runs"


@needs_chromium
@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(14, 18, 24)")])
def test_the_readers_scheme_decides(tmp_path: Path, page: browser.Page, scheme: str, ground: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    page.call("Emulation.setEmulatedMedia", features=[feature])
    page.open(exported(tmp_path / "a.html"))
    assert page.ask("getComputedStyle(document.documentElement).backgroundColor") == ground


@needs_chromium
def test_a_graph_too_wide_to_be_read_is_shown_at_its_own_size_around_the_step(
    tmp_path: Path, page: browser.Page
) -> None:
    wide = "; ".join(["v0 = a*b"] + [f"v{at} = tanh(v{at - 1})" for at in range(1, 20)])
    page.open(exported(tmp_path / "wide.html", graph_from_expression(wide)))
    page.press("End")
    seen = """(() => {
        const it = document.querySelector("rect.strong").getBoundingClientRect();
        const room = document.querySelector("figure").getBoundingClientRect();
        return [it.left >= room.left - 1 && it.right <= room.right + 1, it.height];
    })()"""
    within, height = page.ask(seen)
    assert within
    assert height > 20, "at its own size"
    assert page.ask("document.getElementById('size').getAttribute('aria-pressed')") == "true"
    page.click("#size")
    assert page.ask(seen)[1] < 10, "as wide as the page"


@needs_chromium
def test_going_back_from_anywhere_shows_what_going_forward_to_there_showed(
    tmp_path: Path, page: browser.Page
) -> None:
    indexed = LECTURE.relabelled(LECTURE.named("a"), "a_1").relabelled(LECTURE.named("e"), "e_{12}")
    page.open(exported(tmp_path / "a.html", indexed, style="canvas"))
    page.click("#motion")  # else numbers may still be on their way
    drawn = "document.getElementById('picture').outerHTML"
    pages = [page.ask(drawn)]
    for _ in range(7):
        page.press("PageDown")
        pages.append(page.ask(drawn))
    on_a_wire = re.compile(r"× a<tspan[^>]*>1</tspan><tspan[^>]*> = 2")
    assert any(on_a_wire.search(each) for each in pages), "an index stays one"
    for number in range(6, -1, -1):
        page.press("PageUp")
        assert page.ask(drawn) == pages[number]
    page.press("End")
    page.press("Home")
    assert page.ask(drawn) == pages[0]


ON = "document.getElementById('forward').click()"
PILLS = "[...document.querySelectorAll('.pill text')].map(t => t.textContent)"


@needs_chromium
def test_on_the_way_forward_numbers_travel_until_the_next_key_or_their_end(
    tmp_path: Path, page: browser.Page
) -> None:
    page.open(exported(tmp_path / "a.html"))
    assert page.ask(f"{ON}; {PILLS}") == ["2.0000", "−3.0000"]
    page.press("PageUp")
    assert page.ask(PILLS) == []
    page.press("PageDown")
    rests = f"new Promise(done => setInterval(() => {PILLS}.length || done(true)))"
    page.call("Runtime.evaluate", expression=rests, awaitPromise=True)
    assert page.complaints == []


@needs_chromium
def test_nothing_travels_where_the_reader_wants_less_motion_or_has_it_off(
    tmp_path: Path, page: browser.Page
) -> None:
    path = exported(tmp_path / "a.html")
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    page.open(path)
    assert page.ask(f"{ON}; {PILLS}") == []
    page.click("#motion")
    assert page.ask(f"{ON}; {PILLS}") == ["−6.0000", "10.0000"], "chosen all the same"


def small_network() -> Graph:
    """Blocks within blocks, some of which are collapsed, and a loss, in a few moments."""
    code = "from micrograd.nn import MLP\nnet = MLP(1, [2, 1])\nL = (net([x]) - 1)**2"
    made = parse(code, x=0.5)
    for block in made.blocks:
        made = made.collapsed(block.id) if block.kind == "neuron" else made
    return made


# What differs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["notebook", "canvas"])
@pytest.mark.parametrize(
    ("name", "opened"), [*product(("neuron", "square", "blocks"), (False, True)), ("mlp", False)]
)
def test_differences_are_those_between_whole_pictures(name: str, opened: bool, style: Style) -> None:
    graph = documents.load_example(name) if name != "blocks" else small_network()
    film = film_of(graph, "all", Options(style=style, folded=not opened))
    before: list[list[object]] = []
    for moment, found in zip(film.moments, differences(film), strict=True):
        now: list[list[object]] = []
        for group in groups(film.figure_at(moment)):
            now += [[shape_looks(shape)] for shape in group.shapes]
            now += [[text_looks(text), written_in_parts(text)] for text in group.texts]
        expected = [[at, *new] for at, new in enumerate(now) if not before or before[at] != new]
        assert found == expected
        before = now


def test_a_player_of_thousands_of_moments_does_not_draw_each_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def counting(element: Element, picture: Figure) -> tuple[Shape, ...]:
        asked.append(isinstance(element, CardBox))
        return shapes_of(element, picture)

    monkeypatch.setattr("micrograd_gui.export.player.shapes_of", counting)
    film = film_of(documents.load_example("mlp"), "all", Options(folded=False))
    assert len(list(differences(film))) == len(film.moments) > 150
    boxes, moments = len(film.blank.boxes), len(film.moments)
    assert boxes <= sum(asked) < 20 * moments < boxes * moments / 2
