"""Exports, opened with readers that are not ours."""

import gc
import io
import re
import shutil
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.door import render
from micrograd_gui.export import formats
from micrograd_gui.export.matplotlib_writer import png
from micrograd_gui.export.pdf import pdf
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.moments import Film, Moment, Options, film_of
from micrograd_gui.figures.palette import PALETTES
from micrograd_gui.files import documents
from micrograd_gui.layout.graphviz import engine
from tests.hostile import LABELS
from tests.layout.far_graphs import chain

SVG = "{http://www.w3.org/2000/svg}"
LECTURE = documents.load_example("lecture")
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not here")


def film(graph: Graph = LECTURE, step: str | None = None, **options: object) -> Film:
    return film_of(graph, step, Options(**options))  # type: ignore[arg-type]  # fields of Options


def exported(path: Path, *arguments: object, **options: object) -> bytes:
    (written,) = formats.export(film(*arguments, **options), path)  # type: ignore[arg-type]
    return written.read_bytes()


def texts(svg: bytes) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


# SVG ---------------------------------------------------------------------------------------------


def test_in_svg_text_stays_text_and_each_node_is_a_group_with_a_title(tmp_path: Path) -> None:
    content = exported(tmp_path / "a.svg")
    root = ElementTree.fromstring(content)
    groups = [each for each in root.iter(f"{SVG}g") if (each.get("id") or "").startswith("node-")]
    assert {group.findtext(f"{SVG}title") for group in groups} == set("abcdefL")
    a = next(group for group in groups if group.findtext(f"{SVG}title") == "a")
    assert [each.text for each in a.iter(f"{SVG}text")] == ["a", "data", "2.0000", "grad", "6.0000"]
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"


def test_the_acting_node_is_outlined_and_no_other(tmp_path: Path) -> None:
    palette = PALETTES["light"]
    root = ElementTree.fromstring(exported(tmp_path / "a.svg", LECTURE, "last"))
    outlined = [
        group.findtext(f"{SVG}title")
        for group in root.iter(f"{SVG}g")
        if group.find(f"{SVG}rect[@stroke='{palette.accent}']") is not None
    ]
    assert outlined == ["e"]


@pytest.mark.parametrize("label", LABELS, ids=range(len(LABELS)))
def test_an_svg_with_any_label_is_well_formed_and_has_no_element_of_the_labels_making(
    tmp_path: Path, label: str
) -> None:
    graph = graph_from_expression("a = 2; b = 3; L = a*b").relabelled(1, label)
    content = exported(tmp_path / "a.svg", graph)
    root = ElementTree.fromstring(content)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        "svg", "title", "metadata", "style", "rect", "path", "polygon", "ellipse", "text", "tspan", "g",
    }  # fmt: skip
    assert len(list(root.iter(f"{SVG}ellipse"))) == 1
    assert not re.search(rb"<script|javascript:|\son\w+=", content)


@pytest.mark.parametrize("theme", PALETTES)
def test_each_theme_has_its_colours(tmp_path: Path, theme: str) -> None:
    palette = PALETTES[theme]
    content = exported(tmp_path / "a.svg", theme=theme).decode()
    assert f'fill="{palette.ground}"' in content
    assert f'fill="{palette.data}"' in content
    if theme == "print":
        assert set(re.findall(r"#[0-9a-f]{6}", content)) <= {"#000000", "#444444", "#e8e8e8", "#ffffff"}


