"""What a Chinese demand is about and which fields it wants, read from its wording.

Nothing here knows subjects: a topic is what follows a request (需要, 采购, 求购) up to where another kind of
requirement begins; fields are the lists after 包括, 字段, 含. ``subjects_en`` does the same for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from matching.asking import request
from matching.headings import Heading, heading
from matching.text import STOP
from matching.types import Kind
from matching.wording import Piece

_HOW = (Kind.FORMAT, Kind.DELIVERY, Kind.BUDGET, Kind.UPDATE_CYCLE)
Cut = tuple[Kind, int, int]
"""A piece of the text: what it is, from where, to where."""

_NOT_A_NOUN = re.compile(
    r"^(?:哪些|外部数据|把|被|(?:数据)(?:大致|回来|来源)|在(?![用途押售建营册校岗网线职研])|到|先|自己|能|做|"
    r"开(?!发|放)|给|向|由|通过|以(?!上)|按|为|去|来|从|就|也|都|是|不(?!动产|良|合格|锈)|没|这|那|您|你|他|"
    r"它|购买力|什么|怎么|如何|有(?!色|机|线|轨)|尽快|随时|一起|签|合作|支持|"
    r"注意|说明|判断|许可[里中证上]|允许|联系|确认|尽量|包|与|出(?![生口租行版险境入让库厂勤])|所有的?$|各位"
    r"|如有|若有|可能|必须|任何|得|须|及时|大概|别)"
)
_LEAD = re.compile(
    r"[①-⑳•●▪■◆*】]|[\s：:，,、的之\"“”‘’「」·\-—]+|[（(][^（）()]{0,12}[）)]|一[份套批下些个种]|(?:覆盖|涉及"
    r"|关于|有关|针对|来自|下列|如下|以下|全部|"
    r"所有|各类|各个|各(?:区县|县区|乡镇|街道|地级市|地市|[县市区省])(?=[一-龥])|各(?![一-龥]?[级项])|全市|全省"
    r"|全县|本市|本地|我市|主要(?!指标)|当地|境内|省内|市内|"
    r"能(?:够)?(?:查询?|核验|提供|返回)|内(?!河|部|科|燃|分)|附近|周边|相关|正规的?|目前|最新|历年|分别|完整"
    r"|详细|其中|再有|其次|首先|另外|此外|"
    r"辖区[里内]?|(?:里|内)?(?:到底|究竟|总共|一共)?都?有(?:多少|哪些|几[家个所户])|"
    r"同时|以及|还有|并|另?[一二三四五六七八九][类个种块项份]?是|另[一外][一-龥]?是"
    r"|（?[一二三四五六七八九十]+[）、]|第[一二三四五]|"
    r"\(?\d{1,2}[.、)）](?!\d)|如果能拿到|如果?能|顺带有?|如有可能|若有|如有|也?希望有?|区域|市)|(?:和|及|"
    r"与)(?![平谐田县林顺硕静龙布阗政]|及|[^，]{1,6}(?:一致|匹配))"
)
_TAIL = re.compile(
    r"(?:[\s。，,、：:；;的啊吗呢吧了]|等(?:相关|方面|内容|各类)?(?:的)?(?:数据|信息|资料|情况|指标|字段)*|"
    r"以便.{0,30}|都?有哪些|都?开?在哪里?|最好|就行|即可|[都也]要有?|都有|的话|也行|也可以?|更好|就更好了?|"
    r"可以|能给到|有多少|也想要|也想知道|也想|想要|优先|以及|或者?|方面|两种形式|这几类?|数据回来|"
    r"，?按[周月天日]的?|大致|发来)$"
)
_GENERIC = re.compile(
    r"^(?:(?:以下|下列|如下|相关|有关|外部|上述|本地|公开|这些|那些|大致|哪些|这?么?几块|一些|政府|开放|支持|"
    r"市场|业务|同类|我们?|他们|产品|免费|当地|历史|实时|批量|可|"
    r"一个|(?:[两三四五六]个?|几)(?:部分|类|块|方面|项|种|样)(?:数据|信息|资料|输入|内容|材料|东西)?|新|的|脱敏"
    r"|经?企业授权的?|经营类|主要|需求|查询|数据|位置|说明)*(?:数据|信息|资料|资源|清单|名单|内容|"
    r"情况|服务|数据集|需求|回来|自己|记录|条件|主键|格式|均可|预算|方式|接口|结果|价格|说明)?"
    r"|.{2,24}所需的?(?:基础|相关)?(?:数据|信息|资料)(?:资源)?)$"
)
_FIELD_LEAD = re.compile(
    r"(?:^|(?<=[^一-龥])|(?:数据|信息|字段|指标|要素|内容|项目|变量|表格?|记录|名[录单]|清单|明细"
    r"|每[条台处户家个起份笔]|具体|其中)(?:中|里|上|内)?|"
    r"(?<=[须应需要好望少还并中里若如]))(?:至少|必?须|应当?|需要?|必须|要|最好|希望|还|并|也|都|可"
    r"|另)*(?:能)?(?:同时|一并|分别)?"
    r"(?:包括|包含|涵盖|含有?|内含|列明|列出|注明|标明|标注|体现|载明|带有?|带上|具备|返回(?!的)|附带|附有|附上?"
    r"|给出|写明|要有|能?(?:查到|看到|反映)|能给(?!到|个?接口)|"
    r"有(?![机效色害限轨线毒])(?=[^，]{1,16}[、和]))(?!此|义|量(?!、)|糊|在内)(?:了|有)?(?:(?:以下|下列"
    r"|如下)(?:字段|信息|内容|指标|要素|数据)?|(?:字段|信息|内容|指标|要素|数据)(?=[：:]))?[：:]?"
    r"|字段(?:口径|至少|要|须|需)*(?:包括|包含|有|为|是|：|:|—+|列)?|指标(?:为|有|：|:)|能看出|"
    r"以(?=[^，]{1,12}为(?:查询)?(?:条件|主键|键))"
)
_FIELD_WORD = re.compile(
    r"(?:名称?|姓名|地址|电话|位置|坐标|经纬度|范围|日期|时间|编号|代码|文号|号码?|类型|等级|状态|金额|数量|"
    r"人数|户数|面积|价格|单价|均价|费用|法人|代表人|资本|有效期|品牌|型号|规格|负责人|责任人|容量|比例|"
    r"邮编|性质|来源|原因|机关|事由|说明|年龄段?|性别|学历|里程|次数|时长|频率|浓度|温度|湿度|气压|风速|风向|"
    r"车牌|船名|MMSI|时间戳|开发商|供应商|字典|经度|纬度|套数|床位数?|标签|评分|"
    r"楼龄|楼层|小区|联系人|业主|专业|限|标准|吨位|排名|单位|价|期)(?:（[^）]*）|\([^)]*\))?$"
)
_MEASURE = re.compile(rf"(?:[量率额价数值]|方式|去向|类别|结果|情况|{_FIELD_WORD.pattern})$")
"""What a record tells of one thing; three of them after 的 are its fields."""
_ENDING_FIELDS = re.compile(
    r"(?:(?:名称|详细地址|地址|联系电话|电话|位置|坐标|经纬度|联系方式|营业时间|停靠時間|邮编|法人|负责人|"
    r"床位数)(?:和|及|、|与|與)?){1,6}(?:信息|表|清单)?$"
)
_ALL_WANTED = re.compile(
    r"(?:最好|也)?(?:都要有?|都有|都得有|要有|要全|都需要|一个不能少|最好有|也要|缺一不可|也想知道|"
    r"有的话更好|最好)$"
)
_QUESTION = re.compile(
    r"(?:[^，、]{0,8}?)(?:有没有|是不是|是否|有无|能不能|会不会|(?<=[一-龥])多[大少高长久远])(?!哪|人|谁|单位"
    r"|机构|公司|渠道|地方|平台)"
)
_ITEM = re.compile(r"、|(?:以及|和|及|与|或)(?=[^、]{2,}$)")
_WHERE = re.compile(r"(?:[省市县区镇村国年月日级]|一带|[两三四五]地|沿线|境内|海域|以来|期间|层面)$")
"""Places and times before 的, which own no fields."""
_TAG = re.compile(r"\s*[【\[][^】\]]{1,20}[】\]]\s*(?=[^\s：:])")
_SAYS_SOMETHING = re.compile(r"(?!您好|你好|大家好|谢谢)[㐀-鿿]{2}|[^\W\d_]{3}")
_LETTER = re.compile(r"^\s*[^，。]{0,16}?关于(?:申请|征集|请求|协助|商请)?.{2,40}的(?:函|通知|公告|请示|说明)")
_ADDRESSED = re.compile(
    r"\s*(?:[^，。：]{2,20}(?:局|厅|委|委员会|办|中心|公司|单位|部门|领导|负责人)[：:]|【[^】]{1,20}】)\s*$"
)
_NUMBERED = re.compile(
    r"\s*(?:[-•·●▪■◆*]\s*(?=[一-龥])|另?[一二三四五六七八九][类个种块项份]?是|另[一外][一-龥]?是"
    r"|[（(]?[一二三四五六七八九十\d]{1,2}[）).、](?!\d)|[①-⑳]|其次|再有|另外|此外|还有|"
    r"如有可能|同时)"
)
_HEADED = re.compile(r"(?:数据|信息|名单|名录|清单|目录|台账|记录|明细|指数|报表|统计表|底图|影像|结果|情况)$")
_REPORTED = re.compile(
    r"(?:反映|在问|表示|指出|认为|医生|老师|负责人|有限公司|集团|需求书（节选）)$|^\s*(?:本人|鄙人|在下)"
)
_OWN = re.compile(r"\s*(?:我[们行司局院校部]|本)")
_EXTRA = re.compile(r"(?:能给到最好|也想要|如果能[^，]{0,8}(?:更好|就更好)|能有更好|就更好了?|更好|也行|也可以)$")


def read(clauses: Sequence[Piece], typed: Sequence[Cut], aims: Sequence[Cut]) -> list[Cut]:
    """Topics and fields of a Chinese text; ``typed`` are the pieces other kinds claim, ``aims`` the purposes."""
    reader = _Reader(typed, aims, any(request(piece.text) for piece in clauses))
    for piece in clauses:
        reader.clause(piece)
    if not any(kind is Kind.TOPIC for kind, _, _ in reader.cuts):
        reader.fallback(clauses)
    return reader.cuts


class _Reader:
    """Remembers what the clauses were about: a list after a topic is its fields, one after 以下数据 is topics."""

    def __init__(self, typed: Sequence[Cut], aims: Sequence[Cut], asks: bool) -> None:
        self.typed, self.aims, self.asks = typed, aims, asks
        self.cuts: list[Cut] = []
        self.topic = False
        self.wanted = False
        self.listing = False
        self.sentence = -1

    def clause(self, piece: Piece) -> None:
        first = piece.sentence != self.sentence
        self.sentence = piece.sentence
        numbered = _NUMBERED.match(piece.text) is not None
        self.listing = self.listing and (not first or numbered or piece.follows[:1] in "；;")
        if self._aimed(piece):
            return
        body, at = piece.text, piece.start
        letter = _LETTER.match(body)
        if letter:
            body, at = body[letter.end() :], at + letter.end()
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
        asked = asked if asked and before[asked.end() :].strip() else None
        if not asked and (request(rest) or not (self.topic or _HEADED.search(before) or heading(rest))):
            named = not _OWN.match(rest) and not self._within_aim(at + colon.end())
            self._plain(rest, at + colon.end(), piece, first, named=named)
            self.listing = self.listing or named
            return
        if asked or not _NUMBERED.match(rest):
            self._plain(before, at, piece, first)
        self._list(rest, at + colon.end(), piece)

    def _aimed(self, piece: Piece) -> bool:
        shared = (min(e, piece.end) - max(s, piece.start) for _, s, e in self.aims)
        return any(size > 0.5 * (piece.end - piece.start) for size in shared)

    def _within_aim(self, at: int) -> bool:
        return any(start <= at < end for _, start, end in self.aims)

    def fallback(self, clauses: Sequence[Piece]) -> None:
        """The first clause that is no sentence about the writer, when nothing else was found to be the topic."""
        named = [piece for piece in clauses if _HEADED.search(piece.text.rstrip("。 "))]
        for piece in [*named, *clauses]:
            letter = _LETTER.match(piece.text)
            if (letter or not piece.background) and not self._aimed(piece) and not _REPORTED.search(piece.text):
                lead = re.match(r"关于(?:申请|征集|请求)?(?:共享)?", piece.text) or request(piece.text)
                self._topics(piece.text, piece.start, lead.end() if lead else 0, len(piece.text))
                if self.topic:
                    return

    def _headed(self, body: str, at: int, told: Heading) -> None:
        if told.kind is Kind.TOPIC and self.topic and _short(body[told.value :].split("、")):
            self._fields(body, at, told.value)
        elif told.kind is Kind.TOPIC:
            self.wanted = True
            asked = request(body[told.value :])
            self._topics(body, at, told.value + (asked.end() if asked else 0), len(body))
        elif told.kind is Kind.FIELDS:
            self._fields(body, at, told.value)

    def _plain(self, body: str, at: int, piece: Piece, first: bool, *, named: bool = False) -> None:
        """A clause without a colon; ``named`` when it is known to name what is wanted."""
        lead = _FIELD_LEAD.search(body)
        asked = request(body)
        if asked and not body[asked.end() :].strip():
            asked = None
        numbered = _NUMBERED.match(body)
        extra = _EXTRA.search(body.rstrip("。 "))
        if lead and lead.start() and extra and not _FIELD_WORD.search(body[: extra.start()]):
            lead = None
        if lead and self.topic and not numbered and (not asked or lead.start() <= asked.end()):
            self._fields(body, at, lead.end())
        elif (asked and not (self.topic and _QUESTION.match(body))) or named or (self.listing and first):
            self.wanted = True
            begin = asked.end() if asked else 0
            stop = lead.start() if lead and lead.start() > begin else len(body)
            self._topics(body, at, begin, stop)
            if lead and stop < len(body):
                self._fields(body, at, lead.end())
        elif self._claimed(body, at):
            return
        elif _field_list(body, self.topic) or (self.topic and _QUESTION.match(body)):
            self._fields(body, at, 0)
        elif not piece.background and self._bare(body, at, numbered is not None):
            if self.topic and extra and _FIELD_WORD.search(body[: extra.start()]):
                self._fields(body, at, 0)
            else:
                self._topics(body, at, 0, len(body))

    def _claimed(self, body: str, at: int) -> bool:
        """Whether other kinds say nearly all of a clause."""
        shared = (min(e, at + len(body)) - max(s, at) for _, s, e in self.typed)
        return 4 * sum(size for size in shared if size > 0) >= 3 * len(body.strip())

    def _bare(self, body: str, at: int, numbered: bool) -> bool:
        """Whether a clause without a request can still name a topic."""
        if any(kind in _HOW and at <= start < at + len(body) for kind, start, _ in self.typed):
            return False
        if (numbered and not self.asks) or (self.wanted and (numbered or _EXTRA.search(body.rstrip("。 ")))):
            return True
        return not self.topic and (not self.asks or (len(body) < 40 and _HEADED.search(body) is not None))

    def _list(self, rest: str, at: int, piece: Piece) -> None:
        """What follows a colon."""
        if not rest.strip():
            self.wanted = self.listing = True
        elif told := heading(rest):
            self._headed(rest, at, told)
        elif self.topic and "、" in rest:
            self._fields(rest, at, 0)
        elif (self.wanted or _NUMBERED.match(rest)) and not _OWN.match(rest):
            self.wanted = self.listing = True
            asked = request(rest)
            self._topics(rest, at, asked.end() if asked else 0, len(rest))

    def _fields(self, body: str, at: int, begin: int) -> None:
        start, end = self._trim(body, at, begin, len(body), keep=True)
        if end - start >= 2 and not _GENERIC.match(body[start - at : end - at]):
            self.cuts.append((Kind.FIELDS, start, end))

    def _topics(self, body: str, at: int, begin: int, stop: int) -> None:
        start, end = self._trim(body, at, begin, stop)
        phrase = body[start - at : end - at]
        if phrase[:1] in "从在由对以按向给与" and _NOT_A_NOUN.match(phrase):
            # 从海南运出的水果价格: what stands before 的 tells which.
            start += phrase.rfind("的") + 1
            phrase = phrase[phrase.rfind("的") + 1 :] if "的" in phrase else ""
        if len(phrase) < 2 or _GENERIC.match(phrase) or _NOT_A_NOUN.match(phrase):
            return
        self.topic = True
        self.cuts += _nouns(phrase, start)

    def _trim(self, body: str, at: int, begin: int, stop: int, *, keep: bool = False) -> tuple[int, int]:
        """Leave out what other kinds claim at both edges, and words that carry nothing."""
        start, end = at + begin, at + stop
        claims = [(s, e) for k, s, e in self.typed if s < end and e > start and not (keep and k is Kind.GRANULARITY)]
        return trim(body, at, start, end, claims)


def trim(body: str, at: int, start: int, end: int, claims: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The part of ``start`` to ``end`` (offsets in a text that has ``body`` at ``at``) that is neither claimed at an
    edge nor made of words that carry nothing."""
    claims = list(claims)
    moved = True
    while moved and start < end:
        before = start, end
        if lead := _LEAD.match(body, start - at, end - at):
            start = at + lead.end()
        for s, e in claims:
            if s <= start < e:
                start = e
            elif start < s < end <= e:
                end = s
        if tail := _TAIL.search(body, max(start - at, end - at - 14), end - at):
            end = at + tail.start()
        moved = before != (start, end)
    return start, max(start, end)


