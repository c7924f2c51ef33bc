"""A disk that can be switched off, below real SQLite: what it was told to write, and what would be left of it.

SQLite's own file layer is wrapped where the `sqlite3` module uses it, so that nothing of the code under test differs.
Every write, truncation, sync and deletion is noted, or made to fail. `Platter.image` gives what may lie on the disk if
the power fails: whatever was synced, and of the rest any sectors, whole, missing or garbled.
"""

from __future__ import annotations

import ctypes
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_int64, c_void_p
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest

What = Literal["create", "write", "truncate", "sync", "delete", "note"]
How = Literal["error", "full", "short"]
FULL, IOERR_WRITE, IOERR_FSYNC, IOERR_TRUNCATE = 13, 10 | 3 << 8, 10 | 4 << 8, 10 | 6 << 8
SECTOR = 512
_CREATE = 0x4

_KEPT: list[Any] = []  # what SQLite may call as long as a connection lives
_Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
_Sync = CFUNCTYPE(c_int, c_void_p, c_int)
_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_Delete = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)


class _Methods(Structure):
    _fields_ = [
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", _Write),
        ("truncate", _Truncate),
        ("sync", _Sync),
        ("others", c_void_p * 13),
    ]


class _Vfs(Structure):
    _fields_ = [
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", _Open),
        ("delete", _Delete),
        ("others", c_void_p * 14),
    ]


class Event(NamedTuple):
    """One thing that a disk was told, or a note of what the program has been told by then."""

    what: What
    name: str = ""
    offset: int = 0
    data: bytes = b""
    note: Any = None


@dataclass
class Disk:
    """What was noted, in order. `fail` is asked before each operation whether, and how, it is to fail."""

    events: list[Event] = field(default_factory=list)
    fail: Callable[[Event], How | None] = lambda _event: None

    def note(self, what: Any) -> None:
        """Remember that the program was told something: from here on it has to hold."""
        self.events.append(Event("note", note=what))


@contextmanager
def recording() -> Iterator[Disk]:
    """Wrap SQLite's file layer for as long as the block lasts."""
    library = _library()
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    original = library.sqlite3_vfs_find(None)
    disk = Disk()
    wrapped = _wrap(original.contents, disk)
    library.sqlite3_vfs_register(byref(wrapped), 1)
    try:
        yield disk
    finally:
        library.sqlite3_vfs_register(original, 1)
        library.sqlite3_vfs_unregister(byref(wrapped))


