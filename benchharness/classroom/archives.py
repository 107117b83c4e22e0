"""
Zip and tar files from strangers, read within bounds and never believed about themselves.

Nothing here asks a library to extract: the bytes of ordinary files are read, counted as they come
out of the decompressor, and written under names that were checked. So links, devices, modes and
owners have no way out of an archive, and what its headers say of sizes does not matter.
"""

from __future__ import annotations

import gzip
import re
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path
from typing import IO

from benchharness.classroom.naming import plain
from benchharness.classroom.writing import (
    MAX_BYTES,
    Allowance,
    check_places,
    put,
    write,
    writing,
)
from benchharness.errors import UsageError

__all__ = [
    "OF_A_CLASS",
    "OF_A_STUDENT",
    "Archive",
    "Bounds",
    "Member",
    "archive_suffix",
    "open_archive",
]

_SUFFIX = re.compile(r"\.(?:zip|tar|tar\.gz|tgz)$", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
_CHUNK = 2**18
_SHOWN = 60
_ENCRYPTED = 0x1 | 0x40
_UTF_8 = 0x800
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    ArithmeticError,
    RuntimeError,  # also NotImplementedError, and RecursionError of chained tar headers
)


def archive_suffix(name: str) -> str:
    """The end of a name that promises an archive that can be opened; empty if there is none."""
    match = _SUFFIX.search(name)
    return match[0] if match else ""


@dataclass(frozen=True)
class Bounds:
    """What an archive may hold before anything of it is taken out."""

    members: int
    header_bytes: int
    tar_bytes: int


