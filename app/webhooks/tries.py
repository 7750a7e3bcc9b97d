"""When a message is tried again, and when an endpoint counts as failing."""

import random

# Seconds between tries: soon at first, then spread over a little more than a day.
DELAYS = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
MOST_TRIES = len(DELAYS) + 1
JITTER = 0.1
# After this many messages in a row have failed for good, the endpoint is disabled.
FAILURES_UNTIL_DISABLED = 5


def delay_after(tries: int, asked_for: float = 0.0) -> float | None:
    """Seconds until the next try after ``tries`` failed ones, or None if they are used up.

    The server may ask for more time, up to the longest delay of the schedule.
    """
    if tries >= MOST_TRIES:
        return None
    planned = DELAYS[tries - 1] * random.uniform(1 - JITTER, 1 + JITTER)
    return max(planned, min(asked_for, float(max(DELAYS))))
