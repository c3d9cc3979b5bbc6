"""How `start` is asked for the revision of an execution once more."""

from pipectl.runs.declared import providers
from pipectl.runs.values import Execution
from pipectl.runs.verbs.start import COMMIT, DIGEST, OPTIONS, PROVIDERS
from pipectl.runs.why.sight import Sight, revision_of

SHORT = 7
"""Characters of a commit or digest; an object version must be whole (cli/start.py)."""


def again(sight: Sight, execution: Execution, source: str | None) -> str:
    """The options, as ` --commit 4c1e9d0`, and ` --action NAME` where several could take it; else nothing."""
    known = providers(sight.sources)
    revision, provider = revision_of(execution, source), known.get(source or "")
    kind = next((kind for kind, found in PROVIDERS.items() if provider in found), None)
    if revision is None or not revision.id or kind is None:
        return ""
    several = sum(each in PROVIDERS[kind] for each in known.values()) > 1
    identity = revision.id.removeprefix("sha256:")
    told = identity[:SHORT] if kind in (COMMIT, DIGEST) else identity
    return f" {OPTIONS[kind]} {told}{f' --action {source}' if several else ''}"
