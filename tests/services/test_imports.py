"""Files brought in, against a real PostgreSQL."""

import json
import re
from datetime import date
from decimal import Decimal

import asyncpg
import pytest

from market.db import prepare_connection
from market.domain.accounts import ANONYMOUS
from market.domain.errors import AlreadyExists, Invalid, NotFound
from market.domain.permissions import Role
from market.services import columns, demands, imports, products, readers, rejects
from market.services.imports import Order
from market.store import journal
from tests.given import NOW, Given
from tests.sheets import workbook

pytestmark = pytest.mark.anyio

GOOD = {
    "id": "p1",
    "title": "公路货运量日汇总",
    "description": "江苏省各县公路货运量的每日汇总",
    "tags": ["货运", "公路"],
    "themes": ["交通", "物流"],
    "publisher": "某省交通厅",
    "update_frequency": "每日",
    "price": "0.09元/次",
    "formats": ["xls", "csv"],
    "license": "无条件开放",
}


@pytest.fixture
async def own(url):
    """A connection outside any transaction, on a database of one's own."""
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    yield connection
    await connection.close()


class Market:
    """Brings files in for one supplier, or for whom is given."""

    def __init__(self, db, given, folder):
        self.db, self.given, self.folder = db, given, folder
        self.supplier = None

    async def holder(self):
        self.supplier = self.supplier or await self.given.supplier()
        return await imports.holder_of(self.db, self.supplier.organisation_name)

    def file(self, *rows, name="a.jsonl"):
        path = self.folder / name
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        return path

    async def bring(self, *rows, path=None, noun="product", live=False, by_publisher=False, batch=500, **options):
        mapping = columns.columns(noun, **options)
        source = readers.open_source(path or self.file(*rows), columns.is_heading(mapping, columns.NEEDED[noun]))
        holder = None if by_publisher else await self.holder()
        order = Order(noun=noun, columns=mapping, source="test", holder=holder, live=live)
        return await imports.run(self.db, order, source, now=NOW, batch=batch)

    async def products(self):
        rows = await self.db.fetch("SELECT id FROM product ORDER BY id")
        staff = await self.given.staff(Role.REGISTRAR)
        return [await products.get(self.db, staff, row["id"]) for row in rows]


@pytest.fixture
def market(own, tmp_path):
    return Market(own, Given(own), tmp_path)


async def test_a_row_becomes_a_product_with_everything_it_says(market):
    outcome = await market.bring(GOOD)
    assert (outcome.read, outcome.created, outcome.refused) == (1, 1, [])
    (product,) = await market.products()
    assert product.state == "draft"
    assert (product.price, product.price_unit, product.update_cycle) == (Decimal("0.09"), "call", "daily")
    assert (product.theme, product.tags) == ("交通", ("货运", "公路", "物流"))
    assert (product.delivery, product.opening) == (("file",), "unconditional")
    assert product.source_statement == "发布单位:某省交通厅"


async def test_listed_rows_walk_the_legal_edges_and_the_chain_holds(own, market):
    outcome = await market.bring(GOOD, GOOD | {"id": "p2", "description": ""}, live=True)
    assert (outcome.created, outcome.published, outcome.rejected) == (2, 1, 0)
    (waiting,) = outcome.refused
    assert waiting.stored
    assert "ten characters" in waiting.reasons[0][1]
    first, second = await market.products()
    assert (first.state, second.state) == ("listed", "draft")
    events = await journal.OF_OBJECT.all(own, "product", first.id)
    assert [(e.action, e.party, e.person_id) for e in events] == [
        ("create", "supplier", None),
        ("submit", "supplier", None),
        ("list", "registrar", None),
    ]
    assert all("test" in e.reason for e in events)
    assert await journal.BROKEN.all(own) == []
    assert (await products.get(own, ANONYMOUS, first.id)).title == GOOD["title"]


