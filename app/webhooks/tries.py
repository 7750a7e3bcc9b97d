"""When a message is tried again, and when an endpoint counts as failing."""

import random

# Seconds between one try and the next: at once, then over a little more than a day.
DELAYS = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
MOST_TRIES = len(DELAYS) + 1
JITTER = 0.1
# So many messages in a row, each tried to its end, and the endpoint is disabled.
FAILURES_UNTIL_DISABLED = 5


def delay_after(tries: int, asked_for: float = 0.0) -> float | None:
    """Seconds until the next try after ``tries`` in vain, or None where they are used up.

    The server may ask for more time, up to the longest delay of the schedule.
    """
    if tries >= MOST_TRIES:
        return None
    planned = DELAYS[tries - 1] * random.uniform(1 - JITTER, 1 + JITTER)
    return max(planned, min(asked_for, float(max(DELAYS))))
