// Landlock: the kernel's own refusal of files, TCP ports and signals to a process that asks for it.
#ifndef MAYFLY_RUNTIME_SANDBOX_LANDLOCK_H_
#define MAYFLY_RUNTIME_SANDBOX_LANDLOCK_H_

#include "absl/status/status.h"

namespace mayfly::runtime {

// The version of Landlock's ABI that this kernel offers (from 1); 0 if there is none.
int LandlockAbi();

// Takes from this process, for ever, all rights on paths, TCP ports, abstract sockets and other processes that version
// `abi` of Landlock knows. What is open stays open. NO_NEW_PRIVS is set. `abi` is LandlockAbi(), not 0.
absl::Status DropAllByLandlock(int abi);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_SANDBOX_LANDLOCK_H_
