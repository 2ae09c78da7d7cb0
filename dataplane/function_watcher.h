// Follows a control plane in another process, so that the catalog knows what it stores.
#ifndef MAYFLY_DATAPLANE_FUNCTION_WATCHER_H_
#define MAYFLY_DATAPLANE_FUNCTION_WATCHER_H_

#include <memory>

#include "absl/time/time.h"
#include "base/call.h"
#include "base/clock.h"
#include "base/limits.h"
#include "dataplane/timer_queue.h"

namespace grpc {
class ChannelInterface;
}

namespace mayfly::dataplane {

class Catalog;

// Keeps one WatchFunctions stream open and applies what it tells. When the stream ends, it begins another with its last
// resume token, after a pause that doubles with each stream that told nothing. While there is none, the catalog goes on
// serving what it knows. Thread-safe; the catalog is told on gRPC's threads, one message at a time.
class FunctionWatcher {
 public:
  struct Options {
    Metadata metadata;  // goes with each stream (an authorization)
    absl::Duration retry_min = kWatchRetryMin;
    absl::Duration retry_max = kWatchRetryMax;
  };

  enum class State {
    kAway,     // no stream, or one that has told nothing yet
    kTelling,  // what was missed is being told
    kSynced,   // each change is told as it happens
  };

  // The channel must take messages of kBodyBytesMax, reconnect within seconds (GRPC_ARG_MAX_RECONNECT_BACKOFF_MS) and
  // notice a peer that is gone (GRPC_ARG_KEEPALIVE_TIME_MS). Catalog, timers and clock are not owned and outlive the
  // watcher.
  FunctionWatcher(std::shared_ptr<grpc::ChannelInterface> channel, Options options, Catalog& catalog,
                  TimerQueue& timers, const Clock& clock);

  // Ends the stream and waits until nothing of it can reach the catalog any more.
  ~FunctionWatcher();

  FunctionWatcher(const FunctionWatcher&) = delete;
  FunctionWatcher& operator=(const FunctionWatcher&) = delete;

  // Opens the first stream. Called once.
  void Start();

  State state() const;

 private:
  class Stream;
  class Core;

  // Shared with streams and timers, which may be on their last call when the watcher goes.
  const std::shared_ptr<Core> core_;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_FUNCTION_WATCHER_H_