async def test_a_second_run_changes_only_what_differs(own, market):
    rows = [GOOD | {"id": f"p{n}"} for n in range(6)]
    await market.bring(*rows, live=True)
    before = {p.id: p.version for p in await market.products()}
    again = await market.bring(*rows, live=True)
    assert (again.created, again.changed, again.unchanged, again.published) == (0, 0, 6, 0)
    assert {p.id: p.version for p in await market.products()} == before

    rows[2] = rows[2] | {"description": "改过的描述，比原来的更详细一些", "price": "面议"}
    changed = await market.bring(*rows, live=True)
    assert (changed.changed, changed.unchanged) == (1, 5)
    third = (await market.products())[2]
    assert (third.revision, third.price, third.state) == (2, None, "listed")
    _, kept = await products.revisions(own, market.supplier, third.id)
    assert [(k.revision, k.content.price, k.person_name) for k in kept] == [(1, Decimal("0.09"), None)]
    assert [e.action for e in await journal.OF_OBJECT.all(own, "product", third.id)][-1] == "edit"


async def test_a_listed_product_is_not_changed_out_of_the_rules(market):
    await market.bring(GOOD, live=True)
    outcome = await market.bring(GOOD | {"description": "短"}, live=True)
    assert (outcome.changed, outcome.rejected) == (0, 1)
    (product,) = await market.products()
    assert (product.state, product.abstract) == ("listed", GOOD["description"])


async def test_what_people_decided_since_stays(own, market):
    await market.bring(GOOD, GOOD | {"id": "p2"}, live=True)
    first, second = await market.products()
    await products.act(own, market.supplier, first.id, "delist", now=NOW, reason="over")
    await products.act(own, market.supplier, second.id, "suspend", now=NOW, reason="pause")
    again = await market.bring(GOOD, GOOD | {"id": "p2"}, live=True)
    assert (again.unchanged, again.published) == (2, 0)
    assert [p.state for p in await market.products()] == ["delisted", "suspended"]
    other = await market.bring(GOOD | {"title": "别的标题"}, live=True)
    assert (other.rejected, other.changed) == (1, 0)


async def test_what_the_registrar_returned_is_not_listed_behind_their_back(own, market):
    registrar = await market.given.staff(Role.REGISTRAR)
    await market.bring(GOOD)
    (product,) = await market.products()
    await products.act(own, market.supplier, product.id, "submit", now=NOW)
    await products.act(own, registrar, product.id, "return", now=NOW, reason="unclear")
    assert (await market.bring(GOOD, live=True)).published == 0
    assert (await market.bring(GOOD | {"description": "说明清楚了的公路货运量描述"}, live=True)).published == 1


BAD = [
    ({"price": "NaN"}, "price", "not a number"),
    ({"price": -1}, "price", "negative"),
    ({"price": "413.89元/天"}, "price", "for the product"),
    ({"time_from": "2024-05-01", "time_to": "2024-04-01"}, "time_to", "ends before"),
    ({"title": ""}, "title", "Fill this in"),
    ({"title": "\x00\x07x"}, "title", "too short"),
    ({"title": "长" * 201}, "title", "too long"),
    ({"description": "x" * 10 * 1024 * 1024}, "description", "too long"),
    ({"update_frequency": "牲畜饲养"}, "update_frequency", "update cycle"),
    ({"id": "x" * 201}, "id", "too long"),
    ({"fields": ["a", "a"]}, "fields", "same name"),
    ({"tags": ["x" * 61]}, "tags", "too long"),
]


async def test_every_wrong_row_is_named_with_its_line_column_and_reason_and_the_others_stay(market, tmp_path):
    rows = [GOOD | {"id": f"bad{n}"} | bad for n, (bad, _, _) in enumerate(BAD)]
    outcome = await market.bring(GOOD, *rows, GOOD, GOOD | {"id": "p2"})
    assert (outcome.created, outcome.rejected) == (2, len(BAD) + 1)
    found = {refused.row.line: refused.reasons for refused in outcome.refused}
    for line, (_, column, part) in enumerate(BAD, 2):
        assert [c for c, _ in found[line]] == [column]
        assert part in found[line][0][1]
    assert found[len(BAD) + 2] == (("id", "The same id stands on line 1."),)


