"""The registrar's desk: listings waiting for compliance review, and what has been listed or suspended."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.domain.products import ProductState
from market.domain.words import N_
from market.services import products
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page

P = Permission
TABS = (ProductState.COMPLIANCE_REVIEW, ProductState.LISTED, ProductState.SUSPENDED)


@get("/desk/listings", permission=P.PRODUCT_REVIEW)
async def desk_listings(db: NamedDependency[Db], tab: FromQuery[str] = "", cursor: FromQuery[str] = "") -> Template:
    """Products of one state, the longest waiting first, each with the rules it does not meet."""
    return await _desk(db, tab, cursor)


async def _desk(db: Db, tab: str = "", cursor: str = "") -> Template:
    chosen = next((state for state in TABS if state == tab), ProductState.COMPLIANCE_REVIEW)
    found = await products.queue(db, chosen, cursor=cursor)
    following = urlencode({"tab": chosen, "cursor": found.next}) if found.next else ""
    return page("pages/desk_listings.html", items=found.items, next=following, chosen=chosen, tabs=TABS, typed={})


@post("/desk/listings/{product_id:int}/actions/{action:str}", permission=P.PRODUCT_REVIEW)
async def decide_listing(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    product_id: FromPath[int],
    action: FromPath[str],
) -> Redirect:
    """List or return a product and come back to the desk."""
    form = await request.form()
    typed = forms.typed(form)
    again = await _desk(db)
    again.context |= {"typed": typed | {"product": product_id}}
    with forms.retry_on(again):
        product = await products.act(
            db, actor, product_id, action, now=now, version=forms.version(form), reason=typed.get("reason")
        )
    if product.state is ProductState.LISTED:
        return go(request, "/desk/listings", N_("Listed: %(title)s"), title=product.title)
    return go(request, "/desk/listings", N_("Returned: %(title)s"), title=product.title)


ROUTES = [desk_listings, decide_listing]
