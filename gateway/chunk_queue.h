// What waits between a service that writes a stream and the connection that sends it.
#ifndef MAYFLY_GATEWAY_CHUNK_QUEUE_H_
#define MAYFLY_GATEWAY_CHUNK_QUEUE_H_

#include <cstddef>
#include <deque>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace mayfly::gateway {

// Bounded. Thread-safe: the writer's side and the reader's side are each used by one thread at a time.
class ChunkQueue {
 public:
  struct Options {
    size_t chunks_max;
    size_t bytes_max;  // a single chunk may be larger
  };

  explicit ChunkQueue(const Options& options) : options_(options) {}

  // --- The writer.

  // Queues a chunk. False if the reader is gone or the queue is full: nothing was queued.
  bool Push(std::string chunk);

  // Runs `callback` once, when all that was pushed has been sent or the reader is gone; possibly before this returns.
  void OnDrained(absl::AnyInvocable<void() &&> callback);

  // Queues the last chunk, whatever the bounds (an empty one is not sent); nothing is pushed after it.
  void Close(std::string last);

  // --- The reader.

  struct Batch {
    std::string bytes;    // all that waited
    bool closed = false;  // nothing follows
  };

  // Runs `callback` whenever there may be something to take, on the writer's thread. Set before the first Take.
  void OnReadable(absl::AnyInvocable<void()> callback);

  // Takes what waits; the chunks it took before count as sent.
  Batch Take();

  // The reader is gone: refuses further chunks, drops what waits, and lets a waiting writer go on.
  void Abandon();

 private:
  void RunDrained();
  void RunReadable();

  const Options options_;
  absl::Mutex mutex_;
  std::deque<std::string> chunks_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool sending_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;
  absl::AnyInvocable<void() &&> on_drained_ ABSL_GUARDED_BY(mutex_);

  // Held while the callback runs, so that Abandon returns only when it no longer does.
  absl::Mutex readable_mutex_;
  absl::AnyInvocable<void()> on_readable_ ABSL_GUARDED_BY(readable_mutex_);
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_CHUNK_QUEUE_H_
