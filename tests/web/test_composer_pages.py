"""The composer over HTTP: what is understood as one types, the draft that keeps itself, posting from the first page."""

import re
from asyncio import gather
from html import unescape

import pytest

from market.domain.demands import DemandState
from market.services import demands
from tests import browsing

pytestmark = pytest.mark.anyio
TEXT = "我们需要江苏省各县2023年以来每日的公路货运量，最好提供CSV。"
KEY = "k" * 20
JSON = {"accept": "application/json"}


async def ask(client, path, fields):
    """As the page's script sends the form."""
    token = await browsing.csrf_token(client)
    return await client.post(path, data={"_csrf_token": token, **fields}, headers=JSON)


async def drafts_of(given, actor):
    return [card.id for card in (await demands.page(given.db, actor, mine=True)).items]


def rows_in(html):
    """The line_* fields of a part of the page, to be sent again as they stand there."""
    found = {}
    for name in ("level", "kind", "value", "phrase", "start", "was"):
        if name in ("level", "kind"):
            chips = re.findall(rf'name="line_{name}"(?: value="([^"]*)"|[^>]*>(.*?)</select>)', html, re.DOTALL)
            chosen = [value or re.search(r'value="(\w+)" selected', rest)[1] for value, rest in chips]
            found[f"line_{name}"] = chosen
        else:
            found[f"line_{name}"] = [
                unescape(v) for v in re.findall(rf'name="line_{name}"[^>]*? value="([^"]*)"', html)
            ]
    assert len({len(column) for column in found.values()}) == 1, found
    return found


async def previewed(client, **fields):
    answer = await browsing.post_form(client, "/demands/preview", fields)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.fixture
async def owner(client, committed):
    client.cookies.set("language", "en")
    found = await committed.demander()
    await browsing.sign_in(client, found)
    return found


async def test_it_says_which_line_relaxed_brings_more_and_a_button_does_so(app, committed):
    await committed.listed_product(title="江苏省公路货运量日数据", region="江苏省", update_cycle="monthly")
    owner = await committed.demander()
    async with browsing.several(app) as open_one:
        await app.state.matchmaker.ready.wait()
        client = open_one()
        client.cookies.set("language", "en")
        await browsing.sign_in(client, owner)
        text = "我们需要江苏省公路货运量，必须每日更新。"
        html = await previewed(client, text=text)
        found = re.search(r'name="relax" value="(\d+):([^"]*)"', html)
        assert found, html
        place = int(found[1])
        assert "1 more product fits" in html
        after = rows_in(await previewed(client, text=text, **rows_in(html), relax=f"{place}:"))
    assert rows_in(html)["line_level"][place] == "must"
    assert after["line_level"][place] == "nice"


async def test_what_is_understood_and_what_fits_is_a_part_of_a_page(app, committed):
    """With a product listed before the matcher fills its index."""
    await committed.listed_product(title="江苏省公路货运量日数据", region="江苏省")
    owner = await committed.demander()
    async with browsing.several(app) as open_one:
        await app.state.matchmaker.ready.wait()
        client = open_one()
        client.cookies.set("language", "en")
        await browsing.sign_in(client, owner)
        html = await previewed(client, text=TEXT)
    assert "<html" not in html
    rows = rows_in(html)
    assert "公路货运量" in rows["line_value"]
    for phrase, start in zip(rows["line_phrase"], rows["line_start"], strict=True):
        assert phrase == TEXT[int(start) :][: len(phrase)] if int(start) >= 0 else not phrase
    assert "江苏省公路货运量日数据" in html
    assert re.search(r'class="met" title="Topic 公路货运量: Met"', html)
    assert "1 product fits now" in html
    assert 'name="add" value="delivery:API"' in html, "what was not said is asked back"
    assert "format:" not in html, "what was said is not"
    assert await drafts_of(committed, owner) == []


