"""A CodeCommit repository `shop` whose branches `main` and `next` diverge, for tests of merges."""

from __future__ import annotations

from typing import Any

BASE = b"one\ntwo\nthree\nfour\nfive\n"
OURS = b"ONE\ntwo\nthree\nfour\nfive\n"
FAR = b"one\ntwo\nthree\nfour\nFIVE\n"  # goes with OURS
NEAR = b"uno\ntwo\nthree\nfour\nfive\n"  # conflicts with OURS


def commit(
    codecommit: Any, branch: str, files: dict[str, bytes | None], modes: dict[str, str] | None = None
) -> str:
    """The next commit of a branch: contents by path, None deletes; modes by path"""
    branches = codecommit.list_branches(repositoryName="shop")["branches"]
    parent = {"parentCommitId": tip(codecommit, branch)} if branch in branches else {}
    answer = codecommit.create_commit(
        repositoryName="shop",
        branchName=branch,
        putFiles=[
            {"filePath": path, "fileContent": text} for path, text in files.items() if text is not None
        ],
        deleteFiles=[{"filePath": path} for path, text in files.items() if text is None],
        setFileModes=[{"filePath": path, "fileMode": mode} for path, mode in (modes or {}).items()],
        **parent,
    )
    return str(answer["commitId"])


def tip(codecommit: Any, branch: str) -> str:
    return str(codecommit.get_branch(repositoryName="shop", branchName=branch)["branch"]["commitId"])


def diverge(codecommit: Any, ours: dict[str, bytes | None], theirs: dict[str, bytes | None]) -> str:
    """main with `ours`, next with `theirs`, both from a commit with BASE in `a`; that commit"""
    base = commit(codecommit, "main", {"a": BASE, "kept": b"kept"})
    codecommit.create_branch(repositoryName="shop", branchName="next", commitId=base)
    commit(codecommit, "main", ours)
    commit(codecommit, "next", theirs)
    return base


def sides(**members: Any) -> dict[str, Any]:
    return {
        "repositoryName": "shop",
        "sourceCommitSpecifier": "next",
        "destinationCommitSpecifier": "main",
    } | members


def read(codecommit: Any, path: str, specifier: str = "main") -> bytes:
    answer = codecommit.get_file(repositoryName="shop", filePath=path, commitSpecifier=specifier)
    return bytes(answer["fileContent"])
