"""Products through the services, against a real PostgreSQL."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from market.domain.accounts import ANONYMOUS
from market.domain.errors import Forbidden, IllegalTransition, Invalid, NotFound, NotYours, Stale, Unmet
from market.domain.permissions import Permission, Role
from market.domain.products import DataClass, Delivery, Field, Opening, PriceUnit, ProductContent, UpdateCycle
from market.services import products
from market.services.products import Filter
from market.store import journal

pytestmark = pytest.mark.anyio


def changed(product, **values):
    """The content of a product with some values replaced."""
    return ProductContent(**{n: getattr(product, n) for n in products.CONTENT} | values)


async def test_the_way_from_draft_to_listed_is_journalled(db, given):
    product = await given.listed_product()
    events = await journal.OF_OBJECT.all(db, "product", product.id)
    assert [(e.action, e.party) for e in events] == [
        ("create", "supplier"),
        ("submit", "supplier"),
        ("list", "registrar"),
    ]
    assert product.listed_at is not None
    assert await journal.BROKEN.all(db) == []


async def test_strangers_see_listed_products_and_nothing_else(db, given):
    draft = await given.draft_product()
    listed = await given.listed_product()
    stranger = await given.supplier()
    for actor in (stranger, ANONYMOUS):
        assert (await products.get(db, actor, listed.id)).title == listed.title
        with pytest.raises(NotFound):
            await products.get(db, actor, draft.id)
        with pytest.raises(NotFound):
            await products.act(db, actor, draft.id, "submit", now=given.now)
        with pytest.raises(NotFound):
            await products.get_own(db, actor, listed.id)
        seen = await products.page(db, actor, limit=100)
        assert draft.id not in {card.id for card in seen.items}


async def test_a_stranger_may_not_move_or_edit_what_they_see(db, given):
    listed = await given.listed_product()
    stranger = await given.supplier()
    with pytest.raises(NotYours):
        await products.act(db, stranger, listed.id, "delist", now=given.now, reason="because")
    with pytest.raises(Forbidden):
        await products.edit(db, stranger, listed.id, listed.version, changed(listed), now=given.now)
    assert products.actions(stranger, listed) == []


async def test_a_token_without_the_scope_is_nobody_to_the_product(db, given):
    owner = await given.supplier()
    product = await given.draft_product(owner)
    reader = msgspec.structs.replace(owner, token_id=1, scopes=frozenset({Permission.PRODUCT_READ}))
    assert products.actions(reader, product) == []
    with pytest.raises(NotYours):
        await products.act(db, reader, product.id, "submit", now=given.now)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ({"source_statement": " "}, "article 33"),
        ({"abstract": "短"}, "ten characters"),
        ({"delivery": ()}, "delivery mode"),
        ({"data_class": DataClass.CORE}, "Core data"),
        ({"opening": Opening.NOT_OPEN}, "not open"),
        ({"data_class": DataClass.IMPORTANT}, "article 31"),
    ],
)
async def test_what_the_rules_forbid_cannot_be_submitted(db, given, content, part):
    owner = await given.supplier()
    product = await given.draft_product(owner, **content)
    with pytest.raises(Unmet) as refused:
        await products.act(db, owner, product.id, "submit", now=given.now)
    assert any(part in sentence for sentence in refused.value.sentences)
    assert any(part in sentence for sentence in products.unmet(product))


async def test_an_unverified_supplier_is_not_listed(db, given):
    owner = await given.supplier(verified=False)
    product = await given.draft_product(owner)
    await products.act(db, owner, product.id, "submit", now=given.now)
    with pytest.raises(Unmet):
        await products.act(db, await given.staff(Role.REGISTRAR), product.id, "list", now=given.now)


async def test_returning_needs_a_reason_and_the_supplier_cannot_list(db, given):
    owner = await given.supplier()
    registrar = await given.staff(Role.REGISTRAR)
    product = await given.draft_product(owner)
    submitted = await products.act(db, owner, product.id, "submit", now=given.now)
    with pytest.raises(NotYours):
        await products.act(db, owner, product.id, "list", now=given.now)
    with pytest.raises(Invalid):
        await products.act(db, registrar, product.id, "return", now=given.now)
    with pytest.raises(Stale):
        await products.act(db, registrar, product.id, "list", now=given.now, version=submitted.version - 1)
    returned = await products.act(db, registrar, product.id, "return", now=given.now, reason="Say which roads")
    assert (returned.state, returned.state_reason) == ("draft", "Say which roads")


async def test_what_the_platform_suspended_only_the_platform_resumes(db, given):
    owner = await given.supplier()
    registrar = await given.staff(Role.REGISTRAR)
    product = await given.listed_product(owner)
    await products.act(db, registrar, product.id, "suspend", now=given.now, reason="under dispute")
    with pytest.raises(Unmet):
        await products.act(db, owner, product.id, "resume", now=given.now)
    resumed = await products.act(db, registrar, product.id, "resume", now=given.now)
    assert resumed.state == "listed"
    assert resumed.listed_at == product.listed_at


async def test_editing_a_listed_product_keeps_every_content_it_ever_had(db, given):
    owner = await given.supplier()
    product = await given.listed_product(owner, price=Decimal("100"), price_unit=PriceUnit.MONTH)
    second = await products.edit(
        db, owner, product.id, product.version, changed(product, price=Decimal("120")), now=given.now
    )
    third = await products.edit(db, owner, product.id, second.version, changed(second, title="改名"), now=given.now)
    assert (second.revision, third.revision) == (2, 3)
    _, kept = await products.revisions(db, owner, product.id)
    assert [(k.revision, k.content.price, k.content.title) for k in kept] == [
        (2, Decimal("120"), product.title),
        (1, Decimal("100"), product.title),
    ]
    first = await products.get_revision(db, owner, product.id, 1)
    assert (first.price, first.replaced_at is None) == (Decimal("100"), False)
    assert (await products.get_revision(db, owner, product.id, 3)).title == "改名"
    with pytest.raises(NotFound):
        await products.get_revision(db, owner, product.id, 4)
    with pytest.raises(Stale):
        await products.edit(db, owner, product.id, product.version, changed(product), now=given.now)


async def test_a_draft_leaves_no_versions(db, given):
    owner = await given.supplier()
    draft = await given.draft_product(owner)
    await products.edit(db, owner, draft.id, draft.version, changed(draft, title="另一个标题"), now=given.now)
    assert (await products.revisions(db, owner, draft.id))[1] == []


async def test_a_listed_product_cannot_be_edited_out_of_the_rules(db, given):
    owner = await given.supplier()
    product = await given.listed_product(owner)
    for broken in ({"source_statement": ""}, {"data_class": DataClass.CORE}, {"delivery": ()}):
        with pytest.raises(Unmet):
            await products.edit(db, owner, product.id, product.version, changed(product, **broken), now=given.now)
    assert (await products.get(db, owner, product.id)).revision == 1


async def test_a_delisted_product_is_over(db, given):
    owner = await given.supplier()
    product = await given.listed_product(owner)
    gone = await products.act(db, owner, product.id, "delist", now=given.now, reason="no longer collected")
    with pytest.raises(IllegalTransition):
        await products.edit(db, owner, product.id, gone.version, changed(gone), now=given.now)
    with pytest.raises(NotFound):
        await products.get(db, ANONYMOUS, product.id)


async def test_an_earlier_revision_is_read_by_who_refers_to_it_and_no_stranger(db, given):
    owner = await given.supplier()
    product = await given.listed_product(owner, price=Decimal("100"), price_unit=PriceUnit.MONTH)
    demander = await given.demander()
    demand = await given.open_demand(demander)
    match = await db.fetchval(
        """INSERT INTO match (demand_id, product_id, demand_revision, product_revision, origin, score, rank, state,
            state_action, state_party)
        VALUES ($1, $2, 1, 1, 'demand', 1, 1, 'generated', 'generate', 'system') RETURNING id""",
        demand.id,
        product.id,
    )
    await products.edit(db, owner, product.id, product.version, changed(product, price=Decimal("900")), now=given.now)
    for actor in (demander, ANONYMOUS, await given.demander()):
        with pytest.raises(NotFound):
            await products.get_revision(db, actor, product.id, 1)
    await db.execute(
        "UPDATE match SET state = 'proposed', state_action = 'propose', version = version + 1 WHERE id = $1", match
    )
    assert (await products.get_revision(db, demander, product.id, 1)).price == Decimal("100")
    assert (await products.get_revision(db, ANONYMOUS, product.id, 2)).price == Decimal("900")
    with pytest.raises(NotFound):
        await products.revisions(db, demander, product.id)
    await products.act(db, owner, product.id, "suspend", now=given.now, reason="pause")
    assert (await products.get_revision(db, demander, product.id, 1)).price == Decimal("100")
    with pytest.raises(NotFound):
        await products.get_revision(db, demander, product.id, 2)


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ({"price": Decimal("NaN"), "price_unit": PriceUnit.CALL}, {"price"}),
        ({"price": Decimal("-1"), "price_unit": PriceUnit.CALL}, {"price"}),
        ({"price": Decimal("Infinity")}, {"price"}),
        ({"price": Decimal("1.001"), "price_unit": PriceUnit.CALL}, {"price"}),
        ({"price": Decimal("5")}, {"price_unit"}),
        ({"time_from": date(2024, 2, 1), "time_to": date(2024, 1, 31)}, {"time_to"}),
        ({"fields": (Field(name="a"), Field(name="a"))}, {"fields"}),
        ({"fields": (Field(name="\x07"),)}, {"fields"}),
        ({"title": "\x00\x07 "}, {"title"}),
        ({"title": "x\x00", "price": Decimal("NaN")}, {"title", "price"}),
    ],
)
async def test_wrong_content_names_every_field(given, content, fields):
    with pytest.raises(Invalid) as wrong:
        await given.draft_product(**content)
    assert set(wrong.value.fields) == fields


async def test_what_cannot_be_stored_is_taken_out(given):
    product = await given.draft_product(title="公路\x00货运\ud800量\x1b", tags=("\x07", "路"))
    assert (product.title, product.tags) == ("公路货运量", ("路",))


async def test_lists_are_filtered_and_paged_without_gaps(db, given):
    owner = await given.supplier()
    made = [
        await given.listed_product(owner, title=f"第{n}个产品", region="四川省泸州市", update_cycle=UpdateCycle.DAILY)
        for n in range(5)
    ]
    await given.listed_product(owner, region="江苏省", delivery=(Delivery.SANDBOX,), opening=Opening.UNCONDITIONAL)
    only = Filter(region="泸州", update_cycle="daily", delivery="api", opening="conditional")
    seen, cursor = [], None
    while True:
        found = await products.page(db, ANONYMOUS, states=["listed"], only=only, cursor=cursor, limit=2)
        seen += [card.id for card in found.items]
        if not (cursor := found.next):
            break
    assert seen == [p.id for p in reversed(made)]
    ids = [p.id for p in made]
    assert [c.id for c in await products.search(db, ids, only=only, limit=2, offset=1)] == ids[1:3]
    assert await products.search(db, ids, only=Filter(delivery="sandbox")) == []
    mine = await products.page(db, owner, mine=True, limit=100)
    assert len(mine.items) == 6


async def test_the_queue_shows_the_longest_waiting_first_with_what_is_unmet(db, given):
    unverified = await given.supplier(verified=False)
    first = await given.draft_product(unverified)
    await products.act(db, unverified, first.id, "submit", now=given.now)
    owner = await given.supplier()
    second = await given.draft_product(owner)
    await products.act(db, owner, second.id, "submit", now=given.now)
    found = await products.queue(db, "compliance_review", limit=100)
    waiting = [(product.id, len(unmet)) for product, unmet in found.items if product.id in (first.id, second.id)]
    assert waiting == [(first.id, 1), (second.id, 0)]
