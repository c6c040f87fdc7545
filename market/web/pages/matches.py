"""Pages of matches: a supplier's leads and a demander's proposals, the pairing itself, the answers, the decision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from market.domain import calendar
from market.domain.accounts import Actor
from market.domain.machine import Party
from market.domain.matches import SNOOZE_DAYS, Answer, Match, MatchCard, MatchState, Response, Review, Verdict
from market.domain.permissions import Permission
from market.domain.words import N_
from market.services import matches, pools, products, routings
from market.store import matches as rows
from market.store.query import Db
from market.web import forms
from market.web.page import StateFilter, Web, go, page
from market.web.pages.questions import asking

P = Permission
ASKED_IN = frozenset({MatchState.BROKER_REVIEW, MatchState.PROPOSED, MatchState.MUTUAL})
"""States in which the page shows what was asked, and the demander may ask."""
TABS = {
    "waiting": (MatchState.BROKER_REVIEW, MatchState.GENERATED),
    "sides": (MatchState.PROPOSED, MatchState.MUTUAL),
    "over": (
        *(MatchState.CONVERTED, MatchState.DECLINED, MatchState.REJECTED),
        *(MatchState.EXPIRED, MatchState.STALE),
    ),
}
"""How staff see the matches divided; what waits for a decision comes first."""


@get("/matches", permission=P.MATCH_READ)
async def matches_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    shown: StateFilter = "",
    cursor: FromQuery[str] = "",
    start: FromQuery[str] = "",
) -> Template:
    """For the sides: leads for their products and what was proposed for their demands. For staff: what waits for a
    decision, what is with the sides or what is over, latest first."""
    if actor.is_staff:
        return await _all_matches(db, actor, shown, cursor)
    begins = int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 0
    leads, following = await matches.leads(db, actor, now=now, start=begins)
    if begins:
        return page("pages/leads.html", leads=leads, start=begins, following=following)
    mine, others = matches.by_turn(await matches.of_demander(db, actor), now)
    return page(
        "pages/matches.html",
        leads=leads,
        following=following,
        mine=_by_demand(mine),
        others=_by_demand(others),
        asked=await routings.page(db, actor, to_answer=True),
    )


def _by_demand(cards: Iterable[MatchCard]) -> list[tuple[MatchCard, list[MatchCard]]]:
    """For each demand its first card, for its title, and all of them."""
    groups: dict[int, list[MatchCard]] = {}
    for card in cards:
        groups.setdefault(card.demand_id, []).append(card)
    return [(group[0], group) for group in groups.values()]


async def _all_matches(db: Db, actor: Actor, shown: str, cursor: str) -> Template:
    tab = next((name for name, states in TABS.items() if shown in (name, *states)), "waiting")
    states = [shown] if shown in TABS[tab] else [str(state) for state in TABS[tab]]
    found = await matches.page(db, actor, states=states, cursor=cursor)
    chosen = shown if shown in TABS[tab] else tab
    same = urlencode({"state": chosen})
    return page(
        "pages/matches_all.html", cards=found.items, next=found.next, tab=tab, chosen=chosen, tabs=TABS, same=same
    )


@get("/matches/{match_id:int}", permission=P.MATCH_READ)
async def match_page(
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    match_id: FromPath[int],
) -> Template:
    """One pairing line by line, whose turn it is, and the forms to move it on."""
    return await _match_page(db, actor, match_id, now)


async def _match_page(db: Db, actor: Actor, match_id: int, now: datetime, **again: Any) -> Template:
    match = await matches.get(db, actor, match_id)
    offered = matches.actions(actor, match)
    decides = Party.BROKER in matches.parties(actor, match)
    today = now.astimezone(calendar.ZONE).date()
    return page(
        "pages/match.html",
        match=match,
        actions={edge.action for edge in offered},
        side=side_of(actor, match),
        turn=turn_of(actor, match),
        alike=(await products.copies(db, [match.product_id])).get(match.product_id, 0),
        strength=await pools.strength(db, match.demand_id),
        tally={verdict: sum(r.verdict is verdict for r in match.reasons) for verdict in Verdict},
        conflict=decides and await matches.conflicted(db, actor, match),
        negotiation=await rows.NEGOTIATION.first(db, match_id) if match.state is MatchState.CONVERTED else None,
        events=await matches.history(db, actor, match),
        asking=await asking(
            db,
            actor,
            match.demand_id,
            match.product_id,
            own=side_of(actor, match) is Party.DEMANDER,
            live=match.state in ASKED_IN,
        ),
        days=(today + timedelta(days=1), today + timedelta(days=7), today + timedelta(days=SNOOZE_DAYS)),
        **{"typed": {}, **again},
    )


def side_of(actor: Actor, match: Match) -> Party | None:
    """Which of the two the reader is, whatever a token lets them do."""
    sides = {match.demander_id: Party.DEMANDER, match.supplier_id: Party.SUPPLIER}
    return sides.get(actor.organisation_id) if actor.organisation_id else None


def turn_of(actor: Actor, match: Match) -> str:
    """Whose move it is, as the reader of the page sees it: mine, theirs, the broker's, or nobody's."""
    side = side_of(actor, match)
    if match.state in (MatchState.GENERATED, MatchState.BROKER_REVIEW):
        return "mine" if Party.BROKER in matches.parties(actor, match) else "broker"
    if match.state is MatchState.MUTUAL:
        return "mine" if side else "theirs"
    if match.state is not MatchState.PROPOSED:
        return ""
    mine = match.demander_answer if side is Party.DEMANDER else match.supplier_answer
    return "mine" if side and mine is not Answer.INTERESTED else "theirs"


@post("/matches/{match_id:int}/answer", permission=P.MATCH_ANSWER)
async def answer_match(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    match_id: FromPath[int],
) -> Redirect:
    """Take down what this side says."""
    typed = forms.typed(await request.form())
    again = await _match_page(db, actor, match_id, now, typed=typed)
    with forms.retry_on(again):
        match = await matches.answer(db, actor, match_id, forms.read(Response, typed), now=now)
    said = {
        "snooze": N_("Noted. You will be reminded on that day."),
        "decline": N_("Declined. The other side reads your reason."),
    }
    if match.state is MatchState.MUTUAL:
        return go(request, f"/matches/{match_id}", N_("Both sides are interested. You can start the negotiation."))
    done = said.get(str(typed.get("action")), N_("Noted. The other side has been told that you are interested."))
    back = {"leads": "/matches", "demand": f"/demands/{match.demand_id}#comparison"}
    return go(request, back.get(str(typed.get("back")), f"/matches/{match_id}"), done)


@post("/matches/{match_id:int}/review", permission=P.MATCH_REVIEW)
async def review_match(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    match_id: FromPath[int],
) -> Redirect:
    """Take down the broker's decision and go back to the worklist."""
    typed = forms.typed(await request.form())
    again = await _match_page(db, actor, match_id, now, typed=typed)
    with forms.retry_on(again):
        match = await matches.review(db, actor, match_id, forms.read(Review, typed), now=now)
    if match.state is MatchState.PROPOSED:
        return go(request, "/desk", N_("Proposed to both sides: %(title)s"), title=match.demand_title)
    return go(request, "/desk", N_("Turned down: %(title)s"), title=match.demand_title)


ROUTES = [matches_page, match_page, answer_match, review_match]