def _library() -> ctypes.CDLL:
    """The very library that the `sqlite3` module uses; skips the test where it is built into Python."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = {line.split()[-1] for line in maps if "libsqlite3" in line}
    if sqlite3.sqlite_version and len(paths) == 1:
        return ctypes.CDLL(paths.pop())
    pytest.skip("SQLite is not a library of its own here")


def _wrap(original: _Vfs, disk: Disk) -> _Vfs:
    wrapped = _Vfs.from_buffer_copy(original)
    methods: dict[int, _Methods] = {}
    names: dict[int, str] = {}

    def call(event: Event, real: Callable[[], int], error: int, short: Callable[[], int] | None = None) -> int:
        match disk.fail(event):
            case "full":
                return FULL
            case "error":
                if event.what == "sync":
                    disk.events.append(event._replace(note="failed"))
                return error
            case "short":
                if short:
                    short()
                    disk.events.append(event._replace(data=event.data[: len(event.data) // 2]))
                return FULL
        code = real()
        disk.events.append(event)
        return code

    def write(file: int, data: int, size: int, offset: int) -> int:
        real, content = methods[file].write, ctypes.string_at(data, size)
        event = Event("write", names[file], offset, content)
        return call(
            event,
            lambda: int(real(file, data, size, offset)),
            IOERR_WRITE,
            lambda: int(real(file, data, size // 2, offset)),
        )

    def truncate(file: int, size: int) -> int:
        real = methods[file].truncate
        return call(Event("truncate", names[file], size), lambda: int(real(file, size)), IOERR_TRUNCATE)

    def sync(file: int, flags: int) -> int:
        real = methods[file].sync
        return call(Event("sync", names[file]), lambda: int(real(file, flags)), IOERR_FSYNC)

    def open_file(vfs: int, name: int | None, file: int, flags: int, out: Any) -> int:
        path = ctypes.string_at(name).decode() if name else f"temporary-{file}"
        new = bool(flags & _CREATE) and not os.path.exists(path)
        code = int(original.open(vfs, name, file, flags, out))
        pointer = ctypes.cast(file, POINTER(c_void_p))
        if code == 0 and pointer[0]:
            own = _Methods.from_buffer_copy(ctypes.cast(pointer[0], POINTER(_Methods)).contents)
            methods[file], names[file] = _Methods.from_buffer_copy(own), path
            own.write, own.truncate, own.sync = kept_write, kept_truncate, kept_sync
            alive.append(own)
            pointer[0] = ctypes.addressof(own)
            if new:
                disk.events.append(Event("create", path))
        return code

    def delete(vfs: int, name: bytes, sync_folder: int) -> int:
        event = Event("delete", name.decode(), sync_folder)
        return call(event, lambda: int(original.delete(vfs, name, sync_folder)), IOERR_WRITE)

    kept_write, kept_truncate, kept_sync = _Write(write), _Truncate(truncate), _Sync(sync)
    wrapped.open, wrapped.delete, wrapped.name = _Open(open_file), _Delete(delete), b"recording"
    alive: list[Any] = [kept_write, kept_truncate, kept_sync]
    _KEPT.append((wrapped, alive))
    return wrapped


# What is left when the power fails


@dataclass
class _File:
    """A file: what surely lies on the disk, what was written since, and whether the folder surely names it."""

    content: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)
    named: bool = False


@dataclass
class Platter:
    """The state of a disk at one moment, and the images that a failure of power may leave."""

    files: dict[str, _File] = field(default_factory=dict)
    unnamed: list[tuple[str, _File]] = field(default_factory=list)  # deleted, and the folder not synced since

    def tell(self, event: Event) -> None:
        """Let one event happen."""
        match event.what:
            case "create":
                self.files[event.name] = _File()
            case "write" | "truncate":
                self.files.setdefault(event.name, _File()).pending.append(event)
            case "sync":
                self._sync(self.files.setdefault(event.name, _File()), failed=event.note == "failed")
                if event.name.endswith(("-wal", "-journal")):  # SQLite then syncs their folder
                    self._sync_folder()
            case "delete":
                self.unnamed.append((event.name, self.files.pop(event.name)))
                if event.offset:
                    self._sync_folder()

    def image(self, chance: random.Random, sector: int = SECTOR) -> dict[str, bytes]:
        """The files as they may be found afterwards."""
        found = {name: file for name, file in self.files.items() if file.named or chance.random() < 0.5}
        for name, file in self.unnamed:
            if file.named and name not in found and chance.random() < 0.5:
                found[name] = file
        return {name: _left(file, chance, sector) for name, file in found.items()}

    def _sync(self, file: _File, failed: bool) -> None:
        if not failed:  # else the system forgets what it could not write, and calls it written
            for event in file.pending:
                _apply(file.content, event, event.data)
        file.pending.clear()

    def _sync_folder(self) -> None:
        self.unnamed.clear()
        for file in self.files.values():
            file.named = True


def _apply(content: bytearray, event: Event, data: bytes) -> None:
    if event.what == "truncate":
        del content[event.offset :]
        content.extend(bytes(event.offset - len(content)))
        return
    content.extend(bytes(max(0, event.offset - len(content))))
    content[event.offset : event.offset + len(data)] = data


def _left(file: _File, chance: random.Random, sector: int) -> bytes:
    """What is left of a file: each sector of each unsynced write is there, missing, or garbled as a whole."""
    content = bytearray(file.content)
    kept = chance.choice([0.0, 0.1, 0.5, 0.9, 1.0])
    for event in file.pending:
        if event.what == "truncate":
            if chance.random() < kept:
                _apply(content, event, b"")
            continue
        for start, part in _sectors(event, sector):
            fate = chance.random()
            if fate < kept:
                _apply(content, event._replace(offset=start), part)
            elif fate > 0.95:
                first = start // sector * sector
                content.extend(bytes(max(0, start + len(part) - len(content))))
                last = min(first + sector, len(content))
                content[first:last] = chance.randbytes(last - first)
    return bytes(content)


def _sectors(event: Event, sector: int) -> Iterator[tuple[int, bytes]]:
    start, end = event.offset, event.offset + len(event.data)
    while start < end:
        stop = min(end, (start // sector + 1) * sector)
        yield start, event.data[start - event.offset : stop - event.offset]
        start = stop


def put(image: dict[str, bytes], folder: Path) -> None:
    """Write an image into an empty folder."""
    for name, content in image.items():
        (folder / Path(name).name).write_bytes(content)
