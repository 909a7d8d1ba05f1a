"""Text metrics: how wide a text is, quickly, and just as the font says."""

import random

import pytest

from micrograd_gui.figures.text_metrics import plain_width
from micrograd_gui.resource import ours


@pytest.mark.parametrize("bold", [False, True])
def test_a_text_is_as_wide_as_the_font_says_whatever_letters_meet(bold: bool) -> None:
    from PIL.ImageFont import truetype

    font = truetype(str(ours(bold).path), 256)
    draw = random.Random(3)
    plain = [chr(code) for code in range(32, 127)]
    texts = ["", "L", "AV", "VAVA", "office", "ff", "effort fi", "a→b", *("T" + sign + "o" for sign in plain)]
    texts += ["".join(draw.choices(plain, k=9)) for _ in range(300)]
    for text in texts:
        assert plain_width(text, 14.0, bold=bold) == font.getlength(text) / 256 * 14.0
