"""Where bundles come from: which source an address opens, and what the watcher does without it."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import LogCapture

from perennial.settings import InvalidSettings
from service.counting.collector import Collector
from service.counting.versions import Versions
from service.serving.loaded import Loaded, load
from service.serving.production import Production
from service.serving.sources import SOURCES
from service.serving.sources.choose import open_source
from service.serving.sources.source import Offer
from tests import bundles
from tests.service import fakes


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_a_folder_offers_what_its_link_leads_to(prefix: str, tmp_path: Path) -> None:
    """The offer is the same until the link or the manifest behind it changes."""
    source = open_source(f"{prefix}{tmp_path}")
    assert source.where == str(tmp_path / "production")
    assert source.look() is None
    bundles.make_bundle(tmp_path / "a", "1.0.0")
    bundles.production(tmp_path, tmp_path / "a")
    first = source.look()
    assert first is not None and first == source.look()
    assert source.fetch(first) == (tmp_path / "a").resolve()
    (tmp_path / "a" / "manifest.json").touch()
    assert source.look() != first


def test_an_address_that_no_source_knows_is_refused() -> None:
    """The message names the variable, the value and the schemes that there are."""
    with pytest.raises(InvalidSettings) as caught:
        open_source("s4://bucket")
    assert str(caught.value).startswith("PERENNIAL_BUNDLES: got 's4://bucket', expected a folder")
    assert all(f"{scheme}://" in str(caught.value) for scheme in SOURCES)


def _serve(loaded: Loaded) -> Any:
    """Return what the watcher reads of a bundle that serves."""
    manifest = loaded.bundle.manifest
    return SimpleNamespace(bundle=loaded.bundle, model=manifest.task, version=manifest.version)


class Remote:
    """A source made by hand, which is reached or not."""

    where = "remote://bundles"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problem = ""
        self.broken = ""
        self.etag = "1"
        self.fetched = 0

    def look(self) -> Offer | None:
        """Return an offer, or raise."""
        if self.problem:
            raise OSError(self.problem)
        return Offer("remote://bundles/a", self.etag)

    def fetch(self, offer: Offer) -> Path:
        """Return the folder."""
        self.fetched += 1
        if self.broken:
            raise ConnectionResetError(self.broken)
        return self.folder


@contextmanager
def watching(source: Remote) -> Iterator[tuple[Production, Collector, LogCapture]]:
    """Give a watcher of the source, what it counts and what it logs."""
    log, capture = fakes.recording_log()
    collector = Collector(Versions(), dropped=lambda: 0, queued=lambda: 0)
    with ThreadPoolExecutor(1) as executor:
        production = Production(
            source,
            load=lambda path: load(path, threads=1, batch_rows=1),
            serve=_serve,
            collector=collector,
            executor=executor,
            log=log,
        )
        yield production, collector, capture


def test_a_source_that_is_not_reached_leaves_the_bundle_serving(tmp_path: Path) -> None:
    """Each problem is logged once; a bundle is fetched once, and again when its etag changes."""
    bundles.make_bundle(tmp_path / "a", "1.0.0")
    source = Remote(tmp_path / "a")
    with watching(source) as (production, _, capture):
        for problem, etag in [
            ("", "1"),
            ("timed out", "1"),
            ("timed out", "1"),
            ("", "1"),
            ("", "2"),
        ]:
            source.problem, source.etag = problem, etag
            asyncio.run(production.look())
            assert production.serving().version == "1.0.0"
    assert source.fetched == 2
    assert [entry["event"] for entry in capture.entries] == ["bundle_loaded", "source_unreachable"]
    assert capture.entries[1]["error"] == "timed out"


def test_a_bundle_that_could_not_be_fetched_is_fetched_again(tmp_path: Path) -> None:
    """A network that fails for a moment rejects no bundle, and is logged once."""
    bundles.make_bundle(tmp_path / "a", "1.0.0")
    source = Remote(tmp_path / "a")
    with watching(source) as (production, collector, capture):
        source.broken = "reset by peer"
        for _ in range(3):
            asyncio.run(production.look())
        assert production.current is None and source.fetched == 3
        source.broken = ""
        asyncio.run(production.look())
        assert production.serving().version == "1.0.0"
    assert sum(collector.rejected.values()) == 0
    assert [entry["event"] for entry in capture.entries] == ["source_unreachable", "bundle_loaded"]
    assert capture.entries[0]["error"] == "reset by peer"
