"""The same policy, spelled differently, is no difference; another policy is one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipectl.aws.policy import allow, canonical, document

ACTIONS = ["s3:GetObject", "ecr:PutImage", "logs:CreateLogStream", "s3:*"]
RESOURCES = ["arn:aws:s3:::a", "arn:aws:s3:::a/*", "*"]


def one_or_more(words: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    said: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Deny"]))}
    said[draw(st.sampled_from(["Action", "NotAction"]))] = draw(one_or_more(ACTIONS))
    said[draw(st.sampled_from(["Resource", "NotResource"]))] = draw(one_or_more(RESOURCES))
    if draw(st.booleans()):
        said["Principal"] = draw(st.sampled_from([{"AWS": ["*"]}, {"Service": ["ecs.amazonaws.com"]}]))
    if draw(st.booleans()):
        said["Condition"] = {"Bool": {"aws:SecureTransport": [draw(st.sampled_from(["true", "false"]))]}}
    return said


policies = st.lists(statements(), min_size=1, max_size=3).map(
    lambda found: {"Version": "2012-10-17", "Statement": [{"Sid": f"S{n}", **s} for n, s in enumerate(found)]}
)


@st.composite
def spelled_differently(draw: st.DrawFn, policy: dict[str, Any]) -> Any:
    """The policy with every freedom that AWS takes when it gives one back"""
    statements = [_respelled(draw, statement) for statement in draw(st.permutations(policy["Statement"]))]
    said: dict[str, Any] = {"Statement": statements[0] if len(statements) == 1 else statements}
    said |= {"Version": policy["Version"]}
    return json.dumps(said, indent=draw(st.sampled_from([None, 2]))) if draw(st.booleans()) else said


def _respelled(draw: st.DrawFn, statement: dict[str, Any]) -> dict[str, Any]:
    keys = draw(st.permutations(list(statement)))
    return {key: _value_respelled(draw, key, statement[key]) for key in keys}


def _value_respelled(draw: st.DrawFn, key: str, value: Any) -> Any:
    if isinstance(value, list):
        words = [
            word.replace("s3:", "S3:") if "Action" in key else word for word in draw(st.permutations(value))
        ]
        return words[0] if len(words) == 1 and draw(st.booleans()) else words
    if key == "Principal" and value == {"AWS": ["*"]} and draw(st.booleans()):
        return "*"
    if key == "Condition":
        truth = value["Bool"]["aws:SecureTransport"][0]
        return {"Bool": {"aws:SecureTransport": draw(st.sampled_from([truth, [truth], truth == "true"]))}}
    return value


@given(st.data(), policies)
def test_the_same_policy_spelled_differently_is_the_same(data: st.DataObject, policy: dict[str, Any]) -> None:
    assert canonical(data.draw(spelled_differently(policy))) == canonical(policy)


@given(policies, st.data())
def test_another_policy_is_another(policy: dict[str, Any], data: st.DataObject) -> None:
    other = json.loads(json.dumps(policy))
    statement = data.draw(st.sampled_from(other["Statement"]))
    statement["Effect"] = {"Allow": "Deny", "Deny": "Allow"}[statement["Effect"]]
    assert canonical(other) != canonical(policy)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Action": "s3:GetObject"}, {"NotAction": "s3:GetObject"}),
        ({"Action": "s3:GetObject"}, {"Action": "s3:PutObject"}),
        ({"Action": ["a:b", "a:c"]}, {"Action": "a:b"}),
        ({"Resource": "arn:aws:s3:::A"}, {"Resource": "arn:aws:s3:::a"}),
        ({"Principal": {"AWS": "1"}}, {"Principal": {"Service": "1"}}),
        ({"Principal": "*"}, {"Principal": {"AWS": "arn:aws:iam::1:root"}}),
        ({"Condition": {"Bool": {"a": "true"}}}, {"Condition": {"Bool": {"a": "false"}}}),
        ({"Condition": {"Bool": {"a": "true"}}}, {}),
        ({"Sid": "One"}, {"Sid": "Other"}),
    ],
)
def test_what_means_something_else_is_a_difference(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert canonical({"Statement": [one]}) != canonical({"Statement": [other]})


@pytest.mark.parametrize("nothing", [None, "", {}])
def test_no_policy_is_none(nothing: Any) -> None:
    assert canonical(nothing) is None


def test_statements_without_a_name_are_told_apart() -> None:
    found = canonical(
        {"Statement": [{"Effect": "Allow", "Action": "a:b"}, {"Effect": "Deny", "Action": "a:b"}]}
    )
    assert found == {
        "statement 1": {"Effect": "Allow", "Action": ["a:b"]},
        "statement 2": {"Effect": "Deny", "Action": ["a:b"]},
    }


def test_statements_with_the_same_name_are_all_compared() -> None:
    twice = {
        "Statement": [
            {"Sid": "A", "Effect": "Allow", "Action": "a:b"},
            {"Sid": "A", "Effect": "Deny", "Action": "a:b"},
        ]
    }
    once = {"Statement": [{"Sid": "A", "Effect": "Deny", "Action": "a:b"}]}
    assert canonical(twice) != canonical(once)


def test_a_document_joins_statements_that_open_the_same_way() -> None:
    text = document(
        [
            allow("Push", ["ecr:PutImage"], ["arn:b"]),
            allow("Other", ["ecr:GetAuthorizationToken"], ["*"]),
            allow("Push", ["ecr:PutImage"], ["arn:a", "arn:b"]),
        ]
    )
    assert json.loads(text)["Statement"] == [
        {"Sid": "Push", "Effect": "Allow", "Action": ["ecr:PutImage"], "Resource": ["arn:a", "arn:b"]},
        {"Sid": "Other", "Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": ["*"]},
    ]


def test_statements_of_one_name_that_open_differently_are_not_mixed() -> None:
    """A statement that loses its actions or its condition to another would open too much or too little"""
    text = document(
        [
            allow("Pass", ["iam:PassRole"], ["arn:a"], {"StringEquals": {"iam:PassedToService": "ecs"}}),
            allow("Pass", ["iam:PassRole"], ["arn:b"], {"StringEquals": {"iam:PassedToService": "events"}}),
        ]
    )
    opened = {
        (resource, json.dumps(statement["Condition"]))
        for statement in json.loads(text)["Statement"]
        for resource in statement["Resource"]
    }
    assert opened == {
        ("arn:a", '{"StringEquals": {"iam:PassedToService": "ecs"}}'),
        ("arn:b", '{"StringEquals": {"iam:PassedToService": "events"}}'),
    }


def test_a_resource_of_one_word_can_be_joined() -> None:
    text = document(
        [
            {"Sid": "Own", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::charts/*"},
            {"Sid": "Own", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::more/*"},
        ]
    )
    (statement,) = json.loads(text)["Statement"]
    assert statement["Resource"] == ["arn:aws:s3:::charts/*", "arn:aws:s3:::more/*"]
