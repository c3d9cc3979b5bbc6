"""The walls between the rooms, and the habits that a tool can see (CONTRIBUTING, "The house")."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipectl"

KNOWS = {
    "facts": set[str](),
    "errors": {"command"},
    "stop": set[str](),
    "command": {"facts"},
    "engine": {"errors", "stop"},
    "aws": {"errors", "stop", "facts"},
    "spec": set[str](),
    "buildspec": {"facts"},
    "kinds": {"command", "errors", "facts", "buildspec", "spec", "aws", "engine"},
    "rules": {"facts", "buildspec", "spec", "kinds"},
    "runs": {"command", "errors", "facts", "spec", "aws", "engine"},
    "doctor": {"command", "errors", "facts", "aws", "engine", "kinds"},
    "init": {"errors", "spec", "aws", "doctor"},
    "render": {"command", "facts", "errors", "engine", "runs", "doctor"},
    "flow": {"command", "errors", "spec", "rules", "kinds", "engine", "aws", "local"},
    "review": {"errors", "facts", "spec", "kinds", "runs", "engine", "aws", "render", "blame"},
    "leaving": {"errors", "spec", "kinds", "engine", "aws", "flow"},
    "arrive": {"facts", "errors", "spec", "rules", "kinds", "engine", "aws"},
    "blame": {"errors", "kinds", "engine", "aws", "flow"},
    "export": {"command", "errors", "spec", "kinds", "engine", "aws", "review"},
    "cli": {
        "facts",
        "command",
        "stop",
        "arrive",
        "doctor",
        "init",
        "errors",
        "spec",
        "kinds",
        "engine",
        "aws",
        "runs",
        "render",
        "flow",
        "leaving",
        "blame",
        "export",
        "review",
        "local",
    },
    "local": {"facts", "buildspec"},
    "__main__": {"cli"},
    "__init__": set[str](),
}
"""Room -> the rooms that it may import."""

NARROW = {
    ("kinds", "engine"): {"engine.values", "engine.plan"},
    ("init", "spec"): {"spec.disk", "spec.later"},
    ("runs", "engine"): {"engine.values"},
    ("runs", "spec"): {"spec.problems"},
    ("render", "engine"): {"engine.values", "engine.removal"},
    ("flow", "local"): {"local.daemon", "local.places"},
    ("cli", "local"): {"local.daemon"},
    ("arrive", "engine"): {"engine.values"},
    ("export", "engine"): {"engine.values"},
    ("export", "review"): {"review.hiding"},
    ("arrive", "rules"): {"rules"},
}
"""Where only a part of the other room may be known."""

LIBRARIES = {
    "boto3": {"aws", "local"},  # the local AWS has a shim for the `aws` command
    "botocore": {"aws", "rules", "local"},
    "click": {"cli", "__main__", "render"},  # render: its marks are styled
    "rich": {"cli", "render"},
    "pydantic": {"arrive", "spec", "kinds", "rules"},
    "yaml": {"buildspec", "arrive", "spec", "kinds", "rules", "render", "local", "cli", "export", "review"},
    "moto": {"local"},
    "dulwich": {"local"},
    "werkzeug": {"local"},
}
"""Library -> the rooms that may import it."""

LATE = {"boto3", "botocore", "rich", "moto", "dulwich", "werkzeug", "pydantic"}
"""Heavy libraries: `pipectl --help` must not load them (design, section 7)."""

LONGEST_FILE, LONGEST_FUNCTION = 400, 50

FILES = sorted(PACKAGE.rglob("*.py"))


def room(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def place(file: Path, line: int = 1) -> str:
    return f"{file.relative_to(ROOT)}:{line}"


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    """Every imported name, as `pipectl.kinds.names.cut`; a relative import stays in its room"""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def other_rooms(file: Path) -> Iterator[tuple[str, str]]:
    """The rooms that a file imports from, and the module there"""
    for name in imported(parsed(file)):
        parts = name.split(".")
        if parts[0] == "pipectl" and len(parts) > 1 and parts[1] not in (room(file), "__version__"):
            yield parts[1], ".".join(parts[1:3])


def test_a_room_knows_only_the_rooms_that_it_may() -> None:
    crossed = [
        f"{place(file)} knows {module}"
        for file in FILES
        for other, module in other_rooms(file)
        if other not in KNOWS[room(file)] or module not in NARROW.get((room(file), other), {module})
    ]
    assert crossed == []


def test_a_library_is_used_in_its_room_only() -> None:
    strange = [
        f"{place(file)} imports {name}"
        for file in FILES
        for name in imported(parsed(file))
        if room(file) not in LIBRARIES.get(name.split(".")[0], {room(file)})
    ]
    assert strange == []


def test_every_room_has_its_walls() -> None:
    assert {room(file) for file in FILES} == KNOWS.keys()


def test_every_permission_to_import_is_used() -> None:
    used = {(room(file), other) for file in FILES for other, _ in other_rooms(file)}
    allowed = {(one, other) for one, others in KNOWS.items() for other in others}
    assert allowed - used == set()


def knowing(module: str, within: str = "") -> set[str]:
    """The files that know a module or room, from the package's root"""
    return {
        file.relative_to(PACKAGE).as_posix()
        for file in FILES
        for other, part in other_rooms(file)
        if module in (other, part) and (not within or room(file) == within)
    }


