"""Pools: found among open demands, joined and left, negotiated by one for all, agreed by each."""

from decimal import Decimal

import pytest

from market.domain.accounts import SYSTEM
from market.domain.demands import LineKind, LineLevel, RequirementLine
from market.domain.errors import IllegalTransition, Invalid, NotFound, NotYours, Stale, Unmet
from market.domain.lifecycles import POOL
from market.domain.machine import Party
from market.domain.matches import Response, ResponseAction, Review, ReviewAction
from market.domain.pools import Confirming, Joining, Leaving, MemberState, PoolState, seats
from market.services import demands, inbox, matches, negotiations, neighbours, pools
from market.services.matchmaking import Matchmaker
from market.services.transitions import fire
from market.store import journal
from tests.given import PASSWORD

pytestmark = pytest.mark.anyio

TOPIC = "公共充电桩"
LINE = RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value=TOPIC)
TEXTS = (
    "需要合肥市公共充电桩的位置、数量和实时状态，接口方式",
    "想要合肥市公共充电桩位置、数量与实时状态，用接口",
    "合肥市公共充电桩的位置、数量、实时状态，需要接口",
)
ELSE = "需要芜湖市公共充电桩的位置、数量和实时状态，接口方式"


async def posted(given, *texts, **content):
    """Open demands, each of its own organisation, and their owners."""
    owners = [await given.demander() for _ in texts]
    found = [
        await given.open_demand(owner, title="充电桩数据", text=text, lines=(LINE,), **content)
        for owner, text in zip(owners, texts, strict=True)
    ]
    return owners, found


async def filled(given):
    matchmaker = Matchmaker("")
    await matchmaker.fill(given.db)
    return matchmaker


async def found_pools(given):
    """What staff see, as (state, demands)."""
    staff = await given.staff()
    cards = (await pools.page(given.db, staff)).items
    return [(card.state, [m.demand_id for m in await pools.members(given.db, card)]) for card in cards]


async def opened(given, demand):
    """The event of a demand that has opened."""
    return next(e for e in await journal.OF_OBJECT.all(given.db, "demand", demand.id) if e.target == "open")


async def happened(given, kind, object_id):
    """Everything that follows for pools from what was journalled of one object."""
    for event in await journal.OF_OBJECT.all(given.db, kind, object_id):
        await pools.on_event(given.db, event, given.now)


async def events(given, demand):
    return [
        e.action for e in await journal.OF_OBJECT.all(given.db, "demand", demand.id) if e.action.startswith("pool_")
    ]


async def joined(given, pool, *owners, weight=1):
    for owner in owners:
        now = await pools.get(given.db, owner, pool.id)
        pool = await pools.join(given.db, owner, pool.id, Joining(version=now.version, weight=weight), now=given.now)
    return pool


async def test_near_demands_of_different_organisations_are_suggested_once(given):
    _, found = await posted(given, *TEXTS[:2], ELSE)
    matchmaker = await filled(given)
    for _ in range(2):
        await neighbours.on_event(given.db, matchmaker, await opened(given, found[1]), given.now)
    assert await found_pools(given) == [(PoolState.SUGGESTED, [found[0].id, found[1].id])]
    assert await neighbours.suggest(given.db, matchmaker, found, given.now) == 0


async def test_one_organisation_is_no_pool(given):
    owner = await given.demander()
    found = [await given.open_demand(owner, title="充电桩数据", text=text, lines=(LINE,)) for text in TEXTS[:2]]
    assert await neighbours.suggest(given.db, await filled(given), found, given.now) == 0


async def test_a_later_demand_is_taken_into_a_pool_that_forms(given):
    _, found = await posted(given, *TEXTS[:2])
    pool = await given.forming_pool(*found)
    _, [late] = await posted(given, TEXTS[2])
    await neighbours.on_event(given.db, await filled(given), await opened(given, late), given.now)
    assert await found_pools(given) == [(PoolState.FORMING, [demand.id for demand in (*found, late)])]
    assert await events(given, late) == ["pool_invite"]
    assert (await pools.of_demand(given.db, await given.staff(), late.id)).id == pool.id