def _short(items: Sequence[str]) -> bool:
    """Whether an enumeration is of names of fields rather than of things, going by their length."""
    return len(items) > 2 and sum(map(len, items)) <= 6 * len(items)


def _field_list(body: str, topic: bool) -> bool:
    wanted = _ALL_WANTED.search(body.rstrip("。 "))
    text = body[: wanted.start()] if wanted else body
    items = [item for item in _ITEM.split(text.strip(" 。的")) if item]
    known = sum(1 for item in items if _FIELD_WORD.search(item.strip()))
    if wanted:
        return known > 0
    return topic and len(items) >= 3 and known * 2 >= len(items)


def _nouns(phrase: str, start: int) -> Iterator[Cut]:
    """One topic or several, with the fields that close the phrase (…的位置、类型和责任人; …地址电话)."""
    owner, of, owned = phrase.rpartition("的")
    items = _ITEM.split(owned)
    measured = _short(items) and 2 * sum(_MEASURE.search(item) is not None for item in items) >= len(items)
    if (
        of
        and len(owner) > 1
        and len(items) > 1
        and not _WHERE.search(owner)
        and (measured or all(_FIELD_WORD.search(item) for item in items))
    ):
        yield Kind.TOPIC, start, start + len(owner)
        yield Kind.FIELDS, start + len(owner) + 1, start + len(phrase)
        return
    ending = _ENDING_FIELDS.search(phrase)
    if ending and ending.start() >= 2:
        yield Kind.TOPIC, start, start + len(phrase[: ending.start()].rstrip("的和与與及、"))
        yield Kind.FIELDS, start + ending.start(), start + len(phrase)
        return
    yield from _split(phrase, start)


