"""Organisations: what they say of themselves, their verification by staff, suspension."""

from __future__ import annotations

from datetime import datetime

from market.domain.accounts import (
    IDENTITY,
    OPEN_KINDS,
    Actor,
    Organisation,
    OrganisationCard,
    OrganisationContent,
    OrganisationKind,
    OrganisationState,
    OrganisationView,
    organisation_errors,
)
from market.domain.errors import Invalid, NotFound, Stale
from market.domain.lifecycles import ORGANISATION
from market.domain.machine import Edge, Party
from market.domain.paging import PAGE, Cursor, Page, page_of, place
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import authority, demands, jobs, products
from market.services.accounts import CODE_TAKEN, tidy
from market.services.transitions import fire
from market.store import journal, organisations
from market.store.journal import Event
from market.store.query import Db

IDENTITY_OPEN = frozenset({OrganisationState.REGISTERED, OrganisationState.REJECTED})


def parties(actor: Actor, organisation_id: int) -> frozenset[Party]:
    """What the actor is to this organisation, as far as role and token reach."""
    found = actor.parties(member=organisation_id) & {Party.MEMBER, Party.REGISTRAR}
    needed = {Party.MEMBER: Permission.ORGANISATION_MANAGE, Party.REGISTRAR: Permission.ORGANISATION_VERIFY}
    return frozenset(party for party in found if actor.may(needed[party]))


async def get(db: Db, actor: Actor, organisation_id: int) -> Organisation:
    """All of it, for its members and for staff. Raises NotFound for others."""
    return await organisations.GET.one(db, organisation_id, actor.organisation_id, actor.is_staff)


async def view(db: Db, actor: Actor, organisation_id: int) -> OrganisationView:
    """What anybody may see; for its members and staff the rest as well. Raises NotFound."""
    return await organisations.VIEW.one(db, organisation_id, actor.organisation_id, actor.is_staff)


async def page(
    db: Db,
    actor: Actor,
    *,
    states: list[str] | None = None,
    q: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page[OrganisationCard]:
    """Every organisation for staff, one's own for others; latest change first. ``q``: part of a name, or a code."""
    rows = await organisations.LIST.all(
        db,
        actor.organisation_id,
        actor.is_staff,
        states,
        (q or "").strip() or None,
        *place(cursor),
        limit + 1,
    )
    return page_of(rows, limit, lambda card: Cursor(card.updated_at, card.id))


async def waiting(db: Db, actor: Actor) -> list[OrganisationCard]:
    """What waits for verification, the longest first (100 at most)."""
    authority.require(actor, Permission.ORGANISATION_VERIFY)
    return await organisations.WAITING.all(db)


async def history(db: Db, actor: Actor, organisation_id: int) -> list[Event]:
    """What happened to it, for its members and for staff. Raises NotFound for others."""
    await get(db, actor, organisation_id)
    return await journal.OF_OBJECT.all(db, "organisation", organisation_id)


def checked(before: Organisation, content: OrganisationContent) -> OrganisationContent:
    """Cleaned. Raises Invalid with every error, among them a change of what staff verified."""
    content = tidy(content)
    changed = [name for name in IDENTITY if getattr(content, name) != getattr(before, name)]
    errors = organisation_errors(content)
    if before.kind is not content.kind and OrganisationKind.PLATFORM in (before.kind, content.kind):
        errors["kind"] = N_("Choose one of the options.")
    if before.state not in IDENTITY_OPEN:
        errors |= {name: N_("This was verified and stays as it is. Ask the platform's staff.") for name in changed}
    if errors:
        raise Invalid(errors)
    return content


async def edit(
    db: Db, actor: Actor, organisation_id: int, version: int, content: OrganisationContent, *, now: datetime
) -> Organisation:
    """Change what one's own organisation says of itself. Raises NotFound, Forbidden, Invalid, Stale."""
    authority.require(actor, Permission.ORGANISATION_MANAGE)
    before = await lock_own(db, actor, organisation_id)
    content = checked(before, content)
    if before.version != version:
        raise Stale
    if content.credit_code != before.credit_code and await organisations.CODE_TAKEN.one(db, content.credit_code):
        raise Invalid({"credit_code": CODE_TAKEN})
    fields = content.__struct_fields__
    changed = [name for name in fields if getattr(content, name) != getattr(before, name)]
    values = (getattr(content, name) for name in fields)
    if await organisations.UPDATE.run(db, organisation_id, version, *values) == 0:
        raise Stale
    await note(db, actor, organisation_id, "edit", changed=changed)
    return await get(db, actor, organisation_id)


async def act(
    db: Db,
    actor: Actor,
    organisation_id: int,
    action: str,
    *,
    now: datetime,
    version: int | None = None,
    reason: str | None = None,
) -> Organisation:
    """Take one step of the lifecycle: submit (its managers), verify, reject, suspend, reinstate (registrars).

    Decision: what a suspended organisation has listed and open is suspended with it and comes back with it, by the
    machines of products and demands. Rationale: "listed" and "open" go on to mean what may be found, matched and
    negotiated, in every query there is.
    """
    organisation = await organisations.lock(db, organisation_id, actor.organisation_id, actor.is_staff)
    if version is not None and organisation.version != version:
        raise Stale
    await fire(db, ORGANISATION, organisation, action, actor, parties(actor, organisation_id), now=now, reason=reason)
    if action == "suspend":
        await products.suspend_with_supplier(db, organisation_id, now=now)
        await demands.suspend_with_demander(db, organisation_id, now=now)
    elif action == "reinstate":
        await products.resume_with_supplier(db, organisation_id, now=now)
        await demands.resume_with_demander(db, organisation_id, now=now)
    return await get(db, actor, organisation_id)


def actions(actor: Actor, organisation: Organisation | OrganisationView) -> list[Edge]:
    """The moves open to this actor."""
    return list(ORGANISATION.offers(str(organisation.state), parties(actor, organisation.id)))


async def lock_own(db: Db, actor: Actor, organisation_id: int) -> Organisation:
    """One's own organisation, locked. Raises NotFound for any other."""
    if organisation_id != actor.organisation_id:
        raise NotFound
    return await organisations.lock(db, organisation_id, actor.organisation_id, False)


async def note(db: Db, actor: Actor, organisation_id: int, action: str, **data: object) -> None:
    """Journal something that is not a change of state; the caller has locked the organisation."""
    await journal.append(
        db, "organisation", organisation_id, action, party=Party.MEMBER, person_id=actor.person_id, data=data
    )
    await jobs.event(db, "organisation", organisation_id)


def kinds_open_to(organisation: Organisation) -> tuple[OrganisationKind, ...]:
    """What its kind may be changed to."""
    return (organisation.kind,) if organisation.kind is OrganisationKind.PLATFORM else OPEN_KINDS
