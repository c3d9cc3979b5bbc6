"""A plan as a screen: its marks, its words, its width."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pipectl.engine.plan import steps
from pipectl.engine.values import (
    OWNER_TAG,
    Action,
    Difference,
    Exactly,
    Obstacle,
    Plan,
    Remark,
    Resource,
    Step,
)
from pipectl.kinds import KINDS
from pipectl.render.marks import Look
from pipectl.render.plan import as_stated, plan_text, summary
from pipectl.render.text import width

Screen = Callable[[str, str], None]

NOW = datetime(2026, 1, 22, 9, 30, tzinfo=UTC)
MONDAY = datetime(2026, 1, 19, 9, 12, tzinfo=UTC)


def planned(*found: tuple[Resource, dict[str, Any] | None]) -> tuple[Step, ...]:
    states = {resource.key: state for resource, state in found if state is not None}
    return steps([resource for resource, _ in found], states, KINDS, "friendreminders")


def shown(*of: Step, look: Look | None = None) -> str:
    return plan_text(Plan("friendreminders", "123456789012", "ap-southeast-1", of), look or Look(), NOW)


def changed(kind: str, name: str, *differences: Difference, remarks: tuple[Remark, ...] = ()) -> Step:
    return Step(Resource(kind, name), Action.UPDATE, {}, differences, remarks)


@pytest.fixture
def whole() -> tuple[Step, ...]:
    repository = Resource(
        "ecr repository", "rails_app", {"keep_images": 30, "scan_on_push": True, "kms": None}
    )
    cancels = Remark("execution 3f9c2a1e is in Build; this change cancels it", asks=True)
    return (
        *planned((repository, None)),
        changed(
            "codebuild project",
            "FriendRemindersBuild",
            Difference("compute", "BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM"),
        ),
        changed(
            "ecs service",
            "friendreminders/remindersmgt",
            Difference("memory", 512, 1024),
            remarks=(Remark("image v1769152340 stays: it belongs to the pipeline"),),
        ),
        *planned(
            (
                Resource(
                    "transition",
                    "FriendReminders/Deploy",
                    {"enabled": False, "reason": "Releases on Tuesdays only"},
                ),
                {"enabled": True, "reason": None},
            )
        ),
        changed("pipeline", "FriendReminders", Difference("execution_mode", "QUEUED", "SUPERSEDED"),
                remarks=(cancels,)),
        *(Step(Resource("log group", f"/ecs/{number}"), Action.KEEP, {}) for number in range(9)),
    )  # fmt: skip


def test_a_plan_tells_what_is_made_changed_asked_and_left_alone(
    whole: tuple[Step, ...], screen: Screen
) -> None:
    screen("plan", shown(*whole))


def test_a_plan_reads_the_same_without_unicode(whole: tuple[Step, ...], screen: Screen) -> None:
    text = shown(*whole, look=Look(unicode=False))
    assert text.isascii()
    screen("plan_ascii", text)


def test_colour_only_underlines_what_the_words_say(whole: tuple[Step, ...]) -> None:
    coloured = shown(*whole, look=Look(colour=True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == shown(*whole)


def test_the_verbose_plan_tells_also_what_stays(whole: tuple[Step, ...]) -> None:
    assert "·" not in shown(*whole).split("\n", 1)[1]
    assert shown(*whole, look=Look(verbose=True)).count("  · log group") == 9


def test_a_hold_that_would_be_lifted_says_whose_it_is_since_when_and_why(screen: Screen) -> None:
    found = {
        "enabled": False,
        "reason": "waiting for the audit",
        "changed_by": "arn:aws:sts::123456789012:assumed-role/Ops/ann",
        "changed_at": MONDAY,
    }
    gate = Resource("transition", "FriendReminders/Deploy", {"enabled": True})
    screen("plan_lifted_hold", shown(*planned((gate, found))))


def test_a_new_reason_is_shown_beside_the_old_one() -> None:
    found = {"enabled": False, "reason": "audit", "changed_by": None, "changed_at": None}
    gate = Resource("transition", "shop/Deploy", {"enabled": False, "reason": "freeze"})
    assert 'closed               "audit" -> "freeze"' in shown(*planned((gate, found)))


def test_an_adoption_and_what_is_in_the_way_carry_the_mark_that_needs_you(screen: Screen) -> None:
    tags = {OWNER_TAG: "friendreminders"}
    unowned = Resource("ecr repository", "rails_app", {"scan_on_push": True, "tags": tags})
    foreign = Resource("ecs cluster", "friendreminders", {"tags": tags})
    text = shown(
        *planned(
            (unowned, {"scan_on_push": False, "tags": {}}),
            (foreign, {"tags": {OWNER_TAG: "billing"}}),
        )
    )
    screen("plan_in_the_way", text)


def test_an_adoption_that_only_tags_says_so() -> None:
    unowned = Resource("ecr repository", "rails_app", {"tags": {OWNER_TAG: "friendreminders"}})
    text = shown(*planned((unowned, {"tags": {"team": "web"}})))
    assert "      `--adopt` adds the tags pipectl:stack and pipectl:adopted, nothing else\n" in text


def test_of_a_new_thing_only_what_tells_something_is_shown(screen: Screen) -> None:
    statement = {"Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": ["*"]}
    role = Resource(
        "iam role",
        "friendreminders-build",
        {
            "path": "/pipectl/friendreminders/",
            "trust": {"Assume": statement},
            "policy": {"LogIn": statement, "PushImages": statement},
            "tags": {OWNER_TAG: "friendreminders", "team": "payments"},
        },
    )
    project = Resource(
        "codebuild project",
        "FriendRemindersBuild",
        {
            **{f"setting_{number}": number for number in range(12)},
            "description": "",
            "role": "arn:aws:iam::123456789012:role/friendreminders-build",
            "environment": {"RAILS_ENV": "test", "NPM_TOKEN": "abc"},
        },
    )
    new = planned((role, None), (project, None))
    screen("plan_new", shown(*new))
    screen("plan_new_verbose", shown(*new, look=Look(verbose=True)))


def test_long_values_show_where_they_differ(screen: Screen) -> None:
    arn = "arn:aws:elasticloadbalancing:eu-west-1:012345678901:targetgroup/shop-api-{}/0123456789abcdef"
    text = shown(
        changed(
            "ecs service",
            "shop-production/api",
            Difference("load_balancer.target_group", arn.format("blue"), arn.format("green")),
            Difference(
                "subnets",
                ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5a60718"],
                ["subnet-0a1b2c3d4e5f60718", "subnet-0c1c2d3e4f5a60719"],
            ),
            Difference("command", ["bundle", "exec"], ["bundle", "exec", "sidekiq"]),
            Difference("health_check.command", None, "curl -fsS http://localhost:8080/healthz"),
        ),
        changed(
            "codebuild project",
            "shop-api-build",
            Difference(
                "buildspec",
                "version: 0.2\nphases:\n  build:\n    commands: [make]\n",
                "version: 0.2\nphases:\n  build:\n    commands: [make, make test]\n",
            ),
        ),
    )
    screen("plan_long_values", text)


def test_of_a_part_that_goes_only_what_it_had_is_shown() -> None:
    gate = {"order": 2, "on_failure": None, "actions": {"Gate": {"provider": "Manual", "inputs": []}}}
    step = Step(Resource("pipeline", "a"), Action.UPDATE, {}, (Difference("stages.Gate", gate, None),))
    assert '{"order": 2, "actions": {"Gate": {"provider": "Manual"}}}' in shown(step)


EVENTS = [
    "codepipeline-pipeline-manual-approval-failed",
    "codepipeline-pipeline-manual-approval-needed",
    "codepipeline-pipeline-pipeline-execution-failed",
    "codepipeline-pipeline-pipeline-execution-succeeded",
]


@pytest.mark.parametrize("look", [Look(), Look(width=60), Look(whole=True)], ids=["80", "60", "pipe"])
@pytest.mark.parametrize("path", ["events", "notifications.failures_and_approvals.events"])
def test_a_list_of_names_breaks_between_its_names(look: Look, path: str) -> None:
    (new,) = planned((Resource("notification rule", "shop", {path: EVENTS}), None))
    old = changed("notification rule", "old", Difference(path, EVENTS[:1], EVENTS[1:]))
    for text in (shown(new, look=look), shown(old, look=look)):
        assert "...pipeline" not in text
        assert all(event in text for event in EVENTS) or "1 and 3 more" in text.replace(EVENTS[0], "1")
    if look.whole:
        assert ", ".join(EVENTS) in shown(new, look=look)


def test_a_removed_key_is_shown_as_none() -> None:
    wanted = Resource("codebuild project", "build", {"environment": Exactly({"A": "1"})})
    text = shown(*planned((wanted, {"environment": {"A": "1", "B": "2"}})))
    assert "environment.B        2 -> (none)" in text


@pytest.mark.parametrize("cells", [40, 80, 100])
@pytest.mark.parametrize("name", ["rails_app", "見本" * 40, "é" * 90, "x" * 300])
def test_no_line_is_wider_than_the_screen(name: str, cells: int) -> None:
    step = changed(
        "ecr repository",
        name,
        Difference("description", name, name + "!"),
        Difference("tags", [name], [name, "b"]),
        remarks=(Remark(f"about {name} and more"),),
    )
    new = planned((Resource("ecr repository", name, {"description": name, "list": [name] * 9}), None))
    text = shown(step, *new, look=Look(width=cells))
    assert max(map(width, text.splitlines()[1:])) <= cells


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("environment.NPM_TOKEN", "abc", False),
        ("environment.DB_PASSWORD.value", "abc", False),
        ("environment.API_KEY", "abc", False),
        ("aws.credentials", "abc", False),
        ("environment.RAILS_ENV", "abc", True),
        ("environment.NPM_TOKEN.secrets_manager", "abc", True),
        ("containers.api.secrets.DATABASE_URL", "abc", True),
        ("environment.NPM_TOKEN", "arn:aws:secretsmanager:eu-west-1:1:secret:abc", True),
        ("environment.NPM_TOKEN", "/shop/abc", True),
        ("policy.ReadSecrets.Action", "secretsmanager:abc", True),
        ("containers.token-service.image", "abc", True),
        ("environment.PASSWORD_LENGTH", 4, True),
        ("encryption_key", "11111111-2222-3333-4444-555555555555", True),
        ("environment.encryption_key", "abc", False),
        ("image_pull_credentials", "SERVICE_ROLE", True),
    ],
)
def test_secrets_are_not_shown_but_references_are(path: str, value: object, told: bool) -> None:
    text = shown(changed("codebuild project", "build", Difference(path, None, value)))
    assert ("not shown" not in text) is told
    assert (str(value) in text) is told


def test_what_aws_says_cannot_steer_the_terminal() -> None:
    text = shown(changed("log group", "a\x1b[2Jb", Difference("description", "x\x1b]0;title\x07", "y\nz")))
    assert "\x1b" not in text
    assert "\x07" not in text


def test_nothing_to_do_is_one_line() -> None:
    kept = tuple(Step(Resource("log group", str(number)), Action.KEEP, {}) for number in range(14))
    plan = Plan("friendreminders", "123456789012", "ap-southeast-1", kept)
    told = "friendreminders is as the spec says: 14 resources, 15 calls, 0 writes"
    assert as_stated([plan], 15, 0) == told


def test_nothing_to_do_for_several_specs_is_a_line_each_and_one_for_the_calls() -> None:
    one = Plan("a", "1", "r", (Step(Resource("log group", "x"), Action.KEEP, {}),))
    other = Plan("b", "1", "r", ())
    assert as_stated([one, other], 7, 0).splitlines() == [
        "a is as the spec says: 1 resource",
        "b is as the spec says: 0 resources",
        "7 calls, 0 writes",
    ]


def test_the_summary_counts_every_step_once(whole: tuple[Step, ...]) -> None:
    in_the_way = Step(Resource("pipeline", "x"), Action.CREATE, obstacle=Obstacle("no", "yes"))
    plan = Plan("s", "1", "r", (*whole, in_the_way))
    told = "1 to create, 3 to change, 1 needs your word, 1 in the way, 9 as the spec says"
    assert summary(plan) == told
