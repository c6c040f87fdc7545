"""Time in a text: the span of time asked for or covered, and how often something is renewed.

All expressions are bounded, so reading a text takes time linear in its length.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

import msgspec

DAYS = {
    "实时": 0.0, "秒": 1 / 86_400, "分钟": 1 / 1_440, "小时": 1 / 24, "时": 1 / 24, "日": 1.0, "天": 1.0,
    "工作日": 1.0, "交易日": 1.0, "周": 7.0, "星期": 7.0, "礼拜": 7.0, "双周": 14.0, "双月": 61.0,
    "旬": 10.0, "半月": 15.0, "月": 30.0, "月度": 30.0, "季": 91.0,
    "季度": 91.0, "半年": 182.0, "半年度": 182.0, "学期": 182.0, "年": 365.0, "年度": 365.0,
    "real-time": 0.0, "second": 1 / 86_400, "minute": 1 / 1_440, "hour": 1 / 24, "day": 1.0, "week": 7.0,
    "month": 30.0, "quarter": 91.0, "year": 365.0,
}  # fmt: skip
"""Length of a unit of time in days; 0 is as it happens."""

_ADVERBS = {
    "hourly": "hour", "daily": "day", "weekly": "week", "biweekly": "week", "fortnightly": "week",
    "monthly": "month", "quarterly": "quarter", "yearly": "year", "annual": "year", "annually": "year",
    "real-time": "real-time", "real time": "real-time", "realtime": "real-time", "live": "real-time",
}  # fmt: skip
_LABELS = (
    (0.0, "实时"), (1 / 1_440, "每分钟"), (1 / 24, "每小时"), (1.0, "每日"), (7.0, "每周"), (10.0, "每旬"),
    (15.0, "每半月"), (30.0, "每月"), (91.0, "每季度"), (182.0, "每半年"), (365.0, "每年"), (math.inf, "一次性"),
)  # fmt: skip
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "半": 0.5}

_N = r"(?:\d{1,4}|[一二两三四五六七八九十]{1,3}|半)"
_Y = r"(?:19|20)\d\d"
_YM = (
    rf"(?:(?:去年|今年|前年)(?:\d{{1,2}}(?:\s?[-—–至到]\s?\d{{1,2}})?|[一二三四五六七八九十]{{1,2}})月"
    rf"|{_Y}(?:学?年度?|届)?(?:\s?[./年-]?\s?(?:1[0-2]|0?[1-9])月(?:份)?(?:\s?\d{{1,2}}日)?)?)"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MON = r"(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?\s)"
_EN_DATE = rf"{_MON}?{_Y}\b"

_SPAN = re.compile(
    rf"""(?P<between>(?:自|从|在)?{_YM}(?:\s?[-—–~～－]{{1,2}}\s?|\s?[至到]\s?){_YM}(?:期间|之间)?)(?!\d)
    |(?P<since>(?:年份|时间|数据)?(?:自|从)?(?<!\d){_YM}(?:[一-龥]{{0,4}}(?:以来|至今)|以后|之后|及以后|往后|开始|起(?:始|至今)?
        |至今|到现在|到今|到目前|后|至现在))
    |(?P<upto>截[至止]到?(?:{_YM}年?(?:年?[底末初中])?|(?:去年|今年|前年|上年|上[月周]
    |本[月年])(?:年?[底末初中])?|目前|现在|今日?)
        |到(?:目前|现在)为止)
    |(?P<back>回溯(?:到|至)?{_YM})
    |(?P<past_of>(?:[往向]?[回前后]看|往[回前]|追溯|回溯|倒[推查]|历史的?)[^，。；\d]{{0,3}}?{_N}\s?个?(?:年|月|季度)(?:以上)?)
    |(?P<event>(?<![一-龥\d])(?!长期|一直|自古|近|有史)[一-龥]{{2,4}}(?:以来|至今)(?=[，,。；;的]|$|全))
    |(?P<last>(?:最近|近|过去|(?<!提)前|可?回溯|历史)\s?(?:至少|不少于|不低于
        |超过)?\s?{_N}\s?(?:个)?(?:完整)?(?:自然)?(?:年|月|季度|采暖季|届|学年|学期|榨季|周|天|日)(?:度)?(?:以上
        |内|以内|以来)?)
    |(?P<within>(?<![每\d]){_N}\s?(?:个)?(?:年|月|季度)(?:以内|之内|内)(?!更新|完成|交付))
    |(?P<least>历史(?:数据)?(?:要|需|得)?{_N}\s?个?(?:年|月)(?:以上)?|(?<![一-龥\d])(?:连续)?{_N}\s?个?(?:年
        |月)以上(?!的?(?:经验|工作|资质|从业|经营|老|房|车))|(?:至少|不少于
        |不低于)\s?{_N}\s?(?:个)?(?:年|月|季度)(?:以上)?的?历史
        |(?<=[度史溯盖])(?:至少|不少于|不低于|不短于|满|达到?)\s?{_N}\s?(?:个)?(?:年|月|季度)(?:以上)?)
    |(?P<en_between>(?:\b[Ff]rom\s|\b[Ff]or\s|\b[Bb]etween\s)?\b{_EN_DATE}\s?(?:[-–—]|to|and|through|until
        |till)\s?(?:{_EN_DATE}))
    |(?P<en_since>\b(?:[Ss]ince|[Ff]rom|[Aa]fter|[Ss]tarting(?:\sfrom)?|[Bb]eginning)\s{_EN_DATE}
        (?:\s(?:onwards?|to\s(?:the\s)?(?:present|date|today|now)|until\s(?:now|today)|forward))?|\b{_EN_DATE}\s
        (?:onwards?|to\s(?:the\s)?(?:present|date)|and\slater|or\slater))
    |(?P<en_last>\b(?:[Ll]ast|[Pp]ast|[Pp]revious|[Rr]ecent)\s(?:\d{{1,3}}|two|three|four|five|six|seven
        |eight|nine|ten|eleven|
        twelve|fifteen|eighteen|twenty|thirty|forty|fifty|few|several|couple\sof)?\s?(?:years?|months?
        |quarters?|decades?|seasons?|weeks?|days?)\b)
    |(?P<en_least>\b(?:at\sleast|no\sless\sthan|a\sminimum\sof)\s(?:the\slast\s)?(?:\d{{1,3}}|two|three|five|ten
        |twelve)
        \s(?:full\s|complete\s)?(?:years?|seasons?|months?)\b(?!\sold))
    |(?P<en_full>\b(?:\d{{1,2}}|two|three|four|five|ten|twelve)\s(?:full|complete|whole|calendar)\s(?:years|months)\b)
    |(?P<en_school>\b(?:[Tt]his|[Cc]urrent|[Ll]ast)\s(?:school|academic|fiscal|calendar)\syear\b)
    |(?P<en_event>\b[Ss]ince\s(?:the\s)?(?:pandemic|[Cc]ovid(?:-19)?|COVID(?:-19)?)\b)
    |(?P<en_ago>(?<![\d,.])\d{{1,3}}\s(?:years|months)\b(?!\sold)|\b(?:two|three|four|five|six|seven|eight|nine
        |ten|twelve)\s(?:years|months)(?=\s(?:of\s)?(?:back\s|past\s)?(?:history|historical|data|records)|\sback\b))
    |(?P<lately>(?:今年|去年|前年|本年度)(?:以来|全年度?|一整年|内|年?底|年?初|[上下]半年
        |[春夏秋冬花雨汛]季|第?[一二三四]季度|一年|开学[后前]?|[春秋]季学期)*(?:以来(?=[的，。；,]|$)
        |(?=的?(?:[，。；,]|最?新?数|就
        |都[要行可]|即可|最好|能用|$))))
    |(?P<halves>(?<!\d){_Y}年?(?:[上下]半年|第?[一二三四]季度)(?:以来|起|至今)?)
    |(?P<these>这{_N}年(?:来|里)?的?(?=[，,。；;就最]|$))
    |(?P<quarters>{_Y}\s?[Qq][1-4](?:\s?[-—–~至到]{{1,2}}\s?{_Y}\s?[Qq][1-4])?(?:以来|起|至今)?)
    |(?P<months>(?<![年\d每])(?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}})月份)
    |(?P<ahead>未来\s?{_N}\s?个?(?:小时|天|日|周|月|年)(?=[，,。；;]|$))
    |(?P<pair>(?<!\d){_Y}年?(?:[、和及]{_Y}年?){{1,4}}(?:[两三四五]年)?)
    |(?P<half>(?:这|近|最近|前|上)半年(?:来|里|内|的(?=[就，,。；;都]|$))?)
    |(?P<today>(?:疫情|[一二三四五六七八九]\d{{0,1}}年|入[春夏秋冬]|开[春年]|年初
        |月初|上月)(?:前|后|以来)?[至到](?:今|现在|目前)(?:为止)?)
    |(?P<enough>(?<![一-龥\d]){_N}个月的?(?:量|数据)?(?=就够|就行|即可|就好))
    |(?P<past>历年|往年(?=的|[一-龥]{{2}}))
    |(?P<one>(?<!\d){_Y}年度?(?:[1-9]\d?(?:[-—–至到]\d\d?)?月份?)?(?:\d{{1,2}}日)?(?!\d|以前|之前|前|版|区划|修订))
    |(?P<en_one>(?:(?:\bin|\bfor|\bduring|\bof)\s(?:the\s)?(?:year\s|fiscal\syear\s)?|\bfiscal\syear\s
        |{_MON})?\b{_Y}\b(?![-/]\d))
    |(?P<history>历史(?=数据|资料|记录|$|[，。；,;])|(?:全部|所有)历史|\b[Hh]istorical\b)""",
    re.VERBOSE,
)  # fmt: skip
_LENGTHS = ("last", "within", "least", "half", "enough", "these", "past_of", "en_full", "en_last", "en_ago", "en_least")
"""Kinds that tell only how long the span is."""
_UNIT = r"(?:工作日|交易日|礼拜|双周|双月|学期|半年度?|半月|季度?|月度?|年度?|周|星期|旬|日|天|小时|分钟|秒)"
_RENEW = r"(?:更新|刷新|补充|追加|增补|续报|归集|汇交|更换|上传|报送|同步)"
_CYCLE = re.compile(
    rf"""(?P<zh>(?:后续|今后|之后|以后|其余|至少)?(?:能|可)?(?:每|逐|按|分|"
    rf"以)\s?(?:{_N}\s?个?)?{_UNIT}(?:(?:[一二三四五六日天]|\d{{1,2}}[日号])?(?:之?前|早上?|上午|晚上?|凌晨
        |\d{{1,2}}(?:[点时]|[:：]\d\d)(?:之?前)?)|\d{{1,2}}[日号]|初|末|底|中旬)?(?:为周期)?
        (?:至少|最少|定期|动态|滚动|可|能|都|的|推送|提供)?\s?(?:{_RENEW}|发布)(?:频率|一次|一期|1次)?)
    |(?P<times>(?:后续|今后)?(?:每隔?)?{_N}\s?个?{_UNIT}(?:左右|能|就|要)?{_RENEW}(?:一次|1次|一期)?(?:就够用
        |就行|即可|就可以|就够了)?)
    |(?P<each>(?:每隔?\s?(?:{_N}\s?)?个?|隔|{_N}\s?个?)?{_UNIT}[^，,。；;、的各]{{0,4}}?各?(?:下发|推送?|给|报送?|[送传]|跑批?|发布?|提供|更新?|修[正订]|刷)(?:过?来)?一?[次批份期回遍](?:新增的?|新的)?
        |每{_UNIT}(?:一期|一次|一更|一报)|(?:日|周|月|季|年)度?刷新|[按每逐]{_UNIT}报送)
    |(?P<period>每\s?{_N}\s?个?{_UNIT}(?:一[期次报更景]|{_RENEW}|回传|上报|推送))
    |(?P<each_more>每(?:天|日|周|月|季度?|半年|年)更(?![新改正换替名多大好高低加]))
    |(?P<live>(?<=[，,；;。：:])实时(?=[，,；;。]|$))
    |(?P<brief>(?<![一-龥])(?:日|周|旬|月|季|年)(?:更(?![新改正换替名多大好高低加])|报(?=[，,。；;]|$)))
    |(?P<moved>[按每逐](?:日|天|周|月|季度?|小时)(?:增量|全量|定时|定期|批量|滚动)?(?:交换|归集|汇聚|汇交|回流
        |入库|下发|同步|报送|(?<=量)推送|(?<=按[日周月季])推送|(?<=[时期])推送))
    |(?P<next>(?:次[日月周季年]|隔[日天周月]|当[日天月])(?:\d{{1,2}}[日号时点]|早上?|上午|中午)?(?:之?前|内)?{_RENEW})
    |(?P<within>[日周旬月季年]度?(?:后|终了后|结束后)\s?\d{{1,2}}\s?(?:个?工作日|日|天)(?:以?内|之?前)?{_RENEW}?)
    |(?P<closed>(?:每(?:天|日|周|月|个?交易日))?(?:收盘|闭市|盘后|结账|夜间|零点)后?{_RENEW})
    |(?P<yearly>(?:半|一|两|三)个?(?:年|季度|月|周)一次(?=[就即，,。；;]|$))
    |(?P<end>(?<![一-龥])[月周季年](?:末|底|初|中)(?:前|后)?(?:统一|集中)?{_RENEW})
    |(?P<hour>每(?:天|日|周[一二三四五六日]?|月)(?:早上?|上午|中午|下午|晚上?|凌晨)
        (?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}})(?:点半?|时)(?:之?前)?)
    |(?P<often>每(?:天|日|周|月|季度?|年)(?![^，。]{{0,4}}[调查访元推拷传寄发])(?:至少
        |不少于)?[一-龥]{{0,4}}?[一两三四五六\d]{{1,2}}次(?!数))
    |(?P<streamed>实时(?:推送|上报|报送|传输|同步|回传))
    |(?P<season>每(?:年|月|季度?|周)[^，,。；;的]{{1,10}}?{_RENEW}|每{_UNIT}汇总(?=一次|[，,。；;]|$))
    |(?P<reports>(?:每|{_N})个?{_UNIT}一(?:更新|[报更](?![价表告名销新]))|随[一-龥]随更)
    |(?P<flow>每{_UNIT}(?:增量|全量|定时|滚动|动态|自动){_RENEW})
    |(?P<now>实时(?!查询|调用|接口|返回|核验|更新|传输|共享|数据|获取|交互|监[测控]|响应)(?=的?[一-龥]{{2}}))
    |(?P<word>(?<!不要求)(?<!不需要)(?<!无需)(?:实时|持续|动态|不定期|定期|及时|天天|逐{_UNIT}|日|周|月度?|季度?
        |年度?|半年){_RENEW})
    |(?P<after>{_RENEW}(?:频率|周期|频次)?\s?(?:为|是|：|:|要求|至少|到|在)?\s?(?:每|按|以)?\s?(?:实时|T\+\d
        |{_UNIT}(?:级|度|次)?))
    |(?P<tplus>T\s?\+\s?\d{{1,2}}(?:(?:或|、|/)按?{_UNIT})?{_RENEW}?)
    |(?P<once>一次(?:提供|交付|给[全齐])(?:即可)?|一次性(?!购买|采购|买断|付|支付|费用|收费|预算|结清
        |投入)(?:交付|提供)?(?:即可)?|(?:静态|(?:不需要
        |不需|不用|不必|不|无需)更新
        |不再更新|停止更新))
    |(?P<en>\b(?:(?:[Uu]pdated|[Rr]efreshed)\swhen(?:ever)?\s[^.,;]{{3,40}}
        |(?:[Uu]pdated|[Rr]efreshed)\s(?:at\sleast\s)?(?:(?:once|twice)\s(?:a|per|every)\s(?:day|week
        |month|quarter|year)|every\s(?:(?:\d{{1,3}}|two|three|four|six|twelve)\s)?(?:second|minute|hour|day|week|month
        |quarter|year)s?|
        hourly|daily|weekly|monthly|quarterly|yearly|annually|in\sreal\stime|regularly)|
        (?:[Hh]ourly|[Dd]aily|[Ww]eekly|[Mm]onthly|[Qq]uarterly|[Yy]early|[Aa]nnual|[Rr]eal[- ]?time
        |[Ll]ive)\s(?:updates?|updating|refresh(?:es)?|feeds?|batch(?:es)?|extracts?|snapshots?|deliver(?:y|ies))
        |[Rr]eal[- ]?time(?=\s(?!api|query|queries|access|stream|lookup|interface|data|updat|feed|refresh)[a-z])
        |(?:[Oo]nce|[Tt]wice)\s(?:a|every|per)\s(?:day|week|month|quarter|year)
        |[Oo]ne[- ]off(?:\sdelivery)?|[Oo]ne[- ]time(?:\sdelivery)?
        |[Uu]pdates?\severy\s(?:\w+\s)?(?:second|minute|hour|day|week|month|quarter|year)s?|[Uu]pdates?\s(?:daily|weekly|monthly|quarterly|annually|yearly)))""",
    re.VERBOSE,
)  # fmt: skip
_BARE = re.compile(
    r"(?P<zh>实时|T\+\d|不定期|静态|一次性|(?:每|按|逐|分)?(?:\d{1,2}个?)?(?:工作日|半年度?|半月|季度?|月度?|"
    r"年度?|周|星期|旬|日|天|小时|分钟|秒))"
    r"|\b(?P<en>hourly|daily|weekly|monthly|quarterly|yearly|annual(?:ly)?|real[- ]?time|hour|day|week|month|"
    r"quarter|year|"
    r"never|static|not updated|irregular(?:ly)?)\b",
    re.IGNORECASE,
)


class Span(msgspec.Struct, frozen=True):
    """A stretch of time named at ``text[start:start + len(phrase)]``; an open end is None. ``days`` is set
    instead when only a length is asked for (at least one year of history)."""

    phrase: str
    start: int
    time_from: date | None
    time_to: date | None
    history: bool = False


class Cycle(msgspec.Struct, frozen=True):
    """How often: ``days`` between renewals (0 = real time, infinite = never, NaN = renewed, interval unsaid)."""

    phrase: str
    start: int
    days: float

    @property
    def label(self) -> str:
        """The cycle in one Chinese word, for a line's value."""
        if math.isnan(self.days):
            return "持续更新"
        return min(_LABELS, key=lambda entry: abs(math.log((self.days or 1e-6) / (entry[0] or 1e-6)))
                   if not math.isinf(self.days) and not math.isinf(entry[0]) else
                   float(self.days != entry[0]) * 1e9)[1]  # fmt: skip


