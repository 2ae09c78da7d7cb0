#include "runtime/rewind/zygote_image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "runtime/rewind/memory_map.h"
#include "runtime/rewind/page.h"

namespace mayfly::runtime {
namespace {

// Pages that are not there, between two runs, are taken into the image rather than have it in more mappings: they
// cost nothing in it.
constexpr size_t kGapPagesMax = 16;

absl::Status Failed(std::string_view what) {
  return absl::UnavailableError(absl::StrCat("the zygote's image: ", what, ": ", strerror(errno)));
}

std::string ReadAll(const char* path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

absl::StatusOr<std::vector<Mapping>> ReadMappings() {
  const std::string text = ReadAll("/proc/self/maps");
  std::vector<Mapping> mappings(text.size() / 48 + 1);  // a line has at least 49 characters
  const ptrdiff_t count = ParseMemoryMap(text, mappings);
  if (count < 0) return Failed("/proc/self/maps");
  mappings.resize(static_cast<size_t>(count));
  return mappings;
}

// Those whose flags in /proc/self/smaps have "dp" among them: VM_DROPPABLE (Linux 6.11). There each mapping has a line
// as in /proc/self/maps, and then some about it.
std::vector<PageRun> FindDroppable() {
  std::vector<PageRun> droppable;
  PageRun last = {};
  std::istringstream smaps(ReadAll("/proc/self/smaps"));
  for (std::string line; std::getline(smaps, line);) {
    Mapping mapping;
    if (line.starts_with("VmFlags:")) {
      if (line.find(" dp") != std::string::npos) droppable.push_back(last);
    } else if (line.push_back('\n'); ParseMemoryMap(line, {&mapping, 1}) == 1) {
      last = {mapping.begin, mapping.end};
    }
  }
  return droppable;
}

// Which pages of private memory without a file are there (present or swapped out) and may hold something.
class PresentPages {
 public:
  // `pagemap` is an open /proc/self/pagemap. Where there is none (gVisor), those are there that are not all zero.
  explicit PresentPages(int pagemap) : pagemap_(pagemap) {}

  absl::StatusOr<std::vector<bool>> Of(const Mapping& mapping) const {
    std::vector<bool> present((mapping.end - mapping.begin) / kPageBytes);
    if (pagemap_ < 0) {
      for (size_t i = 0; i < present.size(); ++i) present[i] = !IsZero(mapping.begin + i * kPageBytes);
      return present;
    }
    std::vector<uint64_t> entries(present.size());
    const size_t bytes = entries.size() * sizeof(uint64_t);
    const ssize_t length =
        pread(pagemap_, entries.data(), bytes, static_cast<off_t>(mapping.begin / kPageBytes * sizeof(uint64_t)));
    if (length != static_cast<ssize_t>(bytes)) return Failed("/proc/self/pagemap");
    for (size_t i = 0; i < present.size(); ++i) present[i] = entries[i] >> 62 != 0;
    return present;
  }

 private:
  static bool IsZero(uintptr_t page) {
    static constexpr char kZeroes[kPageBytes] = {};
    return memcmp(reinterpret_cast<const char*>(page), kZeroes, kPageBytes) == 0;
  }

  const int pagemap_;
};

// Appends the runs of pages of `mapping` that are there. All of a file's: those that were never touched are the file's,
// which a worker could not tell from others.
absl::Status AppendRuns(const PresentPages& pages, const Mapping& mapping, std::vector<ZygoteImage::Run>& runs) {
  if (mapping.inode != 0) {
    runs.push_back({.pages = {mapping.begin, mapping.end}, .place = 0});
    return absl::OkStatus();
  }
  const absl::StatusOr<std::vector<bool>> present = pages.Of(mapping);
  if (!present.ok()) return present.status();
  bool joins = false;  // the last run is of this mapping
  for (size_t i = 0; i < present->size(); ++i) {
    if (!(*present)[i]) continue;
    const uintptr_t page = mapping.begin + i * kPageBytes;
    if (joins && page - runs.back().pages.end <= kGapPagesMax * kPageBytes) {
      runs.back().pages.end = page + kPageBytes;
    } else {
      runs.push_back({.pages = {page, page + kPageBytes}, .place = 0});
      joins = true;
    }
  }
  return absl::OkStatus();
}

bool WriteAll(int fd, const char* bytes, size_t count, off_t place) {
  while (count > 0) {
    const ssize_t written = pwrite(fd, bytes, count, place);
    if (written < 0) return false;
    bytes += written;
    count -= static_cast<size_t>(written);
    place += written;
  }
  return true;
}

}  // namespace

absl::StatusOr<ZygoteImage> ZygoteImage::Take() {
  // glibc's getrandom() makes its droppable memory when it is first used: now, so that it is found.
  char random;
  if (getrandom(&random, sizeof(random), 0) != sizeof(random)) return Failed("getrandom");
  const absl::StatusOr<std::vector<Mapping>> mappings = ReadMappings();
  if (!mappings.ok()) return mappings.status();
  ZygoteImage image;
  image.droppable_ = FindDroppable();
  const UniqueFd pagemap(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  const UniqueFd file(memfd_create("mayfly-image", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file.valid()) return Failed("memfd_create");
  const PresentPages present(pagemap.get());

  std::vector<int> protections;
  for (const Mapping& mapping : *mappings) {
    if (!mapping.IsPrivateWritable() || mapping.stack) continue;
    const auto is_this = [&](const PageRun& run) { return run.begin == mapping.begin; };
    if (std::ranges::any_of(image.droppable_, is_this)) continue;
    if (absl::Status status = AppendRuns(present, mapping, image.runs_); !status.ok()) return status;
    protections.resize(image.runs_.size(), mapping.protection);
  }
  size_t size = 0;
  for (Run& run : image.runs_) {
    run.place = size;
    size += run.pages.bytes();
  }
  if (ftruncate(file.get(), static_cast<off_t>(size)) != 0) return Failed("ftruncate");
  void* const base = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (base == MAP_FAILED) return Failed("mmap");
  image.base_ = static_cast<const char*>(base);

  // From here on nothing may be written between the copying of a run and its mapping, but on the stack.
  for (size_t i = 0; i < image.runs_.size(); ++i) {
    const Run& run = image.runs_[i];
    char* const begin = reinterpret_cast<char*>(run.pages.begin);
    const off_t place = static_cast<off_t>(run.place);
    if (!WriteAll(file.get(), begin, run.pages.bytes(), place)) return Failed("write");
    if (mmap(begin, run.pages.bytes(), protections[i], MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, file.get(), place) ==
        MAP_FAILED) {
      return Failed("mmap over the memory");
    }
  }
  if (fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0) {
    return Failed("sealing");
  }
  return image;
}

}  // namespace mayfly::runtime
