"""The numbers of system calls that `sandbox.seccomp` decides about, sorted by what they do.

Source: Linux, arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

# Each call's numbers on x86_64 and on aarch64; None where there is no such call.
Numbers = tuple[int | None, int | None]
ADMINISTRATION: dict[str, Numbers] = {
    "acct": (163, 89),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "init_module": (175, 105),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "lookup_dcookie": (212, 18),
    "modify_ldt": (154, None),
    "nfsservctl": (180, 42),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "settimeofday": (164, 170),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "sysfs": (139, None),
    "uselib": (134, None),
    "ustat": (136, None),
    "vhangup": (153, 58),
}
NAMESPACES: dict[str, Numbers] = {
    "chroot": (161, 51),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "pivot_root": (155, 41),
    "setns": (308, 268),
    "umount2": (166, 39),
    "unshare": (272, 97),
}
PROCESSES: dict[str, Numbers] = {
    "kcmp": (312, 272),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
}
KERNEL: dict[str, Numbers] = {
    "add_key": (248, 217),
    "bpf": (321, 280),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "mbind": (237, 235),
    "memfd_secret": (447, 447),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "request_key": (249, 218),
    "set_mempolicy": (238, 237),
    "userfaultfd": (323, 282),
}
# Memory and messages shared by a key: without an IPC namespace, with anybody.
SHARED_BY_KEY: dict[str, Numbers] = {
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "msgctl": (71, 187),
    "msgget": (68, 186),
    "msgrcv": (70, 188),
    "msgsnd": (69, 189),
    "semctl": (66, 191),
    "semget": (64, 190),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmget": (29, 194),
}
# What Landlock lets pass: what goes on in a folder that may not be read.
WATCHING: dict[str, Numbers] = {
    "inotify_add_watch": (254, 27),
}
# What Landlock lets pass: a file's mode, owner, times and attributes, by its path; and
# the priorities of all processes of a user.
DONE_IN_NAME: dict[str, Numbers] = {
    "chmod": (90, None),
    "chown": (92, None),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "fchownat": (260, 54),
    "file_setattr": (469, 469),
    "futimesat": (261, None),
    "ioprio_set": (251, 30),
    "lchown": (94, None),
    "lremovexattr": (198, 15),
    "lsetxattr": (189, 6),
    "removexattr": (197, 14),
    "removexattrat": (466, 466),
    "setxattr": (188, 5),
    "setpriority": (141, 140),
    "setxattrat": (463, 463),
    "utime": (132, None),
    "utimes": (235, None),
}
# What Landlock lets pass before Linux 6.12: signals to processes of the same account. The
# first three are what programs use, and somebody outside looks whom they mean.
SIGNALS: dict[str, Numbers] = {
    "kill": (62, 129),
    "tgkill": (234, 131),
    "tkill": (200, 130),
}
RARE_SIGNALS: dict[str, Numbers] = {
    "pidfd_send_signal": (424, 424),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}
# And before Linux 6.2: to cut a file by its path.
TRUNCATE: Numbers = (76, 45)
# Their first argument names a process; 0 is the caller.
OF_A_PROCESS: dict[str, Numbers] = {
    "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
}
# For who is led to a door: a socket has a peer from the beginning, and no address.
ADDRESSES: dict[str, Numbers] = {
    "accept": (43, 202),
    "accept4": (288, 242),
    "bind": (49, 200),
    "listen": (50, 201),
}
CLONE: Numbers = (56, 220)
CLONE3: Numbers = (435, 435)
CONNECT: Numbers = (42, 203)
FCNTL: Numbers = (72, 25)
IOCTL: Numbers = (16, 29)
SECCOMP: Numbers = (317, 277)
SETSOCKOPT: Numbers = (54, 208)
SOCKET: Numbers = (41, 198)
SOCKETPAIR: Numbers = (53, 199)
UTIMENSAT: Numbers = (280, 88)
