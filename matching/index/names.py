"""Products named in full: a demand that writes the whole title of a product means that product.

A title is one more term of its document, and a text has the terms of all titles that stand in it, wherever words
begin and end in Chinese. Titles of a few characters (行政处罚) are words like any other and no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from matching.text import HAN, is_han, normalise

LEAST: Final = 5
"""Characters of the shortest name; in other scripts it has two words, too."""

MARK: Final = "="
"""What the term of a name begins with; no word does."""

_WITHIN: Final = re.compile(rf"(?<=[^ {HAN}])[^ {HAN}]")
"""Where no name begins or ends: within a word of another script than Chinese."""


_GAPS: Final = re.compile(rf"(?:[^\w{HAN}]|_)+")
_LOOSE: Final = re.compile(rf"(?<=[{HAN}]) | (?=[{HAN}])")


def plain(text: str) -> str:
    """The letters and digits of ``text``, folded, with one space between words of other scripts than Chinese."""
    return _LOOSE.sub("", _GAPS.sub(" ", normalise(text)).strip())


def term(title: str) -> str | None:
    """The term of a title, none when it is too short to be a name."""
    name = plain(title)
    named = len(name) >= LEAST and (" " in name or any(map(is_han, name)))
    return MARK + name if named else None


class Names:
    """The names among ``terms``, to be found in texts; it only grows."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._sizes: dict[str, tuple[int, ...]] = {}
        """By their first characters how long the names are."""
        for one in [term for term in terms if term[:1] == MARK]:
            self.add(one)

    def add(self, one: str) -> None:
        """Know ``one``, when it is a name."""
        if one.startswith(MARK):
            begins, size = one[1 : LEAST + 1], len(one) - 1
            known = self._sizes.get(begins, ())
            if size not in known:
                self._sizes[begins] = (*known, size)

    def within(self, text: str) -> list[str]:
        """What in ``text`` (made ``plain``) may be the term of a name, in order: whatever begins like one and is as
        long."""
        sizes, found = self._sizes, dict[str, None]()
        for at in range(len(text) - LEAST + 1):
            for size in sizes.get(text[at : at + LEAST], ()):
                if at + size <= len(text) and not (_WITHIN.match(text, at) or _WITHIN.match(text, at + size)):
                    found[MARK + text[at : at + size]] = None
        return list(found)
