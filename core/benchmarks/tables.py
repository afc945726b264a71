"""The README's tables, made from what was measured: each stands between `<!-- table NAME -->` and `<!-- end -->`."""

import re
from collections.abc import Callable, Mapping, Sequence
from statistics import mean
from types import MappingProxyType

from core.benchmarks.reports import AurocRow, AurocTable, auroc_table, score_table, source_table
from core.detection.evaluation import separation
from core.files import write_text
from core.images.data import ASSETS, is_normal, load_mnist
from core.images.noise import NOISES
from core.models.bundle import load_bundle
from core.models.denoising import DENOISING, PLAIN, shipped
from core.models.experiments import PRESETS

ROOT = ASSETS.parent.parent
READMES = (ROOT / "README.md", ROOT / "core" / "detection" / "README.md")
# The held-out digits for which the energy models' papers give their AUPR.
AUPR_DIGITS = (1, 4, 5, 7, 9)
_TABLE = re.compile(r"(<!-- table ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """The text with each table as it follows from the committed results. Raises KeyError for an unknown table."""
    return _TABLE.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", text)


def fill_readmes() -> None:
    """Bring the tables of every README up to date."""
    for path in READMES:
        write_text(path, filled(path.read_text(encoding="utf-8")))


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _by_digit(name: str) -> Callable[[], str]:
    """AUROC of each digit, mean over the seeds, for the detector and what it is held against.

    What else others publish stands behind it, where a row of the report has it.
    """

    def table() -> str:
        found = auroc_table(name)
        more = [column for column in _further(found) if any(value is not None for value in column[1])]
        rows = []
        for row in found.rows:
            seeds = f"{row.seeds} seed{'s' if row.seeds > 1 else ''}"
            title = f"{row.recipe} ({row.score})" if row.baseline else f"**{row.recipe}** ({seeds}, {found.date})"
            rows.append([title, f"{row.mean:.3f}", f"{row.worst:.3f}", *_aurocs(row)])
        for _head, values in more:
            for cells, value in zip(rows, values, strict=True):
                cells.append(_figure(value))
        return _markdown(["", "mean", "worst", *map(str, found.digits), *(head for head, _values in more)], rows)

    return table


def _further(found: AurocTable) -> list[tuple[str, list[float | None]]]:
    """Columns beside the AUROC: their heads, and a value for each row, None where the report does not tell."""
    columns: list[tuple[str, list[float | None]]] = [
        ("FPR95", [mean(row.fpr95.values()) if row.fpr95 else None for row in found.rows]),
        ("AUPR", [mean(row.aupr.values()) if row.aupr else None for row in found.rows]),
    ]
    if found.protocol == "leave-one-out":
        columns += [(f"AUPR {digit}", [row.aupr.get(digit) for row in found.rows]) for digit in AUPR_DIGITS]
    return [*columns, ("without look-alikes", [row.plain for row in found.rows])]


def _sources() -> str:
    """Realised false alarms by way in and wanted rate."""
    found = source_table()
    wanted = list(found[0].realised)
    rows = [[f"`{r.experiment}`", r.source, str(r.n), *(f"{r.realised[w]:.3f}" for w in wanted)] for r in found]
    return _markdown(["experiment", "source", "test digits", *(f"{w:.0%} wanted" for w in wanted)], rows)


def _scores() -> str:
    """Mean AUROC of every score of the same networks, leave-one-out."""
    found = score_table("leave-one-out")
    rows = [[f"`{row.score}`", f"{row.mean:.3f}", *_aurocs(row)] for row in found.rows]
    return _markdown(["score", "mean", *map(str, found.digits)], rows)


def _aurocs(row: AurocRow) -> list[str]:
    return [f"{auroc:.3f}" for auroc in row.auroc.values()]


def _bundles() -> str:
    """What each shipped bundle does on MNIST's test images, judged as its recipe means it."""
    rows, digits = [], load_mnist("test").y
    for name in PRESETS:
        bundle = load_bundle(name)
        card, recipe = bundle.card, bundle.experiment.recipe
        scores, normal = bundle.test_scores(recipe.score), is_normal(digits, bundle.experiment.normals)
        found = separation(scores[normal], scores[~normal])  # not from the card: older ones hold the AUROC alone
        rows.append(
            [
                f"`{name}`",
                f"{recipe.score}, {recipe.rule}",
                *(_figure(card.metrics[key]) for key in ("detection_rate", "false_alarm_rate")),
                *(_figure(value) for value in (found.auroc, found.fpr95, found.aupr)),
                f"{card.seed}, {card.created}",
            ]
        )
    head = ["experiment", "score, rule", "detected", "false alarms", "AUROC", "FPR95", "AUPR", "seed, date"]
    return _markdown(head, rows)


def _denoising() -> str:
    """What the shipped autoencoders and the best filter make of each noise at its usual amount."""
    rows = []
    for noise in NOISES.values():
        point = shipped()[noise.name, noise.default]
        cells = [f"{q.psnr:.1f}, {q.ssim:.2f}" for q in point.methods.values() if q.psnr is not None]
        rows.append(
            [f"{noise.name}, {noise.default:g}", *cells[:-1], f"{cells[-1]} ({point.filter} {point.strength:g})"]
        )
    return _markdown(["noise, amount", "noisy", f"`{PLAIN}`", f"`{DENOISING}`", "filter"], rows)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


TABLES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "bundles": _bundles,
        "denoising": _denoising,
        "leave-one-out": _by_digit("leave-one-out"),
        "one-class": _by_digit("one-class"),
        "letters": _by_digit("letters"),
        "scores": _scores,
        "sources": _sources,
    }
)
