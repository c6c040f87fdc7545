"""Agreements through the services and in the database, against a real PostgreSQL."""

import hashlib
from datetime import date, timedelta
from decimal import Decimal

import asyncpg
import msgspec
import pytest

from market.domain.agreements import ends_at
from market.domain.errors import Forbidden, IllegalTransition, Invalid, NotFound, NotYours, Stale, WrongPassword
from market.domain.permissions import Role
from market.domain.products import ProductContent
from market.services import agreements, demands, negotiations, products
from market.store import journal
from tests.given import PASSWORD

pytestmark = pytest.mark.anyio


async def test_the_text_is_the_last_offers_and_both_signed_it(db, given):
    talk = await given.negotiation("requested")
    found = talk.negotiation
    for side, price in ((talk.provider, "1500"), (talk.consumer, "1300")):
        sent = given.offer(price=Decimal(price))
        found = await negotiations.counter(db, side, found.id, sent, version=found.version, now=given.now)
    for side, action in ((talk.provider, "agree"), (talk.consumer, "verify"), (talk.provider, "finalize")):
        found = await negotiations.act(
            db, side, found.id, action, version=found.version, now=given.now, password=PASSWORD
        )
    agreement = await agreements.get(db, talk.consumer, found.agreement_id)
    last = (await negotiations.offers(db, found))[-1]
    assert (agreement.offer_id, agreement.terms, agreement.terms_hash) == (last.id, last.terms, last.terms_hash)
    assert agreement.terms_hash == hashlib.sha256(agreement.terms.encode()).digest()
    assert agreement.read().price == Decimal("1300.00")
    assert [(s.party, s.person_id, s.terms_hash) for s in await agreements.signatures(db, agreement)] == [
        ("provider", talk.provider.person_id, last.terms_hash),
        ("consumer", talk.consumer.person_id, last.terms_hash),
    ]
    events = await journal.OF_OBJECT.all(db, "agreement", agreement.id)
    assert [(e.action, e.party, e.target) for e in events] == [
        ("draft", "provider", "drafted"),
        ("sign", "consumer", "signed"),
        ("take_effect", "provider", "effective"),
    ]


