// Linux namespaces: a zygote and its workers see no file, no network, no host name and no System V object of the host.
//
// They are entered once, by the zygote, in 2–3 ms: a worker inherits them by its fork and only leaves the zygote's last
// files behind, in less than 0.1 ms. No privilege is needed where the kernel lets users make user namespaces.
//
// There is no pid namespace among them: its first process would have to outlive each zygote's workers and reap them,
// and host and zygote speak of workers by pid. What it would hide, seccomp refuses: a worker can name no other process.
#ifndef MAYFLY_RUNTIME_SANDBOX_NAMESPACES_H_
#define MAYFLY_RUNTIME_SANDBOX_NAMESPACES_H_

#include "absl/status/status.h"

namespace mayfly::runtime {

// Moves this process, which has one thread, into new namespaces: user, mount, network, IPC, host name. Of files there
// are then /proc and an empty folder; what is open stays open. The user and group keep their numbers. Errors:
// UNAVAILABLE, with the step that the kernel refuses; the process must then end.
absl::Status EnterNamespaces();

// After EnterNamespaces, in a worker, which has all its capabilities over them yet: the empty folder is all that is
// left of the file system.
absl::Status EnterEmptyFolder();

// Whether both work here, tried in a forked process. Any thread may call it.
absl::Status ProbeNamespaces();

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_SANDBOX_NAMESPACES_H_
