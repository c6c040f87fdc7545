"""What the columns of foreign files are here, and a row of them as the content of a product or a demand.

Headings are known by the words suppliers use, Chinese and English; ``--map COLUMN=FIELD`` names what is not known.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from market.domain.errors import Invalid
from market.domain.products import Opening, PriceUnit
from market.domain.text import clean
from market.services import values
from market.services.readers import Row
from market.services.values import Odd, plain, says_nothing, text, texts


def known(table: str) -> dict[str, str]:
    """Heading -> field, out of lines "field: heading, heading"; a field may have several lines."""
    found: dict[str, str] = {}
    for line in table.strip().splitlines():
        field, _, names = line.strip().partition(": ")
        found |= {plain(name): field for name in (field, *names.split(", "))}
    return found


PRODUCT_COLUMNS = known("""
    source_id: id, identifier, 编号, 标识, 标识符, 资源编码, 资源代码, 资源标识, 目录编码, 目录代码, 产品编号, 数据编号
    title: name, 标题, 名称, 产品名称, 数据名称, 资源名称, 目录名称, 数据集名称, 数据产品名称, 信息资源名称
    abstract: description, summary, detail, 描述, 摘要, 简介, 说明, 详情, 产品描述, 产品介绍, 产品简介, 数据描述
    abstract: 数据摘要, 资源摘要, 资源描述, 信息资源摘要, 数据集描述
    fields: columns, 字段, 数据项, 信息项, 字段名称, 数据项名称, 信息项名称, 数据字段
    theme: themes, category, 主题, 领域, 行业, 所属领域, 所属行业, 所属主题, 主题分类, 行业分类, 数据领域, 应用领域
    tags: keywords, 标签, 关键词, 关键字
    region: coverage, area, spatial, 地区, 区域, 地域, 行政区划, 所属地区, 覆盖范围, 覆盖地区, 覆盖区域, 空间范围
    time_from: start, 开始日期, 起始日期, 开始时间, 起始时间, 数据起始日期
    time_to: end, 结束日期, 截止日期, 结束时间, 截止时间, 数据截止日期
    time_span: temporal, 时间范围, 时间跨度, 数据时间范围, 数据时段
    granularity: 粒度, 数据粒度, 颗粒度
    update_cycle: update frequency, frequency, 更新频率, 更新周期, 数据更新频率, 数据更新周期, 更新频度
    formats: format, 格式, 数据格式, 文件格式, 资源格式, 信息资源格式
    delivery: delivery mode, kind, 交付方式, 交付形式, 提供方式, 获取方式, 产品类型, 产品形态, 数据产品类型
    opening: 开放属性, 开放类型, 开放方式, 开放类别, 共享类型, 共享属性
    data_class: classification, 数据分级, 数据级别, 分级, 数据分类分级, 安全级别
    source_statement: data source, provenance, 数据来源, 来源, 来源说明, 数据来源说明
    risk_assessment: 风险评估, 安全风险评估
    licence: license, 许可, 许可协议, 使用许可, 授权方式, 使用条件, 开放条件
    price: 价格, 定价, 单价, 报价, 产品价格
    price_unit: unit, 计价单位, 价格单位, 计费方式, 计价方式
    sample: 样例, 样本, 样例数据, 示例数据, 数据样例
    contact_role: 联系部门, 联系岗位, 联系人角色
    publisher: provider, organisation, organization, 发布单位, 发布机构, 发布部门, 提供单位, 提供方, 提供部门
    publisher: 供方, 供应方, 供应商, 来源部门, 数据提供单位, 数据提供方, 责任单位, 数据商
    exchange: platform, portal, 交易所, 平台, 发布平台
    url: link, 网址, 链接, 链接地址
