"""Archives from strangers: what is taken out of them, and what is refused with a reason."""

import bz2
import gzip
import io
import lzma
import random
import resource
import stat
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib

import pytest
from packing import (
    MIB,
    SOURCE,
    Zeros,
    encrypted,
    patched,
    tar_entry,
    tarred,
    zip_bytes,
    zip_entry,
    zipped,
)

from benchharness.classroom.archives import Bounds, open_archive
from benchharness.classroom.writing import Allowance
from benchharness.errors import HarnessError, UsageError


@pytest.fixture
def out(tmp_path):
    return tmp_path / "scratch" / "out"


def unpack(path, out, allowance=None, bounds=None):
    """Everything in an archive, taken out."""
    scratch = out.parent
    with open_archive(path, scratch, *([bounds] if bounds else [])) as archive:
        chosen = [(member, member.parts) for member in archive.members if not member.is_folder]
        archive.unpack(chosen, out, allowance or Allowance())
    return written(out)


def written(folder):
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def refusal(path, out, *arguments):
    with pytest.raises(UsageError) as caught:
        unpack(path, out, *arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    "pack, name",
    [
        (zipped, "a.zip"),
        (lambda path, files: zipped(path, files, zipfile.ZIP_STORED), "a.zip"),
        (tarred, "a.tar.gz"),
        (tarred, "a.tgz"),
        (lambda path, files: tarred(path, files, "w"), "a.tar"),
    ],
)
def test_files_come_out_as_they_went_in(pack, name, tmp_path, out):
    files = {"hw.py": SOURCE, "data/weights.npy": bytes(range(256)) * 4000, "empty.txt": b""}

    assert unpack(pack(tmp_path / name, files), out) == files


def test_content_decides_what_an_archive_is(tmp_path, out):
    tarred(tmp_path / "a.zip", {"hw.py": SOURCE})

    assert unpack(tmp_path / "a.zip", out) == {"hw.py": SOURCE}


def test_backslashes_separate_folders(tmp_path, out):
    assert unpack(zipped(tmp_path / "a.zip", {"hw\\core\\a.py": b""}), out) == {
        "hw/core/a.py": b""
    }


@pytest.mark.parametrize(
    "name",
    [
        "../evil.py",
        "a/../../evil.py",
        "/etc/evil.py",
        "C:\\evil.py",
        "c:evil.py",
        "\\\\host\\evil.py",
        "..\\evil.py",
    ],
)
@pytest.mark.parametrize("pack, suffix", [(zipped, "zip"), (tarred, "tar.gz")])
def test_nothing_leads_out(pack, suffix, name, tmp_path, out):
    message = refusal(pack(tmp_path / f"a.{suffix}", {name: SOURCE}), out)

    assert "would lead out of its folder" in message and not written(tmp_path / "scratch")


@pytest.mark.parametrize(
    "mode, said",
    [
        (stat.S_IFLNK, "holds the symbolic link evil; put the file itself into it"),
        (stat.S_IFIFO, "no ordinary file"),
        (stat.S_IFCHR, "no ordinary file"),
        (stat.S_IFSOCK, "no ordinary file"),
    ],
)
def test_zip_gives_only_ordinary_files(mode, said, tmp_path, out):
    archive = zipped(tmp_path / "a.zip", [(zip_entry("evil", mode | 0o777), b"/etc/passwd")])

    assert said in refusal(archive, out)


@pytest.mark.parametrize(
    "kind, said",
    [
        (tarfile.SYMTYPE, "holds the link evil"),
        (tarfile.LNKTYPE, "holds the link evil"),
        (tarfile.FIFOTYPE, "no ordinary file"),
        (tarfile.CHRTYPE, "no ordinary file"),
        (tarfile.BLKTYPE, "no ordinary file"),
        (b"Q", "no ordinary file"),
    ],
)
def test_tar_gives_only_ordinary_files(kind, said, tmp_path, out):
    archive = tarred(tmp_path / "a.tar", {"evil": tar_entry(kind, "/etc/passwd")}, "w")

    assert said in refusal(archive, out)


def test_write_through_a_linked_folder_is_refused(tmp_path, out):
    files = {"way": tar_entry(tarfile.SYMTYPE, str(tmp_path)), "way/evil.py": SOURCE}

    refusal(tarred(tmp_path / "a.tar.gz", files), out)
    assert not (tmp_path / "evil.py").exists()