def number(text: str) -> float:
    """The value of a small number in digits or Chinese numerals (十二, 两, 半); NaN when it is none."""
    if text.isdigit():
        return float(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return float(_DIGITS.get(text, math.nan))
    return 10 * float(_DIGITS.get(tens, 1)) + float(_DIGITS.get(ones, 0))


@lru_cache(maxsize=8_192)
def spans(text: str, today: date) -> tuple[Span, ...]:
    """The time spans named in ``text``, in order; 近五年 and the like are counted back from ``today``."""
    return tuple(_spans(text, today))


def _spans(text: str, today: date) -> Iterator[Span]:
    for match in _SPAN.finditer(text):
        kind, phrase = match.lastgroup or "", match[0]
        points = _points(_dated(phrase, today))
        start = end = None
        if kind.endswith("between") and len(points) == 2:
            start, end = points[0][0], points[1][1]
        elif kind in ("since", "back", "en_since") and points:
            start = points[0][0]
        elif kind in ("one", "en_one", "lately", "halves", "quarters", "pair") and points:
            start, end = points[0][0], points[-1][1]
        elif kind in _LENGTHS:
            start = today - timedelta(days=_length(phrase))
        lead = len(phrase) - len(phrase.lstrip())
        if start is None or end is None or start <= end:
            yield Span(phrase.strip(), match.start() + lead, start, end, kind == "history")


_POINT = re.compile(
    rf"(?P<month>{_MON})?(?P<year>{_Y})(?:\s?[年./-]?\s?(?P<m1>1[0-2]|0?[1-9])(?:[-—–至到](?P<m2>1[0-2]|"
    rf"0?[1-9]))?月)?"
)


def _dated(phrase: str, today: date) -> str:
    """``phrase`` with the year in figures where it is told by its distance from ``today`` (去年四月, 本年度)."""
    for words, back in (("前年", 2), ("去年|上年", 1), ("今年|本年", 0)):
        phrase = re.sub(words, f"{today.year - back}年", phrase)
    return re.sub(r"(?<=年)([一二三四五六七八九十]{1,2})(?=月)", lambda match: str(round(number(match[1]))), phrase)


def _points(phrase: str) -> list[tuple[date, date]]:
    """First and last day of each year or month in ``phrase``."""
    found = []
    for match in _POINT.finditer(phrase):
        year = int(match["year"])
        first, last = 1, 12
        if match["month"]:
            first = last = _MONTHS.index(match["month"][:3]) + 1
        elif match["m1"]:
            first = int(match["m1"])
            last = max(first, int(match["m2"] or first))
        after = date(year + last // 12, last % 12 + 1, 1)
        found.append((date(year, first, 1), after - timedelta(days=1)))
    return found


_WORDS = {"few": 3, "several": 3, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
          "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "eighteen": 18, "twenty": 20,
          "thirty": 30, "forty": 40, "fifty": 50}  # fmt: skip
_LENGTH = re.compile(rf"({_N}|few|several|t\w+|f\w+|six|seven|e\w+|nine)?\s?(个)?(?:完整)?(?:自然)?"
                     r"(年|月|季度|周|天|日|decade|year|month|quarter|week|day)")  # fmt: skip


def _length(phrase: str) -> int:
    """Days in 近五年, the last 12 months."""
    match = _LENGTH.search(phrase)
    if match is None:
        return 365
    count = _WORDS.get(match[1] or "") or (number(match[1]) if match[1] else 1.0)
    unit = 3652.5 if match[3] == "decade" else DAYS.get(match[3], 365.0)
    length = (1.0 if math.isnan(count) else count) * unit
    return round(min(length, 300 * 365.25))


@lru_cache(maxsize=8_192)
def cycles(text: str) -> tuple[Cycle, ...]:
    """The update cycles stated in ``text`` (only where it speaks of renewal: 每月更新, monthly updates, T+1)."""
    return tuple(Cycle(match[0], match.start(), _interval(match[0])) for match in _CYCLE.finditer(text))


@lru_cache(maxsize=8_192)
def cycle(text: str) -> Cycle | None:
    """The cycle a short label such as 每季度, 动态 (每半年更新), monthly or T+1 stands for; None when it says none.

    The most frequent of several (日、月) counts.
    """
    found = [Cycle(match[0], match.start(), _interval(match[0])) for match in _BARE.finditer(text)]
    known = [entry for entry in found if not math.isnan(entry.days)]
    return min(known, key=lambda entry: entry.days) if known else None


def _interval(phrase: str) -> float:
    low = phrase.lower()
    if re.search(
        r"一次(?:性|提供|交付|给)|静态|(?:不需要?|不[用必再]?|无需|停止)更新|one[- ](?:off|time)|never|static"
        r"|not updated",
        low,
    ):
        return math.inf
    if re.search(r"实时|real[- ]?time|live", low):
        return 0.0
    if re.search(r"不定期|irregular", low):
        return math.nan
    if match := re.search(r"t\s?\+\s?(\d+)", low):
        return float(max(1, int(match[1])))
    if "天天" in low:
        return 1.0
    if match := re.search(r"半年|半月", low):
        return DAYS[match[0]]
    if match := re.search(rf"({_N})?\s?个?({_UNIT})", phrase):
        count = number(match[1]) if match[1] and match[1] != "半" else 1.0
        return (1.0 if math.isnan(count) or not count else count) * DAYS[match[2]]
    for word, unit in _ADVERBS.items():
        if word in low:
            return DAYS[unit]
    if match := re.search(r"(\d{1,3})?\s?(second|minute|hour|day|week|month|quarter|year)", low):
        return float(match[1] or 1) * DAYS[match[2]]
    return math.nan