""")

DEMAND_COLUMNS = known("""
    source_id: id, identifier, 编号, 标识, 需求编号
    title: name, 标题, 名称, 需求名称, 需求标题
    text: description, demand, need, request, 描述, 内容, 需求, 需求描述, 需求内容, 需求说明, 文本
    theme: themes, category, 领域, 行业, 主题, 所属领域, 所属行业
    region: coverage, area, 地区, 区域, 所属地区, 覆盖范围
    purpose: use, 用途, 应用场景, 使用目的, 目的
    budget: price, 预算, 预算金额, 价格
    needed_by: deadline, 期望时间, 需求时间, 截止日期, 期望交付时间
    update_cycle: update frequency, frequency, 更新频率, 更新周期
    granularity: 粒度, 数据粒度
    time_span: temporal, 时间范围, 时间跨度
    formats: format, 格式, 数据格式
    delivery: delivery mode, 交付方式, 提供方式
    fields: columns, 字段, 数据项
    publisher: organisation, organization, 需求单位, 发布单位, 需求方, 提出单位
""")

SAID = {
    "fields": ("字段", "Fields"),
    "granularity": ("数据粒度", "Granularity"),
    "time_span": ("时间范围", "Time span"),
    "update_cycle": ("更新频率", "Update frequency"),
    "formats": ("数据格式", "Format"),
    "delivery": ("交付方式", "Delivery"),
}
"""Columns of demands that are said in the text, where the requirement lines are read from."""

IGNORED = frozenset({"line", "reason"})
"""Columns that the file of rejected rows adds."""

Cells = dict[str, list[tuple[str, Any]]]
"""field -> (column, value) of the cells that say something."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One row understood: the values of its fields, and per column what is wrong."""

    row: Row
    source_id: str = ""
    publisher: str = ""
    values: dict[str, Any] = {}
    columns: dict[str, str] = {}
    """field -> the column it came from"""
    wrong: tuple[tuple[str, str], ...] = ()
    """(column, sentence)"""


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """How columns become fields: the known headings, and what the operator said."""

    names: dict[str, str]
    given: dict[str, str] = {}
    defaults: dict[str, str] = {}
    describe: bool = False
    literal: bool = False
    """Nothing is made of other columns: what a cell does not say is not there."""

    def field(self, column: str) -> str:
        """The field of a column; "" when it is not used."""
        if column in self.given:
            return self.given[column]
        return "" if column in IGNORED else self.names.get(plain(column), "")

    def cells(self, row: Row) -> Cells:
        """What the row says, by field."""
        found: Cells = {}
        for column, value in row.values.items():
            field = self.field(column)
            if field and not (value is None or value == "" or value == []):
                found.setdefault(field, []).append((column, value))
        return found


def columns(noun: str, given: Iterable[str] = (), defaults: Iterable[str] = (), describe: bool = False) -> Columns:
    """From ``COLUMN=FIELD`` and ``FIELD=VALUE``. Raises Invalid for what is not a field, or not a value of it."""
    names = NAMES[noun]
    columns_, values_ = (dict(part.partition("=")[::2] for part in parts) for parts in (given, defaults))
    fields = set(names.values())
    for field in (*columns_.values(), *values_):
        if field and field not in fields:
            raise Invalid({}, f"{field!r} is not a field. Fields: {', '.join(sorted(fields))}.")
    for field, value in values_.items():
        try:
            VALUES[noun].get(field, text)(value)
        except Odd as odd:
            raise Invalid({}, f"{field}={value}: {odd}") from None
    return Columns(names=names, given=columns_, defaults=values_, describe=describe)


def _chinese(words: str) -> bool:
    return bool(re.search(r"[一-鿿]", words))


def _first(cells: Cells, field: str) -> str:
    return next((found for _, value in cells.get(field, ()) if (found := text(value))), "")


def _joined(cells: Cells, field: str) -> str:
    parts = [text(value) for _, value in cells.get(field, ())]
    return "\n\n".join(part for n, part in enumerate(parts) if part and not any(part in p for p in parts[:n]))


