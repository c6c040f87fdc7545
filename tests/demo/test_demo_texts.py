"""The demo's texts are whole: every key, reference, code, amount and story in them holds."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from market.domain.matches import DeclineCode, RejectCode
from market.domain.themes import THEMES

DEMO = Path(__file__).parents[2] / "market" / "demo"

PRODUCT_STATES = {"draft", "review", "listed", "suspended", "delisted"}
DEMAND_STATES = {
    "draft", "submitted", "triage", "clarifying", "open", "in_negotiation", "fulfilled",
    "partly_fulfilled", "closed_unmet", "withdrawn", "expired", "suspended",
}  # fmt: skip
# Every story, with the states a demand may be in when its best pairing went that far.
STORIES: dict[str | None, set[str]] = {
    None: DEMAND_STATES - {"in_negotiation", "fulfilled", "partly_fulfilled", "suspended"},
    "proposed": {"open", "suspended"},
    "interested_demander": {"open"},
    "interested_supplier": {"open"},
    "declined_supplier": {"open"},
    "declined_demander": {"open"},
    "rejected_by_broker": {"open"},
    "mutual": {"open"},
    "requested": {"in_negotiation"},
    "offered": {"in_negotiation"},
    "countered": {"in_negotiation"},
    "accepted": {"in_negotiation"},
    "agreed": {"in_negotiation"},
    "verified": {"in_negotiation"},
    "held": {"in_negotiation"},
    "finalized": {"fulfilled", "partly_fulfilled"},
    "terminated": {"open"},
    "agreement_terminated": {"open"},
}
# Who made the last offer where the state says it; the other stories may stop after either side's.
LAST_OFFER = {
    "requested": "consumer", "countered": "consumer", "offered": "provider", "accepted": "provider",
    "agreed": "provider", "verified": "provider", "finalized": "provider",
}  # fmt: skip
TALKING = {*LAST_OFFER, "held", "terminated", "agreement_terminated"}
CYCLES = {
    "realtime", "hourly", "daily", "weekly", "monthly", "quarterly", "yearly", "irregular", "static", None,
}  # fmt: skip
DELIVERY = {"api", "file", "sandbox", "model", "query"}
UNITS = {"product", "call", "month", "year", "volume"}
TYPES = {"string", "integer", "number", "date", "datetime", "boolean", "geometry", "binary"}
ROLES = {"owner", "member"}
PLATFORM_ROLES = {"broker", "registrar", "mediator", "auditor", "admin"}


def read(name: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads((DEMO / f"{name}.json").read_text(encoding="utf-8"))
    return records


def keyed(name: str, by: str = "key") -> dict[str, dict[str, Any]]:
    records = read(name)
    repeated = [key for key, times in Counter(record[by] for record in records).items() if times > 1]
    assert not repeated
    return {record[by]: record for record in records}


def check_character(first_17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100-2015, ISO 7064 MOD 31-3)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(char) * pow(3, place, 31) for place, char in enumerate(first_17))
    return alphabet[-total % 31]


def organisation_check(first_8: str) -> str:
    """The 9th character of an organisation code, inside the credit code (GB 11714-1997)."""
    total = sum(int(char, 36) * weight for char, weight in zip(first_8, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0123456789X"[-total % 11]


def chinese(text: str) -> bool:
    return any("一" <= char <= "鿿" for char in text)


def test_the_check_character_of_the_standards_own_example() -> None:
    assert check_character("91350100M000100Y4") == "3"


def test_organisations_are_whole() -> None:
    organisations = keyed("organisations")
    codes = [organisation["credit_code"] for organisation in organisations.values()]
    assert len(set(codes)) == len(codes) >= 24
    assert all(organisation["evidence"] for organisation in organisations.values())
    for code in codes:
        assert len(code) == 18
        assert code[16] == organisation_check(code[8:16]), code
        assert code[17] == check_character(code[:17]), code
    kinds = Counter(organisation["kind"] for organisation in organisations.values())
    assert set(kinds) == {"enterprise", "supplier", "operator", "government", "platform"}
    assert kinds["platform"] == 1
    states = Counter(organisation["verification"] for organisation in organisations.values())
    assert set(states) == {"verified", "pending", "rejected", "suspended"}
    assert all(
        organisation["verification_note"]
        for organisation in organisations.values()
        if organisation["verification"] in {"rejected", "suspended"}
    )


def test_members_have_one_address_each_and_a_role_of_their_organisation() -> None:
    members: list[dict[str, str]] = []
    for organisation in read("organisations"):
        allowed = PLATFORM_ROLES if organisation["kind"] == "platform" else ROLES
        roles = [member["role"] for member in organisation["members"]]
        assert set(roles) <= allowed
        if organisation["kind"] == "platform":
            assert set(roles) == PLATFORM_ROLES
        else:
            assert roles.count("owner") == 1
        members += organisation["members"]
    emails = [member["email"] for member in members]
    assert len(set(emails)) == len(emails)
    assert all(email.endswith(".example") for email in emails)
    assert len({member["key"] for member in members}) == len(members)


@pytest.mark.parametrize(
    ("email", "kind", "role"),
    [
        ("enterprise@demo.example", "enterprise", "owner"),
        ("supplier@demo.example", "supplier", "owner"),
        ("broker@demo.example", "platform", "broker"),
    ],
)
def test_the_printed_sign_ins_exist(email: str, kind: str, role: str) -> None:
    found = [
        (organisation["kind"], organisation["verification"], member["role"])
        for organisation in read("organisations")
        for member in organisation["members"]
        if member["email"] == email
    ]
    assert found == [(kind, "verified", role)]


def test_products_are_whole() -> None:
    organisations = keyed("organisations")
    products = keyed("products").values()
    assert len(products) >= 72
    assert sum(chinese(product["title"]) for product in products) >= 55
    assert sum(not chinese(product["title"] + product["abstract"]) for product in products) >= 17
    states = Counter(product["state"] for product in products)
    assert set(states) == PRODUCT_STATES
    assert states["draft"] >= 3
    assert states["review"] >= 3
    assert states["suspended"] >= 2
    assert states["delisted"] >= 2
    for product in products:
        supplier = organisations[product["supplier"]]
        assert supplier["kind"] in {"supplier", "operator", "government"}
        assert supplier["verification"] == "verified"
        assert product["update_cycle"] in CYCLES
        assert set(product["delivery"]) <= DELIVERY
        assert product["data_class"] in {"general", "important"}
        assert product["opening"] in {"unconditional", "conditional"}
        assert product["source_statement"]
        assert product["contact_role"]
        assert bool(product.get("risk_assessment")) == (product["data_class"] == "important")


def test_products_amounts_dates_and_fields_parse() -> None:
    for product in read("products"):
        if product["price"] is not None:
            price = Decimal(product["price"])
            assert price >= 0
            assert price.as_tuple().exponent == -2, product["key"]
            assert product["price_unit"] in UNITS
        start, end = (date.fromisoformat(day) if day else None for day in (product["time_from"], product["time_to"]))
        assert start is None or end is None or start <= end
        assert {field["type"] for field in product["fields"]} <= TYPES
        names = [field["name"] for field in product["fields"]]
        assert len(set(names)) == len(names)
        assert all(field["meaning"] for field in product["fields"])


def test_samples_are_three_rows_of_the_products_own_fields() -> None:
    sampled = [product for product in read("products") if product["sample"]]
    assert len(sampled) >= 40
    for product in sampled:
        header, *rows = csv.reader(io.StringIO(product["sample"]))
        assert set(header) <= {field["name"] for field in product["fields"]}, product["key"]
        assert [len(row) for row in rows] == [len(header)] * 3, product["key"]


def test_some_listed_products_leave_something_unknown() -> None:
    listed = [product for product in read("products") if product["state"] == "listed"]
    assert any(not product["fields"] for product in listed)
    assert any(product["update_cycle"] is None for product in listed)
    assert any(not product["region"] for product in listed)
    assert any(product["price"] is None for product in listed)


def test_every_field_of_data_has_a_name_in_both_languages() -> None:
    assert {record["theme"] for name in ("products", "demands") for record in read(name)} <= THEMES.keys()


def test_demands_are_whole() -> None:
    organisations, products = keyed("organisations"), keyed("products")
    demands = keyed("demands").values()
    assert len(demands) >= 38
    assert sum(chinese(demand["text"]) for demand in demands) >= 26
    assert sum(not chinese(demand["title"] + demand["text"]) for demand in demands) >= 8
    assert min(len(demand["text"]) for demand in demands) < 15
    assert max(len(demand["text"]) for demand in demands) > 400
    for demand in demands:
        enterprise = organisations[demand["enterprise"]]
        assert enterprise["kind"] in {"enterprise", "government"}
        assert (demand["state"] == "suspended") <= (enterprise["verification"] == "suspended")
        assert demand["state"] == "draft" or enterprise["verification"] in {"verified", "suspended"}
        assert all(products[key]["state"] == "listed" for key in demand["expects"])
        assert demand["budget"] is None or Decimal(demand["budget"]) > 0
        assert demand["needed_by"] is None or (demand["needed_by"] < 0) == (demand["state"] == "expired")
        assert bool(demand.get("question")) == (demand["state"] == "clarifying")
        assert bool(demand.get("reason")) == (demand["state"] in {"closed_unmet", "withdrawn", "expired"})


def test_masked_words_stand_in_the_text_and_nowhere_else_that_is_shown() -> None:
    demands = read("demands")
    assert any(demand["sealed"] for demand in demands)
    for demand in demands:
        assert bool(demand["masked"]) == demand["sealed"], demand["key"]
        for phrase in demand["masked"]:
            assert phrase in demand["text"]
            assert not any(phrase in str(demand[shown]) for shown in ("title", "region", "purpose", "theme"))


def test_every_state_and_every_story_occurs_and_they_agree() -> None:
    products, demands = keyed("products"), read("demands")
    assert {demand["state"] for demand in demands} == DEMAND_STATES
    assert {demand["story"] for demand in demands} == set(STORIES)
    for demand in demands:
        assert demand["state"] in STORIES[demand["story"]], demand["key"]
        assert ("with" in demand) == (demand["story"] is not None)
        if "with" in demand:
            assert products[demand["with"]]["state"] == "listed"
            assert demand["with"] in demand["expects"] or demand["story"] == "rejected_by_broker"
        turned_down = demand["story"] in {"declined_supplier", "declined_demander", "rejected_by_broker"}
        assert bool(demand.get("story_reason")) == turned_down
        if turned_down:
            by_broker = demand["story"] == "rejected_by_broker"
            assert (RejectCode if by_broker else DeclineCode)(demand["story_code"])


def test_the_two_printed_organisations_meet_often() -> None:
    owner = {
        member["email"]: organisation["key"]
        for organisation in read("organisations")
        for member in organisation["members"]
    }
    products = keyed("products")
    stories = {
        demand["story"]
        for demand in read("demands")
        if demand["enterprise"] == owner["enterprise@demo.example"]
        and "with" in demand
        and products[demand["with"]]["supplier"] == owner["supplier@demo.example"]
    }
    assert len(stories) >= 6


def test_a_conversation_for_every_demand_that_talks_and_for_no_other() -> None:
    conversations = keyed("conversations", by="demand")
    talking = {demand["key"] for demand in read("demands") if demand["story"] in TALKING}
    assert set(conversations) == talking


def test_offers_alternate_and_end_where_the_story_says() -> None:
    demands, products = keyed("demands"), keyed("products")
    for conversation in read("conversations"):
        demand, offers = demands[conversation["demand"]], conversation["offers"]
        sides = [offer["by"] for offer in offers]
        assert sides
        assert set(sides) <= {"consumer", "provider"}
        assert all(one != other for one, other in itertools.pairwise(sides)), demand["key"]
        assert sides[-1] == LAST_OFFER.get(demand["story"], sides[-1])
        assert len(sides) >= (3 if demand["story"] == "countered" else 1)
        product = products[demand["with"]]
        for offer in offers:
            assert Decimal(offer["price"]) > 0
            assert offer["price_unit"] == product["price_unit"]
            assert offer["delivery"] in product["delivery"]
            assert offer["period_months"] > 0
            assert offer["valid_days"] > 0
            assert offer["permitted_use"]
            assert offer["obligations"]
            titles = [clause["title"] for clause in offer["clauses"]]
            assert titles
            assert len(set(titles)) == len(titles)


def test_messages_are_spoken_in_the_language_of_the_demand_and_ends_have_reasons() -> None:
    demands = keyed("demands")
    for conversation in read("conversations"):
        demand, messages = demands[conversation["demand"]], conversation["messages"]
        assert messages
        assert {message["by"] for message in messages} <= {"consumer", "provider", "broker"}
        assert {chinese(message["text"]) for message in messages} == {chinese(demand["text"])}
        ended = demand["story"] in {"terminated", "agreement_terminated"}
        assert bool(conversation.get("end_reason")) == ended
        assert (conversation.get("ended_by") in {"consumer", "provider"}) == ended
        assert bool(conversation.get("hold_reason")) == (demand["story"] == "held")
