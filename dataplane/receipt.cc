#include "dataplane/receipt.h"

#include <google/protobuf/duration.pb.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/call.h"
#include "dataplane/function_revision.h"
#include "mayfly/v1/invocation.pb.h"

namespace mayfly::dataplane {
namespace {

void Set(google::protobuf::Duration& to, absl::Duration from) {
  absl::Duration rest;
  to.set_seconds(absl::IDivDuration(from, absl::Seconds(1), &rest));
  to.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
}

v1::WorkerStart ToProto(WorkerStart start) {
  switch (start) {
    case WorkerStart::kNone:
      return v1::WORKER_START_UNSPECIFIED;
    case WorkerStart::kCold:
      return v1::COLD;
    case WorkerStart::kWarm:
      return v1::WARM;
  }
  return v1::WORKER_START_UNSPECIFIED;
}

v1::RewindWay ToProto(runtime::RewindWay way) {
  switch (way) {
    case runtime::RewindWay::kUserfaultfd:
      return v1::USERFAULTFD;
    case runtime::RewindWay::kPagemapScan:
      return v1::PAGEMAP_SCAN;
    case runtime::RewindWay::kPagemap:
      return v1::PAGEMAP;
    case runtime::RewindWay::kDontNeed:
      return v1::DONTNEED;
  }
  return v1::REWIND_WAY_UNSPECIFIED;
}

void SetIsolation(const Isolation& isolation, v1::Receipt& receipt) {
  receipt.set_isolation(isolation.rewind.has_value() ? v1::REWIND : v1::FRESH);
  if (isolation.rewind.has_value()) receipt.set_rewind_way(ToProto(*isolation.rewind));
  receipt.set_isolation_reason(isolation.reason);
}

v1::LogEntry::Level ToProto(runtime::LogLevel level) {
  switch (level) {
    case runtime::LogLevel::kDebug:
      return v1::LogEntry::DEBUG;
    case runtime::LogLevel::kInfo:
      return v1::LogEntry::INFO;
    case runtime::LogLevel::kWarn:
      return v1::LogEntry::WARN;
    case runtime::LogLevel::kError:
      return v1::LogEntry::ERROR;
  }
  return v1::LogEntry::LEVEL_UNSPECIFIED;
}

void SetLogs(runtime::Logs logs, v1::Receipt& receipt) {
  receipt.set_logs_truncated(logs.truncated);
  for (runtime::LogEntry& entry : logs.entries) {
    v1::LogEntry& added = *receipt.add_logs();
    added.set_level(ToProto(entry.level));
    added.set_text(std::move(entry.text));
    Set(*added.mutable_offset(), entry.offset);
  }
}

// One number of Server-Timing: milliseconds with three decimals. No absl::StrFormat, which takes a microsecond for
// each.
void AppendMillis(std::string_view name, absl::Duration time, std::string& timing) {
  const int64_t micros = absl::ToInt64Microseconds(time + absl::Nanoseconds(500));
  absl::StrAppend(&timing, name, ";dur=", micros / 1000, ".", absl::Dec(micros % 1000, absl::kZeroPad3));
}

// Server-Timing (W3C).
std::string ServerTiming(const CallReport& report, const Isolation& isolation) {
  std::string timing;
  timing.reserve(128);
  AppendMillis("queue", report.queue_time, timing);
  AppendMillis(", load", report.load_time, timing);
  AppendMillis(", run", report.run_time, timing);
  AppendMillis(", total", report.total_time, timing);
  if (isolation.rewind.has_value()) {
    absl::StrAppend(&timing, ", rewind;desc=", runtime::RewindWayName(*isolation.rewind));
    AppendMillis("", report.rewind.time, timing);
  }
  return timing;
}

}  // namespace

void FillReceipt(CallReport& report, const Isolation& isolation, v1::Receipt& receipt) {
  receipt.set_invocation_id(report.invocation_id);
  if (report.function != nullptr && report.function->stored()) {
    receipt.set_name(report.function->key.name.ToString());
    receipt.set_revision(report.function->key.revision);
  }
  receipt.set_start(ToProto(report.start));
  SetIsolation(isolation, receipt);
  Set(*receipt.mutable_queue_time(), report.queue_time);
  Set(*receipt.mutable_load_time(), report.load_time);
  Set(*receipt.mutable_run_time(), report.run_time);
  Set(*receipt.mutable_total_time(), report.total_time);
  Set(*receipt.mutable_cpu_time(), report.usage.cpu_time);
  receipt.set_peak_memory_kib(report.usage.peak_memory_kib);
  v1::EngineTimes& times = *receipt.mutable_engine_times();
  Set(*times.mutable_parse(), report.engine_times.parse);
  Set(*times.mutable_handler(), report.engine_times.handler);
  Set(*times.mutable_serialize(), report.engine_times.serialize);
  Set(*receipt.mutable_rewind_time(), report.rewind.time);
  receipt.set_rewind_pages(report.rewind.pages);
  SetLogs(std::exchange(report.logs, {}), receipt);
}

void AddReceiptMetadata(const CallReport& report, const Isolation& isolation, ServerCall& call) {
  call.ReserveResponseMetadata(7);
  call.AddResponseMetadata("mayfly-invocation-id", report.invocation_id);
  if (report.function != nullptr && report.function->stored()) {
    call.AddResponseMetadata("mayfly-revision", absl::StrCat(report.function->key.revision));
  }
  if (report.start != WorkerStart::kNone) {
    call.AddResponseMetadata("mayfly-start", report.start == WorkerStart::kCold ? "cold" : "warm");
  }
  call.AddResponseMetadata("mayfly-isolation", isolation.rewind.has_value() ? "rewind" : "fresh");
  call.AddResponseMetadata("server-timing", ServerTiming(report, isolation));
  call.AddResponseMetadata("mayfly-cpu-micros", absl::StrCat(absl::ToInt64Microseconds(report.usage.cpu_time)));
  call.AddResponseMetadata("mayfly-peak-memory-kib", absl::StrCat(report.usage.peak_memory_kib));
}

}  // namespace mayfly::dataplane
