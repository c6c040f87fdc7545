"""What an English demand is about and which fields it wants, read from its wording (see ``subjects``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from matching.reading.headings import Heading, heading
from matching.reading.phrases import Cut
from matching.reading.wording import Piece
from matching.types import Kind

_REQUEST = re.compile(
    r"(?<!n't )(?<!\bnot )\b(?:(?:we|I|they|(?:our|my|the)\s\w+)\s)?(?:(?:would|also|really|currently|urgently"
    r"|do)\s)*"
    r"(?:need|want|require|seek|request|(?<=would\s)like|(?<=would\s)love|(?<='d\s)like|(?<='d\s)love)(?:s|ing)?\b"
    r"(?:\sto\s(?:have|get (?:my|our) hands on|get|obtain|buy|see|know|find|access|"
    r"purchase|license|licence|order|use|download|receive|understand|explore|check(?=[^.]*:)))?"
    r"|\b(?:looking|searching|search) for|(?<!not )(?<!Not )\binterested in|\bwish to (?:buy|obtain|get)|"
    r"\b(?:is|are) there (?:any\s)?"
    r"|\b(?:is|are) (?:any|some)(?:one|body) (?:selling|offering|publishing|providing)|\bwhere can I find|"
    r"\bfind (?:data|datasets|information) (?:on|about)|\b(?:please|kindly) (?:quote for|provide|publish|send|supply|"
    r"release|share)"
    r"|\b(?:could|can|does|do) (?:you|some(?:one|body)|any(?:one|body)) (?:please )?"
    r"(?:sell|have|offer|provide|publish|release|share|supply|hold|keep|point us to|deliver|license)|\b(?:may|can) (?:I"
    r"|we) (?:have|get|request)"
    r"|\b(?:we|I)(?: are|'re| am|'m) after|\b(?:wanted|required|needed|needs?|request(?:ed)?)(?:\s(?:data|"
    r"information|inputs))?:|^\s*wanted\b"
    r"|\bdoes (?:an?|any) (?=[^.?]{3,90}\sexists?\b)|\bseeking\b|\bin (?:search|need) of\b"
    r"|\bto check [a-z ]{1,24}(?=:)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:\s|,|:|(?:api|service|feed|dataset|tool)\s(?:that|which)\s(?:returns?|gives?|provides?|shows?)\s|(?:and|or|the|"
    r"an?|some|any|all|more|complete|detailed|also|every|each|what|which|who|how many|have|get|know|see|"
    r"data(?:sets?)? (?:on|about|of|for|regarding)|information (?:on|about|regarding)|of|on|about|a list of|"
    r"list of|historical|China(?=\s[a-z])|local|mapped|our|dataset(?= of| on))\b)+",
    re.IGNORECASE,
)
_END = re.compile(
    r"[:;(（]|\s[-–—]\s|\s(?:with|including|include|such as|broken down|covering|where|so that|so we|in order|because|"
    r"as well as|which|that|if|when|"
    r"to (?:study|analy|understand|support|help|compare|feed|build|check)|for (?:our|my|the purpose|use|"
    r"an? (?:study|project|research|analysis|"
    r"model|app)|\w+ing\b)|used (?:in|for)|would be|exists?|are|is|at|issued|since|via|through|by|based on|across|"
    r"between|during|over the|"
    r"split (?:by|between)|together with|along with|"
    r"plus(?= the| an?\b)|in (?:each|a particular)|as an?)\b|\s(?:in|for|from)\s(?=[A-Z\d])"
)
_NOT_A_NOUN = re.compile(
    r"(?:for|with|from|in|by|to|through|via|including|such|each|split|ideally|if|as|covering|preferably|"
    r"updated|preferred|at|since|only|"
    r"(?:two|three|four|several) (?:things|kinds|parts|sets)|"
    r"without|excluding|except|must|over|going|effective|together|along|plus|only|not|no|so|but|because|which"
    r"|that|it|them|this|us|you"
    r"|help|be|data|anything|everything|following"
    r"|(?:one|two|three|\d+) (?:month|year|week)s?|summer|winter|anonymi[sz]ed|de-identified"
    r"|information|records?(?!\sof\b)|datasets?|broken|"
    r"fields?|delivered|please|"
    r"\w+ed (?:by|as|at|so|to|within|from|when|whenever|if|every|monthly|daily|via)|"
    r"thanks|where|when|until|onwards?|per|up)\b(?:\s|$)",
    re.IGNORECASE,
)
_FIELDS = re.compile(
    r"\b(?:[Ff]ields?|[Cc]olumns?|[Aa]ttributes?|[Vv]ariables?)\s?(?:needed|required|wanted|include|are)?\s?[:：]\s?"
    r"|\b(?:plus|together with|along with|must (?:include|contain|have)|should (?:include|contain|have)) (?:the )?"
    r"|\b(?:including|includes?|broken down by|containing|such as)\s(?!us\b|to\b|you\b)"
    r"|\bwith\b(?:\sthe)?(?:\s(?:fields|columns|details))?(?:\s(?:of|on|such as))?\s"
)
_BESIDES = re.compile(r"plus|together with|along with")
_LIST_END = re.compile(
    r"[.;()]|\s[-–—]\s|\s(?:where possible|if possible|if available|since|from(?=\s[A-Z\d])|for the|so that|"
    r"would be|is|"
    r"are|in(?=\s[A-Z]))\b"
    r"|,\s(?:with|from|since|updated|refreshed|renewed|delivered|licensed|ideally|preferably|please)\b"
)
_EXTRA = re.compile(
    r"(?:^\s*|[,;]\s(?:and\s)?)(?P<what>[A-Za-z][^,;:]{3,80}?)\swould be (?:an? )?(?:very )?(?:nice|useful|"
    r"great|welcome|good|helpful|appreciated|plus|bonus)"
    r"|^\s*(?P<also>[A-Z][^,;:]{3,60}?)(?: are| is)? (?:preferred|welcome|appreciated)(?: as well| too)?\s*$"
    r"|^\s*(?P<spare>[A-Z][^,;:]{3,80}?),?\s(?:if|where) (?:available|possible|you have (?:it|them))\s*$",
)
_FIELD_LIKE = re.compile(
    r"dictionar|codebook|glossary|metadata|documentation|description|column|\bfields?\b|\bcodes?\b|\bnames?\b"
    r"|coordinates|address|dates?\b|hours\b|phone|contact",
    re.IGNORECASE,
)
_APART = frozenset([Kind.TIME_SPAN, Kind.UPDATE_CYCLE, Kind.BUDGET, Kind.REGION, Kind.DELIVERY])
_NAMED = re.compile(r"\s*[A-Za-z]+(?:\s\w+)?:\s")
"""What a demand is, before what it asks for (RFQ: …)."""
_NUMBERED = re.compile(r"\s*(?:first|second|third|fourth|finally)(?:ly)?[,:]\s", re.IGNORECASE)
_ITEM = re.compile(r",\s(?:and\s|or\s)?|\sand\s")
_ASIDE = re.compile(
    r"(?<!\bby )(?<!\bper )[A-Za-z-]+ (?:\((?P<list>[a-z][^():;]*,[^():;]*(?:,|\sand\s)[^():;]*)\)"
    r"|[-–—] (?P<dashed>[a-z][^():;–—]*?,[^():;–—]*?(?:,|\sand\s)[^():;–—]*?) [-–—])"
)
"""A list in parentheses, but not of the parts something is told apart by."""
_AND = re.compile(r"\s?and\s(?!in|by|per|for|at)[a-z]+\s[a-z]+")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|will|would|can|should|must|has|have|we|I|it|they|please|need|only)\b", re.IGNORECASE
)
_PARENS = re.compile(r"\([^()]{0,160}\)")


def request(body: str) -> re.Match[str] | None:
    """The first request of a clause or sentence."""
    return _REQUEST.search(body)


def read(sentences: Sequence[Piece], typed: Sequence[Cut], aims: Sequence[Cut]) -> list[Cut]:
    """Topics and fields of an English text of at least one sentence."""
    reader = _Reader(typed, aims)
    asks = any(request(piece.text) for piece in sentences)
    for number, piece in enumerate(sentences):
        reader.sentence(piece, bare=not asks and number == 0)
    return reader.cuts


def _names(text: str) -> bool:
    """Whether ``text`` is nothing but an enumeration of short names, as those of fields are."""
    stop = _LIST_END.search(text)
    items = [item for item in _ITEM.split(text[: stop.start()] if stop else text) if item.strip()]
    words = sum(len(item.split()) for item in items)
    return len(items) > 2 and words <= 3 * len(items) and _VERB.search(", ".join(items)) is None


class _Reader:
    def __init__(self, typed: Sequence[Cut], aims: Sequence[Cut]) -> None:
        self.typed, self.aims = typed, aims
        self.cuts: list[Cut] = []

    @property
    def topic(self) -> bool:
        return any(kind is Kind.TOPIC for kind, _, _ in self.cuts)

    def sentence(self, piece: Piece, *, bare: bool) -> None:
        body, at = piece.text, piece.start
        if told := heading(body):
            self._headed(body, at, told)
            return
        asked = request(body)
        numbered = None if asked else _NUMBERED.match(body)
        begin = asked.end() if asked else numbered.end() if numbered else 0
        if asked and re.search(r"\bto check\b", asked[0], re.IGNORECASE):
            begin = max(begin, body.find(":", begin))
        if self.topic and not numbered and not _EXTRA.search(body) and _names(body[begin:] if asked else body):
            self._list(body, at, begin)
            return
        if asked and body.startswith(":", begin):
            begin += 1
        if bare and (named := _NAMED.match(body)):
            begin = named.end()
        fields = _FIELDS.search(body, begin)
        colon = body.find(":", begin)
        if asked or numbered or bare:
            stops = [len(body), *([fields.start()] if fields else []), *([colon] if colon >= 0 else [])]
            self._nouns(body, at, begin, min(stops))
        if colon >= 0 and asked and not (fields and fields.end() > colon):
            if self.topic:
                self._list(body, at, colon + 1)
            else:
                self._nouns(body, at, colon + 1, len(body))
        for lead in _FIELDS.finditer(body, begin) if self.topic else ():
            self._added(body, at, lead)
        for aside in _ASIDE.finditer(body, begin) if self.topic else ():
            self._list(body, at, aside.start(aside.lastgroup or ""))
        for extra in _EXTRA.finditer(body):
            self._extra(extra, at)

    def _added(self, body: str, at: int, lead: re.Match[str]) -> None:
        """A list of fields; one thing after plus or together with is data of its own."""
        stop = _LIST_END.search(body, lead.end())
        said = body[lead.end() : stop.start() if stop else len(body)]
        if (
            _BESIDES.match(lead[0])
            and "," not in said
            and " and " not in said.partition(" by ")[0]
            and not _FIELD_LIKE.search(said)
        ):
            self._nouns(body, at, lead.end(), stop.start() if stop else len(body))
        else:
            self._list(body, at, lead.end())

    def _headed(self, body: str, at: int, told: Heading) -> None:
        if told.kind is Kind.TOPIC:
            end = len(body.rstrip(" .,;"))
            self.cuts += [(Kind.TOPIC, at + told.value, at + end)] if end - told.value > 2 else []
        elif told.kind is Kind.FIELDS:
            self._list(body, at, told.value)

    def _extra(self, extra: re.Match[str], at: int) -> None:
        name = extra.lastgroup or ""
        start, end = at + extra.start(name), at + extra.end(name)
        start = max([start, *(e + 1 for _, s, e in self.typed if s <= start < e < end)])
        if any(s < end and start < e for _, s, e in [*self.typed, *self.cuts]):
            return
        self.cuts.append((Kind.FIELDS if _FIELD_LIKE.search(extra[name]) else Kind.TOPIC, start, end))

    def _list(self, body: str, at: int, begin: int) -> None:
        while begin < len(body) and body[begin] in " :：,":
            begin += 1
        stop = _LIST_END.search(body, begin)
        # A place, a time or a way after a comma is a line of its own.
        apart = [
            s - at for k, s, _ in self.typed if k in _APART and s - at > begin and body.endswith(", ", begin, s - at)
        ]
        text = body[begin : min([stop.start() if stop else len(body), *apart])].rstrip(" ,.")
        start, end = at + begin, at + begin + len(text)
        if len(text) > 2 and not any(s < end and start < e for k, s, e in self.cuts if k is Kind.FIELDS):
            self.cuts.append((Kind.FIELDS, start, end))

    def _nouns(self, body: str, at: int, begin: int, stop: int) -> None:
        """The noun phrases of an enumeration, one topic each, until one begins with something else."""
        hidden = _PARENS.sub(lambda match: "(" * len(match[0]), body)
        parted = False
        for match in re.finditer(r"(?:[^,，]|(?<=\d),(?=\d{3}))+", hidden[begin:stop]):
            found = list(self._noun(body, at, begin + match.start(), begin + match.end()))
            if parted and found and _names(body[found[0][1] - at : stop]):
                # After a place or a time of its own a list is no longer of topics.
                self._list(body, at, found[0][1] - at)
                return
            parted = parted or (self.topic and not found)
            self.cuts += found
            rest = max((e - at for k, s, e in self.typed if found and found[-1][2] <= s <= found[-1][2] + 1), default=0)
            if _AND.match(body, rest, begin + match.end()) and rest:
                self.cuts += self._noun(body, at, rest, begin + match.end())

    def _noun(self, body: str, at: int, begin: int, stop: int) -> Iterator[Cut]:
        start, moved = begin, True
        while moved:
            before = start
            if lead := _LEAD.match(body, start, stop):
                start = lead.end()
            start = max([start, *(e - at for _, s, e in self.typed if s - at <= start < e - at)])
            moved = start != before
        if start >= stop or body[start] in "-–—" or _NOT_A_NOUN.match(body, start, stop):
            return
        end = _END.search(body, start + 1, stop)
        limit = min([end.start() if end else stop, *(s - at for k, s, _ in self.typed if start < s - at < stop)])
        phrase = body[start:limit].rstrip(" .,")
        phrase = re.sub(r"\s(?:and|or|for|in|of|from|the|at|an?)$", "", phrase)
        aimed = any(s < at + start + len(phrase) and at + start < e for _, s, e in self.aims)
        if len(phrase) > 2 and not aimed:
            yield Kind.TOPIC, at + start, at + start + len(phrase)
