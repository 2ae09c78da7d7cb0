// Captured output, bounded.
#ifndef MAYFLY_RUNTIME_ENGINE_LOG_BUFFER_H_
#define MAYFLY_RUNTIME_ENGINE_LOG_BUFFER_H_

#include <string_view>

#include "absl/time/time.h"
#include "runtime/channel/messages.h"

namespace mayfly::runtime {

// Collects a load's or a call's log entries up to kLogEntriesMax entries and kLogBytesMax bytes of text; what comes
// after is dropped, and `truncated` says so. Not thread-safe.
class LogBuffer {
 public:
  // Starts again, empty; offsets count from now.
  void Begin();

  // Adds one entry for each line of `text` (a last line's end adds none; an empty text adds one empty entry). The entry
  // that does not fit whole is cut at a character's boundary.
  void Append(LogLevel level, std::string_view text);

  // The entries so far; the buffer is empty after it.
  Logs Take();

 private:
  void AppendLine(LogLevel level, std::string_view line);

  Logs logs_;
  size_t bytes_ = 0;
  int64_t begin_nanos_ = 0;  // CLOCK_MONOTONIC
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_ENGINE_LOG_BUFFER_H_
