#include "runtime/python/python_engine.h"

#include <Python.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/limits.h"
#include "runtime/python/source_modules.h"

namespace mayfly::runtime {

namespace {

LoadReply RefuseMain(Isolation isolation) {
  const bool fresh = isolation == Isolation::kFresh;
  return LoadReply{
      .outcome = Outcome::kSourceInvalid,
      .error = {.type = "ManifestError",
                .message = fresh ? R"("pythonInterpreter": "main" needs rewind isolation; this server runs fresh)"
                                 : R"(this server has no "pythonInterpreter": "main")"}};
}

}  // namespace

StandingGuest MakeStandingGuest(const PythonProcess& process, PythonInterpreter interpreter) {
  const bool is_main = interpreter == PythonInterpreter::kMain;
  StandingGuest standing{.host = std::make_unique<HostContext>(process.library(), is_main), .guest = nullptr};
  standing.guest = Guest::Create(process, *standing.host);
  return standing;
}

PythonEngine::PythonEngine(const PythonProcess& process, Isolation isolation, StandingGuest standing,
                           StandingGuest standing_main)
    : process_(process),
      isolation_(isolation),
      standing_(std::move(standing)),
      standing_main_(std::move(standing_main)) {}

LoadReply PythonEngine::Load(const LoadRequest& function, LogBuffer& logs) {
  if (function.python_interpreter == PythonInterpreter::kMain) {
    if (isolation_ == Isolation::kFresh || standing_main_.host == nullptr) return RefuseMain(isolation_);
    // The other one stays as it is: to end it would take time and memory.
    std::swap(standing_, standing_main_);
  }
  handler_ = function.handler;
  warmup_events_ = function.warmup_events;
  standing_.host->modules = SourceModules(function, process_.library().names());
  if (isolation_ == Isolation::kFresh) process_state_.emplace();
  if (standing_.guest == nullptr) {
    return LoadReply{.outcome = Outcome::kMemoryLimit,
                     .error = {.type = "MemoryError", .message = "the memory limit is too small for an interpreter"}};
  }
  standing_.guest->Attach();
  return LoadStanding(&logs);
}

LoadReply PythonEngine::LoadStanding(LogBuffer* logs) {
  standing_.host->output.Redirect(logs);
  LoadReply reply = standing_.guest->Load(handler_);
  standing_.host->output.Redirect(nullptr);
  return reply.outcome == Outcome::kReturned ? WarmUp() : reply;
}

LoadReply PythonEngine::WarmUp() {
  for (size_t i = 0; i < warmup_events_.size(); ++i) {
    for (int run = 0; run < kWarmUpRuns; ++run) {
      RunReply reply = standing_.guest->Call({.event = warmup_events_[i]});
      if (reply.outcome == Outcome::kReturned) continue;
      reply.error.message = absl::StrCat("warmupEvents[", i, "]: ", reply.error.message);
      const bool starved = reply.outcome == Outcome::kMemoryLimit;
      return LoadReply{.outcome = starved ? Outcome::kMemoryLimit : Outcome::kSourceInvalid,
                       .error = std::move(reply.error)};
    }
  }
  return LoadReply{};
}

RunReply PythonEngine::Run(const RunRequest& call, LogBuffer& logs) {
  standing_.host->output.Redirect(&logs);
  RunReply reply = standing_.guest->Call(call);
  standing_.host->output.Redirect(nullptr);
  return reply;
}

bool PythonEngine::Prepare() {
  standing_.guest.reset();
  process_state_->Restore();
  standing_.guest = Guest::Create(process_, *standing_.host);
  return standing_.guest != nullptr && LoadStanding(nullptr).outcome == Outcome::kReturned;
}

void PythonEngine::BeforeCheckpoint() {
  standing_.guest->BeforeCheckpoint();
  process_.randomness().Forget();
  process_.arenas().Settle();
}

void PythonEngine::AfterCheckpoint() { standing_.guest->AfterCheckpoint(); }

}  // namespace mayfly::runtime
