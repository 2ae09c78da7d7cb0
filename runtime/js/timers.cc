#include "runtime/js/timers.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/monotonic.h"

namespace mayfly::runtime::js {

Timers::Key Timers::KeyAfter(absl::Duration delay) {
  return {MonotonicNanos() + absl::ToInt64Nanoseconds(delay), started_++};
}

std::optional<int32_t> Timers::Start(v8::Isolate* isolate, v8::Local<v8::Function> callback, absl::Duration delay,
                                     bool repeats) {
  if (timers_.size() == kTimersMax) return std::nullopt;
  const int32_t id = ++last_id_;
  Timer timer{
      .callback = v8::Global<v8::Function>(isolate, callback),
      .delay = delay,
      .repeats = repeats,
      .key = KeyAfter(delay),
  };
  queue_.emplace(timer.key, id);
  timers_.emplace(id, std::move(timer));
  return id;
}

void Timers::Stop(int32_t id) {
  const auto timer = timers_.find(id);
  if (timer == timers_.end()) return;
  queue_.erase(timer->second.key);
  timers_.erase(timer);
}

void Timers::StopSince(Mark mark) {
  std::erase_if(queue_, [mark](const auto& entry) { return entry.second > mark; });
  absl::erase_if(timers_, [mark](const auto& entry) { return entry.first > mark; });
}

std::optional<absl::Duration> Timers::UntilNext() const {
  if (queue_.empty()) return std::nullopt;
  return absl::Nanoseconds(std::max<int64_t>(queue_.begin()->first.first - MonotonicNanos(), 0));
}

v8::MaybeLocal<v8::Function> Timers::TakeDue(v8::Isolate* isolate) {
  if (queue_.empty() || queue_.begin()->first.first > MonotonicNanos()) return {};
  const int32_t id = queue_.begin()->second;
  queue_.erase(queue_.begin());
  const auto timer = timers_.find(id);
  const v8::Local<v8::Function> callback = timer->second.callback.Get(isolate);
  if (timer->second.repeats) {
    timer->second.key = KeyAfter(timer->second.delay);
    queue_.emplace(timer->second.key, id);
  } else {
    timers_.erase(timer);
  }
  return callback;
}

}  // namespace mayfly::runtime::js
