"""Which words of a demand say what: a conditional random field over the words of its text.

A model of labelled texts (``python -m matching train-lines``) decides for each word whether it belongs to a topic,
to fields, to a place and so on (Lafferty, McCallum and Pereira 2001; CRFsuite). What it sees of a word: the word and
its neighbours, its clause and the clauses beside it, and what the rules recognise there (``candidates``).
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pycrfsuite
import rjieba

from matching.types import Kind

MODEL = Path(__file__).with_name("lines.crf")
Cut = tuple[Kind, int, int]
"""A piece of the text: what it is, from where, to where."""

_WORD = re.compile(r"[㐀-鿿]+|[^\W\d_㐀-鿿]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*|\n|[^\w\s\ud800-\udfff]|_")
_ENDS = frozenset("。！？!?；;\n.")
_PAUSES = frozenset("，,：:")
_JOINS = frozenset(["、", "和", "及", "与", "and", "or", "/", "以及"])
_OUTSIDE = "O"
SETTINGS = {"c1": 0.1, "c2": 0.1, "max_iterations": 100, "feature.minfreq": 2, "feature.possible_transitions": True}
"""Of the training: both penalties, and how often a thing must be seen to count."""


Labelled = tuple[str, Sequence[Cut]]


class Word(NamedTuple):
    """A word or punctuation mark at ``text[start:end]``; ``form`` is what it is compared by."""

    form: str
    start: int
    end: int
    shape: str


class Clause(NamedTuple):
    """The words ``first`` to ``last`` (not included) between two marks; ``opened`` is the mark before it."""

    first: int
    last: int
    opened: str
    sentence: int


def words(text: str) -> list[Word]:
    """The words of ``text`` (Simplified characters), Chinese ones as rjieba cuts them."""
    found: list[Word] = []
    for match in _WORD.finditer(text):
        run, at = match[0], match.start()
        if "㐀" <= run[0] <= "鿿":
            for word in rjieba.cut(run):
                found.append(Word(word, at, at + len(word), f"H{min(len(word), 4)}"))
                at += len(word)
        else:
            found.append(Word(run.lower(), at, match.end(), _shape(run)))
    return found


def _shape(run: str) -> str:
    if run[0].isdigit():
        return "year" if len(run) == 4 and run[:2] in ("19", "20") else "number"
    if run[0].isalpha():
        return "CAPS" if run.isupper() else "Title" if run[0].isupper() else "lower"
    return run


def clauses(found: Sequence[Word], text: str) -> list[Clause]:
    """The words between commas, colons and the ends of sentences; commas within parentheses do not count."""
    parts: list[Clause] = []
    first, opened, sentence, depth = 0, "^", 0, 0
    for i, word in enumerate(found):
        depth = max(0, depth + (word.form in "（(") - (word.form in "）)"))
        ends = word.form in _ENDS and (word.form != "." or text[word.end : word.end + 1].strip() == "")
        if ends or (word.form in _PAUSES and depth == 0):
            parts.append(Clause(first, i, opened, sentence))
            first, opened = i + 1, word.form
            sentence += ends
    parts.append(Clause(first, len(found), opened, sentence))
    return [part for part in parts if part.last > part.first]


def features(text: str, candidates: Iterable[Cut]) -> tuple[list[Word], list[list[str]]]:
    """The words of ``text`` and what the model sees of each."""
    found = words(text)
    marks = _marks(found, candidates)
    forms = [word.form for word in found]
    seen: list[list[str]] = [[] for _ in found]
    parts = clauses(found, text)
    told = [_clause(part, forms, marks) for part in parts]
    size = "short" if len(parts) < 2 else "long" if len(parts) > 6 else "middle"
    chinese = "zh" if sum(word.shape[0] == "H" for word in found) * 4 > len(found) else "en"
    for number, part in enumerate(parts):
        before = told[number - 1] if number else ("^", "^", "^", "0")
        after = told[number + 1] if number + 1 < len(told) else ("$", "$", "$", "0")
        shared = [*_shared(part, number, told[number], before, after), f"size={size}{chinese}", f"lang={chinese}"]
        for i in range(part.first, part.last):
            seen[i] = _word(i, part, forms, found, marks) + shared
    for i, word in enumerate(found):
        seen[i] = seen[i] or [f"w={word.form}", "mark"]
    return found, seen


def _marks(found: Sequence[Word], candidates: Iterable[Cut]) -> list[str]:
    """What the rules recognise of each word, one name per kind."""
    marks = [""] * len(found)
    ends = [word.end for word in found]
    for kind, start, end in sorted(candidates, key=lambda cut: cut[1]):
        for i in range(bisect_right(ends, start), len(found)):
            if found[i].start >= end:
                break
            if kind[:4] not in marks[i]:
                marks[i] += kind[:4]
    return marks


def _clause(part: Clause, forms: Sequence[str], marks: Sequence[str]) -> tuple[str, str, str, str]:
    """First and last word of a clause, what is recognised in it, and how much it enumerates."""
    kinds = "+".join(sorted({mark for mark in marks[part.first : part.last] if mark}))
    whole = all(marks[part.first : part.last])
    items = sum(form in _JOINS for form in forms[part.first : part.last])
    return forms[part.first], forms[part.last - 1], f"{kinds}{'!' if whole else ''}", str(min(items, 3))


def _shared(
    part: Clause,
    number: int,
    own: tuple[str, str, str, str],
    before: tuple[str, str, str, str],
    after: tuple[str, str, str, str],
) -> list[str]:
    """What is the same for all words of a clause."""
    first, last, kinds, items = own
    length = min(part.last - part.first, 12)
    return [
        f"cf={first}", f"cl={last}", f"cl1={last[-1:]}", f"ck={kinds}", f"ci={items}", f"cn={length}",
        f"cd={part.opened}", f"cx={min(number, 5)}", f"cs={min(part.sentence, 4)}", f"cdi={part.opened}{items}",
        f"cin={items}|{length // 2}", f"pf={before[0]}", f"pl={before[1]}", f"pk={before[2]}", f"pi={before[3]}",
        f"nf={after[0]}", f"nk={after[2]}",
    ]  # fmt: skip


def _word(i: int, part: Clause, forms: Sequence[str], found: Sequence[Word], marks: Sequence[str]) -> list[str]:
    """What is seen of a word and its neighbours."""
    form = forms[i]
    back, back2 = (forms[i - 1] if i else "^"), (forms[i - 2] if i > 1 else "^")
    on, on2 = (forms[i + 1] if i + 1 < len(forms) else "$"), (forms[i + 2] if i + 2 < len(forms) else "$")
    tail = 3 if form.isascii() else 1
    place = i - part.first
    seen = [
        f"w={form}", f"s={found[i].shape}", f"w-1={back}", f"w-2={back2}", f"w+1={on}", f"w+2={on2}",
        f"w-1w={back}|{form}", f"ww+1={form}|{on}", f"w-2-1={back2}|{back}", f"w+1+2={on}|{on2}",
        f"e={form[-tail:]}", f"e2={form[-2:]}", f"b={form[:1]}", f"e-1={back[-tail:]}", f"e+1={on[-tail:]}",
        f"t={marks[i]}", f"t-1={marks[i - 1] if i else '^'}", f"t+1={marks[i + 1] if i + 1 < len(marks) else '$'}",
        f"cp={min(place, 4)}",
    ]  # fmt: skip
    seen += [f"L={forms[j]}" for j in range(max(part.first, i - 8), i)]
    seen += [f"R={forms[j]}" for j in range(i + 1, min(part.last, i + 7))]
    return seen


def names(found: Sequence[Word], cuts: Iterable[Cut]) -> list[str]:
    """What each word is, the first word of a phrase told from the others; the shortest phrase counts."""
    said = [_OUTSIDE] * len(found)
    for kind, start, end in sorted(cuts, key=lambda cut: cut[1] - cut[2]):
        begins = "B"
        for i, word in enumerate(found):
            if 2 * (min(word.end, end) - max(word.start, start)) >= word.end - word.start:
                said[i] = f"{begins}-{kind}"
                begins = "I"
    return said


def phrases(found: Sequence[Word], said: Sequence[str]) -> list[Cut]:
    """The phrases that the names of the words make, in order; the reverse of ``names``: what stands within a longer
    phrase does not end it."""
    made: list[Cut] = []
    since: dict[str, int] = {}
    for word, name in zip(found, said, strict=True):
        begins, _, kind = name.partition("-")
        if not kind:
            since = {}
        elif begins == "I" and kind in since:
            made[since[kind]] = made[since[kind]][0], made[since[kind]][1], word.end
        else:
            since[kind] = len(made)
            made.append((Kind(kind), word.start, word.end))
    return made


def tag(text: str, candidates: Iterable[Cut]) -> list[Cut]:
    """The phrases of ``text`` (Simplified characters) that say what is wanted, in order."""
    found, seen = features(text, candidates)
    return phrases(found, _tagger().tag(seen)) if found else []


class _Open(threading.local):
    """A tagger keeps the text it works on, so each thread has its own."""

    tagger: pycrfsuite.Tagger | None = None


_OPEN = _Open()


def _tagger() -> pycrfsuite.Tagger:
    if _OPEN.tagger is None:
        _OPEN.tagger = pycrfsuite.Tagger()
        _OPEN.tagger.open(str(MODEL))
    return _OPEN.tagger


def train(pairs: Iterable[Labelled], candidates: Callable[[str], Sequence[Cut]], model: Path) -> int:
    """Learn from texts (Simplified characters) and their phrases; the same texts give the same ``model``."""
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params(SETTINGS)
    count = 0
    for text, cuts in pairs:
        found, seen = features(text, candidates(text))
        if found:
            trainer.append(seen, names(found, cuts))
            count += 1
    trainer.train(str(model))
    return count
