"""Confinement of a worker: its guard enters the namespaces, then the worker locks itself in."""

from __future__ import annotations

import os
import platform
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from benchharness.errors import SandboxError
from benchharness.sandbox.layers import (
    cgroup,
    landlock,
    mounts,
    namespaces,
    rlimits,
    seccomp,
    selftest,
)
from benchharness.sandbox.layers.libc import (
    PR_SET_NO_NEW_PRIVS,
    die_with_parent,
    prctl,
    set_capabilities,
    supported,
)
from benchharness.sandbox.layers.readable import (
    DEVICES,
    Readable,
    needed_by_python,
    reachable_by_others,
    without_hidden,
)
from benchharness.sandbox.policy import Policy

__all__ = [
    "LAYERS",
    "Confinement",
    "Entered",
    "confine",
    "enter_again",
    "enter_namespaces",
    "leave",
    "meets_strict",
    "prepare",
]

LAYERS = (
    "user-namespace",
    "mount-namespace",
    "network-namespace",
    "pid-namespace",
    "landlock",
    "seccomp",
    "cgroup",
    "rlimits",
)

_OWN_FACTS = (
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/filesystems",
    "/proc/sys/vm",
    "/proc/sys/kernel",
)
"""What a worker may read of /proc where it would see everybody's processes there."""

_NAMES_OF_THREADS = "/proc/self/task"
"""Where CUDA's driver writes the names of its threads, without which it does not start."""

Outcome = dict[str, str | None]
"""For each layer that was tried: None where it stands, or why it does not."""


@dataclass(frozen=True)
class Entered:
    """
    What the guard has done for the worker that it is about to fork.

    `root` is where the file system is laid out that the worker will see, if one is.
    """

    outcome: Outcome
    scratch: str
    root: str = ""


@dataclass(frozen=True)
class Confinement:
    """The layers around a worker, those it lacks with the reason, and its scratch folder."""

    layers: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    scratch: str


def prepare() -> None:
    """Work out once, before the guards are forked, what all of them need."""
    if not supported():
        needed_by_python()
        seccomp.filter_program(1, platform.machine(), True, False)


def enter_namespaces(policy: Policy) -> Entered:
    """The guard's part: join the control group, enter namespaces, stop being root."""
    if supported() or policy.tier == "off":
        return Entered({}, _new_scratch(policy))
    rlimits.die_first()
    outcome: Outcome = {"cgroup": cgroup.join(policy.cgroup)}
    root = ""
    if policy.tier != "process":
        outcome |= _enter_all(policy)
        if outcome[namespaces.MOUNT] is None:
            try:
                root = mounts.lay_out(policy, needed_by_python())
            except (OSError, ValueError) as error:
                outcome[namespaces.MOUNT] = f"refused: {error}"
    die_with_parent()
    return Entered(outcome, _new_scratch(policy), root)


def enter_again(policy: Policy, entered: Entered) -> Entered | None:
    """
    What the guard has done for one more worker, once the last is gone and left.

    The worker gets processes, messages and mounts of its own, as the first one did. It shares
    with those before it what none of them can change: the user without a name elsewhere, the
    network without a way out, and the files that may be read. None where that cannot be had,
    as without privileges, and another guard is needed.
    """
    if not namespaces.renew(entered.outcome):
        return None
    return replace(entered, scratch=_new_scratch(policy))


def leave(policy: Policy, entered: Entered) -> None:
    """The guard takes away what was made for the worker, once that is gone."""
    if entered.root:
        mounts.forget(policy, needed_by_python(), entered.root)
    if os.path.lexists(entered.scratch):  # also where the worker could not mount one
        shutil.rmtree(entered.scratch, ignore_errors=True)


def confine(policy: Policy, entered: Entered, keep_fds: Iterable[int]) -> Confinement:
    """
    The worker's part: give up everything but what `policy` grants, and prove it.

    Raises
    ------
    SandboxError
        If the worker could not do its work then: no scratch folder, or an unreadable submission.
    """
    if os.name == "posix":
        _close_files(keep_fds)
    os.environ |= _told_of_gpus(policy)
    unsupported = supported()
    if unsupported or policy.tier == "off":
        reason = unsupported or "the sandbox is off"
        return _confinement({}, reason, tempfile.gettempdir())
    os.setsid()
    if policy.tier == "process":
        return _confine_process(policy, entered)
    return _confine_fully(policy, entered)


def meets_strict(confinement: Confinement) -> str | None:
    """Why a confinement does not suffice for the tier `strict`, or None where it does."""
    alternatives = (("rlimits",), ("seccomp",), ("landlock", "mount-namespace"))
    reasons = dict(confinement.missing)
    for layers in alternatives:
        if not set(layers) & set(confinement.layers):
            why = "; ".join(f"{layer}: {reasons.get(layer, 'absent')}" for layer in layers)
            return f"strict needs {' or '.join(layers)} ({why})"
    return None


def _new_scratch(policy: Policy) -> str:
    parent = policy.scratch_parent or tempfile.gettempdir()
    return os.path.join(parent, f"benchharness-{secrets.token_hex(8)}")


def _enter_all(policy: Policy) -> Outcome:
    """Enter all namespaces; root, when that is still of use, gives up being root between."""
    privileged = namespaces.may_mount()
    if not privileged:
        _shed_root(policy, keep_mounting=False)
    outcome = namespaces.enter()
    if privileged:
        _shed_root(policy, keep_mounting=outcome[namespaces.MOUNT] is None)
    return outcome


