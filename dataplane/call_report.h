// What the host knows of one call when it ends: the receipt before it is put on the wire.
#ifndef MAYFLY_DATAPLANE_CALL_REPORT_H_
#define MAYFLY_DATAPLANE_CALL_REPORT_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "base/limits.h"
#include "dataplane/worker.h"
#include "runtime/channel/messages.h"

namespace mayfly::dataplane {

struct FunctionRevision;

// Whether a worker that had the function loaded was there.
enum class WorkerStart { kNone, kCold, kWarm };

struct CallReport {
  std::string invocation_id;
  std::shared_ptr<const FunctionRevision> function;  // null when the call ended before one was found
  WorkerStart start = WorkerStart::kNone;
  absl::Duration queue_time;
  absl::Duration load_time;
  absl::Duration run_time;
  absl::Duration total_time;
  WorkerUsage usage;
  runtime::EngineTimes engine_times;
  runtime::RewindReport rewind;
  runtime::Logs logs;
};

// Adds `more` behind `logs`, within the bounds of one receipt: `bytes_max` of text and kLogEntriesMax. Neither has more
// than kLogBytesMax, nor has `logs` more than `bytes_max`.
void AppendLogs(runtime::Logs& logs, runtime::Logs more, size_t bytes_max = kLogBytesMax);

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_CALL_REPORT_H_
