"""Rows that never change, and terms that are the same bytes in the offer, the agreement and the signatures."""

import hashlib

import asyncpg
import pytest

from tests.rows import HASH, TERMS, Rows

pytestmark = pytest.mark.anyio

OTHER = '{"price":"2.00"}'
OTHER_HASH = hashlib.sha256(OTHER.encode()).digest()


async def violated(db: asyncpg.Connection, name: str, statement: str, *args: object) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        async with db.transaction():
            await db.execute(statement, *args)
    assert refused.value.constraint_name == name


async def fill(db: asyncpg.Connection, table: str) -> None:
    """One row of the table, so that there is something to change."""
    made = Rows(db)
    if table in ("product_version", "demand_version"):
        noun = table.removesuffix("_version")
        await db.execute(
            f"INSERT INTO {table} ({noun}_id, revision, content) VALUES ($1, 1, '{{}}')",
            await made.born(noun),
        )
    elif table == "offer":
        await made.offer(await made.born("negotiation"))
    elif table == "message":
        await db.execute(
            "INSERT INTO message (negotiation_id, party, person_id, body) VALUES ($1, 'consumer', $2, 'x')",
            await made.born("negotiation"),
            await made.person(),
        )
    elif table == "signature":
        await db.execute(
            "INSERT INTO signature (agreement_id, party, person_id, terms_hash) VALUES ($1, 'consumer', $2, $3)",
            await made.born("agreement"),
            await made.person(),
            HASH,
        )
    elif table == "gap_letter":
        await db.execute(
            """INSERT INTO gap_letter (demand_id, demand_revision, code, gap, person_id, issued_at)
            VALUES ($1, 1, 'price', '{}', $2, now())""",
            await made.born("demand"),
            await made.person(),
        )
    elif table in ("ranker_model", "ranker_choice"):
        await db.execute(
            "INSERT INTO ranker_model (content, figures, accepted, calibrated) VALUES ('', '{}', false, false)"
        )
        await db.execute("INSERT INTO ranker_choice (action) VALUES ('disable')")
    else:
        await db.execute(
            """INSERT INTO checkpoint (chains, last_event, digest, public_key, signature)
            VALUES (0, 0, '', '', '')"""
        )


IMMUTABLE = {
    "product_version": "content = '{\"a\": 1}'",
    "demand_version": "revision = 9",
    "offer": "note = 'x'",
    "message": "body = 'y'",
    "signature": "signed_at = now()",
    "checkpoint": "chains = 1",
    "gap_letter": "note = 'x'",
    "ranker_model": "accepted = true",
    "ranker_choice": "action = 'rollback'",
}


async def test_the_list_is_the_databases(db):
    found = await db.fetch(
        """SELECT relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid JOIN pg_proc p ON p.oid = tgfoid
        WHERE p.proname = 'row_is_immutable' AND tgenabled = 'O'"""
    )
    assert {row[0] for row in found} == set(IMMUTABLE)


@pytest.mark.parametrize("table", IMMUTABLE)
async def test_never_changed_never_deleted(db, table):
    await fill(db, table)
    await violated(db, f"{table}_immutable", f"UPDATE {table} SET {IMMUTABLE[table]}")
    await violated(db, f"{table}_immutable", f"DELETE FROM {table}")


async def test_an_offer_hash_is_of_its_own_terms(db):
    made = Rows(db)
    await violated(
        db,
        "offer_hash",
        """INSERT INTO offer (negotiation_id, number, party, person_id, terms, terms_hash, expires_at)
        VALUES ($1, 1, 'provider', $2, $3, $4, now())""",
        await made.born("negotiation"),
        await made.person(),
        OTHER,
        HASH,
    )


AGREE = """INSERT INTO agreement (negotiation_id, offer_id, terms, terms_hash, state, state_action)
    VALUES ($1, $2, $3, $4, 'drafted', 'draft')"""


async def test_an_agreement_has_the_offers_terms_byte_for_byte(db):
    made = Rows(db)
    negotiation = await made.born("negotiation")
    offer = await made.offer(negotiation)
    await violated(db, "agreement_hash", AGREE, negotiation, offer, TERMS + " ", HASH)
    await violated(db, "agreement_of_offer", AGREE, negotiation, offer, OTHER, OTHER_HASH)
    await db.execute(AGREE, negotiation, offer, TERMS, HASH)
    await violated(db, "agreement_hash", "UPDATE agreement SET terms = $1 WHERE offer_id = $2", OTHER, offer)
    await violated(
        db,
        "agreement_of_offer",
        "UPDATE agreement SET terms = $1, terms_hash = $2 WHERE offer_id = $3",
        OTHER,
        OTHER_HASH,
        offer,
    )


async def test_an_agreement_takes_an_offer_of_its_own_negotiation(db):
    made = Rows(db)
    here, elsewhere = await made.born("negotiation"), await made.born("negotiation")
    await violated(db, "agreement_of_offer", AGREE, here, await made.offer(elsewhere), TERMS, HASH)


async def test_both_sides_sign_the_same_bytes(db):
    made = Rows(db)
    agreement = await made.born("agreement")
    sign = "INSERT INTO signature (agreement_id, party, person_id, terms_hash) VALUES ($1, $2, $3, $4)"
    person = await made.person()
    await violated(db, "signature_same_text", sign, agreement, "consumer", person, OTHER_HASH)
    await db.execute(sign, agreement, "consumer", person, HASH)
    await violated(db, "signature_pkey", sign, agreement, "consumer", person, HASH)
    await violated(db, "signature_party", sign, agreement, "broker", person, HASH)
    await db.execute(sign, agreement, "provider", person, HASH)
