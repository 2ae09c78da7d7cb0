#include "runtime/worker/clone_process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace mayfly::runtime {
namespace {

// What the kernel was told by glibc's own fork, in a child that ends at once. Null: errno says why not.
pid_t* AskAFork() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return nullptr;
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  pid_t* address = nullptr;
  const pid_t pid = fork();
  if (pid == 0) {
    const bool known = prctl(PR_GET_TID_ADDRESS, &address, 0, 0, 0) == 0;
    _exit(known && write(writer.get(), &address, sizeof(address)) == sizeof(address) ? 0 : 1);
  }
  writer.reset();
  if (pid < 0) return nullptr;
  const bool told = read(reader.get(), &address, sizeof(address)) == sizeof(address);
  waitpid(pid, nullptr, 0);
  if (told) return address;
  errno = ENOSYS;
  return nullptr;
}

// glibc keeps the thread's id in the thread's control block, and takes it from there for the owner of a mutex among
// others. A child that found its parent's id there would be wrong about itself. Where it stands is glibc's secret, but
// a fork has the kernel write it there and wipe it at the end, and the kernel tells. (It tells of a process that was
// not forked too, but there glibc has another word wiped.) The same in a child and its children: they have the memory
// of their parent. Null and ENOSYS where the kernel does not tell (no CONFIG_CHECKPOINT_RESTORE); null and another
// errno where no process can be made now, so that it is asked again.
pid_t* ThreadIdAddress() {
  static pid_t* address = nullptr;
  if (address == nullptr) address = AskAFork();
  return address;
}

// What fork asks for: the kernel writes the child's id there before the child runs, and wipes it at its end.
constexpr uint64_t kThreadIdFlags = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;

// A child that its parent's parent gets has that one's way of telling of its end, and clone3 refuses to be told
// another.
uint64_t ExitSignal(uint64_t flags) { return (flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD; }

// A stack of null is a copy of the caller's.
pid_t CloneInto(int cgroup_fd, uint64_t flags, pid_t* tid) {
  clone_args arguments = {};
  arguments.flags = flags | kThreadIdFlags | CLONE_INTO_CGROUP;
  arguments.child_tid = reinterpret_cast<uint64_t>(tid);
  arguments.exit_signal = ExitSignal(flags);
  arguments.cgroup = static_cast<uint64_t>(cgroup_fd);
  return static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

// The older call: containers' filters tend to refuse clone3, whose flags they can't see. Its last two arguments are the
// child's id and its thread's storage, in an order that differs between processors; the latter is not looked at.
pid_t CloneHere(uint64_t flags, pid_t* tid) {
  return static_cast<pid_t>(syscall(SYS_clone, flags | kThreadIdFlags | ExitSignal(flags), nullptr, nullptr, tid, tid));
}

}  // namespace

pid_t CloneProcess(const CloneOptions& options) {
  pid_t* const tid = ThreadIdAddress();
  if (tid == nullptr) return options.flags == 0 && options.cgroup_fd < 0 ? fork() : -1;
  return options.cgroup_fd < 0 ? CloneHere(options.flags, tid) : CloneInto(options.cgroup_fd, options.flags, tid);
}

}  // namespace mayfly::runtime
