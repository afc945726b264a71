"""The command line, run in this process; `train` and one `score` run as `python -m core`."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.__main__ import main
from core.images import data
from core.images.data import flatten, load_mnist
from core.models.bundle import MODELS, load_bundle
from core.models.experiments import PRESETS
from core.models.usefulness import useless

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
DOCUMENT = [
    "experiment",
    "score",
    "rule",
    "source",
    "threshold",
    "auroc",
    "fpr95",
    "aupr",
    "detection_rate",
    "false_alarm_rate",
    "normals_n",
    "anomalies_n",
    "per_label",
]


@pytest.fixture
def run(capfd):
    """Run a command; returns its exit status, stdout and stderr, LiteRT's own notices included."""

    def run(*arguments):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stop:  # argparse's way to say "wrong usage"
            status = stop.code
        return status, *capfd.readouterr()

    return run


@pytest.fixture
def document(run):
    """Run a command with --json that must succeed; returns its document."""

    def document(*arguments):
        status, out, _ = run(*arguments, "--json")
        assert status == 0
        return json.loads(out)

    return document


@pytest.fixture(scope="module")
def digits():
    """A test image of each digit, (10, 28, 28) uint8."""
    test = load_mnist("test")
    return test.x[[int(np.argmax(test.y == digit)) for digit in range(10)]]


@pytest.fixture
def picture(tmp_path, digits):
    """Write a test digit as a picture, dark on light, eight times as large; returns its path."""

    def picture(digit, name="digit.png"):
        image = Image.fromarray(255 - digits[digit]).resize((224, 224), Image.Resampling.BICUBIC)
        image.save(tmp_path / name)
        return tmp_path / name

    return picture


def npz(path, x, y):
    np.savez(path, x=x, y=y)
    return path


# score


def test_score_tells_a_list_and_nothing_else(document, picture):
    zero, one = picture(0, "zero.png"), picture(1, "one.jpg")
    rows = document("score", zero, one, "--experiment", "article-only-1")
    assert [list(row) for row in rows] == [["file", "source", "score", "threshold", "anomalous", "p_value"]] * 2
    assert [row["file"] for row in rows] == [str(zero), str(one)]
    assert [row["anomalous"] for row in rows] == [True, False]
    bundle = load_bundle("article-only-1")
    n = len(bundle.calibration["score_mae"])
    assert rows[0]["p_value"] == pytest.approx(1 / (n + 1))
    assert rows[1]["p_value"] > 0.05
    for row in rows:
        assert (row["score"] > row["threshold"]) is row["anomalous"]


def test_score_in_words(run, picture):
    status, out, _ = run("score", picture(0, "zero.png"), picture(1, "one.png"), "--experiment=article-only-1")
    zero, one = out.splitlines()
    assert status == 0
    assert "zero.png: anomalous (score 0." in zero
    assert " > 0." in zero
    assert "one.png: normal (score 0." in one
    assert " ≤ 0." in one


def test_score_judges_each_of_several_characters(run, document):
    sheet = ROOT / "tests" / "cases" / "pictures" / "row_5016.png"
    status, out, _ = run("score", sheet, "--experiment=article-all")
    lines = out.splitlines()
    assert status == 0
    assert [f"character {number} of 4" in line for number, line in enumerate(lines, 1)] == [True] * 4
    assert "(rows 19–121, columns 38–101)" in lines[0]
    rows = document("score", sheet, "--experiment=article-all")
    assert [(row["number"], row["of"]) for row in rows] == [(number, 4) for number in range(1, 5)]
    assert rows[0]["box"] == [19, 38, 121, 101] and rows[0]["field"] == [140, 560]


