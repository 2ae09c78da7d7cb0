#include "dataplane/process_meter.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace mayfly::dataplane {
namespace {

int32_t ClampKib(int64_t kib) {
  return static_cast<int32_t>(std::clamp<int64_t>(kib, 0, std::numeric_limits<int32_t>::max()));
}

// The number of "VmHWM:   1234 kB" in /proc/<pid>/status; 0 if it is not there.
int64_t PeakOf(std::string_view status) {
  constexpr std::string_view kField = "\nVmHWM:";
  const size_t begin = status.find(kField);
  if (begin == std::string_view::npos) return 0;
  std::string_view value = status.substr(begin + kField.size());
  value = value.substr(0, value.find('\n'));
  absl::ConsumeSuffix(&value, " kB");
  int64_t kib = 0;
  return absl::SimpleAtoi(value, &kib) ? kib : 0;
}

}  // namespace

ProcessMeter::ProcessMeter(pid_t pid)
    : has_cpu_clock_(clock_getcpuclockid(pid, &cpu_clock_) == 0),
      clear_refs_(open(absl::StrCat("/proc/", pid, "/clear_refs").c_str(), O_WRONLY | O_CLOEXEC)),
      status_(open(absl::StrCat("/proc/", pid, "/status").c_str(), O_RDONLY | O_CLOEXEC)) {}

void ProcessMeter::Begin() {
  // "5" resets the high-water mark of the resident size (proc(5)). Without it the peak is the life's, which is still
  // true.
  if (clear_refs_.valid() && pwrite(clear_refs_.get(), "5", 1, 0) != 1) clear_refs_.reset();
  cpu_at_begin_ = CpuTime();
}

WorkerUsage ProcessMeter::Read() const {
  char status[4096];
  const ssize_t length = pread(status_.get(), status, sizeof(status), 0);
  return {
      .cpu_time = std::max(CpuTime() - cpu_at_begin_, absl::ZeroDuration()),
      .peak_memory_kib = ClampKib(length > 0 ? PeakOf({status, static_cast<size_t>(length)}) : 0),
  };
}

WorkerUsage ProcessMeter::Read(const ProcessExit& exit) const {
  return {
      .cpu_time = std::max(exit.cpu_time - cpu_at_begin_, absl::ZeroDuration()),
      .peak_memory_kib = ClampKib(exit.peak_memory_kib),
  };
}

absl::Duration ProcessMeter::CpuTime() const {
  timespec now;
  if (!has_cpu_clock_ || clock_gettime(cpu_clock_, &now) != 0) return absl::ZeroDuration();
  return absl::DurationFromTimespec(now);
}

}  // namespace mayfly::dataplane
