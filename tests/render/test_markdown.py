"""A plan as a comment for a pull request, read by a Markdown parser as GitHub and GitLab read it."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from markdown_it import MarkdownIt

from pipectl.engine.values import Action, Difference, Obstacle, Plan, Remark, Resource, Step
from pipectl.facts.secret_names import MASKED
from pipectl.render.markdown import MOST_BYTES, plans_markdown
from pipectl.render.markdown_text import code, fenced, prose

NOW = datetime(2026, 1, 22, 9, 30, tzinfo=UTC)
HOSTILE = [
    "@ann and @org/team look",
    "see #12, !34, ~label and %5",
    "<img src=x onerror=alert(1)> </details> <!-- -->",
    "`code` and ``more`` and ``` fence",
    "a | b | c",
    "[link](https://example.org) ![image](x)",
    "**bold** _em_ ~~gone~~ # head\n# head\n\n- item",
    "1. list\n```\nafter a fence @ann",
    "&lt;b&gt; &amp; \\ \\*",
    "odd ` backtick",
]


def changed(*differences: Difference, **more: Any) -> Step:
    return Step(Resource("ecs service", "shop/web"), Action.UPDATE, {}, differences, **more)


def comment(*of: Step, orphans: tuple[Resource, ...] = (), problems: tuple[Any, ...] = ()) -> str:
    plan = Plan("shop", "123456789012", "eu-west-1", of, orphans)
    return plans_markdown([plan], problems, NOW)


class Page(HTMLParser):
    """What a reader sees: the texts outside of code, the code, the tags, and what is collapsed."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.text, self.code, self.open, self.collapsed = "", [""], list[str](), list[str]()
        self.tags: set[str] = set()
        self.feed(MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(markdown))
        assert self.open == [], "every block is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.open.append(tag)
        if tag == "details":
            self.collapsed.append("")
        if tag == "code":
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "code" in self.open:
            self.code[-1] += data
        else:
            self.text += data
        if "details" in self.open:
            self.collapsed[-1] += data


def test_a_comment_tells_the_sum_and_has_a_block_for_every_resource() -> None:
    new = Step(Resource("ecr repository", "web"), Action.CREATE, None, (Difference("keep_images", None, 30),))
    page = Page(
        comment(
            new, changed(Difference("memory", 512, 1024)), Step(Resource("log group", "x"), Action.KEEP, {})
        )
    )
    assert "1 to create, 1 to change" in page.text
    assert len(page.collapsed) == 2
    assert "+ ecr repository web\n+ keep_images: 30\n" in page.collapsed[0]
    assert "- memory: 512\n+ memory: 1024\n" in page.collapsed[1]
    assert "@@" not in page.text


def test_what_is_dangerous_stands_above_and_is_never_collapsed() -> None:
    cancels = Remark("execution 3f9c2a1e is in Build; this change cancels it", asks=True)
    text = comment(
        changed(Difference("containers.sidecar.image", "a", None), remarks=(cancels,)),
        Step(Resource("pipeline", "shop"), Action.UPDATE, {}, obstacle=Obstacle("`x` is taken", "rename")),
        Step(Resource("ecr repository", "old"), Action.ADOPT, {}),
        Step(
            Resource("transition", "shop/Deploy"),
            Action.UPDATE,
            {"enabled": False, "reason": "audit"},
            (Difference("enabled", False, True),),
        ),
        orphans=(Resource("log group", "left"),),
    )  # fmt: skip
    above = Page(text.partition("<details>")[0])
    for words in (
        "this change cancels it",
        "Removes",
        "Conflict",
        "Adopts",
        "Lifts a hold",
        "no longer in the spec",
    ):
        assert words in above.text, words
    assert "containers.sidecar.image" in above.code
    assert above.text.index("Conflict") < above.text.index("Removes") < above.text.index("Adopts")


def test_warnings_about_the_spec_stand_above() -> None:
    assert "shop.yaml:3:1: warning: `x` is old" in re.sub(
        r"\s+", " ", comment(problems=("shop.yaml:3:1: warning: `x` is old",)).replace("\\", "")
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup_or_a_mention(text: str) -> None:
    page = Page(
        comment(
            Step(
                Resource("ecs service", text),
                Action.UPDATE,
                {},
                (Difference("label", text, f"{text}!"), Difference(f"tags.{text}", "x", None),
                 Difference("script", f"{text}\nold", f"{text}\nnew")),
                (Remark(text), Remark(text, asks=True)),
                Obstacle(text, text),
            ),
            orphans=(Resource("log group", text),),
            problems=(text,),
        )
    )  # fmt: skip
    assert page.tags <= {"h3", "p", "ul", "li", "strong", "code", "pre", "details", "summary"}
    assert not re.search(r"[@#!~%]\w", page.text)
    assert len(page.collapsed) == 1
    assert page.text.count("Conflict") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    line = " ".join(text.split())
    seen = Page(f"- {prose(text)}")
    assert "`" in line or seen.text.strip().replace("\u200b", "") == line
    assert Page(code(text)).code[-1] == line
    assert Page(fenced(text.splitlines())).code[-1] == text + "\n"


def test_secrets_are_hidden_in_every_place() -> None:
    token = "ghp_" + "Ab1C" * 9
    step = changed(
        Difference("environment.DB_PASSWORD", "hunter22", "hunter33"),
        Difference("command", ["serve"], ["serve", token]),
        Difference("script", f"a\n{token}\nb", f"a\n{token}x\nb"),
        remarks=(Remark(f"uses {token}"), Remark(f"asks {token}", asks=True)),
    )
    text = comment(step, problems=(f"warning: {token}",))
    assert MASKED in text
    assert [word for word in ("hunter22", "hunter33", token) if word in text.replace("\\", "")] == []


def test_a_plan_without_changes_says_so() -> None:
    page = Page(comment(Step(Resource("log group", "x"), Action.KEEP, {})))
    assert "No changes" in page.text
    assert page.collapsed == []


def test_a_large_plan_stays_within_the_limit_and_leaves_out_whole_resources() -> None:
    steps = [
        Step(Resource("log group", f"name-{number}"), Action.UPDATE, {}, (Difference("x", "ü" * 900, "b"),))
        for number in range(200)
    ]
    steps.append(changed(Difference("y", 1, None)))
    text = comment(*steps)
    assert MOST_BYTES - 3000 < len(text.encode()) <= MOST_BYTES
    page = Page(text)
    (left,) = re.findall(r"(\d+) resources not shown", page.text)
    assert int(left) + len(page.collapsed) == 201
    assert "pipectl plan -v" in " ".join(page.code)
    assert "Removes" in page.text, "what is dangerous is never left out for what is not"


def test_one_huge_resource_does_not_hide_the_small_ones() -> None:
    huge = changed(Difference("x", "a" * 70_000, "b"))
    small = Step(Resource("log group", "small"), Action.UPDATE, {}, (Difference("keep_days", 1, 2),))
    page = Page(comment(huge, small))
    assert ["small" in block for block in page.collapsed] == [True]
    assert "1 resource not shown" in page.text


def test_several_stacks_are_one_comment() -> None:
    plans = [Plan(name, "1" * 12, "eu-west-1", (changed(Difference("x", 1, 2)),)) for name in ("a", "b")]
    text = plans_markdown(plans, (), NOW)
    assert text.startswith("<!-- pipectl plan: a/eu-west-1 b/eu-west-1 -->\n")
    assert Page(text).code.count("b") == 1