def test_score_by_other_rules(document, picture):
    zero = picture(0)

    def threshold(*options):
        return document("score", zero, "--experiment=article-all", *options)[0]["threshold"]

    calibration = load_bundle("article-all").calibration
    mean, std = (getattr(calibration["score_mse"].astype(float), name)() for name in ("mean", "std"))
    assert threshold("--score=mse", "--k=2") == pytest.approx(mean + 2 * std, rel=1e-6)
    quantile = threshold("--rule=quantile", "--false-alarms=0.1")
    assert np.mean(calibration["score_mae"] > quantile) == pytest.approx(0.1, abs=0.001)
    conformal = threshold("--rule=conformal", "--false-alarms=0.1", "--score=bce")
    assert np.mean(calibration["score_bce"] > conformal) == pytest.approx(0.1, abs=0.001)


def test_too_few_normals_for_the_promise_are_told(run, picture):
    options = ("--experiment=article-all", "--rule=conformal", "--false-alarms=0.00001")
    for command in (("score", picture(0)), ("evaluate",)):
        status, out, err = run(*command, *options, "--json")
        assert (status, out) == (2, "")
        assert "error: At 0.001 % false alarms, the conformal rule needs 99,999 normals to promise that, got 1" in err
        assert "take another rule: quantile, mean+std or fixed." in err


def test_score_goes_on_after_files_that_hold_no_character(run, picture, tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    Image.new("L", (200, 200), 255).save(tmp_path / "blank.png")
    Image.new("L", (200, 200), 0).save(tmp_path / "black.png")
    dot = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(dot).ellipse((95, 95, 105, 105), fill=0)
    dot.save(tmp_path / "dot.png")
    bad = {
        tmp_path / "text.png": "no PNG, JPEG or WebP picture",
        tmp_path / "nowhere.png": "cannot be opened: No such file",
        tmp_path: "cannot be opened: Is a directory",
        tmp_path / "blank.png": "ink",
        tmp_path / "black.png": "ink",
        tmp_path / "dot.png": "dot",
    }
    status, out, _ = run("score", *bad, picture(3), "--experiment=article-all", "--json")
    *errors, last = json.loads(out)
    assert status == 1
    for (path, word), row in zip(bad.items(), errors, strict=True):
        assert list(row) == ["file", "error"]
        assert row["file"] == str(path)
        assert word in row["error"]
    assert "score" in last

    status, out, _ = run("score", *bad, picture(3), "--experiment=article-all")
    assert status == 1
    assert out.count(": not judged: ") == len(bad)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P", "I;16"])
def test_score_reads_every_kind_of_png(mode, document, digits, tmp_path):
    grey = Image.fromarray(255 - digits[0]).resize((112, 112), Image.Resampling.BICUBIC)
    if mode == "I;16":
        Image.fromarray(np.asarray(grey).astype(np.uint16) * 257).save(tmp_path / "zero.png")
    else:
        grey.convert(mode).save(tmp_path / "zero.png")
    (row,) = document("score", tmp_path / "zero.png", "--experiment=article-only-1")
    assert row["anomalous"] is True


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2, 2)])
def test_score_of_pictures_too_small_for_a_character(size, run, tmp_path):
    Image.fromarray(np.random.default_rng(0).integers(0, 256, size[::-1], np.uint8)).save(tmp_path / "tiny.png")
    status, out, _ = run("score", tmp_path / "tiny.png", "--experiment=article-all", "--json")
    assert (status, list(json.loads(out)[0])) == (1, ["file", "error"])


# evaluate


def test_evaluate_tells_a_document_and_nothing_else(document):
    told = document("evaluate", "--experiment", "article-without-0")
    assert list(told) == DOCUMENT
    assert (told["experiment"], told["score"], told["rule"]) == ("article-without-0", "mae", "mean+std")
    assert (told["normals_n"], told["anomalies_n"]) == (9020, 980)
    assert list(told["per_label"]) == list("0123456789")
    for group in told["per_label"].values():
        assert list(group) == ["n", "flagged", "mean_score"]
    zeros = told["per_label"].pop("0")
    assert zeros["flagged"] / zeros["n"] == pytest.approx(told["detection_rate"])
    flagged = sum(group["flagged"] for group in told["per_label"].values())
    assert flagged / told["normals_n"] == pytest.approx(told["false_alarm_rate"])


