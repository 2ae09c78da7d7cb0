#include "controlplane/change_feed.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/limits.h"
#include "controlplane/overloaded.h"
#include "controlplane/watch_cursor.h"
#include "controlplane/watcher.h"

namespace mayfly::controlplane {
// Each watcher has at most one task queued; while that runs, another may be queued after it.
ChangeFeed::ChangeFeed(Store& store) : store_(store), executor_({.threads = 1, .queue_max = 2 * kWatchersMax}) {}

ChangeFeed::~ChangeFeed() {
  EndStreams(ShuttingDown());
  absl::MutexLock lock(mutex_);
  mutex_.Await(absl::Condition(this, &ChangeFeed::HasNoWatchers));
}

absl::Status ChangeFeed::Follow(Follower follower) {
  // While it is held, at most one group of writes can be committed, and it is published afterwards: if the cursor has
  // told its changes already, their sequences are not beyond the cursor's position, and they are not told again.
  absl::MutexLock lock(follow_mutex_);
  WatchCursor cursor(store_, "");
  while (!cursor.synced()) {
    const auto messages = cursor.Next();
    if (!messages.ok()) return messages.status();
    for (const v1::WatchFunctionsResponse& message : *messages) follower(message);
  }
  followers_.push_back({.follower = std::move(follower), .position = cursor.position()});
  return absl::OkStatus();
}

void ChangeFeed::Publish(const v1::WatchFunctionsResponse& change, int64_t sequence) {
  {
    absl::MutexLock lock(follow_mutex_);
    for (FollowerAt& at : followers_) {
      if (sequence <= at.position) continue;
      at.position = sequence;
      at.follower(change);
    }
  }
  for (const std::shared_ptr<Watcher>& watcher : Watchers()) watcher->Notify();
}

void ChangeFeed::Watch(std::shared_ptr<ServerCall> call, const v1::WatchFunctionsRequest& request,
                       std::shared_ptr<ServerStream> stream) {
  std::shared_ptr<Watcher> watcher;
  absl::Status refused;
  {
    absl::MutexLock lock(mutex_);
    refused = end_status_;
    if (refused.ok() && watchers_.size() >= kWatchersMax)
      refused = Overloaded(absl::StrCat(kWatchersMax, " watches are open already"));
    if (refused.ok()) {
      watcher = std::make_shared<Watcher>(store_, executor_, std::move(call), request.resume_token(), stream,
                                          [this](const std::shared_ptr<Watcher>& finished) { Remove(finished); });
      watchers_.insert(watcher);
    }
  }
  if (!refused.ok()) return stream->Finish(refused);
  watcher->Start();
}

void ChangeFeed::EndStreams(const absl::Status& status) {
  {
    absl::MutexLock lock(mutex_);
    end_status_.Update(status);
  }
  for (const std::shared_ptr<Watcher>& watcher : Watchers()) watcher->End(status);
}

void ChangeFeed::Remove(const std::shared_ptr<Watcher>& watcher) {
  absl::MutexLock lock(mutex_);
  watchers_.erase(watcher);
}

std::vector<std::shared_ptr<Watcher>> ChangeFeed::Watchers() {
  absl::MutexLock lock(mutex_);
  return {watchers_.begin(), watchers_.end()};
}

}  // namespace mayfly::controlplane
