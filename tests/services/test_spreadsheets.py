"""Products out in a spreadsheet and in again: exactly what was edited changes, once, and nothing is lost."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from market import i18n
from market.domain.errors import IllegalTransition, Invalid, NotFound
from market.domain.permissions import Role
from market.domain.products import Delivery, Field, FieldType, Opening, PriceUnit, ProductContent, ProductState
from market.domain.products import UpdateCycle as Cycle
from market.domain.spreadsheets import Outcome, Verdict
from market.services import accounts, products, spreadsheets, workbooks
from market.store import products as stored
from market.web.labels import WORDS

pytestmark = pytest.mark.anyio

FULL = {
    "title": "江苏公路货运量",
    "abstract": "各县每日货运量。\n\n第二段,带逗号、顿号",
    "fields": (
        Field(name="county", type=FieldType.STRING, meaning="县代码,六位"),
        Field(name="吨", type=FieldType.NUMBER, meaning="a | b"),
        Field(name="at", type=FieldType.DATETIME),
        Field(name="shape", type=FieldType.GEOMETRY, meaning=""),
    ),
    "theme": "交通",
    "tags": ("货运", "公路 物流", "a-b"),
    "region": "江苏省",
    "time_from": date(2023, 1, 1),
    "time_to": date(2025, 12, 31),
    "granularity": "区县,日",
    "update_cycle": Cycle.STATIC,
    "formats": ("CSV", "JSON"),
    "delivery": (Delivery.QUERY, Delivery.SANDBOX, Delivery.MODEL, Delivery.API),
    "opening": Opening.UNCONDITIONAL,
    "source_statement": "收费站",
    "licence": "仅供内部分析",
    "price": Decimal("0.09"),
    "price_unit": PriceUnit.CALL,
    "sample": "county,tons\n320111,8",
    "contact_role": "数据处",
}
ODD = {
    "title": "=HYPERLINK(1)",
    "abstract": "+86 @here",
    "formats": ("CSV",),
    "delivery": (),
    "licence": "不予开放",
    "tags": ("a、b", "none"),
    "fields": (Field(name="only", type=FieldType.BINARY, meaning="x,y;z"), Field(name="a|b", meaning="c\nd")),
    "price": Decimal("123456789012.34"),
    "price_unit": PriceUnit.VOLUME,
    "sample": "-",
}


def edited(body, number=None, **cells):
    """The workbook with cells of one product (by default the first) changed by heading (English)."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    sheet = book.worksheets[0]
    names = {cell.value: cell.column for cell in sheet[1]}
    line = next(n for n in range(2, 9) if number in (None, sheet.cell(n, 1).value))
    for name, value in cells.items():
        sheet.cell(line, names[name.replace("_", " ")]).value = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def text_file(*rows):
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


@pytest.fixture
async def english():
    with i18n.speaking("en"):
        yield


class Desk:
    """One supplier's files."""

    def __init__(self, db, given, owner):
        self.db, self.given, self.owner = db, given, owner

    async def out(self, kind="xlsx", **how):
        return await spreadsheets.download(self.db, self.owner, kind, WORDS, **how)

    async def send(self, body, name="a.xlsx"):
        return await spreadsheets.receive(self.db, self.owner, name, body, WORDS, now=self.given.now)

    async def rows(self, sheet, *verdicts):
        return await spreadsheets.rows(self.db, self.owner, sheet.id, verdicts)

    async def confirm(self, sheet):
        return await spreadsheets.confirm(self.db, self.owner, sheet.id, now=self.given.now)


@pytest.fixture
async def desk(db, given):
    return Desk(db, given, await given.supplier())


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("content", [FULL, ODD, {"title": "nothing said"}], ids=["full", "odd", "bare"])
async def test_what_is_downloaded_and_sent_back_changes_nothing(db, given, desk, language, kind, content):
    await products.create(db, desk.owner, ProductContent(**content), now=given.now)
    with i18n.speaking(language):
        sheet = await desk.send(await desk.out(kind), f"a.{kind}")
    rows = await desk.rows(sheet)
    assert [(row.verdict, row.changes, row.reasons) for row in rows] == [(Verdict.UNCHANGED, (), ())]


