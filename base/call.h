// One RPC in flight, whichever door it came through.
#ifndef MAYFLY_BASE_CALL_H_
#define MAYFLY_BASE_CALL_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace mayfly {

// Keys are lower-case ASCII; a key may stand more than once.
using Metadata = std::vector<std::pair<std::string, std::string>>;

// What a service sees of a call beside its request, and what it may say beside its response. A door makes it (with
// std::make_shared) and a service may keep it until it has answered. Thread-safe, but for the response metadata, which
// only the service writes, before it answers.
class ServerCall {
 public:
  ServerCall(absl::Time deadline, Metadata request_metadata)
      : deadline_(deadline), request_metadata_(std::move(request_metadata)) {}

  ServerCall(const ServerCall&) = delete;
  ServerCall& operator=(const ServerCall&) = delete;

  // The caller's own deadline; InfiniteFuture if it set none.
  absl::Time deadline() const { return deadline_; }

  const Metadata& request_metadata() const { return request_metadata_; }

  // The first value of a key of the request's metadata.
  std::optional<std::string_view> FindRequestMetadata(std::string_view key) const;

  // The door calls this once, when the caller has gone or has cancelled. Runs the OnCancel callback.
  void Cancel();

  // Runs `callback` when the call is cancelled: at most once, on the thread that cancels; at once if it is already
  // cancelled. A second callback replaces the first; an empty one (`{}`) removes it. A callback may run while the call
  // is being answered.
  void OnCancel(absl::AnyInvocable<void() &&> callback);

  bool cancelled() const;

  // Sent before the response: over gRPC as initial metadata, over HTTP as headers by the gateway's allow-list
  // ("x-http-code" sets the status).
  void AddResponseMetadata(std::string key, std::string value) {
    response_metadata_.emplace_back(std::move(key), std::move(value));
  }
  void ReserveResponseMetadata(size_t count) { response_metadata_.reserve(response_metadata_.size() + count); }
  const Metadata& response_metadata() const { return response_metadata_; }

 private:
  const absl::Time deadline_;
  const Metadata request_metadata_;
  Metadata response_metadata_;
  mutable absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  absl::AnyInvocable<void() &&> on_cancel_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mayfly

#endif  // MAYFLY_BASE_CALL_H_
