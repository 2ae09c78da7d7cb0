#include "runtime/js/testing/engine_harness.h"

#include <algorithm>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "base/limits.h"
#include "runtime/js/embedded_snapshot.h"
#include "runtime/js/v8_boot.h"

namespace mayfly::runtime::js::testing {
namespace {

// V8 can be started once in a process, and a test has no main of ours to hold it.
V8Boot& Boot() {
  static V8Boot* const boot = new V8Boot(EmbeddedSnapshot());
  return *boot;
}

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarn:
      return "WARN";
    case LogLevel::kError:
      return "ERROR";
  }
  ABSL_UNREACHABLE();
}

}  // namespace

Harness::Harness(TestFunction function) {
  std::sort(function.dependencies.begin(), function.dependencies.end(),
            [](const Module& a, const Module& b) { return a.name < b.name; });
  const int64_t memory_limit_bytes = function.memory_limit_mib * static_cast<int64_t>(kMiB);
  engine_ = Boot().MakeEngine(memory_limit_bytes);
  LogBuffer logs;
  logs.Begin();
  loaded_ = engine_->Load(
      LoadRequest{
          .function_id = "my-func",
          .handler = std::move(function.handler),
          .kind = function.kind,
          .source = std::move(function.source),
          .dependencies = std::move(function.dependencies),
          .memory_limit_bytes = memory_limit_bytes,
          .warmup_events = std::move(function.warmup_events),
      },
      logs);
  loaded_.logs = logs.Take();
}

RunReply Harness::Run(std::string_view event, absl::Duration time_left) {
  if (!std::exchange(fresh_, false)) CHECK(engine_->Prepare());
  LogBuffer logs;
  logs.Begin();
  RunReply reply =
      engine_->Run(RunRequest{.event = std::string(event), .time_left = time_left, .invocation_id = "call-1"}, logs);
  reply.logs = logs.Take();
  return reply;
}

RunReply Call(TestFunction function, std::string_view event) {
  Harness harness(std::move(function));
  CHECK(harness.loaded().outcome == Outcome::kReturned) << harness.loaded().error.stack;
  return harness.Run(event);
}

RunReply CallScript(std::string_view source, std::string_view event) {
  return Call({.source = std::string(source)}, event);
}

RunReply CallModule(std::string_view source, std::vector<Module> dependencies) {
  return Call({.source = std::string(source), .dependencies = std::move(dependencies), .kind = SourceKind::kJsModule});
}

LoadReply Load(TestFunction function) { return Harness(std::move(function)).loaded(); }

std::vector<std::string> Lines(const Logs& logs) {
  std::vector<std::string> lines;
  for (const LogEntry& entry : logs.entries) lines.push_back(absl::StrCat(LevelName(entry.level), " ", entry.text));
  return lines;
}

std::vector<std::string> Frames(const GuestError& error) {
  std::vector<std::string> frames;
  for (const StackFrame& frame : error.frames) {
    frames.push_back(absl::StrCat(frame.function, " (", frame.file, ":", frame.line, ":", frame.column, ")"));
  }
  return frames;
}

}  // namespace mayfly::runtime::js::testing
