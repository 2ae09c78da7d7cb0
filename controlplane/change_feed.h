// Tells everyone who follows the store of each change, in the order of the commits.
#ifndef MAYFLY_CONTROLPLANE_CHANGE_FEED_H_
#define MAYFLY_CONTROLPLANE_CHANGE_FEED_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/call.h"
#include "base/method_table.h"
#include "controlplane/executor.h"
#include "controlplane/store.h"
#include "mayfly/v1/function_service.pb.h"

namespace mayfly::controlplane {

class Watcher;

// Thread-safe. Followers in this process are called as a change is published; streams read the store's log on the
// feed's own thread, each at its reader's pace.
class ChangeFeed {
 public:
  using Follower = std::function<void(const v1::WatchFunctionsResponse&)>;

  // `store` outlives the feed.
  explicit ChangeFeed(Store& store);
  // Ends all streams with SHUTTING_DOWN.
  ~ChangeFeed();

  ChangeFeed(const ChangeFeed&) = delete;
  ChangeFeed& operator=(const ChangeFeed&) = delete;

  // Tells `follower` the state as it is, on this thread, and SYNCED; then each change, before the write that made it is
  // answered, on the store's thread: it must be quick, and must not write. One message at a time, never out of order,
  // until the feed ends. Messages carry no tokens but SYNCED's. Writes wait meanwhile. Errors: those of the store; then
  // nothing more is told.
  absl::Status Follow(Follower follower);

  // Takes a change that has been committed as `sequence`. Called in the order of the sequences, by one thread at a
  // time.
  void Publish(const v1::WatchFunctionsResponse& change, int64_t sequence);

  // WatchFunctions. Ends with RESOURCE_EXHAUSTED WATCH_TOO_SLOW, with UNAVAILABLE OVERLOADED at once when kWatchersMax
  // streams are open, with the status of EndStreams, CANCELLED, or the store's error.
  void Watch(std::shared_ptr<ServerCall> call, const v1::WatchFunctionsRequest& request,
             std::shared_ptr<ServerStream> stream);

  // Ends the streams that are open and each that comes later. `status` is an error.
  void EndStreams(const absl::Status& status);

 private:
  friend class Watcher;
  void Remove(const std::shared_ptr<Watcher>& watcher);
  std::vector<std::shared_ptr<Watcher>> Watchers();
  bool HasNoWatchers() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return watchers_.empty(); }

  struct FollowerAt {
    Follower follower;
    int64_t position;  // of the last change it has been told
  };

  Store& store_;
  absl::Mutex follow_mutex_;  // held while followers are called: what keeps one's messages in order
  std::vector<FollowerAt> followers_ ABSL_GUARDED_BY(follow_mutex_);
  absl::Mutex mutex_;
  absl::flat_hash_set<std::shared_ptr<Watcher>> watchers_ ABSL_GUARDED_BY(mutex_);
  absl::Status end_status_ ABSL_GUARDED_BY(mutex_);  // an error once streams are ended
  Executor executor_;
};

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_CHANGE_FEED_H_