@pytest.mark.parametrize("theme", PALETTES)
def test_text_has_a_contrast_of_at_least_4_5(theme: str) -> None:
    palette = PALETTES[theme]

    def brightness(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    for text in (palette.text, palette.muted, palette.data, palette.grad):
        for ground in (palette.ground, palette.box, palette.accent_fill):
            dark, light = sorted((brightness(text), brightness(ground)))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


@pytest.mark.parametrize("theme", PALETTES)
def test_the_sign_of_an_op_stands_on_a_ground_of_its_own(theme: str) -> None:
    palette = PALETTES[theme]
    assert palette.chip not in (palette.box, palette.ground), "else × x1w1 reads as one name"


def test_a_transparent_svg_has_no_ground(tmp_path: Path) -> None:
    root = ElementTree.fromstring(exported(tmp_path / "a.svg", transparent=True))
    assert root.find(f"{SVG}rect") is None


def test_in_svg_several_spaces_of_a_step_card_stay_several(tmp_path: Path) -> None:
    root = ElementTree.fromstring(exported(tmp_path / "a.svg", LECTURE, "last", card=True))
    (moment,) = (each for each in root.iter(f"{SVG}text") if "moment" in (each.text or ""))
    assert moment.text == "·   moment 7 of 7"
    assert moment.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"


# PNG, PDF, GIF, WebP, DOT ------------------------------------------------------------------------


def test_a_png_has_as_many_pixels_as_asked_for(tmp_path: Path) -> None:
    one, three = (Image.open(io.BytesIO(exported(tmp_path / "a.png", scale=scale))) for scale in (1.0, 3.0))
    assert one.size[0] == pytest.approx(three.size[0] / 3, abs=1)
    assert one.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_a_png_has_the_colours_of_its_theme_and_edges_in_between(tmp_path: Path) -> None:
    palette = PALETTES["dark"]
    for suffix in (".png", ".gif"):
        seen = Image.open(
            io.BytesIO(exported(tmp_path / f"a{suffix}", LECTURE, "last", theme="dark", scale=2.0))
        )
        found = seen.convert("RGB").getcolors(256) or ()
        colours = {f"#{red:02x}{green:02x}{blue:02x}" for _, (red, green, blue) in found}
        tones = ("ground", "box", "text", "data", "grad", "accent", "accent_fill", "wire", "line")
        assert colours >= {palette.colour(tone) for tone in tones}
        assert 100 < len(colours) < 256, "smooth edges, of a table of colours"


def test_a_png_can_be_seen_through(tmp_path: Path) -> None:
    seen = Image.open(io.BytesIO(exported(tmp_path / "a.png", transparent=True)))
    assert seen.convert("RGBA").getpixel((0, 0))[3] == 0


@needs_poppler
def test_a_pdf_has_a_page_per_step_text_and_embedded_fonts(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    exported(path, LECTURE, "all")
    said = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True).stdout
    pages = said.split("\f")
    assert len(pages) - 1 == 8
    assert "6.0000" in pages[7]
    assert "a.grad" in pages[7]
    assert "6.0000" not in pages[0].replace("−6.0000", "")
    if shutil.which("pdffonts"):
        fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True).stdout.splitlines()[2:]
        assert fonts
        assert all("DejaVuSans" in line and line.split()[-5] == "yes" for line in fonts)


def test_dashes_of_a_pdf_end_where_they_end(tmp_path: Path) -> None:
    """fpdf2 begins a page with lines that are longer at both ends: dots would become one line."""
    content = re.search(rb"stream\n(x.*?)\nendstream", exported(tmp_path / "a.pdf", paths=1), re.DOTALL)
    assert content is not None
    before, after = zlib.decompress(content[1]).split(b"0 J", 1)
    assert b"] 0 d" not in before
    assert b"2 J" not in after


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_an_animation_rests_at_each_moment_all_of_one_size_and_loops(tmp_path: Path, suffix: str) -> None:
    animation = Image.open(io.BytesIO(exported(tmp_path / f"a{suffix}", LECTURE, "all")))
    assert animation.n_frames == 8 + 6 * 5, "in each step but the seed numbers travel in five frames"
    assert animation.info["loop"] == 0
    still = next(film(LECTURE, "all").pictures)
    assert animation.size == pytest.approx((still.width, still.height), abs=1)
    animation.seek(37)
    assert animation.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_dot_is_read_by_graphviz(tmp_path: Path) -> None:
    text = exported(tmp_path / "a.dot").decode()
    assert b"<svg" in engine().run(text, "svg")


def test_a_micrograd_file_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "copy.micrograd"
    exported(path)
    assert {node.label for node in documents.read(path)} == set("abcdefL")


@pytest.mark.parametrize("suffix", formats.FORMS)
@pytest.mark.parametrize("label", ["$\\frac{", "日本 🙂", "a\0b\n<", "w" * 1000])
def test_every_form_takes_labels_of_any_kind(tmp_path: Path, suffix: str, label: str) -> None:
    graph = graph_from_expression("a = 2; L = a*a").relabelled(1, label)
    assert exported(tmp_path / f"a{suffix}", graph)