def _shed_root(policy: Policy, *, keep_mounting: bool) -> None:
    """
    Stop being root, unless a worker without root's name could not read what it needs.

    It loses root's capabilities later in any case.
    """
    needed = [os.__file__, policy.submission or "/"]
    if os.geteuid() != 0 or not (keep_mounting or all(map(reachable_by_others, needed))):
        return
    try:
        namespaces.become_nobody(keep_mounting=keep_mounting)
    except OSError:  # a container whose root is nobody elsewhere has no other users
        return


def _confine_process(policy: Policy, entered: Entered) -> Confinement:
    scratch, held_bytes = _make_scratch(entered.scratch), rlimits.held_bytes(policy)
    outcome = entered.outcome | _attempt("rlimits", lambda: rlimits.limit(policy, held_bytes))
    die_with_parent()
    return _confinement(outcome, "the tier is process", scratch)


def _confine_fully(policy: Policy, entered: Entered) -> Confinement:
    outcome, readable, outside = dict(entered.outcome), needed_by_python(), selftest.outsider()
    held_bytes = rlimits.held_bytes(policy)
    if outcome[namespaces.MOUNT] is None:
        outcome |= _attempt(namespaces.MOUNT, lambda: mounts.enter(policy, readable, entered.root))
    mounted = outcome[namespaces.MOUNT] is None
    scratch = _make_scratch(mounts.SCRATCH if mounted else entered.scratch)
    if namespaces.USER not in outcome:
        outcome[namespaces.USER] = namespaces.enter_user_namespace()
    set_capabilities(0)
    if outcome["network-namespace"] is None:
        outcome["network-namespace"] = selftest.network_reached()
    access = _access(policy, readable, scratch, outcome)
    outcome |= _attempt("rlimits", lambda: rlimits.limit(policy, held_bytes))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    die_with_parent()
    outcome |= _attempt("landlock", lambda: landlock.restrict(access))
    gpu = policy.gpu is not None
    outcome |= _attempt(
        "seccomp", lambda: seccomp.install(os.getpid(), own_files=mounted, gpu=gpu)
    )
    standing = [layer for layer, reason in outcome.items() if reason is None]
    outcome |= selftest.weaknesses(standing, outside)
    _require_work_place(policy, scratch)
    return _confinement(outcome, "not tried", scratch)


def _access(policy: Policy, readable: Readable, scratch: str, outcome: Outcome) -> landlock.Access:
    """What Landlock leaves open, which is more of what a mount namespace has emptied already."""
    paths = [*readable.paths, *readable.devices, "/etc/passwd"]
    listed: list[str] = []
    if outcome[namespaces.MOUNT] is not None:
        paths, listed = without_hidden(paths, readable.hidden)
    alone = outcome[namespaces.MOUNT] is None and outcome["pid-namespace"] is None
    paths += ["/proc"] if alone else _OWN_FACTS
    if policy.submission is not None:
        paths.append(policy.submission)
    if policy.gpu is None:
        return landlock.Access(tuple(paths), tuple(listed), DEVICES, (scratch,))
    paths += policy.gpu.files
    named = (*DEVICES, _NAMES_OF_THREADS)
    return landlock.Access(tuple(paths), tuple(listed), named, (scratch,), policy.gpu.devices)


def _attempt(layer: str, raise_layer: Callable[[], None]) -> Outcome:
    try:
        raise_layer()
    except (OSError, ValueError) as error:
        return {layer: f"refused: {error}"}
    return {layer: None}


def _told_of_gpus(policy: Policy) -> dict[str, str]:
    """Which GPU there is, if any; and that NVIDIA's libraries compute float32 in float32."""
    if policy.gpu is None:
        return {"CUDA_VISIBLE_DEVICES": "-1"}
    return {"CUDA_VISIBLE_DEVICES": policy.gpu.uuid, "NVIDIA_TF32_OVERRIDE": "0"}


def _close_files(keep_fds: Iterable[int]) -> None:
    """Close every file but `keep_fds`; standard input and output lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    kept = sorted({0, 1, 2, *keep_fds})
    for lower, upper in zip(kept, [*kept[1:], os.sysconf("SC_OPEN_MAX")], strict=True):
        os.closerange(lower + 1, upper)


def _make_scratch(folder: str) -> str:
    """Make `folder` (where a mount has not) the place for all that this process writes."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    os.chdir(folder)
    for name in ("HOME", "TMPDIR", "PWD", "CUDA_CACHE_PATH"):
        os.environ[name] = folder
    os.environ["LOGNAME"] = os.environ["USER"] = "worker"
    tempfile.tempdir = folder
    return folder


def _require_work_place(policy: Policy, scratch: str) -> None:
    probe = os.path.join(scratch, "selftest")
    try:
        with open(probe, "wb"):
            os.unlink(probe)
    except OSError as error:
        raise SandboxError(
            f"sandbox: the scratch folder {scratch} is not writable: {error}; "
            "name another in `scratch_parent`."
        ) from error
    try:
        os.listdir(policy.submission or scratch)
    except OSError as error:
        raise SandboxError(
            f"sandbox: the worker cannot read {policy.submission}: {error}; stage "
            "it where every user may read it (mode 755)."
        ) from error


def _confinement(outcome: Outcome, otherwise: str, scratch: str) -> Confinement:
    reasons = {layer: outcome.get(layer, otherwise) for layer in LAYERS}
    return Confinement(
        tuple(layer for layer, reason in reasons.items() if reason is None),
        tuple((layer, reason) for layer, reason in reasons.items() if reason is not None),
        scratch,
    )