def test_the_local_aws_is_known_in_two_places_only() -> None:
    assert knowing("local") == {"flow.py", "cli/local.py"}


def test_only_task_definitions_compare_by_themselves() -> None:
    """An equal definition must not be registered, which nobody else can see; all else compares the engine.

    What runs is only asked of a pipeline that differs.
    """
    assert knowing("engine.plan", "kinds") == {"kinds/task_definition.py", "kinds/pipeline.py"}


def test_a_kind_knows_no_kind_of_a_later_wave() -> None:
    from pipectl.kinds import WAVES

    wave = {kind.read.__module__: number for number, kinds in enumerate(WAVES) for kind in kinds}
    later = [
        f"{module} knows {name}"
        for module, number in wave.items()
        for name in imported(parsed(ROOT / f"{module.replace('.', '/')}.py"))
        if max(wave.get(name, -1), wave.get(name.rpartition(".")[0], -1)) > number
    ]
    assert later == []


def test_heavy_libraries_are_imported_where_they_are_needed() -> None:
    early = [
        f"{place(file)} imports {name} at once"
        for file in FILES
        if room(file) not in ("local", "spec", "kinds", "rules")
        for name in imported(ast.Module(at_once(parsed(file)), []))
        if name.split(".")[0] in LATE
    ]
    assert early == []


def at_once(tree: ast.Module) -> list[ast.stmt]:
    return [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]


def test_a_module_opens_with_a_sentence_about_its_room() -> None:
    assert [place(file) for file in FILES if not ast.get_docstring(parsed(file))] == []


def test_only_commands_print() -> None:
    printing = [
        place(file, node.lineno)
        for file in FILES
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


def test_nothing_is_left_to_do() -> None:
    left = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError|except:")
    found = [
        place(file, number)
        for file in FILES
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if left.search(line)
    ]
    assert found == []


MADE_BY_HAND = {"init/text.py", "review/script.py"}
"""What is written into files that people keep: comments without the place of one command line."""


def test_commands_are_made_in_one_place() -> None:
    """`pipectl ...` in backticks is text of command.py only, except where help and comments explain"""
    by_hand = [
        place(file, node.lineno)
        for file in FILES
        if room(file) not in ("local", "command", "facts")
        and file.name != "__init__.py"
        and file.relative_to(PACKAGE).as_posix() not in MADE_BY_HAND
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "`pipectl " in node.value
        if node not in docstrings(parsed(file))
    ]
    assert by_hand == []


def docstrings(tree: ast.Module) -> list[ast.expr]:
    """The texts that stand alone: docstrings of modules, functions and values"""
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]


def test_files_stay_small() -> None:
    lengths = {place(file): len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert {name: lines for name, lines in lengths.items() if lines >= LONGEST_FILE} == {}


def test_functions_stay_small() -> None:
    long = [
        f"{place(file, node.lineno)} {node.name}"
        for file in FILES
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_no_exception_to_the_linter_is_without_its_reason() -> None:
    """The reason stands behind it, or in a comment above it"""
    bare = []
    for file in FILES:
        lines = ["", *file.read_text(encoding="utf-8").splitlines()]
        for number, (above, line) in enumerate(pairwise(lines), 1):
            reason = above.lstrip().startswith("#")
            if not reason and re.search(r"# noqa(: [A-Z]+[0-9]+(, [A-Z]+[0-9]+)*)?$", line):
                bare.append(place(file, number))
    assert bare == []


def test_no_test_patches_waits_or_is_skipped() -> None:
    """What a test replaces is a parameter; what it waits for, it is told"""
    forbidden = re.compile(
        r"mock\.patch|monkeypatch\.setattr|unittest\.mock|time\.sleep|pytest\.(skip|xfail)|mark\.(skip|xfail)"
    )
    found = [
        place(file, number)
        for file in sorted((ROOT / "tests").rglob("*.py"))
        if file != Path(__file__)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []


def test_every_test_stands_where_what_it_tests_stands() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name[0] not in "_."}
    assert folders <= {room(file) for file in FILES} | {"aws_shapes", "bench", "permissions", "readme"}
