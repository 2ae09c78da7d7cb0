#include "runtime/rewind/kernel_state.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "runtime/rewind/page.h"
#include "runtime/rewind/raw_syscall.h"

namespace mayfly::runtime {
namespace {

// vm.max_map_count is 65,530; a line of /proc/self/maps is about 100 bytes.
constexpr size_t kMappingsMax = 32768;
constexpr size_t kMapsTextBytesMax = size_t{4} << 20;

// The same number on every architecture.
constexpr long kMseal = 462;

bool IsReserve(const Mapping& mapping) {
  return mapping.protection == PROT_NONE && !mapping.shared && mapping.inode == 0;
}

bool HasPendingSignals() {
  uint64_t pending = 0;
  RawSyscall(SYS_rt_sigpending, &pending, sizeof(pending));
  return pending != 0;
}

bool IsOpen(int fd) { return RawSyscall(SYS_fcntl, fd, F_GETFD) >= 0; }

uint64_t TakeNumber(std::string_view& text) {
  uint64_t number = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    number = number * 10 + static_cast<uint64_t>(text[0] - '0');
    text.remove_prefix(1);
  }
  if (!text.empty()) text.remove_prefix(1);
  return number;
}

}  // namespace

KernelState::KernelState(UnrestoredMemory& memory, const ProcFiles& files, int first_guest_fd, bool guest_calls)
    : files_(files),
      first_guest_fd_(first_guest_fd),
      guest_calls_(guest_calls),
      text_(memory.AllocateArray<char>(kMapsTextBytesMax)),
      taken_room_(memory.AllocateArray<Mapping>(kMappingsMax)),
      current_room_(memory.AllocateArray<Mapping>(kMappingsMax)),
      begun_room_(memory.AllocateArray<Mapping>(kMappingsMax)) {}

bool KernelState::IsSame(const Mapping& was, const Mapping& is) const {
  // The store itself has been sealed.
  if (is.inode == store_ && is.shared) return was.inode == store_;
  if (was.protection != is.protection || was.shared != is.shared) return false;
  if (is.inode == store_ && !is.shared) return true;
  return was.inode == is.inode && (was.inode == 0 || was.begin - was.offset == is.begin - is.offset);
}

bool KernelState::Fail(const char* error) {
  error_ = error;
  return false;
}

// proc(5): size resident shared text lib data dt, in pages.
bool KernelState::ReadSizes(Sizes& sizes) {
  char text[128];
  const long length = RawSyscall(SYS_pread64, files_.statm, text, sizeof(text), 0);
  if (length <= 0) return Fail("/proc/self/statm can't be read");
  std::string_view rest(text, static_cast<size_t>(length));
  sizes.all = TakeNumber(rest);
  for (int skipped = 0; skipped < 4; ++skipped) TakeNumber(rest);
  sizes.data = TakeNumber(rest);
  return true;
}

bool KernelState::ReadInto(std::span<Mapping> room, std::span<const Mapping>& mappings) {
  const ptrdiff_t length = ReadMemoryMap(files_.maps, text_);
  if (length < 0) return Fail("/proc/self/maps can't be read");
  const ptrdiff_t count = ParseMemoryMap({text_.data(), static_cast<size_t>(length)}, room);
  if (count < 0) return Fail("/proc/self/maps is odd");
  if (static_cast<size_t>(count) > room.size()) return Fail("too many mappings");
  mappings = room.first(static_cast<size_t>(count));
  return true;
}

std::span<const Mapping> KernelState::ReadMappings() {
  return ReadInto(taken_room_, taken_) ? taken_ : std::span<const Mapping>();
}

bool KernelState::Begin() {
  if (!guest_calls_) return true;
  begun_break_ = static_cast<uintptr_t>(RawSyscall(SYS_brk, 0));
  return ReadInto(begun_room_, begun_);
}

bool KernelState::Take(uint64_t store) {
  store_ = store;
  break_ = static_cast<uintptr_t>(RawSyscall(SYS_brk, 0));
  has_lasting_ = guest_calls_ && HasLasting();
  RawSyscall(SYS_sigaltstack, nullptr, &signal_stack_);
  return ReadSizes(sizes_);
}

void KernelState::SealMappings() {
  if (!guest_calls_ || has_lasting_) return;
  for (const Mapping& mapping : taken_) {
    // The kernel's own may lie where mseal knows no mapping. Where it is not known at all, nothing is sealed.
    if (!mapping.special && !IsReserve(mapping)) RawSyscall(kMseal, mapping.begin, mapping.end - mapping.begin, 0);
  }
}

bool KernelState::HasGuestFds() const {
  for (int fd = first_guest_fd_; fd < kWorkerFdsMax; ++fd) {
    if (IsOpen(fd)) return true;
  }
  return false;
}

// What a call can change and no rewind brings back.
bool KernelState::HasLasting() const {
  return HasGuestFds() || !std::ranges::all_of(taken_, [this](const Mapping& mapping) { return WasThere(mapping); });
}

