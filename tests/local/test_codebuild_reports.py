"""CodeBuild: test reports and code coverage, from every format that it reads."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.local.codebuild import case_results, coverage_results
from pipectl.local.codebuild.coverage_results import Coverage
from tests.local.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.builder import Builder

JUNIT = """<?xml version="1.0"?>
<testsuites><testsuite name="unit">
<testcase classname="shop.Cart" name="adds" time="0.5"/>
<testcase classname="shop.Cart" name="removes" time="1.25">
<failure message="expected 1">trace</failure></testcase>
<testcase classname="shop.Pay" name="pays"><error>broken</error></testcase>
<testcase classname="shop.Pay" name="refunds"><skipped/></testcase>
</testsuite></testsuites>"""
NUNIT = """<test-results><test-suite><results>
<test-case name="Shop.Cart.Adds" executed="True" result="Success" time="0.016"/>
<test-case name="Shop.Cart.Odd(1)" executed="False" result="NotRunnable">
<reason><message><![CDATA[No arguments were provided]]></message></reason></test-case>
<test-case name="Shop.Cart.Maybe" executed="True" result="Inconclusive"/>
<test-case name="Shop.Cart.Later" executed="False" result="Ignored"/>
</results></test-suite></test-results>"""
NUNIT3 = """<test-run><test-suite><test-suite>
<test-case name="Adds" fullname="Shop.Cart.Adds" classname="Shop.Cart" result="Passed" duration="0.25"/>
<test-case name="Breaks" fullname="Shop.Cart.Breaks" classname="Shop.Cart" result="Failed" label="Error">
<failure><message>oops</message></failure></test-case>
</test-suite></test-suite></test-run>"""
TESTNG = """<testng-results><suite name="all"><test name="t"><class name="shop.CartTest">
<test-method status="PASS" name="setUp" is-config="true" duration-ms="3"/>
<test-method status="PASS" name="adds" duration-ms="20"/>
<test-method status="FAIL" name="removes" duration-ms="1">
<exception class="E"><message><![CDATA[no]]></message></exception></test-method>
<test-method status="SKIP" name="later" duration-ms="0"/>
</class></test></suite></testng-results>"""
TRX = """<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
<UnitTestResult testId="1" testName="Adds" outcome="Passed" duration="00:00:01.5000000"/>
<UnitTestResult testId="1" testName="Breaks" outcome="Failed" duration="00:00:00.1">
<Output><ErrorInfo><Message>no</Message></ErrorInfo></Output></UnitTestResult>
<UnitTestResult testId="1" testName="Later" outcome="NotExecuted"/></Results>
<TestDefinitions><UnitTest id="1"><TestMethod className="Shop.Cart, Shop"/></UnitTest></TestDefinitions>
</TestRun>"""
CUCUMBER = """[{"name": "Cart", "uri": "cart.feature", "elements": [
{"type": "background", "name": "b", "steps": [{"result": {"status": "passed"}}]},
{"type": "scenario", "name": "adds", "steps": [{"result": {"status": "passed", "duration": 7}}]},
{"type": "scenario", "name": "breaks", "steps": [
{"result": {"status": "failed", "duration": 2, "error_message": "no"}}, {"result": {"status": "skipped"}}]},
{"type": "scenario", "name": "new", "steps": [{"result": {"status": "undefined"}}]}]}]"""

CASES = {
    "JUNITXML": (
        JUNIT,
        [
            ("shop.Cart", "adds", "SUCCEEDED", 500_000_000, ""),
            ("shop.Cart", "removes", "FAILED", 1_250_000_000, "expected 1"),
            ("shop.Pay", "pays", "ERROR", 0, "broken"),
            ("shop.Pay", "refunds", "SKIPPED", 0, ""),
        ],
    ),
    "NUNITXML": (
        NUNIT,
        [
            ("Shop.Cart", "Shop.Cart.Adds", "SUCCEEDED", 16_000_000, ""),
            ("Shop.Cart", "Shop.Cart.Odd(1)", "ERROR", 0, "No arguments were provided"),
            ("Shop.Cart", "Shop.Cart.Maybe", "ERROR", 0, ""),
            ("Shop.Cart", "Shop.Cart.Later", "SKIPPED", 0, ""),
        ],
    ),
    "NUNIT3XML": (
        NUNIT3,
        [
            ("Shop.Cart", "Shop.Cart.Adds", "SUCCEEDED", 250_000_000, ""),
            ("Shop.Cart", "Shop.Cart.Breaks", "ERROR", 0, "oops"),
        ],
    ),
    "TESTNGXML": (
        TESTNG,
        [
            ("shop.CartTest", "adds", "SUCCEEDED", 20_000_000, ""),
            ("shop.CartTest", "removes", "FAILED", 1_000_000, "no"),
            ("shop.CartTest", "later", "SKIPPED", 0, ""),
        ],
    ),
    "VISUALSTUDIOTRX": (
        TRX,
        [
            ("Shop.Cart", "Adds", "SUCCEEDED", 1_500_000_000, ""),
            ("Shop.Cart", "Breaks", "FAILED", 100_000_000, "no"),
            ("Shop.Cart", "Later", "SKIPPED", 0, ""),
        ],
    ),
    "CUCUMBERJSON": (
        CUCUMBER,
        [
            ("Cart", "adds", "SUCCEEDED", 7, ""),
            ("Cart", "breaks", "FAILED", 2, "no"),
            ("Cart", "new", "ERROR", 0, ""),
        ],
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_test_cases_of_every_format_are_read(kind: str) -> None:
    text, expected = CASES[kind]
    found = case_results.read(text.encode(), kind)
    assert [
        (case.prefix, case.name, case.status, case.nanoseconds, case.message) for case in found
    ] == expected


COBERTURA = """<coverage><packages><package><classes>
<class name="A" filename="shop/cart.py"><lines>
<line number="1" hits="1"/>
<line number="2" hits="0" branch="true" condition-coverage="50% (1/2)"/></lines></class>
<class name="B" filename="shop/cart.py"><lines><line number="9" hits="4"/></lines></class>
</classes></package></packages></coverage>"""
JACOCO = """<?xml version="1.0"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
<report name="shop"><package name="com/shop"><class name="com/shop/Cart"/>
<sourcefile name="Cart.java"><line nr="1" mi="0" ci="3"/>
<counter type="LINE" missed="1" covered="10"/><counter type="BRANCH" missed="1" covered="1"/></sourcefile>
</package></report>"""
CLOVER = """<coverage><project><package name="shop"><file name="cart.js" path="/src/cart.js">
<line num="1" type="stmt" count="2"/><line num="2" type="stmt" count="0"/>
<line num="3" type="method" count="1"/>
<line num="4" type="cond" truecount="1" falsecount="0"/></file></package></project></coverage>"""
SIMPLECOV = """{"RSpec": {"coverage": {"/src/cart.rb": {"lines": [1, null, 0, 3],
"branches": {"[:if, 0]": {"[:then, 1]": 1, "[:else, 2]": 0}}}, "/src/old.rb": [1, 0, null]}}}"""

FILES = {
    "COBERTURAXML": (COBERTURA, [Coverage("shop/cart.py", 2, 1, 1, 1)]),
    "JACOCOXML": (JACOCO, [Coverage("com/shop/Cart.java", 10, 1, 1, 1)]),
    "CLOVERXML": (CLOVER, [Coverage("/src/cart.js", 2, 1, 1, 1)]),
    "SIMPLECOV": (SIMPLECOV, [Coverage("/src/cart.rb", 2, 1, 1, 1), Coverage("/src/old.rb", 1, 1)]),
}


@pytest.mark.parametrize("kind", FILES)
def test_coverage_of_every_format_is_read(kind: str) -> None:
    text, expected = FILES[kind]
    assert coverage_results.read(text.encode(), kind) == expected


def test_percentages_are_cut_after_two_digits() -> None:
    shown = Coverage("a", 10, 1).shown()
    assert (shown["lineCoveragePercentage"], shown["branchCoveragePercentage"]) == (90.9, 0.0)


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><testsuite><testcase name="&c;"/></testsuite>'


@pytest.mark.parametrize("text", [BOMB, "no xml", "", "<a>" * 1000])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(case_results.ResultsError):
        case_results.read(text.encode(), "JUNITXML")


SPEC = f"""
version: 0.2
phases:
  build:
    commands:
      - |
        cat > junit.xml <<'EOF'
{JUNIT.replace(chr(10), chr(10) + "        ")}
        EOF
      - |
        cat > cover.xml <<'EOF'
        {COBERTURA.replace(chr(10), chr(10) + "        ")}
        EOF
      - echo nonsense > broken.xml
