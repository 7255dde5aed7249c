# SPDX-License-Identifier: Apache-2.0
"""One stage for all faults that leave it whole."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from stage import Stage  # noqa: E402


@pytest.fixture(scope="session")
def stage():
    place = Stage()
    try:
        place.make()
        yield place
    finally:
        troubles = place.remove()
    assert not troubles, troubles