def test_evaluate_without_held_out_digits(document, run):
    told = document("evaluate", "--experiment=article-all")
    assert (told["experiment"], told["normals_n"], told["anomalies_n"]) == ("article-all", 10_000, 0)
    assert (told["auroc"], told["detection_rate"]) == (None, None)
    status, out, _ = run("evaluate", "--experiment=article-all")
    assert status == 0
    assert [line.split() for line in out.splitlines() if line.startswith("auroc")] == [["auroc", "–"]]


def test_evaluate_with_other_rules(document):
    told = document("evaluate", "--experiment=article-only-1", "--rule=conformal", "--false-alarms=0.2", "--score=mse")
    assert (told["rule"], told["score"]) == ("conformal", "mse")
    assert told["false_alarm_rate"] == pytest.approx(0.2, abs=0.04)


def test_evaluate_images_of_ones_own(document, digits, tmp_path):
    file = npz(tmp_path / "mine.npz", digits[[0, 1, 0]], np.array(["O", "l", "O"]))
    told = document("evaluate", "--experiment=article-only-1", "--images", file)
    assert list(told) == [*DOCUMENT, "without_look_alikes"]
    # MNIST's test ones against the file.
    assert (told["normals_n"], told["anomalies_n"]) == (1135, 3)
    assert {label: (group["n"], group["flagged"]) for label, group in told["per_label"].items()} == {
        "O": (2, 2),
        "l": (1, 0),
    }
    assert told["detection_rate"] == pytest.approx(2 / 3)
    assert told["false_alarm_rate"] <= 0.08


def test_letters_that_look_like_its_digits_are_told_apart(document, run, digits, tmp_path):
    file = npz(tmp_path / "mine.npz", digits[[0, 1, 0]], np.array(["O", "l", "O"]))
    # To whom knows a 1 alone, l is one, and O is nothing that it knows.
    told = document("evaluate", "--experiment=article-only-1", "--images", file)["without_look_alikes"]
    assert (told["n"], told["flagged"]) == (2, 2)
    assert told["auroc"] > 0.99
    assert told["fpr95"] < 0.01
    _, out, _ = run("evaluate", "--experiment=article-only-1", "--images", file)
    assert "without letters that look like its normal digits:\nn                  2\n" in out
    every = document("evaluate", "--experiment=article-all", "--images", file)["without_look_alikes"]
    assert every == {"n": 0, "flagged": 0, "auroc": None, "fpr95": None, "aupr": None}


def test_labels_may_be_numbers(document, digits, tmp_path):
    file = npz(tmp_path / "mine.npz", digits[[5, 4, 3]], np.array([10, 9, -1]))
    told = document("evaluate", "--experiment=article-all", "--images", file)
    assert list(told["per_label"]) == ["-1", "9", "10"]


def test_prepare_decides_what_goes_through_handwriting(document, run, digits, tmp_path):
    # 28×28 but not as MNIST is made: half as large, in a corner.
    small = np.zeros((1, 28, 28), np.uint8)
    small[0, :14, :14] = Image.fromarray(digits[1]).resize((14, 14), Image.Resampling.BOX)
    file = npz(tmp_path / "small.npz", small, np.array(["1"]))

    def score(file, *options):
        told = document("evaluate", "--experiment=article-only-1", "--images", file, *options)
        return told["per_label"]["1"]["mean_score"]

    as_it_is, prepared = score(file, "--prepare=never"), score(file, "--prepare=always")
    assert score(file) == score(file, "--prepare=auto") == as_it_is
    assert prepared < as_it_is / 2

    large = np.pad(np.kron(digits[1:2], np.ones((1, 4, 4), np.uint8)), ((0, 0), (0, 30), (40, 0)))
    file = npz(tmp_path / "large.npz", large, np.array(["1"]))
    assert score(file, "--prepare=auto") == score(file, "--prepare=always") < as_it_is / 2
    status, out, err = run("evaluate", "--experiment=article-all", "--images", file, "--prepare=never")
    assert (status, out) == (2, "")
    assert "error: --prepare never needs images of 28×28, got 142×152." in err