async def test_a_sheet_in_one_language_is_read_in_the_other(db, given, desk):
    await products.create(db, desk.owner, ProductContent(**FULL), now=given.now)
    with i18n.speaking("en"):
        body = await desk.out()
    with i18n.speaking("zh"):
        assert (await desk.send(body)).unchanged == 1


async def test_exactly_the_edited_cells_change(db, given, desk, english):
    product = await given.listed_product(desk.owner, **FULL)
    other = await given.draft_product(desk.owner)
    body = await desk.out()
    assert (await desk.send(body)).unchanged == 2
    sheet = await desk.send(edited(body, product.id, Title="新标题"))
    assert (sheet.unchanged, sheet.changed) == (1, 1)
    (row,) = await desk.rows(sheet, Verdict.CHANGED)
    assert [(c.field, c.before, c.after) for c in row.changes] == [("title", FULL["title"], "新标题")]
    assert (await desk.confirm(sheet)).stored == 1
    after = await products.get(db, desk.owner, product.id)
    assert products.content_of(after) == products.content_of(product) | {"title": "新标题"}
    assert after.state is ProductState.LISTED
    kept = await stored.REVISIONS.all(db, product.id)
    assert [k.content.title for k in kept] == [FULL["title"]]
    assert (await products.get(db, desk.owner, other.id)).version == other.version
    event = await db.fetchrow("SELECT * FROM journal WHERE kind = 'product' AND action = 'edit'")
    assert (event["object_id"], event["person_id"]) == (product.id, desk.owner.person_id)


async def test_columns_that_are_not_there_stay_as_they_are_and_empty_cells_empty_the_field(db, given, desk):
    product = await given.draft_product(desk.owner, **FULL)
    sheet = await desk.send(text_file(["对接编号", "价格", "粒度"], [product.id, "70", ""]), "a.csv")
    (row,) = await desk.rows(sheet)
    assert {(c.field, c.after) for c in row.changes} == {("price", "70"), ("granularity", "")}
    await desk.confirm(sheet)
    after = await products.get(db, desk.owner, product.id)
    assert products.content_of(after) == products.content_of(product) | {"price": "70.00", "granularity": ""}
    assert after.price_unit is PriceUnit.CALL


async def test_a_new_row_is_a_draft_once_however_often_the_file_is_sent(db, desk):
    body = text_file(["标题", "描述"], ["港口泊位", "港口泊位的每日数量"])
    sheet = await desk.send(body, "a.csv")
    again = await desk.send(body, "a.csv")
    assert (sheet.new, again.new) == (1, 1)
    assert await db.fetchval("SELECT count(*) FROM product") == 0
    first = await desk.confirm(sheet)
    assert (first.stored, first.refused) == (1, 0)
    assert first.finished_at
    assert (await desk.confirm(sheet)).stored == 1
    second = await desk.confirm(again)
    assert (second.stored, second.refused) == (0, 1)
    assert await db.fetchval("SELECT array_agg(state) FROM product") == ["draft"]
    assert (await desk.send(body, "a.csv")).unchanged == 1


async def test_what_somebody_changed_meanwhile_is_not_overwritten(db, given, desk, english):
    product = await given.draft_product(desk.owner)
    body = edited(await desk.out(), Region="Jiangsu")
    read = await desk.send(body)
    content = ProductContent(**{n: getattr(product, n) for n in ProductContent.__struct_fields__} | {"theme": "road"})
    await products.edit(db, desk.owner, product.id, product.version, content, now=given.now)
    done = await desk.confirm(read)
    assert (done.stored, done.refused) == (0, 1)
    (row,) = await desk.rows(read, Verdict.REJECTED)
    assert (row.outcome, row.verdict) == (Outcome.REFUSED, Verdict.CHANGED)
    assert "Somebody changed this" in row.reasons[0].sentence
    (late,) = await desk.rows(await desk.send(body))
    assert late.verdict is Verdict.REJECTED
    assert late.reasons[0].column == "Version seen"
    after = await products.get(db, desk.owner, product.id)
    assert (after.theme, after.region) == ("road", "")


