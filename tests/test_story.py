import re
from itertools import product

import numpy as np
import pytest

from core.detection.detector import Detector
from core.detection.judgement import judge
from core.detection.usual import Usual
from core.images.data import flatten, load_mnist
from core.models.bundle import load_bundle
from core.models.denoising import DENOISING, PLAIN
from core.story import CONTENT, reading_minutes, steps
from core.story.figures import LETTERS, drawn_letter, figures, passed, ten_digits
from core.ui.shared.language import LANGUAGES

PLACEHOLDER = re.compile(r"{[^{}]*}")
# A figure: two digits or more, a decimal or a percentage; a single digit is a class of digits.
FIGURE = re.compile(r"\d+[.,]\d+|\d{2,}|\d\s*[%％]")
# No measurements: what the tutorial reports, an AUROC of guessing, and how many classes of digits there are.
NOT_MEASURED = {"1.0", "0.5", "10"}


@pytest.fixture(scope="module")
def values():
    return figures(load_bundle, load_mnist("test"))


def test_every_step_is_told_in_every_language(values):
    names = {language: [step.name for step in steps(language, values)] for language in LANGUAGES}
    assert all(one == other for one, other in product(names.values(), repeat=2))
    assert len(names["en"]) == 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_figure_is_typed_into_the_talk(language):
    for path in (CONTENT / language / "story").iterdir():
        text = PLACEHOLDER.sub("", path.read_text("utf-8"))
        assert set(FIGURE.findall(text)) <= NOT_MEASURED, path


def test_every_figure_is_spoken_of(values):
    text = "".join(path.read_text("utf-8") for path in (CONTENT / "en" / "story").iterdir())
    assert {name.strip("{}") for name in PLACEHOLDER.findall(text)} == set(values)


def test_figures_are_those_of_the_bundles(values):
    only_1, without_0 = (load_bundle(f"article-{which}").card.metrics for which in ("only-1", "without-0"))
    assert values["only_1_detection"] == f"{100 * only_1['detection_rate']:.0f} %"
    assert values["without_0_detection"] == f"{100 * without_0['detection_rate']:.0f} %"
    assert float(values["trained_error"]) < float(values["plain_error"])
    assert float(values["once"]) < float(values["twice"])
    assert float(values["held_out_1"]) < 0.5


@pytest.fixture
def talk(tmp_path):
    """Write a talk of one file and read it."""

    def talk(text, *, name="01-one.md", medium="screen"):
        folder = tmp_path / "en" / "story"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        return steps("en", {"n": "7"}, medium=medium, folder=tmp_path)

    return talk


def test_a_step_is_a_title_a_lead_prose_and_notes(talk):
    (step,) = talk("# Title\n\nLead {n}.\n\nMore.\n\nAnd more.\n\n<!-- notes -->\n\nSay {n}.\n")
    assert (step.name, step.title, step.lead) == ("one", "Title", "Lead 7.")
    assert (step.prose, step.notes) == ("More.\n\nAnd more.", "Say 7.")


def test_screen_and_paper_each_have_their_sentences(talk):
    text = "# T\n\nIt learns. <screen>Pull it.</screen>\n<paper>Five epochs.</paper>\n\n<!-- notes -->\n\nSay"
    assert talk(text)[0].lead == "It learns. Pull it."
    assert talk(text, medium="paper")[0].lead == "It learns. Five epochs."


