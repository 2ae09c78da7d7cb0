#include "runtime/python/output_lines.h"

#include <algorithm>
#include <cstddef>

#include "base/limits.h"
#include "runtime/python/utf8.h"

namespace mayfly::runtime {

void OutputLines::Redirect(LogBuffer* logs) {
  logs_ = logs;
  for (Pending& pending : pending_) pending.bytes.clear();
}

void OutputLines::Write(OutputStream stream, LogLevel level, std::string_view bytes) {
  if (logs_ == nullptr) return;
  Pending& pending = pending_[static_cast<size_t>(stream)];
  if (pending.level != level && !pending.bytes.empty()) Emit(pending);
  pending.level = level;
  while (true) {
    const size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    // One byte more than the buffer takes, so that it sees that something was dropped.
    pending.bytes.append(piece.substr(0, kLogBytesMax + 1 - std::min(pending.bytes.size(), kLogBytesMax + 1)));
    if (end == std::string_view::npos) return;
    Emit(pending);
    bytes.remove_prefix(end + 1);
  }
}

void OutputLines::Flush() {
  if (logs_ == nullptr) return;
  for (Pending& pending : pending_) {
    if (!pending.bytes.empty()) Emit(pending);
  }
}

void OutputLines::Emit(Pending& pending) {
  logs_->Append(pending.level, ReplaceInvalidUtf8(pending.bytes));
  pending.bytes.clear();
}

}  // namespace mayfly::runtime
