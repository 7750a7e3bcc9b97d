"""Programs that are not Python, but come in a wheel."""

from importlib.util import find_spec
from pathlib import Path

from local.process import ServerFailed


def program_in(package: str, path: str, *, missing: str) -> Path:
    """The program at ``path`` in the package. Raises ServerFailed with the sentence ``missing`` if
    the package is not installed."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ServerFailed(missing)
    return Path(spec.origin).parent / path
