import json
from dataclasses import FrozenInstanceError, asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.detection.scores import SCORES
from core.detection.thresholds import RULES
from core.errors import KagamiError
from core.models.experiments import PRESETS, RECIPES, Experiment, experiment


@pytest.mark.parametrize(
    ("name", "normals", "held_out"),
    [
        ("article-all", (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), ()),
        ("article-only-1", (1,), (0, 2, 3, 4, 5, 6, 7, 8, 9)),
        ("article-without-0", (1, 2, 3, 4, 5, 6, 7, 8, 9), (0,)),
        ("article-only-3-7", (3, 7), (0, 1, 2, 4, 5, 6, 8, 9)),
        ("kagami-all", (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), ()),
        ("kagami-without-9", (0, 1, 2, 3, 4, 5, 6, 7, 8), (9,)),
    ],
)
def test_names_tell_the_normals(name, normals, held_out):
    found = experiment(name)
    assert (found.name, found.normals, found.held_out) == (name, normals, held_out)


def test_the_presets_are_kagamis_and_the_articles_and_what_pages_show():
    normals = ("all", "only-1", "without-0")
    judging = {f"{recipe}-{which}" for recipe in ("kagami", "article") for which in normals}
    assert set(PRESETS) == judging | {"article-without-1", "denoise-all", "plane-all"}
    assert PRESETS[0] == "kagami-all"
    assert list(RECIPES) == ["article", "fast", "kagami", "plane", "denoise"]


def test_the_articles_recipe_is_the_tutorials_listing():
    """Number for number; what it leaves out is turned off."""
    assert asdict(RECIPES["article"]) == {
        "name": "article",
        "encoder": (128,),
        "activation": "relu",
        "latent_activation": "relu",
        "batch_norm": False,
        "loss": "binary_crossentropy",
        "optimizer": "adam",
        "learning_rate": 0.001,
        "schedule": "constant",
        "epochs": 50,
        "least_steps": 0,
        "batch_size": 256,
        "restore": False,
        "denoise": False,
        "calibrate_fraction": 0.2,
        "split_seed": 42,
        "writers_apart": False,
        "calibrate_with_pens": False,
        "remembers": False,
        "score": "mae",
        "rule": "mean+std",
        "jit_compile": False,
        "steps_per_execution": 1,
        "most_images": None,
    }


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_names_what_there_is(recipe):
    """Its score and rule are in their tables, and the score can be learnt."""
    assert recipe.score in SCORES
    assert recipe.rule in RULES
    assert recipe.remembers or SCORES[recipe.score].needs in (None, "whitening")
    assert recipe.schedule in ("constant", "cosine", "one-cycle")
    # Layers of up to 128 units are what is whitened: there must be one.
    assert min(recipe.encoder) <= 128


@given(st.sets(st.integers(0, 9), min_size=1))
def test_every_set_of_digits_has_one_name(normals):
    for recipe in RECIPES:
        asked = experiment(recipe, normals=normals)
        assert asked.normals == tuple(sorted(normals))
        assert experiment(asked.name) == asked


def test_normals_replace_those_of_a_name():
    assert experiment("article-all", normals=[3, 1, 3]).name == "article-only-1-3"


def test_digits_may_come_from_an_array():
    found = experiment("article", normals=np.array([2, 1], np.uint8))
    assert json.dumps(asdict(found)["normals"]) == "[1, 2]"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "article",
        "article-",
        "article-none",
        "article-all-3",
        "article-only",
        "article-only-",
        "article-only-a",
        "article-only-10",
        "article-only-2-1",
        "article-only-1-1",
        "article-only-1-x",
        "article-without",
        "article-without-0-1",
        "article-only-1-2-3-4-5-6-7-8-9",
        "other-all",
        "../article-all",
        "Article-all",
    ],
)
def test_what_is_no_name_is_refused(name):
    with pytest.raises(KagamiError, match="There is no experiment") as caught:
        experiment(name)
    assert (caught.value.code, caught.value.details) == ("unknown_experiment", {"name": name})
    assert repr(name) in str(caught.value)


def test_a_wrong_name_is_refused_with_normals_too():
    with pytest.raises(KagamiError, match="There is no experiment 'article-onyl-1'"):
        experiment("article-onyl-1", normals=[3])


@pytest.mark.parametrize("normals", [(), (10,), (-1,), (2, 1), (1, 1)])
def test_normals_are_sorted_digits(normals):
    with pytest.raises(KagamiError, match=r"normals must be one or more of 0-9.*; got \[") as caught:
        Experiment(recipe=RECIPES["article"], normals=normals)
    assert caught.value.code == "bad_normals"


def test_tables_and_rows_are_frozen():
    with pytest.raises(TypeError, match="does not support item assignment"):
        RECIPES["mine"] = RECIPES["article"]
    with pytest.raises(FrozenInstanceError, match="epochs"):
        RECIPES["article"].epochs = 1
