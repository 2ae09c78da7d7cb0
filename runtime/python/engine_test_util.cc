#include "runtime/python/engine_test_util.h"

#include <stdlib.h>

#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/python/python_engine.h"

namespace mayfly::runtime {
namespace {

std::string_view NameOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kReturned:
      return "returned";
    case Outcome::kThrew:
      return "threw";
    case Outcome::kSourceInvalid:
      return "source-invalid";
    case Outcome::kHandlerNotFound:
      return "handler-not-found";
    case Outcome::kMemoryLimit:
      return "memory-limit";
    case Outcome::kResultNotSerializable:
      return "result-not-serializable";
    case Outcome::kResultTooLarge:
      return "result-too-large";
    case Outcome::kEventInvalid:
      return "event-invalid";
  }
  return "?";
}

std::string_view NameOf(LogLevel level) {
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
  return "?";
}

}  // namespace

const PythonProcess& TestProcess() {
  // Never finalised: the tests' end is the process's end, as a worker's is.
  static const PythonProcess* const process = [] {
    absl::StatusOr<std::unique_ptr<PythonProcess>> created = PythonProcess::Create();
    if (!created.ok()) {
      std::cerr << created.status() << "\n";
      abort();
    }
    return created->release();
  }();
  return *process;
}

std::unique_ptr<Engine> MakeTestEngine() {
  return std::make_unique<PythonEngine>(TestProcess(), Isolation::kFresh, MakeStandingGuest(TestProcess()));
}

TestFunction::TestFunction(std::string source, std::vector<Module> dependencies, std::string handler)
    : TestFunction(MakeTestEngine(), LoadRequest{
                                         .function_id = "f",
                                         .handler = std::move(handler),
                                         .source = std::move(source),
                                         .dependencies = std::move(dependencies),
                                     }) {}

TestFunction::TestFunction(std::unique_ptr<Engine> engine, const LoadRequest& request) : engine_(std::move(engine)) {
  logs_.Begin();
  load_ = engine_->Load(request, logs_);
  load_.logs = logs_.Take();
}

TestFunction::~TestFunction() = default;

RunReply TestFunction::Run(std::string event) {
  if (load_.outcome != Outcome::kReturned) return RunReply{.outcome = load_.outcome, .error = load_.error};
  if (std::exchange(spent_, true) && !engine_->Prepare()) return RunReply{.outcome = Outcome::kSourceInvalid};
  logs_.Begin();
  RunReply reply = engine_->Run(
      RunRequest{.event = std::move(event), .time_left = absl::Seconds(5), .invocation_id = "call-1"}, logs_);
  reply.logs = logs_.Take();
  return reply;
}

std::string TestFunction::Result(std::string event) {
  const RunReply reply = Run(std::move(event));
  return reply.outcome == Outcome::kReturned ? reply.result : Describe(reply.outcome, reply.error);
}

std::string Describe(Outcome outcome, const GuestError& error) {
  return absl::StrCat(NameOf(outcome), " ", error.type, ": ", error.message);
}

std::vector<std::string> Describe(const std::vector<StackFrame>& frames) {
  std::vector<std::string> described;
  for (const StackFrame& frame : frames) {
    described.push_back(absl::StrCat(frame.function, " ", frame.file, ":", frame.line, ":", frame.column));
  }
  return described;
}

std::vector<std::string> Describe(const Logs& logs) {
  std::vector<std::string> described;
  for (const LogEntry& entry : logs.entries) described.push_back(absl::StrCat(NameOf(entry.level), " ", entry.text));
  return described;
}

}  // namespace mayfly::runtime
