"""A suspended organisation is off the market with all it offers and asks for, and comes back with it."""

import pytest

from market.domain.accounts import ANONYMOUS
from market.domain.errors import IllegalTransition, NotFound, NotYours, Unmet
from market.domain.notices import told
from market.domain.permissions import Role
from market.services import demands, matches, negotiations, organisations, products
from market.services.matchmaking import Matchmaker
from market.store import figures, journal, search
from tests.given import PASSWORD

pytestmark = pytest.mark.anyio


async def act(given, supplier, action):
    registrar = await given.staff(Role.REGISTRAR)
    await organisations.act(given.db, registrar, supplier.organisation_id, action, now=given.now, reason="核查中")


async def found(db, query="江苏公路货运量"):
    """What strangers find: by browsing, by searching, and what the matcher reads at start."""
    finder = Matchmaker("")
    await finder.fill(db)
    browsed = [card.id for card in (await products.page(db, ANONYMOUS, states=["listed"])).items]
    searched = [card.id for card in await products.search(db, await finder.search_products(query))]
    read = [product.id for product in await search.LISTED_AFTER.all(db, 0, 100)]
    assert sorted(browsed) == sorted(searched) == read
    assert (await figures.NOW.one(db)).products == len(read)
    return read


async def test_what_it_lists_is_not_found_until_it_is_reinstated(db, given):
    supplier, other = await given.supplier(), await given.supplier()
    product = await given.listed_product(supplier)
    await given.listed_product(other)
    await act(given, supplier, "suspend")
    assert product.id not in await found(db)
    with pytest.raises(NotFound):
        await products.get(db, await given.demander(), product.id)
    own = await products.get(db, supplier, product.id)
    assert (own.state, own.state_reason) == ("suspended", "Its supplier is suspended.")
    await act(given, supplier, "reinstate")
    assert product.id in await found(db)
    again = await products.get(db, supplier, product.id)
    assert (again.state, again.listed_at, again.revision) == ("listed", product.listed_at, product.revision)
    events = await journal.OF_OBJECT.all(db, "product", product.id)
    assert [(e.action, e.party) for e in events[-2:]] == [("suspend", "system"), ("resume", "system")]


async def test_it_cannot_be_brought_back_by_itself(db, given):
    supplier, registrar = await given.supplier(), await given.staff(Role.REGISTRAR)
    product = await given.listed_product(supplier)
    await act(given, supplier, "suspend")
    for who in (supplier, registrar):
        with pytest.raises(Unmet):
            await products.act(db, who, product.id, "resume", now=given.now)


async def test_what_somebody_suspended_before_stays_suspended(db, given):
    supplier, registrar = await given.supplier(), await given.staff(Role.REGISTRAR)
    kept = [await given.listed_product(supplier), await given.listed_product(supplier)]
    for who, product in zip((supplier, registrar), kept, strict=True):
        await products.act(db, who, product.id, "suspend", now=given.now, reason="pause")
    await act(given, supplier, "suspend")
    await act(given, supplier, "reinstate")
    for product in kept:
        assert (await products.get(db, supplier, product.id)).state == "suspended"


async def test_its_matches_end_and_the_worker_hears_of_every_product(db, given):
    pairing, _, supplier = await given.proposed_match()
    before = await db.fetchval("SELECT max(id) FROM pgqueuer")
    await act(given, supplier, "suspend")
    queued = await db.fetch("SELECT payload FROM pgqueuer WHERE id > $1 AND entrypoint = 'event' ORDER BY id", before)
    events = [await journal.GET.one(db, int(row["payload"])) for row in queued]
    assert {(e.kind, e.action) for e in events} == {("organisation", "suspend"), ("product", "suspend")}
    for event in events:
        await matches.on_event(db, Matchmaker(""), event, given.now)
    assert (await matches.get(db, supplier, pairing.id)).state == "stale"
    told_of = [party for e in events if e.kind == "product" for party in told(e.kind, e.action, e.party, e.data)]
    assert told_of == [], "the suspension itself says it once, not once for each product"


async def asked_for(db):
    """What strangers find of demands: by browsing, by searching, and what the matcher reads at start."""
    finder = Matchmaker("")
    await finder.fill(db)
    browsed = sorted(card.id for card in (await demands.page(db, ANONYMOUS, states=["open"])).items)
    assert sorted(await finder.search_demands("江苏公路货运量")) == browsed
    assert (await figures.NOW.one(db)).demands == len(browsed)
    return browsed


