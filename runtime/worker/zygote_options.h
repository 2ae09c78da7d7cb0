// What a language's binary tells its zygote.
#ifndef MAYFLY_RUNTIME_WORKER_ZYGOTE_OPTIONS_H_
#define MAYFLY_RUNTIME_WORKER_ZYGOTE_OPTIONS_H_

#include <string>
#include <vector>

#include "runtime/channel/messages.h"

namespace mayfly::runtime {

struct ZygoteOptions {
  Language language = Language::kJs;

  // Folders and files that a worker may still read under its sandbox (absolute paths; those that are not there are left
  // out). Everything else can be neither opened nor looked up. Empty: no file at all, which needs less of the kernel.
  std::vector<std::string> readable_paths;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_ZYGOTE_OPTIONS_H_