@pytest.mark.parametrize("how", ["auto", "always", "never"])
def test_blank_images_get_no_score(how, run, digits, tmp_path):
    x = np.concatenate([digits[:2], np.zeros((1, 28, 28), np.uint8), np.full((1, 28, 28), 30, np.uint8)])
    file = npz(tmp_path / "mine.npz", x, np.arange(4))
    status, out, err = run("evaluate", "--experiment=article-all", "--images", file, "--prepare", how, "--json")
    assert status == 0
    assert "note: 2 of 4 images hold no character and are left out" in err
    told = json.loads(out)
    assert told["anomalies_n"] == 2
    assert list(told["per_label"]) == ["0", "1"]


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize(("size", "how"), [(40, "auto"), (28, "auto"), (28, "never"), (28, "always")])
def test_a_file_of_blank_or_filled_images_has_no_anomalies_and_nothing_is_judged(value, size, how, run, tmp_path):
    file = npz(tmp_path / "none.npz", np.full((2, size, size), value, np.uint8), np.array(["a", "b"]))
    options = ("--experiment=article-all", "--images", file, "--json", "--prepare", how)
    status, out, err = run("evaluate", *options)
    assert status == 1
    assert "note: 2 of 2 images hold no character and are left out: they are blank, filled or dots." in err
    told = json.loads(out)
    assert (told["auroc"], told["detection_rate"], told["anomalies_n"]) == (None, None, 0)
    assert told["per_label"] == {}
    assert [note.split(" ")[:3] for note in told["noticed"]] == [["2", "of", "2"]]


# What looks wrong about a file as a whole, in tests/cases (drawn for this, or a few digits of MNIST's test part)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("black_on_white.npz", "these look inverted"),
        ("black_on_white_64.npz", "these look inverted"),
        ("zero_one.npz", "the largest value is 1"),
        ("lfs_pointer.npz", "this is a Git LFS pointer"),
    ],
)
def test_a_file_that_is_refused_as_a_whole(name, sentence, run):
    status, out, err = run("evaluate", "--images", CASES / name)
    assert (status, out) == (2, "")
    assert f"error: {CASES / name}: {sentence}" in err


def test_what_is_inverted_can_be_turned_over(document):
    told = document("evaluate", "--images", CASES / "black_on_white.npz", "--invert")
    assert (told["anomalies_n"], told["detection_rate"] <= 0.15) == (40, True)
    assert "noticed" not in told


def test_what_looks_transposed_is_told_and_can_be_exchanged(run, document):
    status, out, err = run("evaluate", "--images", CASES / "transposed_digits.npz", "--json")
    assert status == 0
    assert "note: these look transposed: of 40 images 32 are flagged as they are, and 5 with rows and columns" in err
    assert [note.split(":")[0] for note in json.loads(out)["noticed"]] == ["these look transposed"]
    told = document("evaluate", "--images", CASES / "transposed_digits.npz", "--transpose")
    assert told["detection_rate"] == 5 / 40
    assert "noticed" not in told


def test_a_file_of_other_steps_is_judged_and_told(run):
    status, out, err = run("evaluate", "--images", CASES / "zero_hundred.npz", "--json")
    assert (status, json.loads(out)["detection_rate"]) == (0, 5 / 40)
    assert "note: the largest value is 100 instead of 255; it is taken for full ink." in err


