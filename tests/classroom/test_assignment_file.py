"""An `assignment.toml` is read whole, and every mistake in it is told by line and key."""

import re
from datetime import datetime, timedelta, timezone

import pytest

from benchharness.classroom.assignment import Assignment, CheckSettings, TaskSettings
from benchharness.classroom.assignment_file import load_assignment
from benchharness.classroom.attempts import Attempts
from benchharness.classroom.lateness import Deadline
from benchharness.classroom.speed_points import SpeedStep
from benchharness.content import content_root
from benchharness.errors import UsageError
from benchharness.outcomes import Visibility
from benchharness.suite.load import find_suite, load_suite

THRESHOLDING = str(find_suite("thresholding"))
DUE = datetime(2026, 11, 22, 23, 59, tzinfo=timezone(timedelta(hours=1)))
SUITES = 'suites = ["thresholding"]\n'


@pytest.fixture
def load(tmp_path):
    """The settings in a file of this text, in a folder where no suite is."""

    def load(text):
        path = tmp_path / "assignment.toml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return load_assignment(path)

    return load


def test_everything_that_can_be_set_is_read(load):
    assert load("""
        suites = ["thresholding"]
        only = ["binarize", "otsu_threshold"]
        due = 2026-11-22T23:59:00+01:00
        late = { percent_per_day = 10, max_percent = 50, grace_minutes = 15 }
        attempts = { count = "best", most = 3 }
        limits = { timeout_s = 2.5, memory_mib = 512 }
        [tasks.binarize]
        points = 4
        visibility = "hidden"
        forbidden = ["cv2.threshold"]
        [tasks.otsu_threshold.checks]
        photographs.points = 3
        random_images.visibility = "after_published"
        [[tasks.otsu_threshold.speed]]
        ratio = 0.5
        points = 1
        [[tasks.otsu_threshold.speed]]
        ratio = 1
        points = 2.5
        """) == Assignment(
        suites=(THRESHOLDING,),
        only=("binarize", "otsu_threshold"),
        tasks={
            "binarize": TaskSettings(4, Visibility.HIDDEN, ("cv2.threshold",)),
            "otsu_threshold": TaskSettings(
                checks={
                    "photographs": CheckSettings(points=3),
                    "random_images": CheckSettings(visibility=Visibility.AFTER_PUBLISHED),
                },
                speed=(SpeedStep(0.5, 1), SpeedStep(1, 2.5)),
            ),
        },
        deadline=Deadline(DUE, 10, 50, timedelta(minutes=15)),
        attempts=Attempts("best", 3),
        timeout_s=2.5,
        memory_mib=512,
    )


def test_file_that_says_nothing_more_than_its_suites_changes_nothing(load):
    assert load(SUITES) == Assignment(suites=(THRESHOLDING,))


def test_lateness_has_no_grace_and_may_take_everything_where_nothing_is_said(load):
    text = f"{SUITES}due = 2026-11-22T23:59:00+01:00\nlate.percent_per_day = 0"

    assert load(text).deadline == Deadline(DUE, 0, 100, timedelta(0))


def test_due_date_alone_takes_nothing_off(load):
    assert load(f"{SUITES}due = 2026-11-22T23:59:00+01:00").deadline == Deadline(DUE, 0)


def test_last_attempt_counts_where_nothing_is_said(load):
    assert load(f"{SUITES}attempts.most = 1").attempts == Attempts("last", 1)


def test_points_may_be_fractions(load):
    assert load(f"{SUITES}tasks.binarize.points = 0.5").tasks["binarize"].points == 0.5


def test_suite_in_the_files_own_folder_is_meant_where_none_is_named(load, tmp_path):
    (tmp_path / "bench_own.py").touch()

    assert load("").suites == (str(tmp_path),)


def test_suite_is_looked_for_beside_the_file_before_the_bundled_ones(load, tmp_path):
    (tmp_path / "thresholding").mkdir()
    (tmp_path / "thresholding" / "bench_thresholding.py").touch()

    assert load(SUITES).suites == (str(tmp_path / "thresholding"),)


def test_suite_is_named_by_a_path_from_the_file(load, tmp_path):
    (tmp_path / "labs" / "two").mkdir(parents=True)
    (tmp_path / "labs" / "two" / "bench_two.py").touch()

    assert load('suites = ["labs/two"]').suites == (str(tmp_path / "labs" / "two"),)