OTHER = '{"price":"0.01"}'
FORGERIES = {
    "other terms": ("UPDATE agreement SET terms = $2 WHERE id = $1", (OTHER,)),
    "other terms with their hash": (
        "UPDATE agreement SET terms = $2, terms_hash = sha256(convert_to($2, 'UTF8')) WHERE id = $1",
        (OTHER,),
    ),
    "an earlier offer": (
        """UPDATE agreement a SET offer_id = o.id, terms = o.terms, terms_hash = o.terms_hash
        FROM offer o WHERE a.id = $1 AND o.negotiation_id = a.negotiation_id AND o.number = $2""",
        (1,),
    ),
    "a second agreement on other terms": (
        """INSERT INTO agreement (negotiation_id, offer_id, terms, terms_hash, state, state_action)
        SELECT negotiation_id, offer_id, $2, sha256(convert_to($2, 'UTF8')), 'drafted', 'draft'
        FROM agreement WHERE id = $1""",
        (OTHER,),
    ),
    "a signature under another text": (
        """INSERT INTO signature (agreement_id, party, person_id, terms_hash)
        SELECT $1, 'consumer', min(id), sha256(convert_to($2, 'UTF8')) FROM person""",
        (OTHER,),
    ),
    "a signature taken back": ("DELETE FROM signature WHERE agreement_id = $1", ()),
    "a signature redated": ("UPDATE signature SET signed_at = now() WHERE agreement_id = $1", ()),
    "in force at once": (
        """UPDATE agreement SET state = 'effective', state_action = 'take_effect', version = version + 1,
        effective_at = now() WHERE id = $1""",
        (),
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_the_database_refuses_any_other_text(db, given, forgery):
    talk = await given.negotiation("requested")
    found = talk.negotiation
    found = await negotiations.counter(
        db, talk.provider, found.id, given.offer(price=Decimal(9)), version=found.version, now=given.now
    )
    for side, action in ((talk.consumer, "accept"), (talk.provider, "agree")):
        found = await negotiations.act(
            db, side, found.id, action, version=found.version, now=given.now, password=PASSWORD
        )
    statement, values = FORGERIES[forgery]
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        async with db.transaction():
            await db.execute(statement, found.agreement_id, *values)


async def test_an_agreement_on_an_earlier_offer_is_refused(db, given):
    talk = await given.negotiation("requested")
    first = await negotiations.last_offer(db, talk.negotiation)
    await negotiations.counter(
        db, talk.provider, talk.negotiation.id, given.offer(price=Decimal(9)), version=1, now=given.now
    )
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await db.execute(
            """INSERT INTO agreement (negotiation_id, offer_id, terms, terms_hash, state, state_action)
            VALUES ($1, $2, $3, $4, 'drafted', 'draft')""",
            talk.negotiation.id,
            first.id,
            first.terms,
            first.terms_hash,
        )
    assert refused.value.constraint_name == "agreement_last_offer"


async def test_the_product_stays_as_it_was_agreed_on(db, given):
    deal = await given.agreement()
    product = await products.get(db, deal.provider, deal.agreement.product_id)
    content = ProductContent(**{name: getattr(product, name) for name in ProductContent.__struct_fields__})
    changed = msgspec.structs.replace(content, title="全国铁路货运量", abstract="与原来完全不同的另一种数据产品")
    await products.edit(db, deal.provider, product.id, product.version, changed, now=given.now)
    seen = await agreements.get(db, deal.consumer, deal.agreement.id)
    assert seen.product_title == product.title
    kept = await products.get_revision(db, deal.consumer, seen.product_id, seen.product_revision)
    assert kept.abstract == product.abstract


@pytest.mark.parametrize("side", ["consumer", "provider"])
async def test_either_side_ends_it_with_a_reason_and_the_password(db, given, side):
    deal = await given.agreement()
    owner, agreement = getattr(deal, side), deal.agreement

    async def end(actor, *, action="terminate", version=agreement.version, reason="unpaid", password=PASSWORD):
        async with db.transaction():
            return await agreements.act(
                db, actor, agreement.id, action, version=version, reason=reason, password=password, now=given.now
            )

    for error, wrong in (
        (NotFound, end(await given.demander())),
        (NotYours, end(await given.staff())),
        (Forbidden, end(msgspec.structs.replace(owner, role=Role.MEMBER))),
        (WrongPassword, end(owner, password="a guess")),
        (Invalid, end(owner, reason=" ")),
        (Invalid, end(owner, reason="x" * 2_001)),
        (Stale, end(owner, version=agreement.version - 1)),
        (IllegalTransition, end(owner, action="void")),
        (IllegalTransition, end(owner, action="expire")),
    ):
        with pytest.raises(error):
            await wrong
    ended = await end(owner)
    assert (ended.state, ended.state_party, ended.state_reason) == ("terminated", side, "unpaid")
    assert agreements.actions(owner, ended) == []
    assert (await demands.get(db, deal.consumer, ended.demand_id)).state == "open"
    with pytest.raises(IllegalTransition):
        await end(owner, version=ended.version)


async def test_what_is_not_in_force_ends_with_its_negotiation(db, given):
    for state, side in (("agreed", "consumer"), ("verified", "provider")):
        talk = await given.negotiation(state)
        found = talk.negotiation
        ended = await negotiations.act(
            db, getattr(talk, side), found.id, "terminate", version=found.version, now=given.now, reason="no budget"
        )
        agreement = await agreements.get(db, talk.consumer, found.agreement_id)
        assert (agreement.state, agreement.state_party, agreement.state_reason) == ("void", side, "no budget")
        assert (await demands.get(db, talk.consumer, ended.demand_id)).state == "open"


async def test_it_expires_when_its_last_day_is_over(db, given):
    deal = await given.agreement(period_to=date(2026, 12, 31))
    lasting = await given.agreement(period_to=date(2027, 12, 31))
    over = ends_at(deal.agreement.read())
    assert over.isoformat() == "2027-01-01T00:00:00+08:00"
    assert await agreements.expire_due(db, over - timedelta(seconds=1)) == 0
    assert await agreements.expire_due(db, over) == 1
    assert await agreements.expire_due(db, over) == 0
    ended = await agreements.get(db, deal.consumer, deal.agreement.id)
    assert (ended.state, ended.state_party) == ("expired", "clock")
    assert (await agreements.get(db, lasting.consumer, lasting.agreement.id)).state == "effective"
    assert (await demands.get(db, deal.consumer, ended.demand_id)).state == "open"


async def test_lists_show_ones_own(db, given):
    deal = await given.agreement()
    assert [c.id for c in (await agreements.page(db, deal.consumer)).items] == [deal.agreement.id]
    (card,) = (await agreements.page(db, deal.provider, states=["effective"])).items
    assert (card.price, card.period_to) == (Decimal("1200.00"), date(2027, 3, 31))
    assert (await agreements.page(db, await given.demander())).items == ()
    assert deal.agreement.id in [c.id for c in (await agreements.page(db, await given.staff(Role.AUDITOR))).items]
