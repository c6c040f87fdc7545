"""The people of an organisation: members, roles, invitations."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from market import i18n
from market.domain.accounts import (
    Actor,
    Invitation,
    Member,
    OpenInvitation,
    Organisation,
    Person,
    manager_of,
    password_error,
    roles_of,
)
from market.domain.errors import AlreadyExists, Conflict, Invalid, NotFound
from market.domain.permissions import Permission, Role
from market.domain.text import clean, one_line
from market.domain.words import N_
from market.services import accounts, authority, limits, mail, organisations, passwords, tokens
from market.store import accounts as people
from market.store import members
from market.store import tokens as token_store
from market.store.query import Db

INVITATION_STANDS = timedelta(days=14)
GONE = N_("This invitation has been used, was withdrawn or is too old. Ask for a new one.")


async def page(db: Db, actor: Actor, organisation_id: int) -> list[Member]:
    """The members, for themselves and for staff. Raises NotFound for others."""
    await organisations.get(db, actor, organisation_id)
    return await members.LIST.all(db, organisation_id, actor.organisation_id, actor.is_staff, None)


async def get(db: Db, actor: Actor, organisation_id: int, person_id: int) -> Member:
    """One member. Raises NotFound."""
    return await members.LIST.one(db, organisation_id, actor.organisation_id, actor.is_staff, person_id)


async def change_role(db: Db, actor: Actor, organisation_id: int, person_id: int, role: Role) -> Member:
    """Give a member another role. Raises Invalid for a role this kind does not have, Conflict for the last manager."""
    organisation = await _managed(db, actor, organisation_id)
    member = await get(db, actor, organisation_id, person_id)
    _check_role(organisation, role)
    if role is not member.role:
        await _keep_a_manager(db, organisation, member)
        await members.SET_ROLE.run(db, organisation_id, person_id, role)
        await organisations.note(db, actor, organisation_id, "change_role", person_id=person_id, role=role)
    return await get(db, actor, organisation_id, person_id)


async def remove(db: Db, actor: Actor, organisation_id: int, person_id: int, *, now: datetime) -> None:
    """End a membership; the person's tokens for this organisation end with it. Raises Conflict for the last manager."""
    organisation = await _managed(db, actor, organisation_id)
    member = await get(db, actor, organisation_id, person_id)
    await _keep_a_manager(db, organisation, member)
    await token_store.REVOKE_OF_MEMBER.run(db, organisation_id, person_id, now)
    await members.DELETE.run(db, organisation_id, person_id)
    await organisations.note(db, actor, organisation_id, "remove_member", person_id=person_id)


async def invitations(db: Db, actor: Actor, organisation_id: int, *, now: datetime) -> list[Invitation]:
    """The open invitations, newest first; for members and staff. Raises NotFound for others."""
    await organisations.get(db, actor, organisation_id)
    return await members.INVITATIONS.all(db, organisation_id, actor.organisation_id, actor.is_staff, None, now)


async def invite(
    db: Db, actor: Actor, organisation_id: int, email: str, role: Role, *, site: str, now: datetime
) -> Invitation:
    """Mail a link by which this address may join within a fortnight. ``site`` is the site's address.

    Raises Invalid (e-mail, role), AlreadyExists (a member, or invited already), TooMany.
    """
    organisation = await _managed(db, actor, organisation_id)
    email = accounts.address_of(email)
    errors = {k: v for k, v in accounts.person_errors("-", email).items() if k == "email"}
    if errors:
        raise Invalid(errors)
    _check_role(organisation, role)
    if await members.IS_MEMBER.one(db, organisation_id, email):
        raise AlreadyExists(N_("This person is a member already."))
    await limits.INVITATIONS_OF_ORGANISATION.take(db, str(organisation_id))
    await members.REVOKE_EXPIRED.run(db, organisation_id, email, now)
    token = secrets.token_urlsafe(32)
    invitation_id = await members.INVITE.one(
        db, organisation_id, email, role, tokens.hash_of(token), actor.person_id, now, now + INVITATION_STANDS
    )
    await organisations.note(db, actor, organisation_id, "invite", invitation_id=invitation_id, role=role)
    await _mail(db, actor, organisation, email, f"{site}/invitations/{token}")
    return await members.INVITATIONS.one(db, organisation_id, actor.organisation_id, False, invitation_id, now)


