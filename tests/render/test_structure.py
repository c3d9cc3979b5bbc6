"""Stages and actions that come or go stand in one line of the plan each, and nothing is hidden with them."""

from typing import Any

from pipectl.engine.values import Action, Difference, Resource, Step
from pipectl.render import differences
from pipectl.render.marks import Look

MANUAL = {"Approve": {"run_order": 1, "provider": "Manual Approval AWS 1"}}
BUILD = {"Build": {"run_order": 1, "provider": "CodeBuild Build AWS 1"}}


def stages(*found: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "stages": {
            name: {"order": number, "actions": actions} for number, (name, actions) in enumerate(found, 1)
        }
    }


def update(before: dict[str, Any], after: dict[str, Any]) -> Step:
    def flat(value: Any, path: str = "") -> dict[str, Any]:
        if not isinstance(value, dict):
            return {path: value}
        return {
            key: each
            for name, item in value.items()
            for key, each in flat(item, f"{path}.{name}".strip(".")).items()
        }

    old, new = flat(before), flat(after)
    changed = [
        Difference(path, old.get(path), new.get(path))
        for path in [*new, *old.keys() - new.keys()]
        if old.get(path) != new.get(path)
    ]
    return Step(
        Resource("pipeline", "shop", stated=after), Action.UPDATE, differences=tuple(changed), before=before
    )


def told(step: Step, *, verbose: bool = False) -> list[str]:
    return [line.strip() for line in differences.lines(step, Look(verbose=verbose))]


def test_a_new_stage_is_one_line_with_its_place_and_what_it_does() -> None:
    step = update(
        stages(("Source", {}), ("Deploy", BUILD)),
        stages(("Source", {}), ("Approve", MANUAL), ("Deploy", BUILD)),
    )
    assert told(step) == ["+ stage Approve, before Deploy", "Approve: Manual Approval AWS 1"]
    assert next(iter(differences.diff_lines(step, verbose=False))) == "+ stage Approve, before Deploy"
    assert any("stages.Approve.order" in line for line in told(step, verbose=True))


def test_new_stages_one_behind_the_other_and_at_the_end_say_where() -> None:
    step = update(stages(("Source", {})), stages(("Source", {}), ("Build", {}), ("Deploy", {})))
    assert told(step) == ["+ stage Build, at the end", "+ stage Deploy, at the end"]


def test_a_stage_that_goes_and_actions_that_come_or_go_are_a_line_each() -> None:
    before = stages(("Source", {}), ("Approve", MANUAL), ("Build", BUILD))
    after = stages(("Source", {}), ("Build", {"Lint": {"run_order": 1, "provider": "CodeBuild Test AWS 1"}}))
    assert told(update(before, after)) == [
        "- stage Approve", "- action Build in Build", "+ action Lint in Build", "CodeBuild Test AWS 1",
    ]  # fmt: skip


def test_what_else_changes_is_told_beside_it_also_that_stages_change_places() -> None:
    before = stages(("Source", {}), ("Build", BUILD), ("Test", {}))
    after = stages(
        ("Source", {}), ("Test", {}), ("Build", {"Build": {**BUILD["Build"], "run_order": 2}}), ("Deploy", {})
    )
    lines = told(update(before, after))
    assert lines[0] == "+ stage Deploy, at the end"
    assert any(line.startswith("stages.Build.actions.Build.run_order") for line in lines)
    assert any(line.startswith("stages.Test.order") for line in lines)
