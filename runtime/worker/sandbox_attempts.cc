#include "runtime/worker/sandbox_attempts.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace mayfly::runtime {
namespace {

long Open(const std::string& path) { return open(path.c_str(), O_RDONLY); }

long Stat(const char* path) {
  struct stat status;
  return stat(path, &status);
}

long ReadLink(const char* path) {
  char target[256];
  return readlink(path, target, sizeof(target));
}

long Execute() {
  char* const none[] = {nullptr};
  return execve("/bin/true", none, none);
}

// A child that should not be ends at once.
long Child(long pid) {
  if (pid == 0) _exit(0);
  return pid;
}

long Thread() {
  constexpr unsigned long kThread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
  const long made = syscall(SYS_clone, kThread, nullptr, nullptr, nullptr, nullptr);
  if (made == 0) syscall(SYS_exit, 0);
  return made;
}

long Pair(int family, int type) {
  int ends[2];
  return socketpair(family, type, 0, ends);
}

long ConnectTcp(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(3, reinterpret_cast<sockaddr*>(&address), sizeof(address));
}

long ConnectAbstract() {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  address.sun_path[1] = 'x';
  return connect(3, reinterpret_cast<sockaddr*>(&address), offsetof(sockaddr_un, sun_path) + 2);
}

// Whether any is open but stdio and the channel.
long OpenFds() {
  for (int fd = 4; fd < 4096; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) return fd;
  }
  return -1;
}

