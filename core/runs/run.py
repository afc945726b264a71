"""Runs in processes of their own. A run's folder is the truth about it, whoever looks and whenever.

`plan.json` says what to train, `events.jsonl` what happened so far, `control.json` what the reader wants next,
`process.json` who trains, and `NNNN.npz` what the network returned after that many epochs. Every file but the list
of events is replaced as a whole. A run that waits for its turn is a process, too: it looks for itself when it may
start, so that no server has to be there.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from core.errors import KagamiError
from core.files import write_text
from core.images.data import UInt8
from core.models.bundle import UNREADABLE, read_snapshots
from core.models.home import user_runs
from core.models.snapshots import Snapshots
from core.runs.plan import CONTROL, PACES, PLAN, Control, Plan, read_control

ROOT = Path(__file__).parent.parent.parent
EVENTS, PROCESS, DRAWING, LOG = "events.jsonl", "process.json", "drawing.npz", "log.txt"
# States of a run that is not over.
ACTIVE = ("waiting", "starting", "training", "paused", "saving")
# How long a new run may take to say its first word, in seconds.
FIRST_WORD = 60.0
# Runs that are over and still shown.
REMEMBERED = 20


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run as it stands in its folder.

    state: one of ACTIVE, or how it ended: "finished", "cancelled", "failed" (it said why) or "lost" (it said nothing).
    reason: why it failed or was lost. ahead: runs that come before it while it waits.
    losses, val_losses: one an epoch; of: how many epochs there will be, 0 while nobody knows.
    seconds: of each epoch, pauses left out; overhead: before the first and after the last.
    since: when the last event was, in seconds since 1970.
    """

    id: str
    path: Path
    plan: Plan
    state: str
    control: Control
    reason: KagamiError | None = None
    ahead: int = 0
    losses: tuple[float, ...] = ()
    val_losses: tuple[float, ...] = ()
    of: int = 0
    seconds: tuple[float, ...] = ()
    overhead: float = 0.0
    since: float = 0.0

    @property
    def active(self) -> bool:
        """Whether it still has something to do."""
        return self.state in ACTIVE

    @property
    def seconds_left(self) -> float | None:
        """How long the remaining epochs will take at the pace of the last ones; None while nobody knows."""
        if not self.seconds or not self.of:
            return None
        recent = float(np.median(self.seconds[-5:])) + (PACES[self.control.pace] or 0)
        return recent * (self.of - len(self.losses))


# What a page does


def start(plan: Plan, *, drawing: UInt8 | None = None, pace: str = "full") -> str:
    """Start a process that trains `plan` as soon as it is its turn, and return the run's id.

    drawing: (28, 28) uint8, looked at while the network learns.
    Raises KagamiError where the run's folder cannot be written.
    """
    runs = user_runs()
    now = datetime.now(UTC)
    path = runs / f"{now:%Y%m%d-%H%M%S-%f}-{secrets.token_hex(2)}"
    try:
        path.mkdir(parents=True)
        _forget_old(runs)
        write_text(path / CONTROL, json.dumps(asdict(Control(pace=pace))))
        if drawing is not None:
            with (path / DRAWING).open("wb") as file:
                np.savez_compressed(file, drawing=drawing)
        write_text(path / PLAN, plan.to_json())
        with (path / LOG).open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "core", "train", "--plan", path / PLAN, "--events", path],
                cwd=ROOT,
                env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # it outlives the server
            )
        note_process(path, process.pid)
    except OSError as error:
        shutil.rmtree(path, ignore_errors=True)
        raise KagamiError(
            "home_unwritable",
            f"The folder {runs} cannot be written: {error.strerror or error}.",
            path=str(runs),
            why=error.strerror or str(error),
        ) from error
    # Whoever started a process must take note of its end, or it stays in the system's table.
    threading.Thread(target=process.wait, daemon=True).start()
    return path.name


def list_runs() -> list[Run]:
    """Every run that can be read, the oldest first."""
    return _with_turns([run for path in run_folders(user_runs()) if (run := read_run(path)) is not None])


def control(run: Run, **wanted: Any) -> None:
    """Want something else of a run: fields of `Control`. What is already over takes no notice."""
    # What is wanted now counts, not what was when the page read it.
    changed = replace(read_control(run.path), **wanted)
    if run.path.is_dir():
        write_text(run.path / CONTROL, json.dumps(asdict(changed)))


def remove_run(run: Run) -> None:
    """Forget a run that is over; its bundle stays."""
    if not run.active:
        shutil.rmtree(run.path, ignore_errors=True)


