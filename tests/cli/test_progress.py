"""What is drawn while steps run."""

import threading

from pipectl.cli._options import Settings
from pipectl.cli._progress import FRESH, Progress, _Running
from pipectl.engine.values import Action, Outcome, Resource, Result, Step


def test_what_draws_never_waits_for_what_prints() -> None:
    """Each would hold a lock that the other one needs: `create` hung on a busy machine"""
    progress, drawn = Progress(Settings()), []

    def meanwhile(outcome: Outcome) -> None:
        drawing = threading.Thread(target=lambda: drawn.append(progress.under_way()), daemon=True)
        drawing.start()
        drawing.join(timeout=10)

    progress.hear = meanwhile
    progress.watch(Outcome(Step(Resource("log group", "/ecs/web"), Action.CREATE), Result.DONE))
    assert drawn


def test_a_word_about_waiting_stands_in_the_steps_line_as_long_as_it_is_fresh() -> None:
    running = _Running(Step(Resource("ecs service", "prod/web"), Action.DELETE), since=100.0)
    assert running.text(103.0) == "3 s"
    running.note, running.noted = "AWS throttles ECS: waiting, 57 of 200", 110.0
    assert running.text(115.0) == "AWS throttles ECS: waiting, 57 of 200"
    assert running.text(110.0 + FRESH) == "22 s"
