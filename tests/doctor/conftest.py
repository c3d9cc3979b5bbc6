"""What the tests of the doctor share."""

from typing import TYPE_CHECKING

import pytest

from tests.doctor.ward import Ward

if TYPE_CHECKING:
    from tests.conftest import World


@pytest.fixture
def ward(world: "World") -> Ward:
    return Ward(world)