def test_modes_and_owners_stay_inside(tmp_path, out):
    info = zip_entry("hw.py", stat.S_IFREG | stat.S_ISUID | 0o777)
    unpack(zipped(tmp_path / "a.zip", [(info, SOURCE)]), out)

    assert not (out / "hw.py").stat().st_mode & 0o7111


@pytest.mark.parametrize(
    "name, said",
    [
        ("x" * 300 + ".py", "has a name of 303 characters; rename it"),
        ("/".join(["long"] * 300) + ".py", "has a name of"),
        ("two\nlines.py", "two lines.py has characters in its name that cannot be shown"),
        ("bell\x07.py", "cannot be shown"),
        ("right\u202eyp.exe", "cannot be shown"),
    ],
)
@pytest.mark.parametrize("pack, suffix", [(zipped, "zip"), (tarred, "tar.gz")])
def test_unusable_names_are_refused(pack, suffix, name, said, tmp_path, out):
    assert said in refusal(pack(tmp_path / f"a.{suffix}", {name: SOURCE}), out)


@pytest.mark.parametrize("names", [("hw.py", "hw.py"), ("HW.py", "hw.py"), ("Zoë", "Zoe\u0308")])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_with_one_name_are_refused(names, tmp_path, out):
    archive = zipped(tmp_path / "a.zip", [(name, SOURCE) for name in names])

    assert "which are one file on many systems; keep one of them" in refusal(archive, out)


def test_name_of_both_a_file_and_a_folder_is_refused(tmp_path, out):
    archive = zipped(tmp_path / "a.zip", {"a": b"", "a/b.py": b""})

    assert "a is both a file and a folder" in refusal(archive, out)


@pytest.mark.parametrize(
    "raw, expected",
    [
        ("домашка.py".encode(), "домашка.py"),  # as macOS packs: UTF-8 that is not declared
        (b"\x84bung.py", "äbung.py"),  # as DOS did
    ],
)
def test_names_of_undeclared_encoding_are_guessed(raw, expected, tmp_path, out):
    placeholder = "_" * len(raw)
    archive = zipped(tmp_path / "a.zip", {placeholder: SOURCE})
    archive.write_bytes(archive.read_bytes().replace(placeholder.encode(), raw))

    assert [*unpack(archive, out)] == [expected]


def test_names_of_a_tar_in_another_encoding_are_guessed(tmp_path, out):
    with tarfile.open(tmp_path / "a.tar", "w", encoding="cp437") as archive:
        archive.addfile(tarfile.TarInfo("äbung.py"))

    assert [*unpack(tmp_path / "a.tar", out)] == ["äbung.py"]


def test_name_that_breaks_its_declared_encoding_is_refused(tmp_path, out):
    archive = zipped(tmp_path / "a.zip", {"ёё.py": SOURCE})
    archive.write_bytes(archive.read_bytes().replace("ёё".encode(), b"\xff\xff\xff\xff"))

    assert "a damaged one" in refusal(archive, out)


def test_encrypted_file_is_refused(tmp_path, out):
    message = refusal(encrypted(tmp_path / "a.zip", "hw.py"), out)

    assert message == "a.zip: hw.py is encrypted; pack it without a password"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_that_cannot_be_bounded_is_refused(method, tmp_path, out):
    archive = zipped(tmp_path / "a.zip", {"hw.py": SOURCE}, method)

    assert "pack it as an ordinary zip file" in refusal(archive, out)


@pytest.mark.parametrize("pack, suffix", [(zipped, "zip"), (tarred, "tar.gz")])
def test_bomb_stops_at_the_allowance(pack, suffix, tmp_path, out):
    archive = pack(tmp_path / f"a.{suffix}", {"zeros.py": Zeros(50 * MIB)})

    assert "holds more than 10000 files or 2 MiB" in refusal(
        archive, out, Allowance(size_bytes=2 * MIB)
    )
    assert sum(map(len, written(out).values())) <= 2 * MIB


def test_allowance_is_for_all_files_together(tmp_path, out):
    archive = zipped(tmp_path / "a.zip", {f"{n}.py": bytes(MIB) for n in range(4)})

    assert "or 3 MiB" in refusal(archive, out, Allowance(size_bytes=3 * MIB))


def test_too_many_files_are_refused_before_any_is_written(tmp_path, out):
    archive = zipped(tmp_path / "a.zip", {f"{n}.py": b"" for n in range(11)})

    assert "more than 10 files" in refusal(archive, out, Allowance(files=10))
    assert not out.exists()


