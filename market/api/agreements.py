"""/api/v1/agreements"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from market.api.negotiations import ConfirmedStep
from market.api.routes import CursorText, Id, Limit, read, step
from market.api.schemas import Action, actions_of, tagged
from market.domain.accounts import Actor
from market.domain.agreements import Agreement, AgreementCard, AgreementState
from market.domain.machine import Party
from market.domain.negotiations import Terms
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission
from market.domain.products import ProductContent
from market.services import agreements, evidence, products
from market.services.evidence import Evidence
from market.store.query import Db


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One party to the agreement."""

    id: int
    name: str
    credit_code: Annotated[str, Meta(description="Unified social credit code, GB 32100")]


class SignatureOut(msgspec.Struct, frozen=True, kw_only=True):
    """One side's confirmation, with the password entered again, of the text with this hash."""

    party: Party
    person_name: str
    sha256: str
    signed_at: datetime


class AgreementOut(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement. ``sha256`` is over ``terms_text`` in UTF-8, byte for byte the last offer's."""

    id: int
    negotiation_id: int
    offer_id: int
    demand_id: int
    demand_title: str
    product_id: int
    product_revision: int
    product: ProductContent
    """The product as it was agreed on."""
    consumer: Side
    provider: Side
    terms: Terms
    terms_text: str
    sha256: str
    signatures: tuple[SignatureOut, ...]
    state: AgreementState
    state_party: Party | None
    state_reason: str | None
    effective_at: datetime | None
    due_at: datetime | None
    """When its period is over."""
    version: int
    created_at: datetime
    updated_at: datetime
    actions: tuple[Action, ...] = ()


async def shown(db: Db, actor: Actor, agreement: Agreement) -> AgreementOut:
    """The representation for this caller."""
    same = AgreementOut.__struct_fields__
    revision = await products.get_revision(db, actor, agreement.product_id, agreement.product_revision)
    return AgreementOut(
        **{name: getattr(agreement, name) for name in agreement.__struct_fields__ if name in same and name != "terms"},
        product=ProductContent(**{name: getattr(revision, name) for name in ProductContent.__struct_fields__}),
        consumer=Side(
            id=agreement.consumer_id, name=agreement.consumer_name, credit_code=agreement.consumer_credit_code
        ),
        provider=Side(
            id=agreement.provider_id, name=agreement.provider_name, credit_code=agreement.provider_credit_code
        ),
        terms=agreement.read(),
        terms_text=agreement.terms,
        sha256=agreement.terms_hash.hex(),
        signatures=tuple(
            SignatureOut(party=s.party, person_name=s.person_name, sha256=s.terms_hash.hex(), signed_at=s.signed_at)
            for s in await agreements.signatures(db, agreement)
        ),
        actions=actions_of(agreements.actions(actor, agreement)),
    )


class AgreementController(Controller):
    """What both sides have confirmed."""

    path = "/agreements"
    tags = ["Agreements"]  # noqa: RUF012

    @read(permission=Permission.AGREEMENT_READ)
    async def list_agreements(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        states: Annotated[
            list[AgreementState] | None, QueryParameter(name="state", description="Any of these states")
        ] = None,
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[AgreementCard]:
        """Your organisation's agreements (for staff, all), latest change first."""
        return await agreements.page(db, actor, states=[*states] if states else None, cursor=cursor, limit=limit)

    @read("/{agreement_id:int}", permission=Permission.AGREEMENT_READ)
    async def get_agreement(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], agreement_id: FromPath[Id]
    ) -> Response[AgreementOut]:
        """One agreement, whole."""
        agreement = await agreements.get(db, actor, agreement_id)
        return tagged(await shown(db, actor, agreement), agreement.version)

    @read("/{agreement_id:int}/evidence", permission=Permission.AGREEMENT_READ)
    async def get_evidence(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], agreement_id: FromPath[Id]
    ) -> Evidence:
        """Text, signatures and the journal's chains, checked now."""
        return await evidence.of_agreement(db, actor, agreement_id)

    @step("/{agreement_id:int}/actions", permission=Permission.AGREEMENT_READ)
    async def act_on_agreement(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        agreement_id: FromPath[Id],
        data: JSONBody[ConfirmedStep],
    ) -> Response[AgreementOut]:
        """`terminate` an agreement in force, with a reason and your password. A token needs `negotiation:write`."""
        agreement = await agreements.act(
            db,
            actor,
            agreement_id,
            data.action,
            version=data.version,
            reason=data.reason,
            password=data.password,
            now=now,
        )
        return tagged(await shown(db, actor, agreement), agreement.version)
