"""The same data offered more than once: whose turn it is, and what is a copy."""

from collections import Counter

from market.domain.copies import SUPPLIERS, Offers, by_lot
from market.domain.matches import Found
from market.domain.products import Product, ProductState
from tests.given import NOW


def offered(product_id, supplier, title="公路货运量", **said):
    stored = {"state": ProductState.LISTED, "revision": 1, "version": 1, "organisation_verified": True}
    blank = dict.fromkeys(("state_party", "state_reason", "due_at"))
    moments = dict.fromkeys(("created_at", "listed_at", "updated_at"), NOW)
    who = {"id": product_id, "organisation_id": supplier, "organisation_name": "甲"}
    return Product(**stored, **blank, **moments, **who, title=title, **said)


def test_a_lot_drawn_for_every_demand_gives_each_supplier_the_same_chance():
    products = {n: offered(n, 100 + n) for n in range(5)} | {9: offered(9, 109, title="别的数据")}
    found = [Found(product_id=n, score=1 - n / 10, rank=n + 1) for n in (0, 1, 9, 2, 3, 4)]
    first, among = Counter(), Counter()
    for demand_id in range(400):
        shared = by_lot(demand_id, found, products)
        assert shared[2].product_id == 9, "another product keeps its place"
        assert by_lot(demand_id, found, products) == shared, "and the lot is drawn once"
        first[shared[0].product_id] += 1
        among.update(place.product_id for place in shared[:3])
    assert set(first) == set(range(5))
    assert all(60 <= count <= 100 for count in first.values()), first
    assert all(count >= 130 for product, count in among.items() if product != 9)


def test_of_a_supplier_one_copy_and_of_suppliers_a_few():
    offers = Offers()
    offers.add(offered(1, 10))
    assert not offers.room_for(offered(2, 10)), "its own copy"
    assert offers.room_for(offered(2, 10, price=5)), "on other terms it is no copy"
    assert offers.room_for(offered(3, 11)), "another supplier's"
    for supplier in range(11, 10 + SUPPLIERS):
        offers.add(offered(supplier, supplier))
    assert not offers.room_for(offered(99, 99)), "enough of this"
    assert offers.room_for(offered(99, 99, granularity="区县")), "not of other data"
    assert offers.room_for(offered(5, 10, price=5)), "who is among them may say more"
