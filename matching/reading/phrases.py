"""The noun phrases of a request: where they begin and end, and which of their parts are fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from matching.text import STOP
from matching.types import Kind

Cut = tuple[Kind, int, int]
"""A piece of the text: what it is, from where, to where."""
LEAD = re.compile(
    r"[①-⑳•●▪■◆*】]|[\s：:，,、的之\"“”‘’「」·\-—]+|[（(][^（）()]{0,12}[）)]|一[份套批下些个种]|(?:覆盖|涉及"
    r"|关于|有关|针对|来自|下列|如下|以下|全部|"
    r"所有|各类|各个|各(?:区县|县区|乡镇|街道|地级市|地市|[县市区省])(?=[一-龥])|各(?![一-龥]?[级项])|全市|全省"
    r"|全县|本市|本地|我市|主要(?!指标)|当地|境内|省内|市内|"
    r"能(?:够)?(?:查询?|核验|提供|返回)|内(?!河|部|科|燃|分)|附近|周边|相关|正规的?|目前|最新|历年|分别|完整"
    r"|详细|其中|再有|其次是?|首先是?|另外|此外|"
    r"辖区[里内]?|(?:里|内)?(?:到底|究竟|总共|一共)?都?有(?:多少|哪些|几[家个所户])|"
    r"首先是?|其次是?|再次是?|最后是|同期|对应的|同时|以及|还有|并|另?[一二三四五六七八九][类个种块项份]?是"
    r"|另[一外][一-龥]?是"
    r"|（?[一二三四五六七八九十]+[）、]|第[一二三四五]|"
    r"\(?\d{1,2}[.、)）](?!\d)|如果能拿到|如果?能有?|[若能]有|[这近][几些]年来?|近年来?|顺带有?|如有可能|若有|"
    r"如有|也?希望有?|[两三四五六七八九十几]个(?:区县|县|市|省|乡镇|街道|园区)|区域|市(?![政场民级委]))|(?:和|及|"
    r"与)(?![平谐田县林顺硕静龙布阗政]|及|[^，]{1,6}(?:一致|匹配))"
)
_TAIL = re.compile(
    r"(?:[\s。，,、：:；;（(的啊吗呢吧了]|等(?:相关|方面|内容|各类)?(?:的)?(?:数据|信息|资料|情况|指标|字段)*|"
    r"以便.{0,30}|都?有哪些|都?开?在哪里?|最好|就行|即可|[都也]要有?|都有|的话|也行|也可以?|更好|就更好了?|"
    r"可以|能给到|自己(?:来)?[做用算].{0,20}|(?:进行|开展)(?:公开|市场)?(?:询价|采购|征集|招标|比选|磋商|调研|询比)"
    r"|如?果?若?能?(?:一并)?提供更佳|(?:作为?|做)(?:输入|参考|支撑|补充|依据|底图)|有多少|咋样|怎么样|如何|也想要|也想知道"
    r"|(?:如果?)?(?:有的?话?)?也?想?一并要|也想"
    r"|想要|优先|以及|或者?|方面|两种形式|这几类?|数据回来|"
    r"，?按[周月天日]的?|[则就](?=$)|大致|发来)$"
)
GENERIC = re.compile(
    r"^(?:(?:以下|下列|如下|相关|有关|外部|上述|本地|公开|这些|那些|大致|哪些|这?么?几块|一些|政府|开放|支持|"
    r"市场|业务|同类|我们?|他们|产品|免费|当地|历史|实时|批量|可|"
    r"一个|(?:[两三四五六]个?|几)(?:部分|类|块|方面|项|种|样)(?:数据|信息|资料|输入|内容|材料|东西)?|新|的|脱敏"
    r"|经?企业授权的?|经营类|主要|需求|查询|数据|位置|说明){0,6}(?:数据|信息|资料|资源|清单|名单|内容|"
    r"情况|服务|数据集|需求|回来|自己|记录|条件|主键|格式|均可|预算|方式|接口|结果|价格|说明)?(?:有|如下|大致有"
    r"|分.{0,3})?"
    r"|.{2,24}(?:支持|配合|协助)|.{2,24}所需的?(?:基础|相关|外部|各类)?(?:数据|信息|资料)(?:资源)?|.{0,8}[内前](?:交付|完成|提供|给到|反馈"
    r"|报送))$"
)
FIELD_WORD = re.compile(
    r"(?:名称?|姓名|地址|电话|位置|坐标|经纬度|范围|日期|时间|时刻|年份|年代|届次|编号|代码|文号|号码?|类型|"
    r"等级|状态|金额|数量|"
    r"人数|户数|面积|价格|单价|均价|费用|法人|代表人|投资人|经营者|产权人|资本|有效期|品牌|型号|规格|负责人|"
    r"责任人|容量|比例|"
    r"邮编|性质|来源|原因|机关|事由|说明|年龄段?|性别|学历|里程|次数|时长|频率|浓度|温度|湿度|气压|风速|风向|"
    r"车牌|船名|MMSI|时间戳|开发商|供应商|字典|经度|纬度|套数|床位数?|标签|评分|"
    r"楼龄|楼层|小区|联系人|业主|专业|限|标准|吨位|排名|单位|价|期|算法|口径)(?:（[^）]*）|\([^)]*\))?$"
)
MEASURE = re.compile(rf"(?:[量率额价数值]|方式|去向|类别|结果|情况|{FIELD_WORD.pattern})$")
"""What a record tells of one thing; three of them after 的 are its fields."""
_ENDING_FIELDS = re.compile(
    r"(?:(?:名称|详细地址|地址|联系电话|电话|位置|坐标|经纬度|联系方式|营业时间|停靠時間|邮编|法人|负责人|"
    r"床位数)(?:和|及|、|与|與)?){1,6}(?:信息|表|清单)?$"
)
ITEM = re.compile(r"、|(?:以及|和|及|与|或)(?=[^、]{2,}$)")
_WHERE = re.compile(
    r"(?:街道|乡镇|社区|[省市县区镇村国年月日级]|一带|[两三四五]地|沿线|境内|海域|以来|期间|时点|层面)$"
)
"""Places and times before 的, which own no fields."""
_SAYS_SOMETHING = re.compile(r"(?!您好|你好|大家好|谢谢)[㐀-鿿]{2}|[^\W\d_]{3}|[A-Za-z]{2}\d")


def trim(body: str, at: int, start: int, end: int, claims: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The part of ``start`` to ``end`` (offsets in a text that has ``body`` at ``at``) that is neither claimed at an
    edge nor made of words that carry nothing."""
    claims = list(claims)
    moved = True
    while moved and start < end:
        before = start, end
        if lead := LEAD.match(body, start - at, end - at):
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


