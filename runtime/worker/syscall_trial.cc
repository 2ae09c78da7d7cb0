#include "runtime/worker/syscall_trial.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/unique_fd.h"
#include "runtime/rewind/process_memory.h"
#include "runtime/rewind/rewind_probe.h"
#include "runtime/rewind/rewind_way.h"
#include "runtime/rewind/zygote_image.h"
#include "runtime/sandbox/sandbox.h"
#include "runtime/sandbox/syscall_policy.h"

namespace mayfly::runtime {
namespace {

// A policy, less one entry.
struct Lessened {
  std::string entry;
  SyscallPolicy policy;
};

template <typename T>
void LeaveOutEach(const SyscallPolicy& policy, std::vector<T> SyscallPolicy::* list, std::vector<Lessened>& lessened) {
  for (size_t i = 0; i < (policy.*list).size(); ++i) {
    lessened.push_back({.entry = (policy.*list)[i].name, .policy = policy});
    std::vector<T>& entries = lessened.back().policy.*list;
    entries.erase(entries.begin() + static_cast<ptrdiff_t>(i));
  }
}

void LeaveOutEachValue(const SyscallPolicy& policy, std::vector<Lessened>& lessened) {
  for (size_t i = 0; i < policy.choices.size(); ++i) {
    for (size_t j = 0; j < policy.choices[i].allowed.size(); ++j) {
      const SyscallChoice& choice = policy.choices[i];
      lessened.push_back({.entry = absl::StrCat(choice.name, " ", choice.allowed[j].name), .policy = policy});
      std::vector<AllowedValue>& values = lessened.back().policy.choices[i].allowed;
      values.erase(values.begin() + static_cast<ptrdiff_t>(j));
    }
  }
}

std::vector<Lessened> LessenEach(const SyscallPolicy& policy) {
  std::vector<Lessened> lessened;
  LeaveOutEach(policy, &SyscallPolicy::allowed, lessened);
  LeaveOutEach(policy, &SyscallPolicy::conditional, lessened);
  LeaveOutEach(policy, &SyscallPolicy::guest_fds, lessened);
  LeaveOutEachValue(policy, lessened);
  return lessened;
}

// All guests, in one process, in one way.
class Runner {
 public:
  Runner(const SyscallTrial& trial, EngineBoot& boot, std::optional<WorkerRewind> rewind)
      : trial_(trial), boot_(boot), rewind_(rewind) {}

  // What goes wrong first; empty: nothing.
  std::string Try(const SyscallPolicy& policy) {
    const absl::StatusOr<Sandbox> sandbox = Sandbox::Create(policy, {});
    if (!sandbox.ok()) return std::string(sandbox.status().message());
    for (const TrialGuest& guest : trial_.guests) {
      if (!rewind_.has_value() && !guest.under_fresh) continue;
      const std::vector<std::string> lines = TryGuest(boot_, *sandbox, rewind_, guest);
      if (lines != ExpectedOf(guest)) return Difference(guest, lines);
    }
    return "";
  }

  void TryAll(const std::vector<Lessened>& candidates, TrialReport& report) {
    const std::string wrong = Try(PolicyOf(trial_.language));
    if (!wrong.empty()) {
      report.wrong.push_back(wrong);
      return;
    }
    std::vector<std::string> unneeded;
    for (const Lessened& candidate : candidates) {
      const bool asked = std::ranges::find(report.unneeded, candidate.entry) != report.unneeded.end();
      if (asked && Try(candidate.policy).empty()) unneeded.push_back(candidate.entry);
    }
    report.unneeded = std::move(unneeded);
  }

 private:
  std::string Difference(const TrialGuest& guest, const std::vector<std::string>& lines) const {
    const std::vector<std::string> expected = ExpectedOf(guest);
    size_t line = 0;
    while (line < lines.size() && line < expected.size() && lines[line] == expected[line]) ++line;
    return absl::StrCat(guest.name, rewind_.has_value() ? absl::StrCat(" by ", RewindWayName(rewind_->way)) : " fresh",
                        ", line ", line, ": ", line < lines.size() ? lines[line] : "nothing", " instead of ",
                        line < expected.size() ? expected[line] : "nothing");
  }

