"""JUnit XML: well formed whatever the text, in the elements and counts that its readers know."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from gold import assert_gold
from hypothesis import given
from hypothesis import strategies as st
from sample_run import HIDDEN_WORDS, hostile_submission, right_submission, wrong_submission

from benchharness.outcomes import Status
from benchharness.reporting.junit import to_junit, write_junit

# The elements and attributes of the schema that Jenkins publishes for its JUnit plugin.
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"skipped", "failure", "error"},
}
ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "time", "skipped"},
    "property": {"name", "value"},
    "testcase": {"name", "classname", "time"},
    "skipped": {"message"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
}
KINDS = {
    Status.PASSED: None,
    Status.FAILED: "failure",
    Status.MISSING: "failure",
    Status.FORBIDDEN: "failure",
    Status.ERROR: "error",
    Status.TIMEOUT: "error",
    Status.MEMORY: "error",
    Status.CRASHED: "error",
    Status.TAMPERED: "error",
    Status.HARNESS_FAILED: "skipped",
}


def of_check(**changes):
    """The XML of one check, read back."""
    task = right_submission().tasks[0]
    task = replace(task, checks=(replace(task.checks[0], **changes),))
    return ET.fromstring(to_junit(replace(right_submission(), tasks=(task,))))


def assert_known(element):
    """Only what the schema has, counted right."""
    assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set())
    assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
    if element.tag in ("testsuites", "testsuite"):
        cases = list(element.iter("testcase"))
        for kind in ("failure", "error"):
            assert int(element.get(f"{kind}s")) == sum(c.find(kind) is not None for c in cases)
        assert int(element.get("tests")) == len(cases)
    for child in element:
        assert_known(child)


def test_xml_equals_the_gold_file():
    assert_gold(to_junit(wrong_submission()), "junit.xml")


@pytest.mark.parametrize("make", [right_submission, wrong_submission, hostile_submission])
@pytest.mark.parametrize("for_staff", [False, True])
def test_elements_and_counts_are_those_of_the_schema(make, for_staff):
    assert_known(ET.fromstring(to_junit(make(), for_staff=for_staff)))


@pytest.mark.parametrize("status", Status)
def test_each_status_becomes_what_readers_know(status):
    (case,) = of_check(status=status, message="why").iter("testcase")

    assert [child.tag for child in case] == ([KINDS[status]] if KINDS[status] else [])


@given(st.text(alphabet=st.characters(), max_size=20))
def test_any_text_is_well_formed(text):
    root = of_check(name=text, status=Status.FAILED, message=text, counterexample=text)

    assert root.find(".//failure") is not None


@pytest.mark.parametrize(
    "sign", ["\x00", "\x0b", "\x1b", "\ud800", "\ufffe", "\uffff", "]]>", "&"]
)
def test_sign_that_xml_forbids_does_no_harm(sign):
    root = of_check(status=Status.FAILED, message=f"a{sign}b")

    assert root.find(".//failure").text.startswith("a")


def test_nothing_of_later_checks_is_told():
    assert not any(word in to_junit(wrong_submission()) for word in HIDDEN_WORDS)


def test_staff_are_told_of_all_checks():
    text = to_junit(wrong_submission(), for_staff=True)

    assert HIDDEN_WORDS[0] in text and HIDDEN_WORDS[1] in text


def test_points_stand_among_a_suites_properties():
    (suite,) = ET.fromstring(to_junit(wrong_submission()))
    points = {p.get("name"): p.get("value") for p in suite.iter("property")}

    assert points == {"score": "6.5", "max_score": "11"}


def test_suites_stay_apart():
    tasks = right_submission().tasks[:2]
    both = replace(right_submission(), tasks=(tasks[0], replace(tasks[1], suite="pooling")))
    root = ET.fromstring(to_junit(both))

    assert [suite.get("name") for suite in root] == ["thresholding", "pooling"]


def test_submission_without_checks_is_well_formed():
    root = ET.fromstring(to_junit(replace(right_submission(), tasks=())))

    assert (root.get("tests"), len(root)) == ("0", 0)


def test_file_is_read_by_a_parser(tmp_path):
    write_junit(hostile_submission(), tmp_path / "junit.xml")

    assert ET.parse(tmp_path / "junit.xml").getroot().tag == "testsuites"