@pytest.mark.parametrize("language", LANGUAGES)
def test_paper_is_not_told_to_move(values, language):
    screen, paper = (steps(language, values, medium=medium) for medium in ("screen", "paper"))
    moved = [one.name for one, other in zip(screen, paper, strict=True) if one.lead != other.lead]
    assert moved == ["autoencoder", "training", "mirror", "noise", "letter", "draw", "beyond"]
    asked = re.compile("Choose|Drag|Send|Move over|Add a|選んで|スライダー|ポインタ|確かめて|通してみて")
    assert not [step.name for step in paper if asked.search(step.lead)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_to_be_predicted_is_not_told_before(values, language):
    results = ("only_1_detection", "only_1_alarms", "without_0_detection", "held_out_1")
    for step in steps(language, {name: name for name in values}):
        assert not [name for name in results if name in step.lead]


def test_a_mark_without_its_other_half_is_refused(talk):
    with pytest.raises(ValueError, match=r"has a <screen> without its other half"):
        talk("# T\n\nLead <screen>Pull it.\n\n<!-- notes -->\n\nSay")


@pytest.mark.parametrize(
    "text, name",
    [
        ("Title\n\nLead\n\n<!-- notes -->\n\nSay", "01-one.md"),
        ("# Title\n\n<!-- notes -->\n\nSay", "01-one.md"),
        ("# Title\n\nLead", "01-one.md"),
        ("# Title\n\nLead\n\n<!-- notes -->\n\nSay", "one.md"),
    ],
    ids=["no title", "no lead", "no notes", "no number"],
)
def test_what_is_no_step_is_refused(talk, text, name):
    with pytest.raises(ValueError, match=r"must be NN-name\.md with a # title, a paragraph"):
        talk(text, name=name)


def test_a_placeholder_without_a_value_is_refused(talk):
    with pytest.raises(KeyError, match="unheard"):
        talk("# Title\n\nLead {unheard}\n\n<!-- notes -->\n\nSay")


def test_reading_takes_longer_the_more_there_is(values):
    told = steps("en", values)
    assert reading_minutes(told[:1], "en") == 1
    assert reading_minutes(told, "en") > 2
    assert reading_minutes(steps("ja", values), "ja") > 2


@pytest.fixture(scope="module")
def tested():
    return load_mnist("test")


def lit(images):
    """How strongly each of the tutorial's units is lit by the ten digits: (10, units)."""
    network = load_bundle("article-all").autoencoder
    usual = Usual.of(network, flatten(images.x[:1000]))
    return np.array([usual.lit(latent) for latent in network.encode(ten_digits(images))])


def test_each_digit_lights_units_of_its_own_and_a_1_and_a_7_different_ones(tested):
    alike = np.corrcoef(lit(tested))
    assert alike[~np.eye(10, dtype=bool)].max() < 0.5
    assert abs(alike[1, 7]) < 0.1


def test_most_of_the_learning_happens_in_the_first_two_epochs():
    shown = load_bundle("article-all").learning()
    pictures = np.asarray(shown.images, float).reshape(len(shown.images), -1)
    errors = [np.abs(pictures - np.reshape(each, pictures.shape)).mean() for each in shown.reconstructions]
    second = errors[shown.epochs.index(2)]
    assert (errors[0] - second) / (errors[0] - errors[-1]) > 0.8


def test_most_of_the_speck_is_left_out(values):
    assert 0 < int(values["speck_left"].split()[0]) < 50


def test_what_learnt_from_noise_returns_clean_digits_less_exactly(tested):
    digits = flatten(tested.x[:1000])
    plain, trained = (np.abs(digits - passed(load_bundle(name), digits, 1)).mean() for name in (PLAIN, DENOISING))
    assert plain < trained


def test_what_knows_only_the_1_still_catches_the_7(tested):
    (found,) = judge(Detector.of(load_bundle("article-only-1")), ten_digits(tested)[7].reshape(1, 28, 28))
    assert found.anomalous


def test_among_known_digits_more_ink_means_more_error_and_a_1_has_less_than_half_of_an_8(tested):
    errors = load_bundle("article-without-0").test_scores("mae")
    ink = tested.x.mean(axis=(1, 2))
    known = tested.y != 0
    assert np.corrcoef(ink[known], errors[known])[0, 1] > 0.3
    assert errors[tested.y == 1].mean() < errors[tested.y == 8].mean() / 2


def test_the_letters_are_judged_as_the_talk_says():
    article, own = (Detector.of(load_bundle(name)) for name in ("article-all", "kagami-all"))
    verdicts = {
        name: [judge(each, drawn_letter(name)[np.newaxis])[0].anomalous for each in (article, own)] for name in "AOS"
    }
    assert verdicts == {"A": [False, True], "O": [False, False], "S": [False, False]}
    assert set(verdicts) <= set(LETTERS)


def test_between_the_zeros_and_the_sixes_lies_no_other_digit(tested):
    latents = load_bundle("plane-all").autoencoder.encode(flatten(tested.x))
    zeros, sixes = (np.median(latents[tested.y == digit], axis=0) for digit in (0, 6))
    for share in np.linspace(0, 1, 9):
        away = np.linalg.norm(latents - (zeros + share * (sixes - zeros)), axis=1)
        near = np.bincount(tested.y[np.argsort(away)[:25]], minlength=10)
        assert near.argmax() in (0, 6)