  const SyscallTrial& trial_;
  EngineBoot& boot_;
  const std::optional<WorkerRewind> rewind_;
};

void TryFresh(const SyscallTrial& trial, const std::vector<Lessened>& candidates, TrialReport& report) {
  const std::unique_ptr<EngineBoot> boot = trial.make_boot(TrialStrategy::kFresh);
  Runner(trial, *boot, std::nullopt).TryAll(candidates, report);
}

void TryRewind(const SyscallTrial& trial, const std::vector<Lessened>& candidates, TrialReport& report) {
  ConfigureProcessMemory();
  const std::unique_ptr<EngineBoot> boot = trial.make_boot(TrialStrategy::kRewind);
  boot->BeforeImage();
  const absl::StatusOr<ZygoteImage> image = ZygoteImage::Take();
  if (!image.ok()) {
    report.wrong.emplace_back(image.status().message());
    return;
  }
  for (const RewindProbe& probe : ProbeRewindWays()) {
    if (!probe.status.ok()) continue;
    const WorkerRewind rewind = {
        .way = probe.way, .verify = false, .guest_calls = trial.language == Language::kPython, .image = &*image};
    Runner(trial, *boot, rewind).TryAll(candidates, report);
  }
}

// Does `work` in a fork, so that the next strategy finds a process without an engine.
TrialReport InProcess(const TrialReport& before, const std::function<void(TrialReport&)>& work) {
  int ends[2];
  if (pipe(ends) != 0) abort();
  const pid_t pid = fork();
  if (pid == 0) {
    TrialReport report = before;
    work(report);
    const std::string text =
        absl::StrCat(absl::StrJoin(report.wrong, "\n"), "\f", absl::StrJoin(report.unneeded, "\n"), "\f");
    _exit(write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  char part[4096];
  for (ssize_t length; (length = read(ends[0], part, sizeof(part))) > 0;)
    text.append(part, static_cast<size_t>(length));
  close(ends[0]);
  waitpid(pid, nullptr, 0);
  const std::vector<std::string> parts = absl::StrSplit(text, '\f');
  if (parts.size() != 3) return {.wrong = {"the process of the trial has ended early"}, .unneeded = {}};
  return {.wrong = absl::StrSplit(parts[0], '\n', absl::SkipEmpty()),
          .unneeded = absl::StrSplit(parts[1], '\n', absl::SkipEmpty())};
}

}  // namespace

std::vector<TrialGuest> EndingGuests(const LoadRequest& function, const TrialCall& everyday) {
  using Disturbance = TrialGuest::Disturbance;
  return {
      {.name = "crashing", .function = function, .calls = {everyday}, .disturbance = Disturbance::kCrash},
      {.name = "misled",
       .function = function,
       .calls = {everyday},
       .disturbance = Disturbance::kNonsense,
       .says = "worker: a message that no host sends\n",
       .end = "exit 91"},
      {.name = "with a broken heap",
       .function = function,
       .calls = {{R"("native broken heap")", ""}},
       .says = "free(): double free detected in tcache 2\n",
       .end = "SIGABRT"},
      {.name = "aborting", .function = function, .calls = {{R"("native abort")", ""}}, .end = "SIGABRT"},
  };
}

TrialReport FindUnneeded(const SyscallTrial& trial) {
  const std::vector<Lessened> candidates = LessenEach(PolicyOf(trial.language));
  TrialReport report;
  for (const Lessened& candidate : candidates) report.unneeded.push_back(candidate.entry);
  report = InProcess(report, [&](TrialReport& next) { TryRewind(trial, candidates, next); });
  return InProcess(report, [&](TrialReport& next) { TryFresh(trial, candidates, next); });
}

}  // namespace mayfly::runtime
