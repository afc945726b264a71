"""The page that trains, with runs told by their folders; nothing is trained here."""

import json
import os
import shutil
from dataclasses import replace

import numpy as np
import psutil
import pytest

from core.models import library
from core.models.experiments import RECIPES, Experiment
from core.models.home import user_runs
from core.models.snapshots import Snapshots
from core.runs.plan import Plan
from core.ui.shared import loaders
from tests.runs.tools import find_run

PAGE = "pages/train.py"
PLAN = Plan(
    experiment=Experiment(recipe=replace(RECIPES["article"], name="own", encoder=(8,)), normals=(1,)),
    bundle="my-ones",
    title="Only <ones>",
)


@pytest.fixture
def run(home):
    """A run under way, of this very process."""
    path = user_runs() / "20260131-120000-000000-aaaa"
    path.mkdir(parents=True)
    (path / "plan.json").write_text(PLAN.to_json())
    noted = {"pid": os.getpid(), "created": psutil.Process().create_time()}
    (path / "process.json").write_text(json.dumps(noted))
    shown = Snapshots(
        labels=("1", "A"),
        images=np.zeros((2, 28, 28), np.uint8),
        epochs=(0,),
        reconstructions=np.zeros((1, 2, 28, 28), np.uint8),
        normal_errors=np.full((1, 3), 0.1, np.float16),
        unseen_errors=np.full((1, 3), 0.2, np.float16),
    )
    for epoch in (0, 1):
        np.savez(path / f"{epoch:04}.npz", **{**shown.to_arrays(), "epochs": np.array([epoch], np.uint16)})
    return path


def tell(path, *events):
    with (path / "events.jsonl").open("a") as file:
        for number, (event, values) in enumerate(events):
            file.write(json.dumps({"event": event, "at": 100.0 + number, **values}) + "\n")


EPOCH = ("epoch", {"number": 1, "of": 4, "loss": 0.5, "val_loss": 0.4})


def test_it_opens_with_the_articles_training_to_scrub_through(open_page, html, home):
    page = open_page(PAGE)
    assert page.selectbox(key="watch").value == "article-all"
    slider = page.select_slider(key="epoch_article-all")
    before = html(page)
    slider.set_value(0).run()
    assert html(page) != before
    assert "201,616 parameters" in page.caption[0].value


def test_a_run_under_way_is_what_a_second_tab_opens_with(open_page, html, run):
    tell(run, ("started", {}), ("training", {}), EPOCH)
    page = open_page(PAGE)
    assert page.selectbox(key="watch").value == run.name
    assert "Epoch 1 of 4 is done; about 5 s to go." in html(page)


def test_what_is_wanted_goes_into_the_runs_folder(open_page, run):
    tell(run, ("training", {}), EPOCH, ("paused", {}))
    page = open_page(PAGE)
    page.button(key="one_epoch").click().run()
    assert find_run(run.name).control.steps == 1
    page.button(key="keep").click().run()
    assert find_run(run.name).control.end == "keep"
    page.button(key="cancel").click().run()
    assert find_run(run.name).control.end == "cancel"


def test_before_its_first_epoch_a_run_can_pause_and_while_it_is_written_nothing_can_be_wanted(open_page, html, run):
    tell(run, ("training", {}), ("paused", {}))
    assert "Before the first epoch." in html(open_page(PAGE))
    tell(run, ("saving", {}))
    page = open_page(PAGE)
    assert all(page.button(key=key).disabled for key in ("one_epoch", "keep", "cancel"))


def test_what_was_deleted_goes_by_its_title_and_can_be_put_back(open_page, home):
    mine = library.import_archive(library.export("article-only-1"))
    library.rename(mine, "Only *ones*")
    library.delete(mine)
    page = open_page(PAGE)
    assert r"Deleted: Only \*ones\*" in [text.value for text in page.markdown]
    page.button(key=f"put_back_{mine}").click().run()
    assert library.user_bundles() == (mine,)


