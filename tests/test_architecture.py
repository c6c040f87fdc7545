"""The rules of the code itself: who imports whom, where states change, what every route and service must have."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from importlinter.cli import lint_imports

from market.app import create_app
from market.domain.permissions import Permission
from market.settings import Settings

ROOT = Path(__file__).parents[1]
PYTHON = sorted(p for package in ("market", "matching") for p in (ROOT / package).rglob("*.py"))
TEMPLATES = sorted((ROOT / "market/web/templates").rglob("*.html"))
MODULE_LINES, FUNCTION_LINES = 400, 50


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def trees() -> list[tuple[str, ast.Module]]:
    return [(name_of(path), ast.parse(path.read_text(encoding="utf-8"))) for path in PYTHON]


def called(node: ast.Call) -> str:
    """The last name of what is called: ``db.fetch(…)`` -> fetch."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every string that is not a docstring, with the constant parts of f-strings."""
    spoken = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken:
            yield node.lineno, node.value


def test_imports_keep_to_the_contracts(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("logging.config.dictConfig", dict)  # it would turn off every logger of the tests that follow
    assert lint_imports(no_cache=True, no_logo=True) == 0, capsys.readouterr().out


def handlers(tmp_path: Path) -> Iterator[tuple[str, Any]]:
    app = create_app(Settings(database_url="postgresql://nowhere/none", data_dir=tmp_path, secret_key="k" * 32))
    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]:
            if "OPTIONS" not in getattr(handler, "http_methods", ()):
                yield route.path, handler


def test_every_route_names_a_permission(tmp_path):
    found = list(handlers(tmp_path))
    assert len(found) > 20
    nameless = [(path, str(h)) for path, h in found if not isinstance(h.opt.get("permission"), Permission)]
    assert nameless == []


def test_every_api_route_says_what_it_does(tmp_path):
    silent = [path for path, h in handlers(tmp_path) if path.startswith("/api/v1") and not (h.fn.__doc__ or "").strip()]
    assert silent == []


def test_states_change_in_one_place():
    """``SET state`` stands in the store only, and only ``services.transitions`` uses it."""
    pattern = re.compile(r"\bSET\s+state\b|\bstate_action\s*=", re.IGNORECASE)
    writes, uses = [], []
    for name, tree in trees():
        if not name.startswith("market/store/"):
            writes += [(name, line) for line, text in texts(tree) if pattern.search(text)]
        names = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
        names |= {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        if names & {"STEP", "STEP_MANY"}:
            uses.append(name)
    assert writes == []
    assert uses == ["market/services/transitions.py"]


def test_only_the_steps_write_states():
    """In the store too: an UPDATE of a state is one of ``transitions.STEP``."""
    pattern = re.compile(r"\bSET\s+(\w+ = [^;]*,\s*)?state\s*=", re.IGNORECASE)
    found = {name for name, tree in trees() for _, text in texts(tree) if pattern.search(text)}
    assert found == {"market/store/transitions.py"}


def test_statements_are_constants():
    """No SQL is put together from pieces: f-strings, %, format and + are refused where SQL goes."""
    takes_sql = {"Query": 1, "Command": 0}
    takes_sql |= dict.fromkeys(("fetch", "fetchrow", "fetchval", "execute", "executemany", "cursor", "prepare"), 0)
    wrong = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and called(node) in takes_sql and name.startswith("market/")):
                continue
            position = takes_sql[called(node)]
            if len(node.args) <= position:
                continue
            given = node.args[position]
            kept = isinstance(given, ast.Attribute) and given.attr == "sql"  # Query and Command handing on their own
            if not (isinstance(given, ast.Constant) or kept):
                wrong.append((name, node.lineno))
    assert wrong == []


def test_statements_stand_in_the_store():
    """Services, API and pages reach the database through Query and Command."""
    bare = {"fetch", "fetchrow", "fetchval", "execute", "executemany", "copy_records_to_table"}
    above = ("market/services/", "market/api/", "market/web/", "market/domain/")
    found = [
        (name, node.lineno)
        for name, tree in trees()
        if name.startswith(above)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in bare
    ]
    assert found == []


def test_modules_and_functions_stay_short():
    long = []
    for name, tree in trees():
        lines = len((ROOT / name).read_text(encoding="utf-8").splitlines())
        if lines > MODULE_LINES:
            long.append((name, lines))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long.append((f"{name}:{node.name}", lines))
    assert long == []


def test_there_is_no_drawer_for_odds_and_ends():
    assert [name_of(p) for p in PYTHON if p.stem in ("utils", "util", "helpers", "misc", "common")] == []


def public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Public functions and classes of a module, and the public methods of those classes; a Protocol's ``…`` not."""
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        bare = len(node.body) == 1 and isinstance(node.body[0], ast.Expr) and not ast.get_docstring(node)
        if not (bare and isinstance(node, ast.FunctionDef)):
            yield node
        if isinstance(node, ast.ClassDef):
            yield from public(node.body)


def test_public_services_say_what_they_do():
    services = [(name, tree) for name, tree in trees() if name.startswith("market/services/")]
    silent = [name for name, tree in services if not ast.get_docstring(tree)]
    silent += [f"{name}:{n.name}" for name, tree in services for n in public(tree.body) if not ast.get_docstring(n)]
    assert silent == []


def test_nothing_is_left_to_do():
    mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    kinds = {".py", ".sql", ".html", ".css", ".js", ".toml", ".md", ".po"}
    folders = ("market", "matching", "migrations", "tests")
    files = [p for f in folders for p in (ROOT / f).rglob("*") if p.suffix in kinds and "/data/" not in str(p)]
    assert [name_of(p) for p in files if mark.search(p.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.stem)
def test_templates_escape_everything_and_bring_nothing_foreign(path):
    text = path.read_text(encoding="utf-8")
    safe = re.findall(r"(\w+)\s*\|\s*safe\b", text)
    assert set(safe) <= {"csrf_input", "csrf"}
    assert "Markup" not in text
    assert not re.search(r"autoescape\s+false", text)
    assert not re.search(r"""(src|href|action)\s*=\s*["'](https?:)?//""", text), "a foreign host"
    assert not re.search(r"\sstyle\s*=|<style|\son\w+\s*=\s*[\"']|javascript:", text), "the policy forbids it"
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", text)), "the policy forbids it"


def test_no_line_begins_with_what_separates_two_facts():
    for path in TEMPLATES:
        shown = re.sub(r"<title>.*?</title>|{% block title %}.*?{% endblock %}", "", path.read_text(encoding="utf-8"))
        assert "·" not in shown, (path.name, "write {{ dot }}")


def test_every_form_that_posts_carries_the_token():
    for path in TEMPLATES:
        for form in re.findall(r"<form\b.*?</form>", path.read_text(encoding="utf-8"), re.DOTALL):
            if re.search(r"method\s*=\s*[\"']?post", form, re.IGNORECASE):
                assert re.search(r"csrf(_input)?\s*\|\s*safe", form), (path.name, form[:120])


def test_what_travels_to_the_browser_comes_from_here():
    for path in (ROOT / "market/web/static").rglob("*"):
        if path.suffix in (".css", ".js"):
            assert not re.search(r"(?:url\(|import\s|fetch\()\s*[\"']?(https?:)?//", path.read_text(encoding="utf-8"))
