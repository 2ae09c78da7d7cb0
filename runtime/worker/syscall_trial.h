// Finds out which entries of a language's system-call policy nothing needs: it tries guests with each entry left out.
#ifndef MAYFLY_RUNTIME_WORKER_SYSCALL_TRIAL_H_
#define MAYFLY_RUNTIME_WORKER_SYSCALL_TRIAL_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/channel/messages.h"
#include "runtime/engine/engine.h"
#include "runtime/worker/trial_worker.h"

namespace mayfly::runtime {

enum class TrialStrategy { kFresh, kRewind };

struct SyscallTrial {
  Language language;
  std::vector<TrialGuest> guests;
  std::function<std::unique_ptr<EngineBoot>(TrialStrategy)> make_boot;  // called in a process of its own
};

// Those whose workers crash, abort or are misled, whatever the language. `everyday` is a call that does some work.
std::vector<TrialGuest> EndingGuests(const LoadRequest& function, const TrialCall& everyday);

struct TrialReport {
  std::vector<std::string> wrong;     // what guests do otherwise than they should under the whole policy
  std::vector<std::string> unneeded;  // entries without which all guests do the same: "dup2", "fcntl F_GETFL"
};

// Under `fresh`, and under `rewind` in each way that works here. The calling process has one thread and no engine.
TrialReport FindUnneeded(const SyscallTrial& trial);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_SYSCALL_TRIAL_H_
