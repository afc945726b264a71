"""What a run is to do: its plan, and what the reader wants of it while it goes."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Self

from core.models.bundle import experiment_of
from core.models.experiments import Experiment

PLAN, CONTROL = "plan.json", "control.json"
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
    end: "" (go on), "keep" (stop after this epoch and save what was learnt) or "cancel" (at once, save nothing).
    """

    pace: str = "full"
    steps: int = 0
    end: str = ""


def read_control(path: Path) -> Control:
    """What is wanted of the run in the folder `path`; what nobody has said, or said wrongly, is what `Control` says."""
    try:
        found = Control(**json.loads((path / CONTROL).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Control()
    return found if found.pace in PACES else replace(found, pace="full")
