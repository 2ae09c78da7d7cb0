// What a language's binary, and the host by its arguments, tell a zygote.
#ifndef MAYFLY_RUNTIME_WORKER_ZYGOTE_OPTIONS_H_
#define MAYFLY_RUNTIME_WORKER_ZYGOTE_OPTIONS_H_

#include <optional>

#include "runtime/channel/messages.h"
#include "runtime/channel/sandbox_parts.h"
#include "runtime/rewind/rewind_way.h"

namespace mayfly::runtime {

struct ZygoteOptions {
  Language language = Language::kJs;  // decides what the sandbox lets its workers do
  std::optional<RewindWay> rewind;    // none: `fresh`
  bool verify_rewind = false;         // RewinderOptions::verify
  SandboxParts sandbox;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_ZYGOTE_OPTIONS_H_
