"""/api/v1/organisations, their members and invitations"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from market.api.idempotency import once
from market.api.routes import CursorText, Id, IdempotencyKey, IfMatch, Limit, create, read, remove, replace, step
from market.api.schemas import Action, Step, actions_of, tagged, version_of
from market.domain.accounts import (
    Actor,
    Email,
    Invitation,
    Member,
    OrganisationCard,
    OrganisationContent,
    OrganisationState,
    OrganisationView,
)
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission, Role
from market.services import members, organisations
from market.store.query import Db


class OrganisationOut(OrganisationView, frozen=True, kw_only=True):
    """An organisation as the caller may see it, and what the caller may do with it."""

    actions: tuple[Action, ...] = ()


class Members(msgspec.Struct, frozen=True, kw_only=True):
    """At most 500 members, the earliest first."""

    items: tuple[Member, ...]


class Invitations(msgspec.Struct, frozen=True, kw_only=True):
    """At most 500 open invitations, the newest first."""

    items: tuple[Invitation, ...]


class RoleIn(msgspec.Struct, frozen=True, kw_only=True):
    """A role of this kind of organisation."""

    role: Role


class InvitationIn(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to invite, as what."""

    email: Email
    role: Role


async def shown(db: Db, actor: Actor, organisation_id: int) -> Response[OrganisationOut]:
    """The representation for this caller; with an ETag for those who see the version."""
    view = await organisations.view(db, actor, organisation_id)
    values = {name: getattr(view, name) for name in view.__struct_fields__}
    body = OrganisationOut(**values, actions=actions_of(organisations.actions(actor, view)))
    return Response(body) if view.version is None else tagged(body, view.version)


class OrganisationController(Controller):
    """The parties of the market."""

    path = "/organisations"
    tags = ["Organisations"]  # noqa: RUF012

    @read(permission=Permission.ORGANISATION_READ)
    async def list_organisations(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        states: Annotated[
            list[OrganisationState] | None, QueryParameter(name="state", description="Any of these states")
        ] = None,
        q: FromQuery[str | None] = None,
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[OrganisationCard]:
        """Your own; for staff every one, latest change first. `q` is part of a name, or a credit code."""
        return await organisations.page(
            db, actor, states=[*states] if states else None, q=q, cursor=cursor, limit=limit
        )

    @read("/{organisation_id:int}", permission=Permission.ORGANISATION_READ)
    async def get_organisation(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], organisation_id: FromPath[Id]
    ) -> Response[OrganisationOut]:
        """One organisation. Code, evidence and version are null unless it is yours or you are staff."""
        return await shown(db, actor, organisation_id)

    @replace("/{organisation_id:int}", permission=Permission.ORGANISATION_MANAGE)
    async def edit_organisation(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        organisation_id: FromPath[Id],
        data: JSONBody[OrganisationContent],
        if_match: IfMatch,
    ) -> Response[OrganisationOut]:
        """Replace what your organisation says of itself. Name, kind and code are fixed once staff look at them."""
        await organisations.edit(db, actor, organisation_id, version_of(if_match), data, now=now)
        return await shown(db, actor, organisation_id)

    @step("/{organisation_id:int}/actions", permission=Permission.ORGANISATION_READ)
    async def act_on_organisation(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        organisation_id: FromPath[Id],
        data: JSONBody[Step],
    ) -> Response[OrganisationOut]:
        """Take one of the listed `actions`."""
        await organisations.act(
            db, actor, organisation_id, data.action, now=now, version=data.version, reason=data.reason
        )
        return await shown(db, actor, organisation_id)

    @read("/{organisation_id:int}/members", permission=Permission.ORGANISATION_READ)
    async def list_members(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], organisation_id: FromPath[Id]
    ) -> Members:
        """The members of your organisation; for staff, of any."""
        return Members(items=tuple(await members.page(db, actor, organisation_id)))

    @replace("/{organisation_id:int}/members/{person_id:int}", permission=Permission.ORGANISATION_MANAGE)
    async def change_role(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        organisation_id: FromPath[Id],
        person_id: FromPath[Id],
        data: JSONBody[RoleIn],
    ) -> Member:
        """Give a member another role. The last owner (of the platform: the last administrator) stays one."""
        return await members.change_role(db, actor, organisation_id, person_id, data.role)

    @remove("/{organisation_id:int}/members/{person_id:int}", permission=Permission.ORGANISATION_MANAGE)
    async def remove_member(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        organisation_id: FromPath[Id],
        person_id: FromPath[Id],
    ) -> None:
        """End a membership and the person's tokens for this organisation."""
        await members.remove(db, actor, organisation_id, person_id, now=now)

    @read("/{organisation_id:int}/invitations", permission=Permission.ORGANISATION_READ)
    async def list_invitations(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        organisation_id: FromPath[Id],
    ) -> Invitations:
        """The open invitations of your organisation; for staff, of any."""
        return Invitations(items=tuple(await members.invitations(db, actor, organisation_id, now=now)))

    @create("/{organisation_id:int}/invitations", permission=Permission.ORGANISATION_MANAGE)
    async def invite(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        organisation_id: FromPath[Id],
        data: JSONBody[InvitationIn],
        key: IdempotencyKey = None,
    ) -> Response[Invitation]:
        """Mail a link by which this address may join within 14 days. The link is not part of the answer."""
        site = request.app.state.settings.address

        async def produce() -> Invitation:
            return await members.invite(db, actor, organisation_id, data.email, data.role, site=site, now=now)

        return await once(db, actor, key, f"/api/v1/organisations/{organisation_id}/invitations", data, produce)

    @remove("/{organisation_id:int}/invitations/{invitation_id:int}", permission=Permission.ORGANISATION_MANAGE)
    async def revoke_invitation(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        organisation_id: FromPath[Id],
        invitation_id: FromPath[Id],
    ) -> None:
        """Withdraw an open invitation."""
        await members.revoke_invitation(db, actor, organisation_id, invitation_id, now=now)