def brief(items: Sequence[str]) -> bool:
    """Whether an enumeration is of names of fields rather than of things, going by their length."""
    return len(items) > 2 and sum(map(len, items)) <= 5.5 * len(items)


_ASKING = re.compile(r"(?:是不是|是否|有没有|有无|能不能|能否|会不会|几|多[少大高长久远])|.{2,8}(?:与否|有无|没有)$")
_BESIDES = re.compile(
    r"(?P<thing>.+(?:信息|数据|名单|名录|清单|记录|目录))(?:以及|及其?|和|与)(?P<field>[^、和及与]{2,6})$"
)


_ASIDE = re.compile(r"(?P<thing>[^（(]{2,40})[（(](?P<fields>[^（）()]{4,160})[）)](?P<rest>.*)$")
_HOLDER = re.compile(
    r"(?:数据|信息|名[单录册]|清单|目录|台账|记录|明细|档案|登记|结果|统计|情况|表|点|案件|项目|产品|店|企业|"
    r"公司|机构|学校|医院|园区|站|厂|小区|村)$"
)
"""What is kept of things, so that a list in parentheses after it is of its fields."""


def _aside(phrase: str) -> re.Match[str] | None:
    """``phrase`` taken apart when it has its fields in parentheses: 老旧小区信息（建成年份、户数）."""
    match = _ASIDE.match(phrase)
    if match is None:
        return None
    items = ITEM.split(match["fields"].strip("等 "))
    known = sum(1 for item in items if FIELD_WORD.search(item.strip()) or asks(item))
    held = _HOLDER.search(match["thing"]) is not None and (len(items) > 2 or known > 0)
    return match if len(items) > 1 and (held or 2 * known > len(items)) else None


def asks(item: str) -> bool:
    """Whether an item of a list is a question a field answers: 是否示范社, 有没有冷库."""
    return _ASKING.match(item.strip()) is not None


def nouns(phrase: str, start: int) -> Iterator[Cut]:
    """One topic or several, with the fields that close the phrase (…的位置、类型和责任人; …地址电话)."""
    if aside := _aside(phrase):
        yield from nouns(aside["thing"], start)
        yield Kind.FIELDS, start + aside.start("fields"), start + aside.end("fields")
        begin, end = trim(phrase, 0, aside.start("rest"), len(phrase), ())
        if end - begin > 1:
            yield from nouns(phrase[begin:end], start + begin)
        return
    owner, of, owned = phrase.rpartition("的")
    items = ITEM.split(owned)
    measured = brief(items) and 2 * sum(MEASURE.search(item) is not None for item in items) >= len(items)
    if (
        of
        and len(owner) > 1
        and len(items) > 1
        and not _WHERE.search(owner)
        and (measured or all(map(FIELD_WORD.search, items)))
        and not all(item[-1] in "价费额格" for item in items)
    ):
        yield Kind.TOPIC, start, start + len(owner)
        yield Kind.FIELDS, start + len(owner) + 1, start + len(phrase)
        return
    if (beside := _BESIDES.match(phrase)) and FIELD_WORD.search(phrase):
        yield Kind.TOPIC, start, start + beside.end("thing")
        yield Kind.FIELDS, start + beside.start("field"), start + len(phrase)
        return
    ending = _ENDING_FIELDS.search(phrase)
    if ending and ending.start() >= 2:
        yield Kind.TOPIC, start, start + len(phrase[: ending.start()].rstrip("的和与與及、"))
        yield Kind.FIELDS, start + ending.start(), start + len(phrase)
        return
    yield from split(phrase, start)


def split(phrase: str, start: int) -> Iterator[Cut]:
    """Long items of an enumeration are topics of their own; short ones are one topic."""
    items = phrase.split("、")
    sizes = [len(item) for item in items]
    apart = (len(items) > 2 and min(sizes) > 3 and sum(sizes) >= 7 * len(items)) or (len(items) == 2 and min(sizes) > 7)
    if not apart or "（" in phrase or "(" in phrase or "的" in phrase:
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
    if _SAYS_SOMETHING.search(phrase) and not GENERIC.match(phrase) and set(phrase.lower().split()) - STOP:
        ending = _ENDING_FIELDS.search(phrase)
        cut = best[0] + ending.start() if ending and ending.start() >= 2 else best[1]
        yield Kind.TOPIC, best[0], best[0] + len(text[best[0] : cut].rstrip("的和与與及、"))
        if cut < best[1]:
            yield Kind.FIELDS, cut, best[1]
