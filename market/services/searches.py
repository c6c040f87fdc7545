"""Saved searches: saved, renamed, paused, deleted by their person; looked through by the worker."""

from __future__ import annotations

from datetime import datetime

import msgspec

from market import i18n
from market.domain.accounts import Actor
from market.domain.errors import Invalid, NotFound
from market.domain.notices import FOUND
from market.domain.searches import MOST, PAUSE, SavedSearch, SearchChange, SearchIn, search_errors
from market.domain.text import one_line
from market.domain.words import N_
from market.services import facets, jobs, mail
from market.services.matchmaking import LEAST_OF_BEST, Matchmaker, in_thread
from market.services.products import SEARCHED
from market.settings import Settings
from market.store import notices, searches
from market.store.journal import Event
from market.store.query import Db

ENTRYPOINT = "searches"
MOST_TOLD = 100
"""Results one notice counts."""
TOO_MANY = N_("You have fifty saved searches already. Delete one you no longer need.")
MAIL_BODY = N_("%(sentence)s\n\n%(title)s\n%(link)s\n\nPause or delete the search there to hear no more of it.")


async def save(db: Db, actor: Actor, search: SearchIn, *, now: datetime) -> SavedSearch:
    """A new search of the actor's own. Raises Invalid when it asks for everything, or there are too many."""
    search = msgspec.structs.replace(search, name=one_line(search.name))
    errors = search_errors(search)
    await searches.HOLD_PERSON.one(db, actor.person_id)
    if await searches.COUNT.one(db, actor.person_id, actor.organisation_id) >= MOST:
        errors["name"] = TOO_MANY
    if errors:
        raise Invalid(errors)
    asked = msgspec.to_builtins(search.asked)
    made = await searches.INSERT.one(db, actor.person_id, actor.organisation_id, search.kind, search.name, asked, now)
    return await get(db, actor, made)


async def own(db: Db, actor: Actor) -> list[SavedSearch]:
    """The actor's saved searches, the latest first."""
    return await searches.LIST.all(db, actor.person_id, actor.organisation_id)


async def get(db: Db, actor: Actor, search_id: int) -> SavedSearch:
    """One of them. Raises NotFound for anybody else's."""
    return await searches.GET.one(db, actor.person_id, actor.organisation_id, search_id)


async def change(db: Db, actor: Actor, search_id: int, what: SearchChange, *, now: datetime) -> SavedSearch:
    """Rename, pause or go on. Raises NotFound for anybody else's, Invalid for a blank name."""
    name = None if what.name is None else one_line(what.name)
    if name == "":
        raise Invalid({"name": N_("Fill this in.")})
    await searches.CHANGE.run(db, actor.person_id, actor.organisation_id, search_id, name, what.active, now)
    return await get(db, actor, search_id)


async def delete(db: Db, actor: Actor, search_id: int) -> None:
    """Forget it. Raises NotFound for anybody else's."""
    if await searches.DELETE.run(db, actor.person_id, actor.organisation_id, search_id) == 0:
        raise NotFound


async def on_event(db: Db, event: Event) -> None:
    """A product or demand changed: the searches are looked through soon, once for many changes."""
    if event.kind in searches.CHANGED:
        await jobs.enqueue(db, ENTRYPOINT, None, dedupe=ENTRYPOINT)


async def due(db: Db, *, now: datetime) -> list[int]:
    """The searches that may tell something again."""
    return await searches.DUE.all(db, now - PAUSE)


async def look(db: Db, matchmaker: Matchmaker, search_id: int, *, now: datetime, settings: Settings) -> int:
    """Tell the person of what has come or changed since the search last looked; how many results that is.

    One notice however many there are, and none again within ``PAUSE``. Safe to repeat: a content is told of once.
    """
    search = await searches.LOCK.first(db, search_id, now - PAUSE)
    if search is None:
        return 0
    changed = await searches.CHANGED[search.kind].all(db, search.looked_at, search.organisation_id)
    found = await _matching(db, matchmaker, search, changed) if changed else []
    fresh = await searches.HIT[search.kind].all(db, search.id, found) if found else []
    await searches.LOOKED.run(db, search.id, now, now if fresh else None)
    if fresh:
        await _tell(db, search, len(fresh), settings)
    return len(fresh)


async def _matching(db: Db, matchmaker: Matchmaker, search: SavedSearch, changed: list[int]) -> list[int]:
    """Those of the changed that answer the words well enough and pass the filters, as strangers see them."""
    if search.asked.q.strip():
        index = matchmaker.products if search.kind == "product" else matchmaker.public
        hits = await in_thread(index.search, search.asked.q, SEARCHED)
        least = LEAST_OF_BEST * max((score for _, score in hits), default=0.0)
        changed = [int(i) for i, score in hits if score >= least and int(i) in set(changed)]
    return await facets.among(db, search.kind, search.asked, changed, MOST_TOLD)


async def _tell(db: Db, search: SavedSearch, n: int, settings: Settings) -> None:
    title = f"{search.name} · {n}"
    await searches.TELL.run(db, search.person_id, search.organisation_id, search.id, title)
    await notices.ANNOUNCE.one(db, [search.organisation_id])
    if not settings.smtp_url:
        return
    person = await searches.LISTENER.one(db, search.person_id)
    with i18n.speaking(person.language or settings.language):
        first = i18n.gettext(FOUND)
        link = f"{settings.address}/searches/{search.id}"
        body = i18n.gettext(MAIL_BODY) % {"sentence": first, "title": title, "link": link}
    await mail.send(db, person.email, first, body)