reports:
  unit: {{files: [junit.xml]}}
  cover: {{files: [cover.xml], file-format: COBERTURAXML}}
  broken: {{files: [broken.xml]}}
""".replace(f"\n{JUNIT[:5]}", f"\n        {JUNIT[:5]}")


@pytest.fixture
def reports(builder: Builder) -> tuple[Any, dict[str, Any]]:
    """CodeBuild, and a build that has stored a test report and a coverage report"""
    build = builder.run(SPEC)
    assert build["buildStatus"] == "SUCCEEDED"
    assert any("Error while parsing report broken" in line for line in builder.lines(build))
    return builder.api, build


def test_reports_have_their_summaries_and_expire(reports: tuple[Any, dict[str, Any]]) -> None:
    api, build = reports
    tests, coverage = api.batch_get_reports(reportArns=build["reportArns"])["reports"]
    assert (tests["type"], tests["name"], tests["status"]) == ("TEST", "shop-unit", "FAILED")
    assert tests["testSummary"] == {
        "total": 4,
        "statusCounts": {"SUCCEEDED": 1, "FAILED": 1, "ERROR": 1, "SKIPPED": 1, "UNKNOWN": 0},
        "durationInNanoSeconds": 1_750_000_000,
    }
    assert (coverage["type"], coverage["status"]) == ("CODE_COVERAGE", "SUCCEEDED")
    assert coverage["codeCoverageSummary"] == {
        "lineCoveragePercentage": 66.66,
        "linesCovered": 2,
        "linesMissed": 1,
        "branchCoveragePercentage": 50.0,
        "branchesCovered": 1,
        "branchesMissed": 1,
    }
    assert timedelta(days=29, hours=23) < tests["expired"] - tests["created"] <= timedelta(days=30)
    groups = api.batch_get_report_groups(reportGroupArns=[coverage["reportGroupArn"]])["reportGroups"]
    assert groups[0]["type"] == "CODE_COVERAGE"


def test_test_cases_are_filtered_by_status_and_keyword(reports: tuple[Any, dict[str, Any]]) -> None:
    api, build = reports
    arn = build["reportArns"][0]

    def names(**stated: Any) -> list[str]:
        return [case["name"] for case in api.describe_test_cases(reportArn=arn, **stated)["testCases"]]

    assert names() == ["adds", "removes", "pays", "refunds"]
    assert names(filter={"status": "FAILED"}) == ["removes"]
    assert names(filter={"keyword": "Pay"}) == ["pays", "refunds"]
    first = api.describe_test_cases(reportArn=arn, maxResults=3)
    assert len(first["testCases"]) == 3
    assert names(nextToken=first["nextToken"], maxResults=3) == ["refunds"]
    case = first["testCases"][0]
    assert (case["testRawDataPath"], case["testSuiteName"]) == ("junit.xml", "unit")
    with refused("ResourceNotFoundException"):
        api.describe_test_cases(reportArn=f"{arn}0")


def test_coverages_are_filtered_and_sorted(reports: tuple[Any, dict[str, Any]]) -> None:
    api, build = reports
    arn = build["reportArns"][1]
    (file,) = api.describe_code_coverages(reportArn=arn)["codeCoverages"]
    assert (file["filePath"], file["reportARN"]) == ("shop/cart.py", arn)
    assert api.describe_code_coverages(reportArn=arn, minLineCoveragePercentage=70)["codeCoverages"] == []
    assert api.describe_code_coverages(reportArn=arn, maxLineCoveragePercentage=60)["codeCoverages"] == []


def test_reports_are_listed_by_status_and_compared_over_time(reports: tuple[Any, dict[str, Any]]) -> None:
    api, build = reports
    tests, coverage = build["reportArns"]
    assert api.list_reports(filter={"status": "FAILED"})["reports"] == [tests]
    assert api.list_reports()["reports"] == [coverage, tests]
    group = tests.replace(":report/", ":report-group/").rpartition(":")[0]
    trend = api.get_report_group_trend(reportGroupArn=group, trendField="PASS_RATE")
    assert trend["rawData"] == [{"reportArn": tests, "data": "25"}]
    assert trend["stats"] == {"average": "25", "max": "25", "min": "25"}
    with refused("ResourceNotFoundException"):
        api.get_report_group_trend(reportGroupArn=f"{group}0", trendField="TOTAL")


@pytest.mark.parametrize("packaging", ["NONE", "ZIP"])
def test_raw_results_are_exported_to_s3(
    builder: Builder, client: Callable[..., Any], account: str, packaging: str
) -> None:
    bucket = f"exports-{account}"
    s3 = client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    export = {
        "exportConfigType": "S3",
        "s3Destination": {"bucket": bucket, "path": "raw", "packaging": packaging},
    }
    made = builder.api.create_report_group(name="shop-unit", type="TEST", exportConfig=export)["reportGroup"]
    assert made["exportConfig"] == export
    build = builder.run(SPEC)
    number = build["reportArns"][0].rpartition(":")[2]
    (entry,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    data = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
    if packaging == "ZIP":
        assert entry["Key"] == f"raw/shop-unit/{number}.zip"
        data = zipfile.ZipFile(io.BytesIO(data)).read("junit.xml")
    else:
        assert entry["Key"] == f"raw/shop-unit/{number}/junit.xml"
    assert b"shop.Cart" in data
