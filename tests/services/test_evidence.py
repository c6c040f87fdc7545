"""The evidence of an agreement holds, and says what does not when somebody with the database changes something."""

import pytest

from market.domain.errors import NotFound
from market.services import evidence

pytestmark = pytest.mark.anyio


async def forge(db, statement, *args):
    """As somebody with full rights on the database would: without the triggers."""
    await db.execute("SET LOCAL session_replication_role = replica")
    await db.execute(statement, *args)
    await db.execute("SET LOCAL session_replication_role = origin")


async def test_it_holds_for_both_sides_and_staff_and_nobody_else(db, given):
    deal = await given.agreement()
    for actor in (deal.consumer, deal.provider, await given.staff()):
        found = await evidence.of_agreement(db, actor, deal.agreement.id)
        assert found.holds
        assert found.events >= 8
    with pytest.raises(NotFound):
        await evidence.of_agreement(db, await given.demander(), deal.agreement.id)


async def test_a_forged_text_with_a_fitting_hash_is_signed_and_offered_by_nobody(db, given):
    deal = await given.agreement()
    await forge(
        db,
        """UPDATE agreement SET terms = t.terms, terms_hash = sha256(convert_to(t.terms, 'UTF8'))
        FROM (SELECT replace(terms, '1200.00', '12.00') AS terms FROM agreement WHERE id = $1) t WHERE id = $1""",
        deal.agreement.id,
    )
    found = await evidence.of_agreement(db, deal.consumer, deal.agreement.id)
    assert (found.text, found.signed, found.offered, found.broken) == (True, False, False, ())
    assert not found.holds


@pytest.mark.parametrize("kind", ["negotiation", "agreement"])
async def test_a_changed_event_breaks_it(db, given, kind):
    deal = await given.agreement()
    number = getattr(deal.agreement, "negotiation_id" if kind == "negotiation" else "id")
    statement = "UPDATE journal SET at = at - interval '1 day' WHERE kind = $1 AND object_id = $2 AND seq = 2"
    await forge(db, statement, kind, number)
    found = await evidence.of_agreement(db, deal.provider, deal.agreement.id)
    assert (found.text, found.signed, found.offered, found.broken) == (True, True, True, (2,))
