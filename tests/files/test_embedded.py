"""Pictures carry their graph: read back by us, seen by readers that are not ours, and safe when they lie."""

import io
import json
import shutil
import struct
import subprocess
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from micrograd_gui.document import codec
from micrograd_gui.document.clipboard import pasted
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.carried import KEY
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.export import formats
from micrograd_gui.figures.moments import Options, film_of
from micrograd_gui.files import documents, embedded
from tests.hostile import LABELS


def exported(path: Path, graph: Graph, step: str | None = None) -> Path:
    (written,) = formats.export(film_of(graph, step, Options()), path)
    return written


def same(one: Graph, other: Graph | None) -> bool:
    return other is not None and codec.encode(one) == codec.encode(other)


TEXTS = [
    (".py", {}), (".py", {"dialect": "torch"}), (".py", {"dialect": "jax"}), (".py", {"train": True}),
    (".ipynb", {}), (".tex", {}), (".tex", {"worksheet": True}), (".html", {}),
]  # fmt: skip


@pytest.mark.parametrize(("suffix", "options"), TEXTS, ids=str)
def test_a_script_notebook_or_page_gives_its_graph_back_and_so_does_its_text_when_pasted(
    tmp_path: Path, suffix: str, options: dict[str, object]
) -> None:
    graph = documents.load_example("line" if "train" in options else "neuron")
    graph = graph.relabelled(graph.order[0], "重み # %\n</metadata> ”")
    path = tmp_path / f"a{suffix}"
    formats.render(graph, path, options)
    assert same(graph, documents.read(path))
    put, _ = pasted(Graph(), path.read_text("utf-8"), None)
    assert [node.label for node in put] == [node.label for node in graph]


@pytest.mark.parametrize("suffix", documents.PICTURES)
@pytest.mark.parametrize("name", ["lecture", "neuron", "square"])
def test_a_picture_gives_its_graph_back(tmp_path: Path, suffix: str, name: str) -> None:
    graph = documents.load_example(name)
    path = exported(tmp_path / f"a{suffix}", graph)
    assert same(graph, documents.read(path))


@pytest.mark.parametrize("suffix", documents.PICTURES)
def test_labels_of_any_kind_come_back(tmp_path: Path, suffix: str) -> None:
    """All in one picture: to draw one for each of them takes twenty times as long."""
    graph = graph_from_expression("; ".join(f"v{at} = {at}" for at in range(len(LABELS) - 1)) + "; L = v0*v1")
    for node, label in zip(list(graph), LABELS, strict=True):
        graph = graph.relabelled(node.id, label)
    read = documents.read(exported(tmp_path / f"a{suffix}", graph))
    assert [node.label for node in read] == [node.label for node in graph]
    assert same(graph, read)


def test_of_all_steps_each_file_carries_the_graph(tmp_path: Path) -> None:
    graph = documents.load_example("square")
    written = formats.export(film_of(graph, "all", Options()), tmp_path / "s.svg")
    assert all(same(graph, documents.read(path)) for path in written)
    assert same(graph, documents.read(exported(tmp_path / "s.pdf", graph, "all")))


def test_a_large_graph_comes_back_from_a_png(tmp_path: Path) -> None:
    graph = graph_from_expression("a = 2; L = a*3").relabelled(
        1, "".join(map(chr, range(0x4E00, 0x8E00))) * 20
    )
    path = exported(tmp_path / "a.png", graph)
    assert len(embedded.pack(graph)) > 1_500_000
    assert same(graph, documents.read(path))
    assert path.stat().st_size < 1_000_000


# Readers that are not ours -----------------------------------------------------------------------


def test_pillow_finds_the_graph_among_the_texts_of_a_png(tmp_path: Path) -> None:
    graph = documents.load_example("square")
    with Image.open(exported(tmp_path / "a.png", graph)) as picture:
        assert picture.info["Title"] == "The graph of b"
        assert json.loads(picture.info[KEY])["format"] == "micrograd-graph"


def test_an_xml_parser_finds_the_graph_in_an_svg(tmp_path: Path) -> None:
    root = ElementTree.parse(exported(tmp_path / "a.svg", documents.load_example("square"))).getroot()
    found = root.find("{http://www.w3.org/2000/svg}metadata")
    assert found is not None
    assert json.loads(found.text or "")["version"] == 1


