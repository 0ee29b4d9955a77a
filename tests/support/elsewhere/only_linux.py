"""What Windows does not have of the standard library; most of it macOS has."""

MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "spwd", "syslog", "termios", "tty"}
NAMES = {
    "os": (
        *("fork", "forkpty", "fchown", "chown", "lchown", "chroot", "getegid", "geteuid", "getgid", "getgroups"),
        *("getpgid", "getpgrp", "getpriority", "getresuid", "getsid", "getuid", "killpg", "mkfifo", "nice", "pread"),
        *("posix_fadvise", "posix_fallocate", "posix_spawn", "register_at_fork", "sched_getaffinity", "sched_yield"),
        *("setpgid", "setsid", "setuid", "statvfs", "sync", "ttyname", "uname", "wait", "wait4", "waitid", "WNOHANG"),
        *("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_SYNC", "pidfd_open", "memfd_create", "getloadavg"),
    ),
    "signal": (
        *("SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGUSR1", "SIGUSR2"),
        *("SIGXCPU", "SIGXFSZ", "alarm", "pause", "pthread_sigmask", "setitimer", "sigwait"),
    ),
    "socket": ("AF_UNIX", "MSG_CMSG_CLOEXEC", "SOCK_SEQPACKET", "recv_fds", "send_fds"),
}
