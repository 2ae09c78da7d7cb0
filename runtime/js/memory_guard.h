// Keeps an isolate's heap and its ArrayBuffers within a cap.
#ifndef MAYFLY_RUNTIME_JS_MEMORY_GUARD_H_
#define MAYFLY_RUNTIME_JS_MEMORY_GUARD_H_

#include <v8.h>

#include <cstddef>
#include <memory>

namespace mayfly::runtime::js {

// Allocates the isolate's ArrayBuffers and watches its heap. When the heap nears its limit, what runs is terminated;
// when a buffer would pass the cap, the guest gets V8's RangeError, which it may catch. Where V8 itself can't go on,
// the process ends with kExitMemoryLimit. The cap is the largest there is (kMemoryLimitMibMax) until it is lowered.
//
//   MemoryGuard guard;
//   params.array_buffer_allocator = guard.allocator();
//   guard.Configure(params.constraints);
//   … v8::Isolate::Initialize …
//   guard.Watch(isolate);
//   guard.Lower(bytes_max);
//
// The guard outlives the isolate. Used by one thread.
class MemoryGuard {
 public:
  MemoryGuard();
  ~MemoryGuard();

  MemoryGuard(const MemoryGuard&) = delete;
  MemoryGuard& operator=(const MemoryGuard&) = delete;

  v8::ArrayBuffer::Allocator* allocator();
  void Configure(v8::ResourceConstraints& constraints) const;
  void Watch(v8::Isolate* isolate);

  // `bytes_max` is the cap on the whole process beyond what it has when it boots. The heap gets what is left of it
  // beside V8's own needs (32 MiB, half of a small cap); buffers what the heap has left free.
  void Lower(size_t bytes_max);

  // Whether the heap came near its limit since the last Reset: what ran was terminated.
  bool heap_exhausted() const { return heap_exhausted_; }

  // Whether a buffer was refused since the last Reset.
  bool buffer_refused() const;

  // Collects all there is to collect.
  void CollectAll();

  // Collects what ended contexts have left, if it is so much that the next call would be seen to hold it.
  void CollectGarbage();

  // Collects what loading has left, if each call would meet a collection because of it, or it takes much memory.
  void CollectForCheckpoint();

  // Gives the isolate its first limit back, and forgets what was passed.
  void Reset();

 private:
  class BufferAllocator;

  size_t UsedBytes() const;
  size_t NewObjectsBytes() const;
  static size_t OnNearHeapLimit(void* guard, size_t current_heap_limit, size_t initial_heap_limit);

  // Has V8 take `old_generation_bytes_` for its limit.
  void LimitHeap();

  size_t bytes_max_;
  size_t old_generation_bytes_;  // of it, for the heap's long-lived part
  const std::unique_ptr<BufferAllocator> buffers_;
  v8::Isolate* isolate_ = nullptr;
  bool heap_exhausted_ = false;
  size_t kept_bytes_ = 0;  // what the last collection left
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_MEMORY_GUARD_H_
