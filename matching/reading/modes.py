"""In what file format data comes and by what way it is delivered, by families that stand for each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

FORMATS = {
    "table": r"excel|xlsx?|csv|tsv|et\b|一[张个份](?:excel)?表(?!格)|表(?=就[行好可成]|即可)|随便什么表|"
    r"(?:可下载的?|可供下载的?)?表格|汇总表|统计表|电子表|电子版|电子档|"
    r"spreadsheets?|(?<=\()table(?=\))",
    "json": r"geojson|jsonl?|json",
    "xml": r"xml|rdf",
    "geo": r"shapefile|shp|geojson|kmz|kml|gis(?:\s?(?:files?|文件|矢量|数据))?|矢量(?:文件|格式)|gdb|geopackage|"
    r"国家2000(?:坐标系)?|gcj-?02|bd-?09|cgcs2000|wgs-?84",
    "raster": r"geotiff|tiff?|netcdf|hdf5?|grib2?|栅格|png|jpe?g",
    "text": r"(?:机器可读|可机读)(?:格式)?|(?:any\s)?machine[- ]readable(?:\sformats?)?|pdf|pptx?|扫描件|"
    r"纸质(?:版|件)?|docx?|word(?:文档)?|txt|html|rtf|plain\stext|纯文本",
    "columnar": r"parquet|arrow|orc|sqlite",
    "statistics": r"stata|\.?dta|spss|sav|sas7bdat|rdata",
    "imaging": r"dicom(?:格式)?|nifti",
    "drawing": r"dwg|dxf|las|laz|ifc",
    "media": r"mp4|mp3|wav|avi|flac",
}
"""Families of file formats that stand for each other; a name can belong to several."""

DELIVERY = {
    "api": r"(?:restful\s?|web\s?)?apis?(?![a-z])(?:\s?接口)?(?:实时查询|调用)?|web\s?service|"
    r"https?(?:\s?接口)?|endpoint|(?:through|via|on) (?:your|our|the) (?:\w+ )?(?:platform|portal)|"
    r"(?:[省市区县]级|政务)?(?:数据|信息)?(?:共享交换|共享|交换)平台|在线查[询看]|网页(?:浏览|能查|可查)|"
    r"页面查[询看]|网页查[询看]|实时查询|专线(?:接口|接入|传输)?|(?:批量"
    r"|查询|数据|共享"
    r"|标准)?接口(?:方式|服务|调用|查询|返回|对接)*",
    "download": r"(?:手机|网页|电脑|网|(?:微信)?小程序)[上里]?(?:就?能|可以?)(?:直接)?查[到看]?|"
    r"(?:微信)?小程序[上里]?能?看|(?:涉密)?介质(?:移交|交付|拷贝)?|离线移交|(?<!可供)(?<!可)(?:网盘|直接|文件|"
    r"在线|批量|平台|可(?!下载的))?下载(?!次数|量)(?:文件)?|downloads?|bulk\s(?:files?|download)|"
    r"网盘|file\b|files\b|(?:邮件)?附件|object\sstorage|s3(?:\sbucket)?|对象存储|云盘|移动硬盘|离线(?:交付|提供"
    r"|拷贝)|线下(?:移交|交付|拷贝)|"
    r"s?ftp|文件(?:传输|交付|推送)|推[^，。；]{1,12}文件|usb(?:\sdrive)?|sharepoint|dropbox|"
    r"离线(?:数据)?包(?!含|括)|数据包(?!含|括)|数据集交付|邮件|邮箱|e-?mail|拷贝|硬盘(?:寄送|邮寄)?|光盘|u盘",
    "push": r"(?:批量)?(?:文件)?推送|(?<![反倒类外上首])推(?:给|到)[^，。；的]{1,6}|"
    r"短信(?:通知|推送|提醒)?|每(?:天|日|月|周)推[^，。；]{1,14}?(?=[都也]?可以|[都也]行|即可|就行|[，。；]|$)"
    r"|消息队列|kafka|webhooks?|(?<![想要拟])订阅(?!一)|"
    r"stream(?:ing)?\s(?:api|data|feed)",
    "database": r"数据库账号|库表(?:交换)?|数据库(?:同步|直连|交换)|前置机|database\s(?:dump|access)",
    "enclave": r"内网(?:交换|传输|访问)?|vpn|可信(?:数据)?(?:环境|空间|执行环境)|隐私(?:计算|求交|查询)|"
    r"联合建模|联邦学习|"
    r"沙箱|多方安全计算|数据不出域|"
    r"可用不可见|专网(?:共享|传输|接入)?|enclave|sandbox|clean\sroom|secure\s(?:environment|transfer|room|server)",
    "model": r"模型(?:服务|调用)|核验服务|核查服务|报告(?:形式|方式)",
    "screen": r"接入[^，。；数]{0,8}(?:大屏|平台|系统)|大屏",
}
"""Families of delivery modes."""

_JOIN = r"(?:\s?(?:、|/|或者?|和|及|或是|,\s?|，|\+|\bor\b|\band\b|,\s?or\b|,\s?and\b)\s?(?:是|者)?(?:an?\s)?)"


_SAME = {
    "excel": "xlsx", "xls": "xlsx", "jsonl": "json", "tif": "tiff", "geotiff": "tiff", "shapefile": "shp",
    "jpeg": "jpg", "hdf5": "hdf", "docx": "doc", "word": "doc", "pptx": "ppt", "dta": "stata", "sav": "spss",
    "国家2000": "cgcs2000",
}  # fmt: skip
"""Names of one and the same format."""
_NAME = re.compile(
    r"csv|tsv|xlsx?|excel|geojson|jsonl?|xml|rdf|shapefile|shp|kmz|kml|gdb|geopackage|geotiff|tiff?|netcdf|hdf5?|grib|"
    r"png|jpe?g|pdf|pptx?|docx?|word|txt|html|rtf|parquet|arrow|orc|sqlite|stata|dta|spss|sav|sas7bdat|rdata|dicom|nifti|"
    r"dwg|dxf|las|laz|ifc|mp4|mp3|wav|avi|flac|gcj-?02|bd-?09|cgcs2000|国家2000|wgs-?84"
)


def names(text: str) -> frozenset[str]:
    """The formats ``text`` calls by name, each by one of its names; none when it only says of what kind (表格, GIS)."""
    said = (name for found in formats(text) for name in _NAME.findall(found.phrase.lower()))
    return frozenset(_SAME.get(name, name.replace("-", "")) for name in said)


def _families(table: dict[str, str]) -> re.Pattern[str]:
    # English names must not start or end inside a longer English word; Chinese characters around are fine.
    begins, ends = r"(?:(?<![A-Za-z0-9_])|(?=[一-鿿]))", r"(?:(?![A-Za-z0-9_])|(?<=[一-鿿]))"
    return re.compile("|".join(rf"(?P<{key}>{begins}(?:{form}){ends})" for key, form in table.items()), re.IGNORECASE)


_FORMAT = _families(FORMATS)
_DELIVERY = _families(DELIVERY)
_MEMBERS = {
    **{key: re.compile(rf"(?<![a-z])(?:{form})(?![a-z])", re.IGNORECASE) for key, form in FORMATS.items()},
    **{key: re.compile(rf"(?<![a-z])(?:{form})(?![a-z])", re.IGNORECASE) for key, form in DELIVERY.items()},
}


class Found(msgspec.Struct, frozen=True):
    """Something read at ``text[start:start + len(phrase)]``; ``keys`` are the families it belongs to."""

    phrase: str
    start: int
    keys: tuple[str, ...] = ()


@lru_cache(maxsize=8_192)
def formats(text: str) -> tuple[Found, ...]:
    """The file formats named in ``text``; those joined by or, and, 、 or 或 are one."""
    return tuple(_grouped(text, _FORMAT, FORMATS))


@lru_cache(maxsize=8_192)
def deliveries(text: str) -> tuple[Found, ...]:
    """The delivery modes named in ``text``; those joined by or, and, 、 or 或 are one."""
    return tuple(_grouped(text, _DELIVERY, DELIVERY))


_JOINED = re.compile(rf"{_JOIN}$|^{_JOIN}", re.IGNORECASE)


def _grouped(text: str, pattern: re.Pattern[str], table: dict[str, str]) -> Iterator[Found]:
    start = end = -1
    for match in pattern.finditer(text):
        gap = text[end : match.start()] if 0 <= end <= match.start() < end + 9 else "none"
        if start >= 0 and (not gap.strip() or _JOINED.fullmatch(gap)):
            end = match.end()
            continue
        if start >= 0:
            yield _found(text, start, end, table)
        start, end = match.span()
    if start >= 0:
        yield _found(text, start, end, table)


def _found(text: str, start: int, end: int, table: dict[str, str]) -> Found:
    phrase = text[start:end]
    return Found(phrase, start, tuple(key for key in table if _MEMBERS[key].search(phrase)))
