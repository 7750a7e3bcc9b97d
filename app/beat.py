"""Celery's clock, made to survive that the machine's clock is set back.

Beat remembers by the wall clock when it last sent each task, across restarts too. Once a clock that
was hours ahead is set right, it would send no sweep for those hours.
"""

from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler


class SteadyScheduler(PersistentScheduler):
    def setup_schedule(self) -> None:
        # Its folder is VAR_DIR, which on most platforms nothing else has made.
        Path(self.schedule_filename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().setup_schedule()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        now = self.app.now()
        for entry in self.schedule.values():
            if entry.last_run_at > now:
                entry.last_run_at = now
                self._heap = None  # orders by times that are hours away; made anew
        return super().tick(*args, **kwargs)
