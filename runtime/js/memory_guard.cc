#include "runtime/js/memory_guard.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>

#include "base/limits.h"
#include "runtime/channel/exit_codes.h"

namespace mayfly::runtime::js {
namespace {

// What a rewind scans; 512 MB is V8's own choice. Code of one function rarely passes 4 MiB.
constexpr size_t kCodeRangeBytes = 16 * kMiB;

// Room for V8 to unwind what it terminates.
constexpr size_t kUnwindBytes = 16 * kMiB;

void ExitOutOfMemory(const char* location, const v8::OOMDetails& details) { _exit(kExitMemoryLimit); }

}  // namespace

// Counts what it hands out. Memory is zeroed always: a guest must never see what another call left in it.
class MemoryGuard::BufferAllocator final : public v8::ArrayBuffer::Allocator {
 public:
  explicit BufferAllocator(size_t bytes_max) : bytes_max_(bytes_max) {}

  void* Allocate(size_t length) override {
    void* const data = length <= bytes_max_ - bytes_ ? calloc(std::max<size_t>(length, 1), 1) : nullptr;
    refused_ |= data == nullptr;
    if (data != nullptr) bytes_ += length;
    return data;
  }

  void* AllocateUninitialized(size_t length) override { return Allocate(length); }

  void Free(void* data, size_t length) override {
    bytes_ -= length;
    free(data);
  }

  bool refused() const { return refused_; }
  void Reset() { refused_ = false; }

 private:
  const size_t bytes_max_;
  size_t bytes_ = 0;
  bool refused_ = false;
};

MemoryGuard::MemoryGuard(size_t bytes_max)
    : bytes_max_(bytes_max), buffers_(std::make_unique<BufferAllocator>(bytes_max)) {}

MemoryGuard::~MemoryGuard() = default;

v8::ArrayBuffer::Allocator* MemoryGuard::allocator() { return buffers_.get(); }

bool MemoryGuard::buffer_refused() const { return buffers_->refused(); }

void MemoryGuard::Configure(v8::ResourceConstraints& constraints) const {
  constraints.ConfigureDefaultsFromHeapSize(0, bytes_max_);
  constraints.set_code_range_size_in_bytes(kCodeRangeBytes);
}

void MemoryGuard::Watch(v8::Isolate* isolate) {
  isolate_ = isolate;
  isolate->AddNearHeapLimitCallback(OnNearHeapLimit, this);
  isolate->SetOOMErrorHandler(ExitOutOfMemory);
}

size_t MemoryGuard::OnNearHeapLimit(void* guard, size_t current_heap_limit, size_t initial_heap_limit) {
  MemoryGuard& self = *static_cast<MemoryGuard*>(guard);
  // It has been terminated already and had its room to unwind.
  if (self.heap_exhausted_ && current_heap_limit > initial_heap_limit + kUnwindBytes) _exit(kExitMemoryLimit);
  self.heap_exhausted_ = true;
  self.initial_heap_limit_ = initial_heap_limit;
  self.isolate_->TerminateExecution();
  return current_heap_limit + kUnwindBytes;
}

void MemoryGuard::Reset() {
  buffers_->Reset();
  if (!heap_exhausted_) return;
  heap_exhausted_ = false;
  isolate_->RemoveNearHeapLimitCallback(OnNearHeapLimit, initial_heap_limit_);
  isolate_->AddNearHeapLimitCallback(OnNearHeapLimit, this);
}

}  // namespace mayfly::runtime::js