async def test_a_line_is_taken_out_put_back_and_added_by_buttons(client, owner):
    first = rows_in(await previewed(client, text=TEXT))
    place = first["line_value"].index("公路货运量")
    out = await previewed(client, text=TEXT, **first, drop=str(place))
    assert f'name="back" value="{place}"' in out
    assert rows_in(out)["line_value"][place] == ""
    still = rows_in(await previewed(client, text="您好，" + TEXT, **rows_in(out)))
    assert "公路货运量" not in still["line_value"], "taken out stays taken out while one writes on"
    assert "" in still["line_value"]
    back = rows_in(await previewed(client, text=TEXT, **rows_in(out), back=str(place)))
    assert back == first
    added = rows_in(await previewed(client, text=TEXT, **first, add="delivery:API"))
    assert ("delivery", "API") in zip(added["line_kind"], added["line_value"], strict=True)


async def test_nothing_and_too_much_are_answered(client, owner):
    assert "They appear here" in await previewed(client, text="")
    answer = await browsing.post_form(client, "/demands/preview", {"text": "长" * 20_001})
    assert answer.status_code == 422


async def test_a_demand_is_posted_from_the_first_page_without_a_title(client, committed, owner):
    posted = await browsing.post_form(client, "/demands/new", {"text": TEXT, "post": "1"})
    assert posted.status_code == 303, posted.text
    [demand_id] = await drafts_of(committed, owner)
    demand = await demands.get(committed.db, owner, demand_id)
    assert posted.headers["location"] == f"/demands/{demand_id}"
    assert demand.state is DemandState.SUBMITTED
    assert demand.title == "我们需要江苏省各县2023年以来每日的公路货运量，最好提供CSV"
    assert "公路货运量" in [line.value for line in demand.lines]


async def test_what_cannot_be_posted_is_not_stored_and_nothing_typed_is_lost(client, committed, owner):
    refused = await browsing.post_form(
        client, "/demands/new", {"text": TEXT, "budget": "一万", "sealed": "on", "post": "1"}
    )
    assert refused.status_code == 422
    assert TEXT in refused.text
    assert 'value="一万"' in refused.text
    assert re.search(r'value="on" id="f-sealed" checked', refused.text)
    assert await drafts_of(committed, owner) == []
    empty = await browsing.post_form(client, "/demands/new", {"text": "", "post": "1"})
    assert re.search(r'href="#f-text">(Demand: Fill this in|需求：请填写此项)', empty.text), "it names its field"


async def test_a_title_of_the_text_follows_it_until_it_is_given(client, committed, owner):
    begun = (await ask(client, "/demands/drafts", {"key": KEY, "text": TEXT})).json()
    form = await browsing.get_page(client, f"/demands/{begun['id']}/edit")
    assert re.search(r'name="title" type="text" value=""', form.text)
    await ask(client, f"/demands/{begun['id']}/draft", {"version": begun["version"], "text": "另一段文字，需要雨量。"})
    assert (await demands.get(committed.db, owner, begun["id"])).title == "另一段文字，需要雨量"


async def test_a_draft_keeps_itself_as_one_draft(client, committed, owner):
    """The first answer may get lost: what is sent again under the page's key is the same draft."""
    first = await ask(client, "/demands/drafts", {"key": KEY, "text": TEXT})
    assert first.status_code == 200, first.text
    assert re.fullmatch(r"Draft saved \d\d:\d\d", first.json()["message"])
    again = (await ask(client, "/demands/drafts", {"key": KEY, "text": TEXT + "还要轴数。"})).json()
    assert again["id"] == first.json()["id"]
    later = await ask(
        client, f"/demands/{again['id']}/draft", {"version": again["version"], "text": "只要雨量数据了。"}
    )
    assert later.json()["version"] == again["version"] + 1
    assert await drafts_of(committed, owner) == [again["id"]]
    assert (await demands.get(committed.db, owner, again["id"])).text == "只要雨量数据了。"


async def test_savings_at_the_same_moment_make_one_draft(app, committed):
    owner = await committed.demander()
    async with browsing.several(app) as open_one:
        clients = [open_one() for _ in range(4)]
        for client in clients:
            await browsing.sign_in(client, owner)
        asked = [ask(client, "/demands/drafts", {"key": KEY, "text": TEXT}) for client in clients]
        answers = await gather(*asked)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await drafts_of(committed, owner)) == 1


