"""Hundreds of labels that have broken programs before, made here: each family by its rule."""

# ruff: noqa: E501, SIM905
import random
import sys
import unicodedata
from itertools import product

from tests.hostile import LABELS

_WORDS = (
    "undefined null None True False nan inf -inf NaN 0 1 -1 1e999 0x0 class def lambda match type print exec "
    "Value self rows torch jax json sys math forward train loss prediction __init__ __class__ __import__ _ __ a.b"
).split()
_BREAKING = (
    "'", '"', "'''", '"""', "\\", "\\'", '\\"', "\\n", "{", "}", "{}", "{0}", "{name}", "%s", "%d", "|", "<", ">", "&",
    ";", "--", "/*", "*/", "#", "`", "$", "$(id)", "`id`", "\n", "\r", "\r\n", "\t", "\0", "\x1b[2J", "\u2028", "\u2029",
    "\ufeff", "\u200b", "\u202e", "@@rows@@", "@@body@@", "=1+1", "+1", "-1", "@SUM(1)", "=cmd|' /C calc'!A0", " =1",
)  # fmt: skip
_AROUND = ("{}", "a{}", "{}b", "a{}b", "{0}{0}", "x = 1{}y", "{}\n{}")
_MARKUP = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "</title><script>", "]]>",
    "<!--", "-->", "<?xml?>", "&lt;", "&#x3c;", "\\input{/etc/passwd}", "\\write18{id}", "../../etc/passwd", "C:\\con",
    "file:///etc/passwd", "'; DROP TABLE nodes; --", "import os; os.abort()", '"; import os; os.abort(); "',
    "__import__('os').abort()", "eval('1')", "\\end{document}", "%%{init: {}}%%", "click a call f()", "href=1",
)  # fmt: skip
_ODD = ("ﬁ", "ℌ", "Å", "Å", "ß", "İ", "ı", "ǆ", "𝒳", "²", "x²", "٣", "१", "Ⅷ", "ªb", "µ", "Ω", "ⅰ", "한국어", "日本", "עברית",
        "العربية", "🙂", "👩‍👩‍👧‍👦", "e\u0301" * 20, "Z̮̞̠͙͔ͅalgo", "\ud800", "\udfff\ud800", "\uffff", "\U0010ffff")  # fmt: skip


def naughty() -> list[str]:
    """More than 664 of them, always the same."""
    draw = random.Random(664)
    letters = [chr(draw.randrange(0x3000)) for _ in range(3000)]
    letters = [each for each in letters if unicodedata.category(each) != "Cs"]
    random_ones = ["".join(draw.sample(letters, draw.randrange(1, 20))) for _ in range(260)]
    wrapped = [
        around.replace("{0}", "{}").replace("{}", each) for each, around in product(_BREAKING, _AROUND)
    ]
    every = dict.fromkeys([*LABELS, *_WORDS, *_MARKUP, *_ODD, *wrapped, *random_ones, *map(chr, range(32))])
    assert len(every) > 664, sys.version
    return list(every)
