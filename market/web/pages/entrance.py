"""The ways in and out: sign in, sign up, sign out, a forgotten password, an invitation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect, Template

from market import i18n
from market.domain.accounts import OPEN_KINDS, Actor, Name, Registration
from market.domain.errors import NotFound
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import accounts, members, sign_ups
from market.store.query import Db
from market.web import forms, labels, sessions
from market.web.page import Web, go, page

P = Permission
Next = Annotated[str, QueryParameter(name="next")]
KINDS = {kind: labels.WORDS["organisation.kind"][kind] for kind in OPEN_KINDS}


class NewMember(msgspec.Struct, frozen=True, kw_only=True):
    """The form of an invited person without an account."""

    name: Name
    password: str


def _site(request: Web) -> str:
    address: str = request.app.state.settings.address
    return address


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
    return Redirect(sessions.safe_path(typed.get("next", "")), status_code=303)


@post("/sign-out", permission=P.PUBLIC)
async def sign_out(request: Web) -> Redirect:
    """End this session."""
    request.session.clear()
    return go(request, "/", N_("You are signed out."))


@get("/sign-up", permission=P.PUBLIC)
async def sign_up_page(actor: NamedDependency[Actor]) -> Template | Redirect:
    """The form; who is signed in already is sent on."""
    if actor.role:
        return Redirect("/organisation", status_code=303)
    return page("pages/sign_up.html", typed={}, kinds=KINDS)


@post("/sign-up", permission=P.PUBLIC)
async def sign_up(request: Web, db: NamedDependency[Db], now: NamedDependency[datetime]) -> Template:
    """Mail the link that finishes it; the answer does not tell whether the address has an account."""
    typed = forms.typed(await request.form())
    with forms.retry(
        lambda errors, unmet: page("pages/sign_up.html", typed=typed, kinds=KINDS, errors=errors, unmet=unmet)
    ):
        await sign_ups.begin(
            db,
            forms.read(Registration, typed),
            site=_site(request),
            address=sessions.caller(request),
            now=now,
            language=i18n.language.get(),
        )
    return page("pages/sign_up_sent.html", email=typed["email"])


@get("/sign-up/{token:str}", permission=P.PUBLIC)
async def finish_page(db: NamedDependency[Db], now: NamedDependency[datetime], token: FromPath[str]) -> Template:
    """What was filled in, and a password to choose."""
    return _finish_page(await sign_ups.find(db, token, now=now), {})


def _finish_page(wanted: Registration, errors: dict[str, str]) -> Template:
    """Only the password can be mended here; what else is wrong stands above as a sentence."""
    wrong = {name: sentence for name, sentence in errors.items() if name == "password"}
    unmet = tuple(sentence for name, sentence in errors.items() if name not in wrong)
    return page("pages/sign_up_finish.html", wanted=wanted, errors=wrong, unmet=unmet)


@post("/sign-up/{token:str}", permission=P.PUBLIC)
async def finish(
    request: Web, db: NamedDependency[Db], now: NamedDependency[datetime], token: FromPath[str]
) -> Redirect:
    """The person and their organisation, signed in."""
    typed = forms.typed(await request.form())
    wanted = await sign_ups.find(db, token, now=now)
    with forms.retry(lambda errors, _: _finish_page(wanted, errors)):
        person, organisation_id = await sign_ups.finish(db, token, typed.get("password", ""), now=now)
    sessions.sign_in(request.session, person, organisation_id)
    return go(request, "/organisation", N_("Welcome. Next, send the proof of your organisation's identity."))


@get("/forgot", permission=P.PUBLIC)
async def forgot_page() -> Template:
    """Ask for a link that sets a new password."""
    return page("pages/forgot.html", typed={}, sent=False)


@post("/forgot", permission=P.PUBLIC)
async def forgot(request: Web, db: NamedDependency[Db], now: NamedDependency[datetime]) -> Template:
    """Send it; the answer does not tell whether there is such an account."""
    typed = forms.typed(await request.form())
    with forms.retry(
        lambda errors, unmet: page("pages/forgot.html", typed=typed, sent=False, errors=errors, unmet=unmet)
    ):
        await accounts.request_reset(
            db, typed.get("email", ""), site=_site(request), address=sessions.caller(request), now=now
        )
    return page("pages/forgot.html", typed=typed, sent=True)


@get("/reset/{token:str}", permission=P.PUBLIC)
async def reset_page(db: NamedDependency[Db], now: NamedDependency[datetime], token: FromPath[str]) -> Template:
    """Set a new password by the link."""
    stands = await accounts.reset_stands(db, token, now=now)
    return page("pages/reset.html", status=200 if stands else 404, stands=stands)


@post("/reset/{token:str}", permission=P.PUBLIC)
async def reset(
    request: Web, db: NamedDependency[Db], now: NamedDependency[datetime], token: FromPath[str]
) -> Redirect | Template:
    """Set it; every session of this person ends."""
    typed = forms.typed(await request.form())
    with forms.retry(lambda errors, unmet: page("pages/reset.html", stands=True, errors=errors, unmet=unmet)):
        try:
            await accounts.reset_password(db, token, typed.get("new_password", ""), now=now)
        except NotFound:
            return page("pages/reset.html", status=404, stands=False)
    request.session.clear()
    return go(request, "/sign-in", N_("The password is changed. Sign in with the new one."))


@get("/invitations/{token:str}", permission=P.PUBLIC)
async def invitation_page(db: NamedDependency[Db], now: NamedDependency[datetime], token: FromPath[str]) -> Template:
    """Who invites whom, and what to fill in."""
    invitation = await members.find_invitation(db, token, now=now)
    return page("pages/invitation.html", invitation=invitation, typed={})


@post("/invitations/{token:str}", permission=P.PUBLIC)
async def accept_invitation(
    request: Web, db: NamedDependency[Db], now: NamedDependency[datetime], token: FromPath[str]
) -> Redirect:
    """Join, with the account there is or a new one, and sign in."""
    typed = forms.typed(await request.form())
    invitation = await members.find_invitation(db, token, now=now)
    with forms.retry(
        lambda errors, unmet: page(
            "pages/invitation.html", invitation=invitation, typed=typed, errors=errors, unmet=unmet
        )
    ):
        if invitation.has_account:
            person, organisation_id = await members.join(
                db, token, password=typed.get("password", ""), address=sessions.caller(request), now=now
            )
        else:
            new = forms.read(NewMember, typed)
            person, organisation_id = await members.join_as_new(
                db, token, name=new.name, password=new.password, language=i18n.language.get(), now=now
            )
    sessions.sign_in(request.session, person, organisation_id)
    return go(request, "/organisation", N_("You now act for this organisation."))


ROUTES = [
    sign_in_page,
    sign_in,
    sign_out,
    sign_up_page,
    sign_up,
    finish_page,
    finish,
    forgot_page,
    forgot,
    reset_page,
    reset,
    invitation_page,
    accept_invitation,
]