def source_id_of(cells: Cells, *words: str) -> str:
    """The row's own id, else a digest of the words that tell it from others."""
    given = clean(_first(cells, "source_id"))
    if given:
        return given
    return "sha256:" + hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:32]


PRODUCT_VALUES: dict[str, Callable[[Any], Any]] = {
    "fields": values.fields,
    "tags": texts,
    "formats": texts,
    "delivery": values.delivery,
    "update_cycle": values.update_cycle,
    "opening": values.opening,
    "data_class": values.data_class,
    "time_from": values.day,
    "time_to": lambda value: values.day(value, last=True),
    "time_span": values.time_span,
    "price": values.price,
    "price_unit": values.price_unit,
}
"""How the cells of a field are read; all others are texts."""


def product_entry(row: Row, mapping: Columns) -> Entry:
    """The row as the content of a product."""
    cells = mapping.cells(row)
    found, origin, wrong = _read(row, cells, mapping, PRODUCT_VALUES)
    found["abstract"] = _joined(cells, "abstract")
    found["theme"], more = _theme(cells)
    found["tags"] = tuple(dict.fromkeys((*found.get("tags", ()), *more)))
    _spread(found, None if mapping.literal else PriceUnit.PRODUCT)
    publisher, title = _first(cells, "publisher"), found.get("title", "")
    if not mapping.literal:
        _conclude(found, cells)
    for field, value in mapping.defaults.items():
        if not found.get(field):
            read = PRODUCT_VALUES.get(field, text)
            found[field] = read(value)
            _spread(found, PriceUnit.PRODUCT)
    if mapping.describe and len(found["abstract"]) < 10:
        found["abstract"] = described(found, publisher)
    return Entry(
        row=row,
        source_id=source_id_of(cells, title, publisher),
        publisher=publisher,
        values=found,
        columns=origin,
        wrong=tuple(wrong),
    )


def _read(
    row: Row, cells: Cells, mapping: Columns, readers: Mapping[str, Callable[[Any], Any]]
) -> tuple[dict[str, Any], dict[str, str], list[tuple[str, str]]]:
    """(field -> value, field -> column, what is wrong); of several columns of one field the first that says it."""
    wrong = [("", row.wrong)] if row.wrong else []
    wrong += [(column, fault) for column, fault in row.faults.items() if mapping.field(column)]
    found: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for field, given in cells.items():
        read = readers.get(field, text)
        for column, value in given:
            origin.setdefault(field, column)
            if read is not text and says_nothing(value):
                continue
            try:
                if field not in found or not found[field]:
                    found[field] = read(value)
            except Odd as odd:
                wrong.append((column, str(odd)))
    return found, origin, wrong


def _spread(found: dict[str, Any], usual: PriceUnit | None) -> None:
    """One value that means two fields becomes both; ``usual`` is what a price buys that does not say it."""
    if (span := found.pop("time_span", None)) is not None:
        found.setdefault("time_from", span[0])
        if span[1]:
            found.setdefault("time_to", span[1])
    if isinstance(found.get("price"), tuple):
        amount, unit = found.pop("price")
        if amount is not None:
            found["price"] = amount
            if amount > 0 and (buys := unit or usual):
                found.setdefault("price_unit", buys)


def _conclude(found: dict[str, Any], cells: Cells) -> None:
    """What portals say in other columns than we: the opening class, the way of delivery, the source."""
    if "opening" not in found and (opening := _opening_of(found.get("licence", ""))):
        found["opening"] = opening
    if not found.get("delivery"):
        found["delivery"] = values.delivery_of_formats(found.get("formats", ()))
    if not found.get("source_statement"):
        found["source_statement"] = stated_source(cells, _chinese(found.get("title", "")))


def _theme(cells: Cells) -> tuple[str, tuple[str, ...]]:
    """(the theme, further ones): a list of themes has one place and otherwise becomes tags."""
    for _, value in cells.get("theme", ()):
        if isinstance(value, str) and not value.lstrip().startswith("["):
            return value.strip(), ()
        if several := texts(value):
            return several[0], several[1:]
    return "", ()


