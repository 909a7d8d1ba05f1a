"""TikZ, compiled by TeX where there is one."""

import re
import shutil
import subprocess
from functools import cache
from itertools import cycle, pairwise
from pathlib import Path

import pytest

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.door import parse, render
from micrograd_gui.export import formats, tex
from micrograd_gui.figures.figure import STYLES
from micrograd_gui.figures.moments import Options, film_of
from micrograd_gui.figures.palette import PALETTES
from micrograd_gui.figures.parts import SIZE
from micrograd_gui.files import documents
from tests.hostile import LABELS

LECTURE = documents.load_example("lecture")


def has_latex() -> bool:
    """Whether LaTeX, TikZ and Beamer are here."""
    if shutil.which("pdflatex") is None or shutil.which("kpsewhich") is None:
        return False
    found = subprocess.run(["kpsewhich", "tikz.sty", "beamer.cls"], capture_output=True, text=True)
    return len(found.stdout.splitlines()) == 2


needs_tex = pytest.mark.skipif(not has_latex(), reason="LaTeX with TikZ and Beamer is not here")


def exported(path: Path, graph: Graph = LECTURE, step: str | None = None, **options: object) -> Path:
    (written,) = formats.export(film_of(graph, step, Options(**options)), path)  # type: ignore[arg-type]
    return written


@cache
def list_fonts_for_lualatex() -> None:
    """Nobody has done so on a new machine; without a list LuaLaTeX stops where it may not search."""
    subprocess.run(["luaotfload-tool", "--update"], capture_output=True, timeout=100)


def compiled(path: Path, engine: str = "pdflatex") -> tuple[int, str]:
    """The number of pages and their text; fails where TeX complains."""
    if engine == "lualatex":  # for each font that is not here it would search the machine anew: 10 s of work
        list_fonts_for_lualatex()
        (path.parent / "luaotfload.conf").write_text("[db]\n    update-live = false\n")
    done = subprocess.run(
        [engine, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", path.name],
        cwd=path.parent, capture_output=True, text=True, errors="replace", timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    pdf = path.with_suffix(".pdf")
    pages = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True).stdout
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True).stdout
    found = re.search(r"Pages:\s+(\d+)", pages)
    assert found is not None
    return int(found[1]), text


def compiled_together(paths: list[Path]) -> list[str]:
    """The text of each picture, put into one document on a page of its own; fails where one leaves its page.

    TeX reads TikZ once for all. The page that a file asks for as it stands is the one in its first lines.
    """
    paper = paths[0].with_name("paper.tex")
    pages = [
        rf"\setbox0\hbox{{\input{{{path.name}}}}}\typeout{{[size \the\wd0 \the\dimexpr\ht0+\dp0]}}"
        r"\pdfpagewidth\wd0\pdfpageheight\dimexpr\ht0+\dp0\relax\shipout\box0"
        for path in paths
    ]
    paper.write_text(
        r"\documentclass{article}\usepackage{tikz}\hoffset-1in\voffset-1in\begin{document}"
        + "\n".join(pages)
        + r"\end{document}"
    )
    number, text = compiled(paper)
    assert number == len(paths)
    sizes = re.findall(r"\[size ([\d.]+)pt([\d.]+)pt\]", paper.with_suffix(".log").read_text("latin-1"))
    for path, size in zip(paths, sizes, strict=True):
        asked = re.search(r"papersize=\{([\d.]+)bp,([\d.]+)bp\}", path.read_text("utf-8"))
        assert asked is not None
        assert all(
            0 <= float(room) - float(side) * 72 / 72.27 < 1
            for side, room in zip(size, asked.groups(), strict=True)
        )
    return text.split("\f")[:-1]


