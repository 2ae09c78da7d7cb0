#include "runtime/sandbox/resource_limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/limits.h"
#include "base/unique_fd.h"

namespace mayfly::runtime {
namespace {

// A stop for a worker that its host has forgotten: more CPU time than any worker has in its life.
constexpr rlim_t kCpuSecondsMax = 24 * 60 * 60;

// What the process has mapped.
struct Mapped {
  uint64_t all_bytes;
  uint64_t data_bytes;  // private and writable: what RLIMIT_DATA counts
};

absl::Status Failed(const char* what) { return absl::InternalError(absl::StrCat(what, ": ", strerror(errno))); }

// /proc/self/statm (proc(5)) in pages: size resident shared text lib data dt. "data" has the stack in it, which
// RLIMIT_DATA has not.
absl::StatusOr<Mapped> ReadMapped() {
  const UniqueFd file(open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  char text[128] = {};
  if (!file.valid() || read(file.get(), text, sizeof(text) - 1) <= 0) return Failed("/proc/self/statm");
  unsigned long size = 0;
  unsigned long data = 0;
  if (sscanf(text, "%lu %*u %*u %*u %*u %lu", &size, &data) != 2) return absl::InternalError("/proc/self/statm is odd");
  const uint64_t page_bytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return Mapped{.all_bytes = size * page_bytes, .data_bytes = data * page_bytes};
}

bool Limit(__rlimit_resource resource, rlim_t value) {
  const rlimit limit = {.rlim_cur = value, .rlim_max = value};
  return setrlimit(resource, &limit) == 0;
}

}  // namespace

absl::Status LimitResources(int64_t memory_bytes) {
  const absl::StatusOr<Mapped> mapped = ReadMapped();
  if (!mapped.ok()) return mapped.status();
  const rlim_t more = static_cast<rlim_t>(memory_bytes);
  // RLIMIT_DATA counts private memory alone; RLIMIT_AS counts the shared kind too, and address space that is only
  // reserved.
  const bool done = Limit(RLIMIT_CORE, 0) && Limit(RLIMIT_FSIZE, 0) && Limit(RLIMIT_MEMLOCK, 0) &&
                    Limit(RLIMIT_CPU, kCpuSecondsMax) && Limit(RLIMIT_NOFILE, kWorkerFdsMax) &&
                    Limit(RLIMIT_DATA, mapped->data_bytes + more) &&
                    Limit(RLIMIT_AS, mapped->all_bytes + more + kWorkerReservedBytesMax);
  return done ? absl::OkStatus() : Failed("setrlimit");
}

}  // namespace mayfly::runtime
