"""Staff read the journal of one object: every event with its place in the hash chain."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from market.domain.permissions import Permission
from market.services import journal
from market.services.notices import page_of_object
from market.store.query import Db
from market.web.page import page


@get("/desk/journal/{kind:str}/{object_id:int}", permission=Permission.JOURNAL_READ)
async def journal_page(
    db: NamedDependency[Db], kind: FromPath[str], object_id: FromPath[int], cursor: FromQuery[str] = ""
) -> Template:
    """The events, oldest first, and whether the chain holds."""
    found = await journal.history(db, kind, object_id, cursor=cursor)
    return page(
        "pages/journal.html",
        kind=kind,
        object_id=object_id,
        entries=found.items,
        next=found.next,
        broken=await journal.broken(db, kind, object_id),
        back=page_of_object(kind, object_id, own=False),
    )


ROUTES = [journal_page]
