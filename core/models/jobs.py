"""Training in a process of its own. A run's folder is the truth about it, whoever looks and whenever.

`plan.json` says what to train, `events.jsonl` what happened so far, `control.json` what the reader wants next,
`process.json` who trains, and `NNNN.npz` what the network returned after that many epochs. Every file but the list
of events is replaced as a whole. A run that waits for its turn is a process, too: it looks for itself when it may
start, so that no server has to be there.
"""

import errno
import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Protocol, Self

import numpy as np
import psutil

from core.errors import KagamiError
from core.files import write_text
from core.images.data import UInt8
from core.models.bundle import UNREADABLE, disk_is_full, experiment_of, read_snapshots
from core.models.experiments import Experiment
from core.models.home import user_runs
from core.models.snapshots import Snapshot, Snapshots, Specimens

ROOT = Path(__file__).parent.parent.parent
PLAN, EVENTS, CONTROL, PROCESS, DRAWING = "plan.json", "events.jsonl", "control.json", "process.json", "drawing.npz"
LOG, RESERVE = "log.txt", "reserve"
# States of a run that is not over.
ACTIVE = ("waiting", "starting", "training", "paused", "saving")
# How often a run looks at what is wanted of it, and how long a new one may take to say its first word, in seconds.
POLL, FIRST_WORD = 0.2, 60.0
# Kept free on the disk, so that a run can say that the disk is full.
RESERVED = 16 * 1024
# Runs that are over and still shown.
REMEMBERED = 20
# Seconds after each epoch; None waits for the reader.
PACES: Mapping[str, float | None] = MappingProxyType({"full": 0.0, "slow": 2.0, "step": None})


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run trains.

    bundle: the name that the bundle gets; title: what its owner calls it, "" for what its experiment is called.
    epochs: instead of the recipe's.
    """

    experiment: Experiment
    bundle: str
    title: str = ""
    seed: int = 0
    epochs: int | None = None

    def to_json(self) -> str:
        """The plan as it stands in plan.json."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The plan that `to_json` wrote. Raises ValueError, KeyError, TypeError or AttributeError for another text."""
        data = json.loads(text)
        return cls(experiment=experiment_of(data.pop("experiment")), **data)


@dataclass(frozen=True, kw_only=True)
class Control:
    """What the reader wants of a run.

    pace: a name in PACES; at "step" it stops after each epoch until `steps` has grown.
    end: "" (go on), "keep" (stop after this epoch and keep what was learnt) or "cancel" (at once, keep nothing).
    """

    pace: str = "full"
    steps: int = 0
    end: str = ""


class Told(Protocol):
    """An epoch, as `core.models.training` tells it."""

    @property
    def number(self) -> int: ...
    @property
    def of(self) -> int: ...
    @property
    def loss(self) -> float: ...
    @property
    def val_loss(self) -> float: ...


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run as its folder tells it.

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
        _note_process(path, process.pid)
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
    return _with_turns([run for path in _folders(user_runs()) if (run := _read(path)) is not None])


def find_run(run_id: str) -> Run | None:
    """The run of that id; None where there is no such folder."""
    return next((run for run in list_runs() if run.id == run_id), None)


def control(run: Run, **wanted: Any) -> None:
    """Want something else of a run: fields of `Control`. What is already over takes no notice."""
    # What is wanted now counts, not what was when the page read it.
    changed = replace(_control(run.path), **wanted)
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


def _folders(runs: Path) -> list[Path]:
    return sorted(path for path in runs.iterdir() if path.is_dir()) if runs.is_dir() else []


def _read(path: Path) -> Run | None:
    try:
        plan = Plan.from_json((path / PLAN).read_text(encoding="utf-8"))
        born = (path / PLAN).stat().st_mtime
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # half made, half removed, or none of ours
    # Asked first: a process that ends between the two questions has told its end.
    alive = _alive(path, born)
    events = _events(path)
    run = Run(id=path.name, path=path, plan=plan, state="waiting", control=_control(path), since=born)
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