async def _mail(db: Db, actor: Actor, organisation: Organisation, email: str, link: str) -> None:
    person = await people.PERSON_BY_EMAIL.first(db, email)
    with i18n.speaking(person.language if person else ""):
        subject = i18n.gettext(N_("%(organisation)s invites you to Duijie"))
        body = i18n.gettext(
            N_(
                "%(person)s invites you to act for %(organisation)s on Duijie. Open this address within 14 days:\n\n"
                "%(link)s\n\nIf you do not know them, do nothing."
            )
        )
    words = {"organisation": organisation.name, "person": actor.name, "link": link}
    await mail.send(db, email, subject % words, body % words)


async def revoke_invitation(db: Db, actor: Actor, organisation_id: int, invitation_id: int, *, now: datetime) -> None:
    """Withdraw an open invitation. Raises NotFound when it is not open."""
    await _managed(db, actor, organisation_id)
    if await members.REVOKE.run(db, organisation_id, invitation_id, now) == 0:
        raise NotFound
    await organisations.note(db, actor, organisation_id, "revoke_invitation", invitation_id=invitation_id)


async def find_invitation(db: Db, token: str, *, now: datetime) -> OpenInvitation:
    """What the link offers. Raises NotFound when it was used, withdrawn, has expired or never was."""
    found = await members.FIND.first(db, tokens.hash_of(token), now)
    if found is None:
        raise NotFound(GONE)
    return found


async def join_as_new(
    db: Db, token: str, *, name: str, password: str, language: str = "", now: datetime
) -> tuple[Person, int]:
    """Make an account for the invited address and join. Returns the person and the organisation's id."""
    invitation = await find_invitation(db, token, now=now)
    name = one_line(name)
    errors = accounts.person_errors(name, invitation.email)
    if invitation.has_account:
        errors["email"] = accounts.EMAIL_TAKEN
    if wrong := password_error(clean(password), invitation.email, name):
        errors["password"] = wrong
    if errors:
        raise Invalid(errors)
    person_id = await accounts.create_person(
        db,
        name=name,
        email=invitation.email,
        password_hash=await passwords.hashed(password),
        language=language,
    )
    return await _join(db, invitation, person_id, now)


async def join(db: Db, token: str, *, password: str, address: str, now: datetime) -> tuple[Person, int]:
    """Join with the account the invited address has. Raises WrongPassword, TooMany, NotFound."""
    invitation = await find_invitation(db, token, now=now)
    person = await accounts.identify(db, invitation.email, password, address=address)
    return await _join(db, invitation, person.id, now)


async def _join(db: Db, invitation: OpenInvitation, person_id: int, now: datetime) -> tuple[Person, int]:
    if await members.ACCEPT.run(db, invitation.id, now) == 0:
        raise NotFound(GONE)
    await accounts.add_member(db, invitation.organisation_id, person_id, invitation.role)
    joined = Actor(person_id=person_id)
    await organisations.note(db, joined, invitation.organisation_id, "join", person_id=person_id, role=invitation.role)
    return await people.PERSON.one(db, person_id), invitation.organisation_id


async def _managed(db: Db, actor: Actor, organisation_id: int) -> Organisation:
    authority.require(actor, Permission.ORGANISATION_MANAGE)
    return await organisations.lock_own(db, actor, organisation_id)


def _check_role(organisation: Organisation, role: Role) -> None:
    if role not in roles_of(organisation.kind):
        raise Invalid({"role": N_("This role does not exist in this kind of organisation.")})


async def _keep_a_manager(db: Db, organisation: Organisation, member: Member) -> None:
    manager = manager_of(organisation.kind)
    if member.role is manager and not await members.OTHERS_IN_ROLE.one(db, organisation.id, member.person_id, manager):
        raise Conflict(N_("Somebody else must be able to manage the organisation first."))