async def test_rejected_rows_say_line_column_and_reason_and_come_back_to_mend(db, given, desk, english):
    body = text_file(
        ["Title", "Price", "Update cycle", "Duijie number", "Data from"],
        ["good one", "12 元/月", "daily", "", ""],
        ["", "x", "now and then", "", "2023"],
        ["another's", "", "", "999999", ""],
        ["good one", "", "", "", ""],
    )
    sheet = await desk.send(body, "a.csv")
    assert (sheet.new, sheet.rejected) == (1, 3)
    rows = {row.line: row for row in await desk.rows(sheet, Verdict.REJECTED)}
    assert {reason.column for reason in rows[3].reasons} == {"Price", "Update cycle", "Title"}
    assert "number" in rows[4].reasons[0].sentence
    assert spreadsheets.told(rows[5].reasons[0])[1] == "Line 2 means the same product."
    back = (await spreadsheets.rejected(db, desk.owner, sheet.id)).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(back)))
    assert lines[0] == ["line", "Title", "Price", "Update cycle", "Duijie number", "Data from", "reason"]
    assert [line[0] for line in lines[1:]] == ["3", "4", "5"]
    mended = back.replace(",x,now and then,", "mended,30 元/月,weekly,")
    assert (await desk.send(mended.encode(), "b.csv")).new == 2


async def test_a_listed_product_keeps_to_the_rules_of_listing(given, desk, english):
    await given.listed_product(desk.owner)
    sheet = await desk.send(edited(await desk.out(), Where_the_data_come_from=None))
    (row,) = await desk.rows(sheet)
    assert row.verdict is Verdict.REJECTED
    assert "article 33" in row.reasons[0].sentence
    with pytest.raises(IllegalTransition):
        await desk.confirm(sheet)


async def test_delisted_products_are_not_brought_back(db, given, desk, english):
    product = await given.listed_product(desk.owner)
    body = edited(await desk.out(), Region="Jiangsu")
    await products.act(db, desk.owner, product.id, "delist", now=given.now, reason="gone")
    (row,) = await desk.rows(await desk.send(body))
    assert row.verdict is Verdict.REJECTED
    assert "delisted" in row.reasons[0].sentence


async def test_nobody_elses_products_are_downloaded_changed_or_shown(db, given, desk):
    theirs = await given.listed_product()
    assert str(theirs.title) not in (await desk.out("csv")).decode()
    sheet = await desk.send(text_file(["对接编号", "标题"], [theirs.id, "mine now"]), "a.csv")
    assert sheet.rejected == 1
    stranger = Desk(db, given, await given.supplier())
    for read in (spreadsheets.get, spreadsheets.rows, spreadsheets.rejected):
        with pytest.raises(NotFound):
            await read(db, stranger.owner, sheet.id)
    with pytest.raises(NotFound):
        await stranger.confirm(sheet)


async def test_the_template_explains_itself_and_its_example_is_no_product(desk, english):
    body = await desk.out(template=True)
    products_sheet, columns = openpyxl.load_workbook(io.BytesIO(body)).worksheets
    assert [cell.value for cell in products_sheet[1]] == [cell.value for cell in columns["A"][1:]]
    explained = {row[0].value: row for row in columns.iter_rows(min_row=2)}
    assert "Weekly" in explained["Update cycle"][2].value
    assert products_sheet["A2"].value == "example"
    with pytest.raises(Invalid) as refused:
        await desk.send(body)
    assert "no rows" in refused.value.fields["file"]
    (row,) = await desk.rows(await desk.send(edited(body, Duijie_number=None)))
    assert (row.verdict, row.reasons) == (Verdict.NEW, ())


def test_every_heading_is_read_as_its_own_field():
    for column in workbooks.COLUMNS:
        for language in i18n.LANGUAGES:
            heading = i18n.translations(language).gettext(column.heading)
            assert workbooks.mapping().field(heading) == column.field