# Steps and files ---------------------------------------------------------------------------------


def test_all_steps_become_numbered_files_of_one_size(tmp_path: Path) -> None:
    written = formats.export(film(LECTURE, "all"), tmp_path / "steps.svg")
    assert [path.name for path in written] == [f"steps-{number:02}.svg" for number in range(8)]
    roots = [ElementTree.fromstring(path.read_bytes()) for path in written]
    assert len({(root.get("width"), root.get("height")) for root in roots}) == 1
    assert "6.0000" not in texts(written[0].read_bytes())
    assert "6.0000" in texts(written[7].read_bytes())


def test_the_same_node_stands_at_the_same_place_in_every_step(tmp_path: Path) -> None:
    places = set()
    for step in ("0", "3", "7", "last"):
        root = ElementTree.fromstring(exported(tmp_path / "a.svg", LECTURE, step))
        rect = next(g for g in root.iter(f"{SVG}g") if g.findtext(f"{SVG}title") == "L").find(f"{SVG}rect")
        assert rect is not None
        places.add((rect.get("x"), rect.get("y"), rect.get("width")))
    assert len(places) == 1


@pytest.mark.parametrize("step", ["8", "-1", "x", "1.5", "", "9" * 5000])
def test_a_step_that_there_is_not_is_refused(step: str) -> None:
    with pytest.raises(Refusal, match="from 0 to 7, last or all"):
        film(LECTURE, step)


def test_a_run_that_stops_is_shown_up_to_where_it_stops(tmp_path: Path) -> None:
    graph = graph_from_expression("a = 0; e = log(a); L = e*2")
    content = exported(tmp_path / "a.svg", graph)
    assert "−inf" in texts(content)
    assert texts(content).count("·") >= 4


@needs_poppler
def test_a_page_of_a_pdf_is_no_longer_than_readers_show(tmp_path: Path) -> None:
    chain = graph_from_expression("y0 = 2; " + "; ".join(f"y{at + 1} = -y{at}" for at in range(80)))
    path = tmp_path / "a.pdf"
    exported(path, chain)
    said = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    size = re.search(r"Page size: +([\d.]+) x ([\d.]+) pts", said)
    assert size is not None
    assert float(size[1]) == pytest.approx(14_400, abs=1)
    words = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    assert "y80" in words


@pytest.mark.parametrize("style", ["notebook", "canvas"])
@pytest.mark.parametrize("step", [None, "last"])
def test_the_node_where_a_run_stops_is_drawn_in_the_colours_of_a_problem(
    tmp_path: Path, style: str, step: str | None
) -> None:
    graph = graph_from_expression("a = 0; e = log(a); L = e*2")
    content = exported(tmp_path / "a.svg", graph, step, style=style)
    root = ElementTree.fromstring(content)
    palette = PALETTES["light"]
    wrong = {
        g.findtext(f"{SVG}title")
        for g in root.iter(f"{SVG}g")
        if any(each.get("stroke") == palette.bad and each.get("fill") == palette.bad_fill for each in g)
    }
    assert wrong == {"e"}


@pytest.mark.parametrize("name", ["torch.py", "jax.py", "micrograd.py", "json.py", "math.py"])
def test_a_script_is_not_named_as_a_module_that_it_imports(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refusal, match=rf"{name} would import itself"):
        render(LECTURE, str(tmp_path / name), dialect="torch")
    assert not list(tmp_path.iterdir())
    for free in ("lecture_torch.py", "test.py", "code.py"):
        render(LECTURE, str(tmp_path / free), dialect="torch")


@pytest.mark.parametrize("name", ["a.xyz", "a", "a.svg.exe"])
def test_an_unknown_suffix_is_refused_with_those_there_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refusal, match=r"one of \.svg, \.png, \.pdf"):
        render(LECTURE, str(tmp_path / name))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"theme": "pink"}, "no theme “pink”"),
        ({"scale": "0"}, "from 0.1 to 20"),
        ({"scale": "1e9"}, "from 0.1 to 20"),
        ({"scale": "big"}, "^scale must be a number"),
        ({"step": "many"}, "last or all"),
    ],
)
def test_bad_options_are_refused_and_nothing_is_written(
    tmp_path: Path, options: dict[str, str], words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        render(LECTURE, str(tmp_path / "a.png"), **options)
    assert not list(tmp_path.iterdir())


def test_an_empty_graph_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="empty"):
        render(Graph(), str(tmp_path / "a.svg"))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefusal, match="no folder “none”"):
        render(LECTURE, str(tmp_path / "none" / "a.svg"))