@pytest.mark.skipif(shutil.which("pdfdetach") is None, reason="pdfdetach is not here")
def test_a_pdf_has_the_graph_attached_as_a_file_and_stays_whole(tmp_path: Path) -> None:
    graph = documents.load_example("neuron")
    path = exported(tmp_path / "a.pdf", graph, "all")
    saved = tmp_path / "saved.micrograd"
    done = subprocess.run(["pdfdetach", "-save", "1", "-o", saved, path], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert same(graph, documents.read(saved))
    said = subprocess.run(["pdfinfo", path], capture_output=True, text=True)
    assert said.stderr == ""
    assert "Title:           The graph of o" in said.stdout
    assert "Pages:           12" in said.stdout


# Pictures that carry nothing, or lie -------------------------------------------------------------


def svg_with(text: str, prolog: str = "") -> bytes:
    inside = f'<metadata id="micrograd-graph">{text}</metadata>'
    return f'{prolog}<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode()


def png_with(body: bytes, kind: bytes = b"iTXt") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    file = io.BytesIO()
    Image.new("RGB", (1, 1)).save(file, "PNG")
    whole = file.getvalue()
    return whole[:33] + chunk(kind, body) + whole[33:]


def bomb() -> bytes:
    """What unpacks to 200 MB, of one megabyte that was packed once: whoever collects tests comes by here."""
    packer = zlib.compressobj(9)
    first, again = (packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + 199 * again


WHOLE = '{"format":"micrograd-graph","version":1,"nodes":[{"id":1,"data":1.0}]}'
NOTHING = {
    "a foreign svg": b'<svg xmlns="http://www.w3.org/2000/svg"><metadata id="other">{}</metadata></svg>',
    "an svg cut short": svg_with("{")[:60],
    "no xml": b"<?xml version='1.0'?><svg",
    "entities that grow": svg_with(
        "&c;", '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>'
    ),
    "an entity from a file": svg_with("&a;", '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
    **{
        f"an svg in {said}": f'<?xml version="1.0" encoding="{said}"?><svg/>'.encode()
        for said in (
            "GB2312",
            "Shift_JIS",
            "Big5",
            "UTF-7",
            "utf8",
            "EUC-KR",
            "utf-9",
            "idna",
            "zlib",
            "UTF-16",
            "'",
        )
    },
    "an svg in UTF-16": '<?xml version="1.0" encoding="UTF-16"?><svg/>'.encode("utf-16"),
    "an svg in UTF-32": '<?xml version="1.0" encoding="UTF-32"?><svg/>'.encode("utf-32"),
    "an svg in half of UTF-16": "<svg/>".encode("utf-16")[:-1],
    # each takes the parser the square of its number, or a deeper stack than there is
    "an svg of declared attributes": svg_with(
        WHOLE, f"<!DOCTYPE svg [{'<!ATTLIST svg a%d CDATA #IMPLIED>' * 5_000 % tuple(range(5_000))}]>"
    ),
    "an svg that declares elements in each other": svg_with(
        WHOLE, f"<!DOCTYPE svg [<!ELEMENT a {'(' * 500_000}b{')' * 500_000}>]>"
    ),
    "an svg of attributes alone": svg_with(WHOLE).replace(
        b"<svg ", b"<svg " + b" ".join(b'a%d=""' % at for at in range(1_000)) + b" "
    ),
    "an svg as deep as the sea": b"<svg>" + b"<a>" * 1_500_000 + b'<a id="micrograd-graph"/>',
    "a pdf of heads alone": b"%PDF-1.7\n" + b"/Type/EmbeddedFile >>stream\n" * 50_000,
    "a pdf of heads that never end": b"%PDF-1.7\n" + b"/Type/EmbeddedFile " * 50_000,
    "a pdf of heads with one end": b"%PDF-1.7\n" + b"/Type/EmbeddedFile >>stream\n" * 50_000 + b"endstream",
    "a pdf of blanks": b"%PDF-1.7\n" + (b"/Type/EmbeddedFile" + b">> " * 100 + b" " * 100_000) * 9,
    "a png of chunks alone": b"\x89PNG\r\n\x1a\n" + (b"\0\0\0\0tEXt0000") * 100_000,
    "a foreign png": png_with(b"Comment\0\0\0\0\0hello"),
    "a png cut short": png_with(b"x")[:40],
    "a png that says it is endless": b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffiTXt",
    "a png whose text is not packed": png_with(b"micrograd-graph\0\1\0\0\0no zlib"),
    "a foreign pdf": b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n%%EOF",
    "something else": b"hello",
    "nothing": b"",
}
DAMAGED = {
    "an svg with no json": (svg_with("hello"), "not a micrograd-gui file"),
    "an svg with another format": (svg_with('{"format": "x"}'), "format"),
    "an svg with a cycle": (
        svg_with('{"format":"micrograd-graph","version":1,"nodes":[{"id":1,"op":"exp","inputs":[1]}]}'),
        "cycle",
    ),
    "a png with no json": (png_with(b"micrograd-graph\0\0\0\0\0hello"), "not a micrograd-gui file"),
    "a png that unpacks to far too much": (png_with(b"micrograd-graph\0\1\0\0\0" + bomb()), "too large"),
}  # fmt: skip


@pytest.mark.parametrize("content", NOTHING.values(), ids=NOTHING.keys())
def test_a_file_that_carries_no_graph_gives_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.file"
    path.write_bytes(content)
    with pytest.raises(FileRefusal, match=r"“a\.file” (is not a micrograd-gui file|holds no graph:)"):
        documents.read(path)


@pytest.mark.parametrize(("content", "words"), DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_graph_is_refused_with_a_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.file"
    path.write_bytes(content)
    with pytest.raises(FileRefusal, match=words) as refusal:
        documents.read(path)
    assert "“a.file”" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefusal, match=r"“a\.png” cannot be read: there is no such file"):
        documents.read(tmp_path / "a.png")
    with pytest.raises(FileRefusal, match="is not a file"):
        documents.read(tmp_path)


def test_a_picture_that_another_program_has_saved_again_still_opens(tmp_path: Path) -> None:
    graph = documents.load_example("square")
    tree = ElementTree.parse(exported(tmp_path / "a.svg", graph))
    tree.write(tmp_path / "b.svg")  # with prefixes before all names
    assert b"ns0:metadata" in (tmp_path / "b.svg").read_bytes()
    assert same(graph, documents.read(tmp_path / "b.svg"))
    with Image.open(exported(tmp_path / "a.png", graph)) as picture:
        info = PngInfo()
        info.add_itxt(KEY, picture.info[KEY])
        picture.save(tmp_path / "b.png", pnginfo=info)
    assert same(graph, documents.read(tmp_path / "b.png"))


@pytest.mark.parametrize("kind", ["tEXt", "zTXt", "iTXt"])
def test_a_png_opens_whichever_kind_of_text_another_program_made_of_it(tmp_path: Path, kind: str) -> None:
    graph = documents.load_example("square")
    with Image.open(exported(tmp_path / "a.png", graph)) as picture:
        info, text = PngInfo(), str(picture.info[KEY])
        if kind == "iTXt":
            info.add_itxt(KEY, text, "en", "Graph", zip=True)
        else:
            info.add_text(KEY, text, zip=kind == "zTXt")
        picture.save(tmp_path / "b.png", pnginfo=info)
    assert kind.encode() + b"micrograd-graph" in (tmp_path / "b.png").read_bytes()
    assert same(graph, documents.read(tmp_path / "b.png"))


def test_a_png_that_lost_its_texts_says_what_may_have_happened(tmp_path: Path) -> None:
    with Image.open(exported(tmp_path / "a.png", documents.load_example("square"))) as picture:
        picture.save(tmp_path / "b.png")
    with pytest.raises(FileRefusal, match=r"“b\.png” carries no graph: .* another program saved again"):
        documents.read(tmp_path / "b.png")


@pytest.mark.parametrize("packed", [False, True])
def test_a_pdf_opens_whose_attachment_another_program_wrote_its_own_way(tmp_path: Path, packed: bool) -> None:
    graph = documents.load_example("square")
    text = embedded.pack(graph).encode()
    data, how = (zlib.compress(text), b"/Filter/FlateDecode") if packed else (text, b"")
    head = b"7 0 obj\n<<" + how + b"/Type/EmbeddedFile/Subtype/application#2fx-micrograd\n"
    other = b"3 0 obj\n<</Type /EmbeddedFile /Length 5>>\nstream\nhello\nendstream\nendobj\n"
    body = head + b"/Length 8 0 R>>\nstream\r\n" + data + b"\nendstream\nendobj\n"
    path = tmp_path / "a.pdf"
    catalog = b"1 0 obj\n<</Names<</EmbeddedFiles 9 0 R>>>>\nendobj\n"
    path.write_bytes(b"%PDF-1.7\n" + catalog + body + other + b"%%EOF")
    assert same(graph, documents.read(path))


@pytest.mark.parametrize(
    "command",
    [("gs", "-q", "-sDEVICE=pdfwrite", "-o", "b.pdf", "a.pdf"), ("pdfunite", "a.pdf", "a.pdf", "b.pdf")],
    ids=["gs", "pdfunite"],
)
def test_a_pdf_opens_that_another_program_has_saved_again(tmp_path: Path, command: tuple[str, ...]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    graph = documents.load_example("square")
    exported(tmp_path / "a.pdf", graph)
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    assert same(graph, documents.read(tmp_path / "b.pdf"))


def test_a_pdf_whose_attachment_is_damaged_or_endless_gives_none(tmp_path: Path) -> None:
    for end in (b"", b"\nstream\n", b"<</Filter/FlateDecode>>\nstream\nhello\nendstream", b" " * 100_000):
        path = tmp_path / "a.pdf"
        path.write_bytes(b"%PDF-1.4\n" + b"1 0 obj <</Type /EmbeddedFile " * 2000 + end)
        with pytest.raises(FileRefusal, match="carries no graph"):
            documents.read(path)
