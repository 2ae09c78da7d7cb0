// fork with what the kernel's clone can do besides: which glibc has no function for.
#ifndef MAYFLY_RUNTIME_WORKER_CLONE_PROCESS_H_
#define MAYFLY_RUNTIME_WORKER_CLONE_PROCESS_H_

#include <sys/types.h>

#include <cstdint>

namespace mayfly::runtime {

struct CloneOptions {
  // Of clone(2): CLONE_PARENT, CLONE_NEW…. None that shares memory (CLONE_VM), and none about thread ids: those are
  // set here.
  uint64_t flags = 0;

  // The folder of a control group (version 2): the child is born in it. Moving a process later takes a lock of the
  // whole system and costs milliseconds; being born there costs nothing. -1: the caller's own group.
  int cgroup_fd = -1;
};

// Like fork: returns twice, 0 in the child; -1 with errno when there is none. The caller has one thread, and nothing
// that needs the handlers of pthread_atfork, which are not called. Without CLONE_PARENT the child's end is told by
// SIGCHLD, as fork's is. The first call forks a child more, which has ended when this returns.
//
// ENOSYS with a cgroup_fd: the kernel, or a container's filter, has no clone3.
pid_t CloneProcess(const CloneOptions& options = {});

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_CLONE_PROCESS_H_
