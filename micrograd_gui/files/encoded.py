"""The text of a file in whatever encoding it has."""

from __future__ import annotations

from micrograd.language import tr
from micrograd_gui.document.errors import FileRefusal

_WIDE = {b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def text_in(content: bytes, name: str) -> str:
    """Text from UTF-8, UTF-16 or UTF-32 with a byte-order mark, those without one, or Western European.

    Raises FileRefusal where it is not text.
    """
    wide = next((encoding for mark, encoding in _WIDE.items() if content.startswith(mark)), None)
    half = len(content[:1000]) // 2
    if wide is not None:
        encodings = [wide]
    elif half and content[1:1000:2].count(0) > 0.8 * half:
        encodings = ["utf-16-le"]
    elif half and content[0:1000:2].count(0) > 0.8 * half:
        encodings = ["utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" in text:
            break
        return text
    raise FileRefusal(tr("{name} is not text.", name=name))
