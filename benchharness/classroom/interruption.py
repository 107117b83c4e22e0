"""Ctrl-C, which Python may lose."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["interruptible"]


@contextmanager
def interruptible() -> Iterator[Callable[[], None]]:
    """
    A function that raises KeyboardInterrupt once more where Ctrl-C has come.

    Where it comes while a destructor runs, as that of one of Dask's futures, Python says that it
    is ignored, and goes on; that is not said here, since it is not so. Only the main thread is
    told of Ctrl-C, and nobody where it is ignored.
    """
    has_come = False
    say_what_is_ignored = sys.unraisablehook

    def notice(number: int, frame: FrameType | None) -> None:
        nonlocal has_come
        has_come = True
        signal.default_int_handler(number, frame)

    def say(ignored: sys.UnraisableHookArgs) -> None:
        if ignored.exc_type is not KeyboardInterrupt:
            say_what_is_ignored(ignored)

    def raise_again() -> None:
        if has_come:
            raise KeyboardInterrupt

    is_default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if threading.current_thread() is not threading.main_thread() or not is_default:
        yield raise_again
        return
    signal.signal(signal.SIGINT, notice)
    sys.unraisablehook = say
    try:
        yield raise_again
    finally:
        sys.unraisablehook = say_what_is_ignored
        signal.signal(signal.SIGINT, signal.default_int_handler)