# Labels ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("w1", "$w_{1}$"),
        ("w_1", "$w_{1}$"),
        ("x12", "$x_{12}$"),
        ("b", "$b$"),
        ("x1w1 + x2w2", "$x_{1}w_{1}+x_{2}w_{2}$"),
        ("x_in", "$x_{in}$"),
        ("loss2", r"$\mathit{loss}_{2}$"),
        ("alpha", r"$\alpha$"),
        ("μ", r"$\mu$"),
        ("tanh(n)", r"$\tanh(n)$"),
        ("a*b", r"$a{\cdot}b$"),
        ("−3", "$-3$"),
        ("my node", "my node"),
        ("max-margin", "max{-}margin"),
        ("a-b", "$a-b$"),
        ("w1_2_3", "$w_{1,2,3}$"),
        ("b2_1", "$b_{2,1}$"),
        ("a_long_name", r"a\_long\_name"),
        (
            "50% & $5 #1 {x} ~^\\",
            r"50\% \& \$5 \#1 \{x\} \textasciitilde{}\textasciicircum{}\textbackslash{}",
        ),
        ("Größe", r"Gr\"{o}\ss{}e"),
        ("日", r"\microgradsign{日}"),
        ("日_1", r"\microgradsign{日}\textsubscript{1}"),
        ("שלום w", r"\microgradturned{Hebrew}{ש}{שלום} w"),
        ("हिन्दी नाम", r"\microgradword{Devanagari}{ह}{हिन्दी नाम}"),
        ("", ""),
    ],
)
def test_a_label_is_mathematics_where_it_is_and_text_where_it_is_not(label: str, expected: str) -> None:
    assert tex.label(label) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("−8.0000", "$-8.0000$"),
        ("1.23e+08", r"$1.23{\cdot}10^{8}$"),
        ("−inf", r"$-\infty$"),
        ("·", r"$\cdot$"),
        ("nan", r"$\mathrm{nan}$"),
        ("+= −1.5", "+= $-1.5$"),
        ("× 1e−09", r"$\times$ $1{\cdot}10^{-9}$"),
    ],
)
def test_a_number_is_mathematics(number: str, expected: str) -> None:
    assert tex.number(number) == expected


@pytest.mark.parametrize("label", LABELS, ids=range(len(LABELS)))
def test_no_label_holds_a_command_of_its_own(label: str) -> None:
    made = tex.plain(label)
    commands = set(re.findall(r"\\([A-Za-z]+)", made.replace(tex.SIGN, "")))
    ours = {"microgradturned", "microgradword"}  # of letters, and of nothing else
    assert commands <= {"textbackslash", "textasciicircum", "textasciitilde", "dots", *ours}
    bare = re.sub(r"\\[{}]", "", made)
    assert bare.count("{") == bare.count("}")


@pytest.mark.parametrize(
    ("symbol", "expected"), [("+", "$+$"), ("×", r"$\times$"), ("tanh", "tanh"), ("mlp", "mlp")]
)
def test_words_for_ops_are_upright(symbol: str, expected: str) -> None:
    assert tex.operation(symbol) == expected


def test_a_picture_that_tex_has_no_lengths_for_is_refused(tmp_path: Path) -> None:
    long = "; ".join(["v0 = a*b"] + [f"v{at} = tanh(v{at - 1})" for at in range(1, 90)])
    with pytest.raises(Refusal, match=r"TeX knows no length above 16000"):
        exported(tmp_path / "a.tex", graph_from_expression(long))
    assert not list(tmp_path.iterdir())


def test_a_file_says_which_engine_has_its_signs_and_its_size(tmp_path: Path) -> None:
    text = exported(tmp_path / "a.tex").read_text("utf-8")
    assert "lualatex" not in text
    assert "fontspec" not in text
    signs = exported(tmp_path / "b.tex", LECTURE.relabelled(1, "学习率")).read_text("utf-8")
    assert "% Labels have signs of other scripts: lualatex and xelatex" in signs
    preamble, document = signs.split("\n\\fi\n", 1)
    assert r"\usepackage{fontspec}" in preamble
    assert r"\microgradtry{" in document, "a paper that it is put into has a preamble of its own"


