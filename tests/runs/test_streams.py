"""Logs of any length are read a page at a time, and read on where the last reading ended."""

from datetime import UTC, datetime
from itertools import islice
from typing import Any

from pipectl.runs.streams import Stream, last, of_arn
from tests.runs.clouds import Scripted

PAGE = 1000


def endless(nextToken: str = "0", **_: Any) -> dict[str, Any]:  # noqa: N803  the name is AWS'
    """A log without end"""
    start = int(nextToken)
    events = [{"timestamp": number, "message": f"line {number}\n"} for number in range(start, start + PAGE)]
    return {"events": events, "nextForwardToken": str(start + PAGE)}


def test_a_page_is_asked_for_when_it_is_needed() -> None:
    cloud = Scripted(get_log_events=endless)
    lines = Stream(cloud, "group", "stream").read()
    assert next(lines).message == "line 0\n"
    assert cloud.count("get_log_events") == 1
    assert len(list(islice(lines, 2 * PAGE))) == 2 * PAGE
    assert cloud.count("get_log_events") == 3


def test_an_empty_page_is_not_the_end() -> None:
    pages = {None: ([], "a"), "a": ([{"timestamp": 1, "message": "late"}], "b"), "b": ([], "b")}

    def answer(nextToken: str | None = None, **_: Any) -> dict[str, Any]:  # noqa: N803  the name is AWS'
        events, token = pages[nextToken]
        return {"events": events, "nextForwardToken": token}

    cloud = Scripted(get_log_events=answer)
    assert [event.message for event in Stream(cloud, "group", "stream").read()] == ["late"]


def test_reading_again_goes_on_where_it_ended() -> None:
    events = [{"timestamp": 1, "message": "one"}]

    def answer(nextToken: str = "f/0", **_: Any) -> dict[str, Any]:  # noqa: N803  the name is AWS'
        start = int(nextToken[2:])
        return {"events": events[start:], "nextForwardToken": f"f/{len(events)}"}

    stream = Stream(Scripted(get_log_events=answer), "group", "stream")
    assert [event.message for event in stream.read()] == ["one"]
    events.append({"timestamp": 2, "message": "two"})
    assert [event.message for event in stream.read()] == ["two"]


def test_a_stream_that_is_not_there_says_so_and_nothing_else() -> None:
    stream = Stream(Scripted(get_log_events="ResourceNotFoundException"), "group", "stream")
    assert (list(stream.read()), stream.is_missing) == ([], True)


def test_a_beginning_is_sent_in_milliseconds() -> None:
    cloud = Scripted(get_log_events={"events": []})
    list(Stream(cloud, "group", "stream", datetime(2026, 1, 19, tzinfo=UTC)).read())
    assert cloud.asked[0][1]["startTime"] == 1_768_780_800_000


def test_the_end_of_a_log_takes_one_call() -> None:
    cloud = Scripted(get_log_events=endless)
    assert len(last(cloud, "group", "stream", 5)) == PAGE
    assert cloud.asked[0][1]["startFromHead"] is False
    assert cloud.asked[0][1]["limit"] == 5


def test_group_and_stream_are_read_from_an_arn() -> None:
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/codepipeline/shop:log-stream:a/b"
    assert of_arn(arn) == ("/aws/codepipeline/shop", "a/b")
    assert of_arn("arn:aws:logs:eu-west-1:123456789012:log-group:x") is None
