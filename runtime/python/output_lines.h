// What a guest writes, joined into lines.
#ifndef MAYFLY_RUNTIME_PYTHON_OUTPUT_LINES_H_
#define MAYFLY_RUNTIME_PYTHON_OUTPUT_LINES_H_

#include <array>
#include <string>
#include <string_view>

#include "runtime/channel/messages.h"
#include "runtime/engine/log_buffer.h"

namespace mayfly::runtime {

enum class OutputStream { kOut = 0, kErr = 1 };

// Joins the pieces that a guest writes to its two streams into log entries, one a line. Not thread-safe.
class OutputLines {
 public:
  // Where entries go from now on; null drops them. What waits for its line's end is forgotten. Not owned.
  void Redirect(LogBuffer* logs);

  // Adds bytes to a stream. Whole lines become entries at once; the rest waits for the line's end, or for a piece of
  // another level. Bytes that are not UTF-8 become U+FFFD.
  void Write(OutputStream stream, LogLevel level, std::string_view bytes);

  // Makes entries of what waits.
  void Flush();

 private:
  struct Pending {
    LogLevel level = LogLevel::kInfo;
    std::string bytes;  // at most kLogBytesMax
  };

  void Emit(Pending& pending);

  LogBuffer* logs_ = nullptr;
  std::array<Pending, 2> pending_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_OUTPUT_LINES_H_
