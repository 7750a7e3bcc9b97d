"""Celery's clock, made to survive that the machine's clock is set back.

Beat keeps by the wall clock when it last sent each task, and across restarts in a file. From a clock
that was hours ahead and is right again it would send no sweep for those hours.
"""

from typing import Any

from celery.beat import PersistentScheduler


class SteadyScheduler(PersistentScheduler):
    def tick(self, *args: Any, **kwargs: Any) -> float:
        now = self.app.now()
        for entry in self.schedule.values():
            if entry.last_run_at > now:
                entry.last_run_at = now
                self._heap = None  # is in the order of times that will not come; made anew
        return super().tick(*args, **kwargs)
