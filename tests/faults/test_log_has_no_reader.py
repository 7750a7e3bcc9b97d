"""What reads the site's log dies, as a collector of logs may, so that no line can be written."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.handled import check_each_was_handled_once, wait_until_handled
from tests.prospects import submit
from tests.site import Site


@contextmanager
def logging_to_nobody(site: Site, folder: Path) -> Iterator[None]:
    """Inside, each process writes its log to a pipe whose reader has gone, its first line too."""
    logs = {name: process.log for name, process in site.processes.items()}
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        stop_to_log(site, dict.fromkeys(logs, pipe))
        for process in site.processes.values():
            process.launch()
        os.close(reader)
        for process in site.processes.values():
            process.wait_until_ready()
        yield
    finally:
        stop_to_log(site, logs)
        site.start()


def stop_to_log(site: Site, logs: dict[str, Path]) -> None:
    """Stop each process, and have it write to that log when it runs again."""
    site.stop()
    for name, log in logs.items():
        site.processes[name].log = log


def test_a_log_that_nobody_reads_holds_up_nothing(
    site: Site, tmp_path: Path, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    count = scale(6, 100)
    with logging_to_nobody(site, tmp_path):
        submit(site, count)
        wait_until_handled(site, count)
    check_each_was_handled_once(site)
    note(f"{count} applications accepted, and each handled once, with no reader of the log")
