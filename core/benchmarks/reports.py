"""The committed results of `python -m core benchmark`, as tables of AUROC by digit."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.images.data import ASSETS
from core.images.look_alikes import look_alike

REPORTS = ASSETS / "benchmarks"


@dataclass(frozen=True, kw_only=True)
class AurocRow:
    """AUROC of one way to judge, mean over the seeds, by digit. baseline: it is what a detector is held against.

    fpr95, aupr: likewise; empty where the report was written before they were measured.
    plain: AUROC of letters without those that look like digits; None where the report does not tell.
    """

    recipe: str
    score: str
    seeds: int
    baseline: bool
    auroc: Mapping[int | str, float]
    fpr95: Mapping[int | str, float]
    aupr: Mapping[int | str, float]
    plain: float | None

    @property
    def mean(self) -> float:
        return float(np.mean(list(self.auroc.values())))

    @property
    def worst(self) -> float:
        return min(self.auroc.values())


@dataclass(frozen=True, kw_only=True)
class AurocTable:
    """A benchmark's rows, the detector's own first. digits: held-out ones, or the normal one, in order; date: ISO."""

    protocol: str
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
        protocol=report["protocol"],
        digits=tuple(own.auroc),
        date=report["date"],
        rows=(own, *(_row(rows, key, baseline=True) for rows in others.values())),
    )


def score_table(name: str) -> AurocTable:
    """The same networks judged by each score that they can give, the best mean first."""
    report = _report(name)
    rows, key = report["rows"], _key(report)
    by_score = [
        _row(
            [
                {
                    key: row[key],
                    "seed": row["seed"],
                    "recipe": row["recipe"],
                    "score": score,
                    "auroc": row["scores"][score],
                }
                for row in rows
            ],
            key,
            baseline=False,
        )
        for score in rows[0]["scores"]
    ]
    best_first = sorted(by_score, key=lambda row: -row.mean)
    return AurocTable(
        protocol=report["protocol"],
        digits=tuple(best_first[0].auroc),
        date=report["date"],
        rows=tuple(best_first),
    )


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
    plain = [told for row in rows if (told := _plain(row)) is not None]
    return AurocRow(
        recipe=rows[0]["recipe"],
        score=rows[0]["score"],
        seeds=len({row["seed"] for row in rows}),
        baseline=baseline,
        auroc=_means(rows, key, "auroc"),
        fpr95=_means(rows, key, "fpr95"),
        aupr=_means(rows, key, "aupr"),
        plain=float(np.mean(plain)) if len(plain) == len(rows) else None,
    )


def _means(rows: list[dict[str, Any]], key: str, figure: str) -> dict[int | str, float]:
    """Mean over the seeds by digit; empty unless every row has the figure."""
    if any(row.get(figure) is None for row in rows):
        return {}
    return {
        digit: float(np.mean([row[figure] for row in rows if row[key] == digit]))
        for digit in sorted({row[key] for row in rows})
    }


def _plain(row: dict[str, Any]) -> float | None:
    """AUROC of the letters that look like no digit: measured, or the mean of the letters' own, weighted by how many.

    None where the row holds neither, nor how many there are of each letter: a mean without weights would be a guess.
    """
    if measured := row.get("without_look_alikes"):
        return float(measured["auroc"])
    if not (counts := row.get("n_per_label")):
        return None
    kept = [label for label in counts if look_alike(label) is None]
    if not kept:
        return None
    return float(np.average([row["per_label"][label] for label in kept], weights=[counts[label] for label in kept]))


def _report(name: str) -> dict[str, Any]:
    return dict(json.loads((REPORTS / f"{name}.json").read_text(encoding="utf-8")))


def _key(report: dict[str, Any]) -> str:
    return "held_out" if report["protocol"] == "leave-one-out" else "normal"
