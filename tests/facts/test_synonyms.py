"""Values that AWS answers under another name: no difference in a plan."""

from __future__ import annotations

from pipectl.engine.values import Ordered
from pipectl.kinds import raw


def test_a_placement_by_host_equals_the_answer_by_instance() -> None:
    stated = raw.compared(raw.SERVICE, {"placementStrategy": [{"type": "spread", "field": "host"}]})
    assert stated == {"placementStrategy": Ordered([{"type": "spread", "field": "instanceId"}])}
