"""The command line: python -m core train | calibrate | evaluate | score | denoise | benchmark | talk | tables."""

import argparse
import json
import math
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from core.benchmarks.tables import fill_readmes
from core.detection.calibration import calibrate_again
from core.detection.detector import Detector, knowledge_of
from core.detection.evaluation import Labels, evaluate, evaluate_digits, looks_transposed, separation
from core.detection.scores import SCORES
from core.detection.seen import Knowledge
from core.detection.thresholds import RULES, Threshold
from core.errors import KagamiError
from core.files import write_bytes, write_text
from core.images.arrays import ImageSet, read_images
from core.images.data import DIGITS, Bool, Float, UInt8, flatten, is_normal, load_mnist
from core.images.grouping import characters_of
from core.images.handwriting import LEAST_INK, MOST_INK, HandwritingError, prepare
from core.images.look_alikes import look_alikes
from core.images.noise import NOISES
from core.images.photos import ink_of_picture, read_picture
from core.images.sources import SCAN, SOURCES, source_of
from core.models.bundle import MODELS, Bundle, list_bundles, load_bundle, open_bundle, refuse_existing
from core.models.denoising import DENOISING, PLAIN, Point, amounts, measure, to_json
from core.models.epochs import Epoch
from core.models.experiments import MOST_EPOCHS, PRESETS, RECIPES, experiment, refuse_impossible
from core.models.home import user_models
from core.models.library import checked_title
from core.models.snapshots import Snapshot, Specimens
from core.models.usefulness import useless
from core.runs.plan import Plan
from core.runs.reporter import Printer, Reporter
from core.story import LANGUAGES
from core.story.printed import talk_pdf

