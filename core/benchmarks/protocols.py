"""Protocols of the literature, run from a seed: leave-one-out, one-class, and letters.

No test image chooses anything: each run trains on MNIST's training part, and only its figures are taken on the test
part. Rows that were measured before AUPR and FPR95 were told have an AUROC alone. Results are written after each run,
so that a run that was interrupted goes on where it stopped.
"""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from core.detection.detector import Detector
from core.detection.evaluation import aupr, auroc, fpr95, inside
from core.errors import KagamiError
from core.files import write_text
from core.images.data import DIGITS, Float, flatten, is_normal, load_mnist
from core.models.bundle import Bundle, load_bundle
from core.models.experiments import Experiment, Recipe, experiment

PCA_COMPONENTS = 32


@dataclass(frozen=True, kw_only=True)
class Run:
    """One digit and seed of a protocol; `baseline` runs what a detector is held against instead."""

    protocol: str
    digit: int | None
    seed: int
    baseline: bool = False

    @property
    def label(self) -> dict[str, Any]:
        """How the run is named in its row."""
        if self.protocol == "leave-one-out":
            return {"held_out": self.digit, "seed": self.seed}
        return {"normal": "all" if self.digit is None else self.digit, "seed": self.seed}

    def experiment(self, recipe: Recipe) -> Experiment:
        """What is trained."""
        if self.digit is None:
            return experiment(recipe.name, normals=DIGITS)
        if self.protocol == "leave-one-out":
            return experiment(recipe.name, normals=[d for d in DIGITS if d != self.digit])
        return experiment(recipe.name, normals=[self.digit])


def runs(protocol: str, digits: Sequence[int], seeds: Sequence[int]) -> list[Run]:
    """The runs of a protocol, seed by seed, so that whole results come early; baselines last, of the first seed."""
    wanted: Sequence[int | None] = [None] if protocol == "letters" else digits
    own = [Run(protocol=protocol, digit=digit, seed=seed) for seed in seeds for digit in wanted]
    return own + [Run(protocol=protocol, digit=digit, seed=seeds[0], baseline=True) for digit in wanted]


def resume(every: Sequence[Run], *, recipe: str, score: str, out: Path | None) -> tuple[dict[str, Any], list[Run]]:
    """The report so far, and the runs that it does not hold yet. Raises KagamiError where `out` is another report."""
    report = _read(out, protocol=every[0].protocol, recipe=recipe, score=score)
    keys = every[0].label

    def done(run: Run) -> bool:
        found = ({key: row[key] for key in keys} for row in report["baselines" if run.baseline else "rows"])
        return run.label in found

    return report, [run for run in every if not done(run)]


def benchmark(
    report: dict[str, Any],
    todo: Sequence[Run],
    *,
    recipe: Recipe,
    score: str,
    letters: tuple[Float, Any] | None,
    out: Path | None,
    on_run: Callable[[dict[str, Any]], None] = lambda row: None,
) -> None:
    """Add the runs to the report, and write it to `out` after each.

    letters: images (n, 784) in [0, 1] and labels (n,), for the protocol of that name.
    on_run: told each row when it is done.
    """
    for run in todo:
        if run.baseline:
            added = _baselines(run, letters)
            report["baselines"] += added
        else:
            added = [_run(run, recipe, score, letters)]
            report["rows"] += added
            key = next(iter(run.label))
            names = {row[key] for row in report["rows"]}
            means = [np.mean([row["auroc"] for row in report["rows"] if row[key] == name]) for name in names]
            report["mean_auroc"], report["worst_auroc"] = float(np.mean(means)), float(min(means))
        report["date"] = date.today().isoformat()
        if out is not None:
            write_text(out, json.dumps(report, indent=1) + "\n")
        on_run(added[0])


