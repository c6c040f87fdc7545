"""/api/v1/matches"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from litestar import Controller
from litestar import Response as Reply
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from market.api.routes import CursorText, Id, Limit, read, step
from market.api.schemas import Action, actions_of, tagged
from market.domain.accounts import Actor
from market.domain.matches import Match, MatchCard, MatchState, Response, Review
from market.domain.paging import PAGE, Page
from market.domain.permissions import Permission
from market.services import demands, matches, proposals
from market.services.matchmaking import Matchmaker
from market.services.proposals import Exclusion
from market.store.query import Db


class Side(StrEnum):
    """Which side of a match one's own organisation is."""

    DEMANDER = "demander"
    SUPPLIER = "supplier"


class MatchOut(Match, frozen=True, kw_only=True):
    """A match and what the caller may do with it: `interest`, `snooze` and `decline` by POST to `answer`,
    `propose` and `reject` by POST to `review`, `convert` by starting a negotiation. While a demand is sealed the
    identities are 0 and empty, and marked words are covered."""

    actions: tuple[Action, ...] = ()


def shown(actor: Actor, match: Match) -> MatchOut:
    """The representation for this caller."""
    values = {name: getattr(match, name) for name in match.__struct_fields__}
    return MatchOut(**values, actions=actions_of(matches.actions(actor, match)))


class MatchController(Controller):
    """Demands and products proposed to each other, with the reason for every line."""

    path = "/matches"
    tags = ["Matches"]  # noqa: RUF012

    @read(permission=Permission.MATCH_READ)
    async def list_matches(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        side: Annotated[
            Side | None, QueryParameter(description="Only those of your demands, or of your products")
        ] = None,
        states: Annotated[
            list[MatchState] | None, QueryParameter(name="state", description="Any of these states")
        ] = None,
        demand: Annotated[Id | None, QueryParameter(description="Only those of this demand")] = None,
        product: Annotated[Id | None, QueryParameter(description="Only those of this product")] = None,
        cursor: CursorText = None,
        limit: Limit = PAGE,
    ) -> Page[MatchCard]:
        """Matches you may see, latest change first."""
        return await matches.page(
            db,
            actor,
            side=side,
            states=[*states] if states else None,
            demand_id=demand,
            product_id=product,
            cursor=cursor,
            limit=limit,
        )

    @read("/exclusions", permission=Permission.MATCH_REVIEW)
    async def list_exclusions(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        matchmaker: NamedDependency[Matchmaker],
        demand: Annotated[Id, QueryParameter(description="The demand asked about")],
    ) -> list[Exclusion]:
        """Products that were found for a demand and may not be proposed, each with the rule that forbids it."""
        return await proposals.exclusions(db, matchmaker, await demands.get(db, actor, demand))

    @read("/{match_id:int}", permission=Permission.MATCH_READ)
    async def get_match(
        self, db: NamedDependency[Db], actor: NamedDependency[Actor], match_id: FromPath[Id]
    ) -> Reply[MatchOut]:
        """One match with its reasons."""
        match = await matches.get(db, actor, match_id)
        return tagged(shown(actor, match), match.version)

    @step("/{match_id:int}/answer", permission=Permission.MATCH_ANSWER)
    async def answer_match(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        match_id: FromPath[Id],
        data: JSONBody[Response],
    ) -> Reply[MatchOut]:
        """Say for your side whether it interests you. When both sides do, the match is mutual and both are named."""
        match = await matches.answer(db, actor, match_id, data, now=now)
        return tagged(shown(actor, match), match.version)

    @step("/{match_id:int}/review", permission=Permission.MATCH_REVIEW)
    async def review_match(
        self,
        db: NamedDependency[Db],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        match_id: FromPath[Id],
        data: JSONBody[Review],
    ) -> Reply[MatchOut]:
        """Decide as a broker: propose it to both sides, or reject it with a code."""
        match = await matches.review(db, actor, match_id, data, now=now)
        return tagged(shown(actor, match), match.version)
