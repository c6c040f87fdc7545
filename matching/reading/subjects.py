"""What a Chinese demand is about and which fields it wants, read from its wording.

Nothing here knows subjects: a topic is what follows a request (需要, 采购, 求购) up to where another kind of
requirement begins; fields are the lists after 包括, 字段, 含. ``subjects_en`` does the same for English.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from matching.reading.asking import request
from matching.reading.headings import Heading, heading
from matching.reading.phrases import FIELD_WORD, GENERIC, ITEM, MEASURE, Cut, asks, brief, nouns, split, trim
from matching.reading.wording import Piece
from matching.types import Kind

_LONGEST = 400
"""Characters a claim of another kind reaches back at most."""
_HOW = (Kind.FORMAT, Kind.DELIVERY, Kind.BUDGET, Kind.UPDATE_CYCLE)

_NOT_A_NOUN = re.compile(
    r"^(?!就[业诊医餐]|从业|给水|给排水|对[外口]|到[货港站达访]|来[源电华访]|先[进心]|开[工盘竣户标采关]|包[装裹]|"
    r"被[执保投监]|合作(?:社|医疗)|能[源耗效量级繁]|都市|通过[率量]|以旧换新|为农|按[揭摩]|他项|这[些类]|由来)"
    r"(?:(?:接|拿|发|给)[进到来我]|足够|哪些|外部数据|把|被|(?:数据)(?:大致|回来|来源|做|用)"
    r"|在(?![产用途押售建营册校岗网线职研])|到|先|自己|能|做|"
    r"开(?!发|放)|给|向|由|通过|以(?!上)|按|为|去|来|从|就|也|都|是|不(?!动产|良|合格|锈)|没|这|那|您|你|他|"
    r"它|购买力|什么|怎么|如何|有(?!色|机|线|轨)|尽快|随时|一起|签|合作|支持|"
    r"注意|说明|判断|许可[里中证上]|允许|联系|确认|尽量|包|与|出(?![生口租行版险境入让库厂勤])|所有的?$|各位"
    r"|如有|若有|可能|必须|任何|得|须|及时|大概|别(?!的)|根据|依据|依照)"
)
_FIELD_LEAD = re.compile(
    r"(?:^|(?<=[^一-龥])|(?:数据|信息|字段|指标|要素|内容|项目|变量|表格?|记录|名[录单]|清单|明细"
    r"|每[条台处户家个起份笔]|具体|其中)(?:中|里|上|内)?|"
    r"(?<=[须应需要好望少还并中里若如]))(?:至少|必?须|应当?|需要?|必须|要|最好|希望|还|再|并|也|都|可"
    r"|另){0,4}(?:能)?(?:同时|一并|分别|直接)?"
    r"(?:包括|包含|涵盖|含有?|内含|列明|列出|注明|标明|标注|体现|载明|带有?|带上|具备|返回(?!的|结果)|附带|附有|附上?"
    r"|给出|写明|要有(?![机效色害限])|能?(?:查到|看到|反映)|能给(?!到|个?接口)|"
    r"有(?![机效色害限轨线毒])(?=[^，]{1,16}[、和]))(?!此|税|义|量(?!、)|糊|在内)(?:了|有)?(?:(?:以下|下列"
    r"|如下)(?:字段|信息|内容|指标|要素|数据)?|(?:字段|信息|内容|指标|要素|数据)(?=[：:]))?[：:]?"
    r"|(?<=[一-龥])(?:包括|包含|涵盖)(?!在内|此)(?:了|有)?|主要(?:是|有|包括|涉及)(?=[^，]{2,40}、)|"
    r"字段(?![一-龥]{0,2}(?:清单|名|级|说明|表))(?:口径"
    r"|至少|要|须|需)*(?:包括|包含|有|为|是|：|:|—+|列)?"
    r"|指标(?:为|有|：|:)|能看出|(?:入参|出参|传入)(?:为|是)?|"
    r"[以用凭](?=[^，]{2,14}(?:为(?:查询)?(?:条件|主键|键)|(?:比对|匹配|关联|碰撞)(?=[，。；]|$)))"
)
_ALL_WANTED = re.compile(
    r"(?:最好|也)*(?:都要有?|都有|都得有|要有|要全|都需要|一个不能少|都想(?:知道|要|了解)|都[得须]有|"
    r"都写[上明清]|都[能可]查|最好有|也要|缺一不可|都要标(?:出来?)?|标(?:一下|上|出来)|都标"
    r"|要齐全?|要能对上|也想知道|"
    r"有的话更好|最好)$"
)
_QUESTION = re.compile(
    r"(?:[^，、]{0,8}?)(?:有没有|是不是|是否|有无|能不能|会不会|(?<=[一-龥])多[大少高长久远]"
    r"|哪[个些家][^，、]{1,6}、)(?!哪|人|谁|单位"
    r"|机构|公司|渠道|地方|平台)"
)
_APART = re.compile(
    r"\s*(?:最好|希望|要是|如果?|若)?能?够?(?:再|进一步)?(?P<by>按[^，。]{2,40}(?:拆[分开]|细分|分开|分列|"
    r"区分)).{0,4}(?:更好|更佳|最好|为佳|更理想)$"
)
"""如能按病种拆分更好: told apart by something more."""
_PLANNED = re.compile(r"\s*(?:我们?|公司|本\S|现在?|最近|明年|今年)?(?:想|打算|准备|计划|拟|要)")
"""What the writer is about to do; the sentence tells of them."""
_LISTED = re.compile(r"\s*(?:字段|变量|指标|要素|属性|信息项|数据项)(?:[至须应需要]少?)?(?:包括|包含|含有?|有|为|是)")
_DEMANDED = re.compile(r"要求|[须应不也都为可]|支持|提供|其余|如果|若|为主|用于|最好")
_HAVING = re.compile(r"\s*(?:最好|顺[带便]|另外?|如|若)?能?有")
_SOFT = re.compile(r"最好|顺[带便]|如有|若有|[如若]能|附")
_TAG = re.compile(r"\s*[【\[][^】\]]{1,20}[】\]]\s*(?=[^\s：:])")
_LETTER = re.compile(r"^\s*[^，。]{0,16}?关于(?:申请|征集|请求|协助|商请)?.{2,40}的(?:函|通知|公告|请示|说明)")
_ADDRESSED = re.compile(
    r"\s*(?:[^，。：]{2,20}(?:局|厅|委|委员会|办|中心|公司|单位|部门|领导|负责人)[：:]|【[^】]{1,20}】)\s*$"
)
_NUMBERED = re.compile(
    r"\s*(?:[-•·●▪■◆*]\s*(?=[一-龥])|另?[一二三四五六七八九][类个种块项份]?是|另[一外][一-龥]?是"
    r"|[（(]?[一二三四五六七八九十\d]{1,2}[）).、](?!\d)|[①-⑳]|第[一二三四五六七八][，,、是]|首先是?|其次是?|"
    r"再次是?|再者是?|最后是|再有|另外"
    r"|此外|还有|"
    r"如有可能|同时)"
)
_HEADED = re.compile(
    r"(?:数据|信息|名单|名录|清单|目录|台账|记录|明细|指数|报表|统计表|底图|影像|产品|公告|通报|样本|结果|情况)$"
)
_AND = re.compile(r"\s*(?:以及|再?加上?|外加|还有|及其?|和|另外?[要需]?)(?=[一-龥]{3})")
_REPORTED = re.compile(
    r"(?:反映|在问|表示|指出|认为|医生|老师|负责人|有限公司|集团|企业|中心|大学|银行|公司|需求书（节选）)$"
    r"|^\s*(?:本人|鄙人|在下)"
)
_NOT_WANTED = re.compile(r"(?:不[得应能可需要该会必]?|无需|无须|禁止|避免|去除|剔除)(?:再|要)?$")
_SAID = re.compile(
    r"[都能要可会让给是不有没]|优先|地方|说明|情况|数据|信息|这[几些]|即可|就[好行]|为主|地区|[省市县区]|城市"
)
"""Words of a clause that says something and is no bare enumeration."""
_WITH_DATA = re.compile(r"(?:字典|说明|口径|证明)(?:文[件档])?$")
_OWN = re.compile(r"\s*(?:我[们行司局院校部]|咱|俺|本|手[里上底])")
_EXTRA = re.compile(
    r"(?:能给到最好|有就?(?:更|最)?好了?|有(?:的话)(?:就)?更?好了?|也想要|一并要|(?:如果?|若|要是)能(?:够|"
    r"一并)*(?:提供|附上?|给|有|一起给)?(?:更好|更佳|就好)"
    r"|一?并?(?:提供|附上?|给出?)(?:则|就|那)?(?:更好|更佳|更理想)|如有(?:的话)?也?[可请]?一?并?(?:提供|附上?|"
    r"给)|(?:如果|要是|若)?能?(?:拿|弄|搞|查)得?到(?:的话)?(?:也要|就?更好|最好)|能有更好|就更好了?|更好|更佳|也行|"
    r"也可以)$"
)


def read(clauses: Sequence[Piece], typed: Sequence[Cut], aims: Sequence[Cut]) -> list[Cut]:
    """Topics and fields of a Chinese text; ``typed`` are the pieces other kinds claim, ``aims`` the purposes."""
    reader = _Reader(typed, aims, any(map(_asks, clauses)))
    reader.told = {
        piece.sentence
        for piece in clauses
        if piece.sentence < clauses[-1].sentence and _PLANNED.match(piece.text) and reader.aimed(piece)
    }
    for piece in clauses:
        reader.clause(piece)
    if not any(kind is Kind.TOPIC for kind, _, _ in reader.cuts):
        reader.fallback(clauses)
    return reader.cuts


def _asks(piece: Piece) -> bool:
    """Whether a clause asks or stands under a heading that says what is wanted."""
    told = heading(piece.text)
    return request(piece.text) is not None or (told is not None and told.kind is Kind.TOPIC)


class _Reader:
    """Remembers what the clauses were about: a list after a topic is its fields, one after 以下数据 is topics."""

    def __init__(self, typed: Sequence[Cut], aims: Sequence[Cut], asks: bool) -> None:
        self.typed, self.aims, self.asks = sorted(typed, key=lambda cut: cut[1]), aims, asks
        self.starts = [start for _, start, _ in self.typed]
        self.cuts: list[Cut] = []
        self.topic = False
        self.wanted = False
        self.listing = False
        self.sentence = -1
        self.told: set[int] = set()
        self.next = False

    def clause(self, piece: Piece) -> None:
        first = piece.sentence != self.sentence
        self.told |= {piece.sentence} if piece.background else set()
        self.sentence = piece.sentence
        numbered = _NUMBERED.match(piece.text) is not None
        self.listing = self.listing and (not first or numbered or piece.follows[:1] in "；;")
        if self.aimed(piece):
            return
        self.next = first and self.wanted and piece.follows[:1] in "；;" and self._named(piece)
        body, at = piece.text, piece.start
        if self.topic and (apart := _APART.match(body)):
            self._fields(body, at, apart.start("by"))
            return
        letter = _LETTER.match(body)
        if letter:
            body, at = body[letter.end() :], at + letter.end()
            if self.aimed(Piece(body.lstrip("：: "), at, piece.end, piece.sentence)):
                return
        if told := heading(body):
            self._headed(body, at, told)
            return
        if tag := _TAG.match(body):
            body, at = body[tag.end() :], at + tag.end()
        if _ADDRESSED.match(body):
            return
        colon = re.search(r"(?<!\d)[：:]|[：:](?!\d)", body)
        if colon:
            self._introduced(body, at, colon, piece, first)
        else:
            self._plain(body, at, piece, first)

    def _introduced(self, body: str, at: int, colon: re.Match[str], piece: Piece, first: bool) -> None:
        """A clause with a colon: what stands before it asks, names the topic, or only says who speaks."""
        before, rest = body[: colon.start()], body[colon.end() :]
        asked = request(before)
        only = asked is not None and GENERIC.match(before[asked.end() :].strip(" 的")) is not None
        asked = None if only else asked
        if not asked and (only or request(rest) or not (self.topic or _HEADED.search(before) or heading(rest))):
            named = not _OWN.match(rest) and not self._within_aim(at + colon.end())
            self._plain(rest, at + colon.end(), piece, first, named=named)
            self.listing = self.listing or named
            return
        if asked or not _NUMBERED.match(rest):
            self._plain(before, at, piece, first)
        self._list(rest, at + colon.end(), piece)

    def _named(self, piece: Piece) -> bool:
        """Whether what follows a semicolon can be the next thing asked for: neither says how it is wanted."""
        typed = self._near(piece.start, piece.end)
        how = any(kind in _HOW and piece.start <= start < piece.end for kind, start, _ in typed)
        return piece.follows != "" and not how and _DEMANDED.search(piece.text) is None

    def aimed(self, piece: Piece) -> bool:
        shared = (min(e, piece.end) - max(s, piece.start) for _, s, e in self.aims)
        return any(size > 0.5 * (piece.end - piece.start) for size in shared)

    def _within_aim(self, at: int) -> bool:
        return any(start <= at < end for _, start, end in self.aims)

    def fallback(self, clauses: Sequence[Piece]) -> None:
        """The first clause that is no sentence about the writer, when nothing else was found to be the topic."""
        named = [piece for piece in clauses if _HEADED.search(piece.text.rstrip("。 "))]
        for piece in [*named, *clauses]:
            letter = _LETTER.match(piece.text)
            if (letter or not piece.background) and not self.aimed(piece) and not _REPORTED.search(piece.text):
                lead = re.match(r"关于(?:申请|征集|请求)?(?:共享)?", piece.text) or request(piece.text)
                self._topics(piece.text, piece.start, lead.end() if lead else 0, len(piece.text))
                if self.topic:
                    return

    def _headed(self, body: str, at: int, told: Heading) -> None:
        if told.kind is Kind.TOPIC and self.topic and brief(body[told.value :].split("、")):
            self._fields(body, at, told.value)
        elif told.kind is Kind.TOPIC:
            self.wanted = True
            self.listing = _NUMBERED.match(body, told.value) is not None
            asked = request(body[told.value :])
            self._topics(body, at, told.value + (asked.end() if asked else 0), len(body))
        elif told.kind is Kind.FIELDS:
            self._fields(body, at, told.value)
        elif told.kind is None and _NUMBERED.match(body, told.value):
            self.wanted = self.listing = True
            self._topics(body, at, told.value, len(body))

    def _plain(self, body: str, at: int, piece: Piece, first: bool, *, named: bool = False) -> None:
        """A clause without a colon; ``named`` when it is known to name what is wanted."""
        lead = _FIELD_LEAD.search(body)
        asked = request(body)
        if asked and not body[asked.end() :].strip():
            asked = None
        numbered = _NUMBERED.match(body)
        if numbered and self.topic and (listed := _LISTED.match(body, numbered.end())):
            self._fields(body, at, listed.end())
            return
        extra = _EXTRA.search(body.rstrip("。 "))
        if lead and lead.start() and extra and not MEASURE.search(body[: extra.start()]):
            lead = None
        if lead and _NOT_WANTED.search(body, 0, lead.start()):
            return
        if lead and self.topic and not numbered and (not asked or lead.start() <= asked.end()):
            self._fields(body, at, lead.end())
        elif (asked and not (self.topic and _QUESTION.match(body))) or named or (self.listing and first) or self.next:
            self.wanted = True
            begin = asked.end() if asked else 0
            stop = lead.start() if lead and lead.start() > begin else len(body)
            if asked and not numbered and self._owned(body[begin:stop], asked[0]):
                self._fields(body, at, begin)
            else:
                self._topics(body, at, begin, stop)
            if lead and stop < len(body):
                self._fields(body, at, lead.end())
        elif self._claimed(body, at):
            return
        elif not first and (beside := _AND.match(body)) and self.cuts:
            added = body[beside.end() :]
            if self.cuts[-1][0] is Kind.FIELDS and (_all_fields(added) or brief([added, "", ""])):
                self._fields(body, at, 0)
            else:
                self._topics(body, at, 0, len(body))
        elif lead and self.wanted and not self.topic:
            self._topics(body, at, lead.end(), len(body))
        elif (not numbered and _field_list(body, self.topic)) or (self.topic and _QUESTION.match(body)):
            self._fields(body, at, 0)
        elif not piece.background and self._bare(body, at, numbered is not None):
            core = body[: extra.start()].rstrip("则就") if extra else ""
            if self.topic and core and (MEASURE.search(core) or (_HAVING.match(core) and not _HEADED.search(core))):
                self._fields(body, at, 0)
            else:
                self._topics(body, at, int(extra is not None and body.startswith("有")), len(body))

    def _owned(self, listed: str, asked: str) -> bool:
        """Whether what is asked for are fields of what was asked for before."""
        if not self.topic:
            return _fields_alone(listed)
        return (
            ("的" not in listed and _field_list(listed, True))
            or (FIELD_WORD.search(listed) is not None and len(listed) <= 6)
            or (_SOFT.search(asked) is not None and MEASURE.search(listed.strip(" 的。")) is not None)
            or _all_fields(listed)
        )

    def _near(self, start: int, end: int) -> Sequence[Cut]:
        """What other kinds claim between two offsets or close before them."""
        return self.typed[bisect_left(self.starts, start - _LONGEST) : bisect_left(self.starts, end)]

    def _claimed(self, body: str, at: int) -> bool:
        """Whether other kinds say nearly all of a clause."""
        shared = (min(e, at + len(body)) - max(s, at) for _, s, e in self._near(at, at + len(body)))
        return 4 * sum(size for size in shared if size > 0) >= 3 * len(body.strip())

    def _bare(self, body: str, at: int, numbered: bool) -> bool:
        """Whether a clause without a request can still name a topic."""
        if any(kind in _HOW and at <= start < at + len(body) for kind, start, _ in self._near(at, at + len(body))):
            return False
        extra = _EXTRA.search(body.rstrip("。 ")) is not None
        if (numbered and not self.asks) or (self.wanted and numbered) or ((self.wanted or self.topic) and extra):
            return True
        if _OWN.match(body) or _REPORTED.search(body) or self.sentence in self.told:
            return False
        return not self.topic and (not self.asks or (len(body) < 40 and _HEADED.search(body) is not None))

    def _list(self, rest: str, at: int, piece: Piece) -> None:
        """What follows a colon."""
        if not rest.strip():
            self.wanted = self.listing = True
        elif told := heading(rest):
            self._headed(rest, at, told)
        elif self.topic and "、" in rest and not _NUMBERED.match(rest):
            self._fields(rest, at, 0)
        elif (self.wanted or _NUMBERED.match(rest)) and not _OWN.match(rest):
            self.wanted = self.listing = True
            asked = request(rest)
            self._topics(rest, at, asked.end() if asked else 0, len(rest))

    def _fields(self, body: str, at: int, begin: int) -> None:
        key = re.search(r"为(?:查询|匹配|比对)?(?:条件|主键|键)", body)
        start, end = self._trim(body, at, begin, key.end() if key and key.start() > begin else len(body), keep=True)
        phrase = body[start - at : end - at]
        if (closed := re.match(r"[^（(]*?(?=[）)])", phrase)) and closed.end() > 1:
            # A list that began within parentheses ends with them.
            phrase, end = closed[0], start + closed.end()
        if len(phrase) < 2 or GENERIC.match(phrase) or self._placed(start, end) or phrase.endswith("地方"):
            return
        # 另附近十年旱灾记录: one thing that is data of its own.
        other = len(phrase) > 5 and "、" not in phrase and _HEADED.search(phrase) and body.startswith("另")
        self.cuts.append((Kind.TOPIC if other else Kind.FIELDS, start, end))

    def _placed(self, start: int, end: int) -> bool:
        """Whether a list is one of places (主要是三亚、乐东)."""
        shared = (min(e, end) - max(s, start) for kind, s, e in self._near(start, end) if kind is Kind.REGION)
        return any(2 * size >= end - start for size in shared)

    def _topics(self, body: str, at: int, begin: int, stop: int) -> None:
        start, end = self._trim(body, at, begin, stop)
        phrase = body[start - at : end - at]
        if phrase[:1] in "从在由对以按向给与" and _NOT_A_NOUN.match(phrase):
            # 从海南运出的水果价格: what stands before 的 tells which.
            start += phrase.rfind("的") + 1
            phrase = phrase[phrase.rfind("的") + 1 :] if "的" in phrase else ""
        if len(phrase) < 2 or GENERIC.match(phrase) or _NOT_A_NOUN.match(phrase):
            return
        self.topic = True
        of = start + phrase.rfind("的")
        placed = any(kind is Kind.REGION and e == of for kind, _, e in self._near(start, of))
        self.cuts += split(phrase, start) if placed else nouns(phrase, start)

    def _trim(self, body: str, at: int, begin: int, stop: int, *, keep: bool = False) -> tuple[int, int]:
        """Leave out what other kinds claim at both edges, and words that carry nothing."""
        start, end = at + begin, at + stop
        claims = [
            (s, e)
            for k, s, e in self._near(start, end)
            if s < end and e > start and not (keep and k is Kind.GRANULARITY)
        ]
        return trim(body, at, start, end, claims)


def _all_fields(text: str) -> bool:
    """Whether every item of an enumeration is named like a field or like what goes with data (字典, 说明)."""
    items = [item.strip(" 的") for item in ITEM.split(text.strip(" 。"))]
    return _WITH_DATA.search(text) is not None or (
        len(items) > 1 and all(FIELD_WORD.search(item) and len(item) <= 10 for item in items)
    )


_HARMLESS = re.compile(r"不合格|不良|不动产|有效|有色|有机|可用|可比|让利|会员|会计|会议")
_PLACE_FIELDS = frozenset(["县区", "区县", "省份", "城市", "地区", "省市", "市县", "所在地", "行政区"])


def _fields_alone(text: str) -> bool:
    """Whether a request names nothing but fields (请提供电站名称、装机容量、并网时间)."""
    items = [item.strip(" 的") for item in ITEM.split(text.strip(" 。"))]
    known = sum(1 for item in items if FIELD_WORD.search(item) or asks(item))
    return not re.search(r"[的（(]", text) and brief(items) and 2 * known >= len(items)


def _field_list(body: str, topic: bool) -> bool:
    wanted = _ALL_WANTED.search(body.rstrip("。 "))
    text = body[: wanted.start()] if wanted else body
    items = [item for item in ITEM.split(text.strip(" 。的")) if item]
    named = "、".join(_HARMLESS.sub("", item) for item in items if not asks(item) and item not in _PLACE_FIELDS)
    known = sum(1 for item in items if FIELD_WORD.search(item.strip()) or asks(item))
    if wanted:
        return known > 0 or (topic and len(items) > 2 and wanted[0][0] in "都要" and _SAID.search(named) is None)
    short = sum(map(len, items)) <= 5 * len(items) and max(map(len, items), default=0) <= 8
    return topic and len(items) >= 3 and (known * 2 >= len(items) or (short and _SAID.search(named) is None))
