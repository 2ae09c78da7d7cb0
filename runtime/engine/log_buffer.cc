#include "runtime/engine/log_buffer.h"

#include <utility>

#include "base/limits.h"
#include "base/monotonic.h"
#include "base/utf8.h"

namespace mayfly::runtime {
void LogBuffer::Begin() {
  logs_ = Logs();
  bytes_ = 0;
  begin_nanos_ = MonotonicNanos();
}

void LogBuffer::Append(LogLevel level, std::string_view text) {
  while (true) {
    const size_t end = text.find('\n');
    AppendLine(level, text.substr(0, end));
    if (end == std::string_view::npos || end + 1 == text.size()) return;
    text.remove_prefix(end + 1);
  }
}

void LogBuffer::AppendLine(LogLevel level, std::string_view line) {
  if (logs_.truncated) return;
  const std::string_view kept = CutUtf8(line, kLogBytesMax - bytes_);
  if (logs_.entries.size() == kLogEntriesMax || kept.size() < line.size()) logs_.truncated = true;
  if (logs_.entries.size() == kLogEntriesMax || (kept.empty() && !line.empty())) return;
  bytes_ += kept.size();
  logs_.entries.push_back(LogEntry{
      .level = level,
      .text = std::string(kept),
      .offset = absl::Nanoseconds(MonotonicNanos() - begin_nanos_),
  });
}

Logs LogBuffer::Take() {
  bytes_ = 0;
  return std::exchange(logs_, Logs());
}

}  // namespace mayfly::runtime