def test_an_index_as_large_as_its_name_does_not_stand_on_the_line_below_it(tmp_path: Path) -> None:
    (path,) = render(parse("x1 = 2; L = x1*a"), tmp_path / "a.tex", width="3.3cm", text="8pt", rankdir="TB")
    nodes = re.findall(r"at \([\d.]+,([\d.]+)\) \{(.*)\};", path.read_text("utf-8"))
    above = {name: float(data) - float(y) for (y, name), (data, _) in pairwise(nodes) if "textbf" in name}
    high, usual = (next(above[name] for name in above if sign in name) for sign in ("x_", "$a$"))
    assert high - usual == pytest.approx(SIZE * tex.depth(1.0), abs=0.02)
    assert tex.depth(0.72) == 0


def test_the_card_of_a_slide_is_as_large_as_its_text_however_wide_the_graph(tmp_path: Path) -> None:
    for name in ("neuron", "lecture"):
        text = exported(tmp_path / "a.tex", documents.load_example(name), "all").read_text("utf-8")
        box = re.search(r"rectangle \(([\d.]+),([\d.]+)\);", text)
        assert box is not None
        wide, high = (float(side) * 10 / 14 for side in box.groups())
        shrunk = min(440 / wide, 225 / high)
        scales = re.findall(r"microgradsize\{12\}, scale=([\d.]+)\]", text)
        assert len(scales) > 5
        assert min(map(float, scales)) * shrunk > 0.95, "12 points on the slide"


# Compiled ----------------------------------------------------------------------------------------


@needs_tex
def test_a_moment_compiles_to_one_page_with_its_numbers(tmp_path: Path) -> None:
    """In every style and theme; one of each style as it stands, the others on pages of one paper.

    A theme is colours, the weights of lines, and whether there is a ground: each is compiled in one style.
    """
    neuron = documents.load_example("neuron")
    first, *themes = PALETTES
    looks = [*((first, style) for style in STYLES), *zip(themes, cycle(STYLES), strict=False)]
    paths = [
        exported(tmp_path / f"{style}_{theme}.tex", neuron, "8", theme=theme, style=style, card=True)
        for theme, style in looks
    ]
    alone = [compiled(path) for path in paths[:2]]
    assert [pages for pages, _ in alone] == [1, 1]
    for text in (*(text for _, text in alone), *compiled_together(paths[2:])):
        for number in ("0.8814", "0.7071", "6.8814"):
            assert number in text
        assert "backward through" in text


@needs_tex
@pytest.mark.parametrize("engine", ["pdflatex", "lualatex", "xelatex"])
def test_signs_of_other_scripts_compile_by_every_engine(tmp_path: Path, engine: str) -> None:
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not here")
    graph = LECTURE
    for number, label in zip(
        LECTURE.order, ("学习率", "重み w_1", "вес", "שלום", "🙂\u200d🙂\ufe0f"), strict=False
    ):
        graph = graph.relabelled(number, label)
    exported(tmp_path / "a.tex", graph)
    path = exported(tmp_path / "b.tex", graph, "last", style="canvas", card=True)
    text = path.read_text("utf-8")
    both = text.replace(r"{\micrograd\end{document}}", r"{\micrograd\newpage\input{a.tex}\end{document}}")
    path.write_text(both, "utf-8")
    assert compiled(path, engine)[0] == 2
    asked = ["fc-list", "Noto Sans CJK JP:bold"]
    has_bold = shutil.which("fc-list") and subprocess.run(asked, capture_output=True, text=True).stdout
    if has_bold and engine != "pdflatex":
        fonts = subprocess.run(["pdffonts", path.with_suffix(".pdf")], capture_output=True, text=True).stdout
        assert "NotoSansCJKjp-Bold" in fonts, "names are bold in any script"


