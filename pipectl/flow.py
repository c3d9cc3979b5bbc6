"""Where the rooms meet: load, check, connect, design, plan, apply. A new command never edits this file."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pipectl import command
from pipectl.engine import plan as planning
from pipectl.engine import run
from pipectl.engine.values import Action, Outcome, Plan, Resource, Step
from pipectl.errors import Declined, InvalidSpec, NotConnected, WrongUsage

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud
    from pipectl.aws.session import Connection
    from pipectl.spec.outline import Outline
    from pipectl.spec.problems import Problem
    from pipectl.spec.spec import Spec


@dataclass(frozen=True)
class Aws:
    """How to reach AWS, as the command line says it."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    local: bool = False


@dataclass(frozen=True)
class Stack:
    """One spec, the door to its account and Region, and what it wants there."""

    spec: "Spec"
    cloud: "Cloud"
    resources: tuple[Resource, ...]


def check(files: Sequence[str], variables: Mapping[str, str]) -> "tuple[tuple[Spec, ...], list[Problem]]":
    """The specs that could be read, and every mistake and doubt in them. Offline, without credentials."""
    from pipectl import rules
    from pipectl.kinds import BLOCKS
    from pipectl.spec.later import RULE as LEFT
    from pipectl.spec.load import load

    specs: list[Spec] = []
    problems: list[Problem] = []
    for file in files:
        spec, mistakes = load(file, BLOCKS, variables, os.environ)
        problems += mistakes
        if spec is not None:
            specs.append(spec)
            left = {problem.place for problem in mistakes if problem.rule == LEFT}
            found = _without_unset(spec, rules.problems(spec))
            problems += [problem for problem in found if problem.place not in left]
    problems += rules.between(specs)
    return tuple(specs), sorted(set(problems))


def _without_unset(spec: "Spec", problems: "list[Problem]") -> "list[Problem]":
    """The problems without those that only follow from a value that is not set."""
    from pipectl.spec.load import thing

    places = {spec.place(*path) for path in spec.unset}
    around = [spec.places.lines(thing(path)) for path in spec.spared]
    return [
        problem
        for problem in problems
        if problem.place not in places and not any(problem.line in lines for lines in around)
    ]


def load_specs(files: Sequence[str], variables: Mapping[str, str]) -> "tuple[Spec, ...]":
    """The specs without a mistake. Raises InvalidSpec with all problems; warnings do not hinder."""
    from pipectl.spec.problems import Severity

    specs, problems = check(files, variables)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise InvalidSpec(problems)
    return specs


def local_runs() -> bool:
    """Whether the local AWS runs; it is not started."""
    from pipectl.local import daemon

    return daemon.status() is not None


@contextmanager
def connect(
    aws: Aws,
    say: Callable[[str], None],
    accounts: Sequence[str | None] = (),
    pipelines: Sequence[str] = (),
    *,
    asks: bool = True,
) -> "Iterator[Connection]":
    """The way to AWS, or to the local AWS. `accounts` are those that the specs state, one for each spec.

    Without a spec, or where `pipelines` are named, the local AWS is asked where they stand, so that nobody
    has to name the Region. `asks` is whether the user may be asked for the code of an MFA device.
    """
    from pipectl.aws.session import Connection, Endpoint

    endpoint = Endpoint(aws.endpoint_url) if aws.endpoint_url else None
    region = aws.region
    if aws.local:
        from pipectl.local import daemon, places  # the one line that knows of the local AWS

        account = next((account for account in accounts if account), None)
        try:
            local = daemon.environment(account)
            if not accounts or pipelines:
                account = account or places.account(region, pipelines)
                region = region or places.region(account, pipelines)
                local = daemon.environment(account)
        except daemon.LocalError as error:
            raise NotConnected(error.message, hint=error.hint or None) from error
        keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        credentials = {key.lower(): local[key] for key in keys}
        here = account or places.DEFAULT_ACCOUNT
        endpoint = Endpoint(
            local["AWS_ENDPOINT_URL"],
            credentials,
            has_quotas=daemon.throttles(),
            pipelines=lambda: places.pipelines().get(here, {}),
        )
        region = region or local["AWS_REGION"]
        command.reached(local["AWS_ENDPOINT_URL"], {key: local[key] for key in keys})
    connection = Connection(profile=aws.profile, region=region, endpoint=endpoint, say=say, asks=asks)
    connection.sign_in()
    try:
        yield connection
    finally:
        connection.stop.set()


def region_of(spec: "Spec | Outline | None", connection: "Connection", aws: Aws) -> str:
    """The spec's Region, else the configured one. Refuses another Region or account than the spec says.

    STS is asked only where the spec states its account.
    """
    if spec is None:
        return connection.region()
    refuse_other_region(spec, aws.region)
    region = connection.region(spec.region)
    refuse_other_account(spec, connection, region)
    return region


def refuse_other_account(spec: "Spec | Outline", connection: "Connection", region: str) -> None:
    """Raise Declined when the credentials are of another account than the spec's."""
    if spec.account and spec.account != (account := connection.cloud(region).account).id:
        raise Declined(
            f"{spec.file} is for account {spec.account}, but these credentials are of {account.id}",
            hint="use another `--profile`; nothing was written",
        )


