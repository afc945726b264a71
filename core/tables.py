"""The README's tables, made from what was measured: each stands between `<!-- table NAME -->` and `<!-- end -->`."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from core.files import write_text
from core.images.data import ASSETS
from core.models.bundle import Card, load_bundle
from core.models.experiments import PRESETS

REPORTS = ASSETS / "benchmarks"
ROOT = ASSETS.parent.parent
READMES = (ROOT / "README.md", ROOT / "core" / "detection" / "README.md")
_TABLE = re.compile(r"(<!-- table ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """The text with each table as it follows from the committed results. Raises KeyError for an unknown table."""
    return _TABLE.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", text)


def fill_readmes() -> None:
    """Bring the tables of every README up to date."""
    for path in READMES:
        write_text(path, filled(path.read_text(encoding="utf-8")))


def _report(name: str) -> dict[str, Any]:
    return dict(json.loads((REPORTS / f"{name}.json").read_text(encoding="utf-8")))


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _by_digit(name: str, key: str) -> Callable[[], str]:
    """AUROC of each digit, mean over the seeds, for the detector and what it is held against."""

    def table() -> str:
        report = _report(name)
        digits = sorted({row[key] for row in report["rows"]})
        seeds = len({row["seed"] for row in report["rows"]})
        own = f"**{report['recipe']}** ({seeds} seed{'s' if seeds > 1 else ''}, {report['date']})"
        lines: dict[str, list[dict[str, Any]]] = {own: report["rows"]}
        for row in report["baselines"]:
            lines.setdefault(f"{row['recipe']} ({row['score']})", []).append(row)
        rows = []
        for title, found in lines.items():
            means = [float(np.mean([row["auroc"] for row in found if row[key] == digit])) for digit in digits]
            rows.append([title, f"{np.mean(means):.3f}", f"{min(means):.3f}", *(f"{mean:.3f}" for mean in means)])
        return _markdown(["", "mean", "worst", *map(str, digits)], rows)

    return table


def _scores() -> str:
    """Mean AUROC of every score of the same networks, leave-one-out."""
    rows = _report("leave-one-out")["rows"]
    names = list(rows[0]["scores"])
    digits = sorted({row["held_out"] for row in rows})

    def mean(name: str, digit: int) -> float:
        return float(np.mean([row["scores"][name] for row in rows if row["held_out"] == digit]))

    aurocs = {name: [mean(name, digit) for digit in digits] for name in names}
    return _markdown(
        ["score", "mean", *map(str, digits)],
        [
            [f"`{name}`", f"{np.mean(found):.3f}", *(f"{value:.3f}" for value in found)]
            for name, found in sorted(aurocs.items(), key=lambda item: -float(np.mean(item[1])))
        ],
    )


def _bundles() -> str:
    """What each shipped bundle does on MNIST's test images, judged as its recipe means it."""
    rows = []
    for name in PRESETS:
        card = load_bundle(name).card
        rows.append(
            [
                f"`{name}`",
                f"{card.experiment.recipe.score}, {card.experiment.recipe.rule}",
                *(_figure(card, key) for key in ("detection_rate", "false_alarm_rate", "auroc")),
                f"{card.seed}, {card.created}",
            ]
        )
    return _markdown(["experiment", "score, rule", "detected", "false alarms", "AUROC", "seed, date"], rows)


def _figure(card: Card, key: str) -> str:
    value = card.metrics[key]
    return "–" if value is None else f"{value:.3f}"


TABLES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "bundles": _bundles,
        "leave-one-out": _by_digit("leave-one-out", "held_out"),
        "one-class": _by_digit("one-class", "normal"),
        "letters": _by_digit("letters", "normal"),
        "scores": _scores,
    }
)
