"""The protocols' bookkeeping, with trainings that are quick to pretend; the real ones are run by hand."""

import json

import numpy as np
import pytest

from core.benchmarks import protocols as module
from core.benchmarks.protocols import Run, benchmark, resume, runs
from core.errors import KagamiError
from core.models.experiments import RECIPES

KAGAMI = RECIPES["kagami"]


def test_runs_go_seed_by_seed_and_baselines_come_last():
    found = [(run.digit, run.seed, run.baseline) for run in runs("leave-one-out", [0, 7], [3, 4])]
    assert found == [(0, 3, False), (7, 3, False), (0, 4, False), (7, 4, False), (0, 3, True), (7, 3, True)]
    assert [run.digit for run in runs("letters", [0, 7], [1])] == [None, None]


@pytest.mark.parametrize(
    "protocol, digit, name, label",
    [
        ("leave-one-out", 4, "kagami-without-4", {"held_out": 4, "seed": 2}),
        ("one-class", 4, "kagami-only-4", {"normal": 4, "seed": 2}),
        ("letters", None, "kagami-all", {"normal": "all", "seed": 2}),
    ],
)
def test_each_protocol_trains_on_its_own_normals_and_names_its_rows(protocol, digit, name, label):
    run = Run(protocol=protocol, digit=digit, seed=2)
    assert run.experiment(KAGAMI).name == name
    assert run.label == label


@pytest.fixture
def pretend(monkeypatch):
    """Runs that return at once an AUROC of 0.9 + digit/100 + seed/1000; the list of the runs that were made."""
    made = []

    def row(run, recipe, score, letters):
        made.append(run)
        return {**run.label, "recipe": recipe.name, "score": score, "auroc": 0.9 + run.digit / 100 + run.seed / 1000}

    def baselines(run, letters):
        return [{**run.label, "recipe": "ink", "score": "ink", "auroc": 0.5}]

    monkeypatch.setattr(module, "_run", row)
    monkeypatch.setattr(module, "_baselines", baselines)
    return made


def go(out, digits, seeds):
    report, todo = resume(runs("leave-one-out", digits, seeds), recipe="kagami", score="kagami", out=out)
    benchmark(report, todo, recipe=KAGAMI, score="kagami", letters=None, out=out)
    return report


def test_the_worst_and_the_mean_are_of_the_digits_means_over_the_seeds(pretend):
    report = go(None, [1, 3], [0, 2])
    assert report["worst_auroc"] == pytest.approx(0.911)
    assert report["mean_auroc"] == pytest.approx(np.mean([0.911, 0.931]))
    assert [row["auroc"] for row in report["baselines"]] == [0.5, 0.5]


def test_a_benchmark_goes_on_where_it_stopped(pretend, tmp_path):
    out = tmp_path / "report.json"
    go(out, [1], [0])
    assert len(pretend) == 1
    report = go(out, [1, 2], [0, 1])
    assert [(run.digit, run.seed) for run in pretend[1:]] == [(2, 0), (1, 1), (2, 1)]
    assert json.loads(out.read_text("utf-8")) == report
    assert [row["held_out"] for row in report["baselines"]] == [1, 2]
    assert go(out, [1, 2], [0, 1]) == report


def test_another_benchmarks_report_is_not_gone_on_with(pretend, tmp_path):
    out = tmp_path / "report.json"
    go(out, [1], [0])
    with pytest.raises(KagamiError, match="holds another benchmark; give another --out"):
        resume(runs("one-class", [1], [0]), recipe="kagami", score="kagami", out=out)
    out.write_text("[]")
    with pytest.raises(KagamiError, match="is not a benchmark's report"):
        resume(runs("leave-one-out", [1], [0]), recipe="kagami", score="kagami", out=out)


def test_baselines_tell_strokes_apart_in_the_way_that_they_claim():
    rng = np.random.default_rng(0)
    upper, lower = np.zeros((40, 784), np.float32), np.zeros((40, 784), np.float32)
    upper[:, :392] = rng.random((40, 392))
    lower[:, 392:] = rng.random((40, 392))
    for scorer in (module._pca(upper), module._nearest(upper)):
        assert scorer(lower).min() > scorer(upper).max()
    assert module._ink(upper).shape == (40,)


def test_letters_are_told_with_and_without_those_that_look_like_digits():
    normal, anomalous = np.array([0.1, 0.4], np.float32), np.array([0.2, 0.5, 0.6], np.float32)
    told = module._figures(normal, anomalous, (np.zeros((3, 784), np.float32), np.array(["O", "A", "B"])))
    assert told["auroc"] == pytest.approx(5 / 6)
    assert told["without_look_alikes"] == {"n": 2, "auroc": 1.0, "fpr95": 0.0, "aupr": 1.0}
    assert set(module._figures(normal, anomalous, None)) == {"auroc", "fpr95", "aupr"}
