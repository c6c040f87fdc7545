"""Random walks of all machines at once against the real trigger, compared with the hand-written truth.

Each example is one transaction, rolled back at its end.
"""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from market.db import prepare_connection
from market.domain.errors import IllegalTransition
from market.store import journal
from tests.domain.truth import TRUTH, moves
from tests.rows import BIRTHS, Rows

EDGES = {m: {(s, a): t for s, a, t, _ in moves(m)} for m in TRUTH}
STATES = {m: sorted({t for t in EDGES[m].values()}) for m in TRUTH}
ACTIONS = {m: sorted({a for _, a in EDGES[m]}) for m in TRUTH}

MACHINE = st.sampled_from(sorted(TRUTH))
ANY = st.integers(0, 10**6)


class Walk(RuleBasedStateMachine):
    """The model: for each machine one row's state, version and number of journalled events."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.run = self.runner.run
        self.db = self.run(asyncpg.connect(self.url))
        self.run(prepare_connection(self.db))
        self.outer = self.db.transaction()
        self.run(self.outer.start())
        self.rows: dict[str, int] = {}
        self.state: dict[str, str] = {}
        self.version: dict[str, int] = {}
        self.events: dict[str, int] = {}
        self.touched: set[str] = set()

    def teardown(self) -> None:
        try:
            for machine in self.rows:
                self.run(self.compare(machine))
            assert self.run(journal.BROKEN.all(self.db)) == []
        finally:
            self.run(self.outer.rollback())
            self.run(self.db.close())
            self.runner.close()

    @initialize(which=ANY)
    def born(self, which: int) -> None:
        for machine, births in BIRTHS.items():
            action, state = births[which % len(births)]
            self.rows[machine] = self.run(Rows(self.db).insert(machine, action, state))
            self.state[machine], self.version[machine], self.events[machine] = state, 1, 1
        self.touched.update(BIRTHS)

    def stepped(self, machine: str, state: str) -> None:
        self.state[machine] = state
        self.version[machine] += 1
        self.events[machine] += 1

    def attempt(self, machine: str, statement: Any) -> Any:
        """What the statement gives, or the error that refused it; a refused one leaves nothing behind."""

        async def inside() -> Any:
            try:
                async with self.db.transaction():
                    return await statement
            except (asyncpg.CheckViolationError, IllegalTransition) as error:
                return error

        self.touched.add(machine)
        return self.run(inside())

    def step(self, machine: str, version: int, action: str, state: str) -> Any:
        return self.attempt(machine, Rows(self.db).step(machine, self.rows[machine], version, action, state))

    @rule(machine=MACHINE, which=ANY)
    def along_an_edge(self, machine: str, which: int) -> None:
        """One of the moves open here, so that walks get far."""
        here = sorted((a, t) for (s, a), t in EDGES[machine].items() if s == self.state[machine])
        if not here:
            return
        action, state = here[which % len(here)]
        assert self.step(machine, self.version[machine], action, state) == 1
        self.stepped(machine, state)

    @rule(machine=MACHINE, action=ANY, goal=ANY)
    def anywhere(self, machine: str, action: int, goal: int) -> None:
        """Any action towards any state: taken exactly when it is an edge."""
        name = ACTIONS[machine][action % len(ACTIONS[machine])]
        state = STATES[machine][goal % len(STATES[machine])]
        outcome = self.step(machine, self.version[machine], name, state)
        if EDGES[machine].get((self.state[machine], name)) == state:
            assert outcome == 1
            self.stepped(machine, state)
        else:
            assert isinstance(outcome, IllegalTransition)

    @rule(machine=MACHINE, behind=st.integers(1, 3), which=ANY)
    def on_an_old_version(self, machine: str, behind: int, which: int) -> None:
        here = sorted((a, t) for (s, a), t in EDGES[machine].items() if s == self.state[machine])
        if here:
            assert self.step(machine, self.version[machine] - behind, *here[which % len(here)]) == 0

    @rule(machine=MACHINE, goal=ANY)
    def by_hand(self, machine: str, goal: int) -> None:
        """UPDATE … SET state, without the action that would make it an edge."""
        state = STATES[machine][goal % len(STATES[machine])]
        if state == self.state[machine]:
            return
        statement = f"UPDATE {machine} SET state = $2, state_action = '', version = version + 1 WHERE id = $1"
        outcome = self.attempt(machine, self.db.execute(statement, self.rows[machine], state))
        assert isinstance(outcome, asyncpg.CheckViolationError)
        assert outcome.constraint_name in (f"{machine}_lifecycle", "agreement_effective")

    @rule(machine=MACHINE)
    def an_edit(self, machine: str) -> None:
        """A change of contents: a new version and an event that is no step."""
        row = self.rows[machine]
        self.run(self.db.execute(f"UPDATE {machine} SET version = version + 1 WHERE id = $1", row))
        self.run(journal.append(self.db, machine, row, "edit", data={"revision": self.version[machine]}))
        self.stepped(machine, self.state[machine])
        self.touched.add(machine)

    @invariant()
    def the_journal_tells_the_same_story(self) -> None:
        for machine in self.touched:
            self.run(self.compare(machine))
        self.touched.clear()

    async def compare(self, machine: str) -> None:
        row = self.rows[machine]
        stored = await self.db.fetchrow(f"SELECT state, version FROM {machine} WHERE id = $1", row)
        assert tuple(stored) == (self.state[machine], self.version[machine])
        events = await journal.OF_OBJECT.all(self.db, machine, row)
        assert [e.seq for e in events] == list(range(1, self.events[machine] + 1))
        steps = [e for e in events if e.target]
        assert steps[-1].target == self.state[machine]
        assert [s.source for s in steps] == ["", *(s.target for s in steps[:-1])]


def test_random_walks(template_url: str) -> None:
    walk = type("Walk", (Walk,), {"url": template_url})
    run_state_machine_as_test(
        walk,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
