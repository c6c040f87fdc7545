"""Values of foreign files: what 每日, 面议 or 2019年至今 mean here.

A value that says nothing ("其他", "-") counts as not given; one that is not understood is an error, never a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from market.domain.money import money_error
from market.domain.products import DataClass, Delivery, FieldType, Opening, PriceUnit, UpdateCycle
from market.domain.words import N_
from market.services.readers import text_of


class Odd(ValueError):
    """A value that is not understood; the message is the sentence for the person who wrote it."""


def plain(heading: str) -> str:
    """A heading without what varies: width, case, spaces, "(required)", stars."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"\(.*?\)|\[.*?\]|【.*?】|[\s_\-*:·]", "", text)


NOTHING = frozenset(
    {"", "-", "--", "—", "/", "\\", "无", "其他", "其它", "暂无", "未知", "不详", "n/a", "null", "none", "other"}
)


def says_nothing(value: object) -> bool:
    """Whether a value only fills its cell."""
    if isinstance(value, (list, tuple, dict)):
        return all(says_nothing(item) for item in value)
    return text_of(value).strip().casefold() in NOTHING


def text(value: object) -> str:
    """A cell as one text."""
    if isinstance(value, (list, tuple)):
        return "、".join(filter(None, map(text, value)))
    if isinstance(value, dict):
        return msgspec.json.encode(value).decode()
    return text_of(value).strip()