def test_bundled_suites_are_there_for_what_the_file_names(load):
    assignment = load(f"{SUITES}only = ['binarize']\ntasks.binarize.points = 8")

    (suite,) = assignment.apply_to([load_suite(find_suite("thresholding"))])

    assert [(task.name, task.points) for task in suite.tasks] == [("binarize", 8)]


def test_file_of_windows_is_read(load):
    text = f"{SUITES}[tasks.binarize]\npoints = 0\n".replace("\n", "\r\n")

    with pytest.raises(UsageError, match=r"line 3: tasks\.binarize\.points: "):
        load(b"\xef\xbb\xbf" + text.encode())


POINTS = "[tasks.binarize]\npoints = {}"
LATE = "due = 2026-11-22T23:59:00Z\n[late]\npercent_per_day = 10\n{}"
MISTAKES = [
    ("point = 3", "line 2: point: unknown key; there are: suites, only, due, late, attempts"),
    ("limts.timeout_s = 3", "line 2: limts: unknown key; did you mean limits?"),
    ("[tasks.binarize]\npoint = 3", "line 3: tasks.binarize.point: unknown key; did you mean poi"),
    ("tasks.x.checks.y.speed = 3", "line 2: tasks.x.checks.y.speed: unknown key; there are: poi"),
    ("tasks.x.speed = [\n{ ratio = 1, point = 3 }]", "line 3: tasks.x.speed.point: unknown key"),
    ("[limits]\n\ntimeout = 1", "line 4: limits.timeout: unknown key; did you mean timeout_s?"),
    ("[attempts]\nmost=1\nmax = 3", "line 4: attempts.max: unknown key; there are: count, most"),
    (
        LATE.format("grace_minute = 3"),
        "line 5: late.grace_minute: unknown key; did you mean grace_minutes?",
    ),
    (POINTS.format(-1), "line 3: tasks.binarize.points: must be a number above 0, got -1"),
    (POINTS.format(0), "line 3: tasks.binarize.points: must be a number above 0, got 0"),
    (POINTS.format("nan"), "line 3: tasks.binarize.points: must be a number, got nan"),
    (POINTS.format("inf"), "must be a number above 0 and at most 1000000, got inf"),
    (POINTS.format("1" * 90), f"at most 1000000, got {'1' * 60}…"),
    (POINTS.format("true"), "line 3: tasks.binarize.points: must be a number, got true"),
    (POINTS.format('"3"'), 'line 3: tasks.binarize.points: must be a number, got "3"'),
    ("tasks.x.checks.y.points = 0", "line 2: tasks.x.checks.y.points: must be a number above 0"),
    ("tasks.x.checks.y = 3", "line 2: tasks.x.checks.y: must be a table, got 3"),
    ("tasks.x = 3", "line 2: tasks.x: must be a table, got 3"),
    ("tasks = ['x']", "line 2: tasks: must be a table, got an array"),
    (
        "tasks.x.visibility = 'never'",
        "line 2: tasks.x.visibility: must be one of visible, hidden, after_due_date, "
        'after_published, got "never"',
    ),
    ("tasks.x.visibility = []", "line 2: tasks.x.visibility: must be one of visible, hidden"),
    ("tasks.x.forbidden = 'cv2'", "must be an array of texts in quotation marks, got "),
    ("tasks.x.forbidden = [\n'cv2',\n3]", "line 4: tasks.x.forbidden: must hold texts in quot"),
    ("tasks.x.forbidden = ['cv2', 'cv2']", 'line 2: tasks.x.forbidden: names "cv2" twice'),
    (
        "tasks.x.forbidden = [\n'cv2',\n'torch.nn.']",
        "line 4: tasks.x.forbidden: must be a dotted name such as torch.nn.functional.conv2d, "
        'got "torch.nn."',
    ),
    ("tasks.x.speed = { ratio = 1, points = 1 }", "line 2: tasks.x.speed: must be an array of "),
    ("tasks.x.speed = [1]", "tasks.x.speed: must be an array of tables: [{ ... }, { ... }], got "),
    (
        "[[tasks.x.speed]]\nratio = 1\npoints = 1\n[[tasks.x.speed]]\npoints = 1",
        "line 5: tasks.x.speed.ratio: is missing: write { ratio = 0.5, points = 2 }",
    ),
    ("tasks.x.speed = [{ ratio = 1 }]", "line 2: tasks.x.speed.points: is missing: write"),
    ("tasks.x.speed = [{ ratio = 0 }]", "line 2: tasks.x.speed.ratio: must be a number above 0"),
    ("only = []", "line 2: only: is empty; leave it out"),
    (
        "only = ['a']\n[tasks.b]\npoints = 1",
        "line 3: tasks.b: is not among the tasks of `only`, so that it cannot count",
    ),
    (
        "due = 2026-11-22T23:59:00",
        "line 2: due: must be a time with its zone, such as 2026-11-22T23:59:00+01:00, "
        "got 2026-11-22T23:59:00",
    ),
    (
        "due = 2026-11-22",
        "line 2: due: must be a date with its time, such as 2026-11-22T23:59:00+01:00, "
        "not quoted, got 2026-11-22",
    ),
    ("due = '2026-11-22T23:59:00Z'", 'not quoted, got "2026-11-22T23:59:00Z"'),
    ("[late]\npercent_per_day = 10", "line 2: late: needs `due`: late after which time?"),
    (
        "due = 2026-11-22T23:59:00Z\n[late]",
        "line 3: late.percent_per_day: is missing; how much does a day take off?",
    ),
    (
        "due = 2026-11-22T23:59:00Z\nlate.percent_per_day = 110",
        "line 3: late.percent_per_day: must be a number in 0..100, got 110",
    ),
    (LATE.format("max_percent = -1"), "line 5: late.max_percent: must be a number in 0..100, got"),
    (LATE.format("grace_minutes = 1e9"), "late.grace_minutes: must be a number in 0..10080, got"),
    ("attempts.count = 'all'", 'attempts.count: must be one of first, last, best, got "all"'),
    ("attempts.most = 0", "line 2: attempts.most: must be a whole number above 0, got 0"),
    ("attempts.most = true", "line 2: attempts.most: must be a whole number above 0, got true"),
    ("limits.timeout_s = 1e5", "line 2: limits.timeout_s: timeout must lie in (0, 86400] seconds"),
    ("limits.memory_mib = 8", "line 2: limits.memory_mib: memory must lie in 16..1048576 MiB, go"),
    ("limits.memory_mib = 64.0", "limits.memory_mib: must be a whole number above 0, got 64.0"),
    ("limits = 3", "line 2: limits: must be a table, got 3"),
    ("due = ", "line 2: is no TOML: Invalid value"),
    ("[tasks", "line 2: is no TOML: Expected ']'"),
    ("only = ['a',\n'b'\n\n", "assignment.toml, line 3: is no TOML: Unclosed array"),
]


