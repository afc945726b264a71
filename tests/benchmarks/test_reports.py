import json

import pytest

from core.benchmarks import reports, tables

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


def test_a_report_without_further_figures_is_told_without_them(report):
    for row in (*reports.auroc_table("leave-one-out").rows, *reports.score_table("leave-one-out").rows):
        assert (row.fpr95, row.aupr, row.plain) == ({}, {}, None)


def test_further_figures_are_those_of_the_rows_own_score(monkeypatch, report, tmp_path):
    rows = [row | {"fpr95": row["auroc"] / 10, "aupr": row["auroc"] / 2} for row in REPORT["rows"]]
    (tmp_path / "leave-one-out.json").write_text(json.dumps(REPORT | {"rows": rows}), encoding="utf-8")
    own, ink, _ = reports.auroc_table("leave-one-out").rows
    assert own.fpr95 == pytest.approx({0: 0.06, 1: 0.08})
    assert own.aupr == pytest.approx({0: 0.3, 1: 0.4})
    assert ink.aupr == {}
    assert {len(row.aupr) for row in reports.score_table("leave-one-out").rows} == {0}
    head, _, _, ink, _ = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in tables.TABLES["leave-one-out"]().splitlines()
    ]
    assert head[3:] == ["0", "1", "FPR95", "AUPR", "AUPR 1"]
    assert ink[5:] == ["–", "–", "–"]
    # One row without them, and there is no mean to be told of all.
    (tmp_path / "leave-one-out.json").write_text(json.dumps(REPORT | {"rows": [*rows, REPORT["rows"][0]]}))
    assert reports.auroc_table("leave-one-out").rows[0].aupr == {}


def letters_row(**more):
    return {"normal": "all", "seed": 0, "recipe": "kagami", "score": "kagami", "auroc": 0.7} | more


@pytest.mark.parametrize(
    ("more", "plain"),
    [
        ({"per_label": {"A": 0.9, "O": 0.1, "B": 0.6}}, None),
        ({"per_label": {"A": 0.9, "O": 0.1, "B": 0.6}, "n_per_label": {"A": 2, "O": 5, "B": 1}}, 0.8),
        ({"without_look_alikes": {"n": 3, "auroc": 0.75}}, 0.75),
    ],
    ids=["no counts", "counts", "measured"],
)
def test_letters_without_those_that_look_like_digits(report, tmp_path, more, plain):
    told = {**REPORT, "protocol": "letters", "rows": [letters_row(**more)], "baselines": []}
    (tmp_path / "letters.json").write_text(json.dumps(told), encoding="utf-8")
    assert reports.auroc_table("letters").rows[0].plain == (None if plain is None else pytest.approx(plain))
    assert ("without look-alikes" in tables.TABLES["letters"]()) == (plain is not None)


def test_the_committed_reports_can_be_read():
    for name in ("leave-one-out", "one-class", "letters"):
        table = reports.auroc_table(name)
        assert table.rows[0].recipe == "kagami"
        assert {row.recipe for row in table.rows} == {"kagami", "article", "pca", "nearest pixels", "ink"}
        assert all(0 <= auroc <= 1 for row in table.rows for auroc in row.auroc.values())