async def test_rejected_rows_are_mended_in_their_file_and_brought_in_again(market, tmp_path):
    good = [GOOD | {"id": f"p{n}"} for n in range(3)]
    await market.bring(
        good[0], good[1] | {"price": "-1", "title": 'a,"b"\n第二行'}, good[2] | {"description": ""}, live=True
    )
    outcome = await market.bring(good[1] | {"price": "-1"}, good[2] | {"description": ""}, live=True)
    path = tmp_path / "rejected.csv"
    rejects.write(path, outcome.refused)
    text = path.read_text("utf-8-sig")
    assert "price: " in text
    path.write_text(
        re.sub(",-1,", ",100,", text).replace(GOOD["title"] + ",,", GOOD["title"] + ",补上的描述，十个字以上,"), "utf-8"
    )
    mended = await market.bring(path=path, live=True)
    assert (mended.created, mended.changed, mended.published, mended.refused) == (1, 1, 2, [])
    stored = {p.id: p for p in await market.products()}
    assert {p.tags for p in stored.values()} == {("货运", "公路", "物流")}
    assert len(stored) == 3


async def test_control_characters_go_and_markup_stays_text(market):
    await market.bring(GOOD | {"title": "公路\x00货\x1b运", "description": "<script>alert(1)</script> & more\u200b"})
    (product,) = await market.products()
    assert product.title == "公路货运"
    assert "<script>" in product.abstract


async def test_a_csv_in_gb18030_with_chinese_headings(market, tmp_path):
    path = tmp_path / "目录.csv"
    path.write_bytes(
        "资源名称(必填),资源摘要,更新周期,开放属性,数据项,价格,时间范围\n"
        "水库水位,各大中型水库每日八时水位,每日,有条件开放,站码、水位,面议,2019年至今\n".encode("gb18030")
    )
    outcome = await market.bring(path=path)
    assert outcome.refused == []
    (product,) = await market.products()
    assert [f.name for f in product.fields] == ["站码", "水位"]
    assert (product.price, product.time_from, product.time_to) == (None, date(2019, 1, 1), None)
    again = await market.bring(path=path)
    assert (again.unchanged, again.created) == (1, 0)


async def test_a_workbook_with_formulas_and_merged_cells(market, tmp_path):
    rows = [
        ["产品目录", None, None, None],
        ["编号", "提供单位", "产品名称", "价格"],
        ["1", "交通局", "公路货运量", "=3500*2"],
        ["2", None, "铁路货运量", "=1+1"],
        ["3", None, "航道水深", 10],
    ]
    path = workbook(tmp_path / "a.xlsx", rows, merge=["A1:D1", "B3:B5"], stored={"D3": "7000"})
    outcome = await market.bring(path=path)
    assert outcome.created == 2
    (refused,) = outcome.refused
    assert refused.row.line == 4
    assert refused.reasons[0][0] == "价格"
    assert [(p.price, p.source_statement) for p in await market.products()] == [
        (Decimal(7000), "发布单位:交通局"),
        (Decimal(10), "发布单位:交通局"),
    ]


async def test_columns_are_mapped_and_defaults_fill_what_is_not_said(market):
    row = {"标识": "a", "什么": "公路货运量日汇总", "说": "江苏省各县公路货运量的每日汇总", "描述": "不要这一列"}
    outcome = await market.bring(
        row,
        given=["什么=title", "说=abstract", "描述="],
        defaults=["delivery=api", "source_statement=收费站", "price=5元/次"],
        live=True,
    )
    assert (outcome.published, outcome.refused) == (1, [])
    (product,) = await market.products()
    assert (product.abstract, product.delivery, product.price_unit) == (row["说"], ("api",), "call")


@pytest.mark.parametrize(
    "options",
    [
        {"given": ["a=nothing"]},
        {"defaults": ["nothing=a"]},
        {"defaults": ["price=much"]},
        {"defaults": ["delivery=快递"]},
    ],
)
def test_wrong_mappings_are_named(options):
    with pytest.raises(Invalid):
        columns.columns("product", **options)


async def test_records_without_a_description_can_be_described_by_their_other_columns(market):
    row = GOOD | {"description": ""}
    assert (await market.bring(row, live=True)).published == 0
    assert (await market.bring(row, live=True, describe=True)).published == 1
    (product,) = await market.products()
    assert product.abstract.startswith(GOOD["title"])
    assert "某省交通厅" in product.abstract