@pytest.mark.parametrize(
    "text, message", [pytest.param(*mistake, id=mistake[1][:50]) for mistake in MISTAKES]
)
def test_mistake_is_told_with_its_line_and_key(load, text, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        load(SUITES + text)


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "assignment.toml: suites: there is no suite in the file's own folder; name them: "),
        ("suites = []", "assignment.toml, line 1: suites: is empty; leave it out"),
        (
            'suites = [\n"pooling",\n"tresholding"]',
            "assignment.toml, line 3: suites: no folder with a bench_*.py, and no bundled suite, "
            "is called tresholding; did you mean thresholding?",
        ),
        (b'suites = ["\xff"]', "assignment.toml: is not UTF-8; save it as UTF-8 text"),
    ],
)
def test_suites_that_are_not_there_are_refused(load, text, message):
    with pytest.raises(UsageError, match=f"^{re.escape(message)}"):
        load(text)


def test_task_that_is_not_in_the_suites_is_told_with_its_line(load):
    assignment = load(f"{SUITES}\n[tasks.otsu_treshold]\npoints = 3")

    message = (
        "assignment.toml, line 3: tasks.otsu_treshold: no task of thresholding is called "
        "otsu_treshold; did you mean otsu_threshold?"
    )
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        assignment.apply_to([load_suite(find_suite("thresholding"))])


def test_check_that_is_not_in_the_task_is_told_with_its_line(load):
    assignment = load(f"{SUITES}\n[tasks.binarize.checks]\n\nphotograph.points = 3")

    with pytest.raises(UsageError, match=r"^assignment\.toml, line 5: .* mean photographs\?$"):
        assignment.apply_to([load_suite(find_suite("thresholding"))])


def test_file_that_is_not_there_is_the_users_mistake(tmp_path):
    with pytest.raises(UsageError, match=r"assignment\.toml: cannot be read: No such file"):
        load_assignment(tmp_path / "assignment.toml")


def test_content_folder_holds_no_assignment_of_its_own():
    """A bundled suite is graded as it is, unless a course says otherwise."""
    assert not list((content_root() / "suites").glob("*/assignment.toml"))
