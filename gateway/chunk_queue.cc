#include "gateway/chunk_queue.h"

#include <utility>

namespace mayfly::gateway {

bool ChunkQueue::Push(std::string chunk) {
  {
    absl::MutexLock lock(mutex_);
    if (abandoned_ || closed_ || chunks_.size() >= options_.chunks_max) return false;
    if (!chunks_.empty() && bytes_ + chunk.size() > options_.bytes_max) return false;
    bytes_ += chunk.size();
    chunks_.push_back(std::move(chunk));
  }
  RunReadable();
  return true;
}

void ChunkQueue::OnDrained(absl::AnyInvocable<void() &&> callback) {
  {
    absl::MutexLock lock(mutex_);
    on_drained_ = std::move(callback);
  }
  RunDrained();
}

void ChunkQueue::Close(std::string last) {
  absl::AnyInvocable<void() &&> dropped;
  {
    absl::MutexLock lock(mutex_);
    if (abandoned_ || closed_) return;
    closed_ = true;
    dropped = std::exchange(on_drained_, nullptr);
    if (!last.empty()) chunks_.push_back(std::move(last));
  }
  RunReadable();
}

void ChunkQueue::OnReadable(absl::AnyInvocable<void()> callback) {
  absl::MutexLock lock(readable_mutex_);
  on_readable_ = std::move(callback);
}

ChunkQueue::Batch ChunkQueue::Take() {
  Batch batch;
  {
    absl::MutexLock lock(mutex_);
    for (std::string& chunk : chunks_) {
      if (batch.bytes.empty()) {
        batch.bytes = std::move(chunk);
      } else {
        batch.bytes += chunk;
      }
    }
    chunks_.clear();
    bytes_ = 0;
    sending_ = !batch.bytes.empty();
    batch.closed = closed_;
  }
  RunDrained();
  return batch;
}

void ChunkQueue::Abandon() {
  {
    absl::MutexLock lock(mutex_);
    abandoned_ = true;
    chunks_.clear();
    bytes_ = 0;
  }
  RunDrained();
  absl::MutexLock lock(readable_mutex_);
  on_readable_ = nullptr;
}

void ChunkQueue::RunDrained() {
  absl::AnyInvocable<void() &&> callback;
  {
    absl::MutexLock lock(mutex_);
    if (!abandoned_ && (sending_ || !chunks_.empty())) return;
    callback = std::exchange(on_drained_, nullptr);
  }
  if (callback) std::move(callback)();
}

void ChunkQueue::RunReadable() {
  absl::MutexLock lock(readable_mutex_);
  if (on_readable_) on_readable_();
}

}  // namespace mayfly::gateway