def test_size_in_a_header_is_not_believed(tmp_path, out):
    archive = zipped(tmp_path / "a.zip", {"zeros.py": bytes(8 * MIB)})
    patched(archive, b"PK\x01\x02", 24, struct.pack("<I", 10))

    refusal(archive, out, Allowance(size_bytes=MIB))
    assert sum(map(len, written(out).values())) <= MIB


def test_files_that_overlap_count_each_time(tmp_path, out):
    """As in the zip bomb of D. Fifield: many names for one piece of compressed data."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = kernel.compress(bytes(MIB)) + kernel.flush()
    checksum = zlib.crc32(bytes(MIB))
    local = struct.pack(
        "<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, checksum, len(packed), MIB, 1, 0
    )
    entry = struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        b"PK\1\2",
        20,
        20,
        0,
        8,
        0,
        0,
        checksum,
        len(packed),
        MIB,
        1,
        0,
        0,
        0,
        0,
        0,
        0,
    )
    body = local + b"a" + packed
    directory = b"".join(entry + b"a" for _ in range(1000))
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1000, 1000, len(directory), len(body), 0)
    (tmp_path / "a.zip").write_bytes(body + directory + end)

    with open_archive(tmp_path / "a.zip", out.parent) as archive, pytest.raises(UsageError):
        chosen = [(member, (str(n),)) for n, member in enumerate(archive.members)]
        archive.unpack(chosen, out, Allowance(size_bytes=3 * MIB))
    assert sum(map(len, written(out).values())) <= 3 * MIB


def test_sparse_file_counts_as_large_as_it_becomes(tmp_path, out):
    """A tar of a few kilobytes may say that it holds a file with a terabyte of zeros."""
    header = tarfile.TarInfo("zeros.py")
    header.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "zeros.py",
        "GNU.sparse.realsize": str(2**40),
    }
    header.size = 512
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(header, io.BytesIO(b"0\n".ljust(512, b"\0")))

    assert "2 MiB" in refusal(tmp_path / "a.tar", out, Allowance(size_bytes=2 * MIB))


def test_compressed_tar_stops_at_its_bound(tmp_path, out):
    archive = tarred(tmp_path / "a.tar.gz", {"zeros.py": bytes(9 * MIB)})

    message = refusal(archive, out, None, Bounds(10, MIB, 4 * MIB))
    assert message == "a.tar.gz: unpacks to more than 4 MiB; leave data out of it"


def test_archive_of_too_many_entries_is_refused(tmp_path, out):
    for archive in (
        zipped(tmp_path / "a.zip", {str(n): b"" for n in range(11)}),
        tarred(tmp_path / "a.tar", {str(n): b"" for n in range(11)}, "w"),
    ):
        assert "holds more than 10 entries" in refusal(archive, out, None, Bounds(10, MIB, MIB))


def test_directory_of_a_zip_is_not_read_beyond_its_bound(tmp_path, out):
    archive = zipped(tmp_path / "a.zip", {f"{n}-{'x' * 100}": b"" for n in range(200)})

    assert "has headers of more than 0 MiB" in refusal(archive, out, None, Bounds(999, 9999, MIB))


def test_header_of_a_tar_is_not_read_beyond_its_bound(tmp_path, out):
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("hw.py")
        info.pax_headers = {"comment": "x" * 10**5}
        archive.addfile(info)

    message = refusal(tmp_path / "a.tar", out, None, Bounds(999, 10**4, MIB))
    assert "has headers of more than" in message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"PK\x03\x04 and no more",
        b"Rar!\x1a\x07\x01\x00" + bytes(600),
        b"7z\xbc\xaf\x27\x1c" + bytes(600),
        b"\x1f\x8b\x08\x00" + bytes(20),
        b"<html>404</html>" * 100,
        gzip.compress(b"no tar" * 999),
        bz2.compress(b"no"),
        lzma.compress(b"no"),
    ],
)
def test_foreign_files_are_refused(content, tmp_path, out):
    path = tmp_path / "a.zip"
    path.write_bytes(content)

    assert "a.zip: is no zip or tar archive, or a damaged one" in refusal(path, out)


@pytest.mark.parametrize(
    "pack, suffix",
    [(zipped, "zip"), (tarred, "tar.gz"), (lambda path, files: tarred(path, files, "w"), "tar")],
)
def test_archive_that_was_cut_off_is_refused(pack, suffix, tmp_path, out):
    noise = random.Random(1).randbytes(20_000)
    path = pack(tmp_path / f"a.{suffix}", {"a.py": noise, "b.py": noise})
    path.write_bytes(path.read_bytes()[:-12_000])

    assert "pack it again" in refusal(path, out)


def test_file_that_fails_its_checksum_is_refused(tmp_path, out):
    path = zipped(tmp_path / "a.zip", {"hw.py": SOURCE}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"255", b"254"))

    assert "Bad CRC-32" in refusal(path, out)


def test_broken_header_in_the_middle_of_a_tar_is_no_end(tmp_path, out):
    path = tarred(tmp_path / "a.tar", {"a.py": SOURCE, "b.py": SOURCE}, "w")
    data = bytearray(path.read_bytes())
    data[1024 + 148] ^= 0xFF
    path.write_bytes(data)

    assert "a header is damaged" in refusal(path, out)


@pytest.mark.parametrize(
    "make",
    [
        lambda path: zipped(path, {"a.py": SOURCE, "sub/b.py": SOURCE * 50}),
        lambda path: tarred(path, {"a.py": SOURCE, "sub/" + "b" * 120: SOURCE * 50}, "w"),
        lambda path: tarred(path, {"a.py": SOURCE, "sub/b.py": SOURCE * 50}),
    ],
)
def test_damage_of_any_kind_is_contained(make, tmp_path):
    """Whatever byte is wrong: either files come out below the folder, or a refusal."""
    sound, chance = make(tmp_path / "sound").read_bytes(), random.Random(2)
    for attempt in range(300):
        data = bytearray(sound)
        for _ in range(chance.choice((1, 1, 2, 8))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path = tmp_path / "a.zip"
        path.write_bytes(data)
        try:
            unpack(path, tmp_path / "scratch" / str(attempt), Allowance(size_bytes=MIB))
        except UsageError as problem:
            assert str(problem)
    assert {path.name for path in tmp_path.iterdir()} <= {"sound", "a.zip", "scratch"}


def test_disk_that_is_full_is_not_the_archives_fault(tmp_path, out):
    archive = zipped(tmp_path / "a.zip", {"hw.py": bytes(MIB)})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(
            HarnessError, match=r"cannot be written: .*; free some space"
        ) as caught:
            unpack(archive, out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not isinstance(caught.value, UsageError)


def zip_of_zeros(path):
    return zipped(path, {"zeros.py": Zeros(200 * MIB)})


def zip_with_a_long_directory(path):
    """Many entries in few bytes: memory is spent on each before the first can be counted."""
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", *[20, 20], *[0] * 7, 1, *[0] * 6)
    directory = (entry + b"a") * (40 * MIB // 47)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 9, 9, len(directory), 0, 0)
    path.write_bytes(directory + end)
    return path


def tar_with_a_long_header(path):
    info = tarfile.TarInfo("hw.py")
    info.type, info.size = tarfile.XHDTYPE, 200 * MIB
    with gzip.open(path, "wb", compresslevel=1) as archive:
        archive.write(info.tobuf())
        for _ in range(200):
            archive.write(bytes(MIB))
    return path


UNPACK = """
import resource, sys
from pathlib import Path
from benchharness.classroom.archives import open_archive
from benchharness.classroom.writing import Allowance
from benchharness.errors import UsageError

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
path = Path(sys.argv[1])
try:
    with open_archive(path, path.parent) as archive:
        chosen = [(member, member.parts) for member in archive.members]
        archive.unpack(chosen, path.parent / "out", Allowance(size_bytes=2**24))
except UsageError as problem:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10, problem)
"""


@pytest.mark.parametrize("make", [zip_of_zeros, zip_with_a_long_directory, tar_with_a_long_header])
def test_memory_stays_small(make, tmp_path):
    archive = make(tmp_path / "bomb")
    program = subprocess.run(
        [sys.executable, "-c", UNPACK, str(archive)], capture_output=True, text=True, check=True
    )

    assert int(program.stdout.split()[0]) < 64


def test_archive_in_an_archive_is_only_a_file(tmp_path, out):
    inner = zip_bytes({"hw.py": SOURCE})

    assert unpack(zipped(tmp_path / "a.zip", {"inner.zip": inner}), out) == {"inner.zip": inner}
