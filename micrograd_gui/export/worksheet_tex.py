"""The worksheet as TeX: the same sheet and its answer key, compiled as it stands, or changed by hand."""

from __future__ import annotations

from micrograd.language import tr, trc
from micrograd_gui.document.text import one_line
from micrograd_gui.export import tex, tikz
from micrograd_gui.export.worksheet import EDGE, MOST_LINES, Worksheet
from micrograd_gui.export.worksheet_pdf import COLUMNS
from micrograd_gui.figures.blanks import Ask
from micrograd_gui.figures.figure import BLANK, Figure
from micrograd_gui.figures.moments import PAPERS
from micrograd_gui.resource import asked
from micrograd_gui.session.explain.formulas import Line

_FILE = r"""%% %(title)s, made by micrograd-gui. Compile it as it stands.
\documentclass[10pt]{article}
\usepackage[%(paper)s%(turned)s,margin=%(edge)gbp]{geometry}
\usepackage{tikz,array,longtable}
\providecommand\microgradsize[1]{\fontsize{#1}{#1}\selectfont}
\providecommand\microgradfit[2]{{\sbox0{#2}\ifdim\wd0>#1\resizebox{#1}{!}{\usebox0}\else\usebox0\fi}}
%(sign)s
%(colours)s
%(fonts)s
\parindent0pt \parskip4pt
\newcommand\answerline[1]{\makebox[80bp][l]{$=$ \rule[-2pt]{65bp}{0.8pt}}}
\newcommand\work[2]{\par\vspace{12bp}\mbox{\bfseries #1} {\footnotesize #2}\ \hrulefill\ }
\newcommand\morework{\par\vspace{14bp}\mbox{}\hrulefill\ }
\newsavebox\blanks \newsavebox\filled
\begin{document}\ifdefined\microgradown\microgradown\fi
\savebox\blanks{%(blank)s}%%
\savebox\filled{%(filled)s}%%
{\Large\bfseries %(heading)s}\par
%(name)s \rule[-2pt]{180bp}{0.4pt}\quad %(date)s \rule[-2pt]{90bp}{0.4pt}\par
%(task)s\par
%(rules)s
%(graph)s
%(work)s
\clearpage
{\Large\bfseries %(key)s}\par
%(solved)s
%(answers)s
\end{document}
"""


def tex_of(sheet: Worksheet) -> bytes:
    """The sheet and its answer key, the key on pages of its own."""
    paper = next(name for name, size in PAPERS.items() if size == sheet.paper)
    blank, filled = (tikz.picture(each, sheet.palette) for each in (sheet.blank, sheet.filled))
    parts = {
        "title": one_line(sheet.title),
        "heading": tex.plain(sheet.title),
        "key": tex.plain(sheet.key_title),
        "name": tex.plain(trc("on a worksheet", "Name")),
        "date": tex.plain(trc("on a worksheet", "Date")),
        "paper": f"{paper}paper",
        "turned": ",landscape" if sheet.landscape else "",
        "edge": EDGE,
        "sign": tex.DEFINE_SIGN,
        "colours": "\n".join(tikz.colours(sheet.palette)),
        "blank": blank,
        "filled": filled,
        "task": tex.plain(sheet.task),
        "rules": "\n".join(rf"{{\small {tex.plain(line.text)}\par}}" for line in sheet.rules),
        "graph": _placed(sheet, sheet.blank, r"\blanks"),
        "solved": _placed(sheet, sheet.filled, r"\filled"),
        "work": _table(sheet) if sheet.rows else "\n".join(map(_work, sheet.asks)),
        "answers": "\n".join(_answer(line) for ask in sheet.asks for line in ask.answer),
        "fonts": "",
    }
    whole = _FILE % (parts | {"sign": ""})
    if asked() is not None or tex.wants_fonts(whole):
        parts["fonts"] = f"{tex.fonts()}\n{tex.faces(whole)}"
    return (_FILE % parts).encode("utf-8", "replace")


def _placed(sheet: Worksheet, figure: Figure, box: str) -> str:
    """The graph in the middle, or a page for each part of it."""
    if not sheet.parts:
        return ""
    scale = f"{sheet.scale / tikz.UNIT:.5f}"
    if len(sheet.parts) == 1:
        return rf"\begin{{center}}\scalebox{{{scale}}}{{\usebox{box}}}\end{{center}}"
    wide, high = sheet.room
    pages = []
    for part in sheet.parts:
        at = f"({-part.x * sheet.scale:.2f}bp,{part.y * sheet.scale:.2f}bp)"
        pages.append(
            rf"\clearpage{{\bfseries {tex.plain(tr('The graph, {place}', place=part.name))}}}\par"
            rf"\begin{{tikzpicture}}\clip (0,0) rectangle ({wide:.2f}bp,{4 - high:.2f}bp);"
            rf"\node[anchor=north west,inner sep=0pt] at {at} {{\scalebox{{{scale}}}{{\usebox{box}}}}};"
            r"\end{tikzpicture}"
        )
    return "\n".join(pages) + r"\clearpage"


def _table(sheet: Worksheet) -> str:
    """A row for each node, with a line to write on where something is asked; its head on each page."""
    parts = [part - 0.012 for _, part, *_ in COLUMNS]
    form = "".join(rf"@{{}}>{{\raggedright\arraybackslash}}p{{{part:.3f}\linewidth}}" for part in parts)
    heads = " & ".join(rf"\footnotesize {tex.plain(tr(head))}" for head, *_ in COLUMNS[:-1])  # as in code
    head = rf"{heads} & \footnotesize {tex.plain(sheet.grad)}\\\hline\endhead"  # as in code
    rows = []
    for row in sheet.rows:
        name, made, data, readers, grad = (_cell(text) for text in row[:5])
        given = rf"\newline{{\tiny {tex.plain(row.given)}}}" if row.given else ""
        rows.append(
            rf"\rule{{0pt}}{{15bp}}\bfseries {name} & \small {made} & {data} & \scriptsize {readers} & "
            rf"{grad}{given}\\\hline"
        )
    return rf"\begin{{longtable}}{{{form}}}" + "\n".join([head, *rows, r"\end{longtable}"])


def _cell(text: str) -> str:
    return r"\rule[-2pt]{0.9\linewidth}{0.8pt}" if text == BLANK else tex.plain(text)


def _work(ask: Ask) -> str:
    """Its name, lines for the work, and a line for the number."""
    given = tex.plain(f"({ask.given})") if ask.given else ""
    more = r"\morework" * (min(ask.wires, MOST_LINES) - 1)
    return rf"\work{{{tex.name(ask.label)} $=$}}{{{given}}}{more}\answerline{{}}"


def _answer(line: Line) -> str:
    return rf"\par\microgradfit{{\linewidth}}{{{tikz.equation(line)}}}"
