"""The committed results of `python -m core benchmark`, as tables of AUROC by digit."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.images.data import ASSETS
from core.images.strokes import LIKE_DIGITS

REPORTS = ASSETS / "benchmarks"


@dataclass(frozen=True, kw_only=True)
class AurocRow:
    """AUROC of one way to judge, mean over the seeds, by digit. baseline: it is what a detector is held against."""

    recipe: str
    score: str
    seeds: int
    baseline: bool
    auroc: Mapping[int | str, float]

    @property
    def mean(self) -> float:
        return float(np.mean(list(self.auroc.values())))

    @property
    def worst(self) -> float:
        return min(self.auroc.values())


@dataclass(frozen=True, kw_only=True)
class AurocTable:
    """A benchmark's rows, the detector's own first. digits: held-out ones, or the normal one, in order; date: ISO."""

    digits: tuple[int | str, ...]
    date: str
    rows: tuple[AurocRow, ...]


def auroc_table(name: str) -> AurocTable:
    """The report of that name (`leave-one-out`, `one-class`, `letters`), detector and baselines."""
    report = _report(name)
    key = _key(report)
    own = _row(report["rows"], key, baseline=False)
    others: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in report["baselines"]:
        others.setdefault((row["recipe"], row["score"]), []).append(row)
    return AurocTable(
        digits=tuple(own.auroc),
        date=report["date"],
        rows=(own, *(_row(rows, key, baseline=True) for rows in others.values())),
    )


def score_table(name: str) -> AurocTable:
    """The same networks judged by each score that they can give, the best mean first."""
    report = _report(name)
    rows, key = report["rows"], _key(report)
    by_score = [
        _row([{**row, "score": score, "auroc": row["scores"][score]} for row in rows], key, baseline=False)
        for score in rows[0]["scores"]
    ]
    best_first = sorted(by_score, key=lambda row: -row.mean)
    return AurocTable(digits=tuple(best_first[0].auroc), date=report["date"], rows=tuple(best_first))


def letters_table() -> tuple[AurocTable, tuple[str, ...]]:
    """AUROC of all letters and of those that are no digits, by way to judge, and which the second leaves out.

    A letter has as many images as any other, so the mean over letters is the AUROC of them all. Ways whose report does
    not tell single letters are left out.
    """
    report = _report("letters")
    told = [row for row in [*report["rows"], *report["baselines"]] if "per_label" in row]
    rows = []
    for recipe, score in dict.fromkeys((row["recipe"], row["score"]) for row in told):
        mine = [row["per_label"] for row in told if (row["recipe"], row["score"]) == (recipe, score)]
        rows.append(
            AurocRow(
                recipe=recipe,
                score=score,
                seeds=len(mine),
                baseline=recipe != report["recipe"],
                auroc={
                    "all": float(np.mean([list(each.values()) for each in mine])),
                    "letters": float(
                        np.mean([[v for name, v in each.items() if name not in LIKE_DIGITS] for each in mine])
                    ),
                },
            )
        )
    left_out = tuple(name for name in told[0]["per_label"] if name in LIKE_DIGITS)
    return AurocTable(digits=("all", "letters"), date=report["date"], rows=tuple(rows)), left_out


@dataclass(frozen=True, kw_only=True)
class SourceRow:
    """False alarms of one bundle for one way in. realised: by what was wanted, both in [0, 1]; n: test digits."""

    experiment: str
    source: str
    n: int
    realised: Mapping[float, float]


def source_table() -> tuple[SourceRow, ...]:
    """The report `sources`: what thresholds promise and what they keep."""
    report = _report("sources")
    return tuple(
        SourceRow(
            experiment=row["experiment"],
            source=row["source"],
            n=row["n"],
            realised=dict(zip(report["wanted"], row["false_alarms"], strict=True)),
        )
        for row in report["rows"]
    )


def _row(rows: list[dict[str, Any]], key: str, *, baseline: bool) -> AurocRow:
    found = {digit: [row["auroc"] for row in rows if row[key] == digit] for digit in sorted({row[key] for row in rows})}
    return AurocRow(
        recipe=rows[0]["recipe"],
        score=rows[0]["score"],
        seeds=len({row["seed"] for row in rows}),
        baseline=baseline,
        auroc={digit: float(np.mean(aurocs)) for digit, aurocs in found.items()},
    )


def _report(name: str) -> dict[str, Any]:
    return dict(json.loads((REPORTS / f"{name}.json").read_text(encoding="utf-8")))


def _key(report: dict[str, Any]) -> str:
    return "held_out" if report["protocol"] == "leave-one-out" else "normal"
