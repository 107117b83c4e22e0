"""The seccomp layer: a filter of system calls, assembled by hand in classic BPF."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from functools import cache

from benchharness.sandbox.layers.libc import syscall

__all__ = ["CHANGES_OF_MODE", "SYSCALLS", "call_number", "filter_program", "install"]

SYSCALLS = {
    # name: (number on x86_64, number on aarch64); None where the architecture has no such call
    # the network, and every other way to a process that was not handed over
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmdt": (67, 197),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "mq_timedsend": (242, 182),
    "mq_timedreceive": (243, 183),
    "mq_notify": (244, 184),
    "mq_getsetattr": (245, 185),
    # other programs and processes
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    # wide doors into the kernel
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_setup": (206, 0),
    "io_submit": (209, 2),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "seccomp": (317, 277),
    "modify_ldt": (154, None),
    "personality": (135, 92),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "lookup_dcookie": (212, 18),
    "nfsservctl": (180, 42),
    "uselib": (134, None),
    "_sysctl": (156, None),
    "sysfs": (139, None),
    "vhangup": (153, 58),
    "syslog": (103, 116),
    "acct": (163, 89),
    # the machine
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "create_module": (174, None),
    "query_module": (178, None),
    "get_kernel_syms": (177, None),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, None),
    "ioperm": (173, None),
    # scheduling and placing of others
    "ioprio_set": (251, 30),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # memory that no resource limit counts
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    # allowed or refused by their arguments, see _conditions
    "clone": (56, 220),
    "clone3": (435, 435),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "kill": (62, 129),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "sched_setaffinity": (203, 122),
    "setpriority": (141, 140),
    "tgkill": (234, 131),
    "tkill": (200, 130),
}
"""The system calls that the filter refuses, altogether or in part."""

CHANGES_OF_MODE = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
}
"""What the filter refuses as well where the worker sees the user's own files.

