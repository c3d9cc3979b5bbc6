"""What a folder tells about the system in it: a Dockerfile, a buildspec, where its code comes from."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from pipectl.init.dockerfile import port
from pipectl.spec.disk import LARGEST_BYTES, top_of_repository

CONTAINER = re.compile(r"""\\?["']?\bname\\?["']?\s*:\s*\\?["']([A-Za-z0-9_-]+)\\?["']""")
"""The container in a line that writes image definitions (user guide, "file-reference", image definitions)."""

URL = re.compile(r"^\s*url\s*=\s*(\S+)\s*$", re.MULTILINE)
REMOTE = re.compile(r'^\[remote "([^"]+)"\]([^\[]*)', re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """Where code is: a CodeCommit repository, or `owner/name` at another host."""

    repository: str
    host: str | None = None
    """As `github.com`; None for CodeCommit."""
    region: str | None = None
    """Of the CodeCommit repository, where its URL says it."""


@dataclass(frozen=True)
class Folder:
    """A folder with an application."""

    stack: str
    has_dockerfile: bool = False
    port: int | None = None
    buildspec: str | None = None
    container: str | None = None
    """The container that the buildspec writes an image for."""
    source: Source | None = None
    branch: str | None = None
    place: str = ""
    """Where it is in its repository, as `services/web`; builds begin at the top of that."""


def look(path: Path) -> Folder:
    """Read what the folder tells; nothing is run, and nothing has to be there."""
    dockerfile = _text(path / "Dockerfile")
    names = ("buildspec.yml", "buildspec.yaml")
    buildspec = next((name for name in names if (path / name).is_file()), None)
    whole = path.resolve()
    top = top_of_repository(path)
    url, branch = _git(top / ".git") if top else (None, None)
    return Folder(
        stack=stack_name(whole.name),
        has_dockerfile=dockerfile is not None,
        port=port(dockerfile or ""),
        buildspec=buildspec,
        container=_container(_text(path / buildspec) or "") if buildspec else None,
        source=source(url) if url else None,
        branch=branch,
        place=whole.relative_to(top).as_posix() if top and top != whole else "",
    )


def stack_name(word: str) -> str:
    """A word as the name of a stack: small letters, digits, hyphens, 2 to 40, a letter first."""
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-").lstrip("0123456789-")[:40].rstrip("-")
    return name if len(name) > 1 else "app"


def source(url: str) -> Source | None:
    """What a git URL leads to; None for a path, or anything that no pipeline can read."""
    if found := re.fullmatch(r"codecommit:(?::([\w-]+):)?//(?:[^@/]+@)?([\w.-]+)", url):
        return Source(found[2], region=found[1])
    if found := re.search(r"git-codecommit\.([\w-]+)\.[\w.]+/v1/repos/([\w.-]+)/?$", url):
        return Source(found[2], region=found[1])
    if found := re.search(
        r"^https?://(?:localhost|[\d.]+):\d+/git/\d{12}/([\w-]+)/v1/repos/([\w.-]+)/?$", url
    ):
        return Source(found[2], region=found[1])  # the local AWS
    pattern = r"(?:(?:https?|ssh|git)://)?(?:[^@/\s]+@)?([\w-]+(?:\.[\w-]+)+)(?::\d+)?[:/](.+)"
    found = re.fullmatch(pattern, url)
    name = found[2].strip("/").removesuffix(".git") if found else ""
    return (
        Source(name, host=found[1].lower()) if found and re.fullmatch(r"[\w.-]+(/[\w.-]+)+", name) else None
    )


def _container(buildspec: str) -> str | None:
    """Nothing when several are written: which one is meant, only a person knows."""
    lines = [line for line in buildspec.splitlines() if "imageUri" in line]
    names = {name for line in lines for name in CONTAINER.findall(line)}
    return names.pop() if len(names) == 1 else None


def _git(git: Path) -> tuple[str | None, str | None]:
    """The URL of the remote (`origin` first) and the branch, read from git's own files."""
    if git.is_file():  # a worktree or a submodule: a file that says where
        git = (git.parent / (_text(git) or "").removeprefix("gitdir:").strip()).resolve()
    common = (git / (_text(git / "commondir") or ".").strip()).resolve()
    head = _text(git / "HEAD") or ""
    remotes = {name: URL.search(body) for name, body in REMOTE.findall(_text(common / "config") or "")}
    url = remotes.get("origin") or next(iter(remotes.values()), None)
    branch = re.fullmatch(r"ref: refs/heads/(\S+)\s*", head)
    return url and url[1], branch and branch[1]


def _text(file: Path) -> str | None:
    try:
        if not file.is_file() or file.stat().st_size > LARGEST_BYTES:
            return None
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