// Whether all of a mapping was mapped when the rewinder began, somehow: the heap has grown, reserves have become
// memory.
bool KernelState::WasThere(const Mapping& mapping) const {
  if (mapping.stack || mapping.special) return true;
  const uintptr_t heap_end = (break_ + kPageBytes - 1) / kPageBytes * kPageBytes;
  uintptr_t at = mapping.begin;
  for (const Mapping& was : begun_) {
    if (at >= begun_break_ && at < heap_end) at = heap_end;
    if (was.begin <= at && at < was.end) at = was.end;
  }
  return at >= mapping.end;
}

bool KernelState::CanRestore() {
  Sizes sizes;
  if (has_lasting_) return Fail("the function keeps descriptors or memory that it has mapped");
  if (guest_calls_ && HasPendingSignals()) return Fail("a signal is pending");
  if (!ReadSizes(sizes)) return false;
  known_same_ = sizes == sizes_;
  return known_same_ || ReconcileMappings(Mode::kTry);
}

// What a system call of a guest's own can change, and its language can't but for the places in open files.
void KernelState::RestoreWhatCallsReach() const {
  RawSyscall(SYS_sigaltstack, &signal_stack_, nullptr);
  for (const int file : {files_.statm, files_.maps, files_.pagemap}) RawSyscall(SYS_lseek, file, 0, SEEK_SET);
}

bool KernelState::Restore() {
  RawSyscall(SYS_close_range, first_guest_fd_, UINT_MAX, 0);
  if (guest_calls_) RestoreWhatCallsReach();
  if (static_cast<uintptr_t>(RawSyscall(SYS_brk, 0)) != break_ &&
      static_cast<uintptr_t>(RawSyscall(SYS_brk, break_)) != break_) {
    return Fail("the break does not go back");
  }
  if (std::exchange(known_same_, false)) return true;
  Sizes sizes;
  return ReadSizes(sizes) && (sizes == sizes_ || ReconcileMappings(Mode::kDo));
}

// Walks both lists of mappings side by side, from boundary to boundary.
bool KernelState::ReconcileMappings(Mode mode) {
  std::span<const Mapping> current;
  if (!ReadInto(current_room_, current)) return false;
  size_t was = 0;
  size_t is = 0;
  uintptr_t at = 0;
  while (was < taken_.size() || is < current.size()) {
    const Mapping* const old = was < taken_.size() ? &taken_[was] : nullptr;
    const Mapping* const now = is < current.size() ? &current[is] : nullptr;
    const uintptr_t old_begin = old == nullptr ? UINTPTR_MAX : std::max(old->begin, at);
    const uintptr_t now_begin = now == nullptr ? UINTPTR_MAX : std::max(now->begin, at);
    const uintptr_t begin = std::min(old_begin, now_begin);
    uintptr_t end = UINTPTR_MAX;
    if (old != nullptr) end = std::min(end, old_begin > begin ? old_begin : old->end);
    if (now != nullptr) end = std::min(end, now_begin > begin ? now_begin : now->end);
    if (!ReconcileRange(begin, end, old_begin == begin ? old : nullptr, now_begin == begin ? now : nullptr, mode)) {
      return false;
    }
    at = end;
    if (old != nullptr && old->end <= at) ++was;
    if (now != nullptr && now->end <= at) ++is;
  }
  return true;
}

// `was` and `is` are what holds the range; null: nothing.
bool KernelState::ReconcileRange(uintptr_t begin, uintptr_t end, const Mapping* was, const Mapping* is, Mode mode) {
  if (was != nullptr && is != nullptr && IsSame(*was, *is)) return true;
  if (was == nullptr) {
    const bool above_break = begin >= break_ && begin < static_cast<uintptr_t>(RawSyscall(SYS_brk, 0));
    if (mode == Mode::kTry && above_break) return true;
    // A stack does not shrink, but what a call has left on it goes.
    if (is->stack) return mode != Mode::kDo || RawSyscall(SYS_madvise, begin, end - begin, MADV_DONTNEED) == 0;
    if (mode == Mode::kVerify) return Fail("a mapping is new");
    return mode == Mode::kTry || RawSyscall(SYS_munmap, begin, end - begin) == 0 || Fail("a new mapping stays");
  }
  if (!IsReserve(*was) || mode == Mode::kVerify) return Fail("a mapping was changed or lost");
  return mode == Mode::kTry ||
         RawSyscall(SYS_mmap, begin, end - begin, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE,
                    -1, 0) >= 0 ||
         Fail("what has grown does not shrink");
}

bool KernelState::IsAsTaken() {
  if (HasGuestFds()) return Fail("a descriptor is new");
  if (static_cast<uintptr_t>(RawSyscall(SYS_brk, 0)) != break_) return Fail("the break differs");
  return ReconcileMappings(Mode::kVerify);
}

}  // namespace mayfly::runtime
