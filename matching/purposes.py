"""What the data is wanted for, as the demand says it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matching.wording import Piece

_PLANS = r"(?:开展|编制|研究|做好|做|建设|建立|推进|加强|优化|完善|评估|测算|构建|撰写|支撑|了解|分析|参与|承担|改进|筹建|训练|开发)"
_CHINESE = re.compile(
    rf"""(?:为了?|旨在)(?P<for>(?:(?:进一步|更好地?|切实)?{_PLANS})[^，,；;。：:]{{2,50}})(?=[，,；;。：:]|$)
    |(?:用途(?:仅限|为|是|：|:|限于)?|用于|仅限用于|(?<=数据)仅限|主要用来|用来|应用于|服务于|目的(?:是|为)?)(?P<use>[^，,；;。]{{2,40}})
    |(?:正在|拟|准备|打算|计划|想|要|一项|课题[^，,；;。]{{0,6}}|专门|主要|承担[^，,；;。]{{0,20}}课题，?)(?P<plan>(?:开展|编制|研究|做(?!数据)|建设|建立|参与|测算|评估|迭代|搭建)(?!的)[^，,；;。]{{3,40}})
    |(?P<study>^研究[^，,；;。]{{4,40}}|(?<=[，,])研究[^，,；;。]{{4,40}})
    |(?:作为)(?P<basis>[^，,；;。]{{2,16}}(?:依据|参考|支撑))
    |(?:自己|拿来|好|来)做(?P<doing>[^，,；;。]{{2,20}}(?:参考|用|调度|分析|模型|评估)[^，,；;。]{{0,8}})
    |(?P<tail>(?:给|供|拿来|为)[^，,；;。]{{2,16}}用(?=[。；;，,]|$)|^[^，,；;。]{{2,20}}(?:选址|研究|分析|评估|建模|核查|教学|培训)用(?=[。；;，,]|$))""",
    re.VERBOSE | re.MULTILINE,
)  # fmt: skip
_ENGLISH = re.compile(
    r"""\b(?:[Ww]e|I)(?:\sare|'re|\sam|'m)\s(?:an?\s[^.,;]{2,50}\s)?(?P<doing>(?:reviewing|compiling|studying|building|researching|developing|analy[sz]ing|planning|preparing|conducting|
        assessing|modelling|modeling|training|writing|investigating|evaluating|designing|expanding|working\son)\s[^.;,]{3,90})
    |\b(?:[Tt]o|[Ii]n\sorder\sto)\s(?P<to>(?:feed|support|study|analy[sz]e|understand|assess|evaluate|model|predict|forecast|train|build|plan|estimate|compare|calculate|identify|monitor|improve|develop|research|determine|check|help)\s[^.;,]{3,90})
    |\bfeed\s(?:our|my|an?)\s(?P<feed>[^.;,]{3,60})
    |\b(?:[Pp]urpose|[Uu]se\scase|[Ii]ntended\suse)\s?(?:is|:|：)\s?(?:to\s)?(?P<label>[^.;]{3,100})
    |\bfor\s(?P<for>(?:our|my|an?|the)\s[^.;,]{0,30}?(?:stud(?:y|ies)|research|projects?|models?|analysis|thesis|app|report|reports|paper|dissertation|dashboard|planning|training|evaluation|purposes?|assignment)\b)
    |\b(?:used|useful)\s(?:for|in|to)\s(?P<used>[^.;,]{3,60})""",
    re.VERBOSE,
)  # fmt: skip
_TRIM = re.compile(r"[\s的]+$|(?:使用|之用)$")


def find(pieces: tuple[Piece, ...], text: str, *, chinese: bool) -> Iterator[tuple[int, int]]:
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