def snapshots_of(run: Run) -> Snapshots | None:
    """What the network returned after each epoch so far; None while there is nothing."""
    shots: list[Snapshots] = []
    for path in sorted(run.path.glob("[0-9]*.npz")):
        try:
            found = read_snapshots(path)
        except UNREADABLE:  # it vanished meanwhile, or the disk was full
            continue
        if not shots or found.labels == shots[0].labels:
            shots.append(found)
    if not shots:
        return None
    return replace(
        shots[0],
        epochs=tuple(epoch for shot in shots for epoch in shot.epochs),
        reconstructions=np.concatenate([shot.reconstructions for shot in shots]),
        normal_errors=np.concatenate([shot.normal_errors for shot in shots]),
        unseen_errors=np.concatenate([shot.unseen_errors for shot in shots]),
    )


def most_runs() -> int:
    """How many runs may train at a time: KAGAMI_MAX_RUNS, else one."""
    named = os.environ.get("KAGAMI_MAX_RUNS", "")
    return max(1, int(named)) if named.isdecimal() else 1


# How a folder is read


def run_folders(runs: Path) -> list[Path]:
    """The folders in `runs`, the oldest run's first."""
    return sorted(path for path in runs.iterdir() if path.is_dir()) if runs.is_dir() else []


def read_run(path: Path) -> Run | None:
    """The run of that folder; None where it is half made, half removed, or none of ours."""
    try:
        plan = Plan.from_json((path / PLAN).read_text(encoding="utf-8"))
        born = (path / PLAN).stat().st_mtime
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    # Asked first: a process that ends between the two questions has reported its end.
    alive = _alive(path, born)
    events = _events(path)
    run = Run(id=path.name, path=path, plan=plan, state="waiting", control=read_control(path), since=born)
    for event in events:
        run = _after(run, event)
    if run.active and not alive:
        run = replace(run, state="lost", reason=_why_lost(path))
    return run


def _after(run: Run, event: Mapping[str, Any]) -> Run:
    kind, at = event["event"], float(event["at"])
    if kind == "epoch":
        return replace(
            run,
            state="training",
            losses=(*run.losses, float(event["loss"])),
            val_losses=(*run.val_losses, float(event["val_loss"])),
            of=int(event["of"]),
            seconds=(*run.seconds, max(0.0, at - run.since)),
            since=at,
        )
    if kind == "failed":
        reason = KagamiError(event["code"], event["sentence"], **event["details"])
        return replace(run, state="failed", reason=reason, since=at)
    besides = (run.state == "starting" and kind == "training") or (run.state == "saving" and kind == "finished")
    return replace(
        run,
        state=_STATES.get(kind, run.state),
        overhead=run.overhead + (at - run.since if besides else 0.0),
        since=at,
    )


_STATES = {
    "waiting": "waiting",
    "started": "starting",
    "training": "training",
    "paused": "paused",
    "saving": "saving",
    "finished": "finished",
    "cancelled": "cancelled",
}


def _events(path: Path) -> list[Mapping[str, Any]]:
    try:
        lines = (path / EVENTS).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            event = json.loads(line)
            if {"event", "at"} <= event.keys():
                found.append(event)
        except (ValueError, AttributeError):
            continue  # cut off by a full disk or a killed process
    return found


def _alive(path: Path, born: float) -> bool:
    try:
        noted = json.loads((path / PROCESS).read_text(encoding="utf-8"))
        process = psutil.Process(int(noted["pid"]))
        # A number is given to another process in time; when that one started tells them apart.
        same = abs(process.create_time() - float(noted["created"])) < 1
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, ValueError, KeyError, TypeError):
        return False
    except OSError:
        return time.time() - born < FIRST_WORD


def note_process(path: Path, pid: int) -> None:
    """Note in a run's folder which process trains it."""
    try:
        noted = {"pid": pid, "created": psutil.Process(pid).create_time()}
    except psutil.Error:  # it has ended already; its log says why
        noted = {"pid": pid, "created": 0.0}
    write_text(path / PROCESS, json.dumps(noted))


def _why_lost(path: Path) -> KagamiError:
    try:
        last = (path / LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    except OSError:
        last = []
    said = last[0] if last else ""
    return KagamiError("run_lost", f"The training process ended without a word. {said}".strip(), said=said)


def _with_turns(runs: Sequence[Run]) -> list[Run]:
    """The runs, with how many stand before each that waits."""
    active = [run.id for run in runs if run.active]
    return [
        replace(run, ahead=max(0, active.index(run.id) - most_runs() + 1)) if run.state == "waiting" else run
        for run in runs
    ]


def _forget_old(runs: Path) -> None:
    ended = [run for path in run_folders(runs) if (run := read_run(path)) is not None and not run.active]
    for run in ended[: max(0, len(ended) - REMEMBERED)]:
        remove_run(run)
