"""What the data is about and which fields are wanted, read from the wording of a demand.

Nothing here knows subjects: a topic is what follows a request (需要, 采购, looking for) up to where another
kind of requirement begins; fields are the lists after 包括, 字段, including, with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from matching.types import Kind
from matching.wording import HAN, Piece

Cut = tuple[Kind, int, int]
"""A piece of the text: what it is, from where, to where."""

_REQUEST = re.compile(
    r"(?:现|仅|只|还|特|拟|亟|急|主要)?(?:需要?|想要?|希望|打算|拟|要)?(?:能)?(?:向社会|面向社会和?(?:兄弟部门)?)?"
    r"(?:公开)?(?:采购|征集|获取|获得|得到|取得|拿到|购买|买|查询|查|收集|补充|引入|找|求购|求|了解|全面了解|摸一摸|看看|知道|看|调取|接入|提供|掌握|收到|参考)"
    r"(?:一[份套批下些]|到|了)?|(?:需要?|想要?|要求|希望有?|有没有|是否有|缺少?|征求|所需(?:的)?(?:数据|信息|资料)(?:为|是|包括)|最关键的是|重点是|数据需求(?:为|是)?|核心是)"
)
_LEAD = re.compile(
    r"[\s：:，、的之\"“”‘’「」·\-—]+|一[份套批下些个种]|(?:覆盖|涉及|关于|有关|针对|截至|来自|下列|如下|以下|全部|所有|各类|各个|各|全市|全省|全县|本市|本地|我市|主要(?!指标)|当地|境内|省内|市内|相关|正规的?|"
    r"目前|最新|历年|分别|完整|详细|其中|再有|其次|首先|另外|此外|同时|以及|还有|并|和|及|与|[一二三四五六七八九]是|（?[一二三四五六七八九十]+[）、]|第[一二三四五]|\(?\d{1,2}[.、)）]|在售(?=\s))"
)
_TAIL = re.compile(
    r"(?:[\s。，,、：:的啊吗呢吧了]|等(?:相关|方面|内容|各类)?(?:的)?(?:数据|信息|资料|情况|指标|字段)*|都?有哪些|最好|就行|即可|都要有?|都有|的话|也行|也可以?|更好|就更好了?|就更好|可以|能给到|"
    r"能给到最好|按[天日周月年季度]{1,2}的?也想要|也想要|有没有|想要|必须|优先|以及|和|及|或|分布情况)+$"
)
_GENERIC = re.compile(
    r"^(?:(?:以下|下列|如下|相关|有关|外部|一套|经营类|上述|本地|公开|这些|那些|大致|哪些|这几块|几块|一些|政府|开放|支持|市场|业务|同类|我们?|他们|产品|服务|免费|"
    r"一个|新|的)*(?:数据|信息|资料|清单|名单|内容|情况|服务|数据集|需求|回来|自己)?)$"
)
_FIELD_LEAD = re.compile(
    r"(?:(?:数据|信息|字段|指标|内容|表格?|记录|每条|结果)?(?:中|里|上)?(?:至少|须|应|需要?|必须|要|最好|希望|还)?(?:能)?(?:同时)?"
    r"(?:包括|包含|含有|内含|列明|注明|标明|带有|带上|具备|涵盖|返回|区分|附带|附|要有|带|含)(?:了|有)?|字段(?:至少|要|须|需)?(?:有|为|是|：|:|——|——)?|指标(?:为|有|：|:)|"
    r"^(?:最好|还)?有(?=[^，]{1,20}、))[：:]?\s*"
)
_FIELD_WORD = re.compile(
    r"(?:名称?|姓名|地址|电话|位置|坐标|经纬度|范围|日期|时间|编号|代码|文号|号码?|类型|等级|状态|金额|数量|人数|户数|面积|价格|单价|均价|费用|法人|代表人|资本|有效期|品牌|型号|规格|负责人|责任人|容量|比例|"
    r"邮编|性质|来源|原因|结果|机关|事由|说明|年龄段?|性别|学历|里程|次数|时长|频率|浓度|温度|湿度|气压|风速|风向|降水量?|雨量|水位|流量|速度|车牌|船名|MMSI|时间戳|开发商|供应商|字典|经度|纬度|套数|床位数?|标签|评分|"
    r"产量|排名|收入|单位|数|率|量|额|值)(?:（[^）]*）|\([^)]*\))?$"
)
_ENDING_FIELDS = re.compile(
    r"(?:(?:名称|地址|联系电话|电话|位置|坐标|经纬度|联系方式|营业时间|邮编|法人|负责人)(?:和|及|、|与)?){1,6}(?:信息|数据|表|清单)?$"
)
_ALL_WANTED = re.compile(r"(?:最好)?(?:都要有?|都有|都得有|要有|要全|都需要|一个不能少|最好有|也要|缺一不可)")
_ITEM = re.compile(r"[、]|(?:以及|和|及|与|或)(?=[^、]{2,}$)")


def chinese(clauses: Sequence[Piece], typed: Sequence[Cut], purposes: Sequence[Cut]) -> Iterator[Cut]:
    """Topics and fields of a Chinese text. ``typed`` are the pieces other kinds claim, in order of start."""
    state = _State()
    for piece in clauses:
        if any(start <= piece.start and piece.end <= end for _, start, end in purposes):
            continue
        yield from state.read(piece, typed)


class _State:
    """What the clauses so far were about: a list after a topic is its fields, a list after 以下数据 is topics."""

    def __init__(self) -> None:
        self.sentence = -1
        self.topic = False
        self.wanted = False

    def read(self, piece: Piece, typed: Sequence[Cut]) -> Iterator[Cut]:
        if piece.sentence != self.sentence:
            self.sentence, self.wanted = piece.sentence, self.wanted and _numbered(piece.text)
        body, at = piece.text, piece.start
        head, colon, rest = _colon(body)
        if colon:
            yield from self._clause(head, at, piece, typed)
            yield from self._list(rest, at + len(head) + 1, typed)
            return
        yield from self._clause(body, at, piece, typed)

    def _clause(self, body: str, at: int, piece: Piece, typed: Sequence[Cut]) -> Iterator[Cut]:
        lead = _FIELD_LEAD.search(body)
        request = _request(body)
        if lead and self.topic and (not request or lead.start() <= request.end()):
            yield from _fields(body, at, lead.end(), typed)
            return
        if request:
            self.wanted = True
            stop = lead.start() if lead and lead.start() > request.end() else len(body)
            found = list(_topics(body, at, request.end(), stop, typed))
            self.topic = self.topic or bool(found)
            yield from found
            if lead and lead.start() > request.end():
                yield from _fields(body, at, lead.end(), typed)
        elif _field_list(body):
            yield from _fields(body, at, 0, typed)
        elif _numbered(body) and self.wanted and not piece.background:
            found = list(_topics(body, at, 0, len(body), typed))
            self.topic = self.topic or bool(found)
            yield from found

    def _list(self, rest: str, at: int, typed: Sequence[Cut]) -> Iterator[Cut]:
        """What follows a colon."""
        if self.topic and "、" in rest:
            yield from _fields(rest, at, 0, typed)
        elif self.wanted or _numbered(rest):
            self.wanted = True
            found = list(_topics(rest, at, 0, len(rest), typed))
            self.topic = bool(found)
            yield from found


def _colon(body: str) -> tuple[str, str, str]:
    match = re.search(r"[：:](?!\d)", body)
    return (body[: match.start()], match[0], body[match.end() :]) if match else (body, "", "")


def _numbered(body: str) -> bool:
    return re.match(r"\s*(?:[一二三四五六七八九]是|[（(]?[一二三四五六七八九十\d]{1,2}[）).、](?!\d)|其次|再有|另外|此外|还有)", body) is not None


def _request(body: str) -> re.Match[str] | None:
    last = None
    for match in _REQUEST.finditer(body):
        if last is not None and match.start() > last.end() + 6:
            break
        last = match
    return last


def _field_list(body: str) -> bool:
    items = _ITEM.split(_TAIL.sub("", body.strip()))
    known = sum(1 for item in items if _FIELD_WORD.search(_TAIL.sub("", item)))
    if _ALL_WANTED.search(body):
        return known > 0
    return len(items) >= 3 and known * 2 > len(items) and not HAN.search(body[:0])


def _fields(body: str, at: int, begin: int, typed: Sequence[Cut]) -> Iterator[Cut]:
    start, end = _trim(body, at, begin, len(body), typed, keep=True)
    if end - start >= 2 and not _GENERIC.match(body[start - at : end - at]):
        yield Kind.FIELDS, start, end


def _topics(body: str, at: int, begin: int, stop: int, typed: Sequence[Cut]) -> Iterator[Cut]:
    start, end = _trim(body, at, begin, stop, typed)
    phrase = body[start - at : end - at]
    if end - start < 2 or _GENERIC.match(phrase):
        return
    owner, of, owned = phrase.rpartition("的")
    items = _ITEM.split(owned)
    if of and len(items) > 1 and all(_FIELD_WORD.search(item) for item in items) and len(owner) > 1:
        yield Kind.TOPIC, start, start + len(owner)
        yield Kind.FIELDS, start + len(owner) + 1, end
        return
    ending = _ENDING_FIELDS.search(phrase)
    if ending and ending.start() >= 2:
        yield Kind.TOPIC, start, start + ending.start()
        yield Kind.FIELDS, start + ending.start(), end
        return
    yield from _split(phrase, start)


def _split(phrase: str, start: int) -> Iterator[Cut]:
    """Long items of an enumeration are topics of their own; short ones are one topic."""
    items = phrase.split("、")
    if len(items) > 1 and sum(map(len, items)) >= 7 * len(items) and "（" not in phrase and "(" not in phrase:
        for item in items:
            lead = len(item) - len(_LEAD.sub("", item, count=1)) if _LEAD.match(item) else 0
            tail = _TAIL.sub("", item)
            if len(tail) > lead:
                yield Kind.TOPIC, start + lead, start + len(tail)
            start += len(item) + 1
    else:
        yield Kind.TOPIC, start, start + len(phrase)


def _trim(body: str, at: int, begin: int, stop: int, typed: Iterable[Cut], *, keep: bool = False) -> tuple[int, int]:
    """Leave out what other kinds claim at both edges, and words that carry nothing."""
    start, end = at + begin, at + stop
    claims = [(s, e) for kind, s, e in typed if s < end and e > start and not (keep and kind is Kind.GRANULARITY)]
    moved = True
    while moved and start < end:
        moved = False
        lead = _LEAD.match(body, start - at, end - at)
        if lead:
            start, moved = at + lead.end(), True
        for s, e in claims:
            if s <= start < e:
                start, moved = e, True
            elif s < end <= e and s > start:
                end, moved = s, True
        tail = _TAIL.search(body[start - at : end - at])
        if tail and start < end:
            end, moved = start + tail.start(), True
    return start, max(start, end)


def short(text: str, typed: Sequence[Cut]) -> Iterator[Cut]:
    """A need of a few words: what is left when places, times and the like are taken out is the topic."""
    best = (0, 0)
    at = 0
    for _, s, e in [*typed, (Kind.TOPIC, len(text), len(text))]:
        start, end = _trim(text[at:s], at, 0, max(0, s - at), ()) if s > at else (at, at)
        if end - start > best[1] - best[0]:
            best = (start, end)
        at = max(at, e)
    phrase = text[best[0] : best[1]]
    if len(phrase.strip()) < 2:
        return
    ending = _ENDING_FIELDS.search(phrase)
    if ending and ending.start() >= 2:
        yield Kind.TOPIC, best[0], best[0] + ending.start()
        yield Kind.FIELDS, best[0] + ending.start(), best[1]
    else:
        yield Kind.TOPIC, *best


# ------------------------------------------------------------------------------------------------- English
_REQUEST_EN = re.compile(
    r"\b(?:(?:we|I|our \w+|they)\s)?(?:(?:would|also|really|currently|urgently)\s)*(?:need|want|require|seek|request|like|love)(?:s|ing)?\b(?:\sto\s(?:have|get|obtain|buy|see|know|find|access|check|"
    r"purchase|understand|explore))?|\b(?:looking|searching|search) for|\binterested in|\bwish to (?:buy|obtain|get)|\b(?:is|are) there (?:any\s)?|\bwhere can I find|\bfind (?:data|datasets|information) (?:on|about)"
    r"|\bplease (?:provide|publish|release|share)|\bcould you (?:provide|publish|release|share)|\b(?:may|can) (?:I|we) (?:have|get|request)",
    re.IGNORECASE,
)
_NOUN_LEAD = re.compile(
    r"(?:\s|,|:|and\b|or\b|the\b|an?\b|some\b|any\b|all\b|more\b|complete\b|detailed\b|data(?:sets?)? (?:on|about|of|for|regarding)\b|dataset\b(?= of| on)|information (?:on|about|regarding)\b|"
    r"of\b|on\b|about\b|for\b|a list of\b|list of\b|China(?=\s)|local\b|to\b|what\b|which\b|who\b|how many\b|have\b|get\b|know\b|see\b)+",
    re.IGNORECASE,
)
_NOUN_END = re.compile(
    r"[:;(（]|\s(?:with|including|include|such as|broken down|covering|where|so that|so we|in order|because|as well as|which|that|if|when|to (?:study|analy|understand|support|help|compare|feed|build|check)|"
    r"for (?:our|my|the purpose|use|a study|an? (?:study|project|research|analysis|model|app))|used (?:in|for)|would be|are|is|at|from (?=[A-Z\d])|since|issued|in(?=\s[A-Z])|by|for(?=\s[A-Z])|across|between|during|from|over the)\b",
)
_FIELDS_EN = re.compile(
    r"\b(?:[Ff]ields?|[Cc]olumns?|[Aa]ttributes?|[Vv]ariables?)\s?(?:needed|required|wanted|include|are)?\s?[:：]\s?|\b(?:including|includes?|broken down by|with (?:the )?(?:fields?|columns?|details?)?(?: of| on| such as)?|containing|"
    r"such as|like)\s(?!us\b|to\b|you\b)",
)
_LIST_END = re.compile(r"[.;(]|\s(?:where possible|if possible|if available|since|from(?=\s[A-Z\d])|for the|so that|would be|is|are|in(?=\s[A-Z]))\b|,\s(?:with|from|since)\b")


def english(sentences: Sequence[Piece], typed: Sequence[Cut], purposes: Sequence[Cut]) -> Iterator[Cut]:
    """Topics and fields of an English text of at least one sentence."""
    topic = False
    for piece in sentences:
        body = piece.text
        request = _REQUEST_EN.search(body)
        fields = _FIELDS_EN.search(body)
        found: list[Cut] = []
        if request:
            found = list(_nouns(body, piece.start, request.end(), typed, purposes))
        colon = body.find(":")
        if colon >= 0 and request and request.end() < colon and not (fields and fields.end() > colon):
            tail = _list(body, piece.start, colon + 1)
            if any(kind is Kind.TOPIC for kind, _, _ in found):
                found += [(Kind.FIELDS, s, e) for s, e in tail[:1]]
            else:
                found += [cut for s, e in tail for cut in _items(body, piece.start, s, e, typed)]
        if fields and (topic or found or not request):
            found += [(Kind.FIELDS, s, e) for s, e in _list(body, piece.start, fields.end())]
        topic = topic or any(kind is Kind.TOPIC for kind, _, _ in found)
        yield from found


def _nouns(body: str, at: int, begin: int, typed: Sequence[Cut], purposes: Sequence[Cut]) -> Iterator[Cut]:
    stop = len(body)
    colon = body.find(":", begin)
    stop = min(stop, colon) if colon >= 0 else stop
    yield from _items(body, at, at + begin, at + stop, typed, purposes)


def _items(body: str, at: int, start: int, end: int, typed: Sequence[Cut],
           purposes: Sequence[Cut] = ()) -> Iterator[Cut]:  # fmt: skip
    """The noun phrases of an enumeration, one topic each, until one ends in something else."""
    for match in re.finditer(r"[^,，]+", body[start - at : end - at]):
        s, e = start + match.start(), start + match.end()
        lead = _NOUN_LEAD.match(body, s - at, e - at)
        s = at + lead.end() if lead else s
        for _, ts, te in typed:
            if ts <= s < te:
                lead = _NOUN_LEAD.match(body, te - at, max(te, e) - at)
                s = at + lead.end() if lead else te
        cut = _NOUN_END.search(body, s - at + 1, e - at) if s < e else None
        stop = at + cut.start() if cut else e
        stop = min([stop, *(ts for kind, ts, _ in typed if s < ts < stop and kind is not Kind.GRANULARITY)])
        phrase = body[s - at : stop - at].rstrip(" .,")
        if len(phrase) > 2 and not any(ps <= s < pe for _, ps, pe in purposes) and not re.match(
            r"(?:it|them|this|that|data|information|records?|datasets?|help|be|us|you)$", phrase, re.IGNORECASE
        ):
            yield Kind.TOPIC, s, s + len(phrase)


def _list(body: str, at: int, begin: int) -> list[tuple[int, int]]:
    while begin < len(body) and body[begin] in " :：,":
        begin += 1
    stop = _LIST_END.search(body, begin)
    end = stop.start() if stop else len(body)
    text = body[begin:end].rstrip(" ,.")
    return [(at + begin, at + begin + len(text))] if len(text) > 2 else []
