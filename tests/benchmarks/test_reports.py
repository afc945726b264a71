import json

import pytest

from core.benchmarks import reports

REPORT = {
    "protocol": "leave-one-out",
    "recipe": "kagami",
    "score": "kagami",
    "date": "2026-01-02",
    "rows": [
        {"held_out": 1, "seed": 0, "recipe": "kagami", "score": "kagami", "auroc": 0.8, "scores": {"a": 0.1, "b": 0.9}},
        {"held_out": 0, "seed": 0, "recipe": "kagami", "score": "kagami", "auroc": 0.5, "scores": {"a": 0.2, "b": 0.8}},
        {"held_out": 0, "seed": 1, "recipe": "kagami", "score": "kagami", "auroc": 0.7, "scores": {"a": 0.4, "b": 0.6}},
    ],
    "baselines": [
        {"held_out": 0, "seed": 0, "recipe": "ink", "score": "ink", "auroc": 0.3},
        {"held_out": 1, "seed": 0, "recipe": "ink", "score": "ink", "auroc": 0.1},
        {"held_out": 0, "seed": 0, "recipe": "pca", "score": "pca", "auroc": 0.4},
    ],
}


@pytest.fixture
def report(monkeypatch, tmp_path):
    monkeypatch.setattr(reports, "REPORTS", tmp_path)
    (tmp_path / "leave-one-out.json").write_text(json.dumps(REPORT), encoding="utf-8")


def test_digits_are_means_over_their_seeds(report):
    table = reports.auroc_table("leave-one-out")
    assert (table.digits, table.date) == ((0, 1), "2026-01-02")
    own, ink, pca = table.rows
    assert own.auroc == pytest.approx({0: 0.6, 1: 0.8})
    assert (own.mean, own.worst) == pytest.approx((0.7, 0.6))
    assert (own.seeds, own.baseline, own.recipe) == (2, False, "kagami")
    assert ink.auroc == {0: 0.3, 1: 0.1}
    assert (ink.baseline, ink.recipe, pca.auroc) == (True, "ink", {0: 0.4})


def test_scores_of_the_same_networks_come_best_first(report):
    table = reports.score_table("leave-one-out")
    assert [row.score for row in table.rows] == ["b", "a"]
    assert table.rows[0].auroc == pytest.approx({0: 0.7, 1: 0.9})


def test_the_committed_reports_can_be_read():
    for name in ("leave-one-out", "one-class", "letters"):
        table = reports.auroc_table(name)
        assert table.rows[0].recipe == "kagami"
        assert {row.recipe for row in table.rows} == {"kagami", "article", "pca", "nearest pixels", "ink"}
        assert all(0 <= auroc <= 1 for row in table.rows for auroc in row.auroc.values())
