"""The guard in a simulated market: it accepts a real gain, refuses a false one, and no stored model is trusted."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

import msgspec
import numpy as np
import pytest

from matching import Document, Kind, Level, Reason, Verdict, ranker
from matching.features import NAMES, features
from matching.ranker import Judgements, ModelError, Ranker


def market(demands: int, *, seed: int, deciding: float) -> Judgements:
    """Ten offers per demand with every feature at random. People accept by the lexical score and, as far as
    ``deciding`` goes, by whether the region is met, which the lexical score does not know."""
    rng = np.random.default_rng(seed)
    pairs = demands * 10
    x = rng.random((pairs, len(NAMES))).astype(np.float32)
    region = NAMES.index("region_met")
    x[:, region] = rng.random(pairs) < 0.5
    liking = x[:, 0] + deciding * x[:, region] + rng.normal(0, 0.3, pairs)
    accepted = liking > np.quantile(liking, 0.7)
    return Judgements(x, accepted, [f"d{i // 10}" for i in range(pairs)])


def test_the_guard_accepts_a_real_gain() -> None:
    trial = ranker.trial(market(150, seed=1, deciding=1.0))
    assert trial.accepted
    assert trial.gain is not None
    assert trial.gain.low > 0.05


@pytest.mark.parametrize("seed", range(4))
def test_the_guard_refuses_a_false_gain(seed: int) -> None:
    trial = ranker.trial(market(100, seed=seed, deciding=0.0))
    assert not trial.accepted
    assert trial.learnt is not None


def test_the_guard_refuses_decisions_made_at_random() -> None:
    honest = market(100, seed=7, deciding=1.0)
    shuffled = np.random.default_rng(0).permutation(honest.accepted)
    assert not ranker.trial(Judgements(honest.x, shuffled, honest.demand)).accepted


def test_too_few_decisions_teach_nothing() -> None:
    few = market(20, seed=1, deciding=1.0)
    assert ranker.trial(few).reason.endswith("40 are needed")
    with pytest.raises(ValueError, match="40 are needed"):
        Ranker().fit(few)


def test_probabilities_are_calibrated_on_demands_not_seen() -> None:
    seen, unseen = market(200, seed=1, deciding=1.0), market(200, seed=2, deciding=1.0)
    probability = Ranker().fit(seen).predict_proba(unseen.x)
    for low, high in ((0.0, 0.3), (0.3, 0.7), (0.7, 1.0)):
        inside = (probability >= low) & (probability < high)
        assert abs(probability[inside].mean() - unseen.accepted[inside].mean()) < 0.1


def test_a_better_verdict_never_lowers_the_probability() -> None:
    learnt = Ranker().fit(market(100, seed=3, deciding=0.5))
    x = market(20, seed=4, deciding=0.5).x
    better = x.copy()
    better[:, NAMES.index("must_unmet")] *= 0.5
    better[:, NAMES.index("score")] += 0.1
    assert (learnt.predict_proba(better) >= learnt.predict_proba(x) - 1e-12).all()


def test_a_stored_model_predicts_as_before(tmp_path: Path) -> None:
    judgements = market(60, seed=5, deciding=1.0)
    figures = ranker.trial(judgements)
    ranker.save(tmp_path / "m", judgements, figures)
    opened, told = ranker.load(tmp_path / "m")
    assert told == figures
    assert (opened.predict_proba(judgements.x) == Ranker().fit(judgements).predict_proba(judgements.x)).all()


def test_a_model_cut_in_half_or_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m"
    judgements = market(60, seed=5, deciding=1.0)
    ranker.save(path, judgements, ranker.trial(judgements))
    whole = path.read_bytes()
    for content in (b"", whole[: len(whole) // 2], whole[:100] + b"x" + whole[101:]):
        path.write_bytes(content)
        with pytest.raises(ModelError, match="damaged"):
            ranker.load(path)
    stored = msgspec.msgpack.decode(whole[:-16])
    body = msgspec.msgpack.encode(stored | {"version": 99})
    path.write_bytes(body + hashlib.blake2b(body, digest_size=16).digest())
    with pytest.raises(ModelError, match="another version"):
        ranker.load(path)


def test_features_by_hand() -> None:
    def reason(kind: Kind, level: Level, verdict: Verdict) -> Reason:
        return Reason(level=level, kind=kind, value="x", verdict=verdict)

    reasons = {
        "a": [
            reason(Kind.TOPIC, Level.MUST, Verdict.MET),
            reason(Kind.REGION, Level.MUST, Verdict.UNMET),
            reason(Kind.FORMAT, Level.NICE, Verdict.MET),
        ]
    }
    documents = {"a": Document(id="a", region="合肥", price=Decimal(0)), "b": Document(id="b")}
    rows = features({"a": 0.2, "b": 0.4}, reasons, documents)
    a, b = (dict(zip(NAMES, row.tolist(), strict=True)) for row in rows)
    assert (a["score_to_best"], a["reciprocal_rank"], b["reciprocal_rank"]) == (0.5, 0.5, 1.0)
    assert (a["topic_met"], a["region_unmet"], a["format_met"]) == (1, 1, 1)
    assert (a["must_met"], a["must_unmet"], a["must_unknown"], a["other_met"]) == (0.5, 0.5, 0.0, 1.0)
    assert (a["free"], a["stated"], b["stated"]) == (1.0, 0.25, 0.0)
    assert features({}, {}, {}).shape == (0, len(NAMES))
