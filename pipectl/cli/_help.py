"""What help shows beside the options: groups of commands, examples, where the global options stand."""

from collections.abc import Mapping, Sequence

import click

Examples = Sequence[str]

GROUPS: Mapping[str, Mapping[str, Examples]] = {
    "Set up": {
        "init": ("pipectl --local init", "pipectl init --from-aws --region eu-west-1"),
        "import": ("pipectl import shop -f pipectl.yaml", "pipectl import --cluster main --service web"),
        "validate": ("pipectl validate", "pipectl validate shop.yaml --strict"),
        "schema": ("pipectl schema > pipectl.schema.json", "pipectl schema -o yaml"),
        "completion": (
            'eval "$(pipectl completion bash)"',
            "pipectl completion fish > ~/.config/fish/completions/pipectl.fish",
        ),
    },
    "Change": {
        "plan": ("pipectl plan", "pipectl plan shop.yaml --detailed-exitcode"),
        "create": ("pipectl create", "pipectl --local create shop.yaml --wait"),
        "destroy": ("pipectl destroy", "pipectl --local destroy shop.yaml --yes"),
    },
    "Look": {
        "status": ("pipectl status --watch", "pipectl status --all"),
        "why": ("pipectl why", "pipectl why 4c1e9d0"),
        "logs": ("pipectl logs --follow", "pipectl logs --action Build --phase BUILD"),
        "history": ("pipectl history --failed --since 3d", "pipectl history --definition"),
        "doctor": ("pipectl doctor", "pipectl doctor -p shop"),
        "open": ("pipectl open", "pipectl open logs --print"),
    },
    "Operate": {
        "start": ("pipectl start --wait", "pipectl start --commit 4c1e9d0"),
        "wait": ("pipectl wait", "pipectl wait 4c1e9d0 --timeout 20m"),
        "stop": ("pipectl stop --wait", "pipectl stop --abandon --reason 'wrong branch'"),
        "retry": ("pipectl retry Build", "pipectl retry Deploy --all-actions --wait"),
        "rollback": ("pipectl rollback Deploy --list", "pipectl rollback Deploy --wait"),
        "approve": ("pipectl approve", "pipectl approve --comment 'tested' --wait"),
        "reject": ("pipectl reject", "pipectl reject --comment 'not today'"),
        "override": ("pipectl override Deploy", "pipectl override Deploy --wait"),
        "disable-transition": (
            "pipectl disable-transition Deploy --reason 'Release freeze'",
            "pipectl disable-transition Deploy -p 'shop-*' --reason 'Audit' --until 3d",
        ),
        "enable-transition": (
            "pipectl enable-transition Deploy --wait",
            "pipectl enable-transition --expired",
        ),
    },
    "Leave": {
        "export": (
            "pipectl export --format cloudformation",
            "pipectl export shop.yaml --format terraform",
        ),
        "policy": ("pipectl policy", "pipectl policy shop.yaml --for operate"),
    },
    "Local": {
        "local": ("pipectl local start", 'eval "$(pipectl local env)"'),
    },
}
"""Title -> commands -> two examples of each."""

LOCAL: Mapping[str, Examples] = {
    "start": ("pipectl local start", "pipectl local start --port 4571 --docker"),
    "stop": ("pipectl local stop", "pipectl local stop -o json"),
    "status": ("pipectl local status", "pipectl local status -o json"),
    "reset": ("pipectl local reset", "pipectl local reset -o json"),
    "connect": (
        "pipectl local connect arn:aws:codeconnections:us-east-1:123456789012:connection/7dd8e4a1 .",
        "pipectl local connect arn:aws:codeconnections:us-east-1:123456789012:connection/7dd8e4a1 ..",
    ),
    "env": ('eval "$(pipectl local env)"', "pipectl local env --region eu-west-1"),
}
"""The same of the commands of `pipectl local`."""

BESIDE = 6
"""Cells beside a command's name and its first line: click's indent and spacing."""

GLOBAL = "Global options, such as --local, --region, -o json: pipectl --help"


class Global(click.Option):
    """An option of every command, which help shows once, before the command."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Nothing behind a command."""
        return None if ctx.parent else super().get_help_record(ctx)


def explained(command: click.Command, examples: Examples) -> click.Command:
    """The command, with its examples and where the global options stand below its options."""
    if examples:
        listed = "\n".join(f"  {example}" for example in examples)
        command.epilog = f"\b\nExamples:\n{listed}\n\n\b\n{GLOBAL}"
    return command


def examples_of(name: str) -> Examples:
    """The examples of a command."""
    return next((commands[name] for commands in GROUPS.values() if name in commands), ())


def write_groups(formatter: click.HelpFormatter, commands: Mapping[str, click.Command]) -> None:
    """The commands by their groups, each with its first line."""
    longest = max(map(len, commands))
    for title, members in GROUPS.items():
        present = [(name, commands[name]) for name in members if name in commands]
        room = formatter.width - longest - BESIDE
        with formatter.section(title):
            formatter.write_dl([
                (name.ljust(longest), command.get_short_help_str(room)) for name, command in present
            ])  # fmt: skip
