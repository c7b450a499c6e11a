from __future__ import annotations

import pytest

from packed_slugs import pack_anything


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    pack_anything(monkeypatch)
