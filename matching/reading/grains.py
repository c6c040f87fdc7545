"""How fine data is: in time (15分钟, 按月), in space (到区县, 1 km) or one record for each thing (逐条)."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from matching.reading.periods import DAYS, number

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
    "企业|单户企业|单户|户|公司|机构|医院|学校|个人|个体|人|车型|车种|货类|车辆|车|车牌号|船|批次|项目|病种|"
    r"行业|品种|商品|产品|科室|线路|"
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
    |(?P<to>(?<=[，,；;。、：:（(])(?:最好|至少|要求|能|可|要|须|得){{0,2}}到(?:每[个一家栋户]?|各|单[个家户]?|具体)?
        (?!目前|现在|去年|[今底期位时货账场处手访付馆达岗诊案会港店我你您\d]
        |站[就时])[一-龥]{{1,5}}?(?:（[^）]{{1,8}}）)?(?:一级|级别|级|层级|层面)?
        (?=[，,。；;、（(]|最好|更好|即可|就[行好可够]|也[行可]|$))
    |(?P<bare>(?:(?<=[，,；;。：:（(])|(?<=要求)|(?<=[给做能]到)
    |(?<=[须为]))(?:[一-龥]{{1,4}}(?<![等高初中低特甲乙丙丁升降评年班年上下])级(?:别)?
    |每(?:{_TIME})|[日周旬月季年][度均]|单户|单[车船店站]|逐(?![步渐])[一-龥]{{1,2}}|一[一-龥]一[条行档号码]
    |每[一-龥]{{1,2}}每(?:{_TIME}))(?=[，,。；;）)]|$|的?更好))
    |(?P<one>每[个家座条](?:{_ZH})(?=[的，,。；;]|都))
    |(?P<short>(?<![本当上下每个半近几两单双一二三四五六七八九十\d])[旬周月](?=数据(?:[，,。；;]|$)))
    |(?P<split>(?<=[，,；;。：:（(、])(?:按
    |分)(?![析布别公局行店享类级钟时期数值散支包拣红配担段娩子贝辨解发拨管次需量劳说理键摩揭照比]|要求|规定
    |协议|[^，。]{{1,8}}(?:计费|付费|收费|结算|付款)
        |合同|标准|批准|国家|现有|[以上]下?述?|年付|月付)[一-龥]{{1,6}}?(?:[、和及与/](?:按
        |分)?[一-龥]{{1,6}}?){{0,4}}(?=[，,。；;）)]|$))
    |(?P<unit>以(?:每[个一]?)?[一-龥]{{1,6}}(?:（[^）]{{1,8}}）)?为(?:统计|分析|基本|最小)?(?:单位|单元|粒度|尺度))
    |(?P<step>(?:\d{{1,3}}|[一二三五十]{{1,3}})\s?(?:分钟|小时|秒|天|日|个?月)(?:级|的?(?:分辨率|间隔|步长|粒度
        |采样|采集|观测|或更[密细短高]|一(?:[条次个]点?|点)(?=[，。；]|$))))
    |(?P<every_one>每(?:批|户|笔|单|家|辆|台|栋|班|架|艘|宗|件|例|所)(?:次)?(?=[都的]|一[条行]|[，。；]|$))
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
        |县|区(?![级域划块委])|市(?![场民级区县直委])(?=[一-龥]{{2}})
        |省份?(?![级直部会厅]))(?:（[^）]{{1,8}}）)?(?=[^一-龥]|[一-龥]))
    |(?P<apart>(?<![一-龥])分户|(?<=[放供取的])分户(?=的|数据))
    |(?P<code>[A-Za-z一-龥]{{1,4}}编码到\d{{1,2}}位)
    |(?P<record>(?:逐(?:次|件|条|笔|起|单|户|车|人|日|例)(?:记录|明细)?|(?:单户)?(?:企业|地块|站点|个体|个人
        |楼栋)级(?:别)?|明细级|微观数据))
    |(?P<tier>(?:{_ZH})(?:级别|级|一级|层级|粒度|尺度|层面)(?:层面)?(?=[^一-龥]|$|层面|的|数据|统计|汇总|及|和
        |或|即可|就|也|更|最|指标|边界|以上|定位|分布|[一-龥]{{0,4}}[数率量值额])(?!市|别墅|医院|示范|重点|以上
        |统计产量|课题|政府|部门
        |平台|机关|单位|财政|公路|名录|汇总表))
    |(?P<within>(?<=[省市州国])(?:县|乡镇|街道|村|市|区县|社区)级(?![市别公行部政单财])(?=[一-龥]{{2}}))
    |(?P<trend>(?:日度|周度|月度)(?=[一-龥]{{2}})(?!刷新|更新|报告|会议|预算|推送|提供))
        |(?P<span>(?<!不超过)(?<!延迟)(?:(?:\d{{1,3}}|[一二三五十]{{1,3}})\s?分钟|(?<!\d)小时|逐日
        |(?<![工作假当次每])日|日度|周度|月度|季度
        |(?<!统计)年度|分时|逐时|分钟级?)(?:级
        |粒度)?(?=(?:或(?:更细|季度))?(?:级|粒度|的)?(?:数据|观测|监测|统计|均值|汇总|气象|流量|序列|降雨
        |历史|值|或更细|报|颗粒度|间隔|$|[，,。；）)])))
    |(?P<en>\b(?:(?:(?:by|per|at(?:\sthe)?|down\sto(?:\sthe)?)\s(?:{_EN})s?\b|(?:by
        |per)\s(?:\d{{1,4}}\s?k?m\s)?{_NOUN_EN}(?:[- ](?!for|in|from|of|with|and|or|on|at|to|since|is|are|would
        |should|must|will|may)[a-z]{{3,12}})?(?=\s(?:and|or|for|in|from|of|with|since|to|on|at)\b|[,.;:]|$))
        |(?:(?:for|in)\s)?(?<!of\s)(?:each|every)\s(?:{_EN}|(?:(?:\d{{1,3}}|two|five|ten|fifteen
        |thirty)\s)?(?:minute|second|hour)|day|week|month|year)s?\b)
        (?:\s?[- ]level)?(?:(?:,|/|\sand\s|\sor\s|\s(?=by\s))\s?(?:by\s)?(?:(?:{_EN}|hour|day|week|month
        |quarter|year|sector|gender|industry|age|race|type|model|sex)\b)(?:\s(?:groups?|class(?:es)?|bands?
        |types?|categor(?:y|ies)))?)*)
    |(?P<en_level>(?i:\b(?:{_EN}|(?!high|low|top|entry|sea|ground|senior|water|service|multi
        |mid)[a-z]{{3,12}}(?=-)|individual|household|company|firm|record|patient
        |transaction)[- ]level(?:\s(?:data|aggregates|records|figures))?))
    |(?P<en_time>\b(?:[Nn]ightly|[Hh]ourly|[Dd]aily|[Ww]eekly|[Mm]onthly|[Qq]uarterly|[Yy]early|[Aa]nnual)(?:,?\s(?:or
        |and|/)\s(?:hourly|daily|weekly|monthly|quarterly|yearly|annual))?\b(?!\s(?:updates?|updating|refresh
        |feeds?|batch|extract|snapshot|deliver|by\sfile|report|salar|income|wage|budget|fee|cost|licen)))
    |(?P<en_row>\bone\s(?:row|record)\sper\s\w+)
    |(?P<en_res>\b\d{{1,4}}\s?(?:m|km|metres?|meters?)\s(?:resolution|grid|or\s(?:finer|better))
        |\b(?:\d{{1,3}}|one|two|five|ten|fifteen|thirty)[- ](?:minute|second|hour)(?:s)?(?:\sintervals?)?)""",
    re.VERBOSE,
)  # fmt: skip


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