def test_evaluate_in_words(run):
    status, out, _ = run("evaluate", "--experiment=article-only-1")
    assert status == 0
    lines = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line}
    assert lines["experiment"] == ["article-only-1"]
    assert float(lines["false_alarm_rate"][0]) <= 0.08
    assert lines["0"][0] == "980"


# What is wrong with it is one sentence on stderr, nothing on stdout, and status 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "the following arguments are required: command"),
        (("judge",), "invalid choice: 'judge'"),
        (("score",), "the following arguments are required: FILE"),
        (("score", "x.png", "--experiment=nothing"), "error: There is no experiment 'nothing'."),
        (
            ("score", "x.png", "--experiment=article-only-2"),
            "error: There is no trained bundle 'article-only-2'",
        ),
        (("score", "x.png", "--score=rmse"), "argument --score: invalid choice: 'rmse'"),
        (("score", "x.png", "--rule=max"), "argument --rule: invalid choice: 'max'"),
        (("score", "x.png", "--k=many"), "argument --k: invalid float value: 'many'"),
        (
            ("score", "x.png", "--experiment=article-all", "--score=kagami"),
            "error: This detector has learnt no fusion, which the score 'kagami' needs. It can give mae, mse,",
        ),
        (("score", "x.png", "--experiment=article-all", "--k=-1"), "error: k must be between 0 and 10, got -1.0."),
        (("score", "x.png", "--experiment=article-all", "--k=nan"), "error: k must be between 0 and 10, got nan."),
        (
            ("score", "x.png", "--experiment=article-all", "--false-alarms=0"),
            "error: false_alarms must be between 0 and 1",
        ),
        (("evaluate", "--experiment=article-all-1"), "error: There is no experiment 'article-all-1'."),
        (
            ("evaluate", "--experiment=article-all", "--images=nowhere.npz"),
            "error: nowhere.npz: there is no such file.",
        ),
        (("evaluate", "--prepare=perhaps"), "argument --prepare: invalid choice: 'perhaps'"),
        (("train",), "one of the arguments name --all --plan is required"),
        (("train", "article-all", "--all"), "not allowed with argument"),
        (("train", "--all", "--normals=1"), "error: --all trains the presets; --normals goes with one name."),
        (("train", "nothing"), "error: There is no experiment 'nothing'."),
        (("train", "article"), "error: There is no experiment 'article'."),
        (
            ("train", "article", "--normals=1,x"),
            "digits 0-9 with commas between them, such as 1,2,3; got '1,x'",
        ),
        (("train", "article", "--normals="), "digits 0-9 with commas between them"),
        (("train", "article-all", "--epochs=0"), "argument --epochs: a whole number, 1 or more; got '0'"),
        (
            ("train", "article-all", "--seed=-1"),
            "argument --seed: a whole number from 0 to 4294967295; got '-1'",
        ),
        (("train", "article-all"), "article-all exists already; --force replaces it."),
        (("train", "--plan", CASES / "plan_lr0.json"), "error: learning_rate: from 1e-06 to 1; got 0.0."),
        (("train", "--all"), "exists already; --force replaces it."),
    ],
)
def test_wrong_usage(arguments, sentence, run):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"images": np.zeros((1, 28, 28), np.uint8)}, "x and y missing, found images."),
        ({"x": np.full((2, 28, 28), -1.0), "y": np.arange(2)}, "pixels must go from 0 (paper) to 255 (ink), or"),
        ({"x": np.zeros((2, 785), np.uint8), "y": np.arange(3)}, "y must hold 1 labels, int or str, got int64"),
        (
            {"x": np.zeros((2, 28, 28), np.uint8), "y": np.arange(3)},
            "y must hold 2 labels, int or str, got int64",
        ),
        (
            {"x": np.zeros((0, 28, 28), np.uint8), "y": np.arange(0)},
            "there are no images in it: its shape is (0, 28, 28).",
        ),
    ],
)
def test_an_npz_of_another_kind(arrays, sentence, run, tmp_path):
    np.savez(tmp_path / "mine.npz", **arrays)
    status, out, err = run("evaluate", "--experiment=article-all", "--images", tmp_path / "mine.npz", "--json")
    assert (status, out) == (2, "")
    assert f"error: {tmp_path / 'mine.npz'}: " in err
    assert sentence in err


