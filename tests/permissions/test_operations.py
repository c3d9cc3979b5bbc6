"""Which resource an operation is decided for: the one that the Service Authorization Reference names"""

from pipectl.local.permissions.operations import DEPTHS
from tests.facts.authorization import resource_types, service

LEVELS = {"stage": 2, "action": 3}


def test_operations_on_stages_and_actions_are_those_of_the_reference() -> None:
    listed = {
        name: LEVELS[kind]
        for name in service("codepipeline")["privileges"]
        for kind in resource_types(f"codepipeline:{name}")
        if kind in LEVELS
    }
    assert listed == DEPTHS
