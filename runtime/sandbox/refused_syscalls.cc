// What code that means no harm may try: a library that looks for a file, a program that would start a thread. It gets
// an error that the language turns into its own exception.
#include <errno.h>

#include "runtime/sandbox/syscall_policy.h"

namespace mayfly::runtime {
namespace {

// What may not be opened can't be looked up either, so that no path leaks.
constexpr const char* kPathRead[] = {
    "access",     "chdir",    "creat",      "faccessat", "faccessat2", "fchdir",    "fgetxattr",  "flistxattr",
    "fstatfs",    "getdents", "getdents64", "getxattr",  "lgetxattr",  "listxattr", "llistxattr", "lstat",
    "newfstatat", "open",     "openat",     "readlink",  "readlinkat", "stat",      "statfs",     "statx",
};

constexpr const char* kPathChange[] = {
    "chmod",        "chown",     "fchmod",    "fchmodat",  "fchmodat2", "fchown",      "fchownat",
    "fremovexattr", "fsetxattr", "futimesat", "lchown",    "link",      "linkat",      "lremovexattr",
    "lsetxattr",    "mkdir",     "mkdirat",   "mknod",     "mknodat",   "removexattr", "rename",
    "renameat",     "renameat2", "rmdir",     "setxattr",  "symlink",   "symlinkat",   "truncate",
    "unlink",       "unlinkat",  "utime",     "utimensat", "utimes",
};

// glibc and CPython then try openat, which has its own answer.
constexpr const char* kNewOpen[] = {
    "openat2",
};

constexpr const char* kFileData[] = {
    "copy_file_range", "fadvise64", "fallocate",       "fdatasync", "flock",    "fsync",     "ftruncate",
    "preadv",          "preadv2",   "pwrite64",        "pwritev",   "pwritev2", "readahead", "sendfile",
    "splice",          "sync",      "sync_file_range", "syncfs",    "tee",      "vmsplice",
};

constexpr const char* kDescriptors[] = {
    "fanotify_init", "inotify_init", "inotify_init1", "io_setup",
    "memfd_create",  "signalfd",     "signalfd4",     "timerfd_create",
};

// The C library and CPython make the newer calls.
constexpr const char* kOldDescriptors[] = {
    "dup", "epoll_create", "epoll_pwait", "epoll_pwait2", "pipe", "ppoll", "select",
};

constexpr const char* kNetwork[] = {
    "accept",  "accept4",  "bind",    "connect",    "listen", "recvmmsg",
    "recvmsg", "sendmmsg", "sendmsg", "setsockopt", "socket", "socketpair",
};

// As where a limit is reached.
constexpr const char* kNewProcess[] = {
    "clone",
    "fork",
    "vfork",
};

// glibc then tries clone.
constexpr const char* kNewClone[] = {
    "clone3",
};

constexpr const char* kExecute[] = {
    "execve",
    "execveat",
};

constexpr const char* kOtherProcess[] = {
    "pidfd_open", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "tkill",
};

constexpr const char* kIpc[] = {
    "mq_open", "mq_unlink", "msgget", "semget", "shmat", "shmget",
};

constexpr const char* kIdentity[] = {
    "chroot",  "personality", "setdomainname", "setfsgid",  "setfsuid", "setgid", "setgroups", "sethostname",
    "setpgid", "setregid",    "setresgid",     "setresuid", "setreuid", "setsid", "setuid",    "umask",
};

constexpr const char* kLimits[] = {
    "ioprio_get",     "ioprio_set",         "sched_rr_get_interval", "sched_setaffinity", "sched_setattr",
    "sched_setparam", "sched_setscheduler", "setpriority",           "setrlimit",
};

constexpr const char* kTime[] = {
    "alarm", "clock_settime", "setitimer", "settimeofday", "timer_create",
};

// It would stay so for the next call.
constexpr const char* kState[] = {
    "arch_prctl", "get_robust_list", "landlock_create_ruleset",
    "mincore",    "mlock",           "mlock2",
    "mlockall",   "munlock",         "munlockall",
    "prctl",      "rt_sigaction",    "seccomp",
};

constexpr const char* kSignalWaits[] = {
    "pause",
    "rt_sigsuspend",
};

// The C library and V8 do without.
constexpr const char* kHarmless[] = {
    "clock_getres", "clock_nanosleep", "fcntl", "fstat", "mremap", "prlimit64", "sched_yield",
};

// The C library does without.
constexpr const char* kRegistrations[] = {
    "membarrier", "pkey_alloc", "pkey_free", "pkey_mprotect", "rseq", "set_robust_list",
};

constexpr RefusedSyscalls kRefused[] = {
    {"what Python needs and JavaScript does not", EPERM, kHarmless},
    {"files and folders: opening and looking up", EACCES, kPathRead},
    {"files and folders: changing", EACCES, kPathChange},
    {"the newer open", ENOSYS, kNewOpen},
    {"data of files, of which none can be open", EPERM, kFileData},
    {"descriptors of a kind that no guest needs", EPERM, kDescriptors},
    {"descriptors made and awaited by calls that nothing makes", EPERM, kOldDescriptors},
    {"the network", EPERM, kNetwork},
    {"processes and threads", EAGAIN, kNewProcess},
    {"the newer clone", ENOSYS, kNewClone},
    {"other programs", EPERM, kExecute},
    {"other processes", EPERM, kOtherProcess},
    {"shared memory and queues that outlive a process", EPERM, kIpc},
    {"who a process is", EPERM, kIdentity},
    {"limits, priorities and places on cores", EPERM, kLimits},
    {"clocks and timers", EPERM, kTime},
    {"what the kernel keeps of a process", EPERM, kState},
    {"waiting for a signal that nobody can send", EPERM, kSignalWaits},
    {"what the kernel might be asked to remember or to do at once", ENOSYS, kRegistrations},
};

}  // namespace

std::span<const RefusedSyscalls> RefusedSyscallGroups() { return kRefused; }

}  // namespace mayfly::runtime
