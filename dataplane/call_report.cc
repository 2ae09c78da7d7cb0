#include "dataplane/call_report.h"

#include <utility>

#include "base/limits.h"

namespace mayfly::dataplane {

void AppendLogs(runtime::Logs& logs, runtime::Logs more, size_t bytes_max) {
  if (logs.entries.empty() && !logs.truncated && bytes_max >= kLogBytesMax) {
    logs = std::move(more);
    return;
  }
  size_t bytes = 0;
  for (const runtime::LogEntry& entry : logs.entries) bytes += entry.text.size();
  for (runtime::LogEntry& entry : more.entries) {
    bytes += entry.text.size();
    if (logs.truncated || bytes > bytes_max || logs.entries.size() == kLogEntriesMax) {
      logs.truncated = true;
      return;
    }
    logs.entries.push_back(std::move(entry));
  }
  logs.truncated = logs.truncated || more.truncated;
}

}  // namespace mayfly::dataplane