def test_a_moment_of_the_window_is_exported(tmp_path: Path) -> None:
    moment = film(LECTURE, "3").moments[0]
    shown = Film(LECTURE, (Moment(moment.frame, moment.step),), Options(theme="dark"))
    formats.export(shown, tmp_path / "m.svg")
    assert "−8.0000" in texts((tmp_path / "m.svg").read_bytes())


def test_each_form_has_a_title_and_a_suffix_of_its_own() -> None:
    assert [form.suffix for form in formats.FORMS.values()] == list(formats.FORMS)
    assert all(form.title and form.suffix.startswith(".") for form in formats.FORMS.values())


def test_the_table_of_forms_is_at_hand_without_matplotlib() -> None:
    code = "import sys, micrograd_gui.export.formats; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_picture_so_wide_that_its_text_would_be_less_than_a_pixel_is_made_without_text(
    tmp_path: Path,
) -> None:
    (made,) = formats.render(chain(700), tmp_path / "chain.png", {"style": "canvas"})
    with Image.open(made) as picture:
        assert picture.width <= 16_000


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf", ".gif", ".webp", ".tex", ".html"])
def test_more_boxes_than_a_picture_can_have_are_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    most = int(formats.FORMS[suffix].most)
    monkeypatch.setattr(formats, "film_of", None)  # it is not even run
    with pytest.raises(Refusal, match=rf"boxes are too many .* as \{suffix} it has at most {most:,}\."):
        render(chain(most // 2 + 1), tmp_path / f"a{suffix}")
    with pytest.raises(Refusal, match="boxes are too many"):
        formats.picture_bytes(Film(chain(most // 2 + 1), ()), suffix)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_has_as_many_boxes_as_it_can_have_of_what_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for most, style, drawn in ((12, "notebook", 11), (6, "canvas", 7)):
        form = replace(formats.FORMS[".svg"], most=most)
        monkeypatch.setitem(formats.FORMS, ".svg", form)
        if drawn <= most:
            render(LECTURE, tmp_path / "a.svg", style=style)
        else:
            with pytest.raises(Refusal, match=f"{drawn} boxes are too many"):
                render(LECTURE, tmp_path / "a.svg", style=style)
            render(LECTURE, tmp_path / "a.svg", style=style, nodes=["a", "b", "e"])
            render(LECTURE, tmp_path / "a.dot")


def test_a_picture_too_long_for_any_number_of_pixels_is_refused() -> None:
    with pytest.raises(Refusal, match="The picture is 25,000 times as long as it is wide"):
        png(Figure(1_500_000.0, 60.0), PALETTES["light"])


def test_a_pdf_that_is_given_up_leaves_no_file_of_a_font_open() -> None:
    whole = film(step="all")

    def pictures() -> Iterator[Figure]:
        yield next(iter(whole.pictures))
        raise Refusal("enough")

    def fonts() -> list[str]:
        files = [each for each in gc.get_objects() if isinstance(each, io.BufferedReader) and not each.closed]
        return [str(each.name) for each in files if str(each.name).endswith(".ttf")]

    before = fonts()
    with pytest.raises(Refusal, match="enough"):
        pdf(pictures(), whole.options.palette, title="L")
    assert fonts() == before


def test_an_svg_is_written_piece_by_piece_and_takes_little_more_memory_than_it_has_bytes(tmp_path):
    from micrograd_gui import door
    from tests.layout.far_graphs import chain

    graph, path = chain(150), tmp_path / "chain.svg"
    figures = []
    door.render(chain(2), path)  # what it needs is loaded
    from micrograd_gui.export import svg as writer

    real = writer.svg

    def measured(*args, **keywords):
        tracemalloc.start()
        try:
            made = real(*args, **keywords)
            figures.append(tracemalloc.get_traced_memory()[1] / len(made))
        finally:
            tracemalloc.stop()
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "svg", measured)
        door.render(graph, path)
    assert figures[0] < 6  # the text, and the whole of it as bytes; a tree of elements took eight times it
