"""What the data is wanted for, as the demand says it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from matching.wording import Piece

_PLANS = (
    r"(?:开展|编制|研究|做好|做|建设|建立|推进|加强|优化|完善|评估|测算|构建|"
    r"撰写|支撑|了解|分析|参与|承担|改进|筹建|训练|开发)"
)
_CHINESE = re.compile(
    rf"""(?:为了?|旨在)(?P<for>(?:(?:进一步|更好地?|切实)?{_PLANS})[^，,；;。：:]{{2,50}})(?=[，,；;。：:]|$)
    |(?:用途(?:仅限|为|是|：|:|限于)?|(?<!可)用于|仅限用于|(?<=数据)仅限|主要用来|用来|应用于|服务于|目的(?:是
        |为)?)(?P<use>(?!验证)[^，,；;。]{{2,40}})
    |(?:正在|拟|准备|打算|计划|想|要|拟|一项|课题[^，,；;。]{{0,6}}|专门|主要
        |承担[^，,；;。]{{0,20}}课题，?)(?P<plan>(?:开展|编制|研究|建设|建立|开发|构建|撰写|训练|参与|测算
        |评估|迭代|搭建)(?!的)[^，,；;。]{{3,40}})
    |(?:拟|正|想|准备|计划|打算)(?P<whom>(?:对|为|会同|联合|面向|针对|利用|依托)[^，,；;。：:]{{2,24}}?(?:开展|建立|建设|编制|构建|开发|推出|设计|研究|制定|测算|评估)(?!的)[^，,；;。]{{2,30}})
    |(?:想|要|拟|计划|打算|准备)(?P<more>再?(?:新?开|扩建?|新设|新建|增设)(?!放|[发通])[^，,；;。]{{1,16}})(?=[，,；;。]|$)
    |(?:想|打算|准备|计划)(?P<make>做(?!数据|一批)[^，,；;。]{{3,30}}?)(?=[，,]|$)
    |承接(?:了|着)?(?P<taken>[^，,；;。]{{4,30}})(?=[，,]|$)
    |(?:打算|准备|计划|拟)(?:明年|今年|下半年|近期)?(?P<open>(?:去|到|在)[^，,；;。]{{2,20}}?(?:新建|再?开
        |开设|建|布局|扩)[^，,；;。]{{1,16}})
    |^\s?(?P<study>(?:研究|预测|训练|评估|测算|分析|监测预警|推销|写)[^，,；;。]{{3,40}})
    |^(?:我[行院司局校部]|本?课题组|我公司|公司|本公司|我单位|我们|我们课题组|本课题组)(?:现|目前)?(?:正在|在
        |从事|主要|拟)?(?P<ours>(?:开展|从事|建设|开发|做|迭代|筹建)(?!社|连锁|医药|林业|鲜花
        |奶茶)[^，,；;。]{{3,40}})
    |(?:从事)(?P<trade>[^，,；;。]{{3,20}}(?:优化|研究|分析|评估|设计))
    |(?:^|[；;])\s?(?:用途|校企合作项目|项目|场景|目的)\s?[：:]\s?(?P<named>[^，,；;。]{{2,40}})
    |(?:我们|我司)?(?:是)?做(?P<field>[^，,；;。的]{{2,16}})的(?:start-?up|创业|团队|公司|小组)
    |(?:正在|今年要|准备|要|记者)(?P<work>做(?!数据|医药|一批)[^，,；;。]{{3,40}})
    |^\s?(?P<np>[^，,；;。：:的]{{2,18}}(?:模型|平台建设|选址|研究|课题|评估|测算|定价|核验项目))$
    |(?:作为)(?P<basis>[^，,；;。]{{2,16}}(?:依据|参考|支撑))
    |(?:自己|拿来|好|来)做(?P<doing>[^，,；;。]{{2,20}}(?:参考|用|调度|分析|模型|评估)[^，,；;。]{{0,8}})
    |(?P<tail>(?:给|供|拿来|为)[^，,；;。]{{2,16}}用(?=[。；;，,]|$)|^[^，,；;。]{{2,20}}(?:选址|研究|分析|评估|建模|核查|教学|培训)用(?=[。；;，,]|$))""",
    re.VERBOSE | re.MULTILINE,
)  # fmt: skip
_ENGLISH = re.compile(
    r"""\b(?:[Ww]e|I|[Oo]ur\s[\w\s-]{2,40}?)(?:\sare|'re|\sam|'m|\sis)\s(?:an?\s[^.,;]{2,50}\s)?(?P<doing>(?:reviewing|compiling|pricing|mapping|benchmarking|tracking|launching|studying|"
    r"building|researching|developing|analy[sz]ing|planning|preparing|conducting|
        assessing|modelling|modeling|training|writing|investigating|evaluating|designing|working\son)\s[^.;,]{3,90})
    |\b(?:[Tt]o|[Ii]n\sorder\sto)\s(?P<to>(?:feed|support|study|analy[sz]e|understand|assess|evaluate|model
        |predict|forecast|train|build|plan|estimate|compare|calculate|identify|monitor|improve|develop
        |research|determine|help)\s[^.;,]{3,90})
    |\bfeed\s(?:our|my|an?)\s(?P<feed>[^.;,]{3,60})
    |\b(?:[Pp]urpose|[Uu]se\scase|[Ii]ntended\suse)\s?(?:is|:|：)\s?(?:to\s)?(?P<label>[^.;]{3,100})
    |\bfor\s(?P<for>(?:our|my|an?|the)\s[^.;,]{0,30}?(?:stud(?:y|ies)|research|projects?|models?|analysis
        |thesis|app|report|reports|paper|dissertation|dashboard|planning|training|evaluation|purposes?|assignment)\b)
    |\bsupport\s(?P<support>(?:our|my|the)\s[^.;,]{3,60})
    |\bfor\s(?P<ing>(?:forecast|predict|analy[sz]|train|study|plan|model|estimat|monitor|research|evaluat
        |assess)ing\s[^.;,]{3,60})
    |\b(?P<study>study|research|academic|educational)\spurposes?\b
    |\b(?:used|useful)\s(?:for|in|to)\s(?P<used>[^.;,]{3,60})""",
    re.VERBOSE,
)  # fmt: skip
_TRIM = re.compile(r"[\s的]+$|(?:使用|之用)$|\s(?:we|I)\s(?:need|require|want|seek|would|are)\b")


def find(pieces: Sequence[Piece], text: str, *, chinese: bool) -> Iterator[tuple[int, int]]:
    """Where ``text`` says what the data is for: start and end of each phrase, at most two, in order."""
    count = 0
    for piece in pieces:
        for match in (_CHINESE if chinese else _ENGLISH).finditer(piece.text):
            name = match.lastgroup
            if not name:
                continue
            start, end = piece.start + match.start(name), piece.start + match.end(name)
            tail = _TRIM.search(text, start, end)
            end = tail.start() if tail else end
            if end - start >= 2:
                yield start, end
                count += 1
                break
        if count == 2:
            return
