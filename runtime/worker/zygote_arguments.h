// The command line of a zygote.
#ifndef MAYFLY_RUNTIME_WORKER_ZYGOTE_ARGUMENTS_H_
#define MAYFLY_RUNTIME_WORKER_ZYGOTE_ARGUMENTS_H_

#include <span>

#include "absl/status/statusor.h"
#include "runtime/worker/zygote_options.h"

namespace mayfly::runtime {

// What the host gives a zygote, after the program's name:
//   --rewind=WAY      workers rewind, in this way (rewind_way.h); else they are `fresh`
//   --verify-rewind   each rewind is checked
//   --without-landlock, --namespaces   what the sandbox is made of (sandbox_parts.h)
// Errors: INVALID_ARGUMENT.
absl::StatusOr<ZygoteOptions> ParseZygoteArguments(Language language, std::span<const char* const> arguments);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_ZYGOTE_ARGUMENTS_H_
