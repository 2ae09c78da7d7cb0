#include "runtime/rewind/rewind_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "runtime/rewind/page.h"
#include "runtime/rewind/userfaultfd.h"

namespace mayfly::runtime {
namespace {

absl::Status Refused(std::string_view what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", strerror(errno)));
}

// A page that is there, of the kind that rewinding works on: private, of a file, written to.
class ScratchPage {
 public:
  ScratchPage() : file_(memfd_create("mayfly-probe", MFD_CLOEXEC)) {
    if (!file_.valid() || ftruncate(file_.get(), kPageBytes) != 0) return;
    void* const page = mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, file_.get(), 0);
    if (page == MAP_FAILED) return;
    page_ = static_cast<char*>(page);
    *page_ = 1;
  }
  ~ScratchPage() {
    if (page_ != nullptr) munmap(page_, kPageBytes);
  }
  ScratchPage(const ScratchPage&) = delete;
  ScratchPage& operator=(const ScratchPage&) = delete;

  absl::Status status() const { return page_ == nullptr ? Refused("a private mapping of a memfd") : absl::OkStatus(); }
  char* get() const { return page_; }

 private:
  const UniqueFd file_;
  char* page_ = nullptr;
};

UniqueFd OpenPagemap() { return UniqueFd(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)); }

absl::Status ProbePagemapScan(const ScratchPage& page) {
  const UniqueFd pagemap = OpenPagemap();
  if (!pagemap.valid()) return Refused("/proc/self/pagemap");
  page_region found;
  pm_scan_arg scan = {};
  scan.size = sizeof(scan);
  scan.start = reinterpret_cast<uintptr_t>(page.get());
  scan.end = scan.start + kPageBytes;
  scan.vec = reinterpret_cast<uintptr_t>(&found);
  scan.vec_len = 1;
  scan.category_anyof_mask = PAGE_IS_PRESENT | PAGE_IS_SWAPPED;
  scan.return_mask = PAGE_IS_PRESENT;
  const int count = ioctl(pagemap.get(), PAGEMAP_SCAN, &scan);
  if (count < 0) return Refused("PAGEMAP_SCAN");
  return count == 1 ? absl::OkStatus() : absl::UnavailableError("PAGEMAP_SCAN does not see a page that is there");
}

absl::Status ProbePagemap(const ScratchPage& page) {
  const UniqueFd pagemap = OpenPagemap();
  if (!pagemap.valid()) return Refused("/proc/self/pagemap");
  uint64_t entry = 0;
  const off_t place = static_cast<off_t>(reinterpret_cast<uintptr_t>(page.get()) / kPageBytes * sizeof(entry));
  if (pread(pagemap.get(), &entry, sizeof(entry), place) != sizeof(entry)) return Refused("/proc/self/pagemap");
  // Bit 63: present; 61: of a file, or shared (Documentation/admin-guide/mm/pagemap.rst).
  const bool anonymous = (entry >> 63 & 1) == 1 && (entry >> 61 & 1) == 0;
  return anonymous ? absl::OkStatus() : absl::UnavailableError("/proc/self/pagemap does not see a page that is there");
}

absl::Status ProbeUserfaultfd(const ScratchPage& page) {
  if (absl::Status status = ProbePagemapScan(page); !status.ok()) return status;
  const UniqueFd fd(OpenUserfaultfd());
  if (!fd.valid()) return Refused("userfaultfd");
  const uintptr_t begin = reinterpret_cast<uintptr_t>(page.get());
  if (!RegisterForWriteProtection(fd.get(), begin, begin + kPageBytes) ||
      !WriteProtect(fd.get(), begin, begin + kPageBytes)) {
    return Refused("userfaultfd's asynchronous write protection");
  }
  *page.get() = 2;  // would wait for ever if it were not asynchronous
  return absl::OkStatus();
}

absl::Status ProbeDontNeed(const ScratchPage& page) {
  if (madvise(page.get(), kPageBytes, MADV_DONTNEED) != 0) return Refused("MADV_DONTNEED");
  return *page.get() == 0 ? absl::OkStatus() : absl::UnavailableError("MADV_DONTNEED does not bring the file back");
}

absl::Status Probe(RewindWay way) {
  const ScratchPage page;
  if (absl::Status status = page.status(); !status.ok()) return status;
  switch (way) {
    case RewindWay::kUserfaultfd:
      return ProbeUserfaultfd(page);
    case RewindWay::kPagemapScan:
      return ProbePagemapScan(page);
    case RewindWay::kPagemap:
      return ProbePagemap(page);
    case RewindWay::kDontNeed:
      return ProbeDontNeed(page);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<RewindProbe> ProbeRewindWays() {
  std::vector<RewindProbe> probes;
  for (const RewindWay way : kRewindWays) probes.push_back({.way = way, .status = Probe(way)});
  return probes;
}

}  // namespace mayfly::runtime