async def test_what_a_broker_dissolved_is_not_suggested_again_until_one_changes(given):
    owners, found = await posted(given, *TEXTS[:2])
    pool = await given.pool(*found)
    broker = await given.staff()
    await pools.act(given.db, broker, pool.id, "dissolve", version=pool.version, now=given.now, reason="two purposes")
    matchmaker = await filled(given)
    assert await neighbours.suggest(given.db, matchmaker, found, given.now) == 0
    content = demands.content_of(found[0]) | {"text": TEXTS[2], "lines": (LINE,)}
    version = (await demands.get(given.db, owners[0], found[0].id)).version
    edited = await demands.edit(
        given.db, owners[0], found[0].id, version, demands.DemandContent(**content), now=given.now
    )
    assert await neighbours.suggest(given.db, await filled(given), [edited, found[1]], given.now) == 1


async def test_owners_see_a_pool_only_once_the_broker_confirmed_it(given):
    owners, found = await posted(given, *TEXTS[:2])
    pool = await given.pool(*found)
    with pytest.raises(NotFound):
        await pools.get(given.db, owners[0], pool.id)
    assert await pools.of_demand(given.db, owners[0], found[0].id) is None
    broker = await given.staff()
    many = Confirming(version=pool.version, quorum=3)
    with pytest.raises(Unmet):
        await pools.confirm(given.db, broker, pool.id, many, now=given.now)
    confirmed = await pools.confirm(
        given.db, broker, pool.id, Confirming(version=pool.version, quorum=2), now=given.now
    )
    assert (confirmed.state, confirmed.quorum) == (PoolState.FORMING, 2)
    assert [await events(given, demand) for demand in found] == [["pool_invite"], ["pool_invite"]]
    with pytest.raises(NotFound):
        await pools.get(given.db, await given.demander(), pool.id)


async def test_members_stay_numbers_until_enough_have_joined_and_may_leave_until_then(given):
    owners, found = await posted(given, *TEXTS)
    pool = await given.forming_pool(*found, quorum=2)
    pool = await joined(given, pool, owners[0])
    seen = seats(pool, await pools.members(given.db, pool), owners[1].organisation_id, staff=False)
    assert [seat.organisation_name for seat in seen] == ["", owners[1].organisation_name, ""]
    pool = await pools.leave(given.db, owners[0], pool.id, Leaving(version=pool.version), now=given.now)
    assert pool.state is PoolState.FORMING
    pool = await joined(given, pool, owners[0], owners[1])
    assert pool.state is PoolState.QUORUM
    seen = seats(pool, await pools.members(given.db, pool), owners[1].organisation_id, staff=False)
    assert [seat.organisation_name for seat in seen] == [*(o.organisation_name for o in owners[:2]), ""]
    with pytest.raises(IllegalTransition):
        await pools.leave(given.db, owners[0], pool.id, Leaving(version=pool.version), now=given.now)
    pool = await joined(given, pool, owners[2])
    assert (pool.state, await pools.strength(given.db, found[0].id)) == (PoolState.QUORUM, 3)
    with pytest.raises(Unmet):
        await joined(given, pool, owners[2])


async def test_a_sealed_demand_joins_without_unmasking(given):
    owners, found = await posted(given, *TEXTS[:2], sealed=True)
    pool = await joined(given, await given.forming_pool(*found), *owners)
    assert pool.state is PoolState.QUORUM
    seen = seats(pool, await pools.members(given.db, pool), owners[1].organisation_id, staff=False)
    assert [(seat.title, seat.organisation_name, seat.demand_id) for seat in seen[:1]] == [("", "", None)]


async def test_falling_below_the_quorum_opens_the_pool_again(given):
    owners, found = await posted(given, *TEXTS)
    pool = await joined(given, await given.forming_pool(*found), *owners[:2])
    await demands.act(given.db, owners[0], found[0].id, "withdraw", now=given.now, reason="bought elsewhere")
    for _ in range(2):
        await happened(given, "demand", found[0].id)
    pool = await pools.get(given.db, owners[1], pool.id)
    assert pool.state is PoolState.FORMING
    assert [m.state for m in await pools.members(given.db, pool)] == ["gone", "joined", "invited"]
    assert (await events(given, found[1]))[-1] == "pool_reopen"
    assert (await joined(given, pool, owners[2])).state is PoolState.QUORUM


