"""Submissions taken in: every form that students hand in, and what is refused with a reason."""

import os

import pytest

from benchharness.errors import UsageError
from benchharness.runner.submission import Staging

SOURCE = "def negative(image):\n    return 255 - image\n"
TENSORS = 'BACKEND = "torch"\n' + SOURCE


@pytest.fixture
def staging():
    with Staging() as staging:
        yield staging


def write(path, text=SOURCE):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def refused(staging, path):
    with pytest.raises(UsageError) as caught:
        staging.take_in(path)
    return str(caught.value)


def staged(submission):
    """The files that a worker will see."""
    files = (file for file in submission.folder.rglob("*") if file.is_file())
    return sorted(file.relative_to(submission.folder).as_posix() for file in files)


@pytest.mark.parametrize(
    "name",
    ["submission.py", "my hw (1).py", "numpy.py", "ответ.py", "a'b\"c.py", "1st.py", "-k.py"],
)
def test_file_of_any_name_is_taken_in(name, staging, tmp_path):
    submission = staging.take_in(write(tmp_path / name))

    assert (submission.name, staged(submission)) == (name, [name])


def test_only_the_file_itself_is_seen(staging, tmp_path):
    write(tmp_path / "neighbour.py")

    assert staged(staging.take_in(write(tmp_path / "hw.py"))) == ["hw.py"]


def test_hash_is_of_the_content_alone(staging, tmp_path):
    first = staging.take_in(write(tmp_path / "a" / "hw.py"))
    second = staging.take_in(write(tmp_path / "b" / "hw.py"))
    third = staging.take_in(write(tmp_path / "c" / "hw.py", SOURCE + "\n"))

    assert first.sha256 == second.sha256 != third.sha256


def test_later_changes_do_not_reach_the_snapshot(staging, tmp_path):
    path = write(tmp_path / "hw.py")
    submission = staging.take_in(path)
    path.write_text("changed")

    assert (submission.folder / "hw.py").read_text() == SOURCE


def test_snapshots_are_removed_at_the_end(tmp_path):
    with Staging() as staging:
        folder = staging.take_in(write(tmp_path / "hw.py")).folder

    assert not folder.exists()


def test_file_is_numpy_unless_it_says_otherwise(staging, tmp_path):
    assert staging.take_in(write(tmp_path / "hw.py")).backends == ["numpy"]


@pytest.mark.parametrize(
    "line",
    [
        'BACKEND = "torch"',
        "BACKEND = 'torch'",
        'BACKEND="torch"  # tensors',
        'BACKEND: str = "torch"',
        'BACKEND: Final[str] = "torch"',
    ],
)
def test_backend_is_read_without_running_the_file(line, staging, tmp_path):
    source = f"{line}\nraise SystemExit\n"

    assert staging.take_in(write(tmp_path / "hw.py", source)).backends == ["torch"]


def test_backend_in_a_function_is_nobodys_business(staging, tmp_path):
    source = 'def f():\n    BACKEND = "torch"\n'

    assert staging.take_in(write(tmp_path / "hw.py", source)).backends == ["numpy"]


def test_unknown_backend_is_named_with_the_known_ones(staging, tmp_path):
    submission = staging.take_in(write(tmp_path / "hw.py", 'BACKEND = "jax"\n'))

    assert submission.problem == (
        "hw.py: BACKEND must be one of 'numpy', 'torch', 'tensorflow'; it is 'jax'"
    )


def test_package_is_imported_by_its_dotted_names(staging, tmp_path):
    write(tmp_path / "hw" / "__init__.py", "from .inner import negative\n")
    write(tmp_path / "hw" / "inner.py")
    submission = staging.take_in(tmp_path / "hw")

    assert submission.targets("numpy", ["negative"]) == ["hw", "hw.inner"]


def test_package_of_an_odd_name_is_imported_as_submission(staging, tmp_path):
    write(tmp_path / "my hw (1)" / "__init__.py")

    assert staging.take_in(tmp_path / "my hw (1)").targets("numpy", ["negative"]) == ["submission"]


