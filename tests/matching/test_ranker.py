"""The guard in a simulated market: it accepts a real gain, refuses a false one, and no stored model is trusted."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import msgspec
import numpy as np
import pytest

from matching import Document, Kind, Level, Reason, Verdict, ranker
from matching.features import NAMES, Pair, features
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


def test_a_stored_model_predicts_as_before() -> None:
    judgements = market(60, seed=5, deciding=1.0)
    figures = ranker.trial(judgements)
    opened, told = ranker.open_stored(ranker.dump(judgements, figures))
    assert told == figures
    assert (opened.predict_proba(judgements.x) == Ranker().fit(judgements).predict_proba(judgements.x)).all()


def test_a_model_cut_in_half_or_of_another_version_is_refused() -> None:
    judgements = market(60, seed=5, deciding=1.0)
    whole = ranker.dump(judgements, ranker.trial(judgements))
    for content in (b"", whole[:16], whole[: len(whole) // 2], whole[:100] + b"x" + whole[101:]):
        with pytest.raises(ModelError, match="damaged"):
            ranker.open_stored(content)
    stored = msgspec.msgpack.decode(whole[:-16])
    for changed in ({"version": 1}, {"names": ["score"]}, {"sklearn": "0.1"}, {"trial": None}):
        body = msgspec.msgpack.encode(stored | changed)
        with pytest.raises(ModelError, match="another version"):
            ranker.open_stored(body + hashlib.blake2b(body, digest_size=16).digest())


def copies(texts: int, times: int, *, seed: int) -> Judgements:
    """Demands from few templates, each posted again and again for other places: the same ten offers, decided the same
    way every time, and for no reason a model could know."""
    rng = np.random.default_rng(seed)
    x = rng.random((texts, 10, len(NAMES))).astype(np.float32)
    accepted = rng.random((texts, 10)) < 0.4
    names = [f"d{text}-{n}" for n in range(times) for text in range(texts) for _ in range(10)]
    templates = [name.split("-")[0] for name in names]
    return Judgements(
        np.tile(x, (times, 1, 1)).reshape(-1, len(NAMES)), np.tile(accepted.ravel(), times), names, templates
    )


def test_templates_learnt_by_heart_are_no_gain() -> None:
    told = copies(60, 5, seed=3)
    assert ranker.trial(Judgements(told.x, told.accepted, told.demand)).accepted, "what the guard must not fall for"
    guarded = ranker.trial(told)
    assert not guarded.accepted
    assert guarded.demands <= 60
    assert ranker.trial(copies(8, 40, seed=4)).reason.startswith("8 demands"), "eight texts are eight demands"


def test_a_template_is_what_is_left_without_places_and_numbers() -> None:
    one = ranker.template("我们需要合肥市2023年的公交客流数据, 预算10万元。")
    assert one == ranker.template("我们需要芜湖市2024年的公交客流数据,预算 20 万元")
    assert one != ranker.template("我们需要合肥市2023年的地铁客流数据, 预算10万元。")


def test_probabilities_out_of_place_are_not_shown() -> None:
    good = ranker.trial(market(150, seed=1, deciding=1.0))
    assert good.calibrated
    assert not msgspec.structs.replace(good, calibration=0.2).calibrated
    assert not ranker.trial(market(20, seed=1, deciding=1.0)).calibrated


def test_features_by_hand() -> None:
    def reason(kind: Kind, level: Level, verdict: Verdict) -> Reason:
        return Reason(level=level, kind=kind, value="x", verdict=verdict)

    told = [
        reason(Kind.TOPIC, Level.MUST, Verdict.MET),
        reason(Kind.REGION, Level.MUST, Verdict.UNMET),
        reason(Kind.FORMAT, Level.NICE, Verdict.MET),
    ]
    pairs = [Pair(0.2, 4, told, Document(id="a", region="合肥", price=Decimal(0))), Pair(0.4, 1, (), Document(id="b"))]
    a, b = (dict(zip(NAMES, row.tolist(), strict=True)) for row in features(pairs))
    assert (a["score"], a["reciprocal_rank"], b["reciprocal_rank"]) == (pytest.approx(0.2), 0.25, 1.0)
    assert (a["topic_met"], a["region_unmet"], a["format_met"]) == (1, 1, 1)
    assert (a["must_met"], a["must_unmet"], a["must_unknown"], a["other_met"]) == (0.5, 0.5, 0.0, 1.0)
    assert (a["free"], a["stated"], b["stated"]) == (1.0, 0.25, 0.0)
    assert features([]).shape == (0, len(NAMES))