async def test_a_pool_whose_lead_goes_looks_for_another(given):
    owners, found = await posted(given, *TEXTS)
    pool = await joined(given, await given.forming_pool(*found), *owners)
    pool = await pools.act(given.db, owners[0], pool.id, "lead", version=pool.version, now=given.now)
    assert pool.lead_demand_id == found[0].id
    await demands.act(given.db, owners[0], found[0].id, "withdraw", now=given.now, reason="bought elsewhere")
    await happened(given, "demand", found[0].id)
    pool = await pools.get(given.db, owners[1], pool.id)
    assert (pool.state, pool.lead_demand_id) == (PoolState.QUORUM, None)


async def test_a_suggestion_with_one_demand_left_dissolves_by_itself(given):
    owners, found = await posted(given, *TEXTS[:2])
    pool = await given.pool(*found)
    await demands.act(given.db, owners[0], found[0].id, "withdraw", now=given.now, reason="bought elsewhere")
    await happened(given, "demand", found[0].id)
    assert (await pools.get(given.db, await given.staff(), pool.id)).state is PoolState.DISSOLVED
    assert await events(given, found[1]) == []


async def test_a_pool_that_expires_lets_its_demands_go(given):
    owners, found = await posted(given, *TEXTS[:2])
    pool = await joined(given, await given.forming_pool(*found), owners[0])
    await fire(given.db, POOL, pool, "expire", SYSTEM, frozenset({Party.CLOCK}), now=given.now)
    await happened(given, "pool", pool.id)
    assert await pools.of_demand(given.db, owners[0], found[0].id) is None
    assert (await events(given, found[1]))[-1] == "pool_dissolve"


async def test_who_may_do_what(given):
    owners, found = await posted(given, *TEXTS[:2])
    pool = await given.forming_pool(*found)
    stranger, broker = await given.demander(), await given.staff()
    with pytest.raises(NotFound):
        await pools.join(given.db, stranger, pool.id, Joining(version=pool.version), now=given.now)
    with pytest.raises(NotYours):
        await pools.join(given.db, broker, pool.id, Joining(version=pool.version), now=given.now)
    with pytest.raises(Stale):
        await pools.join(given.db, owners[0], pool.id, Joining(version=pool.version - 1), now=given.now)
    with pytest.raises(NotYours):
        await pools.act(
            given.db, owners[0], pool.id, "dissolve", version=pool.version, now=given.now, reason="not mine"
        )
    with pytest.raises(Invalid):
        await pools.act(given.db, broker, pool.id, "dissolve", version=pool.version, now=given.now)
    names = [edge.action for edge in pools.actions(owners[0], pool, await pools.members(given.db, pool))]
    assert names == ["join", "leave"]


async def test_the_inbox_says_whose_turn_it_is(given):
    owners, found = await posted(given, *TEXTS[:2])
    broker = await given.staff()
    pool = await given.pool(*found)
    waiting = [i for i in (await inbox.mine(given.db, broker, now=given.now)).items if i.kind == "pool"]
    assert [(item.id, item.action) for item in waiting] == [(pool.id, "confirm")]
    pool = await pools.confirm(given.db, broker, pool.id, Confirming(version=pool.version, quorum=2), now=given.now)

    async def turn(owner):
        mine = (await inbox.mine(given.db, owner, now=given.now)).items
        theirs = (await inbox.theirs(given.db, owner, now=given.now)).items
        return [[item.action for item in items if item.kind == "pool"] for items in (mine, theirs)]

    assert await turn(owners[0]) == [["join"], []]
    pool = await joined(given, pool, owners[0])
    assert await turn(owners[0]) == [[], ["join"]]
    pool = await joined(given, pool, owners[1])
    assert await turn(owners[0]) == await turn(owners[1]) == [["lead"], []]
    await pools.act(given.db, owners[0], pool.id, "lead", version=pool.version, now=given.now)
    assert (await turn(owners[0]), await turn(owners[1])) == ([["settle"], []], [[], ["settle"]])


