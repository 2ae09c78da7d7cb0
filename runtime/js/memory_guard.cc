#include "runtime/js/memory_guard.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "base/limits.h"
#include "runtime/channel/exit_codes.h"
#include "runtime/js/page_allocator.h"

namespace mayfly::runtime::js {
namespace {

// Room for V8 to unwind what it terminates.
constexpr size_t kUnwindBytes = 8 * kMiB;

// What the process needs beside the heap: code, the garbage collector's own, malloc's.
constexpr size_t kOverheadBytes = 32 * kMiB;

// Garbage that is worth a collection of its own, which takes milliseconds between calls; and the share of the cap.
constexpr size_t kGarbageBytesMin = 16 * kMiB;
constexpr size_t kGarbageShare = 4;

// New objects are allocated in one of two halves; a third of them is for what survives. A half begins with the first
// size and grows while much survives.
constexpr size_t kSemiSpaceBytesMin = 1 * kMiB;
constexpr size_t kSemiSpaceBytesMax = 8 * kMiB;
constexpr size_t kSemiSpaces = 3;

// What may stay in its half when the checkpoint is taken: what is left is what a call has without a collection.
constexpr size_t kNewObjectsKeptBytesMax = kSemiSpaceBytesMin / 4;

// What loading may leave without being looked at: what is garbage of it costs each worker its memory.
constexpr size_t kLoadedBytesMax = 4 * kMiB;

// The heap's share of the cap; at least half of a small one.
size_t HeapBytesMax(size_t bytes_max) { return bytes_max - std::min(kOverheadBytes, bytes_max / 2); }

// The old generation's share of the cap. New objects rarely need all of theirs, and a small cap leaves it to them only
// in part.
size_t OldGenerationBytesMax(size_t bytes_max) {
  const size_t heap = HeapBytesMax(bytes_max);
  return heap - std::min(kSemiSpaces * kSemiSpaceBytesMin, heap / 4);
}

constexpr size_t kLargestBytesMax = kMemoryLimitMibMax * kMiB;

void ExitOutOfMemory(const char* location, const v8::OOMDetails& details) { _exit(kExitMemoryLimit); }

}  // namespace

// Counts what it hands out. Memory is zeroed always: a guest must never see what another call left in it.
class MemoryGuard::BufferAllocator final : public v8::ArrayBuffer::Allocator {
 public:
  // The isolate whose heap shares the cap.
  void Watch(v8::Isolate* isolate) { isolate_ = isolate; }
  void Lower(size_t bytes_max) { bytes_max_ = bytes_max; }

  void* Allocate(size_t length) override {
    void* const data = length <= Left() ? calloc(std::max<size_t>(length, 1), 1) : nullptr;
    refused_ |= data == nullptr;
    if (data != nullptr) bytes_ += length;
    return data;
  }

  void* AllocateUninitialized(size_t length) override { return Allocate(length); }

  void Free(void* data, size_t length) override {
    bytes_ -= length;
    free(data);
  }

  size_t bytes() const { return bytes_; }
  bool refused() const { return refused_; }
  void Reset() { refused_ = false; }

 private:
  size_t Left() const {
    size_t used = bytes_ + kUnwindBytes;
    if (isolate_ != nullptr) {
      // Reads counters; nothing is allocated or collected.
      v8::HeapStatistics heap;
      isolate_->GetHeapStatistics(&heap);
      used += heap.total_physical_size();
    }
    return bytes_max_ - std::min(used, bytes_max_);
  }

  size_t bytes_max_ = kLargestBytesMax;
  v8::Isolate* isolate_ = nullptr;
  size_t bytes_ = 0;
  bool refused_ = false;
};

MemoryGuard::MemoryGuard()
    : bytes_max_(kLargestBytesMax),
      old_generation_bytes_(OldGenerationBytesMax(kLargestBytesMax)),
      buffers_(std::make_unique<BufferAllocator>()) {}

MemoryGuard::~MemoryGuard() = default;

v8::ArrayBuffer::Allocator* MemoryGuard::allocator() { return buffers_.get(); }

bool MemoryGuard::buffer_refused() const { return buffers_->refused(); }

void MemoryGuard::Configure(v8::ResourceConstraints& constraints) const {
  constraints.set_initial_young_generation_size_in_bytes(kSemiSpaces * kSemiSpaceBytesMin);
  constraints.set_max_young_generation_size_in_bytes(kSemiSpaces * kSemiSpaceBytesMax);
  constraints.set_max_old_generation_size_in_bytes(old_generation_bytes_);
  constraints.set_code_range_size_in_bytes(kCodeRangeBytes);
}

void MemoryGuard::Watch(v8::Isolate* isolate) {
  isolate_ = isolate;
  buffers_->Watch(isolate);
  isolate->AddNearHeapLimitCallback(OnNearHeapLimit, this);
  isolate->SetOOMErrorHandler(ExitOutOfMemory);
}

void MemoryGuard::Lower(size_t bytes_max) {
  bytes_max_ = bytes_max;
  old_generation_bytes_ = OldGenerationBytesMax(bytes_max);
  buffers_->Lower(bytes_max);
  LimitHeap();
}

// Only the removal of a callback takes a new limit, which must be lower than V8's, and which V8 raises to what is
// there.
void MemoryGuard::LimitHeap() {
  isolate_->RemoveNearHeapLimitCallback(OnNearHeapLimit, old_generation_bytes_);
  isolate_->AddNearHeapLimitCallback(OnNearHeapLimit, this);
}

size_t MemoryGuard::OnNearHeapLimit(void* guard, size_t current_heap_limit, size_t initial_heap_limit) {
  MemoryGuard& self = *static_cast<MemoryGuard*>(guard);
  // It has been terminated already and had its room to unwind.
  if (self.heap_exhausted_ && current_heap_limit > self.old_generation_bytes_ + kUnwindBytes) _exit(kExitMemoryLimit);
  self.heap_exhausted_ = true;
  self.isolate_->TerminateExecution();
  return current_heap_limit + kUnwindBytes;
}

size_t MemoryGuard::UsedBytes() const {
  v8::HeapStatistics heap;
  isolate_->GetHeapStatistics(&heap);
  return heap.used_heap_size() + buffers_->bytes();
}

void MemoryGuard::CollectAll() {
  isolate_->LowMemoryNotification();
  kept_bytes_ = UsedBytes();
}

void MemoryGuard::CollectGarbage() {
  const size_t worthwhile = std::max(kGarbageBytesMin, bytes_max_ / kGarbageShare);
  if (!heap_exhausted_ && UsedBytes() < kept_bytes_ + worthwhile) return;
  CollectAll();
}

size_t MemoryGuard::NewObjectsBytes() const {
  v8::HeapSpaceStatistics space;
  for (size_t i = 0; i < isolate_->NumberOfHeapSpaces(); ++i) {
    if (isolate_->GetHeapSpaceStatistics(&space, i) && std::string_view(space.space_name()) == "new_space") {
      return space.space_used_size();
    }
  }
  return 0;
}

void MemoryGuard::CollectForCheckpoint() {
  if (NewObjectsBytes() < kNewObjectsKeptBytesMax && UsedBytes() < kept_bytes_ + kLoadedBytesMax) return;
  // One collection, where LowMemoryNotification does several.
  isolate_->MemoryPressureNotification(v8::MemoryPressureLevel::kCritical);
  isolate_->MemoryPressureNotification(v8::MemoryPressureLevel::kNone);
}

void MemoryGuard::Reset() {
  buffers_->Reset();
  if (!heap_exhausted_) return;
  heap_exhausted_ = false;
  LimitHeap();
}

}  // namespace mayfly::runtime::js
