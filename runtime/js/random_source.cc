#include "runtime/js/random_source.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "absl/log/check.h"

namespace mayfly::runtime::js {

void RandomSource::Fill(std::span<uint8_t> bytes) {
  while (!bytes.empty()) {
    const long filled = syscall(SYS_getrandom, bytes.data(), bytes.size(), 0);
    if (filled < 0 && errno == EINTR) continue;
    PCHECK(filled > 0) << "getrandom";
    bytes = bytes.subspan(static_cast<size_t>(filled));
  }
}

double RandomSource::NextDouble() {
  if (used_ == buffer_.size()) {
    Fill({reinterpret_cast<uint8_t*>(buffer_.data()), sizeof(buffer_)});
    used_ = 0;
  }
  return static_cast<double>(buffer_[used_++] >> 11) * 0x1.0p-53;
}

}  // namespace mayfly::runtime::js
