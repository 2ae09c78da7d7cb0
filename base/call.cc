#include "base/call.h"

namespace mayfly {

std::optional<std::string_view> ServerCall::FindRequestMetadata(std::string_view key) const {
  for (const auto& [name, value] : request_metadata_) {
    if (name == key) return value;
  }
  return std::nullopt;
}

void ServerCall::Cancel() {
  absl::AnyInvocable<void() &&> callback;
  {
    absl::MutexLock lock(mutex_);
    if (cancelled_) return;
    cancelled_ = true;
    callback = std::exchange(on_cancel_, nullptr);
  }
  if (callback) std::move(callback)();
}

void ServerCall::OnCancel(absl::AnyInvocable<void() &&> callback) {
  {
    absl::MutexLock lock(mutex_);
    if (!cancelled_) {
      on_cancel_ = std::move(callback);
      return;
    }
  }
  if (callback) std::move(callback)();
}

bool ServerCall::cancelled() const {
  absl::MutexLock lock(mutex_);
  return cancelled_;
}

}  // namespace mayfly