@needs_tex
def test_long_names_stay_within_their_cards(tmp_path: Path) -> None:
    graph = LECTURE.relabelled(LECTURE.order[0], "WWWWW mmm")
    path = exported(tmp_path / "a.tex", graph, style="canvas")
    text = path.read_text("utf-8")
    (room,) = re.findall(r"\\microgradfit\{([\d.]+)bp\}\{\{\\boldmath\\textbf\{WWWWW", text)
    compiled(path)
    words = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "a.pdf", "-"], capture_output=True, text=True
    ).stdout
    ends = [
        (float(left), float(right))
        for left, right in re.findall(r'xMin="([\d.]+)".*xMax="([\d.]+)".*>(?:W+|m+)</word>', words)
    ]
    assert max(right for _, right in ends) - min(left for left, _ in ends) <= float(room) + 1


@needs_tex
def test_step_cards_alone_compile_to_a_page_or_a_slide_each(tmp_path: Path) -> None:
    pages, text = compiled(exported(tmp_path / "a.tex", LECTURE, "last", only_card=True))
    assert pages == 1
    assert "backward through" in text
    assert "data 2.0000" not in text, "no node"
    pages, text = compiled(exported(tmp_path / "b.tex", LECTURE, "all", only_card=True))
    assert pages == 8
    assert all("moment" in slide for slide in text.split("\f")[1:8])


@needs_tex
def test_all_steps_are_a_beamer_deck_with_a_slide_each(tmp_path: Path) -> None:
    path = exported(tmp_path / "a.tex", LECTURE, "all")
    source = path.read_text("utf-8")
    assert r"\only<8>" in source
    assert source.count(r"\begin{tikzpicture}") == 1
    pages, text = compiled(path)
    slides = text.split("\f")
    assert pages == 8
    assert "6.0000" in slides[7]
    assert "6.0000" not in slides[0].replace("−6.0000", "").replace("-6.0000", "")


@needs_tex
def test_a_file_goes_into_a_paper_and_into_a_deck_of_ones_own(tmp_path: Path) -> None:
    exported(tmp_path / "one.tex", LECTURE.relabelled(LECTURE.order[0], "学习率"))
    exported(tmp_path / "all.tex", documents.load_example("square"), "all")
    paper = tmp_path / "paper.tex"
    paper.write_text(
        r"\documentclass{article}\usepackage{tikz}\begin{document}Before \resizebox{\textwidth}{!}"
        r"{\input{one.tex}} after.\end{document}"
    )
    pages, text = compiled(paper)
    assert pages == 1
    assert "Before" in text
    assert "after" in text
    talk = tmp_path / "talk.tex"
    talk.write_text(
        r"\documentclass{beamer}\usepackage{tikz}\begin{document}\begin{frame}{Backward}\resizebox{\textwidth}"
        r"{!}{\input{all.tex}}\end{frame}\begin{frame}After\end{frame}\end{document}"
    )
    assert compiled(talk)[0] == 5


@needs_tex
@pytest.mark.slow
def test_hostile_labels_compile_and_write_no_file(tmp_path: Path) -> None:
    graph = Graph()
    evil = (
        r"\input{/etc/passwd}",
        r"\write18{touch hacked}",
        r"\immediate\openout3=hacked.txt",
        "^^5cinput",
        "%",
        "$",
        "$$",
        "#1",
        "~",
        "&",
        r"\end{tikzpicture}",
        "}{",
        "α_β",
        "x_1_2",
        "-",
        "[",
        "];",
        ",",
        "é\u0301",
    )
    for label in (*LABELS, *evil):
        graph = graph.added(None, (0.0, 0.0), label=label)
    path = exported(tmp_path / "a.tex", graph, style="notebook", rankdir="TB")
    before = {each.name for each in tmp_path.iterdir()}
    pages, text = compiled(path)
    assert pages == 1
    assert "root:" not in text
    made = {each.name for each in tmp_path.iterdir()} - before
    assert made == {"a.pdf", "a.log", "a.aux"}