def test_folder_without_init_is_a_folder_of_files(staging, tmp_path):
    write(tmp_path / "hw" / "one.py")
    write(tmp_path / "hw" / "two.py", "x = 1\n")

    assert staging.take_in(tmp_path / "hw").targets("numpy", ["negative"]) == ["hw/one.py"]


def test_files_beside_the_modules_come_along(staging, tmp_path):
    write(tmp_path / "hw" / "one.py")
    write(tmp_path / "hw" / "data" / "weights.txt", "1 2 3")

    assert staged(staging.take_in(tmp_path / "hw")) == ["hw/data/weights.txt", "hw/one.py"]


def test_caches_and_environments_stay_behind(staging, tmp_path):
    write(tmp_path / "hw" / "one.py")
    for folder in (".git", ".venv", "__pycache__", ".ipynb_checkpoints"):
        write(tmp_path / "hw" / folder / "other.py")

    assert staged(staging.take_in(tmp_path / "hw")) == ["hw/one.py"]


def test_package_may_have_several_backends(staging, tmp_path):
    write(tmp_path / "hw" / "__init__.py", "")
    write(tmp_path / "hw" / "arrays.py")
    write(tmp_path / "hw" / "tensors.py", TENSORS)
    submission = staging.take_in(tmp_path / "hw")

    assert submission.backends == ["numpy", "torch"]
    assert submission.targets("torch", ["negative"]) == ["hw.tensors"]


def test_backend_of_a_package_holds_for_its_modules(staging, tmp_path):
    write(tmp_path / "hw" / "__init__.py", 'BACKEND = "torch"\n')
    write(tmp_path / "hw" / "inner.py")

    assert staging.take_in(tmp_path / "hw").backends == ["torch"]


def test_link_inside_a_folder_is_not_followed(staging, tmp_path):
    secret = write(tmp_path / "reference.py", "secret")
    write(tmp_path / "hw" / "one.py")
    (tmp_path / "hw" / "two.py").symlink_to(secret)
    (tmp_path / "hw" / "folder").symlink_to(tmp_path)

    assert staged(staging.take_in(tmp_path / "hw")) == ["hw/one.py"]


def test_link_in_place_of_a_submission_is_refused(staging, tmp_path):
    (tmp_path / "hw.py").symlink_to(write(tmp_path / "other.py"))

    assert refused(staging, tmp_path / "hw.py").endswith(
        "hw.py: is a symbolic link; hand in the file itself"
    )


def test_missing_path_says_how_to_name_one(staging, tmp_path):
    assert "there is no such file or folder; name one with --submission PATH" in refused(
        staging, tmp_path / "hw.py"
    )


def test_other_files_are_refused(staging, tmp_path):
    assert "is no .py file, .ipynb notebook or folder of them" in refused(
        staging, write(tmp_path / "hw.docx")
    )


def test_folder_without_python_is_refused(staging, tmp_path):
    write(tmp_path / "hw" / "essay.txt")

    assert "the folder holds no .py file and no notebook" in refused(staging, tmp_path / "hw")


def test_folder_of_too_many_files_is_refused(staging, tmp_path, monkeypatch):
    monkeypatch.setattr("benchharness.runner.submission._MAX_FILES", 3)
    for number in range(5):
        write(tmp_path / "hw" / f"m{number}.py")

    assert "leave data and environments out of it" in refused(staging, tmp_path / "hw")


def test_huge_file_is_refused_unread(staging, tmp_path):
    path = write(tmp_path / "hw.py", "")
    os.truncate(path, 2**40)

    assert "larger than 512 MiB" in refused(staging, path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_unreadable_file_says_so(staging, tmp_path):
    path = write(tmp_path / "hw.py")
    path.chmod(0)

    assert "cannot be read: Permission denied; check its permissions" in refused(staging, path)


def test_file_that_cannot_be_read_says_so(staging, tmp_path, monkeypatch):
    """A disk may fail: root, too, gets an answer."""
    path = write(tmp_path / "hw.py")

    def fail(self):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("pathlib.Path.read_bytes", fail)

    assert "cannot be read: Input/output error; check its permissions" in refused(staging, path)
