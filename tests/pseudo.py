"""A language for tests that has every text, in letters of its own: a word in plain ones has escaped it."""

import re
from collections.abc import Iterable, Mapping

from micrograd.language import CONTEXT

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OTHER = "áƀćđéƒǧĥíĵķłḿńóƥɋŕśťúṽŵẋýžÁɃĆĐÉƑǦĤÍĴĶŁḾŃÓƤɊŔŚŤÚṼŴẊÝŽ"
_TABLE = str.maketrans(_PLAIN, _OTHER)
# What a translator leaves as it is: what is put in, tags, and signs of a page.
_AS_IT_IS = re.compile(r"\{[^{}]*\}|<[^<>]*>|&\w+;|%\(\w+\)[a-z]|%[a-z]|\[\[[^\]]*\]\]")
_WORD = re.compile(r"[A-Za-z]{3,}")
_NOT_READ = re.compile(r"<style.*?</style>|<[^<>]*>|&\w+;|https?://\S+|--[\w-]+", re.DOTALL)


def accented(text: str) -> str:
    """The text in the letters of the language; what is put in stays as it is."""
    made, at = [], 0
    for found in _AS_IT_IS.finditer(text):
        made += [text[at : found.start()].translate(_TABLE), found[0]]
        at = found.end()
    return "".join(made) + text[at:].translate(_TABLE)


class Accented(dict[str, str]):
    """The texts of that language, for `language.use`."""

    def get(self, key: str, default: object = None) -> str:
        """Any text, translated."""
        return accented(key.rpartition(CONTEXT)[2])


def escaped(said: Mapping[str, Iterable[str]], known: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Of the texts that were seen, by where: the first that has words in plain letters, and these.

    ``known`` are texts whose words are data, code or names, and may stand anywhere.
    """
    names = {word for text in known for word in _WORD.findall(text)}
    found: dict[str, tuple[str, str]] = {}
    for where, texts in said.items():
        for text in texts:
            words = [word for word in _WORD.findall(_NOT_READ.sub(" ", text)) if word not in names]
            if words:
                found.setdefault(where, (" ".join(words), text[:200]))
    return found
