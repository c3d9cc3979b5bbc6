"""Two stages of a pipeline, or two actions of a stage, with one name."""

from collections.abc import Iterator

from pipectl.rules._tools import actions_of, error, pipelines
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "stage-names"


def check(spec: Spec) -> Iterator[Problem]:
    """Every pipeline (user guide, "limits"); two stages may have actions of the same name."""
    for name, block in pipelines(spec):
        stages: dict[str, int] = {}
        for number, stage in enumerate(block.stages):
            path = ("codepipeline", name, "stages", number, "name")
            if stage.name in stages:
                line = spec.places.of(("codepipeline", name, "stages", stages[stage.name], "name")).line
                message = f"two stages of {name} are called {shown(stage.name)}, the other on line {line}"
                yield error(spec, path, RULE, message, "give each a name of its own")
            stages.setdefault(stage.name, number)
        seen: set[tuple[int, str]] = set()
        for each in actions_of(name, block):
            if (each.wire.stage_number, each.wire.name) in seen:
                hint = "give each a `name`"
                if each.action.name is None:
                    hint += "; an action without one takes its stage's"
                message = (
                    f"two actions of stage {shown(each.wire.stage.name)} are called {shown(each.wire.name)}"
                )
                yield error(spec, each.value_path("name"), RULE, message, hint)
            seen.add((each.wire.stage_number, each.wire.name))
