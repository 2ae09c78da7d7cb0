// What the calls of a data plane have come to, counted since it began.
#ifndef MAYFLY_DATAPLANE_INVOCATION_COUNTERS_H_
#define MAYFLY_DATAPLANE_INVOCATION_COUNTERS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/reason.h"
#include "dataplane/call_report.h"
#include "dataplane/outcome_status.h"
#include "dataplane/per_language.h"

namespace mayfly::dataplane {

// How a call ends: well, or with one of the reasons that a data plane gives. A reason that is none of these counts as
// the last.
inline constexpr std::string_view kCallOutcomes[] = {
    "OK",
    reason::kFunctionThrew,
    reason::kSourceInvalid,
    reason::kHandlerNotFound,
    reason::kFunctionTimeout,
    reason::kCpuLimit,
    reason::kMemoryLimit,
    reason::kWorkerCrashed,
    reason::kResultNotSerializable,
    reason::kResultTooLarge,
    reason::kEventInvalid,
    reason::kEventTooLarge,
    reason::kSourceTooLarge,
    reason::kManifestInvalid,
    reason::kNameInvalid,
    reason::kRequestInvalid,
    reason::kFunctionNotFound,
    reason::kQueueTimeout,
    reason::kOverloaded,
    reason::kFunctionQuarantined,
    reason::kMemoryBudgetExceeded,
    reason::kShuttingDown,
    reason::kPeerUnreachable,
    reason::kCancelled,
    reason::kInternal,
};
inline constexpr size_t kCallOutcomeCount = std::size(kCallOutcomes);

inline constexpr Purpose kPurposes[] = {Purpose::kInvoke, Purpose::kRun, Purpose::kCheck};

// Its place in an array of one for each.
constexpr size_t IndexOf(Purpose purpose) { return static_cast<size_t>(purpose); }

// How many times were how long.
struct DurationHistogram {
  // Each bucket's longest.
  static constexpr std::array kBounds = {
      absl::Microseconds(100),  absl::Microseconds(250),  absl::Microseconds(500), absl::Milliseconds(1),
      absl::Microseconds(2500), absl::Milliseconds(5),    absl::Milliseconds(10),  absl::Milliseconds(25),
      absl::Milliseconds(50),   absl::Milliseconds(100),  absl::Milliseconds(250), absl::Milliseconds(500),
      absl::Seconds(1),         absl::Milliseconds(2500), absl::Seconds(5),        absl::Seconds(10),
      absl::Seconds(30),        absl::Seconds(60),        absl::Seconds(300),
  };

  void Add(absl::Duration duration);

  std::array<uint64_t, kBounds.size() + 1> counts = {};  // each bucket's own; the last: longer than all bounds
  absl::Duration sum;
};

struct InvocationStats {
  // By purpose; by language, with a last place for calls that ended before their function was known; by outcome.
  using ByOutcome = std::array<uint64_t, kCallOutcomeCount>;
  std::array<std::array<ByOutcome, std::size(kLanguages) + 1>, std::size(kPurposes)> calls = {};

  // Calls that got a worker: one made for them, or one that was there.
  struct Starts {
    uint64_t cold = 0;
    uint64_t warm = 0;
  };
  std::array<PerLanguage<Starts>, std::size(kPurposes)> starts = {};

  // Of calls whose function was known, checks left out.
  struct Times {
    DurationHistogram total;  // from arrival to answer
    DurationHistogram queue;  // until a worker was there, or was asked for
    DurationHistogram load;   // cold calls alone: fork, sandbox and load
    absl::Duration cpu;       // of workers, while they ran
  };
  PerLanguage<Times> times = {};
};

// Thread-safe. Counting takes a lock of its own for some nanoseconds, which no other work is done under, and allocates
// nothing for a call that ended well.
class InvocationCounters {
 public:
  void Count(Purpose purpose, const absl::Status& status, const CallReport& report);

  // All of one moment.
  InvocationStats stats() const;

 private:
  mutable absl::Mutex mutex_;
  InvocationStats stats_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_INVOCATION_COUNTERS_H_
