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

constexpr int64_t kPageKib = 4;

// From this CPU time on the peak is read.
constexpr absl::Duration kPeakCpuTimeMin = absl::Microseconds(300);

// Of how many shorter calls in a row one has the resident size read.
constexpr uint32_t kResidentPeriod = 16;

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

// The second number of /proc/<pid>/statm, which counts pages; 0 if it is not there.
int64_t ResidentOf(std::string_view statm) {
  statm.remove_prefix(std::min(statm.find(' ') + 1, statm.size()));
  int64_t pages = 0;
  return absl::SimpleAtoi(statm.substr(0, statm.find(' ')), &pages) ? pages * kPageKib : 0;
}

}  // namespace

ProcessMeter::ProcessMeter(pid_t pid)
    : has_cpu_clock_(clock_getcpuclockid(pid, &cpu_clock_) == 0),
      clear_refs_(open(absl::StrCat("/proc/", pid, "/clear_refs").c_str(), O_WRONLY | O_CLOEXEC)),
      status_(open(absl::StrCat("/proc/", pid, "/status").c_str(), O_RDONLY | O_CLOEXEC)),
      statm_(open(absl::StrCat("/proc/", pid, "/statm").c_str(), O_RDONLY | O_CLOEXEC)) {}

void ProcessMeter::Begin() {
  // "5" resets the high-water mark of the resident size (proc(5)). Without it the peak is the life's, which is still
  // true.
  if (peak_is_old_ && clear_refs_.valid() && pwrite(clear_refs_.get(), "5", 1, 0) != 1) clear_refs_.reset();
  cpu_at_begin_ = CpuTime();
}

absl::Duration ProcessMeter::CpuTimeSinceBegin() const {
  return std::max(CpuTime() - cpu_at_begin_, absl::ZeroDuration());
}

WorkerUsage ProcessMeter::Read() {
  const absl::Duration cpu_time = CpuTimeSinceBegin();
  peak_is_old_ = cpu_time >= kPeakCpuTimeMin;
  if (peak_is_old_) resident_age_ = 0;
  return {
      .cpu_time = cpu_time,
      .peak_memory_kib = ClampKib(peak_is_old_ ? PeakKib() : ResidentKib()),
  };
}

WorkerUsage ProcessMeter::Read(const ProcessExit& exit) const {
  return {
      .cpu_time = std::max(exit.cpu_time - cpu_at_begin_, absl::ZeroDuration()),
      .peak_memory_kib = ClampKib(exit.peak_memory_kib),
  };
}

int64_t ProcessMeter::PeakKib() const {
  char status[4096];
  const ssize_t length = pread(status_.get(), status, sizeof(status), 0);
  return length > 0 ? PeakOf({status, static_cast<size_t>(length)}) : 0;
}

int64_t ProcessMeter::ResidentKib() {
  if (resident_age_++ % kResidentPeriod != 0) return resident_kib_;
  char statm[128];
  const ssize_t length = pread(statm_.get(), statm, sizeof(statm), 0);
  resident_kib_ = length > 0 ? ResidentOf({statm, static_cast<size_t>(length)}) : 0;
  return resident_kib_;
}

absl::Duration ProcessMeter::CpuTime() const {
  timespec now;
  if (!has_cpu_clock_ || clock_gettime(cpu_clock_, &now) != 0) return absl::ZeroDuration();
  return absl::DurationFromTimespec(now);
}

}  // namespace mayfly::dataplane
