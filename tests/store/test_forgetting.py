"""What is forgotten, and what is not."""

import pytest

from market.services import webhooks
from market.settings import Settings
from market.store import forgetting, journal, notices

pytestmark = pytest.mark.anyio


async def forget(db):
    return {what: await command.run(db) for what, command in forgetting.COMMANDS.items()}


async def test_old_things_go_and_fresh_ones_stay(db, given):
    owner = await given.demander()
    demand = await given.draft_demand(owner)
    event = await journal.LAST.one(db, "demand", demand.id)
    await notices.TELL.all(db, event, "demand", demand.id, "open", "title", None, owner.organisation_id, [])
    content = webhooks.WebhookContent(url="http://127.0.0.1:9/hook")
    hook = await webhooks.create(db, owner, content, settings=Settings(private_webhooks=True))
    await webhooks.test(db, owner, hook.id, now=given.now)
    await db.execute("INSERT INTO attempt (key) VALUES ('x')")
    await db.execute("INSERT INTO idempotency (person_id, key, fingerprint) VALUES ($1, 'k', '')", owner.person_id)
    await db.execute(
        "INSERT INTO password_reset (person_id, token_hash, expires_at) VALUES ($1, '', now())", owner.person_id
    )
    await db.execute("INSERT INTO sign_up (token_hash, wanted, expires_at) VALUES ('', '{}', now())")
    await db.execute(
        "INSERT INTO spreadsheet (organisation_id, person_id, name, created_at) VALUES ($1, $2, 'a.csv', now())",
        owner.organisation_id,
        owner.person_id,
    )
    product = await given.draft_product()
    await db.execute("INSERT INTO product_view VALUES ($1, current_date, 1)", product.id)
    await db.execute("UPDATE pgqueuer SET status = 'failed' WHERE id = (SELECT max(id) FROM pgqueuer)")
    assert set((await forget(db)).values()) == {0}
    for table, column in (
        ("notification", "created_at"),
        ("webhook_delivery", "created_at"),
        ("attempt", "at"),
        ("idempotency", "created_at"),
        ("password_reset", "expires_at"),
        ("sign_up", "expires_at"),
        ("spreadsheet", "created_at"),
        ("product_view", "day"),
        ("pgqueuer", "updated"),
        ("pgqueuer_log", "created"),
    ):
        await db.execute(f"UPDATE {table} SET {column} = now() - interval '2 years'")
    assert min((await forget(db)).values()) >= 1
    assert await db.fetchval("SELECT count(*) FROM journal") >= 1
    assert await db.fetchval("SELECT count(*) FROM pgqueuer WHERE status = 'queued'") >= 1
    assert set((await forget(db)).values()) == {0}
