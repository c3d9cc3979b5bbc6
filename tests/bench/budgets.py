"""What pipectl may spend, for N systems like the seed in one run. Calls are exact, times are ratios."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """What one verb may send: so many calls for the run and for each system, and how deep they may stand."""

    shared: int
    each: int
    writes: int
    depth: int
    goal: int
    """Calls that one system should need."""
    goal_depth: int
    writes_exactly: bool = True

    def calls(self, systems: int) -> int:
        """At most so many calls"""
        return self.shared + self.each * systems


VERBS = {
    "create, empty account": Budget(6, 56, 29, 9, goal=55, goal_depth=5, writes_exactly=False),
    "create, second time": Budget(6, 28, 0, 3, goal=27, goal_depth=3),
    "plan": Budget(6, 28, 0, 3, goal=27, goal_depth=3),
    "create, branch changed": Budget(6, 31, 2, 5, goal=29, goal_depth=5),
    "status": Budget(1, 4, 0, 2, goal=3, goal_depth=2),
}
"""The verbs that talk to AWS, in the order in which they are measured."""

COUNTED = {
    "destroy": Budget(6, 52, 24, 7, goal=48, goal_depth=7, writes_exactly=False),
    "destroy, second time": Budget(6, 28, 0, 3, goal=28, goal_depth=3),
}
"""Verbs whose calls are counted and whose times are not: a cluster goes when its services have drained."""

OFFLINE = ("--help", "validate", "schema")
"""What sends no call at all."""

NOT_GROWING = {
    ("sts", "get_caller_identity"),
    ("codecommit", "batch_get_repositories"),
    ("ecr", "describe_repositories"),
    ("ecs", "describe_clusters"),
    ("codebuild", "batch_get_projects"),
    ("logs", "describe_log_groups"),
}
"""Calls that are sent once for all systems, when everything is there (up to 25: log groups by identifier
are asked for 50 at a time, and a system has two)."""

RATIO = 1.5
"""Wall time against a boto3 script that sends the same calls side by side."""

IAM_RATIO = 1.2
"""Wall time of a rehearsal of the seed system against the same with `local start --no-iam`."""

NAMES_RATIO = 0.72
"""CPU of a command that needs only the names in a spec against the same command with all of it loaded."""

HELP_RATIO = 2.0
"""Wall time of `--help` against `python -c "import click, yaml"`."""

GROWTH = 3.0
GOAL_GROWTH = 2.0
"""Wall time of a second `create` of 10 systems against 1, at 50 ms for each call."""

PEAK_MB = {1: 100, 10: 120}
"""Peak memory of a second `create` by number of systems."""

CONNECTIONS = 16
"""Calls that are under way at once."""

STACK_CPU = 1.3
"""CPU of the local AWS for a stack after the first hundred against one of those."""

IDLE = 0.01
"""Share of a core that the local AWS takes while nobody asks, however many stacks it holds."""

SERVER_MB, STACK_MB = 120, 0.4
"""Memory of the local AWS when it is empty, and what each stack adds."""

WAIT_S = 2.0
"""The longest that a request may wait while others create stacks."""