async def test_one_organisation_for_each_publisher_waits_for_its_credit_code(own, market):
    pretender = await market.given.supplier(verified=False)
    await own.execute("UPDATE organisation SET name = '某省交通厅' WHERE id = $1", pretender.organisation_id)
    rows = [GOOD, GOOD | {"publisher": "某市水利局"}, GOOD | {"id": "p2"}, GOOD | {"id": "p3", "publisher": ""}]
    outcome = await market.bring(*rows, by_publisher=True, live=True)
    assert (outcome.created, outcome.published, outcome.rejected) == (3, 0, 1)
    made = await own.fetch("SELECT id, name, state, kind FROM organisation WHERE credit_code = '' ORDER BY id")
    assert [(m["name"], m["state"], m["kind"]) for m in made] == [
        ("某市水利局", "registered", "supplier"),
        ("某省交通厅", "registered", "supplier"),
    ]
    assert {p.organisation_id for p in await market.products()} == {m["id"] for m in made}
    assert {p.state for p in await market.products()} == {"compliance_review"}
    assert (await market.bring(*rows, by_publisher=True)).unchanged == 3


async def test_whose_rows_they_are_must_be_one_organisation(own, market):
    one, other = await market.given.supplier(), await market.given.supplier()
    with pytest.raises(NotFound):
        await imports.holder_of(own, "nobody")
    ids = [one.organisation_id, other.organisation_id]
    await own.execute("UPDATE organisation SET name = '同名' WHERE id = ANY ($1)", ids)
    with pytest.raises(AlreadyExists):
        await imports.holder_of(own, "同名")
    code = await own.fetchval("SELECT credit_code FROM organisation WHERE id = $1", one.organisation_id)
    assert (await imports.holder_of(own, code.lower())).id == one.organisation_id


async def test_demands_get_a_title_and_lines_linked_to_their_phrases(own, market):
    rows = [
        {
            "id": "d1",
            "text": "我们需要江苏省2023年以来每日的公路货运量数据。用于运力预测。",
            "purpose": "运力预测",
            "预算": "5万元",
        },
        {"id": "d2", "text": "Taxi population in Singapore", "frequency": "monthly", "purpose": "a study"},
    ]
    outcome = await market.bring(*rows, noun="demand", live=True)
    assert (outcome.published, outcome.refused) == (2, [])
    ids = [row["id"] for row in await own.fetch("SELECT id FROM demand ORDER BY id")]
    first, second = [await demands.get(own, market.supplier, i) for i in ids]
    assert (first.title, first.budget, first.state) == ("我们需要江苏省2023年以来每日的公路货运量数据", 50_000, "open")
    for demand in (first, second):
        assert demand.lines
        for line in demand.lines:
            assert line.start < 0 or demand.text[line.start :].startswith(line.phrase)
    assert "monthly" in second.text
    again = await market.bring(*rows, noun="demand", live=True)
    assert again.unchanged == 2


async def test_lines_a_person_edited_survive_an_import_of_the_same_text(own, market):
    row = {"id": "d1", "text": "我们需要江苏省公路货运量的日数据"}
    await market.bring(row, noun="demand")
    (demand_id,) = [r["id"] for r in await own.fetch("SELECT id FROM demand")]
    demand = await demands.get(own, market.supplier, demand_id)
    content = demands.DemandContent(title=demand.title, text=demand.text, lines=demand.lines[:1])
    await demands.edit(own, market.supplier, demand_id, demand.version, content, now=NOW)
    await market.bring(row, noun="demand")
    assert len((await demands.get(own, market.supplier, demand_id)).lines) == 1


async def test_a_row_that_the_database_refuses_does_not_take_its_batch_along(own, market):
    await own.execute(
        "ALTER TABLE product ADD CONSTRAINT product_not_this CHECK (title <> '坏的标题')"
    )  # stands for any rule that only the database knows
    rows = [GOOD | {"id": f"p{n}"} for n in range(9)] + [GOOD | {"id": "odd", "title": "坏的标题"}]
    outcome = await market.bring(*rows)
    assert (outcome.created, outcome.rejected) == (9, 1)
    assert outcome.refused[0].row.line == 10


async def test_the_real_listings_come_in(market, shared_data):
    outcome = await market.bring(
        path=shared_data / "listings" / "china_data_exchanges.jsonl.gz", live=True, defaults=["delivery=file"]
    )
    assert outcome.read == 3460
    assert outcome.rejected < 30
    assert outcome.published > 3300
    core = await market.db.fetchval("SELECT count(*) FROM product WHERE data_class = 'core' AND state = 'listed'")
    assert core == 0