def test_a_renamed_model_is_anew_for_every_visitor_and_no_other_model_is(open_page, html, home):
    mine, other = (library.import_archive(library.export(name)) for name in ("article-only-1", "plane-all"))
    renames, looks = open_page(PAGE), open_page(PAGE, watch=other)
    before, others, shipped = loaders.bundle(mine), loaders.bundle(other), loaders.bundle("article-all")
    renames.selectbox(key="mine").set_value(mine).run()
    renames.text_input(key=f"rename_{mine}").set_value("Nothing but ones").run()
    renames.button(key="rename").click().run()
    assert loaders.bundle(mine) is not before
    assert loaders.bundle(mine).card.title == "Nothing but ones"
    assert "<td>Nothing but ones</td>" in html(looks.run())
    assert loaders.bundle(other) is others
    assert loaders.bundle("article-all") is shipped


def test_what_cannot_be_done_to_a_model_is_said_once(open_page, home):
    mine = library.import_archive(library.export("article-only-1"))
    page = open_page(PAGE)
    page.text_input(key=f"rename_{mine}").set_value("bell \a").run()
    page.button(key="rename").click().run()
    assert [error.value for error in page.error] == ["A name has at most 60 characters on one line."]
    assert not page.run().error


def test_that_the_watched_run_is_gone_is_said_once(open_page, run):
    tell(run, ("training", {}), EPOCH)
    page = open_page(PAGE)
    assert page.selectbox(key="watch").value == run.name
    assert not page.warning
    shutil.rmtree(run)
    assert page.run().warning[0].value == "The training that you watched is gone: its folder was removed."
    assert page.selectbox(key="watch").value == "article-all"
    assert not page.run().warning


def test_a_run_that_is_over_is_removed_from_the_list(open_page, run):
    tell(run, ("training", {}), EPOCH, ("cancelled", {}))
    page = open_page(PAGE, watch=run.name)
    page.button(key="forget").click().run()
    assert not run.exists()
    assert page.selectbox(key="watch").value == "article-all"
    assert not page.warning


def test_why_it_failed_stands_in_the_readers_language(open_page, html, run):
    tell(run, ("failed", {"code": "disk_full", "sentence": "The disk is full.", "details": {"path": "/"}}))
    assert "The disk is full. Nothing half-written was kept" in html(open_page(PAGE, watch=run.name))
    assert "ディスクがいっぱいです。" in html(open_page(PAGE, watch=run.name, lang="ja"))


def test_what_the_owner_calls_it_is_text_and_nothing_else(open_page, html, run):
    tell(run, ("training", {}), EPOCH)
    assert "<ones>" not in html(open_page(PAGE, watch="article-all", next_to="plane-all"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda page: page.button_group(key="normals").set_value([]), "Choose at least one digit"),
        (lambda page: page.text_input(key="own_widths").set_value("128-"), "1 to 6 layers"),
        (lambda page: page.text_input(key="own_widths").set_value("2048-2048-2048-2048"), "parameters."),
    ],
)
def test_what_cannot_be_is_refused_before_anything_starts(change, said, open_page, home):
    page = open_page(PAGE, recipe="own")
    change(page).run()
    assert said in page.error[0].value
    assert page.button(key="start").disabled


def test_starting_hands_the_plan_over_and_watches_the_run(open_page, run, monkeypatch):
    plans = []
    monkeypatch.setattr("core.ui.train.plan.start", lambda plan, **rest: plans.append((plan, rest)) or run.name)
    tell(run, ("training", {}), EPOCH)
    page = open_page(PAGE, watch="article-all", recipe="own", normals="3")
    page.text_input(key="title").set_value("Threes").run()
    page.button(key="start").click().run()
    (plan, rest) = plans[0]
    assert (plan.bundle, plan.title, plan.experiment.normals) == ("my-threes", "Threes", (3,))
    assert plan.experiment.recipe.encoder == (128, 32)
    assert rest == {"drawing": None, "pace": "full"}
    assert page.selectbox(key="watch").value == run.name