def texts(value: object) -> tuple[str, ...]:
    """A list: as it is, as JSON, or cut at commas, semicolons and lines."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        with suppress(msgspec.DecodeError):
            value = msgspec.json.decode(value)
    if not isinstance(value, (list, tuple)):
        value = re.split(r"[,，、;；|\n]", text_of(value))
    return tuple(dict.fromkeys(t for item in value if (t := text(item)) and not says_nothing(t)))


def by_words(pairs: Iterable[tuple[str, Any]]) -> Callable[[str], Any]:
    """The first value whose pattern is found in a text, or None."""
    compiled = [(re.compile(pattern, re.IGNORECASE), value) for pattern, value in pairs]
    return lambda text: next((value for pattern, value in compiled if pattern.search(text)), None)


_CYCLE = by_words(
    [
        (r"实时|real-?\s?time|秒级|分钟|streaming", UpdateCycle.REALTIME),
        (r"小时|hour", UpdateCycle.HOURLY),
        (
            r"[两二三四五]年|\d年|biennial|不定|按需|需要|irregular|as needed|on demand|ad[- ]?hoc",
            UpdateCycle.IRREGULAR,
        ),
        (r"静态|不更新|不再更新|一次性|^once|one-?\s?off|static|never|not updated", UpdateCycle.STATIC),
        # Twice a year is at least once a year, and no finer word is there for it.
        (r"半年|half|semi-?annual|biannual", UpdateCycle.YEARLY),
        (r"季|quarter", UpdateCycle.QUARTERLY),
        (r"周|星期|week", UpdateCycle.WEEKLY),
        (r"月|month", UpdateCycle.MONTHLY),
        (r"年|annual|year", UpdateCycle.YEARLY),
        (r"日|每天|daily|\bday|^天|t\+1", UpdateCycle.DAILY),
    ]
)
_SINGLE_CYCLE = re.compile(r"[^。;；,，、~至]{0,20}")


def update_cycle(value: object) -> UpdateCycle:
    """每日 → daily, 动态 (每月更新) → monthly."""
    given = text(value).strip("'\"‘’“”")
    found: UpdateCycle | None = _CYCLE(given) if _SINGLE_CYCLE.fullmatch(given) else None
    if found is None:
        raise Odd(N_("Name one update cycle: real time, hourly, daily, weekly, monthly, quarterly, yearly …"))
    return found


_OPENING = by_words(
    [
        (r"不予|不开放|不共享|非公开|not[_ -]?open|closed", Opening.NOT_OPEN),
        (r"无条件|unconditional|without conditions", Opening.UNCONDITIONAL),
        (r"有条件|受限|依申请|注册|申请|conditional|on conditions|restricted", Opening.CONDITIONAL),
        (r"公开|开放|^open$|public", Opening.UNCONDITIONAL),
    ]
)


def opening(value: object) -> Opening:
    """无条件开放 → unconditional."""
    found: Opening | None = _OPENING(text(value))
    if found is None:
        raise Odd(N_("Name the opening class: unconditional, conditional or not open."))
    return found


_CLASS = by_words(
    [
        (r"核心|core", DataClass.CORE),
        (r"重要|important", DataClass.IMPORTANT),
        (r"一般|普通|general", DataClass.GENERAL),
    ]
)


def data_class(value: object) -> DataClass:
    """一般数据-二级数据 → general."""
    found: DataClass | None = _CLASS(text(value))
    if found is None:
        raise Odd(N_("Name the data grade: general, important or core."))
    return found


_DELIVERY = by_words(
    [
        (r"api|接口|web ?service", Delivery.API),
        (r"沙箱|沙盒|sandbox|隐私计算|联邦|可信", Delivery.SANDBOX),
        (r"模型|算法|model", Delivery.MODEL),
        (r"查询|核验|核查|比对|query|check|verif", Delivery.QUERY),
        (r"文件|下载|数据集|数据包|报告|指数|离线|库表|file|download|data ?set|report|bulk", Delivery.FILE),
    ]
)
_NO_MODE = re.compile(r"交付|应用|解决方案|加密数据|服务|工具")


def delivery(value: object) -> tuple[Delivery, ...]:
    """数据集 → file, API数据 → api. Words that only say who hands over, or that it is a service, say no mode."""
    modes = []
    for word in texts(value):
        mode: Delivery | None = _DELIVERY(word)
        if mode:
            modes.append(mode)
        elif not _NO_MODE.search(word):
            raise Odd(N_("Name the delivery: API, file, sandbox, model or query."))
    return tuple(dict.fromkeys(modes))


_BY_FORMAT = by_words(
    [
        (r"^api$|^http$|接口|service|link", Delivery.API),
        (r"^(file|excel|word|xlsx?|csv|json|xml|rdf|txt|pdf|zip|shp|kml|docx?|et|tiff?|parquet)$", Delivery.FILE),
        (r"mysql|oracle|^db|数据库|库表", Delivery.FILE),  # tables handed over whole
    ]
)


def delivery_of_formats(formats: Sequence[str]) -> tuple[Delivery, ...]:
    """What the formats say about the way of delivery."""
    return tuple(dict.fromkeys(mode for f in formats if (mode := _BY_FORMAT(f.strip().casefold()))))


_UNIT = by_words(
    [
        (r"次|笔|调用|call|request|quer", PriceUnit.CALL),
        (r"月|month", PriceUnit.MONTH),
        (r"年|annual|year", PriceUnit.YEAR),
        (r"条|[kmgt]b|量|行|record|row|volume", PriceUnit.VOLUME),
        (r"套|份|个|件|项|产品|数据集|product|item|data ?set|once", PriceUnit.PRODUCT),
    ]
)
_FREE = re.compile(r"免费|无偿|free")
_TO_BE_NEGOTIATED = re.compile(r"面议|面谈|议价|协商|询价|negotia|on request")
_PRICE = re.compile(
    r"¥?\s*([-+]?[\d.]+|[-+]?nan|[-+]?inf\w*)\s*(万)?\s*(?:元|人民币|rmb|cny|yuan)?\s*(?:(?:/|每|per)\s*(.+))?"
)


def price_unit(value: object) -> PriceUnit:
    """次 → call, 年 → year."""
    found: PriceUnit | None = _UNIT(text(value).casefold())
    if found is None:
        raise Odd(N_("A price is for the product, a call, a month, a year or a volume."))
    return found


def price(value: object) -> tuple[Decimal | None, PriceUnit | None]:
    """7000.00元 → (7000, None), 0.09元/次 → (0.09, call), 免费 → (0, None), 面议 → (None, None). Amounts in yuan."""
    given = unicodedata.normalize("NFKC", text(value)).casefold().replace(",", "")
    if _TO_BE_NEGOTIATED.search(given):
        return None, None
    if _FREE.search(given):
        return Decimal(0), None
    found = _PRICE.fullmatch(given)
    try:
        amount = Decimal(found.group(1)) if found else None
    except InvalidOperation:
        amount = None
    if amount is None or found is None:
        raise Odd(N_("This is not a number."))
    amount *= 10_000 if found.group(2) else 1
    if wrong := money_error(amount.normalize() if amount.is_finite() else amount):
        raise Odd(wrong)
    unit = found.group(3)
    if unit and (many := re.match(r"\d+", unit)) and many.group() != "1":
        raise Odd(N_("The price is for several at once; give it for one."))
    return amount, price_unit(unit) if unit else None


_DAY = re.compile(r"(\d{4})(?:\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2}))?)?\s*[年月日]?(?:[ t].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")


def day(value: object, *, last: bool = False) -> date:
    """A date in any usual form; of a month or year alone the first day, or with ``last`` the last."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    given = unicodedata.normalize("NFKC", text(value)).casefold()
    found = _COMPACT.fullmatch(given) or _DAY.fullmatch(given)
    try:
        if not found:
            raise ValueError
        year, month, day_ = (int(part) if part else None for part in found.groups())
        begin = date(year or 0, 1 if month is None else month, 1 if day_ is None else day_)
        if not last or day_:
            return begin
        months = begin.year * 12 + (begin.month if month else 12)  # those before the end of the month, or year
        return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
    except ValueError:
        raise Odd(N_("Give a date as year-month-day.")) from None


