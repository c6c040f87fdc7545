"""One's own account: name, language, password, the organisations one acts for, sessions."""

from __future__ import annotations

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from market import i18n
from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import accounts
from market.store.query import Db
from market.web import forms, sessions
from market.web.page import Web, go, page

P = Permission
YEAR = 365 * 24 * 3600


async def _account_page(db: Db, actor: Actor, typed: forms.Typed | None = None) -> Template:
    person = await accounts.me(db, actor)
    return page(
        "pages/account.html",
        person=person,
        memberships=await accounts.memberships(db, actor),
        typed={"name": person.name, "language": person.language, **(typed or {})},
    )


@get("/account", permission=P.ACCOUNT_OWN)
async def account_page(db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Template:
    """All of it on one page."""
    return await _account_page(db, actor)


@post("/account", permission=P.ACCOUNT_OWN)
async def save_account(request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Redirect:
    """Change name and language."""
    typed = forms.typed(await request.form())
    again = await _account_page(db, actor, typed)
    with forms.retry_on(again):
        await accounts.edit(db, actor, name=typed.get("name", ""), language=typed.get("language", ""))
    return go(request, "/account", N_("Saved."))


@post("/account/password", permission=P.ACCOUNT_OWN)
async def change_password(request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Redirect:
    """Change the password; this session goes on, every other ends."""
    typed = forms.typed(await request.form())
    again = await _account_page(db, actor)
    with forms.retry_on(again):
        person = await accounts.change_password(db, actor, typed.get("password", ""), typed.get("new_password", ""))
    sessions.sign_in(request.session, person, actor.organisation_id)
    return go(request, "/account", N_("The password is changed. Every other session has ended."))


@post("/account/sign-out-everywhere", permission=P.ACCOUNT_OWN)
async def sign_out_everywhere(request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Redirect:
    """End every session."""
    await accounts.sign_out_everywhere(db, actor)
    request.session.clear()
    return go(request, "/sign-in", N_("You are signed out everywhere."))


@post("/account/organisation", permission=P.ACCOUNT_OWN)
async def switch_organisation(request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Redirect:
    """Act for another of one's organisations."""
    wanted = str((await request.form()).get("organisation_id", ""))
    organisation_id = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else 0
    person, membership = await accounts.switch(db, actor, organisation_id)
    sessions.sign_in(request.session, person, membership.organisation_id)
    return go(request, "/inbox", N_("You now act for %(organisation)s."), organisation=membership.name)


@post("/language", permission=P.PUBLIC)
async def choose_language(request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Redirect:
    """Remember the language: in a cookie, and with the account of who is signed in."""
    typed = forms.typed(await request.form())
    language = i18n.choose(typed.get("language", ""), "", i18n.language.get())
    if actor.role:
        await accounts.set_language(db, actor, language)
    cookie = Cookie(
        key="language",
        value=language,
        max_age=YEAR,
        httponly=True,
        secure=request.app.state.settings.secure,
        samesite="lax",
    )
    return Redirect(sessions.safe_path(typed.get("next", ""), "/"), status_code=303, cookies=[cookie])


ROUTES = [
    account_page,
    save_account,
    change_password,
    sign_out_everywhere,
    switch_organisation,
    choose_language,
]
