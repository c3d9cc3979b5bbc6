"""What a folder tells: only from what lies in it, and nothing has to"""

from pathlib import Path

import pytest

from pipectl.init.folder import Source, look, source, stack_name

CONFIG = """[core]
\tbare = false
[remote "fork"]
\turl = https://example.org/somebody/else.git
[remote "origin"]
\turl = {url}
\tfetch = +refs/heads/*:refs/remotes/origin/*
[branch "main"]
\tremote = origin
"""


def repository(folder: Path, url: str, head: str = "ref: refs/heads/release/1\n") -> None:
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text(CONFIG.format(url=url), encoding="utf-8")
    (folder / ".git" / "HEAD").write_text(head, encoding="utf-8")


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("codecommit::eu-west-1://shop", Source("shop", region="eu-west-1")),
        ("codecommit::eu-west-1://ann@shop-code", Source("shop-code", region="eu-west-1")),
        ("codecommit://shop", Source("shop")),
        (
            "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop",
            Source("shop", region="eu-west-1"),
        ),
        (
            "ssh://APKA1@git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/shop",
            Source("shop", region="cn-north-1"),
        ),
        (
            "http://127.0.0.1:4571/git/123456789012/eu-west-1/v1/repos/shop",
            Source("shop", region="eu-west-1"),
        ),
        ("https://github.com/example/shop.git", Source("example/shop", host="github.com")),
        ("https://ann:token@github.com/example/shop", Source("example/shop", host="github.com")),
        ("git@github.com:example/shop.git", Source("example/shop", host="github.com")),
        ("ssh://git@gitlab.com:22/group/sub/shop.git", Source("group/sub/shop", host="gitlab.com")),
        ("https://bitbucket.org/team/shop.git/", Source("team/shop", host="bitbucket.org")),
        ("git@git.example.org:team/shop", Source("team/shop", host="git.example.org")),
        ("/srv/git/shop.git", None),
        ("../shop", None),
        ("C:/git/shop", None),
        ("", None),
    ],
)
def test_a_remote_tells_where_the_code_is(url: str, wanted: Source | None) -> None:
    assert source(url) == wanted


def test_a_folder_tells_what_lies_in_it(tmp_path: Path) -> None:
    shop = tmp_path / "My Shop_2"
    repository(shop, "git@github.com:example/shop.git")
    (shop / "Dockerfile").write_text("FROM ruby\n# EXPOSE 1\nexpose 3000/tcp 9000\n", encoding="utf-8")
    line = """printf '[{"name":"rails","imageUri":"%s"}]' $IMAGE > imagedefinitions.json"""
    (shop / "buildspec.yml").write_text(f"commands:\n  - {line}\n", encoding="utf-8")
    found = look(shop)
    assert (found.stack, found.port, found.has_dockerfile) == ("my-shop-2", 3000, True)
    assert (found.buildspec, found.container) == ("buildspec.yml", "rails")
    assert (found.source, found.branch) == (Source("example/shop", host="github.com"), "release/1")


def test_an_empty_folder_tells_its_name(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    found = look(tmp_path / "shop")
    assert found.stack == "shop"
    assert (found.port, found.buildspec, found.source, found.branch) == (None, None, None, None)


def test_a_folder_inside_a_repository_and_a_worktree_know_their_remote(tmp_path: Path) -> None:
    repository(tmp_path / "whole", "https://github.com/example/whole.git")
    (tmp_path / "whole" / "web").mkdir()
    inside = look(tmp_path / "whole" / "web")
    assert (inside.source, inside.place) == (Source("example/whole", host="github.com"), "web")
    assert look(tmp_path / "whole").place == ""
    own = tmp_path / "whole" / ".git" / "worktrees" / "tree"
    own.mkdir(parents=True)
    (own / "commondir").write_text("../..\n", encoding="utf-8")
    (own / "HEAD").write_text("ref: refs/heads/other\n", encoding="utf-8")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {own}\n", encoding="utf-8")
    found = look(tree)
    assert (found.source, found.branch) == (Source("example/whole", host="github.com"), "other")


def test_a_detached_head_has_no_branch(tmp_path: Path) -> None:
    repository(tmp_path / "shop", "git@github.com:example/shop.git", head="64c834d" * 5 + "\n")
    assert look(tmp_path / "shop").branch is None


def test_what_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").mkdir()
    (tmp_path / "buildspec.yml").write_bytes(b"\xff\xfe imageUri \x00")
    found = look(tmp_path)
    assert (found.has_dockerfile, found.container) == (False, None)


def test_two_containers_in_a_buildspec_are_no_answer(tmp_path: Path) -> None:
    lines = '[{"name":"web","imageUri":"a"},{"name":"worker","imageUri":"b"}]'
    (tmp_path / "buildspec.yml").write_text(lines, encoding="utf-8")
    assert look(tmp_path).container is None


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Shop", "shop"), ("my_shop.git", "my-shop-git"), ("42-shop", "shop"), ("x", "app"), ("", "app"),
        ("a" * 50, "a" * 40), ("Ünïcode", "unicode"), ("日本", "app"), ("---", "app"),
    ],
)  # fmt: skip
def test_any_word_becomes_the_name_of_a_stack(word: str, name: str) -> None:
    assert stack_name(word) == name
