"""Every statement of the store is prepared against the migrated schema, and every name it relies on exists there."""

import re
from pathlib import Path

import asyncpg
import msgspec
import pytest

import market.store
from market.domain.accounts import Actor
from market.domain.errors import Invalid, MarketError
from market.domain.subjects import Subject
from market.migrate import migrations_dir
from market.store.query import REGISTRY, Query
from market.store.violations import VIOLATIONS, translate
from tests.modules import import_all

pytestmark = pytest.mark.anyio

MODULES = import_all(market.store)

NOT_STORED = {
    Actor: {"token_id", "scopes", "unread"},
    Subject: {f.name for f in msgspec.structs.fields(Subject) if not f.required},
}
"""Fields with a default that some statements rightly leave out."""


def statements(module: str) -> list:
    return [s for s in REGISTRY if Path(s.place.rpartition(":")[0]).stem == module]


def complaint(kind: type, columns: list[str]) -> str | None:
    """Why these columns do not make this type, or None."""
    if len(set(columns)) < len(columns):
        return f"a column twice: {columns}"
    if not issubclass(kind, msgspec.Struct):
        return None if len(columns) == 1 else f"one column is read of {columns}"
    wanted = {f.encode_name for f in msgspec.structs.fields(kind)}
    missing = wanted - set(columns) - NOT_STORED.get(kind, set())
    surplus = set(columns) - wanted
    return f"missing {sorted(missing)}, surplus {sorted(surplus)}" if missing or surplus else None


def is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


@pytest.mark.parametrize("module", MODULES)
async def test_statements_prepare_and_their_columns_are_the_structs_fields(db, module):
    wrong = {}
    for statement in statements(module):
        try:
            prepared = await db.prepare(statement.sql)
        except asyncpg.PostgresError as error:
            wrong[statement.place] = str(error)
            break  # the transaction is lost
        columns = [a.name for a in prepared.get_attributes()]
        if isinstance(statement, Query):
            kind = statement.kind if is_struct(statement.kind) else object
            if problem := complaint(kind, columns):
                wrong[statement.place] = problem
        elif columns:
            wrong[statement.place] = f"a Command that returns {columns}"
    assert wrong == {}


def test_every_statement_stands_in_the_store():
    assert REGISTRY
    elsewhere = [s.place for s in REGISTRY if Path(s.place).parent.name != "store"]
    assert elsewhere == []


async def schema_names(db: asyncpg.Connection) -> set[str]:
    """Names a violation may carry: constraints, unique indexes, and what our triggers raise."""
    found = await db.fetch(
        """SELECT conname AS name FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid
            WHERE indisunique AND relnamespace = 'public'::regnamespace
        UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"""
    )
    return {row["name"] for row in found}


async def test_every_violation_we_explain_exists_in_the_schema(db):
    assert set(VIOLATIONS) - await schema_names(db) == set()


async def test_every_lifecycle_is_explained(db):
    triggers = {name for name in await schema_names(db) if name.endswith("_lifecycle")}
    assert triggers
    assert triggers - set(VIOLATIONS) == set()


async def test_every_unique_constraint_that_people_can_run_into_is_explained(db):
    """All but primary keys we number ourselves and random tokens."""
    ours = "|".join(re.findall(r"CREATE TABLE (\w+)", migrations()))
    found = await db.fetch(
        """SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = indexrelid
        JOIN pg_class t ON t.oid = indrelid
        WHERE indisunique AND t.relname = ANY ($1) AND NOT EXISTS (
            SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY (i.indkey)
            AND (a.attidentity <> '' OR a.attname = 'token_hash'))""",
        ours.split("|"),
    )
    assert {row["name"] for row in found} - set(VIOLATIONS) - INTERNAL == set()


INTERNAL = {
    "desk_item_object",  # ON CONFLICT DO UPDATE
    "idempotency_pkey",  # ON CONFLICT DO NOTHING
    "lifecycle_pkey",
    "notification_once",  # ON CONFLICT DO NOTHING
    "seen_pkey",  # ON CONFLICT DO UPDATE
    "product_version_pkey",  # ON CONFLICT DO NOTHING
    "ranker_training_one",  # ON CONFLICT DO NOTHING
    "saved_search_hit_pkey",  # ON CONFLICT DO NOTHING
    "demand_version_pkey",
    "product_view_pkey",  # ON CONFLICT DO UPDATE
    "spreadsheet_row_pkey",  # lines are counted by us
    "webhook_delivery_once",
}


def migrations() -> str:
    return "".join(path.read_text() for path in sorted(migrations_dir().glob("*.sql")))


async def test_every_constraint_of_ours_has_a_name_of_ours(db):
    text = migrations()
    tables = re.findall(r"CREATE TABLE (\w+)", text)
    found = await db.fetch(
        """SELECT conname AS name FROM pg_constraint JOIN pg_class t ON t.oid = conrelid
        WHERE t.relname = ANY ($1) AND contype <> 'n'""",
        tables,
    )
    assert len(tables) > 15
    unnamed = [row["name"] for row in found if not re.search(rf"\b{row['name']}\b", text)]
    assert unnamed == []


def test_migrations_are_ascii():
    assert migrations().isascii()


@pytest.mark.parametrize("name", VIOLATIONS)
def test_every_violation_becomes_its_error(name):
    error = asyncpg.UniqueViolationError("…")
    error.constraint_name = name
    meaning = VIOLATIONS[name]
    found = translate(error)
    assert isinstance(found, MarketError)
    assert 400 <= found.status < 500
    if isinstance(meaning, tuple):
        head, sentence = meaning
        if isinstance(head, str):
            assert isinstance(found, Invalid)
            assert found.fields == {head: sentence}
        else:
            assert type(found) is head
            assert found.detail == sentence
    else:
        assert type(found) is meaning


def test_a_violation_nobody_explained_is_raised_as_it_is():
    error = asyncpg.UniqueViolationError("…")
    with pytest.raises(asyncpg.UniqueViolationError) as raised:
        translate(error)
    assert raised.value is error
