"""One's own organisation: profile and verification, members and invitations, tokens; the page others see of it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from market.domain.accounts import Actor, Email, Organisation, OrganisationContent, manager_of, roles_of
from market.domain.calendar import ZONE
from market.domain.errors import Invalid, NotFound
from market.domain.permissions import Permission, Role
from market.domain.words import N_
from market.services import members, organisations, tokens
from market.store import products
from market.store.query import Db
from market.web import forms, labels
from market.web.page import Web, go, page

P = Permission
NEW_TOKEN_DAYS = 90
OFFERED = 20
"""Products on the public page of an organisation."""


class NewInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """The form of an invitation."""

    email: Email
    role: Role


class RoleChoice(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a change of role."""

    role: Role


class TokenForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a new token."""

    name: str
    expires_at: date
    scopes: tuple[str, ...] = ()


def _own(actor: Actor) -> int:
    if actor.organisation_id is None:
        raise NotFound
    return actor.organisation_id


@get("/organisation", permission=P.ORGANISATION_READ)
async def own_page(db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Template:
    """The profile, where its verification stands, and what to do next."""
    return await _own_page(db, actor)


async def _own_page(db: Db, actor: Actor, **again: Any) -> Template:
    organisation = await organisations.get(db, actor, _own(actor))
    return page(
        "pages/organisation.html",
        organisation=organisation,
        actions=organisations.actions(actor, organisation),
        events=await organisations.history(db, actor, organisation.id),
        **{"typed": {}, **again},
    )


@get("/organisation/edit", permission=P.ORGANISATION_MANAGE)
async def edit_page(db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Template:
    """The filled-in form."""
    organisation = await organisations.get(db, actor, _own(actor))
    return _edit_page(organisation, msgspec.to_builtins(organisation))


def _edit_page(organisation: Organisation, typed: forms.Typed, **again: Any) -> Template:
    kinds = {kind: labels.WORDS["organisation.kind"][kind] for kind in organisations.kinds_open_to(organisation)}
    fixed = organisation.state not in organisations.IDENTITY_OPEN
    return page(
        "pages/organisation_form.html", organisation=organisation, kinds=kinds, fixed=fixed, typed=typed, **again
    )


@post("/organisation/edit", permission=P.ORGANISATION_MANAGE)
async def save(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Redirect:
    """Save, and send for verification when the second button was pressed."""
    form = await request.form()
    typed = forms.typed(form)
    organisation = await organisations.get(db, actor, _own(actor))
    identity = {name: getattr(organisation, name) for name in ("name", "kind", "credit_code")}
    with forms.retry(lambda errors, unmet: _edit_page(organisation, typed, errors=errors, unmet=unmet)):
        content = forms.read(OrganisationContent, identity | typed)
        saved = await organisations.edit(db, actor, organisation.id, forms.version(form), content, now=now)
        if "submit" in form:
            await organisations.act(db, actor, saved.id, "submit", now=now, version=saved.version)
    if "submit" in form:
        return go(request, "/organisation", N_("Sent. Staff look at it within three working days."))
    return go(request, "/organisation", N_("Saved."))


@post("/organisation/actions/{action:str}", permission=P.ORGANISATION_MANAGE)
async def act_on_own(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    action: FromPath[str],
) -> Redirect:
    """Take one step of the lifecycle."""
    form = await request.form()
    typed = forms.typed(form)
    again = await _own_page(db, actor, typed=typed)
    with forms.retry_on(again):
        version, reason = forms.version(form), typed.get("reason")
        await organisations.act(db, actor, _own(actor), action, now=now, version=version, reason=reason)
    return go(request, "/organisation", N_("Done."))


@get("/organisation/members", permission=P.ORGANISATION_READ)
async def members_page(
    db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Template:
    """Who is in it and who is invited."""
    return await _members_page(db, actor, now)


async def _members_page(db: Db, actor: Actor, now: datetime, **again: Any) -> Template:
    organisation = await organisations.get(db, actor, _own(actor))
    roles = {role: labels.WORDS["role"][role] for role in roles_of(organisation.kind)}
    return page(
        "pages/members.html",
        organisation=organisation,
        members=await members.page(db, actor, organisation.id),
        invitations=await members.invitations(db, actor, organisation.id, now=now),
        roles=roles,
        **{"typed": {"role": next(r for r in roles if r is not manager_of(organisation.kind))}, **again},
    )


@post("/organisation/members/{person_id:int}/role", permission=P.ORGANISATION_MANAGE)
async def change_role(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    person_id: FromPath[int],
) -> Redirect:
    """Give a member another role."""
    typed = forms.typed(await request.form())
    again = await _members_page(db, actor, now)
    with forms.retry_on(again):
        role = forms.read(RoleChoice, typed).role
        member = await members.change_role(db, actor, _own(actor), person_id, role)
    return go(request, "/organisation/members", N_("The role of %(name)s is changed."), name=member.name)


@post("/organisation/members/{person_id:int}/remove", permission=P.ORGANISATION_MANAGE)
async def remove_member(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    person_id: FromPath[int],
) -> Redirect:
    """End a membership."""
    await members.remove(db, actor, _own(actor), person_id, now=now)
    return go(request, "/organisation/members", N_("Removed. Their tokens for this organisation have ended too."))


@post("/organisation/invitations", permission=P.ORGANISATION_MANAGE)
async def invite(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Redirect:
    """Mail an invitation."""
    typed = forms.typed(await request.form())
    again = await _members_page(db, actor, now, typed=typed)
    with forms.retry_on(again):
        wanted = forms.read(NewInvitation, typed)
        site = request.app.state.settings.address
        invited = await members.invite(db, actor, _own(actor), wanted.email, wanted.role, site=site, now=now)
    return go(request, "/organisation/members", N_("Invitation sent to %(email)s."), email=invited.email)


@post("/organisation/invitations/{invitation_id:int}/revoke", permission=P.ORGANISATION_MANAGE)
async def revoke_invitation(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    invitation_id: FromPath[int],
) -> Redirect:
    """Withdraw an invitation."""
    await members.revoke_invitation(db, actor, _own(actor), invitation_id, now=now)
    return go(request, "/organisation/members", N_("The invitation is withdrawn."))


@get("/organisation/tokens", permission=P.TOKEN_MANAGE)
async def tokens_page(
    db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Template:
    """The tokens there are, and the form for a new one."""
    return await _tokens_page(db, actor, now)


async def _tokens_page(db: Db, actor: Actor, now: datetime, **again: Any) -> Template:
    until = (now + timedelta(days=NEW_TOKEN_DAYS)).astimezone(ZONE).date()
    return page(
        "pages/tokens.html",
        tokens=await tokens.page(db, actor),
        scopes=tokens.grantable(actor),
        now=now,
        **{"made": None, "typed": {"expires_at": until.isoformat(), "scopes": []}, **again},
    )


@post("/organisation/tokens", permission=P.TOKEN_MANAGE)
async def create_token(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Template:
    """Make a token and show it, this once."""
    typed = forms.typed(await request.form(), "scopes")
    again = await _tokens_page(db, actor, now, typed=typed)
    with forms.retry_on(again):
        wanted = forms.read(TokenForm, typed)
        made = await tokens.create(
            db, actor, name=wanted.name, scopes=wanted.scopes, expires_at=_end_of(wanted.expires_at), now=now
        )
    shown = await _tokens_page(db, actor, now, made=made)
    shown.headers["Cache-Control"] = "no-store"
    return shown


def _end_of(day: date) -> datetime:
    """The end of a day in China. Raises Invalid for one the calendar cannot hold."""
    try:
        return datetime.combine(day + timedelta(days=1), time(), ZONE)
    except OverflowError:
        raise Invalid({"expires_at": N_("A token expires within a year.")}) from None


@post("/organisation/tokens/{token_id:int}/revoke", permission=P.TOKEN_MANAGE)
async def revoke_token(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    token_id: FromPath[int],
) -> Redirect:
    """End a token."""
    await tokens.revoke(db, actor, token_id, now=now)
    return go(request, "/organisation/tokens", N_("The token is revoked."))


@get("/organisations/{organisation_id:int}", permission=P.PUBLIC)
async def public_page(
    db: NamedDependency[Db], actor: NamedDependency[Actor], organisation_id: FromPath[int]
) -> Template:
    """What everybody may know of an organisation, and the newest of what it offers."""
    return page(
        "pages/organisation_public.html",
        organisation=await organisations.view(db, actor, organisation_id),
        products=await products.NEWEST_OF.all(db, organisation_id, OFFERED),
    )


ROUTES = [
    own_page,
    edit_page,
    save,
    act_on_own,
    members_page,
    change_role,
    remove_member,
    invite,
    revoke_invitation,
    tokens_page,
    create_token,
    revoke_token,
    public_page,
]
