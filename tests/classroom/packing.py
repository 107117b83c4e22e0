"""Archives for tests: honest ones, and such as no tool would make by itself."""

import io
import shutil
import struct
import tarfile
import zipfile

MIB = 2**20
SOURCE = b"def negative(image):\n    return 255 - image\n"


class Zeros(io.RawIOBase):
    """So many zero bytes, which are nowhere in memory."""

    def __init__(self, size):
        self.size = self._left = size

    def readinto(self, buffer):
        count = min(len(buffer), self._left)
        buffer[:count] = bytes(count)
        self._left -= count
        return count

    def __enter__(self):
        self._left = self.size
        return self

    def __exit__(self, *_):
        """It can be read again."""


def zipped(path, files, compression=zipfile.ZIP_DEFLATED):
    """A zip file of these names and contents; a list of pairs may repeat a name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _fill_zip(path, files, compression)
    return path


def zip_bytes(files):
    """The same in memory, to be put into another archive."""
    buffer = io.BytesIO()
    _fill_zip(buffer, files, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _fill_zip(target, files, compression):
    with zipfile.ZipFile(target, "w", compression, compresslevel=1) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            if isinstance(content, Zeros):
                with content, archive.open(name, "w", force_zip64=True) as entry:
                    shutil.copyfileobj(content, entry, MIB)
            else:
                archive.writestr(name, content)


def zip_entry(name, mode):
    """An entry of a zip file with a Unix mode, which says what kind of file it is."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def tarred(path, files, mode="w:gz"):
    """A tar file; a value may be a `TarInfo` without content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"compresslevel": 1} if mode == "w:gz" else {}
    with tarfile.open(path, mode, **options) as archive:
        for name, content in files.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo()
            info.name = name
            if isinstance(content, Zeros):
                info.size = content.size
                with content:
                    archive.addfile(info, content)
            elif isinstance(content, bytes):
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                archive.addfile(info)
    return path


def tar_entry(kind, target=""):
    """An entry of a tar file that is no ordinary file."""
    info = tarfile.TarInfo()
    info.type, info.linkname = kind, target
    return info


def encrypted(path, name):
    """A zip file whose entry says that it is encrypted."""
    zipped(path, {name: SOURCE}, zipfile.ZIP_STORED)
    return patched(path, b"PK\x01\x02", 8, struct.pack("<H", 1))


def patched(path, mark, offset, content):
    """The file with some bytes replaced, `offset` after the last `mark`."""
    data = bytearray(path.read_bytes())
    start = data.rindex(mark) + offset
    data[start : start + len(content)] = content
    path.write_bytes(data)
    return path
