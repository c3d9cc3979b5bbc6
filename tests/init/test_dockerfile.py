"""The port that a Dockerfile exposes, as docker would tell it"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipectl.init.dockerfile import port

CASES = {
    "one": ("FROM a\nEXPOSE 3000\n", 3000),
    "with its protocol": ("FROM a\nEXPOSE 3000/tcp\n", 3000),
    "the first of several": ("FROM a\nEXPOSE 3000 4000\nEXPOSE 5000\n", 3000),
    "none of UDP": ("FROM a\nEXPOSE 53/udp 8080/TCP\n", 8080),
    "a range": ("FROM a\nEXPOSE 7000-7010\n", 7000),
    "small letters": ("from a\nexpose 80", 80),
    "of the last stage": ("FROM a AS build\nEXPOSE 9999\nFROM b\nEXPOSE 80\n", 80),
    "none of the last stage": ("FROM a AS build\nEXPOSE 9999\nFROM b\nCOPY --from=build x y\n", None),
    "of the stage that the last builds upon": (
        "FROM --platform=linux/amd64 a AS base\nEXPOSE 80\nFROM c AS other\nEXPOSE 1\nFROM Base\n",
        80,
    ),
    "a variable": ("FROM a\nENV PORT=3000\nEXPOSE $PORT\n", 3000),
    "a variable in the old form": ("FROM a\nENV PORT 3000\nEXPOSE ${PORT}/tcp\n", 3000),
    "an argument from before the stages": ("ARG PORT=3000\nFROM a\nARG PORT\nEXPOSE ${PORT}\n", 3000),
    "an argument that the stage does not take": ("ARG PORT=3000\nFROM a\nEXPOSE ${PORT}\n", None),
    "a default": ("FROM a\nARG PORT\nEXPOSE ${PORT:-3000}\n", 3000),
    "a variable of a variable": ('FROM a\nENV A=3000 B="$A"\nENV PORT=$A\nEXPOSE $PORT\n', 3000),
    "an unknown variable": ("FROM a\nEXPOSE $PORT\n", None),
    "lines that go on": ("FROM a\nEXPOSE \\\n  # the web\n  3000 \\\n  4000\n", 3000),
    "a comment": ("FROM a\n# EXPOSE 1\nEXPOSE 3000\n", 3000),
    "no port at all": ("FROM a\nEXPOSE 99999\n", None),
    "nonsense": ('FROM\nENV\nENV A="\nEXPOSE\nARG =\nEXPOSE x\n', None),
}


@pytest.mark.parametrize("name", CASES)
def test_the_port_is_that_of_the_image(name: str) -> None:
    text, wanted = CASES[name]
    assert port(text) == wanted


@given(
    st.lists(st.sampled_from(["FROM", "AS", "a", "ENV", "EXPOSE", "A=1", "$A", "${A", '"', "\\", "\n", " "]))
)
def test_whatever_stands_in_a_dockerfile_is_read(words: list[str]) -> None:
    assert port(" ".join(words)) in (None, 1)