Landlock lets everybody change the mode, the owner and the times of what they own.
"""

_MACHINES = ("x86_64", "aarch64")
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000
_LAST_KNOWN_CALL = 462  # mseal; what later kernels add is answered as if it did not exist

_CLONE_THREAD = 0x10000
_AF_UNIX, _CONNECTIONLESS = 1, 2
"""Sockets of one machine; the bit that is set in the types that send without a connection."""

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SCHED_CORE = 1, 22, 62
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX = 8, 10, 15
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C

_LOAD_WORD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_JUMP, _FARTHEST = 0x05, 255
"""A jump to anywhere, and how far one on a condition goes."""

_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_REFUSE = 0x00050000 | errno.EPERM
_UNKNOWN = 0x00050000 | errno.ENOSYS
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16

_SECCOMP_SET_MODE_FILTER = 1
_ALL_THREADS, _KEEP_SPECULATION = 1, 4

Instruction = tuple[int, int, int, int]
Case = tuple[int, list[Instruction]]


def install(own_pid: int, *, own_files: bool, gpu: bool = False) -> None:
    """
    Put the filter on this process for good; needs no_new_privs.

    `own_files` says that the process sees no file that is not its own or read-only, and `gpu` that
    CUDA's driver is to start in it.
    """
    program = filter_program(own_pid, platform.machine(), own_files, gpu)
    instructions = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(instructions))
    )
    # Older kernels slow a filtered process down against speculation attacks on secrets within
    # it; a worker holds none, and its calls are timed.
    flags = _ALL_THREADS | _KEEP_SPECULATION
    syscall(call_number("seccomp"), _SECCOMP_SET_MODE_FILTER, flags, ctypes.addressof(header))


def call_number(name: str) -> int:
    """The number of a system call of `SYSCALLS` on this machine."""
    number = SYSCALLS[name][_MACHINES.index(platform.machine())]
    if number is None:
        raise LookupError(f"{platform.machine()} has no system call {name}")
    return number


@cache
def filter_program(own_pid: int, machine: str, own_files: bool, gpu: bool) -> bytes:
    """The filter for a process whose number is `own_pid`, as the kernel reads it."""
    allow, refuse = [(_RETURN, 0, 0, _ALLOW)], [(_RETURN, 0, 0, _REFUSE)]
    conditions = _conditions(own_pid)
    if gpu:
        conditions |= _conditions_of_cuda()
    names = SYSCALLS if own_files else SYSCALLS | CHANGES_OF_MODE
    bodies = {
        number: conditions.get(name, refuse)
        for name, pair in names.items()
        if (number := pair[_MACHINES.index(machine)]) is not None
    }
    every = [(number, bodies.get(number, allow)) for number in range(_LAST_KNOWN_CALL + 1)]
    unknown = [(_RETURN, 0, 0, _UNKNOWN)]
    ranges = _ranges([*every, (_LAST_KNOWN_CALL + 1, unknown), (_X32_BIT, refuse)])
    instructions = [*_prologue(machine), *_search(ranges)]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)


def _prologue(machine: str) -> list[Instruction]:
    """End a process with foreign calling conventions; load the number of the call."""
    return [
        (_LOAD_WORD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_EQUAL, 1, 0, _AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD_WORD, 0, 0, _NUMBER_AT),
    ]


def _ranges(bodies: list[Case]) -> list[Case]:
    """The same without those that go on as the one before them."""
    pairs = zip([None, *(body for _, body in bodies)], bodies, strict=False)
    return [case for before, case in pairs if case[1] != before]


def _search(cases: list[Case]) -> list[Instruction]:
    """
    The body (it has to return) of the last case whose number is not above that of the call.

    By halves: the kernel tries the filter on each call when it is installed, and to go through
    all cases in turn each time would take longer than all the other layers together.
    """
    if len(cases) == 1:
        return cases[0][1]
    middle = len(cases) // 2
    below, from_there = _search(cases[:middle]), _search(cases[middle:])
    number = cases[middle][0]
    if len(below) <= _FARTHEST:
        return [(_JUMP_GREATER_EQUAL, len(below), 0, number), *below, *from_there]
    jumps = [(_JUMP_GREATER_EQUAL, 0, 1, number), (_JUMP, 0, 0, len(below))]
    return [*jumps, *below, *from_there]


def _argument(index: int) -> Instruction:
    """Load the lower half of an argument."""
    return (_LOAD_WORD, 0, 0, _ARGUMENTS_AT + 8 * index)


def _allow_if(index: int, values: tuple[int, ...]) -> list[Instruction]:
    """Allow the call when an argument is one of `values`, and refuse it otherwise."""
    return [*_pass_if(index, values), (_RETURN, 0, 0, _ALLOW)]


def _pass_if(index: int, values: tuple[int, ...]) -> list[Instruction]:
    """Refuse the call unless an argument is one of `values`."""
    last = len(values)
    tests = [(_JUMP_EQUAL, last - i, 0, value) for i, value in enumerate(values)]
    return [_argument(index), *tests, (_RETURN, 0, 0, _REFUSE)]


def _refuse_if(index: int, values: tuple[int, ...]) -> list[Instruction]:
    """Refuse the call when an argument is one of `values`, and allow it otherwise."""
    last = len(values)
    tests = [(_JUMP_EQUAL, last - i, 0, value) for i, value in enumerate(values)]
    return [_argument(index), *tests, (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]


def _conditions(own_pid: int) -> dict[str, list[Instruction]]:
    """The calls that depend on their arguments."""
    itself = _allow_if(0, (own_pid,))
    itself_or_zero = _allow_if(0, (0, own_pid))
    threads_only = [
        _argument(0),
        (_JUMP_ANY_BIT, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return {
        "clone": threads_only,
        # Its flags stand in memory, out of a filter's sight; the C library then uses clone.
        "clone3": [(_RETURN, 0, 0, _UNKNOWN)],
        "kill": itself,
        "tkill": itself,
        "tgkill": itself,
        "rt_sigqueueinfo": itself,
        "rt_tgsigqueueinfo": itself,
        "prlimit64": itself_or_zero,
        "sched_setaffinity": itself_or_zero,
        "setpriority": [*_pass_if(0, (0,)), *_allow_if(1, (0, own_pid))],
        "prctl": _refuse_if(0, (_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SCHED_CORE)),
        "fcntl": _refuse_if(1, (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX)),
        "ioctl": _refuse_if(1, (_TIOCSTI, _TIOCLINUX)),
    }


def _conditions_of_cuda() -> dict[str, list[Instruction]]:
    """
    What CUDA's driver does while it starts, without which it does not (error 304).

    It keeps memory in files without a name, and it listens on a socket with a name that is no
    file, for processes that share GPU memory with it. Nobody gets through to it: connecting and
    accepting stay refused, and a socket that could send without connecting cannot be had.
    """
    allow = [(_RETURN, 0, 0, _ALLOW)]
    listener = [
        _argument(0),
        (_JUMP_EQUAL, 0, 2, _AF_UNIX),
        _argument(1),
        (_JUMP_ANY_BIT, 0, 1, _CONNECTIONLESS),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return {"memfd_create": allow, "socket": listener, "bind": allow, "listen": allow}