# Exit statuses, as the shell knows them; the last is a training that was kept, and came to nothing.
OK, INCOMPLETE, WRONG_USAGE, USELESS = 0, 1, 2, 3
STDOUT = Path("-")
# Of --source: by the image's size.
AUTO = "auto"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return options.run(options)  # type: ignore[no-any-return]
    except KagamiError as error:
        print(f"error: {error}", file=sys.stderr)
        return WRONG_USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    train = commands.add_parser("train", help="train an experiment and write its bundle")
    what = train.add_mutually_exclusive_group(required=True)
    what.add_argument("name", nargs="?", help=f"an experiment, such as {PRESETS[-1]}")
    what.add_argument("--all", action="store_true", help=f"every shipped preset: {', '.join(PRESETS)}")
    what.add_argument("--plan", type=Path, metavar="FILE.json", help="what the plan of a run says (see /train)")
    train.add_argument("--normals", type=_digits, metavar="1,2,3", help="normal digits instead of the name's")
    train.add_argument("--epochs", type=_positive, metavar="N", help="instead of the recipe's")
    train.add_argument("--seed", type=_seed, default=0, metavar="N", help="default: 0")
    train.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help=f"default: {_shown(MODELS)}, or the user's own models where there is a plan",
    )
    train.add_argument(
        "--events",
        type=Path,
        nargs="?",
        const=STDOUT,
        metavar="DIR",
        help="tell what happens as JSON lines, on stdout or in DIR/events.jsonl, and do what DIR/control.json wants",
    )
    train.add_argument("--force", action="store_true", help="replace bundles that exist")
    train.set_defaults(run=_train)

    calibrate = commands.add_parser("calibrate", help="set a bundle's thresholds anew, without training it again")
    which = calibrate.add_mutually_exclusive_group(required=True)
    which.add_argument("name", nargs="?", help="a bundle whose recipe has a threshold for each way in")
    which.add_argument("--all", action="store_true", help="every shipped preset of such a recipe")
    calibrate.add_argument("--models", type=Path, default=MODELS, metavar="DIR", help=f"default: {_shown(MODELS)}")
    calibrate.set_defaults(run=_calibrate)

    judging = argparse.ArgumentParser(add_help=False)
    judging.add_argument("--experiment", default=PRESETS[0], metavar="NAME", help=f"default: {PRESETS[0]}")
    judging.add_argument(
        "--models", type=Path, metavar="DIR", help=f"default: {_shown(MODELS)} and the user's own models"
    )
    judging.add_argument("--score", choices=SCORES, help="default: the recipe's")
    judging.add_argument("--rule", choices=RULES, help="default: the recipe's")
    judging.add_argument("--k", type=float, default=1.0, help="for mean+std; default: 1.0")
    judging.add_argument(
        "--false-alarms",
        type=float,
        default=0.05,
        metavar="RATE",
        help="for quantile, conformal; default: 0.05",
    )
    judging.add_argument("--at", type=float, default=0.0, metavar="SCORE", help="for fixed: the threshold itself")
    judging.add_argument(
        "--source",
        choices=(*SOURCES, AUTO),
        default=AUTO,
        help="where the images come from, and so which threshold; auto (default): 28×28 is a scan, else a photo",
    )
    judging.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    score = commands.add_parser("score", parents=[judging], help="judge the characters in pictures")
    score.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a photo, scan or screenshot")
    score.set_defaults(run=_score)

    evaluate = commands.add_parser("evaluate", parents=[judging], help="measure a detector on labelled images")
    evaluate.add_argument(
        "--images",
        type=Path,
        metavar="FILE",
        help="hold these against MNIST's test normals instead of MNIST's held-out digits: an npz with x (n,h,w), white "
        "ink on black, and y (n,) labels; Keras's, MedMNIST's or KMNIST's npz; npy, IDX or CSV, gzipped or not",
    )
    evaluate.add_argument("--invert", action="store_true", help="the images are black ink on white")
    evaluate.add_argument("--transpose", action="store_true", help="the images' rows are columns, as in EMNIST's files")
    evaluate.add_argument(
        "--prepare",
        choices=("always", "auto", "never"),
        default="auto",
        help="handwriting to 28×28: auto (the default) prepares what is not 28×28 already",
    )
    evaluate.set_defaults(run=_evaluate)

    benchmark = commands.add_parser("benchmark", help="run a protocol of the literature, from training to AUROC")
    benchmark.add_argument("protocol", choices=("leave-one-out", "one-class", "letters", "sources", "speed"))
    benchmark.add_argument("--recipe", choices=RECIPES, default="kagami", help="default: kagami")
    benchmark.add_argument("--score", choices=SCORES, help="default: the recipe's")
    benchmark.add_argument("--digits", type=_digits, default=DIGITS, metavar="0,1", help="default: all ten")
    benchmark.add_argument("--seeds", type=_seeds, default=(0,), metavar="0,1,2", help="default: 0")
    benchmark.add_argument("--runs", type=_positive, default=3, metavar="N", help="of speed; default: 3")
    benchmark.add_argument("--images", type=Path, metavar="FILE", help="the letters, as for evaluate")
    benchmark.add_argument("--out", type=Path, metavar="FILE.json", help="write the report here, and go on from it")
    benchmark.set_defaults(run=_benchmark)

    denoise = commands.add_parser("denoise", help="measure what is left of noise, by autoencoders and by a filter")
    denoise.add_argument("--kind", choices=NOISES, help="default: all")
    denoise.add_argument("--amount", type=float, help="default: every measured amount of each kind")
    denoise.add_argument("--seed", type=_seed, default=0, metavar="N", help="of the noise; default: 0")
    denoise.add_argument("--models", type=Path, default=MODELS, metavar="DIR", help=f"default: {_shown(MODELS)}")
    denoise.add_argument("--out", type=Path, metavar="FILE.json", help="write JSON here instead of a table")
    denoise.set_defaults(run=_denoise)

    talk = commands.add_parser("talk", help="print the talk: a PDF with a page for each step")
    talk.add_argument("--lang", choices=LANGUAGES, default="en", help="default: en")
    talk.add_argument("--models", type=Path, default=MODELS, metavar="DIR", help=f"default: {_shown(MODELS)}")
    talk.add_argument("--out", type=Path, default=Path("talk.pdf"), metavar="FILE.pdf", help="default: talk.pdf")
    talk.set_defaults(run=_talk)

    tables = commands.add_parser("tables", help="bring the READMEs' tables up to date with the committed results")
    tables.set_defaults(run=_tables)
    return parser


def _train(options: argparse.Namespace) -> int:
    plans = _plans(options)
    out = options.out or (MODELS if options.plan is None else user_models())
    for plan in plans:
        refuse_existing(out / plan.bundle, force=options.force)

    _quiet_tensorflow()
    status = OK
    for plan in plans:
        if options.events is None:
            path = _trained(plan, out, options.force, _Bar(plan.bundle))
            print(path)
        else:
            watcher = Printer(plan=plan) if options.events == STDOUT else Reporter(plan=plan, path=options.events)
            with watcher:
                watcher.await_turn()
                path = _trained(plan, out, options.force, watcher)
                watcher.finished(path.name)
        if reason := useless(open_bundle(path), load_mnist("test")):
            print(f"warning: {path.name}: {reason}", file=sys.stderr)
            status = USELESS
    return status