OF_A_STUDENT = Bounds(members=10**5, header_bytes=2**23, tar_bytes=2 * MAX_BYTES)
OF_A_CLASS = Bounds(members=10**6, header_bytes=2**28, tar_bytes=2**35)


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an archive: the way to it, and why it is not taken out, if it is not."""

    parts: tuple[str, ...]
    is_folder: bool
    refusal: str
    record: zipfile.ZipInfo | tarfile.TarInfo


class Archive:
    """A zip or tar file that is open; `open_archive` opens one."""

    def __init__(self, name: str, source: _Zip | _Tar, bounds: Bounds) -> None:
        self.name = name
        self._source = source
        self.members = tuple(_members(source, bounds.members))

    def chunks(self, member: Member) -> Iterator[bytes]:
        """
        The bytes of an ordinary file, a piece at a time, however many there are.

        Raises
        ------
        UsageError
            If the archive is damaged, or this member is not to be taken out.
        """
        self._check(member)
        with _reading(self.name), self._open(member) as content:
            while chunk := content.read(_CHUNK):
                yield chunk

    def unpack(
        self,
        chosen: Iterable[tuple[Member, tuple[str, ...]]],
        folder: Path,
        allowance: Allowance,
    ) -> None:
        """
        Write each chosen file to its place under `folder`, which is made.

        Raises
        ------
        UsageError
            If a file may not be taken out, two want one place, or the allowance is used up.
        HarnessError
            If this machine cannot write them.
        """
        chosen = list(chosen)
        allowance.take(files=len(chosen))
        check_places([place for _, place in chosen])
        for member, _ in chosen:
            self._check(member)
        for member, place in chosen:
            write(self.chunks(member), folder.joinpath(*place), allowance)

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check(self, member: Member) -> None:
        if member.refusal:
            raise UsageError(f"{plain(self.name)}: {member.refusal}")

    def _open(self, member: Member) -> IO[bytes]:
        if isinstance(self._source, _Zip):
            assert isinstance(member.record, zipfile.ZipInfo)
            return self._source.open(member.record)
        assert isinstance(member.record, tarfile.TarInfo)
        content = self._source.extractfile(member.record)
        assert content is not None  # an ordinary file has content
        return content


def open_archive(path: Path, scratch: Path, bounds: Bounds = OF_A_STUDENT) -> Archive:
    """
    The archive at `path`; a compressed tar is decompressed to a nameless file in `scratch`.

    Raises
    ------
    UsageError
        If it is no zip or tar file, is damaged, or exceeds the bounds.
    HarnessError
        If this machine cannot write to `scratch`.
    OSError
        If the file cannot be opened.
    """
    raw = FileIO(path)
    with _reading(path.name):
        try:
            start = raw.read(4) or b""
            raw.seek(0)
            if start[:2] == b"\x1f\x8b":
                raw = _decompressed(raw, scratch, bounds.tar_bytes)
            content = _Guarded(raw, bounds.header_bytes)
            return Archive(
                path.name, _Zip(content) if start[:2] == b"PK" else _Tar(content), bounds
            )
        except BaseException:
            raw.close()
            raise


class _Refused(Exception):
    """Why an archive is not read any further: a rule, and a remedy."""


class _Guarded(BufferedReader):
    """A file of which nobody gets very much at once, whatever size a header states."""

    def __init__(self, raw: FileIO, most: int) -> None:
        super().__init__(raw)
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and 0 <= size <= self._most:
            return super().read(size)
        content = super().read(self._most + 1)
        if len(content) > self._most:
            raise _Refused(f"has headers of more than {self._most >> 20} MiB; pack fewer files")
        return content


class _Zip(zipfile.ZipFile):
    """A zip file that closes what it reads from."""

    def __init__(self, content: _Guarded) -> None:
        self._content = content
        super().__init__(content)

    def close(self) -> None:
        super().close()
        self._content.close()


class _Tar(tarfile.TarFile):
    """A tar file that closes what it reads from."""

    def __init__(self, content: _Guarded) -> None:
        self._content = content
        super().__init__(fileobj=content)

    def close(self) -> None:
        super().close()
        self._content.close()

    def check_end(self) -> None:
        """What follows the last member that could be read is the end, and no broken header."""
        self._content.seek(self.offset)
        if self._content.read(tarfile.BLOCKSIZE).strip(b"\0"):
            raise tarfile.ReadError("a header is damaged")


def _decompressed(packed: FileIO, scratch: Path, most: int) -> FileIO:
    """What a gzip file holds, in a file that vanishes when it is closed."""
    with writing(scratch):
        scratch.mkdir(parents=True, exist_ok=True)
        unpacked = tempfile.TemporaryFile(dir=scratch, buffering=0)  # noqa: SIM115
    try:
        size = 0
        with packed, gzip.GzipFile(fileobj=packed) as content:
            while chunk := content.read(_CHUNK):
                size += len(chunk)
                if size > most:
                    raise _Refused(f"unpacks to more than {most >> 20} MiB; leave data out of it")
                with writing(scratch):
                    put(unpacked, chunk)
        unpacked.seek(0)
    except BaseException:
        unpacked.close()
        raise
    return unpacked


def _members(source: _Zip | _Tar, most: int) -> Iterator[Member]:
    members = map(_zip_member, source.infolist()) if isinstance(source, _Zip) else _walk(source)
    for number, member in enumerate(members):
        if number >= most:
            raise _Refused(f"holds more than {most} entries; leave environments out of it")
        yield member


def _walk(source: _Tar) -> Iterator[Member]:
    yield from map(_tar_member, source)
    source.check_end()


def _zip_member(info: zipfile.ZipInfo) -> Member:
    name = info.filename if info.flag_bits & _UTF_8 else _guessed(info.filename.encode("cp437"))
    kind = stat.S_IFMT(info.external_attr >> 16)
    is_folder = name.endswith(("/", "\\")) or kind == stat.S_IFDIR
    refusal, shown = _leads_out(name), plain(name, _SHOWN)
    if is_folder or refusal:
        pass
    elif kind == stat.S_IFLNK:
        refusal = f"holds the symbolic link {shown}; put the file itself into it"
    elif kind not in (0, stat.S_IFREG):
        refusal = f"holds {shown}, which is no ordinary file; leave it out"
    elif info.flag_bits & _ENCRYPTED:
        refusal = f"{shown} is encrypted; pack it without a password"
    elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        refusal = f"{shown} is compressed in an unusual way; pack it as an ordinary zip file"
    return Member(_parts(name), is_folder, refusal, info)


def _tar_member(info: tarfile.TarInfo) -> Member:
    name = info.name
    if any("\udc80" <= character <= "\udcff" for character in name):
        name = _guessed(name.encode("utf-8", "surrogateescape"))
    refusal, shown = _leads_out(name), plain(name, _SHOWN)
    if info.isdir() or refusal:
        pass
    elif info.issym() or info.islnk():
        refusal = f"holds the link {shown}; put the file itself into it"
    elif not info.isreg():
        refusal = f"holds {shown}, which is no ordinary file; leave it out"
    return Member(_parts(name), info.isdir(), refusal, info)


def _guessed(name: bytes) -> str:
    """A name whose encoding was not stated: UTF-8 where it can be, else what DOS wrote."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp437")


def _parts(name: str) -> tuple[str, ...]:
    """The way to a member; nothing in it leads upwards."""
    parts = name.replace("\\", "/").split("/")
    return tuple(part for part in parts if part not in ("", ".", "..")) or ("unnamed",)


def _leads_out(name: str) -> str:
    slashed = name.replace("\\", "/")
    if slashed.startswith("/") or _DRIVE.match(name) or ".." in slashed.split("/"):
        return f"{plain(name, _SHOWN)} would lead out of its folder; pack the files again"
    return ""


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Whatever a strange archive makes the libraries raise becomes one line for a person."""
    try:
        yield
    except _Refused as problem:
        raise UsageError(f"{plain(name)}: {problem}") from None
    except _BROKEN as problem:
        raise UsageError(
            f"{plain(name)}: is no zip or tar archive, or a damaged one "
            f"({plain(str(problem) or type(problem).__name__, 80)}); pack it again"
        ) from problem
