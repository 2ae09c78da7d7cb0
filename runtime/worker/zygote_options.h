// What a language's binary tells its zygote.
#ifndef MAYFLY_RUNTIME_WORKER_ZYGOTE_OPTIONS_H_
#define MAYFLY_RUNTIME_WORKER_ZYGOTE_OPTIONS_H_

#include "runtime/channel/messages.h"

namespace mayfly::runtime {

struct ZygoteOptions {
  Language language = Language::kJs;  // decides what the sandbox lets its workers do
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_ZYGOTE_OPTIONS_H_