async def test_formulas_and_merged_cells_count_as_they_read(desk, english):
    book = openpyxl.Workbook()
    for row in (["Title", "Region"], ["one thing", "Jiangsu"], ["two things", None], ["=1/0", ""]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    file = io.BytesIO()
    book.save(file)
    sheet = await desk.send(file.getvalue())
    assert (sheet.new, sheet.rejected) == (2, 1)
    (row,) = await desk.rows(sheet, Verdict.REJECTED)
    assert "formula" in row.reasons[0].sentence
    await desk.confirm(sheet)
    assert await desk.db.fetchval("SELECT array_agg(DISTINCT region) FROM product") == ["Jiangsu"]


def bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (spreadsheets.UNPACKED + 1))
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "body", "part"),
    [
        ("a.pdf", b"x", "CSV"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"colour,size\nred,2\n", "colour, size"),
        ("a.csv", b"title\n", "no rows"),
        ("a.csv", b"title\n" + b"xx\n" * 5_001, "5,000"),
        ("a.csv", b"\xff\xfe\x00\x01title", "GB18030"),
        ("a.xlsx", b"PK\x03\x04 and no more", "damaged"),
        ("a.xlsx", bomb(), "too large"),
        ("../../a.xlsx", b"", "damaged"),
    ],
)
async def test_files_that_cannot_be_used_are_refused_with_what_to_do(db, desk, english, name, body, part):
    with pytest.raises(Invalid) as refused:
        await desk.send(body, name)
    assert part in refused.value.fields["file"]
    assert await db.fetchval("SELECT count(*) FROM spreadsheet") == 0


async def test_a_workbook_cut_off_anywhere_is_refused(given, desk, english):
    await given.draft_product(desk.owner)
    body = await desk.out()
    for share in range(1, 10):
        with pytest.raises(Invalid):
            await desk.send(body[: len(body) * share // 10])


async def test_gb18030_is_read(desk):
    sheet = await desk.send("标题,地区\n港口泊位数量,江苏省\n".encode("gb18030"), "a.csv")
    (row,) = await desk.rows(sheet)
    assert (row.verdict, row.title) == (Verdict.NEW, "港口泊位数量")


class Pool:
    """The one connection of the test, as a pool of it."""

    def __init__(self, db):
        self.db = db

    def acquire(self):
        return self

    async def __aenter__(self):
        return self.db

    async def __aexit__(self, *_):
        return None


MANY = [["标题"], *([f"数据产品 {n:04}"] for n in range(spreadsheets.AT_ONCE + 1))]


async def test_many_rows_are_stored_by_the_worker_and_only_once(db, given, desk):
    sheet = await desk.confirm(await desk.send(text_file(*MANY), "a.csv"))
    assert (sheet.done, sheet.finished_at) == (0, None)
    assert await db.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'spreadsheet'") == 1
    for _ in range(2):
        await spreadsheets.run(Pool(db), sheet.id, now=given.now)
        sheet = await spreadsheets.get(db, desk.owner, sheet.id)
        assert (sheet.stored, sheet.refused) == (len(MANY) - 1, 0)
        assert sheet.finished_at
    assert await db.fetchval("SELECT count(*) FROM product") == len(MANY) - 1


async def test_drafts_are_sent_for_review_where_nothing_is_missing(db, given, desk, english):
    head = ["标题", "摘要", "交付方式", "数据来源"]
    rows = [
        head,
        ["港口泊位数量", "沿海各港口每日泊位数量", "接口", "港务局授权"],
        ["缺来源的产品", "沿海各港口每日泊位数量", "接口", ""],
    ]
    sheet = await desk.send(text_file(*rows), "a.csv")
    for _ in range(2):
        sheet = await spreadsheets.confirm(db, desk.owner, sheet.id, now=given.now, send=True)
        assert (sheet.stored, sheet.sent, sheet.refused, sheet.send) == (2, 1, 0, True)
    sent, kept = await desk.rows(sheet)
    assert (sent.outcome, sent.reasons) == (Outcome.SENT, ())
    assert kept.outcome == Outcome.STORED
    assert "article 33" in kept.reasons[0].sentence, "and says why it stays a draft"
    states = [(await products.get(db, desk.owner, row.product_id)).state for row in (sent, kept)]
    assert states == [ProductState.COMPLIANCE_REVIEW, ProductState.DRAFT]


async def test_who_has_left_stores_nothing_more(db, given, desk):
    clerk = Desk(db, given, await given.colleague(desk.owner, Role.MEMBER))
    sheet = await clerk.confirm(await clerk.send(text_file(*MANY), "a.csv"))
    await accounts.set_disabled(db, f"{clerk.owner.name.replace(' ', '').lower()}@test.example", True)
    await spreadsheets.run(Pool(db), sheet.id, now=given.now)
    sheet = await spreadsheets.get(db, desk.owner, sheet.id)
    assert (sheet.stored, sheet.refused) == (0, len(MANY) - 1)
