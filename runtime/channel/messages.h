// What host and worker say to each other. Plain data: the wire form is in codec.h, the transport in channel.h.
//
// Nothing a worker says is trusted: a guest is native code and may have written it. The decoder bounds every count and
// length; the host uses the values only to report them.
#ifndef MAYFLY_RUNTIME_CHANNEL_MESSAGES_H_
#define MAYFLY_RUNTIME_CHANNEL_MESSAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace mayfly::runtime {

enum class Language : uint8_t { kJs = 1, kPython = 2 };

// How a source is evaluated.
enum class SourceKind : uint8_t {
  kScript = 1,    // js: a script with a global handler; python: a module
  kJsModule = 2,  // js: an ES module
};

// Which of its interpreters a Python worker runs the function in.
enum class PythonInterpreter : uint8_t {
  kIsolated = 1,  // a sub-interpreter with a GIL of its own
  kMain = 2,      // the main one, for extension modules that work in no other; under rewind only
};

// A dependency: `name` is what the guest imports.
struct Module {
  std::string name;
  std::string source;
};

// Host → worker, once in a worker's life: the function it is bound to. All text is UTF-8.
struct LoadRequest {
  std::string function_id;  // names the file in stacks: "<id>.js", "<id>.py"
  std::string handler;
  SourceKind kind = SourceKind::kScript;
  std::string source;
  std::vector<Module> dependencies;  // sorted by name, names unique
  int64_t memory_limit_bytes = 0;    // the whole worker's cap
  PythonInterpreter python_interpreter = PythonInterpreter::kIsolated;

  // What the handler is called with, in this order, once the function is loaded and before the first call: so that what
  // it compiles and caches is there. Each is one valid JSON text. What it returns and logs is dropped; what it throws
  // makes the load fail.
  std::vector<std::string> warmup_events;
};

// Host → worker: one call.
struct RunRequest {
  std::string event;  // one valid JSON text
  // The budget left when the host handed the call over; what the guest may ask for. The host enforces it.
  absl::Duration time_left = absl::InfiniteDuration();
  std::string invocation_id;
};

// What the guest did. A failure of the host's own is an absl::Status instead, never one of these.
enum class Outcome : uint8_t {
  kReturned = 1,
  kThrew = 2,
  kSourceInvalid = 3,    // does not compile, or its top level threw; in a load only
  kHandlerNotFound = 4,  // in a load only
  kMemoryLimit = 5,
  kResultNotSerializable = 6,
  kResultTooLarge = 7,
  kEventInvalid = 8,  // valid JSON that the language can't hold (an integer of more than 4,300 digits in Python)
};

struct StackFrame {
  std::string function;  // empty at the top level
  std::string file;      // "<id>.js", "<id>.py", or a dependency's file
  int32_t line = 0;      // from 1
  int32_t column = 0;    // from 1, in characters; 0 where unknown
};

// Set for every outcome but kReturned.
struct GuestError {
  std::string type;                // the error's class, as the guest names it
  std::string message;             // for kHandlerNotFound it names the functions that are there
  std::string stack;               // the engine's rendering, the user's lines only
  std::vector<StackFrame> frames;  // innermost first; for a syntax error, its one place
};

enum class LogLevel : uint8_t { kDebug = 1, kInfo = 2, kWarn = 3, kError = 4 };

struct LogEntry {
  LogLevel level = LogLevel::kInfo;
  std::string text;       // without the line's end
  absl::Duration offset;  // since the load or the run began
};

// Captured output, bounded by kLogBytesMax and kLogEntriesMax (base/limits.h).
struct Logs {
  std::vector<LogEntry> entries;
  bool truncated = false;
};

// Worker → host, once: whether the function is loaded.
struct LoadReply {
  Outcome outcome = Outcome::kReturned;
  GuestError error;
  Logs logs;
};

struct EngineTimes {
  absl::Duration parse;
  absl::Duration handler;
  absl::Duration serialize;
};

// The rewind that made the worker pristine for a call. Zero before a worker's first call, and without rewind.
struct RewindReport {
  absl::Duration time;
  int32_t pages = 0;  // brought back
};

// Worker → host, once for each RunRequest.
struct RunReply {
  Outcome outcome = Outcome::kReturned;
  std::string result;  // one JSON text; kReturned only
  GuestError error;
  Logs logs;
  EngineTimes times;
  RewindReport rewind;

  // The worker takes no further call: its state can't be brought back. It ends.
  bool last = false;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_CHANNEL_MESSAGES_H_
