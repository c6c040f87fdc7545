"""A stored matcher: opened as it was, refused when it does not fit."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from matching import Document, Matcher, persist
from matching.persist import StaleIndex
from tests.processes import together

PRODUCTS = [
    Document(id="air", title="合肥市空气质量小时数据", tags=("环境",), region="安徽省合肥市"),
    Document(id="bus", title="Bus arrival times", description="Real-time arrivals"),
    Document(id="water", title="泸州市水库水位", publisher="泸州市水务局"),
]
QUERIES = ["合肥空气", "real-time bus", "reservoir water level", "泸州水库", "无"]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    persist.save(Matcher().fit(PRODUCTS), tmp_path / "index", "1")
    return tmp_path / "index"


def test_an_opened_matcher_answers_as_the_saved_one(stored: Path) -> None:
    opened, fitted = persist.load(stored, "1").matcher, Matcher().fit(PRODUCTS)
    assert [opened.search(q, 5) for q in QUERIES] == [fitted.search(q, 5) for q in QUERIES]
    assert opened.document("air") == PRODUCTS[0]


def test_an_opened_matcher_can_be_edited(stored: Path) -> None:
    opened = persist.load(stored, "1").matcher
    opened.remove(["bus"])
    opened.add([Document(id="new", title="公交到站")])
    anew = Matcher().fit([PRODUCTS[0], PRODUCTS[2], Document(id="new", title="公交到站")])
    assert [opened.search(q, 5) for q in QUERIES] == [anew.search(q, 5) for q in QUERIES]


def test_edits_are_saved_with_the_rest(tmp_path: Path) -> None:
    matcher = Matcher().fit(PRODUCTS[:2])
    matcher.add(PRODUCTS[2:])
    matcher.remove(["air"])
    persist.save(matcher, tmp_path)
    assert persist.load(tmp_path, persist.fingerprint(PRODUCTS[1:])).matcher.search("泸州水库", 1)[0][0] == "water"


def test_a_new_version_replaces_the_old_one_under_its_readers(stored: Path) -> None:
    before = persist.load(stored, "1").matcher
    persist.save(Matcher().fit(PRODUCTS[:1]), stored, "2")
    assert len(before.search("水库", 5)) == 1
    assert len(persist.load(stored, "2").matcher) == 1
    assert len(list(stored.glob("v*"))) == 1
    with pytest.raises(StaleIndex, match="other data"):
        persist.load(stored, "1")


def test_nothing_stored_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StaleIndex):
        persist.load(tmp_path, "1")


def test_another_version_of_the_code_is_refused(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persist, "FORMAT", persist.FORMAT + 1)
    with pytest.raises(StaleIndex, match="another version"):
        persist.load(stored, "1")


def test_other_code_is_refused(stored: Path) -> None:
    path = next(stored.glob("v*")) / "manifest.json"
    manifest = msgspec.json.decode(path.read_bytes(), type=persist.Manifest)
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(manifest, code="0" * 32)))
    with pytest.raises(StaleIndex, match="another version"):
        persist.load(stored, "1")


@pytest.mark.parametrize("name", ["manifest.json", "tables.msgpack", "documents.msgpack", "body.run.npy", "place.npy"])
def test_a_file_cut_in_half_or_gone_is_refused(stored: Path, name: str) -> None:
    path = next(stored.glob("v*")) / name
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StaleIndex):
        persist.load(stored, "1")
    path.unlink()
    with pytest.raises(StaleIndex):
        persist.load(stored, "1")


def test_a_changed_byte_is_noticed(stored: Path) -> None:
    path = next(stored.glob("v*")) / "body.posting.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(StaleIndex, match="damaged"):
        persist.load(stored, "1")


def test_marks_come_back_with_the_documents_they_were_given_for(tmp_path: Path) -> None:
    persist.save(Matcher().fit(PRODUCTS), tmp_path, "1", {"air": -(2**63), "bus": 7, "gone": 3})
    assert persist.load(tmp_path, "1").marks == {"air": -(2**63), "bus": 7}


def test_a_folder_left_by_a_writer_that_died_goes_with_the_next_save(stored: Path) -> None:
    (stored / "v-left").mkdir()
    persist.save(Matcher().fit(PRODUCTS), stored, "1")
    assert len(list(stored.glob("v*"))) == 1
    assert len(persist.load(stored, "1").matcher) == 3


def test_processes_that_save_and_load_at_once_read_whole_versions(tmp_path: Path) -> None:
    imports = "import sys\nfrom pathlib import Path\nfrom matching import Document, Matcher, persist"
    script = """
root, own = Path(sys.argv[1]), Matcher().fit([Document(id=f"p{n}", title="water level") for n in range(50)])
for _ in range(20):
    persist.save(own, root, "1")
    held = persist.load(root, "1").matcher
    assert len(held.search("water", 100)) == 50
print("done")
"""
    assert together(3, imports, script, str(tmp_path)) == ["done"] * 3
    assert len(list(tmp_path.glob("v*"))) == 1
