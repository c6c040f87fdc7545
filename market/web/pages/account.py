"""Signing in and out, signing up, passwords, invitations, one's own account, the language."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Redirect, Template

from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.services import accounts
from market.store.query import Db
from market.web import forms, sessions
from market.web.page import Web, go, page

P = Permission
Next = Annotated[str, QueryParameter(name="next")]


@get("/sign-in", permission=P.PUBLIC)
async def sign_in_page(actor: NamedDependency[Actor], wanted: Next = "") -> Template | Redirect:
    """The form; who is signed in already is sent on."""
    if actor.role:
        return Redirect(sessions.safe_path(wanted), status_code=303)
    return page("pages/sign_in.html", typed={"next": wanted})


@post("/sign-in", permission=P.PUBLIC)
async def sign_in(request: Web, db: NamedDependency[Db]) -> Redirect:
    """Start a session."""
    typed = forms.typed(await request.form())
    with forms.retry(lambda errors, unmet: page("pages/sign_in.html", typed=typed, errors=errors, unmet=unmet)):
        person, membership = await accounts.sign_in(
            db, typed.get("email", ""), typed.get("password", ""), address=sessions.caller(request)
        )
    sessions.sign_in(request.session, person, membership.organisation_id)
    return go(request, sessions.safe_path(typed.get("next", "")))


ROUTES = [sign_in_page, sign_in]