async def test_what_it_asks_for_is_not_found_until_it_is_reinstated(db, given):
    demander, other = await given.demander(), await given.demander()
    demand, kept = await given.open_demand(demander), await given.open_demand(other)
    draft = await given.draft_demand(demander)
    await act(given, demander, "suspend")
    assert await asked_for(db) == [kept.id]
    with pytest.raises(NotFound):
        await demands.get(db, await given.supplier(), demand.id)
    own = await demands.get(db, demander, demand.id)
    assert (own.state, own.state_reason) == ("suspended", "Its organisation is suspended.")
    assert (await demands.get(db, demander, draft.id)).state == "draft"
    await act(given, demander, "reinstate")
    assert await asked_for(db) == sorted([demand.id, kept.id])
    again = await demands.get(db, demander, demand.id)
    assert (again.state, again.opened_at, again.revision) == ("open", demand.opened_at, demand.revision)
    events = await journal.OF_OBJECT.all(db, "demand", demand.id)
    assert [(e.action, e.party) for e in events[-2:]] == [("suspend", "system"), ("resume", "system")]


async def test_a_suspended_demand_may_be_withdrawn_and_not_be_opened(db, given):
    demander = await given.demander()
    demand = await given.open_demand(demander)
    await act(given, demander, "suspend")
    for who, action in ((demander, "resume"), (await given.staff(Role.BROKER), "open")):
        with pytest.raises((NotYours, IllegalTransition)):
            await demands.act(db, who, demand.id, action, now=given.now)
    await demands.act(db, demander, demand.id, "withdraw", now=given.now, reason="不再需要")
    await act(given, demander, "reinstate")
    assert (await demands.get(db, demander, demand.id)).state == "withdrawn"


async def test_matches_of_its_demands_end_and_are_found_again(db, given):
    pairing, demander, _ = await given.proposed_match()
    await act(given, demander, "suspend")
    finder = Matchmaker("")

    async def hear(action):
        [event] = [e for e in await journal.OF_OBJECT.all(db, "demand", pairing.demand_id) if e.action == action]
        await finder.fill(db)
        await matches.on_event(db, finder, event, given.now)

    await hear("suspend")
    assert (await matches.get(db, demander, pairing.id)).state == "stale"
    await act(given, demander, "reinstate")
    await hear("resume")
    found = await matches.page(db, await given.staff(), demand_id=pairing.demand_id, states=["broker_review"])
    assert [card.product_id for card in found.items] == [pairing.product_id]


async def test_a_negotiation_that_ends_meanwhile_does_not_put_its_demand_back(db, given):
    talk = await given.negotiation("offered")
    await act(given, talk.consumer, "suspend")
    step = {"version": talk.negotiation.version, "now": given.now, "reason": "需方已停用"}
    await negotiations.act(db, talk.provider, talk.negotiation.id, "terminate", **step)
    assert (await demands.get(db, talk.consumer, talk.negotiation.demand_id)).state == "suspended"
    await act(given, talk.consumer, "reinstate")
    assert (await demands.get(db, talk.consumer, talk.negotiation.demand_id)).state == "open"


@pytest.mark.parametrize(
    ("state", "side", "action"),
    [
        ("offered", "consumer", "accept"),
        ("requested", "provider", "agree"),
        ("accepted", "provider", "agree"),
        ("agreed", "consumer", "verify"),
        ("verified", "provider", "finalize"),
    ],
)
async def test_no_negotiation_with_it_moves_on(db, given, state, side, action):
    talk = await given.negotiation(state)
    who = talk.consumer if side == "consumer" else talk.provider
    await act(given, talk.provider, "suspend")
    step = {"version": talk.negotiation.version, "now": given.now, "password": PASSWORD}
    with pytest.raises(Unmet) as unmet:
        await negotiations.act(db, who, talk.negotiation.id, action, **step)
    assert "article 33" in unmet.value.sentences[0]
    await act(given, talk.provider, "reinstate")
    assert (await negotiations.act(db, who, talk.negotiation.id, action, **step)).version > talk.negotiation.version


@pytest.mark.parametrize(("state", "side"), [("offered", "consumer"), ("requested", "provider")])
async def test_no_terms_are_sent_to_it_or_by_it(db, given, state, side):
    talk = await given.negotiation(state)
    who = talk.consumer if side == "consumer" else talk.provider
    await act(given, talk.provider, "suspend")
    with pytest.raises(Unmet):
        await negotiations.counter(
            db, who, talk.negotiation.id, given.offer(), version=talk.negotiation.version, now=given.now
        )


async def test_either_side_may_still_end_a_negotiation_with_it(db, given):
    talk = await given.negotiation("offered")
    await act(given, talk.provider, "suspend")
    ended = await negotiations.act(
        db,
        talk.consumer,
        talk.negotiation.id,
        "terminate",
        version=talk.negotiation.version,
        now=given.now,
        reason="供方已停用",
    )
    assert ended.state == "terminated"
