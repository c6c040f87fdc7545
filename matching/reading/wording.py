"""How demands are worded: sentences and clauses with their offsets, and how strongly each is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from matching.types import Level

HAN = re.compile(r"[㐀-鿿]")

_SENTENCE_END = re.compile(
    r"[。！!？?；;\n\r]+|…+|[ \u3000]{2,}|\s[|｜]\s|(?<!^\d)(?<![\s（(：:；;，,、]\d)\.(?=\s|$)|(?<=[；;。\n])"
)
_CLAUSE_END = re.compile(r"(?<!\d)(?<!第[一二三四五六七八]),(?!\d{3}\b)|(?<!第[一二三四五六七八])，|(?<=\d),(?=\D)")
_PARENS = re.compile(r"（[^（）]{0,120}）|\([^()]{0,160}\)")

_NICE = re.compile(
    r"更好|更佳|如有可能|如果?(?:还|也|再)?能|若(?:还|也|再)?能|若有|如有|有则|能.{0,10}就更|顺带|顺便|可选|"
    r"锦上添花|加分|也行|"
    r"也想(?:知道|要)|能给到最好|没有也|不限|以.{1,8}为佳|也可(?:以)?接受|也接受|"
    r"优先级靠后|would be (?:nice|great|good|useful|welcome|helpful|a (?:useful|nice|bonus|plus))|"
    r"nice[- ]to[- ]have|if possible|where possible|"
    r"if available|where available|optional|bonus|a plus|as an extra",
    re.IGNORECASE,
)
_SHOULD = re.compile(
    r"最好|希望|优先|尽量|尽可能|为佳|为宜|建议|首选|倾向|都行|都可以|均可|皆可|即可|就行|就够|也可|可以|就好|"
    r"为主|左右|拟补充|后续|今后|可(?:接入|通过|经|直接|用)|"
    r"prefer|ideally|should|would like|\bfine\b|would suit|would be ok|acceptable|\bok\b|hope",
    re.IGNORECASE,
)
_MUST = re.compile(
    r"必须|务必|须|要求|需要|一定要|仅限|不低于|不少于|不得|至少|required?\b|\bmust\b|at least|mandatory|"
    r"essential|\bonly\b",
    re.IGNORECASE,
)
_LIMITED = re.compile(r"仅限|只限|仅供|只供|仅用|只用|限于|\b(?:only|solely|exclusively|strictly)\b", re.IGNORECASE)
"""A use that nothing else may be made of."""
_SPARED = re.compile(
    r"\s*(?:但|不过|而且)?(?:这[项个些块类]|该项|此项)?(?:(?:没有|没|若无|如无|无|缺|给不了|提供不了|拿不到|"
    r"实在没有)(?:的话)?"
    r"(?:[就则]?(?:也|都)?(?:行|可以?|没关系|没事|不要紧|不影响|无妨|能接受)|就?算了|不强求)|有则更[好佳]|"
    r"不强求|非必[须需]|"
    r"不是必[须需]|可有可无|优先级靠后|也可以谈)"
    r"|\s*(?:but\s)?(?:if not|otherwise|not (?:essential|required|critical|a must)|no problem|optional)\b",
    re.IGNORECASE,
)
"""A clause that says of the one before that it may as well be missing."""
_GRANTED = re.compile(
    r"(?:如果?有?可能|条件允许|有条件|[如若]有余力|方便|可行)的?话?$|(?:[Ii]f|[Ww]here)(?: it is| at all)? possible$"
)
"""A clause that makes the one after it a thing to be had if possible."""


class Piece(msgspec.Struct, frozen=True):
    """A stretch of the text from ``start`` to ``end``."""

    text: str
    start: int
    end: int


def clauses(text: str) -> tuple[Piece, ...]:
    """The clauses of ``text`` in order; commas within parentheses do not cut."""
    return tuple(_clauses(text))


def _clauses(text: str) -> Iterator[Piece]:
    hidden = _PARENS.sub(lambda match: "（" * len(match[0]), text)
    at = 0
    for stop in [*(m for m in _SENTENCE_END.finditer(hidden) if m.end() > m.start()), None]:
        limit = stop.start() if stop else len(text)
        for cut in _CLAUSE_END.finditer(hidden, at, limit):
            if cut.start() > at:
                yield Piece(text[at : cut.start()], at, cut.start())
            at = cut.end()
        if limit > at:
            yield Piece(text[at:limit], at, limit)
        at = stop.end() if stop else limit


def limited(clause: str) -> bool:
    """Whether a clause allows one use and no other."""
    return _LIMITED.search(clause) is not None


def level(clause: str, default: Level, before: str = "", after: str = "") -> Level:
    """How strongly a clause is meant, which the clauses next to it can soften; ``default`` when they do not say."""
    if _NICE.search(clause) or _SPARED.match(after) or _GRANTED.search(before):
        return Level.NICE
    if _MUST.search(clause) and not re.search(r"最好|希望|优先|prefer", clause):
        return Level.MUST
    return Level.SHOULD if _SHOULD.search(clause) else default
