"""A site with content of its own, which a test may change."""

import contextvars
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from config import ROOT, Config

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
    """A copy of what is shipped, and a draft."""
    folder = tmp_path / "content"
    shutil.copytree(ROOT / "content", folder)
    (folder / "articles/not-yet.md").write_text(DRAFT)
    return folder


@pytest.fixture
def own_site(app: Flask, config: Config, content_folder: Path) -> Callable[..., Flask]:
    """Make a site of that folder, with other settings where they are named."""

    def own_site(**settings: object) -> Flask:
        own = msgspec.structs.replace(config, CONTENT_DIR=str(content_folder), **settings)
        return contextvars.Context().run(create_app, own)

    return own_site


def command(site: Flask, *words: str) -> Result:
    """What `flask …` does and says, in a process of its own as far as the app can see."""
    runner = site.test_cli_runner()
    return contextvars.Context().run(runner.invoke, args=words)
