"""What is drawn while steps run."""

import threading

from pipectl.cli._options import Settings
from pipectl.cli._progress import Progress
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
