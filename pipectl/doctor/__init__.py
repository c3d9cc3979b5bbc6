"""What stops people, read-only, each with the way out; one file per check, found by folder.

A check is a file with a TITLE and a function `check(case)`. Files whose names begin with `_` are what checks
share. Checks run side by side; the same question is sent to AWS once.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import replace

from pipectl.aws.cloud import for_each
from pipectl.doctor._case import Case
from pipectl.doctor._finding import Finding, Standing, good, wrong
from pipectl.doctor._network import Network, network
from pipectl.doctor._tools import all_of, refused
from pipectl.errors import AwsError

__all__ = [
    "CREDENTIALS", "Case", "Finding", "Network", "Standing", "all_of", "credentials", "examine", "network",
    "refused", "wrong",
]  # fmt: skip

CREDENTIALS = "credentials"

Check = Callable[[Case], Iterable[Finding]]


@functools.cache
def checks() -> tuple[tuple[str, Check], ...]:
    """Every check of this folder with its title, in the order of the files."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in sorted(names) if name[0] != "_"]
    return tuple((module.TITLE, module.check) for module in modules)


def credentials(case: Case, wanted: str | None) -> Finding:
    """Who asks, and whether in the account that the spec is for."""
    account = case.cloud.account
    finding = good(account.caller)
    if wanted not in (None, account.id):
        text = f"these credentials are of account {account.id}, and {case.spec_file} is for {wanted}"
        finding = wrong(account.caller, text, "use another `--profile`")
    return replace(finding, check=CREDENTIALS)


def examine(case: Case) -> list[Finding]:
    """What every check finds, in the order of the checks."""
    found = for_each(functools.partial(_carried_out, case), checks())
    return [finding for findings in found for finding in findings]


def _carried_out(case: Case, named: tuple[str, Check]) -> list[Finding]:
    title, check = named
    try:
        findings = list(check(case))
    except AwsError as error:
        findings = [refused("", error)]
    return [replace(finding, check=title) for finding in findings]