def _control(path: Path) -> Control:
    try:
        found = Control(**json.loads((path / CONTROL).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Control()
    return found if found.pace in PACES else replace(found, pace="full")


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


def _note_process(path: Path, pid: int) -> None:
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
    ended = [run for path in _folders(runs) if (run := _read(path)) is not None and not run.active]
    for run in ended[: max(0, len(ended) - REMEMBERED)]:
        remove_run(run)


# What the training process does


class Cancelled(KagamiError):
    """The reader wants no more of it."""


@dataclass(kw_only=True)
class Printer:
    """Tells what happens as JSON lines on stdout. Use as a context manager.

    Its methods `on_look`, `on_epoch` and `on_batch` are what `core.build.build_bundle` takes.
    """

    plan: Plan

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Cancelled):
            self.tell("cancelled")
        elif error is not None:
            told = _told(error, self.place)
            self.tell("failed", code=told.code, sentence=str(told), details=told.details)

    @property
    def place(self) -> Path:
        """A folder on the disk that may be full."""
        return Path.cwd()

    @property
    def drawing(self) -> UInt8 | None:
        """The reader's drawing, (28, 28) uint8, if there is one."""
        return None

    def tell(self, event: str, **values: Any) -> None:
        """One line more."""
        print(_line(event, values), flush=True)

    def await_turn(self) -> None:
        """Return when this training may start."""
        self.tell("started")

    def on_look(self, specimens: Specimens, snapshot: Snapshot) -> None:
        """Told what the network returns now."""
        if snapshot.epoch == 0:
            self.tell("training")

    def on_epoch(self, epoch: Told) -> bool:
        """Tell the epoch; True where it was to be the last."""
        self.tell("epoch", number=epoch.number, of=epoch.of, loss=epoch.loss, val_loss=epoch.val_loss)
        if epoch.number == epoch.of:
            self.tell("saving")
        return epoch.number == epoch.of

    def on_batch(self) -> None:
        """Raise what ends this training."""

    def finished(self, bundle: str) -> None:
        """Tell that the bundle is in its place."""
        self.tell("finished", bundle=bundle)


def _line(event: str, values: Mapping[str, Any]) -> str:
    return json.dumps({"event": event, "at": time.time(), **values}, ensure_ascii=False)


@dataclass(kw_only=True)
class Reporter(Printer):
    """Tells it in a run's folder, and does what is wanted there."""

    path: Path
    _steps: int = 0
    _over: KagamiError | None = None
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        if not (self.path / PLAN).exists():
            write_text(self.path / PLAN, self.plan.to_json())
        (self.path / RESERVE).write_bytes(bytes(RESERVED))
        _note_process(self.path, os.getpid())
        self.tell("waiting")
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if not self.path.is_dir():
            return
        (self.path / RESERVE).unlink(missing_ok=True)
        if error is not None and not isinstance(error, KagamiError):
            traceback.print_exception(error)  # into the run's log
        super().__exit__(kind, error, trace)

    @property
    def place(self) -> Path:
        """The run's folder."""
        return self.path

    @property
    def drawing(self) -> UInt8 | None:
        """The reader's drawing, (28, 28) uint8, if there is one."""
        if not (self.path / DRAWING).exists():
            return None
        with np.load(self.path / DRAWING, allow_pickle=False) as archive:
            return np.asarray(archive["drawing"], np.uint8).reshape(28, 28)

    def tell(self, event: str, **values: Any) -> None:
        """One line more in the list of events."""
        with (self.path / EVENTS).open("ab+") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
            cut_off = file.read() not in (b"", b"\n")  # by a full disk
            file.write(b"\n" * cut_off + f"{_line(event, values)}\n".encode())

    def await_turn(self) -> None:
        """Return when no more than KAGAMI_MAX_RUNS − 1 runs come before this one."""
        while self._ahead():
            self.on_batch()
            time.sleep(POLL)
        super().await_turn()

    def on_look(self, specimens: Specimens, snapshot: Snapshot) -> None:
        """Keep what the network returns now."""
        beside = self.path / f"{snapshot.epoch:04}.part"
        with beside.open("wb") as file:
            np.savez_compressed(file, **Snapshots.of(specimens, [snapshot]).to_arrays())  # type: ignore[arg-type]
        beside.replace(self.path / f"{snapshot.epoch:04}.npz")
        super().on_look(specimens, snapshot)
        if snapshot.epoch == 0:
            self._keep_pace()

    def on_epoch(self, epoch: Told) -> bool:
        """Tell the epoch, then wait as long as is wanted; True where it was to be the last."""
        if super().on_epoch(epoch):
            return True
        self._keep_pace()
        if _control(self.path).end != "keep":
            return False
        self.tell("saving")
        return True

    def on_batch(self) -> None:
        """Raise what ends this run: it was cancelled, or its folder is gone."""
        if self._over is not None:
            raise self._over

    def _keep_pace(self) -> None:
        began, told = time.monotonic(), False
        while True:
            self.on_batch()
            wanted = _control(self.path)
            pause = PACES[wanted.pace]
            if wanted.end or (pause is not None and time.monotonic() - began >= pause):
                break
            if pause is None and wanted.steps > self._steps:
                self._steps += 1
                break
            if pause is None and not told:
                self.tell("paused")
                told = True
            time.sleep(POLL / 2)
        if told or time.monotonic() - began >= POLL / 2:
            self.tell("training")  # what was waited does not count as the next epoch's time

    def _ahead(self) -> bool:
        if self.path.absolute().parent != user_runs():
            return False  # a folder of one's own is no place to queue
        before = [run for path in _folders(user_runs()) if path.name < self.path.name and (run := _read(path))]
        return sum(run.active for run in before) >= most_runs()

    def _watch(self) -> None:
        """In a thread of its own: whether this run is still wanted."""
        while not self._done.wait(POLL):
            if not self.path.is_dir():
                self._over = KagamiError("run_vanished", f"The run's folder {self.path} is gone.", path=str(self.path))
                return
            if _control(self.path).end == "cancel":
                self._over = Cancelled("cancelled", "The run was cancelled.")
                return


def _told(error: BaseException, path: Path) -> KagamiError:
    """What went wrong, as the reader is told."""
    if isinstance(error, KagamiError):
        return error
    if isinstance(error, OSError) and (error.errno == errno.ENOSPC or disk_is_full(path)):
        return KagamiError("disk_full", f"The disk that holds {path} is full.", path=str(path))
    if isinstance(error, MemoryError):
        return KagamiError("out_of_memory", "There was not enough memory for this network.")
    what = traceback.format_exception_only(error)[-1].strip()
    return KagamiError("crashed", f"Training ended with an error: {what}", what=what)