def test_a_damaged_bundle(run, tmp_path, picture):
    shutil.copytree(MODELS / "article-all", tmp_path / "article-all")
    with (tmp_path / "article-all" / "model.tflite").open("ab") as file:
        file.write(b"!")
    for command in (("score", picture(0)), ("evaluate",)):
        status, out, err = run(*command, "--experiment=article-all", "--models", tmp_path, "--json")
        assert (status, out) == (2, "")
        assert "error: The bundle 'article-all' is damaged: model.tflite is not the file" in err


def test_a_damaged_mnist(run, monkeypatch, tmp_path):
    (tmp_path / "mnist.npz").write_bytes(data.MNIST_PATH.read_bytes()[:-1])
    monkeypatch.setattr(data.load_mnist, "__kwdefaults__", {"path": tmp_path / "mnist.npz"})
    status, out, err = run("evaluate", "--experiment=article-all", "--json")
    assert (status, out) == (2, "")
    assert "mnist.npz is damaged: its SHA-256 is" in err


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda plan: plan["experiment"]["recipe"].update(learning_rate="fast"), "learning_rate: from 1e-06 to 1"),
        (lambda plan: plan["experiment"]["recipe"].update(score="rmse"), "score must be one of mae, mse"),
        (lambda plan: plan["experiment"]["recipe"].update(rule="max"), "rule must be one of mean+std"),
        (lambda plan: plan["experiment"].update(normals=[]), "normals must be one or more of 0-9"),
        (lambda plan: plan.update(epochs=0), "epochs: a whole number from 1 to 500; got 0."),
        (lambda plan: plan.update(epochs=True), "epochs: a whole number from 1 to 500; got True."),
        (lambda plan: plan.update(seed=-1), "seed: a whole number from 0 to 4294967295; got -1."),
        (lambda plan: plan.update(bundle="../elsewhere"), "alone name a folder; got '../elsewhere'."),
        (lambda plan: plan.update(bundle=""), "alone name a folder; got ''."),
        (lambda plan: plan.update(title=" a\nb"), "title: one line without a margin"),
        (lambda plan: plan.update(title="x" * 61), "A name has at most 60 characters"),
        (lambda plan: plan.pop("bundle"), "is no plan that can be read"),
    ],
)
def test_a_plan_that_the_page_would_not_start(change, sentence, run, tmp_path):
    plan = json.loads((CASES / "plan_lr0.json").read_text())
    plan["experiment"]["recipe"]["learning_rate"] = 0.001
    change(plan)
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    status, out, err = run("train", "--plan", tmp_path / "plan.json", "--out", tmp_path / "models")
    assert (status, out) == (2, "")
    assert sentence in err
    assert not (tmp_path / "models").exists()


# As a process