def _calibrate(options: argparse.Namespace) -> int:
    chosen = (
        [name for name in PRESETS if experiment(name).recipe.calibrate_with_pens] if options.all else [options.name]
    )
    for name in chosen:
        print(calibrate_again(name, folder=options.models))
    return OK


def _plans(options: argparse.Namespace) -> list[Plan]:
    if options.plan is not None:
        if options.normals is not None or options.epochs is not None:
            raise KagamiError("bad_usage", "--plan says everything; --normals and --epochs go with a name.")
        try:
            plan = Plan.from_json(options.plan.read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise KagamiError("plan_damaged", f"{options.plan} is no plan that can be read: {error}.") from error
        _refuse_impossible(plan)
        return [plan]
    if options.all and options.normals is not None:
        raise KagamiError("bad_usage", "--all trains the presets; --normals goes with one name.")
    if options.all and options.events not in (None, STDOUT):
        raise KagamiError("bad_usage", "--events DIR is about one training; --all goes with --events alone.")
    names = PRESETS if options.all else (options.name,)
    chosen = [experiment(name, normals=options.normals) for name in names]
    return [Plan(experiment=each, bundle=each.name, seed=options.seed, epochs=options.epochs) for each in chosen]


def _refuse_impossible(plan: Plan) -> None:
    """Raise KagamiError where /train would not start this plan."""
    recipe = plan.experiment.recipe
    refuse_impossible(recipe)
    Threshold(rule=recipe.rule)
    if recipe.score not in SCORES:
        raise KagamiError("unknown_score", f"score must be one of {', '.join(SCORES)}, got {recipe.score!r}.")
    for what, value, low, high in (
        ("epochs", plan.epochs, 1, MOST_EPOCHS),
        ("seed", plan.seed, 0, 2**32 - 1),
    ):
        if not (what == "epochs" and value is None) and not (type(value) is int and low <= value <= high):
            raise KagamiError(f"impossible_{what}", f"{what}: a whole number from {low} to {high}; got {value!r}.")
    if not isinstance(plan.bundle, str) or not re.fullmatch(r"[\w-]+", plan.bundle):
        raise KagamiError("plan_damaged", f"bundle: letters, digits, - and _ alone name a folder; got {plan.bundle!r}.")
    if not isinstance(plan.title, str) or checked_title(plan.title) != plan.title:
        raise KagamiError("bad_title", f"title: one line without a margin; got {plan.title!r}.")


class _Bar:
    """A training as a progress bar."""

    drawing = None

    def __init__(self, name: str) -> None:
        from tqdm import tqdm

        self._bar = tqdm(desc=name, unit="epoch")

    def on_epoch(self, epoch: Epoch) -> bool:
        self._bar.total = epoch.of
        self._bar.set_postfix(epoch=epoch.number, loss=f"{epoch.loss:.4f}", val_loss=f"{epoch.val_loss:.4f}")
        self._bar.update()
        if epoch.number == epoch.of:
            self._bar.close()
        return False

    def on_batch(self) -> None:
        """Nothing ends it before its end."""

    def on_look(self, specimens: Specimens, snapshot: Snapshot) -> None:
        """Looked at afterwards, in the bundle."""


def _trained(plan: Plan, out: Path, force: bool, watcher: "_Bar | Printer") -> Path:
    from core.build import build_bundle

    return build_bundle(
        plan.experiment,
        out=out,
        name=plan.bundle,
        title=plan.title,
        seed=plan.seed,
        epochs=plan.epochs,
        force=force,
        drawing=watcher.drawing,
        on_epoch=watcher.on_epoch,
        on_batch=watcher.on_batch,
        on_look=watcher.on_look,
    )


def _speed(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from core.benchmarks.speed import race, summary

    with tqdm(total=2 * options.runs, desc="speed", unit="training", smoothing=0) as bar:
        report = race(runs=options.runs, on_training=lambda: bar.update() and None)
    if options.out is not None:
        write_text(options.out, json.dumps(report, indent=1) + "\n")
    print(summary(report))
    return OK if report["ratio"] is not None else INCOMPLETE


def _sources(options: argparse.Namespace) -> int:
    from core.benchmarks.sources import realised

    names = [name for name in PRESETS if experiment(name).recipe.calibrate_with_pens]
    report = realised([load_bundle(name) for name in names])
    text = json.dumps(report, indent=1) + "\n"
    if options.out is not None:
        write_text(options.out, text)
    print(text if options.out is None else options.out)
    return OK


def _benchmark(options: argparse.Namespace) -> int:
    if options.protocol == "speed":
        return _speed(options)
    if options.protocol == "sources":
        return _sources(options)
    if (options.protocol == "letters") != (options.images is not None):
        raise KagamiError("bad_usage", "letters, and no other benchmark, needs --images FILE.")
    recipe = RECIPES[options.recipe]
    score = options.score or recipe.score
    letters = None
    if options.images is not None:
        x, labels, noticed = _characters(read_images(options.images), "auto")
        letters = (x, labels)
        for note in noticed:
            print(f"note: {note}", file=sys.stderr)

    _quiet_tensorflow()
    from tqdm import tqdm

    from core.benchmarks.protocols import benchmark, resume, runs

    every = runs(options.protocol, options.digits, options.seeds)
    report, todo = resume(every, recipe=recipe.name, score=score, out=options.out)
    with tqdm(total=len(todo), desc=options.protocol, unit="run", smoothing=0) as bar:

        def show(row: dict[str, Any]) -> None:
            bar.set_postfix(recipe=row["recipe"], auroc=f"{row['auroc']:.4f}")
            bar.update()

        benchmark(report, todo, recipe=recipe, score=score, letters=letters, out=options.out, on_run=show)
    if options.out is None:
        print(json.dumps(report, indent=1))
    else:
        print(f"mean AUROC {report['mean_auroc']:.4f}, worst {report['worst_auroc']:.4f}: {options.out}")
    return OK


def _denoise(options: argparse.Namespace) -> int:
    if options.amount is not None and options.kind is None:
        raise KagamiError("bad_usage", "--amount goes with one --kind: each kind has amounts of its own.")
    autoencoders = {name: load_bundle(name, folder=options.models).autoencoder for name in (PLAIN, DENOISING)}
    train, test = load_mnist("train").x, load_mnist("test").x
    kinds = (options.kind,) if options.kind else tuple(NOISES)
    wanted = [(k, a) for k in kinds for a in (amounts(k) if options.amount is None else (options.amount,))]
    from tqdm import tqdm

    points = []
    head = f"{'noise':16} {'amount':>6} {'method':12} {'PSNR':>6} {'SSIM':>6}"
    for kind, amount in tqdm(wanted, unit="point", disable=options.out is None):
        point = measure(kind, amount, autoencoders, train=train, test=test, seed=options.seed)
        points.append(point)
        if options.out is None:
            print(head if len(points) == 1 else "", *_point_rows(point), sep="\n")
    if options.out is not None:
        write_text(options.out, to_json(points, seed=options.seed, date=date.today().isoformat()))
    return OK


def _point_rows(point: Point) -> list[str]:
    rows = []
    for method, quality in point.methods.items():
        name = f"{point.filter} {point.strength:g}" if method == "filter" else method
        psnr = "∞" if quality.psnr is None else f"{quality.psnr:.2f}"
        rows.append(f"{point.kind:16} {point.amount:6g} {name:12} {psnr:>6} {quality.ssim:6.3f}")
    return rows


def _talk(options: argparse.Namespace) -> int:
    load = cache(partial(load_bundle, folder=options.models))
    printed = talk_pdf(options.lang, load=load, detector=lambda name: Detector.of(load(name)), test=load_mnist("test"))
    write_bytes(options.out, printed)
    print(options.out)
    return OK


def _tables(options: argparse.Namespace) -> int:
    fill_readmes()
    return OK


def _score(options: argparse.Namespace) -> int:
    bundle, knowledge = _bundle(options)
    detectors = {source: _detector(options, bundle, knowledge, source) for source in SOURCES}
    rows = [row for file in options.files for row in _judge(file, detectors, options.source)]
    if options.json:
        print(json.dumps(rows, indent=1, allow_nan=False))
    else:
        for row in rows:
            print(_sentence(row))
    return INCOMPLETE if any("error" in row for row in rows) else OK


def _judge(file: Path, detectors: dict[str, Detector], source: str) -> list[dict[str, Any]]:
    """One row for each character in the picture, or one that says why there is none."""
    try:
        picture = read_picture(file)
        ink = ink_of_picture(picture)
        found = characters_of(ink)
        images = [prepare(each.ink).image for each in found] if len(found) > 1 else [prepare(ink).image]
    except KagamiError as error:
        return [{"file": str(file), "error": str(error)}]
    except OSError as error:
        return [{"file": str(file), "error": f"The file cannot be opened: {error.strerror}."}]
    detector = detectors[source_of(picture.size) if source == AUTO else source]
    scores = detector.decision_function(flatten(np.stack(images)))
    rows: list[dict[str, Any]] = [
        {
            "file": str(file),
            "source": detector.source_,
            "score": float(score),
            "threshold": _finite(detector.threshold_),
            "anomalous": bool(score > detector.threshold_),
            "p_value": float(p_value),
        }
        for score, p_value in zip(scores, detector.p_value(scores), strict=True)
    ]
    if len(rows) > 1:
        for number, (row, each) in enumerate(zip(rows, found, strict=True), 1):
            row |= {"number": number, "of": len(rows), "box": list(each.box), "field": list(ink.shape)}
    return rows


def _sentence(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['file']}: not judged: {row['error']}"
    verdict, sign = ("anomalous", ">") if row["anomalous"] else ("normal", "≤")
    threshold = "∞" if row["threshold"] is None else f"{row['threshold']:.4g}"
    which = ""
    if "number" in row:
        top, left, bottom, right = row["box"]
        which = f" character {row['number']} of {row['of']} (rows {top}–{bottom}, columns {left}–{right}):"
    return f"{row['file']}:{which} {verdict} (score {row['score']:.4g} {sign} {threshold}, p = {row['p_value']:.3g})"


def _evaluate(options: argparse.Namespace) -> int:
    bundle, knowledge = _bundle(options)
    given = None
    if options.images is not None:
        given = read_images(options.images, invert=options.invert, transpose=options.transpose)
    found = SCAN if given is None else source_of(given.images.shape)
    detector = _detector(options, bundle, knowledge, found if options.source == AUTO else options.source)
    chosen = bundle.experiment
    test = load_mnist("test")
    scores = bundle.test_scores(detector.score)
    noticed: list[str] = []
    without_look_alikes: dict[str, Any] = {}
    if given is None:
        result = evaluate_digits(scores, test.y, chosen, threshold=detector.threshold_)
        # One table of all ten digits, in their order.
        per_label = dict(sorted({**result.normals, **result.anomalies}.items()))
    else:
        normal = is_normal(test.y, chosen.normals)
        x, labels, noticed = _characters(given, options.prepare)
        if suspected := looks_transposed(detector, x):
            noticed.append(str(suspected))
        judged = detector.decision_function(x)
        if (alike := look_alikes(labels, chosen.normals)).any():
            plain = judged[~alike]
            without_look_alikes = {
                "n": len(plain),
                "flagged": int((plain > detector.threshold_).sum()),
                **asdict(separation(scores[normal], plain)),
            }
        # Everything in the file counts as an anomaly, whatever its label.
        result = evaluate(
            normal_scores=scores[normal],
            normal_labels=test.y[normal],
            anomaly_scores=judged,
            anomaly_labels=labels,
            threshold=detector.threshold_,
        )
        # The file's labels alone: its "3" is not MNIST's 3. Numbers stand in their order, text behind them.
        per_label = dict(sorted(result.anomalies.items(), key=_number_or_text))
    report: dict[str, Any] = {
        "experiment": chosen.name,
        "score": detector.score,
        "rule": detector.threshold.rule,
        "source": detector.source_,
        "threshold": _finite(detector.threshold_),
        "auroc": result.auroc,
        "fpr95": result.fpr95,
        "aupr": result.aupr,
        "detection_rate": result.detection_rate,
        "false_alarm_rate": result.false_alarm_rate,
        "normals_n": result.normals_n,
        "anomalies_n": result.anomalies_n,
        "per_label": {label: asdict(group) for label, group in per_label.items()},
    }
    if without_look_alikes:
        report["without_look_alikes"] = without_look_alikes
    for note in noticed:
        print(f"note: {note}", file=sys.stderr)
    if noticed:
        report["noticed"] = noticed
    if options.json:
        print(json.dumps(report, indent=1, allow_nan=False))
    else:
        _print_report(report)
    return OK if options.images is None or result.anomalies_n else INCOMPLETE


def _characters(given: ImageSet, how: str) -> tuple[Float, Labels, list[str]]:
    """Rows (m, 784) of the images that hold a character, their labels (m,), and what is to be told of the file."""
    x, judged = _prepared(given.images, how)
    noticed = [str(notice) for notice in given.noticed]
    if left_out := int((~judged).sum()):
        noticed.append(
            f"{left_out} of {len(judged)} images hold no character and are left out: they are blank, filled or dots."
        )
    return x, given.labels[judged], noticed


def _number_or_text(labelled: tuple[str, object]) -> tuple[bool, int, str]:
    label = labelled[0]
    whole = label.removeprefix("-").isdecimal()
    return not whole, int(label) if whole else 0, label


def _prepared(images: UInt8, how: str) -> tuple[Float, Bool]:
    """Rows (m, 784) of the images that hold a character, and which of the n those are: (n,) bool."""
    fits = images.shape[1:] == (28, 28)
    if how == "never" and not fits:
        raise KagamiError(
            "images_size", f"--prepare never needs images of 28×28, got {images.shape[1]}×{images.shape[2]}."
        )
    if how == "never" or (how == "auto" and fits):
        # What `prepare` would refuse as blank or as filled.
        inked = (images.max(axis=(1, 2)) >= LEAST_INK * 255) & ((images >= 128).mean(axis=(1, 2)) <= MOST_INK)
        return flatten(images[inked]), inked
    rows = [_prepare(image) for image in images]
    found = np.array([row is not None for row in rows], bool)
    return flatten(np.array([row for row in rows if row is not None], np.float32).reshape(-1, 28, 28)), found


def _prepare(image: UInt8) -> Float | None:
    try:
        return prepare(image).image
    except HandwritingError:
        return None


def _print_report(report: dict[str, Any]) -> None:
    for key, value in report.items():
        if not isinstance(value, dict | list):
            print(f"{key:18} {value if value is not None else '–'}")
    if "without_look_alikes" in report:
        print("\nwithout letters that look like its normal digits:")
        for key, value in report["without_look_alikes"].items():
            print(f"{key:18} {value if value is not None else '–'}")
    print(f"\n{'label':12} {'n':>6} {'flagged':>8} {'rate':>6} {'mean score':>11}")
    for label, group in report["per_label"].items():
        rate = group["flagged"] / group["n"]
        print(f"{label:12} {group['n']:6} {group['flagged']:8} {rate:6.3f} {group['mean_score']:11.5f}")


def _finite(threshold: float) -> float | None:
    """JSON has no infinity: null, where the conformal rule can promise nothing and flags nothing."""
    return threshold if math.isfinite(threshold) else None


def _bundle(options: argparse.Namespace) -> tuple[Bundle, Knowledge]:
    name = options.experiment
    if name not in list_bundles(options.models):
        name = experiment(name).name  # "no such experiment" says more than "no such bundle"
    bundle = load_bundle(name, folder=options.models)
    return bundle, knowledge_of(bundle)


def _detector(options: argparse.Namespace, bundle: Bundle, knowledge: Knowledge, source: str) -> Detector:
    rule = options.rule or bundle.experiment.recipe.rule
    threshold = Threshold(rule=rule, k=options.k, false_alarms=options.false_alarms, at=options.at)
    return Detector.of(bundle, knowledge=knowledge, score=options.score, threshold=threshold, source=source)


def _digits(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part in set("0123456789") for part in parts):
        raise argparse.ArgumentTypeError(f"digits 0-9 with commas between them, such as 1,2,3; got {text!r}")
    return tuple(int(part) for part in parts)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number, 1 or more; got {text!r}")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"a whole number from 0 to {2**32 - 1}; got {text!r}")
    return int(text)


def _seeds(text: str) -> tuple[int, ...]:
    return tuple(_seed(part.strip()) for part in text.split(","))


def _quiet_tensorflow() -> None:
    """TensorFlow's own notices would break a progress bar."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _shown(path: Path) -> str:
    return str(path.relative_to(Path(__file__).parent.parent))


if __name__ == "__main__":
    sys.exit(main())
