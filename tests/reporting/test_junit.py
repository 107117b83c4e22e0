"""JUnit XML: well formed whatever the text, in the elements and counts that its readers know."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from gold import assert_gold
from hypothesis import given
from hypothesis import strategies as st
from sample_run import HIDDEN_WORDS, hostile_submission, right_submission, wrong_submission

from benchharness.outcomes import Graded, Status, SubmissionVerdict, TaskVerdict
from benchharness.reporting.junit import junit, write_junit

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


def class_of(*submissions):
    """A class with names of its own."""
    return [Graded(f"student_{n}", {}, verdict) for n, verdict in enumerate(submissions)]


def text_of(*submissions):
    return "".join(junit(class_of(*submissions)))


def read(*submissions):
    return ET.fromstring(text_of(*submissions))


def of_check(**changes):
    """The XML of one check, read back."""
    task = right_submission().tasks[0]
    task = replace(task, checks=(replace(task.checks[0], **changes),))
    return read(replace(right_submission(), tasks=(task,)))


def assert_known(element):
    """Only what the schema has, counted right."""
    assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set())
    assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
    if element.tag == "testsuite":
        cases = list(element.iter("testcase"))
        for counted, kind in (("failures", "failure"), ("errors", "error"), ("skipped",) * 2):
            assert int(element.get(counted)) == sum(c.find(kind) is not None for c in cases)
        assert int(element.get("tests")) == len(cases)
    for child in element:
        assert_known(child)


def test_xml_equals_the_gold_file():
    assert_gold(text_of(wrong_submission(), right_submission()), "junit.xml")


@pytest.mark.parametrize("make", [right_submission, wrong_submission, hostile_submission])
def test_elements_and_counts_are_those_of_the_schema(make):
    assert_known(read(make()))


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


def test_staff_are_told_of_all_checks():
    text = text_of(wrong_submission())

    assert HIDDEN_WORDS[0] in text and HIDDEN_WORDS[1] in text


def test_final_points_stand_among_a_submissions_properties():
    root = read(replace(wrong_submission(), final=(5.5, 11.0)))
    points = {p.get("name"): p.get("value") for p in root.iter("property")}

    assert points == {"score": "5.5", "max_score": "11"}


def test_no_two_cases_of_a_class_have_the_same_name():
    cases = list(read(wrong_submission(), wrong_submission()).iter("testcase"))

    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)


def test_task_that_could_not_be_looked_at_is_a_case():
    task = TaskVerdict("thresholding", "binarize", "numpy", Status.ERROR, 0, 4, "is no archive")
    (case,) = read(SubmissionVerdict("ann", "", "", (task,))).iter("testcase")

    assert case.find("error").get("message") == "is no archive"


def test_attempt_that_does_not_count_is_left_out():
    first, second = class_of(wrong_submission(), right_submission())
    root = ET.fromstring("".join(junit([replace(first, not_counted="too old"), second])))

    assert [suite.get("name") for suite in root] == ["student_1"]


def test_class_without_submissions_is_well_formed():
    assert len(read()) == 0


def test_file_is_read_by_a_parser(tmp_path):
    write_junit(class_of(hostile_submission()), tmp_path / "junit.xml")

    assert ET.parse(tmp_path / "junit.xml").getroot().tag == "testsuites"
