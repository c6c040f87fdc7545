"""What a person made of the lines outlives the text's being read again."""

from msgspec.structs import replace

from market.domain.composing import Row, Wish, changed, lines_of, merged, rows_of
from market.domain.demands import LineKind, LineLevel, RequirementLine, title_of

TEXT = "we need daily road freight in Jiangsu"


def line(kind, value, text=TEXT, level=LineLevel.MUST):
    return RequirementLine(level=level, kind=kind, value=value, phrase=value, start=text.index(value))


TOPIC, DAILY = line(LineKind.TOPIC, "road freight"), line(LineKind.GRANULARITY, "daily")
READ = (DAILY, TOPIC)


def test_what_was_changed_stays_changed_while_the_phrase_moves():
    rows = merged(TEXT, READ, ())
    weekly = replace(rows[0], value="weekly", level=LineLevel.NICE)
    text = "Hello, " + TEXT
    moved = (line(LineKind.GRANULARITY, "daily", text), line(LineKind.TOPIC, "road freight", text))
    found = lines_of(merged(text, moved, (weekly, rows[1])))
    assert [(one.value, one.level, one.phrase, one.start) for one in found] == [
        ("weekly", LineLevel.NICE, "daily", text.index("daily")),
        ("road freight", LineLevel.MUST, "road freight", text.index("road freight")),
    ]


def test_what_was_taken_out_stays_out_until_it_is_put_back():
    rows = merged(TEXT, READ, ())
    without = merged(TEXT, READ, changed(rows, Wish(drop=0)))
    assert [one.value for one in lines_of(without)] == ["road freight"]
    assert len(without) == 2, "it can be put back"
    assert lines_of(merged(TEXT, READ, changed(without, Wish(back=0)))) == READ


def test_a_line_goes_with_its_phrase_unless_it_was_changed():
    rows = merged(TEXT, READ, ())
    assert lines_of(merged("road freight", (line(LineKind.TOPIC, "road freight", "road freight"),), rows)) == (
        line(LineKind.TOPIC, "road freight", "road freight"),
    )
    kept = merged("nothing of it", (), (replace(rows[0], value="weekly"), rows[1]))
    assert [(one.value, one.phrase, one.start) for one in lines_of(kept)] == [("weekly", "", -1)]


def test_a_line_added_by_hand_stays_and_becomes_the_texts_own_once_it_says_so():
    rows = merged("road freight", (), changed((), Wish(add="granularity:daily")))
    assert [(row.kind, row.value, row.was) for row in rows] == [(LineKind.GRANULARITY, "daily", "")]
    found = merged(TEXT, READ, rows)
    assert [(one.value, one.level, one.phrase) for one in lines_of(found)] == [
        ("daily", LineLevel.SHOULD, "daily"),
        ("road freight", LineLevel.MUST, "road freight"),
    ]


def test_a_line_is_relaxed_to_nice_to_have_or_put_more_widely():
    rows = merged(TEXT, READ, ())
    first, second = lines_of(merged(TEXT, READ, changed(rows, Wish(relax="0:"))))
    assert (first.level, first.value, second) == (LineLevel.NICE, READ[0].value, READ[1])
    first, second = lines_of(merged(TEXT, READ, changed(rows, Wish(relax="1:freight"))))
    assert (first, second.value, second.level) == (READ[0], "freight", READ[1].level)
    assert changed(rows, Wish(relax="9:")) == changed(rows, Wish(relax="x")) == rows


def test_what_no_button_says_adds_nothing():
    assert changed((), Wish(add="daily")) == changed((), Wish(add="colour:red")) == ()


def test_a_stored_demand_shows_what_was_read_beside_what_it_says():
    weekly = replace(DAILY, value="weekly")
    own = RequirementLine(level=LineLevel.NICE, kind=LineKind.FORMAT, value="CSV")
    region = line(LineKind.REGION, "Jiangsu")
    rows = rows_of((*READ, region), (TOPIC, weekly, own))
    assert lines_of(rows) == (weekly, TOPIC, own)
    assert [row.value for row in rows] == ["weekly", "road freight", "", "CSV"]
    assert lines_of(merged(TEXT, (*READ, region), rows)) == (weekly, TOPIC, own), "nothing comes back by itself"


def test_the_same_words_twice_are_two_lines():
    text = "daily traffic and daily weather"
    twice = (line(LineKind.GRANULARITY, "daily", text), replace(DAILY, start=text.rindex("daily")))
    rows = merged(text, twice, ())
    found = merged(text, twice, (rows[0], replace(rows[1], value="weekly")))
    assert [one.value for one in lines_of(found)] == ["daily", "weekly"]


def test_a_phrase_that_is_not_there_links_to_nothing():
    rows = merged("some text", (), (Row(value="x", phrase="other", start=3), Row(value="y", phrase="text", start=5)))
    assert [(row.phrase, row.start) for row in rows] == [("", -1), ("text", 5)]


def test_a_title_is_the_beginning_of_the_text():
    assert title_of("需要江苏省公路货运量。用于选址。") == "需要江苏省公路货运量"
    assert title_of("? \n We need   it. Now") == "We need it"
    long = title_of("word " * 40)
    assert long.endswith("word…")
    assert len(long) <= 61
    assert len(title_of("字" * 300)) == 61