def refuse_other_region(spec: "Spec | Outline", region: str | None) -> None:
    """Raise WrongUsage when the command line names another Region than the spec."""
    if region and spec.region and region != spec.region:
        raise WrongUsage(
            f"{spec.file} says region {spec.region}, `--region` says {region}", hint="leave one of them out"
        )


def design(specs: "Sequence[Spec]", connection: "Connection", aws: Aws) -> tuple[Stack, ...]:
    """What every spec wants, each in its own Region. Refuses a caller of another account than the spec's."""
    from pipectl.kinds import SERVICES

    for region in dict.fromkeys(spec.region for spec in specs):
        connection.prepare(region, SERVICES)
    return tuple(_stack(spec, connection, aws) for spec in specs)


def plan(stacks: Sequence[Stack]) -> tuple[Plan, ...]:
    """One plan for each stack. Stacks that share a door are read together."""
    from pipectl.aws.cloud import for_each

    found: dict[int, planning.Found] = {}
    for cloud in {id(stack.cloud): stack.cloud for stack in stacks}.values():
        wanted = [resource for stack in stacks if stack.cloud is cloud for resource in stack.resources]
        found[id(cloud)] = _observe(cloud, wanted)
    return tuple(for_each(lambda stack: _plan(stack, found[id(stack.cloud)]), stacks))


def apply(
    plans: Sequence[Plan], stacks: Sequence[Stack], connection: "Connection", watch: run.Watch
) -> Iterator[Outcome]:
    """Carry out all plans together, wave by wave. Raises Declined, before any write, at an obstacle.

    What was changed is looked at again: of two that change the same at once, from two machines, one is told.
    AWS refuses to create a thing twice in two ways, so what was created needs no look.
    """
    from pipectl.kinds import KINDS, VERSIONED

    for each in plans:
        for step in each.obstacles:
            assert step.obstacle is not None  # noqa: S101  that is what `obstacles` means
            raise Declined(step.obstacle.message, hint=step.obstacle.hint)
    steps = [(stack.cloud, step) for each, stack in zip(plans, stacks, strict=True) for step in each.pending]
    kinds = {kind.name: kind for kind in KINDS}
    waves = _waves(step for _, step in steps)
    outcomes = list(run.apply(waves, steps, kinds, watch, connection.stop))
    changed = [
        (cloud, step)
        for cloud, step in steps
        if step.action is not Action.CREATE and step.resource.kind not in VERSIONED
    ]
    return iter(run.looked_at_again(outcomes, changed, _observe))


def _waves(steps: Iterable[Step]) -> list[list[str]]:
    """The kinds in the order of their creation; those waves are one in which everything only changes.

    What a change needs is there, so it waits for nobody but the first wave, which has the roles.
    """
    from pipectl.kinds import WAVES

    first, *others, last = [[kind.name for kind in wave] for wave in WAVES]
    later = [step.action for step in steps if any(step.resource.kind in wave for wave in others)]
    if all(action in (Action.UPDATE, Action.ADOPT) for action in later):
        others = [[kind for wave in others for kind in wave]]
    return [first, *others, last]


def _stack(spec: "Spec", connection: "Connection", aws: Aws) -> Stack:
    from pipectl.kinds import KINDS

    cloud = connection.cloud(region_of(spec, connection, aws))
    account = cloud.account
    wanted = {resource.key: resource for kind in reversed(KINDS) for resource in kind.design(spec, account)}
    order = {kind.name: number for number, kind in enumerate(KINDS)}
    return Stack(spec, cloud, tuple(sorted(wanted.values(), key=lambda resource: order[resource.kind])))


def _observe(cloud: "Cloud", wanted: Sequence[Resource]) -> planning.Found:
    from pipectl.aws.readonly import ReadOnly
    from pipectl.kinds import READING_ORDER

    return run.observe(ReadOnly(cloud), wanted, READING_ORDER)


def _plan(stack: Stack, found: planning.Found) -> Plan:
    from pipectl.aws.cloud import for_each
    from pipectl.aws.readonly import ReadOnly
    from pipectl.kinds import KINDS
    from pipectl.kinds.kept import with_kept
    from pipectl.kinds.kept_tasks import with_running

    account = stack.cloud.account
    wanted = with_kept(stack.spec, account, stack.resources, found)
    wanted = with_running(stack.spec, ReadOnly(stack.cloud), wanted, found)
    steps = planning.steps(wanted, found, KINDS, stack.spec.name)
    new = {step.resource.key for step in steps if step.action is Action.CREATE}
    told = for_each(partial(_remarked, stack, new), steps)
    return Plan(stack.spec.name, account.id, account.region, tuple(told))


def _remarked(stack: Stack, new: set[tuple[str, str]], step: Step) -> Step:
    from pipectl.aws.readonly import ReadOnly
    from pipectl.kinds import KINDS

    if step.action is Action.KEEP:
        return step
    kind = next(kind for kind in KINDS if kind.name == step.resource.kind)
    return replace(step, remarks=(*step.remarks, *kind.remark(ReadOnly(stack.cloud), step, new)))
