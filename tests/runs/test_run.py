"""Runs as their folders show them. Two tests train in processes of their own, as a page does; the others need none."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil

from core.models.bundle import list_bundles, load_bundle
from core.models.experiments import refuse_impossible
from core.models.home import user_models, user_runs
from core.runs import run as runs
from tests.runs.tools import PLAN, SPECIMENS, TINY, Epoch, find_run, found, snapshot, until

ROOT = Path(__file__).parent.parent.parent


def test_a_run_is_what_its_folder_tells(folder, reporter):
    assert found(folder).state == "waiting"
    reporter.await_turn()
    assert found(folder).state == "starting"
    reporter.on_look(SPECIMENS, snapshot(0))
    assert (found(folder).state, found(folder).seconds_left) == ("training", None)
    for number in (1, 2):
        reporter.on_look(SPECIMENS, snapshot(number))
        assert reporter.on_epoch(Epoch(number=number)) is False
    run = found(folder)
    assert (run.state, run.losses, run.val_losses, run.of) == ("training", (0.5, 0.5), (0.75, 0.75), 3)
    assert run.seconds_left < 1
    shown = runs.snapshots_of(run)
    assert shown.epochs == (0, 1, 2)
    np.testing.assert_array_equal(shown.reconstructions[:, 0, 0, 0], [0, 1, 2])
    assert reporter.on_epoch(Epoch(number=3)) is True
    assert found(folder).state == "saving"
    reporter.finished("my-tiny")
    assert (found(folder).state, found(folder).active) == ("finished", False)


def test_a_reader_finds_the_same_run_whoever_started_it(folder, reporter):
    assert [run.id for run in runs.list_runs()] == [folder.name]
    assert find_run("20000101-000000-000000-0000") is None


def test_a_process_that_is_gone_without_a_word_lost_its_run(folder, reporter):
    reporter.report("training")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for pid, created in ((ended.pid, time.time()), (os.getpid(), psutil.Process().create_time() - 100)):
        (folder / "process.json").write_text(json.dumps({"pid": pid, "created": created}))
        assert found(folder).state == "lost"
    (folder / "log.txt").write_text("first\nKilled by someone\n")
    assert "Killed by someone" in str(found(folder).reason)


def test_a_finished_run_is_not_lost_when_its_process_ends(folder, reporter):
    reporter.finished("my-tiny")
    (folder / "process.json").write_text(json.dumps({"pid": 2**22 + 1, "created": 0}))
    assert found(folder).state == "finished"


def test_a_line_that_was_cut_off_is_left_out_and_the_next_one_is_not(folder, reporter):
    reporter.on_epoch(Epoch(number=1))
    with (folder / "events.jsonl").open("a") as file:
        file.write('{"event": "epo')
    reporter.on_epoch(Epoch(number=2))
    assert len(found(folder).losses) == 2


def test_a_folder_that_is_no_run_is_left_out(home):
    (user_runs() / "something").mkdir(parents=True)
    (user_runs() / "a file").touch()
    assert runs.list_runs() == []


def test_runs_that_are_over_are_forgotten_in_time_and_bundles_are_not(folder, reporter, monkeypatch):
    reporter.finished("my-tiny")
    monkeypatch.setattr(runs, "REMEMBERED", 0)
    runs._forget_old(user_runs())
    assert not folder.exists()


SERVER = """
import sys
from core.runs import run as runs
from core.runs.plan import Plan
from pathlib import Path
for name, pace in (("one", "full"), ("two", "step")):
    print(runs.start(Plan.from_json(Path(sys.argv[1], f"{name}.json").read_text()), pace=pace), flush=True)
sys.stdin.read()
"""


def test_a_killed_server_loses_no_run_and_a_killed_training_leaves_nothing(home, tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(replace(PLAN, bundle=f"my-{name}").to_json())
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, tmp_path],
        cwd=ROOT,
        env={**os.environ, "KAGAMI_HOME": str(home), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    first, second = (server.stdout.readline().strip() for _ in range(2))
    server.send_signal(signal.SIGKILL)
    server.wait()
    server.stdin.close()
    server.stdout.close()

    until(lambda: find_run(second).state == "paused", seconds=400)
    assert find_run(first).state == "finished"
    bundle = load_bundle("my-one")
    assert (bundle.card.title, bundle.card.epochs, bundle.snapshots.epochs) == ("Tiny", 2, (0, 1, 2))

    run = find_run(second)
    assert runs.snapshots_of(run).epochs == (0,)
    os.kill(json.loads((run.path / "process.json").read_text())["pid"], signal.SIGKILL)
    until(lambda: find_run(second).state == "lost")
    assert find_run(second).reason.code == "run_lost"
    assert [name for name in list_bundles() if name.startswith("my-")] == ["my-one"]


def test_a_loss_that_is_no_number_ends_the_run_and_leaves_no_bundle(home):
    # A chain of linear layers at the highest rate that a recipe may have: its logits overflow in the first epoch.
    steep = replace(
        TINY.recipe,
        encoder=(256,) * 6,
        activation="linear",
        latent_activation="linear",
        learning_rate=1.0,
        batch_size=8,
        epochs=2,
        most_images=600,
    )
    refuse_impossible(steep)
    run_id = runs.start(replace(PLAN, experiment=replace(TINY, recipe=steep)))
    until(lambda: not find_run(run_id).active, seconds=400)
    run = find_run(run_id)
    assert (run.state, run.reason.code) == ("failed", "diverged")
    assert run.reason.details == {"epoch": 1}
    assert run.losses == ()
    assert list(user_models().glob("*")) == []