long Map(int protection) {
  return reinterpret_cast<long>(mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

long Protect(int protection) {
  void* const page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return mprotect(page, 4096, protection);
}

long MapMuch() {
  constexpr size_t kBytes = size_t{1} << 30;
  return reinterpret_cast<long>(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

long Raise(int resource) {
  const rlimit limit = {.rlim_cur = 1 << 20, .rlim_max = 1 << 20};
  return syscall(SYS_prlimit64, 0, resource, &limit, nullptr);
}

// Where an argument would do harm if the call went through, it is one that the kernel refuses.
constexpr Attempt kAttempts[] = {
    // Files.
    {"read a file", "EACCES", nullptr, [](const Targets&) -> long { return open("/etc/passwd", O_RDONLY); }},
    {"make a file", "EACCES", nullptr,
     [](const Targets&) -> long { return open("/tmp/mayfly-probe", O_CREAT | O_WRONLY, 0600); }},
    {"make an unnamed file", "EACCES", nullptr,
     [](const Targets&) -> long { return open("/tmp", O_TMPFILE | O_RDWR, 0600); }},
    {"openat2", "ENOSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", nullptr, 0); }},
    {"look at a path", "EACCES", nullptr, [](const Targets&) -> long { return access("/etc/passwd", R_OK); }},
    {"stat a path", "EACCES", nullptr, [](const Targets&) -> long { return Stat("/etc/passwd"); }},
    {"statx a path", "EACCES", nullptr,
     [](const Targets&) -> long { return syscall(SYS_statx, AT_FDCWD, "/etc/passwd", 0, 0, nullptr); }},
    {"read a link", "EACCES", nullptr, [](const Targets&) -> long { return ReadLink("/proc/self/exe"); }},
    {"list a folder", "EACCES", nullptr, [](const Targets&) -> long { return syscall(SYS_getdents64, 0, nullptr, 0); }},
    {"remove a file", "EACCES", nullptr, [](const Targets&) -> long { return unlink("/nowhere/file"); }},
    {"rename a file", "EACCES", nullptr,
     [](const Targets&) -> long { return rename("/nowhere/file", "/nowhere/other"); }},
    {"make a folder", "EACCES", nullptr, [](const Targets&) -> long { return mkdir("/nowhere/folder", 0700); }},
    {"make a link", "EACCES", nullptr, [](const Targets&) -> long { return symlink("/etc", "/nowhere/link"); }},
    {"make a device", "EACCES", nullptr,
     [](const Targets&) -> long { return mknod("/nowhere/device", S_IFCHR | 0600, 0); }},
    {"change a mode", "EACCES", nullptr, [](const Targets&) -> long { return chmod("/nowhere/file", 0777); }},
    {"shorten a file", "EACCES", nullptr, [](const Targets&) -> long { return truncate("/nowhere/file", 0); }},
    {"extended attributes", "EACCES", nullptr,
     [](const Targets&) -> long { return syscall(SYS_getxattr, "/etc/passwd", "user.x", nullptr, 0); }},
    {"change the working folder", "EACCES", nullptr, [](const Targets&) -> long { return chdir("/nowhere"); }},
    {"change the root", "EPERM", nullptr, [](const Targets&) -> long { return chroot("/nowhere"); }},
    {"reopen a descriptor", "EACCES", nullptr, [](const Targets&) -> long { return open("/proc/self/fd/2", O_RDWR); }},
    {"own memory as a file", "EACCES", nullptr, [](const Targets&) -> long { return open("/proc/self/mem", O_RDWR); }},
    {"the host's memory as a file", "EACCES", nullptr,
     [](const Targets& targets) -> long { return Open(absl::StrCat("/proc/", targets.host, "/mem")); }},
    {"the host's environment", "EACCES", nullptr,
     [](const Targets& targets) -> long { return Open(absl::StrCat("/proc/", targets.host, "/environ")); }},
    {"the host's descriptors by /proc", "EACCES", nullptr,
     [](const Targets& targets) -> long { return Open(absl::StrCat("/proc/", targets.host, "/fd/0")); }},
    {"the machine's memory", "EACCES", nullptr, [](const Targets&) -> long { return open("/dev/mem", O_RDONLY); }},
    {"POSIX shared memory", "EACCES", nullptr,
     [](const Targets&) -> long { return open("/dev/shm/mayfly-probe", O_RDWR); }},
    {"a file by its handle", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_open_by_handle_at, 0, nullptr, 0); }},
    {"a handle of a file", "SIGSYS", nullptr,
     [](const Targets&) -> long {
       return syscall(SYS_name_to_handle_at, AT_FDCWD, "/etc/passwd", nullptr, nullptr, 0);
     }},

    // Mounts and namespaces.
    {"mount", "SIGSYS", nullptr, [](const Targets&) -> long { return mount("none", "/nowhere", "tmpfs", 0, nullptr); }},
    {"unmount", "SIGSYS", nullptr, [](const Targets&) -> long { return umount2("/nowhere", MNT_DETACH); }},
    {"pivot_root", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_pivot_root, "/nowhere", "/nowhere"); }},
    {"copy a mount", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_open_tree, AT_FDCWD, "/", 0); }},
    {"a file system's context", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_fsopen, "tmpfs", 0); }},
    {"a user namespace", "SIGSYS", nullptr, [](const Targets&) -> long { return unshare(CLONE_NEWUSER); }},
    {"another's namespace", "SIGSYS", nullptr, [](const Targets&) -> long { return setns(0, 0); }},

    // Programs, processes and threads.
    {"execute a program", "EPERM", nullptr, [](const Targets&) -> long { return Execute(); }},
    {"execute a descriptor", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_execveat, 0, "", nullptr, nullptr, AT_EMPTY_PATH); }},
    {"a file in memory to execute", "EPERM", nullptr, [](const Targets&) -> long { return memfd_create("probe", 0); }},
    {"secret memory", "SIGSYS", nullptr, [](const Targets&) -> long { return syscall(SYS_memfd_secret, 0); }},
    {"fork", "EAGAIN", nullptr, [](const Targets&) -> long { return Child(fork()); }},
    {"fork by vfork's number", "EAGAIN", nullptr, [](const Targets&) -> long { return Child(syscall(SYS_vfork)); }},
    {"a process by clone", "EAGAIN", nullptr,
     [](const Targets&) -> long { return Child(syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr)); }},
    {"a process by clone3", "ENOSYS", nullptr, [](const Targets&) -> long { return syscall(SYS_clone3, nullptr, 0); }},
    {"a thread", "EAGAIN", nullptr, [](const Targets&) -> long { return Thread(); }},

    // Other processes.
    {"signal the host", "EPERM", nullptr, [](const Targets& targets) -> long { return kill(targets.host, 0); }},
    {"signal the zygote", "EPERM", "SIGSYS", [](const Targets&) -> long { return kill(getppid(), 0); }},
    {"signal everyone", "EPERM", nullptr, [](const Targets&) -> long { return kill(-1, 0); }},
    {"signal the own group", "EPERM", nullptr, [](const Targets&) -> long { return kill(0, 0); }},
    {"signal a thread of the host", "EPERM", nullptr,
     [](const Targets& targets) -> long { return syscall(SYS_tgkill, targets.host, targets.host, 0); }},
    {"signal any thread", "EPERM", nullptr,
     [](const Targets& targets) -> long { return syscall(SYS_tkill, targets.host, 0); }},
    {"queue a signal", "EPERM", nullptr,
     [](const Targets& targets) -> long { return syscall(SYS_rt_sigqueueinfo, targets.host, 0, nullptr); }},
    {"the host's pidfd", "EPERM", nullptr,
     [](const Targets& targets) -> long { return syscall(SYS_pidfd_open, targets.host, 0); }},
    {"signal by pidfd", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_pidfd_send_signal, 0, 0, nullptr, 0); }},
    {"another's descriptor by pidfd", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_pidfd_getfd, 0, 0, 0); }},
    {"have signals sent by a descriptor", "EPERM", nullptr,
     [](const Targets& targets) -> long { return fcntl(3, F_SETOWN, targets.host); }},
    {"trace the host", "SIGSYS", nullptr,
     [](const Targets& targets) -> long { return ptrace(PTRACE_SEIZE, targets.host, nullptr, nullptr); }},
    {"be traced", "SIGSYS", nullptr,
     [](const Targets&) -> long { return ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }},
    {"read the host's memory", "SIGSYS", nullptr,
     [](const Targets& targets) -> long {
       return syscall(SYS_process_vm_readv, targets.host, nullptr, 0, nullptr, 0, 0);
     }},
    {"write the host's memory", "SIGSYS", nullptr,
     [](const Targets& targets) -> long {
       return syscall(SYS_process_vm_writev, targets.host, nullptr, 0, nullptr, 0, 0);
     }},
    {"advise about the host's memory", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_process_madvise, 0, nullptr, 0, 0, 0); }},
    {"move the host's pages", "SIGSYS", nullptr,
     [](const Targets& targets) -> long {
       return syscall(SYS_move_pages, targets.host, 0, nullptr, nullptr, nullptr, 0);
     }},
    {"compare with the host", "SIGSYS", nullptr,
     [](const Targets& targets) -> long { return syscall(SYS_kcmp, getpid(), targets.host, 0, 0, 0); }},
    {"the host's robust list", "EPERM", nullptr,
     [](const Targets& targets) -> long { return syscall(SYS_get_robust_list, targets.host, nullptr, nullptr); }},
    {"watch the host's counters", "SIGSYS", nullptr,
     [](const Targets& targets) -> long { return syscall(SYS_perf_event_open, nullptr, targets.host, -1, -1, 0); }},
    {"the host's limits", "EPERM", nullptr,
     [](const Targets& targets) -> long {
       return syscall(SYS_prlimit64, targets.host, RLIMIT_CORE, nullptr, nullptr);
     }},

    // Sockets.
    {"TCP", "EPERM", nullptr, [](const Targets&) -> long { return socket(AF_INET, SOCK_STREAM, 0); }},
    {"UDP", "EPERM", nullptr, [](const Targets&) -> long { return socket(AF_INET, SOCK_DGRAM, 0); }},
    {"TCP over IPv6", "EPERM", nullptr, [](const Targets&) -> long { return socket(AF_INET6, SOCK_STREAM, 0); }},
    {"ICMP, raw", "EPERM", nullptr, [](const Targets&) -> long { return socket(AF_INET, SOCK_RAW, 0); }},
    {"packets, raw", "EPERM", nullptr, [](const Targets&) -> long { return socket(AF_PACKET, SOCK_RAW, 0); }},
    {"a Unix stream", "EPERM", nullptr, [](const Targets&) -> long { return socket(AF_UNIX, SOCK_STREAM, 0); }},
    {"Unix datagrams", "EPERM", nullptr, [](const Targets&) -> long { return socket(AF_UNIX, SOCK_DGRAM, 0); }},
    {"netlink", "EPERM", nullptr, [](const Targets&) -> long { return socket(AF_NETLINK, SOCK_RAW, 0); }},
    {"vsock", "EPERM", nullptr, [](const Targets&) -> long { return socket(AF_VSOCK, SOCK_STREAM, 0); }},
    {"the kernel's ciphers", "EPERM", nullptr,
     [](const Targets&) -> long { return socket(AF_ALG, SOCK_SEQPACKET, 0); }},
    {"Bluetooth", "EPERM", nullptr, [](const Targets&) -> long { return socket(AF_BLUETOOTH, SOCK_RAW, 0); }},
    {"CAN", "EPERM", nullptr, [](const Targets&) -> long { return socket(AF_CAN, SOCK_RAW, 0); }},
    {"XDP", "EPERM", nullptr, [](const Targets&) -> long { return socket(AF_XDP, SOCK_RAW, 0); }},
    {"TIPC", "EPERM", nullptr, [](const Targets&) -> long { return socket(AF_TIPC, SOCK_STREAM, 0); }},
    {"a pair of datagram sockets", "EPERM", nullptr, [](const Targets&) -> long { return Pair(AF_UNIX, SOCK_DGRAM); }},
    {"a pair of TIPC sockets", "EPERM", nullptr, [](const Targets&) -> long { return Pair(AF_TIPC, SOCK_STREAM); }},
    {"connect the channel elsewhere", "EPERM", nullptr,
     [](const Targets& targets) -> long { return ConnectTcp(targets.port); }},
    {"connect to an abstract socket", "EPERM", nullptr, [](const Targets&) -> long { return ConnectAbstract(); }},
    {"bind the channel", "EPERM", nullptr, [](const Targets&) -> long { return syscall(SYS_bind, 3, nullptr, 0); }},
    {"listen on the channel", "EPERM", nullptr, [](const Targets&) -> long { return listen(3, 1); }},
    {"accept from the channel", "EPERM", nullptr, [](const Targets&) -> long { return accept(3, nullptr, nullptr); }},
    {"send descriptors", "EPERM", nullptr, [](const Targets&) -> long { return syscall(SYS_sendmsg, 3, nullptr, 0); }},
    {"receive descriptors", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_recvmsg, 3, nullptr, 0); }},
    {"set a socket's option", "EPERM", nullptr,
     [](const Targets&) -> long { return setsockopt(3, SOL_SOCKET, SO_PASSCRED, nullptr, 0); }},

    // Descriptors.
    {"the host's descriptors", "EBADF", "EPERM", [](const Targets&) -> long { return OpenFds(); }},
    {"close the channel", "EPERM", nullptr, [](const Targets&) -> long { return close(3); }},
    {"close stderr", "EPERM", nullptr, [](const Targets&) -> long { return close(2); }},
    {"put another in the channel's place", "EPERM", "SIGSYS", [](const Targets&) -> long { return dup2(0, 3); }},
    {"push input to a terminal", "ENOTTY", nullptr, [](const Targets&) -> long { return ioctl(2, TIOCSTI, "x"); }},
    {"take a terminal", "ENOTTY", nullptr, [](const Targets&) -> long { return ioctl(0, TIOCSCTTY, 1); }},
    {"enlarge a pipe", "EPERM", nullptr, [](const Targets&) -> long { return fcntl(2, F_SETPIPE_SZ, 1 << 20); }},
    {"lease a file", "EPERM", nullptr, [](const Targets&) -> long { return fcntl(0, F_SETLEASE, F_WRLCK); }},
    {"splice", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_splice, 0, nullptr, 2, nullptr, 1, 0); }},
    {"watch files", "EPERM", nullptr, [](const Targets&) -> long { return syscall(SYS_inotify_init1, 0); }},
    {"watch all files", "EPERM", nullptr, [](const Targets&) -> long { return syscall(SYS_fanotify_init, 0, 0); }},
    {"userfaultfd", "SIGSYS", nullptr, [](const Targets&) -> long { return syscall(SYS_userfaultfd, 0); }},

    // Memory.
    {"map executable memory", "EPERM", "", [](const Targets&) -> long { return Map(PROT_READ | PROT_EXEC); }},
    {"make memory executable", "EPERM", "", [](const Targets&) -> long { return Protect(PROT_READ | PROT_EXEC); }},
    {"more memory than the limit", "ENOMEM", nullptr, [](const Targets&) -> long { return MapMuch(); }},
    {"lock memory", "EPERM", nullptr, [](const Targets&) -> long { return syscall(SYS_mlock, &errno, 1); }},
    {"remap a file's pages", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_remap_file_pages, nullptr, 0, 0, 0, 0); }},
    {"memory keys", "ENOSYS", nullptr, [](const Targets&) -> long { return syscall(SYS_pkey_alloc, 0, 0); }},
    {"the kernel's placement of memory", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_set_mempolicy, 0, nullptr, 0); }},

    // Shared memory and queues.
    {"another's shared memory", "EPERM", nullptr,
     [](const Targets& targets) -> long { return reinterpret_cast<long>(shmat(targets.shared_memory, nullptr, 0)); }},
    {"new shared memory", "EPERM", nullptr, [](const Targets&) -> long { return shmget(IPC_PRIVATE, 4096, 0600); }},
    {"remove shared memory", "SIGSYS", nullptr, [](const Targets&) -> long { return shmctl(-1, IPC_RMID, nullptr); }},
    {"semaphores", "EPERM", nullptr, [](const Targets&) -> long { return semget(IPC_PRIVATE, 1, 0600); }},
    {"a message queue", "EPERM", nullptr, [](const Targets&) -> long { return msgget(IPC_PRIVATE, 0600); }},
    {"a POSIX message queue", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_mq_open, "probe", 0, 0, nullptr); }},

    // Clocks, timers and limits.
    {"set the clock", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_clock_settime, CLOCK_REALTIME, nullptr); }},
    {"set the time of day", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_settimeofday, nullptr, nullptr); }},
    {"adjust the clock", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_clock_adjtime, CLOCK_REALTIME, nullptr); }},
    {"an alarm", "EPERM", nullptr, [](const Targets&) -> long { return syscall(SYS_alarm, 1); }},
    {"an interval timer", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_setitimer, ITIMER_REAL, nullptr, nullptr); }},
    {"a timer", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_timer_create, CLOCK_REALTIME, nullptr, nullptr); }},
    {"a timer's descriptor", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_timerfd_create, CLOCK_REALTIME, 0); }},
    {"raise a limit", "EPERM", nullptr, [](const Targets&) -> long { return Raise(RLIMIT_NOFILE); }},
    {"raise a limit, the old way", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_setrlimit, RLIMIT_AS, nullptr); }},
    {"another priority", "EPERM", nullptr, [](const Targets&) -> long { return setpriority(PRIO_PROCESS, 0, -1); }},
    {"another scheduler", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, nullptr); }},
    {"other cores", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_sched_setaffinity, 0, 0, nullptr); }},
    {"another priority of input and output", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_ioprio_set, 1, 0, 0); }},

    // Who the process is.
    {"another user", "EPERM", nullptr, [](const Targets&) -> long { return syscall(SYS_setuid, 0); }},
    {"another group", "EPERM", nullptr, [](const Targets&) -> long { return syscall(SYS_setgid, 0); }},
    {"other groups", "EPERM", nullptr, [](const Targets&) -> long { return syscall(SYS_setgroups, 0, nullptr); }},
    {"capabilities", "SIGSYS", nullptr, [](const Targets&) -> long { return syscall(SYS_capset, nullptr, nullptr); }},
    {"be dumpable", "EPERM", nullptr, [](const Targets&) -> long { return prctl(PR_SET_DUMPABLE, 1); }},
    {"outlive the zygote", "EPERM", nullptr, [](const Targets&) -> long { return prctl(PR_SET_PDEATHSIG, 0); }},
    {"another filter", "EPERM", nullptr, [](const Targets&) -> long { return syscall(SYS_seccomp, 1, 0, nullptr); }},
    {"a session", "EPERM", nullptr, [](const Targets&) -> long { return setsid(); }},
    {"another process group", "EPERM", nullptr, [](const Targets&) -> long { return setpgid(0, 0); }},
    {"another personality", "EPERM", nullptr, [](const Targets&) -> long { return personality(ADDR_NO_RANDOMIZE); }},
    {"another host name", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_sethostname, nullptr, 0); }},
    {"another mask of modes", "EPERM", nullptr,
     [](const Targets&) -> long { return static_cast<long>(syscall(SYS_umask, 0)); }},
    {"another handler of a signal", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_rt_sigaction, SIGUSR1, nullptr, nullptr, 8); }},

    // The kernel.
    {"io_uring", "SIGSYS", nullptr, [](const Targets&) -> long { return syscall(SYS_io_uring_setup, 1, nullptr); }},
    {"older asynchronous input and output", "EPERM", nullptr,
     [](const Targets&) -> long { return syscall(SYS_io_setup, 1, nullptr); }},
    {"a program for the kernel", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_bpf, 0, nullptr, 0); }},
    {"a key", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_add_key, nullptr, nullptr, nullptr, 0, 0); }},
    {"ask for a key", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_request_key, nullptr, nullptr, nullptr, 0); }},
    {"keyctl", "SIGSYS", nullptr, [](const Targets&) -> long { return syscall(SYS_keyctl, 0, 0, 0, 0, 0); }},
    {"the kernel's log", "SIGSYS", nullptr, [](const Targets&) -> long { return syscall(SYS_syslog, 10, nullptr, 0); }},
    {"a module", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_init_module, nullptr, 0, nullptr); }},
    {"a module's file", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_finit_module, -1, nullptr, 0); }},
    {"another kernel", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_kexec_load, 0, 0, nullptr, 0); }},
    {"restart the machine", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_reboot, 0, 0, 0, nullptr); }},
    {"swap", "SIGSYS", nullptr, [](const Targets&) -> long { return syscall(SYS_swapoff, "/nowhere/file"); }},
    {"accounting", "SIGSYS", nullptr, [](const Targets&) -> long { return syscall(SYS_acct, "/nowhere/file"); }},
    {"quotas", "SIGSYS", nullptr,
     [](const Targets&) -> long { return syscall(SYS_quotactl, -1, nullptr, 0, nullptr); }},
    {"a call that there is not", "SIGSYS", nullptr, [](const Targets&) -> long { return syscall(100'000); }},

#if defined(__x86_64__)
    // Calls by other doors.
    {"a call of x32", "SIGSYS", nullptr, [](const Targets&) -> long { return syscall(0x40000000L + SYS_getpid); }},
    {"ports", "SIGSYS", nullptr, [](const Targets&) -> long { return syscall(SYS_iopl, 0); }},
    {"segments", "SIGSYS", nullptr, [](const Targets&) -> long { return syscall(SYS_modify_ldt, 0, nullptr, 0); }},
#endif
};

}  // namespace

std::span<const Attempt> SandboxAttempts() { return kAttempts; }

}  // namespace mayfly::runtime
