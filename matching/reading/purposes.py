"""What the data is wanted for, as the demand says it.

A text that names its use (用于, 为…, 供…使用, to support) is taken at its word; only when it does not, what the
writer says to be working on (正在编制, 承担, we are building) is the purpose, and last of all a use that says
little (仅用于论文, for research purposes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from matching.reading.asking import request
from matching.reading.headings import heading, vague
from matching.reading.wording import Piece
from matching.types import Kind

_X = r"[^，,；;。：:！？!?\n]"
_GOOD = r"(?:进一步|更好地?|切实|全面|及时|有效|尽快|深入|精准|科学)*"
_PLANS = (
    r"(?:开展|编制|研究|做好|做|建设|建立|推进|加强|优化|完善|评估|测算|构建|"
    r"撰写|支撑|了解|分析|参与|承担|改进|筹建|训练|开发|制定|识别|提升|提高|落实|掌握|摸清|防范|判断|验证|配合|满足|"
    r"推动|解决|强化|规范|实现|确定|监测|预测|校核|核实)"
)
_MAKES = (
    r"(?:研发|研制|开展|编制|研究|建设|建立|开发|构建|撰写|训练|参与|测算|评估|迭代|搭建|制定|起草|筹建|筹备|推进|推出"
    r"|上线|打造|布局|"
    r"设计|申报|优化|完善|改造|升级|策划|调整|改进|改善|扩大|编修|编写|撰写|评价|考核|核定|筛选|排查|整治|推广"
    r"|投放|选址|新建|扩建|增设|拓展|进军|扩展|上(?:一?[套个]|马)|创建|办|搞(?!到|清)|开设|探索|出台|组建|投产"
    r"|修订|论证|启动|实施|考察|探讨|预测|分析|研判|识别|监控|追踪|筛查|治理|打击|防控|管控|核实|监管|摸底|审计|"
    r"复核|追溯|溯源|预警|调度|动态|建[个一座])"
)
_WILLS = r"(?:正在|正?谋划|正|拟|准备|打算|计划|想要?|要|着手|最近在|筹划|将要?|一项|专门|主要)"
_NO_AIM = (
    r"(?!主(?!动)|准(?!确)|例|期|佳|宜|单位|基准|界|条件|键|止|限|查询|辅|空|零|何|什么|其他|我[提供]|"
    r"[一二三四五六七]类|一[家所个名])"
)
_FIRM = rf"(?!{_X}{{2,40}}(?:公司|企业|机构|单位|部门|集团|协会|中心|银行|合作社|平台|大学|[一-龥][商店厂场社院所])$)"

_TASK = (
    r"(?:选址|研究|评估|测算|预测|建设|项目|课题|规划|设计|定价|风控|监管|监测|预警|调度|排查|核查|审核|"
    r"营销|招商|备课|训练|贷款|放款|投标|培训|考核|审批|理赔|核保|选品)"
)

_USES = re.compile(
    rf"""(?:^|[：:])\s*(?:[我本该][一-龥]{{1,3}}|公司)?(?:为了?|旨在){_NO_AIM}{_FIRM}(?P<aim>{_X}{{4,60}}?)(?=$|[：:]
        |(?:现|特|急)?(?:需要|需[获采调收])|(?:现|特)[面拟向征])
    |^\s?(?P<before>(?!我|本|现|拟|急|请|因|经){_X}{{2,18}}?{_TASK})(?=(?:现|急|亟)?(?:需要|需[获采调收]|想要|求购))
    |(?:购置|采购|获取|征集|需要?|提供|调取)(?P<wherefor>{_X}{{4,24}}?)所需的?(?:基础|相关|外部|各类)*(?:数据
        |信息|资料)
    |(?:^|[：:])\s?兹?因(?P<owing>(?:办理|{_PLANS}){_X}{{3,40}})(?=$)
    |^\s?(?P<wants>(?!我|本|现|拟|急|请|因|经){_X}{{3,20}})需要(?=$)
    |^\s?(?P<building>{_PLANS}{_X}{{3,24}})需要(?=[：:])
    |(?:兹?因|由于){_X}{{0,2}}?(?P<cause>{_X}{{3,24}})需要(?=$)
    |(?:为了?|旨在)(?P<for>{_GOOD}{_PLANS}{_X}{{2,50}})(?=$|[：:])
    |(?:用途|(?<!项)目的(?!地)|用处|目标(?=[是为]))(?:仅限于?|主要为|主要是|限于|在于|为|是|[：:])?(?P<use>{_X}{{2,40}})
    |(?:(?<![可适不])用于|仅限用于|(?<=数据)仅限|(?:主要|拿|可)?用[来作以在](?!的|线)|应用[于到在]|服务于
        |拿[来去])(?P<used>(?!验证){_X}{{2,40}})
    |(?:以便于?|便于|好让|从而|^\s?好)(?P<so>(?!的){_X}{{4,40}})
    |(?P<backs>支撑{_X}{{2,20}}?)的(?:数据|资料|信息)
    |(?:供(?![应给货暖水电热气销需])|给|拿来|为)(?P<whom>{_X}{{2,24}}?(?:使用|参考|决策|调用|跑业务用|用))(?=$)
    |^\s?(?P<tail>(?!可|能|也|均|都|不|直接|需|通过|以|免费|在|必|数据|仅|只|应
        |要){_X}{{0,20}}?(?:(?<=[一-龥]{{2}})(?<!方式)使用|之用
        |专用|招商用|{_X}[^，,；;。：:费信作利占征使公民通共适引采食药军租商可能不够常启调耐会没要好法]用))(?=的?$|[：:])
    |^\s?(?P<meant>{_X}{{2,18}}?{_TASK})用的(?=[一-龥]{{2}})
    |作为(?P<basis>{_X}{{2,20}}?(?:依据|参考|支撑|基础|输入|底数))
    |(?:自己|拿来|好|来|数据)做(?P<doing>{_X}{{2,20}}(?:参考|用|调度|分析|模型|评估|预估|预测|测算|定价|优化
    |规划|判断|决策|研判
        |监控){_X}{{0,8}})
    """,
    re.VERBOSE,
)  # fmt: skip
_WORKS = re.compile(
    rf"""{_WILLS}(?:明年|今年|下半年|近期|年内|新|再|联合|自主|共同)*(?P<plan>{_MAKES}(?!的){_X}{{3,40}})
    |(?:准备|打算|计划|拟|想|正)(?:明年|今年|下半年|近期|年内)?(?P<with>(?:对|为|会同|联合|面向|针对|利用|依托
        |给){_X}{{2,24}}?(?:{_MAKES}|做|装|加装|配备|发放|开通|投保|定价)(?!的){_X}{{2,30}})
    |(?:正在|今年要|准备|要|记者|在|想|打算|计划)(?P<work>做(?!数据|一批|医药){_X}{{3,40}})(?=$)
    |(?:在|正|想|要|准备|打算|计划)写(?P<write>{_X}{{2,36}}?(?:论文|报告|课题|文章|报道|稿子|书))(?=$)
    |做(?P<degree>{_X}{{3,30}}?)的?(?:毕设|毕业设计|毕业论文|毕业课题|大创|队列(?:研究)?|调研)
    |做(?P<studied>{_X}{{3,30}}?(?:研究|课题|评估|分析))的(?=$)
    |(?:要|想|来|正|拟)(?:给|帮|替)[一-龥]{{1,8}}做(?P<client>(?!的){_X}{{4,30}})(?=$)
    |^\s?(?:[一-龥]{{2,14}}?(?:局|委|厅|办|中心|公司|部|院
    |会))?(?P<listed>(?!关于){_X}{{4,18}}?)(?<!数据)(?:数据|信息)(?:共享)?需求(?:清单|说明|表|书)?(?=$|[：:（(])
    |就(?P<matter>{_X}{{4,30}}?)开展(?:工作|评估|调查|研究|论证)?(?=$)
    |(?P<due>尽调用|备课用|汇报用|^\s?(?:科研|教学|学术研究|(?:毕业)?论文|毕业设计|毕设))(?=$)
    |^\s?(?P<needed>{_X}{{2,18}}?)(?:要用|需用|急用)(?=$|[：:])
    |(?P<graded>对{_X}{{2,16}}?做{_X}{{2,16}})(?=$)
    |(?:承接|受托开展|受委托开展|承担|牵头|启动|主持|承建)(?:了|着)?(?P<taken>{_X}{{4,36}})(?=$)
    |^\s?(?:[^，。：:]{{2,14}}(?<!据)(?<!求)(?<!途)(?<!需)[：:])?(?P<study>(?:研究(?!方向|需要|所需|院|所|生)|预测
    |训练|评估|测算|分析|识别|筛查|监测预警|推销|写){_X}{{3,40}})
    |(?:课题|项目|论文|题为|基金)[“"《「](?P<quoted>{_X}{{4,40}}?)[”"》」]
    |^\s?(?P<gift>给[一-龥]{{1,4}}(?:买|选|办|装|配|做)(?!的){_X}{{2,16}}|给[一-龥]{{2,10}}找(?:客户|渠道|货源
    |供应商|项目|合作))(?=$)
    |(?:题目|选题|课题(?:名称)?|方向|(?:论文|毕设|毕业设计)[写做]的)(?:是|为|叫|[：:])(?P<title>{_X}{{4,40}})
    |^\s?(?:我[行院司局校部厅委站馆社所队处县区市]|我们|我公司|我单位|本?课题组|本?公司|本[行院司局校部]|本单位
        |本项目)[一-龥]{{0,6}}?(?:正在|在|主要|拟)?(?P<ours>{_MAKES}(?!的|社){_X}{{3,40}})
    |(?:从事)(?P<trade>{_X}{{3,20}}(?:优化|研究|分析|评估|设计))
    |(?:我们|我司)?(?:是)?做(?P<field>[^，,；;。的]{{2,16}})的(?:start-?up|创业团队|小组)
    |(?:引入|利用|借助|结合|基于){_X}{{2,14}}?(?P<by>(?:{_MAKES}|识别|预测|增强|提升|辅助)(?!的){_X}{{2,30}})
    |^\s?(?![\d（(一二三四五六七八九十][.、）)是]|{_X}{{0,14}}(?:承担
        |承接|开展))(?P<np>[^，,；;。：:的]{{2,18}}(?:(?:风控|定价|评分|评级|预测|预报|评估|识别|调度|估值)模型
        |平台建设|选址|研究|课题|评估|测算|定价|核验项目))$
    |^\s?(?P<begun>(?:开发|研发|制作|搭建|建设|筹建|编制|构建)(?!的
        |商){_X}{{3,40}}(?<!数据)(?<!信息)(?<!名单)(?<!情况))$
    |(?:论文|课题|项目|博士|硕士)(?:主要)?(?P<thesis>研究{_X}{{4,40}})
    |(?:在|接了?|代理|承办)一?[个批项单]?(?P<case>(?!{_X}{{1,8}}有[\d一二三四五六七八九几]){_X}{{4,40}}(?:案子|案件|可研|项目|课题|后评估|评估|单子))(?=$)
    |(?:打算|计划(?![与和及、发到开停数量内外]|生育|单列)|准备|筹划|想(?![着法象必])|拟(?!合))(?:明年|今年
    |下半年|近期|年内|先
        |要)*(?P<will>(?!先?把.{{1,8}}[弄摸搞]|提前知|向|[要的知晓了看找买查问])[一-龥]{_X}{{3,40}})(?=$)""",
    re.VERBOSE,
)  # fmt: skip
_USES_EN = re.compile(
    r"""\b(?:[Tt]o|[Ii]n\sorder\sto|so\s(?:that\s)?(?:we|I)\scan)\s(?P<to>(?:feed|support|study|analy[sz]e
        |understand|assess|evaluate|model
        |predict|forecast|train|build|plan|estimate|compare|calculate|identify|monitor|improve|develop|set
        |decide|price
        |design|validate|test|calibrate|optimi[sz]e|detect|prepare|measure|benchmark|track|write|choose|select|screen
        |research|determine|help|inform|reduce|prioriti[sz]e|map|site|locate)\s[^.;,]{3,90})
    |\bfeeds?\s(?:into\s)?(?:our|my|an?|the)\s(?P<feed>[^.;,]{3,60})
    |\b(?:[Ff]or|[Ii]nto|[Ii]n|[Bb]ehind)\s(?P<for>(?:our|my|an?|the|use\sin)\s[^.;,]{0,40}?(?:stud(?:y|ies)
        |research|projects?|models?|analysis
        |thesis|app|book|chapter|article|tender|proposal|reports?|papers?|dissertation|dashboards?|planning|training|evaluation|purposes?|assignment
        |pricing|assessment
        |forecasts?|campaign|strategy|review|audit|tool|simulations?|underwriting|index)\b(?:\s(?:on|of|about
        |into)\s[^.;,]{3,50})?)
    |\b(?:[Aa]s\s)?[Pp]art\sof\s(?P<part>(?:our|my|an?|the)\s[^.;,]{3,60}?)(?=\s(?:we|I)\s|[.;,]|$)
    |\b(?:supports?|underpins?|informs?|guides?|drives?)\s(?P<support>(?:our|my|the|an?)\s[^.;,]{3,60})
    |\b[Ff]or\s(?P<ing>(?:forecast|predict|analy[sz]|train|study|plann|modell?|estimat|monitor|research|evaluat
        |assess|sett|pric|design
        |calibrat|test|validat|mapp|benchmark|compar|understand|track|decid|improv|writ|teach|underwrit|rout
        |optimi[sz])ing\s[^.;,]{3,60})
    |\b[Ff]or\s(?P<noun>(?!the\sfirst|each|every)[A-Za-z][\w\s-]{2,32}?(?:scoring|mapping|planning|pricing
        |modell?ing|analy(?:sis|tics)|research|forecasting|underwriting|monitoring|assessment|evaluation
        |management|due\sdiligence|training|benchmarking))\b(?=[.,:;]|\s?$)
    |\b[Ff]or\s(?P<study>(?:academic\s|non-commercial\s|scientific\s|educational\s|teaching\s
        |internal\s)?(?:research|study|teaching|planning|underwriting|benchmarking|modelling|modeling
        |educational)(?:\spurposes?)?)\b
    |\b(?:[Ii]t|[Tt]his|[Tt]hese|[Tt]he\sdata)(?:'s|\sis|\sare|\swill\sbe)\sfor\s(?P<itis>[^.;,]{3,60})
    |\bused\sto\s(?P<how>(?!be\b|have\b)[a-z]+\s[^.;,]{3,60})
    |\b(?:used?|useful)\s(?:it\s)?(?:for|in)\s(?P<used>[^.;,]{3,60})""",
    re.VERBOSE,
)  # fmt: skip
_WORKS_EN = re.compile(
    r"""\b(?:[Ww]e|I|[Oo]ur\s[\w\s-]{2,40}?|(?:[Mm]y|[Tt]he)\s\w+)(?:\sare|'re|\sam|'m
        |\sis)\s(?:an?\s[^.,;]{2,50}?\s)?(?:currently\s|now\s)?
        (?P<doing>(?!looking(?!\sat|\sinto)|seeking|searching|interested|trying|writing\sto|using|including|considering
        |requesting|asking
        |missing|buying|needing|collecting)
        (?:looking\s(?:at|into)|working\son|[a-z]{3,}ing)\s(?!in\s|at\s|for\s|into\s)[^.;,]{3,90})
    |\band\s(?:are|am)\s(?P<also>(?!looking|seeking|searching|interested|trying)[a-z]{3,}ing\s[^.;,]{3,60})
    |\b(?:[Ww]e|I|[Oo]ur\s[\w-]{2,20}|[Tt]he\s[\w-]{2,20}|^\s?An?\s[\w\s-]{2,30}?)\s(?P<does>(?!have\b|has\b
    |runs?\b|own|operate|sell|make|manage|import|export|serve
        |are\b|is\b|am\b|would\b|will\b)[a-z]{2,}\s[^.;,]{3,70}?)\sand\s
        (?:would\slike|needs?|wants?|requires?|seeks?|(?:are|is|am)\slooking)\b
    |\b(?:[Oo]ur|[Tt]he)\s[\w-]+\s(?:builds|develops|designs|maintains|plans)\s(?P<makes>[^.;,]{3,60})
    |^\s?I\s(?:study|research)\s(?P<field>[^.;,]{3,60})
    |^\s?(?:[Ww]e|I)\s(?:will\s|then\s)?(?P<uses>(?:train|calibrate|validate|benchmark|monitor|track|forecast
    |predict|score|map)\s
        [^.;,]{3,60}?)(?:\s(?:on|with|from)\s(?:it|them|this|these))?\.?\s?$
    |^\s?(?P<prior>Before\s[a-z]+ing\s[^.;:]{5,80})""",
    re.VERBOSE,
)  # fmt: skip
_TRIM = re.compile(
    r"[\s的]+$|(?:使用|之用)$|\s(?:and\s)?(?:(?:we|I)\s)?(?:needs?|requires?|wants?|seeks?|would)\b|\s(?:we|I)\sare\b"
)
_LITTLE = re.compile(
    r"(?:本|课题组?|我们?|内部|学术|科研|教学|论文|毕业|学位|硕士|博士|研究|写作|发表|非商业|公益|自用|政策建议"
    r"|政策|分析|"
    r"和|及|与|、|的|使用|目的|之?用|做|写|完成|设计|报告){1,12}$"
    r"|(?:an?\s|my\s|our\s|the\s)?(?:academic|scientific|non-commercial|educational|research|study|internal"
    r"|teaching|purposes?|use|only|\s)+$"
)
_NOTHING = re.compile(
    r"(?:一[项个]|某|国家级?|省级?|市级|重点|研发|计划|社科|社会|自然|科学|基金|课题|项目|工作|任务|的|青年|面上"
    r"|教育部|委托|[一-龥]{1,4}[委厅局](?=委托|课题|项目|的)|横向|纵向|"
    r"相关|有关|研究){1,12}$|(?:数据|信息|资料)|什么|哪"
)
_DUTY = re.compile(r"(?:深入|认真|全面)?(?:贯彻|落实|响应)(?!率|情况)")


class Aim(msgspec.Struct, frozen=True):
    """What may be the purpose at ``start`` to ``end`` of the text; ``plain`` when nothing says it plainer."""

    start: int
    end: int
    plain: bool


_WONDER = re.compile(
    rf"(?:想|(?<!需)要)先?(?P<aim>(?:看看|看一看|对比|比较|比一比|弄[明清]|搞[明清懂]|摸[清一排]|"
    rf"了解){_X}{{4,40}})(?=$)"
)
"""What a writer would like to see or compare, when what they ask for comes after it."""


_WONDERING = re.compile(r"(?:知道|了解|看看?|清楚?|明白)$")


def find(pieces: Sequence[Piece], text: str, *, chinese: bool) -> tuple[Aim, ...]:
    """Where ``text`` says what the data is for, in order: at most one phrase a clause."""
    found = [entry for piece in pieces for entry in islice(_read(piece, text, chinese), 1)]
    found += _wondered(pieces) if chinese else []
    best = min((rank for rank, _, _ in found), default=0)
    return tuple(Aim(start, end, rank == best) for rank, start, end in found)


def _wondered(pieces: Sequence[Piece]) -> Iterator[tuple[int, int, int]]:
    asked = ((index, request(piece.text)) for index, piece in enumerate(pieces))
    last = max((index for index, match in asked if match and not _WONDERING.search(match[0])), default=0)
    for piece in pieces[:last]:
        match = _WONDER.search(piece.text)
        if match:
            yield 1, piece.start + match.start("aim"), piece.start + match.end("aim")


def _read(piece: Piece, text: str, chinese: bool) -> Iterator[tuple[int, int, int]]:
    """Rank, start and end of what one clause gives as the purpose; the lower the rank the plainer it is said."""
    told = heading(piece.text)
    if told is not None:
        if told.kind is Kind.PURPOSE and not vague(piece.text[told.value :]):
            yield 0, piece.start + told.value, piece.start + len(piece.text.rstrip(" 。."))
        return
    for rank, pattern in enumerate((_USES, _WORKS) if chinese else (_USES_EN, _WORKS_EN)):
        for match in pattern.finditer(piece.text):
            name = match.lastgroup
            if not name:
                continue
            start, end = piece.start + match.start(name), piece.start + match.end(name)
            tail = _TRIM.search(text, start, end)
            end = tail.start() if tail else end
            phrase = text[start:end]
            if end - start < 2 or (rank and _NOTHING.match(phrase)) or (name == "will" and request(piece.text)):
                continue
            yield 2 if name == "field" or _LITTLE.match(phrase) or _DUTY.match(phrase) else rank, start, end