async def mutual(given, owner, supplier, match_id):
    """The broker proposes and the supplier says yes; the owner said so by asking."""
    broker = await given.staff()
    match = await matches.get(given.db, broker, match_id)
    await matches.review(
        given.db, broker, match_id, Review(action=ReviewAction.PROPOSE, version=match.version), now=given.now
    )
    match = await matches.get(given.db, supplier, match_id)
    yes = Response(action=ResponseAction.INTEREST, version=match.version)
    return await matches.answer(given.db, supplier, match_id, yes, now=given.now)


async def signed(given, consumer, provider, negotiation):
    """From a request to an agreement in force."""
    for actor, action in ((provider, "agree"), (consumer, "verify"), (provider, "finalize")):
        negotiation = await negotiations.act(
            given.db, actor, negotiation.id, action, version=negotiation.version, now=given.now, password=PASSWORD
        )
    await happened(given, "agreement", negotiation.agreement_id)


async def test_from_the_lead_s_offer_to_an_agreement_for_each(given):
    owners, found = await posted(given, *TEXTS[:2])
    pool = await given.forming_pool(*found)
    pool = await joined(given, pool, owners[0], weight=2)
    pool = await joined(given, pool, owners[1])
    pool = await pools.act(given.db, owners[0], pool.id, "lead", version=pool.version, now=given.now)
    with pytest.raises(Unmet):
        await pools.act(given.db, owners[0], pool.id, "settle", version=pool.version, now=given.now)
    supplier = await given.supplier()
    product = await given.listed_product(supplier, title="合肥市公共充电桩", abstract="合肥市公共充电桩位置与状态")
    pairing = await given.mutual_match(owners[0], supplier, demand=found[0], product=product)
    talk = await given.negotiation("offered", pairing, price=Decimal("100.00"))
    with pytest.raises(Unmet):
        await pools.act(given.db, owners[1], pool.id, "settle", version=pool.version, now=given.now)
    pool = await pools.act(given.db, owners[0], pool.id, "settle", version=pool.version, now=given.now)
    assert (pool.price, pool.product_id) == (Decimal("100.00"), product.id)
    assert (await events(given, found[1]))[-1] == "pool_terms"
    assert (await pools.own_terms(given.db, owners[0], pool.id)).price == Decimal("66.67")
    assert (await pools.own_terms(given.db, owners[1], pool.id)).price == Decimal("33.33")

    place, ready = await pools.ask_for_share(given.db, owners[0], pool.id, now=given.now)
    assert (place, ready) == (f"/negotiations/{talk.negotiation.id}/offer", True)
    mine = given.offer(price=(await pools.own_terms(given.db, owners[0], pool.id)).price)
    negotiation = await negotiations.counter(
        given.db, owners[0], talk.negotiation.id, mine, version=talk.negotiation.version, now=given.now
    )
    await signed(given, owners[0], supplier, negotiation)
    assert (await pools.get(given.db, owners[0], pool.id)).state is PoolState.NEGOTIATING

    assert await pools.ask_for_share(given.db, owners[1], pool.id, now=given.now) == (f"/pools/{pool.id}", False)
    [card] = (await matches.page(given.db, await given.staff(), demand_id=found[1].id)).items
    await mutual(given, owners[1], supplier, card.id)
    place, ready = await pools.ask_for_share(given.db, owners[1], pool.id, now=given.now)
    assert (place, ready) == (f"/negotiations/new?match={card.id}", True)
    theirs = given.offer(price=(await pools.own_terms(given.db, owners[1], pool.id)).price)
    negotiation = await negotiations.start(given.db, owners[1], card.id, theirs, now=given.now)
    await signed(given, owners[1], supplier, negotiation)
    pool = await pools.get(given.db, owners[1], pool.id)
    assert pool.state is PoolState.AGREED
    assert all(m.state is MemberState.JOINED and m.agreement_id for m in await pools.members(given.db, pool))
    assert (await events(given, found[0]))[-1] == "pool_agree"