def _opening_of(licence: str) -> Opening | None:
    """Portals write the opening class where others write the licence."""
    try:
        return values.opening(licence) if licence else None
    except Odd:
        return None


def stated_source(cells: Cells, chinese: bool) -> str:
    """What the row itself says about where the data come from: who published them, where, at what address."""
    labels = (
        {"publisher": "发布单位", "exchange": "发布平台", "url": "网址"}
        if chinese
        else {"publisher": "Published by", "exchange": "Platform", "url": "Address"}
    )
    parts = [f"{label}:{value}" for field, label in labels.items() if (value := _first(cells, field))]
    return ";".join(parts) if chinese else "; ".join(part.replace(":", ": ", 1) for part in parts)


def described(found: Mapping[str, Any], publisher: str) -> str:
    """An abstract out of what the other columns say (``--describe``), for records that have none worth the name."""
    title, chinese = found.get("title", ""), _chinese(found.get("title", ""))
    said = {
        ("发布单位", "published by"): publisher,
        ("地区", "region"): found.get("region", ""),
        ("领域", "field"): found.get("theme", ""),
        ("标签", "tags"): "、".join(found.get("tags", ())),
        ("格式", "formats"): "、".join(found.get("formats", ())),
    }
    parts = [f"{zh}:{value}" if chinese else f"{en}: {value}" for (zh, en), value in said.items() if value]
    whole = [found.get("abstract", "") or title, *parts]
    return ("。" if chinese else ". ").join(filter(None, whole))


DEMAND_VALUES: dict[str, Callable[[Any], Any]] = {
    "budget": values.price,
    "needed_by": lambda value: values.day(value, last=True),
}


def demand_entry(row: Row, mapping: Columns) -> Entry:
    """The row as the content of a demand; a title is made of the first sentence where there is none."""
    cells = mapping.cells(row)
    found, origin, wrong = _read(row, cells, mapping, DEMAND_VALUES)
    for field, value in mapping.defaults.items():
        found[field] = found.get(field) or DEMAND_VALUES.get(field, text)(value)
    if isinstance(found.get("budget"), tuple):
        found["budget"] = found["budget"][0]
        if found["budget"] is None:
            del found["budget"]
    whole = _joined(cells, "text") or found.get("title", "")
    if whole and not found.get("title"):
        found["title"] = title_of(whole)
    said = [SAID[f][0 if _chinese(whole) else 1] + ":" + (" " * (not _chinese(whole))) + found[f]
            for f in SAID if not says_nothing(found.get(f, ""))]  # fmt: skip
    found["text"] = "\n".join([whole, *said]) if whole else ""
    return Entry(
        row=row,
        source_id=source_id_of(cells, whole),
        publisher=_first(cells, "publisher"),
        values={field: value for field, value in found.items() if field not in SAID},
        columns=origin,
        wrong=tuple(wrong),
    )


def title_of(whole: str) -> str:
    """The first sentence, at most 60 characters of it."""
    sentence = re.split(r"[。!?！？\n]|(?<=[a-z0-9]{2})\.\s", whole.strip(), maxsplit=1)[0].strip() or whole.strip()
    return sentence if len(sentence) <= 60 else sentence[:59].rstrip() + "…"


NAMES = {"product": PRODUCT_COLUMNS, "demand": DEMAND_COLUMNS}
VALUES = {"product": PRODUCT_VALUES, "demand": DEMAND_VALUES}
ENTRIES = {"product": product_entry, "demand": demand_entry}
NEEDED = {"product": frozenset({"title"}), "demand": frozenset({"text", "title"})}


def is_heading(mapping: Columns, needed: Iterable[str]) -> Callable[[Iterable[str]], bool]:
    """Whether names of columns include what a row cannot do without."""
    return lambda names: bool({mapping.field(name) for name in names if name} & set(needed))
