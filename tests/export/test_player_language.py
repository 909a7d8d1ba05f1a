"""The player speaks the language in use, though its page is a file that no Python says."""

import re

from micrograd import language
from micrograd_gui.door import parse, render


def test_the_page_says_all_of_itself_in_the_language_in_use(tmp_path) -> None:
    language.use({"First": "Anfang", "Play": "Ablauf", "the code of this language, for a page\x04en": "de"})
    try:
        (path,) = render(
            parse(
                "L = (a*b + c) * f",
            ),
            tmp_path / "player.html",
        )
    finally:
        language.use()
    page = path.read_text("utf-8")
    assert '<html lang="de">' in page
    assert ">Anfang<" in page
    assert 'data-play="Ablauf"' in page
    assert re.findall(r"\[\[[A-Z].*?\]\]", page) == []
