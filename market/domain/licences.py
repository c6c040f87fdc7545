"""Which licences combine: a table with reasons. A product's licence is free text; what is not recognised is unknown.

Sources: the licences' own conditions (Creative Commons 4.0 §2(a)(5), §3(b); ODbL 1.0 §4.4) and their stewards' tables
of what may be combined. A broker's reading of the two texts stands above this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from market.domain.matches import Verdict
from market.domain.words import N_


class Licence(StrEnum):
    """Kinds of licence by what they ask of whoever combines the data."""

    FREE = "free"
    ATTRIBUTION = "attribution"
    SHARE_ALIKE = "share_alike"
    ODBL = "odbl"
    NON_COMMERCIAL = "non_commercial"
    NO_DERIVATIVES = "no_derivatives"
    INTERNAL = "internal"


SIGNS: tuple[tuple[Licence, tuple[str, ...]], ...] = (
    (Licence.NO_DERIVATIVES, ("by-nd", "by nd", "nc-nd", "no derivative", "禁止演绎", "不得改编", "不得加工")),
    (Licence.NON_COMMERCIAL, ("by-nc", "by nc", "non-commercial", "noncommercial", "非商业", "非营利")),
    (Licence.ODBL, ("odbl", "open database license", "开放数据库许可")),
    (Licence.SHARE_ALIKE, ("by-sa", "by sa", "share alike", "sharealike", "相同方式共享")),
    (Licence.FREE, ("cc0", "public domain", "pddl", "公有领域", "公共领域", "无条件开放")),
    (
        Licence.ATTRIBUTION,
        ("cc by", "cc-by", "attribution", "open government licence", "ogdl", "odc-by", "署名", "注明来源"),
    ),
    (
        Licence.INTERNAL,
        (
            "internal use",
            "internal purposes",
            "not for resale",
            "内部使用",
            "不得转售",
            "不得转让",
            "不得对外提供",
        ),
    ),
)
"""What a text of the kind holds (lower case); the strictest kind that shows decides."""


class Combination(NamedTuple):
    """Whether two licences combine, and why."""

    verdict: Verdict
    reason: str


NOT_STATED = Combination(
    Verdict.UNKNOWN, N_("At least one licence is not stated or not recognised: ask the suppliers what may be combined.")
)
_MARKED = Combination(Verdict.MET, N_("They combine; the sources are named where one asks for it."))
_INSIDE = Combination(Verdict.MET, N_("They combine for use inside the organisation; the result may not be passed on."))
_UNSOLD = Combination(Verdict.MET, N_("They combine; the result may only be used without commercial purpose."))
_KEPT = Combination(Verdict.MET, N_("They combine; what is passed on keeps the share-alike licence."))
_UNALTERED = Combination(
    Verdict.UNMET, N_("One of the licences forbids derived works, and a combination of data is one.")
)
_RIVALS = Combination(Verdict.UNMET, N_("Each of the two licences wants the whole passed on under itself alone."))
_SOLD = Combination(
    Verdict.UNMET, N_("One licence forbids commercial use, the other forbids such a limit on the whole.")
)

_L = Licence
TABLE: Mapping[frozenset[Licence], Combination] = {
    frozenset({_L.FREE}): _MARKED,
    frozenset({_L.FREE, _L.ATTRIBUTION}): _MARKED,
    frozenset({_L.FREE, _L.SHARE_ALIKE}): _KEPT,
    frozenset({_L.FREE, _L.ODBL}): _KEPT,
    frozenset({_L.FREE, _L.NON_COMMERCIAL}): _UNSOLD,
    frozenset({_L.FREE, _L.INTERNAL}): _INSIDE,
    frozenset({_L.ATTRIBUTION}): _MARKED,
    frozenset({_L.ATTRIBUTION, _L.SHARE_ALIKE}): _KEPT,
    frozenset({_L.ATTRIBUTION, _L.ODBL}): _KEPT,
    frozenset({_L.ATTRIBUTION, _L.NON_COMMERCIAL}): _UNSOLD,
    frozenset({_L.ATTRIBUTION, _L.INTERNAL}): _INSIDE,
    frozenset({_L.SHARE_ALIKE}): _KEPT,
    frozenset({_L.SHARE_ALIKE, _L.ODBL}): _RIVALS,
    frozenset({_L.SHARE_ALIKE, _L.NON_COMMERCIAL}): _SOLD,
    frozenset({_L.SHARE_ALIKE, _L.INTERNAL}): _INSIDE,
    frozenset({_L.ODBL}): _KEPT,
    frozenset({_L.ODBL, _L.NON_COMMERCIAL}): _SOLD,
    frozenset({_L.ODBL, _L.INTERNAL}): _INSIDE,
    frozenset({_L.NON_COMMERCIAL}): _UNSOLD,
    frozenset({_L.NON_COMMERCIAL, _L.INTERNAL}): _UNSOLD,
    frozenset({_L.INTERNAL}): _INSIDE,
} | {frozenset({_L.NO_DERIVATIVES, other}): _UNALTERED for other in Licence}
"""Every pair of kinds."""


def licence_of(text: str) -> Licence | None:
    """The kind of licence a text speaks of, or None."""
    folded = text.lower()
    return next((kind for kind, signs in SIGNS if any(sign in folded for sign in signs)), None)


def combine(one: str, other: str) -> Combination:
    """Whether data under these two licence texts may be combined."""
    kinds = licence_of(one), licence_of(other)
    known = frozenset(kind for kind in kinds if kind)
    return NOT_STATED if None in kinds else TABLE[known]
