// How a worker says by its exit code why it ends. A guest can exit with any of them: it then lies about itself alone.
#ifndef MAYFLY_RUNTIME_CHANNEL_EXIT_CODES_H_
#define MAYFLY_RUNTIME_CHANNEL_EXIT_CODES_H_

namespace mayfly::runtime {

// The host closed its end.
inline constexpr int kExitHostGone = 89;

// The engine ran into the worker's memory cap and cannot go on.
inline constexpr int kExitMemoryLimit = 90;

// The worker could not be set up (sandbox, memory): a fault of ours, which its stderr tells.
inline constexpr int kExitSetupFailed = 91;

// The function loaded once, but not again.
inline constexpr int kExitPrepareFailed = 92;

// The worker's memory did not go back to the checkpoint. None of the guest's code has begun on a call that was handed
// over since the last reply.
inline constexpr int kExitRewindFailed = 93;

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_CHANNEL_EXIT_CODES_H_
