#include "runtime/rewind/hot_pages.h"

#include "runtime/rewind/restore_page.h"

namespace mayfly::runtime {
namespace {

// 4 MiB: what a worker may keep beside its checkpoint, and what is at most copied after each call.
constexpr size_t kHotPagesMax = 1024;

}  // namespace

HotPages::HotPages(UnrestoredMemory& memory, Checkpoint& checkpoint, uint32_t idle_calls_max)
    : idle_calls_max_(idle_calls_max), pages_(memory.AllocateArray<HotPage>(kHotPagesMax)), checkpoint_(checkpoint) {}

bool HotPages::Add(uintptr_t page, Checkpoint::Page& entry, bool pinned) {
  if (count_ == pages_.size()) return false;
  entry.set_hot(true);
  pages_[count_++] = {.page = reinterpret_cast<char*>(page),
                      .pre_image = checkpoint_.PreImage(entry),
                      .entry = &entry,
                      .idle = 0,
                      .pinned = pinned};
  return true;
}

size_t HotPages::Restore(absl::FunctionRef<bool(uintptr_t page)> cool) {
  size_t written = 0;
  for (size_t i = 0; i < count_;) {
    HotPage& hot = pages_[i];
    if (RestorePage(hot.page, hot.pre_image)) {
      ++written;
      hot.idle = 0;
    } else if (++hot.idle > idle_calls_max_ && !hot.pinned && cool(reinterpret_cast<uintptr_t>(hot.page))) {
      hot.entry->set_hot(false);
      hot = pages_[--count_];
      continue;
    }
    ++i;
  }
  return written;
}

}  // namespace mayfly::runtime
