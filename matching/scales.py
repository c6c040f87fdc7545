"""How fine, in what form, by what way and for how much: the other things requirement lines speak of.

Each reader takes a text and yields what it found with its offset; each is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

import msgspec

from matching.periods import DAYS, number

# ---------------------------------------------------------------------------------------------- granularity
SPACE = {
    "点": 0, "经纬度": 0, "坐标": 0, "站点": 0, "测站": 0, "断面": 0, "门店": 0, "楼栋": 0, "楼宇": 0,
    "路段": 1, "路口": 1, "小班": 1, "地块": 1, "图斑": 1, "格网": 1, "网格": 1, "格子": 1, "栅格": 1, "小区": 1,
    "商圈": 2, "村": 2, "行政村": 2, "社区": 2, "乡镇": 3, "街道": 3, "乡": 3, "镇": 3, "街镇": 3, "片区": 3,
    "区县": 4, "县区": 4, "县": 4, "区": 4, "市县": 4, "县域": 4, "地市": 5, "地级市": 5, "城市": 5, "市": 5, "市州": 5,
    "省": 6, "省份": 6, "省市": 6, "全国": 7, "国家": 7,
    "point": 0, "station": 0, "address": 0, "coordinates": 0, "building": 0, "site": 0, "street": 1, "grid": 1,
    "block": 1, "parcel": 1, "neighborhood": 2, "neighbourhood": 2, "village": 2, "community": 2, "tract": 2,
    "census tract": 2, "zip code": 3, "zipcode": 3, "postcode": 3, "township": 3, "ward": 3, "planning area": 3,
    "subzone": 3, "district": 4, "county": 4, "municipality": 4, "city": 5, "town": 4, "prefecture": 5,
    "borough": 4, "region": 6, "state": 6, "province": 6, "country": 7, "national": 7,
}  # fmt: skip
"""Space units, finest first."""

_CHINESE_SPACE = sorted((word for word in SPACE if not word.isascii()), key=len, reverse=True)
_ENGLISH_SPACE = sorted((word for word in SPACE if word.isascii()), key=len, reverse=True)
_ZH = "|".join(_CHINESE_SPACE)
_EN = "|".join(_ENGLISH_SPACE)
_TIME = r"(?:\d{1,3}\s?分钟|分钟|小时|时|日|天|周|星期|旬|月度?|季度?|半年|年度?|学期)"
_ENTITY = (
    "企业|单户企业|单户|户|公司|机构|医院|学校|个人|个体|人|车型|车种|货类|车辆|车|车牌号|船|批次|项目|病种|行业|品种|商品|产品|科室|线路|"
    "订单|门店|用户|年龄段|性别|年龄|专业|部门|景区|单品|型号|品牌|类别|类型"
)
_NOUN_EN = (
    r"(?!file|download|call|e?mail|api|the|an?|our|us|my|post|end|default|hand|law|query|request|lookup|using|"
    r"\w+ing\b)[a-z]+"
)
_GRAIN = re.compile(
    rf"""(?P<fine>(?:时间|空间)?(?:粒度|间隔|分辨率|颗粒度|采样率|采样频率)(?:为|是|要求|不低于|不超过|优于
        |达到?|到|：|:|"
    rf"在)\s?(?:至少)?\s?[^\s，,；;。、（(]{{1,12}})
    |(?P<metre>(?<![周边近径圆\d])(?:精确到|不低于|优于|达到?|若有|有)?\s?(?:\d{{1,5}}(?:\.\d)?
        |[一二三五十百几]{{1,3}})\s?(?:米
        |公里|千米)(?![一二三四五六七八九]|车|高|范围|半径|以外|[和或、至到][\d.]+米|[^，。；、]{{0,4}}(?:风
        |车))(?:分辨率|网格
        |格网|的?格子|栅格|精度|更好)*)
    |(?P<level>(?:(?:最好|至少|要求|能|可){{0,2}}(?:细|精确|下沉|具体|定位|汇总|分解|统计|细分|细化|精细
        |拆分)(?:到|至)(?:每个|各|单个)?(?:{_ZH}|{_ENTITY}|(?<=[个家]) ?[一-龥]{{2,4}}(?=[，。；]|$))
        |(?:最好|至少|要求|能|可){{0,2}}(?<![得拿找给])到(?:每个|各)?(?:{_ZH}|企业|个人
        |单户))(?:法院)?(?:（[^）]{{1,8}}）
        |\([^)]{{1,8}}\))?(?:(?:、|或者?|和|及|/)(?:{_ZH}))*(?:一级|级别|级|层级|层面|粒度)?)
    |(?P<down>(?:最好|至少|要求|能|可){{0,2}}(?:细分?|精确|具体|下沉|分解|定位|拆分?|下钻|展开|落|分)(?:到
        |至)(?:每[个一]?|各|单个|具体)?
        (?!\d{{4}}|位|底|今|现|目前|后|手)[^\s，,；;。、（(到]{{1,8}}?(?:一级|级别|级|层级
        |层面)?(?=[，,。；;、（(]|最好|更好|即可|就[行好可]|也[行可]|的|$))
    |(?P<unit>以(?:每[个一]?)?[一-龥]{{1,6}}(?:（[^）]{{1,8}}）)?为(?:统计|分析|基本|最小)?(?:单位|单元|粒度|尺度))
    |(?P<step>(?:\d{{1,3}}|[一二三五十]{{1,3}})\s?(?:分钟|小时|秒|天|日|个?月)(?:级|的?(?:分辨率|间隔|步长|粒度
        |采样|采集|观测|一[条次个]点?(?=[，。；]|$))))
    |(?P<every_one>每(?:批|户|笔|单|家|辆|台|栋|班|架|艘|宗|件|例|所)(?:次)?(?=[都的]|一[条行]|[，。；]|$))
    |(?P<pair>(?:分(?!析|布|别|公司|局|行|店)|按)[一-龥]{{1,5}}?(?:、|和|及|，)(?:分(?!析|布|别|公司|局)
        |按)[一-龥]{{1,5}}?(?:[、和及](?:分|按)[一-龥]{{1,5}}?)?(?=[，。；]|$|统计|列示|汇总|拆分|聚合|提供|的))
    |(?P<of>按(?:矿|站|馆|店|校|院|船|井|厂|库|桥|线|台|户)(?=[，,。；;提逐列统汇]|$))
    |(?P<freq>[日周旬月季年](?:频次?(?!率|道)|均值|平均值?))|(?P<by>按(?:照)?(?!次|最新|要求|规定|查得|需|协议|合同
        |标准|批准|比例|期|时(?!段)|量|劳|说|理|键|钮|摩|揭|现有|以下|下列|上述|省[厅委]|照|我|你|国家|相关)
        [一-龥A-Za-z]{{2,8}}?(?:[、和及][一-龥A-Za-z]{{2,6}}?){{0,4}}(?=(?:分(?!析|布|配|别)|查|统计|汇总|划分
        |拆分|列示|归集|给出
        |给|区分|细分|分开|分组|聚合|提供|切分|展示|检索)(?!\S{{0,6}}预算)))
    |(?P<each>(?:按|(?<!区)分|逐)(?!公司|年龄|成|布|别|类|析|局|行(?!业)|部|店|钟|人|站|区域|数|户)(?:{_TIME}
        |{_ZH}|{_ENTITY})(?!数|企业)(?:编码)?(?:（[^）]{{1,8}}）|\([^)]{{1,8}}\))?(?:(?:、|和|及|或者?|，
        |,)?(?:按|分|逐)(?:{_TIME}|{_ZH}|{_ENTITY})(?:（[^）]{{1,8}}）)?)*
        (?:逐条|统计|汇总|提供|采集|拆分|记录|分)?(?!更新|刷新|推送|补充|发布|一次|一期|计费|付费|次|查得))
    |(?P<every>(?:生长季内)?每(?:小时|分钟)(?=[一-龥]{{2}})(?!更新|刷新|推|报|上报|发布|提供|同步|传|采集)
        |每(?:{_TIME})(?:的(?!预算|经费|费用|开支|更新|推送)|至少一[期景条]|一条)|以车牌号为查询条件)
    |(?P<among>(?<!单位)各(?:地级市|地市|市州|州市|市县|乡镇|街道|区县|县区|社区|村
        |县|区(?![级域划块委])|省份?(?![级直部会厅]))(?:（[^）]{{1,8}}）)?(?=[^一-龥]|[一-龥]))
    |(?P<apart>(?<![一-龥])分户|(?<=[放供取的])分户(?=的|数据))
    |(?P<code>[A-Za-z一-龥]{{1,4}}编码到\d{{1,2}}位)
    |(?P<record>(?:逐(?:次|件|条|笔|起|单|户|车|人|日|例)(?:记录|明细)?|(?:单户)?(?:企业|地块|站点|个体|个人
        |楼栋)级(?:别)?|明细级|微观数据))
    |(?P<tier>(?:{_ZH})(?:级别|级|一级|层级|粒度|尺度|层面)(?:层面)?(?=[^一-龥]|$|层面|的|数据|统计|汇总|及|和
        |或|即可|就|也|更|最|指标|边界|以上|定位|分布|[一-龥]{{0,4}}[数率量值额])(?!市|别墅|医院|示范|重点|以上
        |统计产量|课题|政府|部门
        |平台|机关|单位|财政|公路|名录|汇总表))
    |(?P<trend>(?:日度|周度|月度)(?=[一-龥]{{2}})(?!刷新|更新|报告|会议|预算|推送|提供))
        |(?P<span>(?<!不超过)(?<!延迟)(?:(?:\d{{1,3}}|[一二三五十]{{1,3}})\s?分钟|小时|逐日
        |(?<![工作假当次每])日|日度|周度|月度|季度
        |(?<!统计)年度|分时|逐时|分钟级?)(?:级
        |粒度)?(?=(?:或(?:更细|季度))?(?:级|粒度|的)?(?:数据|观测|监测|统计|均值|汇总|气象|流量|序列|降雨
        |历史|值|或更细|报|颗粒度|间隔|$|[，,。；])))
    |(?P<en>\b(?:(?:(?:by|per|at(?:\sthe)?|down\sto(?:\sthe)?)\s(?:{_EN})s?\b|(?:by
        |per)\s(?:\d{{1,4}}\s?k?m\s)?{_NOUN_EN}(?:[- ](?!for|in|from|of|with|and|or|on|at|to|since|is|are|would
        |should|must|will|may)[a-z]{{3,12}})?(?=\s(?:and|or|for|in|from|of|with|since|to|on|at)\b|[,.;:]|$))
        |(?:(?:for|in)\s)?(?<!of\s)(?:each|every)\s(?:{_EN}|hour|day|week|month|year)s?\b)
        (?:\s?[- ]level)?(?:(?:,|/|\sand\s|\sor\s|\s(?=by\s))\s?(?:by\s)?(?:(?:{_EN}|hour|day|week|month
        |quarter|year|sector|gender|industry|age|race|type|model|sex)\b)(?:\s(?:groups?|class(?:es)?|bands?
        |types?|categor(?:y|ies)))?)*)
    |(?P<en_level>(?i:\b(?:{_EN}|(?!high|low|top|entry|sea|ground|senior|water|service|multi
        |mid)[a-z]{{3,12}}(?=-)|individual|household|company|firm|record|patient
        |transaction)[- ]level(?:\s(?:data|aggregates|records|figures))?))
    |(?P<en_time>\b(?:[Nn]ightly|[Hh]ourly|[Dd]aily|[Ww]eekly|[Mm]onthly|[Qq]uarterly|[Yy]early|[Aa]nnual)(?:,?\s(?:or
        |and|/)\s(?:hourly|daily|weekly|monthly|quarterly|yearly|annual))?\b(?!\s(?:updates?|updating|refresh
        |feeds?|by\sfile|report|salar|income|wage|budget|fee|cost|licen)))
    |(?P<en_row>\bone\s(?:row|record)\sper\s\w+)
    |(?P<en_res>\b\d{{1,4}}\s?(?:m|km|metres?|meters?)\s(?:resolution|grid|or\s(?:finer|better))
        |\b\d{{1,3}}[- ](?:minute|second|hour)(?:s)?(?:\sintervals?)?)""",
    re.VERBOSE,
)  # fmt: skip


class Found(msgspec.Struct, frozen=True):
    """Something read at ``text[start:start + len(phrase)]``; ``keys`` are the families it belongs to."""

    phrase: str
    start: int
    keys: tuple[str, ...] = ()


class Grain(msgspec.Struct, frozen=True):
    """How fine: ``time`` in days, ``space`` as a rank of ``SPACE``, ``metres``, one record each; None unsaid."""

    phrase: str
    start: int
    time: float | None = None
    space: int | None = None
    metres: float | None = None
    record: bool = False


@lru_cache(maxsize=8_192)
def grains(text: str) -> tuple[Grain, ...]:
    """The granularities asked for or offered in running text."""
    return tuple(grain(match[0], match.start()) for match in _GRAIN.finditer(text))


_TIME_WORD = re.compile(
    r"(\d{1,3})?\s?(分钟|小时|半年|(?<![一-鿿])时|逐时|分时|日度|日|天|周|星期|旬|季度|季|月度|月|年度|年(?!龄))"
    r"|\b(hourly|daily|weekly|monthly|quarterly|yearly|annual|minute|hour|day|week|month|quarter|year)",
    re.IGNORECASE,
)
_SPACE_WORD = re.compile(rf"({_ZH})|\b({_EN})", re.IGNORECASE)
_METRES = re.compile(r"(\d{1,5}(?:\.\d)?|[几一二三五十百]{1,3})\s?(米|公里|千米|m\b|km\b|met)", re.IGNORECASE)
_RECORD = re.compile(
    r"逐[条笔起单户车人例]|企业级|单户|按企业|个体级|个人级|明细|到(?:企业|个人|单个)|"
    r"one (?:row|record) per|individual|(?:record|firm|company|household|patient|transaction)[- ]level",
    re.IGNORECASE,
)
_UNITS = {"逐时": "时", "分时": "时", "日度": "日"}
_EN_TIME = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter",
            "yearly": "year", "annual": "year"}  # fmt: skip


def grain(phrase: str, start: int = 0) -> Grain:
    """What a phrase such as 按日、到区县, monthly by province or 15分钟 says; all None when it says nothing known."""
    times, rest = [], phrase
    for match in _TIME_WORD.finditer(phrase):
        unit = match[2] or _EN_TIME.get(match[3].lower(), match[3].lower())
        times.append(float(match[1] or 1) * DAYS[_UNITS.get(unit, unit)])
        rest = rest.replace(match[0], " ")
    spaces = [SPACE[(match[1] or match[2]).lower()] for match in _SPACE_WORD.finditer(rest)]
    metres = [_metres(match) for match in _METRES.finditer(phrase)]
    return Grain(phrase, start, min(times, default=None), max(spaces, default=None), min(metres, default=None),
                 bool(_RECORD.search(phrase)))  # fmt: skip


def _metres(match: re.Match[str]) -> float:
    length = {"几百": 500.0, "百": 100.0, "几": 5.0, "几十": 50.0, "一百": 100.0, "五百": 500.0}.get(match[1], 0.0)
    length = length or (float(match[1]) if match[1][0].isdigit() else number(match[1]) or 100.0)
    return length * (1_000 if match[2] in ("公里", "千米", "km") else 1)


# ------------------------------------------------------------------------------------- formats and delivery
FORMATS = {
    "table": r"excel|xlsx?|csv|tsv|et\b|表格|汇总表|统计表|电子表|电子版|电子档|spreadsheets?|(?<=\()table(?=\))",
    "json": r"geojson|jsonl?|json",
    "xml": r"xml|rdf",
    "geo": r"shapefile|shp|geojson|kmz|kml|gis(?:\s?(?:files?|文件|矢量|数据))?|矢量(?:文件|格式)|gdb|geopackage|"
    r"国家2000(?:坐标系)?|gcj-?02|bd-?09|cgcs2000|wgs-?84",
    "raster": r"geotiff|tiff?|netcdf|hdf5?|grib2?|栅格|png|jpe?g",
    "text": r"pdf|pptx?|扫描件|纸质(?:版|件)?|docx?|word(?:文档)?|txt|html|rtf|plain\stext|纯文本",
    "columnar": r"parquet|arrow|orc|sqlite",
    "statistics": r"stata|\.?dta|spss|sav|sas7bdat|rdata",
    "imaging": r"dicom(?:格式)?|nifti",
    "drawing": r"dwg|dxf|las|laz|ifc",
    "media": r"mp4|mp3|wav|avi|flac",
}
"""Families of file formats that stand for each other; a name can belong to several."""

DELIVERY = {
    "api": r"(?:restful\s?|web\s?)?apis?(?![a-z])(?:\s?接口)?(?:实时查询|调用)?|web\s?service|http|endpoint|"
    r"在线查[询看]|网页(?:浏览|能查|可查)|页面查[询看]|网页查[询看]|实时查询|专线(?:接口|接入|传输)?|(?:批量"
    r"|查询|数据|共享"
    r"|标准)?接口(?:方式|服务|调用|查询|返回|对接)*",
    "download": r"(?:网盘|直接|文件|在线|批量|平台|可)?下载(?!次数|量)(?:文件)?|downloads?|bulk\s(?:files?|download)|"
    r"网盘|file\b|files\b|(?:邮件)?附件|object\sstorage|s3(?:\sbucket)?|对象存储|云盘|移动硬盘|离线(?:交付|提供"
    r"|拷贝)|线下(?:移交|交付|拷贝)|"
    r"s?ftp|文件(?:传输|交付|推送)|"
    r"离线(?:数据)?包(?!含|括)|数据包(?!含|括)|数据集交付|邮件|邮箱|e-?mail|拷贝|硬盘(?:寄送|邮寄)?|光盘|u盘",
    "push": r"(?:批量)?(?:文件)?推送|推(?:给|到)[^，。；的]{1,6}|"
    r"短信(?:通知|推送|提醒)?|每(?:天|日|月|周)推[^，。；]{1,14}?(?=[都也]?可以|[都也]行|即可|就行|[，。；]|$)"
    r"|消息队列|kafka|webhooks?|订阅|"
    r"stream(?:ing)?\s(?:api|data|feed)",
    "database": r"库表(?:交换)?|数据库(?:同步|直连|交换)|前置机|database\s(?:dump|access)",
    "enclave": r"可信(?:数据)?(?:环境|空间|执行环境)|隐私计算|联合建模|联邦学习|沙箱|多方安全计算|数据不出域|"
    r"可用不可见|专网(?:共享|传输|接入)?|enclave|sandbox|clean\sroom|secure\senvironment",
    "model": r"模型(?:服务|调用)|核验服务|核查服务|报告(?:形式|方式)",
    "screen": r"接入[^，。；数]{0,8}(?:大屏|平台|系统)|大屏",
}
"""Families of delivery modes."""

_JOIN = r"(?:\s?(?:、|/|或者?|和|及|或是|,\s?|，|\+|\bor\b|\band\b|,\s?or\b|,\s?and\b)\s?(?:是|者)?(?:an?\s)?)"


def _families(table: dict[str, str]) -> re.Pattern[str]:
    # English names must not start or end inside a longer English word; Chinese characters around are fine.
    return re.compile("|".join(rf"(?P<{key}>(?<![A-Za-z0-9_])(?:{form})(?![A-Za-z0-9_]))"
                               for key, form in table.items()), re.IGNORECASE)  # fmt: skip


_FORMAT = _families(FORMATS)
_DELIVERY = _families(DELIVERY)
_MEMBERS = {
    **{key: re.compile(rf"(?<![a-z])(?:{form})(?![a-z])", re.IGNORECASE) for key, form in FORMATS.items()},
    **{key: re.compile(rf"(?<![a-z])(?:{form})(?![a-z])", re.IGNORECASE) for key, form in DELIVERY.items()},
}


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


# -------------------------------------------------------------------------------------------------- money
_AMOUNT = r"(?:\d[\d,，]{0,11}(?:\.\d{1,2})?|[一二两三四五六七八九十几百千]{1,5})"
_MONEY = re.compile(
    rf"(?P<coin>港币|港元|新台币|台币|美金|美元|欧元"
    rf"|人民币)?(?:\d{{1,4}}\s?[-—~～至到]{{1,2}}\s?)?(?P<amount>{_AMOUNT})\s?(?P<scale>万|千|百|亿|k\b"
    rf"|K\b)?\s?(?P<unit>元人民币|人民币|元|块钱|块|RMB|rmb|"
    rf"yuan|CNY|美元|美金|港币|港元|新台币|台币|欧元|HKD|HK\$|USD|yen|日元|euros?|EUR|dollars|万)?(?:钱)?"
    r"(?P<tail>\s?(?:per|a)\s(?:year|month|annum|call|record)|(?:/|每)?(?:年|月|次|条|天)?(?:左右|以内|之内|以下"
    r"|上下|以里|内|封顶|以上|出头|为限|不超)?)"
)
_MONEY_LEAD = re.compile(
    r"(?:年度|每年|一年|每月|一个月|每次|单次|按年|按月|首年|总)?(?:总?预算(?:区间|上限|金额)?|总?经费|总额|费用"
    r"|价格|报价|总价|年费|单价|最高限价|限价)?"
    r"(?:一年|每年|每月|一个月|单次|每次|为|是|约|大约|大概|在|控制在|可支持|支持|不超过|不高于|上限|最多|：|"
    r":|就|，|按|不到|\s){0,4}$"
)
_MONEY_EN = re.compile(
    r"(?P<lead>\b(?:[Bb]udget|[Uu]p to|[Uu]nder|[Bb]elow|[Aa]t most|[Mm]ax(?:imum)?)(?:\s(?:is|of|up to|about|"
    r"around|under|at most|"
    r"limited to|capped at)){0,2}\s)?(?P<sign>[$€£¥]|RMB\s?|CNY\s?|USD\s?|US\$\s?|"
    r"EUR\s?)\s?(?P<amount>\d[\d,]{0,11}(?:\.\d{1,2})?)\s?"
    r"(?P<scale>k|K|thousand|million)?(?P<tail>\s?(?:per|a|/)\s?(?:year|month|annum|call|record))?"
)
_YUAN = (None, "元人民币", "人民币", "元", "块钱", "块", "RMB", "rmb", "yuan", "CNY", "万")
_NO_MONEY = re.compile(r"(?<!非)免费(?!试用|开放|领|停车|义务)|\bfree of charge\b|\bfor free\b", re.IGNORECASE)
_SCALES = {"万": 10_000, "千": 1_000, "百": 100, "亿": 100_000_000, "k": 1_000, "K": 1_000, "thousand": 1_000,
           "million": 1_000_000}  # fmt: skip


class Money(msgspec.Struct, frozen=True):
    """A budget: at most ``limit`` yuan per ``days`` (None: for all of it; 0: per call or record).

    ``limit`` is None for a foreign currency; ``about`` allows a tenth more."""

    phrase: str
    start: int
    limit: Decimal | None
    days: float | None
    about: bool


@lru_cache(maxsize=4_096)
def budgets(text: str) -> tuple[Money, ...]:
    """The amounts of money named in ``text``. A bare 15万 counts only beside 预算, 经费, 左右, 以内 or the like."""
    found = [_budget(match) for match in _MONEY.finditer(text)]
    free = [Money(match[0], match.start(), Decimal(0), None, False) for match in _NO_MONEY.finditer(text)]
    english = [_budget_en(match) for match in _MONEY_EN.finditer(text)]
    return (*(money for money in found if money), *english, *free)


def _budget(match: re.Match[str]) -> Money | None:
    begin = max(0, match.start() - 16)
    before = _MONEY_LEAD.search(match.string[begin : match.start()])
    lead = before[0].lstrip("，,：: \n\t") if before else ""
    tail, scale = match["tail"], match["scale"]
    marked = (
        re.search(
            r"预算|经费|总额|费用|价|左右|以内|之内|以下|上下|封顶|年费|内$|为限|不超|最多",
            lead + (match["coin"] or "") + tail,
        )
        or match["coin"]
    )
    if match["amount"] == "几" or (
        not match["unit"] and not (marked and (scale == "万" or (match["amount"][-1] in "千百" and lead)))
    ):
        return None
    if match["unit"] == "块" and not marked and not match[0].endswith("钱") and len(match["amount"]) == 1:
        return None
    amount = _amount(match["amount"]) * _SCALES.get(scale or "", 1) * (10_000 if match["unit"] == "万" else 1)
    foreign = (match["coin"] or "人民币") != "人民币" or match["unit"] not in _YUAN
    phrase = lead + match[0]
    return Money(phrase, match.start() - len(lead), None if foreign or not amount else Decimal(str(amount)),
                 _period(lead + tail), bool(re.search(r"左右|上下|约|大概", phrase)))  # fmt: skip


_PRICED = (
    ("每次|单次|次|条|per call|per record", 0.0),
    ("年|year|annum", 365.0),
    ("月|month", 30.0),
    ("天|日|day", 1.0),
)


def _period(text: str) -> float | None:
    for words, days in _PRICED:
        if re.search(words, text):
            return days
    return None


def _amount(text: str) -> float:
    if text[0].isdigit():
        return float(text.replace(",", "").replace("，", ""))
    if len(text) == 2 and all(c in "一二两三四五六七八九" for c in text):
        return number(text[1])
    value = number(text)
    return value if value == value else 0.0


def _budget_en(match: re.Match[str]) -> Money:
    yuan = match["sign"].strip() in ("¥", "RMB", "CNY")
    amount = Decimal(match["amount"].replace(",", "")) * _SCALES.get(match["scale"] or "", 1)
    return Money(match[0], match.start(), amount if yuan else None, _period(match["tail"] or ""),
                 bool(re.search("about|around", match[0])))  # fmt: skip


def price_period(unit: str) -> float | None:
    """Days one price pays for: 元/年 365, per month 30, per call or record 0; None for once and for all."""
    return _period(unit.replace("元", ""))