def _read(out: Path | None, **what: str) -> dict[str, Any]:
    fresh = {**what, "rows": [], "baselines": []}
    if out is None or not out.exists():
        return fresh
    try:
        found = json.loads(out.read_text(encoding="utf-8"))
        same = all(found[key] == value for key, value in what.items())
        rows = [*found["rows"], *found["baselines"]]
    except (ValueError, KeyError, TypeError) as error:
        raise KagamiError("report_damaged", f"{out} is not a benchmark's report; give another --out.") from error
    if not same or not all(isinstance(row, dict) and "auroc" in row for row in rows):
        raise KagamiError("report_other", f"{out} holds another benchmark; give another --out.", path=str(out))
    return dict(found)


def _run(run: Run, recipe: Recipe, score: str, letters: tuple[Float, Any] | None) -> dict[str, Any]:
    from core.build import build_bundle  # not above: it takes TensorFlow with it

    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = build_bundle(run.experiment(recipe), out=Path(folder), seed=run.seed)
        bundle = load_bundle(path.name, folder=path.parent)
    built = time.perf_counter() - started
    normal, anomalous = _test_scores(bundle, score, letters)
    row: dict[str, Any] = {
        **run.label,
        "recipe": recipe.name,
        "score": score,
        "auroc": auroc(normal, anomalous),
        "aupr": aupr(normal, anomalous),
        "fpr95": fpr95(normal, anomalous),
        "inside": inside(normal, anomalous),
        "train_seconds": bundle.card.train_seconds,
        "total_seconds": round(built, 1),
    }
    if letters is None:
        row["scores"] = {name: auroc(*_test_scores(bundle, name, None)) for name in bundle.scores}
    else:
        labels = letters[1]
        row["per_label"] = {str(label): auroc(normal, anomalous[labels == label]) for label in np.unique(labels)}
    return row


def _test_scores(bundle: Bundle, score: str, letters: tuple[Float, Any] | None) -> tuple[Float, Float]:
    """Scores of the test normals, and of the held-out test digits or the letters."""
    scores = bundle.test_scores(score)
    normal = is_normal(load_mnist("test").y, bundle.experiment.normals)
    if letters is None:
        return scores[normal], scores[~normal]
    return scores[normal], Detector.of(bundle, score=score).decision_function(letters[0])


def _baselines(run: Run, letters: tuple[Float, Any] | None) -> list[dict[str, Any]]:
    """What needs no deep network: the article's recipe, PCA, the nearest training image, and ink alone."""
    train, test = load_mnist("train"), load_mnist("test")
    normals = run.experiment(_article()).normals
    x_train = flatten(train.x[is_normal(train.y, normals)])
    normal = is_normal(test.y, normals)
    x_normal, x_other = flatten(test.x[normal]), flatten(test.x[~normal])
    if letters is not None:
        x_other = letters[0]
    article_row = _run(run, _article(), "mae", letters)
    scorers = {"pca": _pca(x_train), "nearest pixels": _nearest(x_train), "ink": _ink}
    rows = []
    for name, scorer in scorers.items():
        both = scorer(x_normal), scorer(x_other)
        figures = {"auroc": auroc(*both), "aupr": aupr(*both), "fpr95": fpr95(*both), "inside": inside(*both)}
        rows.append({**run.label, "recipe": name, "score": name, **figures})
    return [article_row, *rows]


def _article() -> Recipe:
    return experiment("article-all").recipe


def _pca(x_train: Float) -> Callable[[Float], Float]:
    """Squared error of the projection on the first principal components."""
    pca = PCA(n_components=PCA_COMPONENTS, svd_solver="randomized", random_state=0).fit(x_train)
    return lambda x: np.asarray(np.square(x - pca.inverse_transform(pca.transform(x))).sum(axis=1), np.float32)


def _ink(x: Float) -> Float:
    """How much ink there is."""
    return np.asarray(x.sum(axis=1), np.float32)


def _nearest(x_train: Float) -> Callable[[Float], Float]:
    """Distance in pixels to the nearest training image."""
    neighbours = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(x_train)
    return lambda x: np.asarray(neighbours.kneighbors(x)[0][:, 0], np.float32)
