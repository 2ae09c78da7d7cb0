#include "runtime/rewind/rewinder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/monotonic.h"
#include "base/unique_fd.h"
#include "runtime/rewind/checkpoint.h"
#include "runtime/rewind/content_scanner.h"
#include "runtime/rewind/hot_pages.h"
#include "runtime/rewind/kernel_state.h"
#include "runtime/rewind/page_scanner.h"
#include "runtime/rewind/process_memory.h"
#include "runtime/rewind/raw_syscall.h"
#include "runtime/rewind/unrestored_memory.h"
#include "runtime/rewind/userfaultfd.h"

namespace mayfly::runtime {
namespace {

// Reserved; takes memory as it is used.
constexpr size_t kUnrestoredBytes = size_t{128} << 20;

constexpr size_t kStackBytes = size_t{128} << 10;

// Runs of dirtied pages from this length on go back to the kernel, rather than be copied and kept.
constexpr size_t kLongRunPages = 64;

// The main thread's stack is grown to this before the checkpoint, so that a call does not change its size.
constexpr size_t kGrownStackBytes = size_t{7} << 20;

absl::Status Failed(std::string_view what) { return absl::UnavailableError(absl::StrCat(what, ": ", strerror(errno))); }

// What Create opens. All but the store stay open in the worker.
struct Files {
  UniqueFd pagemap;  // kDontNeed does without
  UniqueFd statm;
  UniqueFd maps;
  UniqueFd store;
  UniqueFd userfaultfd;  // where it Protects() only
};

// Of those that stay open.
int LastFd(const Files& files) {
  return std::max({files.pagemap.get(), files.statm.get(), files.maps.get(), files.userfaultfd.get()});
}

// Whether written pages are found by their protection. Not where guests make system calls: what they have the kernel
// drop (MADV_DONTNEED) must come back by itself, as a private mapping of the store does and protected memory does not.
bool Protects(const RewinderOptions& options) { return options.way == RewindWay::kUserfaultfd && !options.guest_calls; }

absl::StatusOr<Files> OpenFiles(const RewinderOptions& options) {
  Files files;
  files.statm.reset(open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  files.maps.reset(open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
  files.pagemap.reset(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  if (!files.pagemap.valid() && options.way != RewindWay::kDontNeed) return Failed("/proc/self/pagemap");
  if (Protects(options)) {
    files.userfaultfd.reset(OpenUserfaultfd());
    if (!files.userfaultfd.valid()) return Failed("userfaultfd");
  }
  // Behind the others, because it is closed when the checkpoint is taken.
  const UniqueFd store(memfd_create("mayfly-checkpoint", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  files.store.reset(fcntl(store.get(), F_DUPFD_CLOEXEC, LastFd(files) + 1));
  if (!files.statm.valid() || !files.maps.valid() || !files.store.valid()) {
    return Failed("the files of a rewind");
  }
  if (ftruncate(files.store.get(), static_cast<off_t>(kStoreBytesMax)) != 0) return Failed("the checkpoint's file");
  return files;
}

uint64_t InodeOf(int fd) {
  struct stat status = {};
  fstat(fd, &status);
  return status.st_ino;
}

void GrowStack() {
  rlimit limit = {};
  getrlimit(RLIMIT_STACK, &limit);
  const size_t room = std::min<size_t>(limit.rlim_cur, kGrownStackBytes + (size_t{1} << 20));
  if (room <= size_t{1} << 20) return;
  char* const here = static_cast<char*>(__builtin_frame_address(0));
  // The kernel maps all of the stack between here and there.
  volatile char* const there = here - (room - (size_t{1} << 20));
  *there = 0;
}

class RewinderImpl final : public Rewinder {
 public:
  RewinderImpl(UnrestoredMemory memory, const ZygoteImage& image, const RewinderOptions& options, Files files)
      : memory_(memory),
        options_(options),
        first_guest_fd_(LastFd(files) + 1),
        userfaultfd_(files.userfaultfd.release()),
        store_fd_(files.store.get()),
        store_inode_(InodeOf(store_fd_)),
        own_(NewOwnPageScanner(options.way, files.pagemap.get())),
        dirty_(Protects(options) ? NewWrittenPageScanner(memory_, files.pagemap.get()) : own_),
        checkpoint_(memory_, image, files.store.get()),
        hot_(memory_, checkpoint_, options.idle_calls_max),
        kernel_(memory_, {.statm = files.statm.release(), .maps = files.maps.release(), .pagemap = files.pagemap.get()},
                first_guest_fd_, options.guest_calls),
        stack_(memory_.AllocateArray<char>(kStackBytes)) {
    (void)files.pagemap.release();
    (void)files.store.release();
    getcontext(&main_);
    main_.uc_stack = {.ss_sp = stack_.data(), .ss_flags = 0, .ss_size = stack_.size()};
    main_.uc_link = nullptr;
    const uint64_t self = reinterpret_cast<uintptr_t>(this);
    makecontext(&main_, reinterpret_cast<void (*)()>(&Main), 2, static_cast<unsigned>(self),
                static_cast<unsigned>(self >> 32));
  }

  // Null, or what went wrong.
  const char* Begin() {
    if (!checkpoint_.valid()) return "the checkpoint's file can't be mapped";
    return kernel_.Begin() ? nullptr : kernel_.error();
  }

  Resumed Checkpoint() override {
    SettleFreedMemory();
    swapcontext(&resume_, &main_);
    if (error_ != nullptr) return Resumed::kFailed;
    return rewound_ ? Resumed::kRewound : Resumed::kTaken;
  }

  bool CanRewind() override { return error_ == nullptr && kernel_.CanRestore(); }

  void Rewind() override {
    setcontext(&main_);
    __builtin_unreachable();
  }

  RewindCost cost() const override { return cost_; }
  const char* error() const override { return error_ == nullptr ? kernel_.error() : error_; }

 private:
  PageScanner* NewOwnPageScanner(RewindWay way, int pagemap) {
    switch (way) {
      case RewindWay::kUserfaultfd:
      case RewindWay::kPagemapScan:
        return NewPagemapScanScanner(memory_, pagemap);
      case RewindWay::kPagemap:
      case RewindWay::kDontNeed:
        return pagemap >= 0 ? NewPagemapScanner(memory_, pagemap) : NewContentScanner(memory_, checkpoint_);
    }
    return nullptr;
  }

  // Begins on the rewinder's own stack, each time anew.
  static void Main(unsigned low, unsigned high) {
    RewinderImpl& self = *reinterpret_cast<RewinderImpl*>(uint64_t{high} << 32 | low);
    if (!self.taken_) {
      self.taken_ = true;
      self.error_ = self.Take();
    } else {
      self.Restore();
      self.rewound_ = true;
    }
    setcontext(&self.resume_);
  }

  // The page on which the stack of the process ends.
  uintptr_t StackTop() const {
    return static_cast<uintptr_t>(resume_.uc_mcontext.gregs[REG_RSP]) / kPageBytes * kPageBytes;
  }

  // --- The checkpoint. Each returns null, or what went wrong.

  const char* Take() {
    const std::span<const Mapping> mappings = kernel_.ReadMappings();
    if (mappings.empty()) return kernel_.error();
    if (const char* error = checkpoint_.Take(mappings, *own_, StackTop())) return error;
    if (const char* error = checkpoint_.Seal()) return error;
    if (const char* error = userfaultfd_ >= 0 ? Protect() : checkpoint_.MapStored()) return error;
    RawSyscall(SYS_close, store_fd_);
    if (const char* error = PinStack()) return error;
    if (!kernel_.Take(store_inode_)) return kernel_.error();
    kernel_.SealMappings();
    faults_ = Faults();
    return nullptr;
  }

  const char* Protect() {
    for (const Checkpoint::Region& region : checkpoint_.regions()) {
      if (region.stack) continue;
      if (!RegisterForWriteProtection(userfaultfd_, region.pages.begin, region.pages.end)) {
        return "userfaultfd refuses a mapping";
      }
    }
    // Only what is there: what was never touched is told by its being there.
    for (const PageRun& run : checkpoint_.stored()) {
      if (checkpoint_.FindRegion(run.begin)->stack) continue;
      if (!WriteProtect(userfaultfd_, run.begin, run.end)) return "userfaultfd does not protect a mapping";
    }
    return nullptr;
  }

  // The stack can't be mapped from a file: what is of it at the checkpoint is brought back each time, and the rest
  // thrown away.
  const char* PinStack() {
    for (const Checkpoint::Region& region : checkpoint_.regions()) {
      if (!region.stack) continue;
      const uintptr_t top = std::max(region.pages.begin, StackTop());
      Drop({region.pages.begin, top});
      for (uintptr_t page = top; page < region.pages.end; page += kPageBytes) {
        Checkpoint::Page& entry = checkpoint_.PageAt(region, page);
        if (entry.kind() == Checkpoint::Page::Kind::kStored && !hot_.Add(page, entry, true)) {
          return "the stack is too large";
        }
      }
    }
    return nullptr;
  }

  // --- The way back

  void Restore() {
    const int64_t begin = MonotonicNanos();
    if (!kernel_.Restore()) End(kernel_.error());
    size_t pages = 0;
    if (options_.way == RewindWay::kDontNeed) {
      DropAll();
    } else if (const uint64_t faults = Faults(); faults != faults_) {
      // A page is first written to by a fault. Faults of our own are counted next time.
      faults_ = faults;
      pages += FindDirty();
    }
    pages += hot_.Restore([this](uintptr_t page) { return CoolDown(page); });
    cost_ = {.time = absl::Nanoseconds(MonotonicNanos() - begin), .pages = static_cast<int32_t>(pages)};
    if (options_.verify) Verify();
  }

  // Of this thread, which is the only one.
  static uint64_t Faults() {
    rusage usage;
    RawSyscall(SYS_getrusage, RUSAGE_THREAD, &usage);
    return static_cast<uint64_t>(usage.ru_minflt) + static_cast<uint64_t>(usage.ru_majflt);
  }

  // Finds what has been dirtied and was not hot: it is hot from now on, or given back. The number of the latter.
  size_t FindDirty() {
    size_t dropped = 0;
    for (const PageRun& span : checkpoint_.spans()) {
      dropped += TakeDirty(*dirty_, span);
    }
    if (userfaultfd_ < 0) return dropped;
    for (const Checkpoint::Region& region : checkpoint_.regions()) {
      // What userfaultfd does not watch.
      if (region.stack) dropped += TakeDirty(*own_, region.pages);
    }
    return dropped;
  }

  size_t TakeDirty(PageScanner& scanner, PageRun span) {
    size_t dropped = 0;
    if (!scanner.Scan(span, [&](PageRun run) { dropped += TakeDirty(run); })) End("the page map can't be read");
    return dropped;
  }

  size_t TakeDirty(PageRun run) {
    size_t dropped = 0;
    while (run.begin < run.end) {
      const Checkpoint::Region* const region = checkpoint_.FindRegion(run.begin);
      if (region == nullptr) {
        run.begin += kPageBytes;
        continue;
      }
      const PageRun part = {run.begin, std::min(run.end, region->pages.end)};
      dropped += TakeDirty(*region, part);
      run.begin = part.end;
    }
    return dropped;
  }

  size_t TakeDirty(const Checkpoint::Region& region, PageRun run) {
    size_t dropped = 0;
    while (run.begin < run.end) {
      const PageRun part = {run.begin, EndOfDroppable(region, run)};
      if (part.pages() >= kLongRunPages) {
        Drop(part);
        dropped += part.pages();
        run.begin = part.end;
      } else {
        const uintptr_t end = std::max(part.end, run.begin + kPageBytes);
        for (; run.begin < end; run.begin += kPageBytes) dropped += Heat(region, run.begin);
      }
    }
    return dropped;
  }

  // Where the pages from run.begin on end that giving back makes what they were.
  uintptr_t EndOfDroppable(const Checkpoint::Region& region, PageRun run) const {
    uintptr_t end = run.begin;
    while (end < run.end && IsDroppable(region, end)) end += kPageBytes;
    return end;
  }

  bool IsDroppable(const Checkpoint::Region& region, uintptr_t page) const {
    const Checkpoint::Page entry = checkpoint_.PageAt(region, page);
    if (entry.hot()) return false;
    return entry.kind() != Checkpoint::Page::Kind::kStored || (userfaultfd_ < 0 && !region.stack);
  }

  // Makes a page hot; where there is no room for it, it is brought back here and now. The number of the latter.
  size_t Heat(const Checkpoint::Region& region, uintptr_t page) {
    Checkpoint::Page& entry = checkpoint_.PageAt(region, page);
    if (entry.hot() || hot_.Add(page, entry, false)) return 0;
    if (IsDroppable(region, page)) {
      Drop({page, page + kPageBytes});
    } else {
      memcpy(reinterpret_cast<char*>(page), checkpoint_.PreImage(entry), kPageBytes);
      if (!WriteProtect(userfaultfd_, page, page + kPageBytes)) End("userfaultfd does not protect a page again");
    }
    return 1;
  }

  bool CoolDown(uintptr_t page) {
    const Checkpoint::Region& region = *checkpoint_.FindRegion(page);
    const Checkpoint::Page entry = checkpoint_.PageAt(region, page);
    const PageRun run = {page, page + kPageBytes};
    if (entry.kind() == Checkpoint::Page::Kind::kStored && userfaultfd_ >= 0) {
      return WriteProtect(userfaultfd_, run.begin, run.end);
    }
    Drop(run);
    return true;
  }

  // All but what is pinned.
  void DropAll() {
    for (const Checkpoint::Region& region : checkpoint_.regions()) {
      Drop(region.stack ? PageRun{region.pages.begin, StackTop()} : region.pages);
    }
  }

  void Drop(PageRun run) {
    if (run.pages() > 0 && RawSyscall(SYS_madvise, run.begin, run.bytes(), MADV_DONTNEED) != 0) {
      End("memory is not given back");
    }
  }

  void Verify() {
    for (const Checkpoint::Region& region : checkpoint_.regions()) {
      for (uintptr_t page = region.pages.begin; page < region.pages.end; page += kPageBytes) {
        const char* const was = checkpoint_.PreImage(checkpoint_.PageAt(region, page));
        if (memcmp(reinterpret_cast<const char*>(page), was, kPageBytes) != 0) End("a page differs", page);
      }
    }
    if (!kernel_.IsAsTaken()) End(kernel_.error());
  }

  [[noreturn]] void End(const char* why, uintptr_t where = 0) const {
    char text[256];
    const int length = snprintf(text, sizeof(text), "rewind: %s (%lx)\n", why, where);
    RawSyscall(SYS_write, STDERR_FILENO, text, length);
    _exit(options_.exit_code);
  }

  UnrestoredMemory memory_;
  const RewinderOptions options_;
  const int first_guest_fd_;
  const int userfaultfd_;  // -1: nothing is protected
  const int store_fd_;     // closed once the checkpoint is taken
  const uint64_t store_inode_;
  PageScanner* const own_;
  PageScanner* const dirty_;
  class Checkpoint checkpoint_;
  HotPages hot_;
  KernelState kernel_;
  const std::span<char> stack_;
  ucontext_t main_;    // begins Main on the rewinder's stack
  ucontext_t resume_;  // where Checkpoint() returns
  bool taken_ = false;
  bool rewound_ = false;
  const char* error_ = nullptr;
  uint64_t faults_ = 0;
  RewindCost cost_;
};

}  // namespace

absl::StatusOr<Rewinder*> Rewinder::Create(const ZygoteImage& image, const RewinderOptions& options) {
  absl::StatusOr<Files> files = OpenFiles(options);
  if (!files.ok()) return files.status();
  UnrestoredMemory memory(kUnrestoredBytes);
  if (memory.all().empty()) return Failed("memory for the rewinder");
  void* const place = memory.Allocate(sizeof(RewinderImpl), alignof(RewinderImpl));
  RewinderImpl* const rewinder = new (place) RewinderImpl(memory, image, options, *std::move(files));
  GrowStack();
  if (const char* error = rewinder->Begin()) return absl::UnavailableError(error);
  return rewinder;
}

}  // namespace mayfly::runtime