async def test_a_draft_changed_elsewhere_is_not_overwritten(client, committed, owner):
    begun = (await ask(client, "/demands/drafts", {"key": KEY, "text": TEXT})).json()
    path = f"/demands/{begun['id']}/draft"
    assert (await ask(client, path, {"version": begun["version"], "text": "别处写的内容。"})).status_code == 200
    late = await ask(client, path, {"version": begun["version"], "text": "晚到的内容。"})
    assert late.status_code == 409
    assert (await demands.get(committed.db, owner, begun["id"])).text == "别处写的内容。"
    form = {"version": begun["version"], "text": "晚到的内容。", "save": "1"}
    shown = await browsing.post_form(client, f"/demands/{begun['id']}/edit", form)
    assert shown.status_code == 409
    assert "晚到的内容。" in shown.text, "what was typed is kept, to be saved over it or not"
    version = re.search(r'name="version"[^>]* value="(\d+)"', shown.text)[1]
    saved = await browsing.post_form(client, f"/demands/{begun['id']}/edit", form | {"version": version})
    assert saved.status_code == 303


async def test_a_draft_is_saved_without_what_is_wrong_and_says_so(client, committed, owner):
    wrong = {"key": KEY, "text": TEXT, "budget": "lots", "masked": "不在文中的词", "needed_by": "2030-01-01"}
    saved = await ask(client, "/demands/drafts", wrong)
    assert saved.status_code == 200, saved.text
    assert "without what needs correcting" in saved.json()["message"]
    assert "This is not a number." in saved.json()["message"]
    demand = await demands.get(committed.db, owner, saved.json()["id"])
    assert (demand.budget, demand.masked, str(demand.needed_by)) == (None, (), "2030-01-01")
    assert (await ask(client, "/demands/drafts", {"key": KEY + "2", "text": ""})).status_code == 422
    assert (await ask(client, "/demands/drafts", {"key": "", "text": TEXT})).status_code == 422


async def test_only_drafts_keep_themselves_and_only_for_their_own(client, committed, owner):
    posted = await committed.open_demand(owner)
    ours = {"version": posted.version, "text": "改了的内容。"}
    assert (await ask(client, f"/demands/{posted.id}/draft", ours)).status_code == 409
    strange = await committed.draft_demand()
    theirs = {"version": strange.version, "text": "改了的内容。"}
    assert (await ask(client, f"/demands/{strange.id}/draft", theirs)).status_code == 404
    opened = await committed.open_demand()
    assert (await ask(client, f"/demands/{opened.id}/draft", ours | {"version": opened.version})).status_code == 404


async def test_one_key_means_one_draft_of_one_organisation(client, committed, owner):
    begun = (await ask(client, "/demands/drafts", {"key": KEY, "text": TEXT})).json()
    await browsing.sign_out(client)
    other = await committed.demander()
    await browsing.sign_in(client, other)
    own = (await ask(client, "/demands/drafts", {"key": KEY, "text": TEXT})).json()
    assert own["id"] != begun["id"]


async def test_keeping_a_draft_writes_no_history(client, committed, owner):
    begun = (await ask(client, "/demands/drafts", {"key": KEY, "text": TEXT})).json()
    await ask(client, f"/demands/{begun['id']}/draft", {"version": begun["version"], "text": TEXT + "还要轴数。"})
    count = "SELECT count(*) FROM journal WHERE kind = 'demand' AND object_id = $1"
    assert await committed.db.fetchval(count, begun["id"]) == 1


async def test_what_came_to_nothing_is_asked_for_anew_from_its_own_words(client, committed, owner):
    old = await committed.draft_demand(owner)
    await demands.act(committed.db, owner, old.id, "discard", now=committed.now)
    page = (await browsing.get_page(client, f"/demands/{old.id}")).text
    assert f'<a class="button" href="/demands/new?like={old.id}">Ask for it anew</a>' in page
    anew = await browsing.get_page(client, f"/demands/new?like={old.id}")
    assert old.text in anew.text
    assert 'name="line_value"' in anew.text
    assert "Post demand" in anew.text
    foreign = await committed.open_demand()
    assert (await browsing.get_page(client, f"/demands/new?like={foreign.id}")).status_code == 404