_SPAN = re.compile(r"(.+?)\s*(?:至|到|~|～|—+|–| - | to |(?<=^\d{4})-(?=\d{4}$))\s*(.*)")
_STILL = re.compile(r"今|现在|now|present|today|^$")


def time_span(value: object) -> tuple[date, date | None]:
    """2019年至今 → (2019-01-01, None); 2019-2023 → (2019-01-01, 2023-12-31)."""
    given = text(value)
    found = _SPAN.fullmatch(given)
    if not found:
        return day(given), day(given, last=True)
    begin, end = found.groups()
    return day(begin), None if _STILL.search(end.casefold()) else day(end, last=True)


_TYPE = by_words(
    [
        (r"日期时间|日期和时间|时间戳|date and time|datetime|timestamp", FieldType.DATETIME),
        (r"日期|^date", FieldType.DATE),
        (r"整数|整型|int|whole number", FieldType.INTEGER),
        (r"数值|数字|小数|浮点|number|numeric|decimal|float|double", FieldType.NUMBER),
        (r"布尔|是否|是或否|yes or no|bool", FieldType.BOOLEAN),
        (r"几何|坐标|空间|geo", FieldType.GEOMETRY),
        (r"二进制|图片|图像|image|binary|blob", FieldType.BINARY),
        (r"文本|文字|字符|text|string|char", FieldType.STRING),
    ]
)


def fields(value: object) -> list[dict[str, str]]:
    """Columns of the data: objects with name, type and meaning; lines of "name | type | meaning"; or names with ":"
    before the meaning."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        with suppress(msgspec.DecodeError):
            value = msgspec.json.decode(value)
    if isinstance(value, str) and (table := _table(value)):
        return table
    if not isinstance(value, (list, tuple)):
        value = texts(value)
    return [found for item in value if (found := _field(item))["name"]]


def _table(given: str) -> list[dict[str, str]]:
    """The lines of "name | type | meaning"; none when any line is something else."""
    rows = [[part.strip() for part in line.split("|", 2)] for line in given.splitlines() if line.strip()]
    if not all(len(row) == 3 and field_type(row[1]) for row in rows):
        return []
    return [{"name": name, "type": field_type(kind) or "", "meaning": meaning} for name, kind, meaning in rows if name]


def field_type(word: str) -> FieldType | None:
    """整数 → integer, datetime → datetime; None for a word that names no type."""
    found: FieldType | None = _TYPE(word.strip().casefold())
    return found


def _field(item: object) -> dict[str, str]:
    if isinstance(item, Mapping):
        lowered = {plain(str(key)): text(value) for key, value in item.items()}
        name = lowered.get("name") or lowered.get("名称") or lowered.get("字段") or lowered.get("字段名") or ""
        kind = lowered.get("type") or lowered.get("类型") or lowered.get("数据类型") or ""
        meaning = (
            lowered.get("meaning") or lowered.get("description") or lowered.get("说明") or lowered.get("含义") or ""
        )
    else:
        name, _, meaning = text(item).replace("：", ":").partition(":")
        kind = ""
    return {"name": name.strip(), "type": field_type(kind) or FieldType.STRING, "meaning": meaning.strip()}
