"""A site with its own copy of the content, which a test may change."""

import contextvars
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from config import ROOT

DRAFT = """---
title: Still being written
slug: not-yet
summary: A draft.
published: 2026-11-25
topics: [Kafka]
draft: true
---
## A part

Text with a [link](#a-part).
"""


@pytest.fixture
def content_folder(tmp_path: Path) -> Path:
    """A copy of the shipped content, plus a draft."""
    folder = tmp_path / "content"
    shutil.copytree(ROOT / "content", folder)
    (folder / "articles/not-yet.md").write_text(DRAFT)
    return folder


@pytest.fixture
def own_site(
    app: Flask, site_with: Callable[..., Flask], content_folder: Path
) -> Callable[..., Flask]:
    """Make a site with that folder's content, and with any settings given."""
    return partial(site_with, CONTENT_DIR=str(content_folder))


def command(site: Flask, *words: str) -> Result:
    """Run `flask …` as if in a separate process; return its result."""
    runner = site.test_cli_runner()
    return contextvars.Context().run(runner.invoke, args=words)