def _split(phrase: str, start: int) -> Iterator[Cut]:
    """Long items of an enumeration are topics of their own; short ones are one topic."""
    items = phrase.split("、")
    sizes = [len(item) for item in items]
    apart = (len(items) > 2 and min(sizes) > 3 and sum(sizes) >= 7 * len(items)) or (len(items) == 2 and min(sizes) > 7)
    if not apart or "（" in phrase or "(" in phrase:
        yield Kind.TOPIC, start, start + len(phrase)
        return
    for item in items:
        begin, end = trim(item, 0, 0, len(item), ())
        if end - begin > 1:
            yield Kind.TOPIC, start + begin, start + end
        start += len(item) + 1


_BESIDE = re.compile(r"^(?:to|from|in|for|by|at|with|since)\s|,\s(?:as|for|with|in|to|at|ideally|preferably)\s")


_WITH = re.compile(r"\s(?:with|including)\s(?P<what>[A-Za-z][^,;:]{3,60}?)(?=[,;.]|\s(?:in|for|since|by|as)\s|$)")


def short(text: str, typed: Sequence[Cut]) -> Iterator[Cut]:
    """A need of a few words: the longest stretch left when places, times and the like are taken out is the topic."""
    best, at = (0, 0), 0
    for _, s, e in [*typed, (Kind.TOPIC, len(text), len(text))]:
        if s > at:
            start, end = trim(text[at:s], at, at, s, ())
            if beside := _BESIDE.search(text[start:end]):
                end = start + beside.start()
            if end - start > best[1] - best[0]:
                best = (start, end)
        at = max(at, e)
    phrase = text[best[0] : best[1]]
    if (beside := _WITH.search(text)) and (beside.start() >= best[1] or best[0] < beside.start() < best[1]):
        yield Kind.FIELDS, beside.start("what"), beside.end("what")
        best = (best[0], min(best[1], beside.start()))
        phrase = text[best[0] : best[1]]
    if _SAYS_SOMETHING.search(phrase) and not _GENERIC.match(phrase) and set(phrase.lower().split()) - STOP:
        ending = _ENDING_FIELDS.search(phrase)
        cut = best[0] + ending.start() if ending and ending.start() >= 2 else best[1]
        yield Kind.TOPIC, best[0], best[0] + len(text[best[0] : cut].rstrip("的和与與及、"))
        if cut < best[1]:
            yield Kind.FIELDS, cut, best[1]