def python_m_core(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "core", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


def test_as_a_process_stdout_is_the_document(picture, tmp_path):
    done = python_m_core("score", picture(0), tmp_path / "nowhere.png", "--experiment=article-all", "--json")
    assert done.returncode == 1
    assert [list(row)[1] for row in json.loads(done.stdout)] == ["source", "error"]
    done = python_m_core("score", picture(0), "--experiment=nothing", "--json")
    assert (done.returncode, done.stdout) == (2, "")


def test_train_writes_a_bundle_that_judges(tmp_path, document):
    out = tmp_path / "models"
    done = python_m_core("train", "article", "--normals", "7,1", "--epochs", 1, "--seed", 3, "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(out / "article-only-1-7")]
    for word in ("article-only-1-7", "1/1", "epoch=1", "loss=0.", "val_loss=0."):
        assert word in done.stderr
    assert [entry.name for entry in out.iterdir()] == ["article-only-1-7"]

    bundle = load_bundle("article-only-1-7", folder=out)
    card = bundle.card
    assert (card.experiment.normals, card.seed, card.epochs) == ((1, 7), 3, 1)
    assert card.data_sha256 == data.MNIST_SHA256
    # A fifth of the 6742 ones and 6265 sevens calibrates.
    scores = ("mae", "mse", "bce", "sap", "nap")
    assert {name: len(array) for name, array in bundle.calibration.items() if not name.startswith("whitening")} == {
        **{f"score_{name}": 2602 for name in scores},
        **{f"test_{name}": 10_000 for name in scores},
    }
    # The loss is the cross-entropy of what calibrates, so the exported model must come to the same.
    assert bundle.calibration["score_bce"].mean() == pytest.approx(card.history["val_loss"][0], rel=1e-4)
    assert bundle.autoencoder.reconstruct(flatten(load_mnist("test").x[:1])).shape == (1, 784)

    told = document("evaluate", "--experiment=article-only-1-7", "--models", out)
    for figure in ("auroc", "fpr95", "aupr", "detection_rate", "false_alarm_rate", "normals_n", "anomalies_n"):
        assert told[figure] == pytest.approx(card.metrics[figure]), figure


@pytest.mark.parametrize(("rate", "code"), [(0.3, "same"), (0.001, None)])
def test_a_training_that_came_to_nothing_is_kept_and_told(rate, code, tmp_path):
    plan = json.loads((CASES / "plan_dead.json").read_text())
    plan["epochs"] = 2
    plan["experiment"]["recipe"].update(learning_rate=rate, batch_size=32)
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    done = python_m_core("train", "--plan", tmp_path / "plan.json", "--out", tmp_path)
    assert done.stdout.splitlines() == [str(tmp_path / "own-dead")], done.stderr
    assert done.returncode == (3 if code else 0)
    told = useless(load_bundle("own-dead", folder=tmp_path), load_mnist("test"))
    if code:
        assert told.code == f"useless_{code}"
        assert f"warning: own-dead: {told}" in done.stderr
    else:
        assert told is None
        assert "warning" not in done.stderr


def test_the_default_experiment_is_the_first_preset(document, picture):
    assert document("score", picture(4)) == document("score", picture(4), "--experiment", PRESETS[0])


def test_calibrate_brings_a_bundles_thresholds_up_to_date(run, tmp_path):
    shutil.copytree(MODELS / "kagami-only-1", tmp_path / "kagami-only-1")
    before = load_bundle("kagami-only-1", folder=tmp_path)
    assert run("calibrate", "kagami-only-1", "--models", tmp_path)[0] == 0
    after = load_bundle("kagami-only-1", folder=tmp_path)
    for name, held in before.calibration.items():
        np.testing.assert_allclose(after.calibration[name], held, rtol=1e-2, atol=1e-3, err_msg=name)
    assert list(after.calibration) == list(before.calibration)
    networks = ("model.keras", "model.tflite")
    assert [after.card.files[name] for name in networks] == [before.card.files[name] for name in networks]


def test_a_recipe_with_one_threshold_keeps_it(run):
    status, _, err = run("calibrate", "article-all")
    assert status == 2
    assert "has one threshold for all, and that one stays" in err


def test_the_source_chooses_the_threshold(document, picture):
    def told(*options):
        return document("score", picture(0), "--experiment=kagami-all", *options)[0]

    found = [told(f"--source={source}") for source in ("scan", "canvas", "photo")]
    assert [row["source"] for row in found] == ["scan", "canvas", "photo"]
    assert len({row["threshold"] for row in found}) == 3
    assert len({row["score"] for row in found}) == 1
    assert told() == told("--source=auto")
    assert document("score", picture(0), "--experiment=article-all", "--source=canvas")[0]["source"] is None
