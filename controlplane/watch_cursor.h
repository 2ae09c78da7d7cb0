// One reader's way through the store: the state as it is, then each change.
#ifndef MAYFLY_CONTROLPLANE_WATCH_CURSOR_H_
#define MAYFLY_CONTROLPLANE_WATCH_CURSOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "controlplane/store.h"
#include "mayfly/v1/function_service.pb.h"

namespace mayfly::controlplane {

// Yields what WatchFunctions tells, a batch at a time. It holds no state but its place, so a slow reader costs no
// memory: what waits for it is the store's log. A function that changes while the state is told may be told twice, but
// never an older revision after a newer one. Blocks for the disk; used by one thread at a time.
class WatchCursor {
 public:
  // An empty token: the state from the start. So does, after a RESET, any token that this store did not give or whose
  // changes its log no longer holds. `store` outlives the cursor.
  WatchCursor(Store& store, std::string resume_token) : store_(store), resume_token_(std::move(resume_token)) {}

  // Up to kWatchBatchMax messages more; none: there is nothing new now. Errors: RESOURCE_EXHAUSTED WATCH_TOO_SLOW when
  // the log no longer holds what comes next; those of the store.
  absl::StatusOr<std::vector<v1::WatchFunctionsResponse>> Next();

  // Whether SYNCED has been yielded.
  bool synced() const { return phase_ == Phase::kLive; }

  // The last change that has been told, or is part of a state that has.
  int64_t position() const { return position_; }

 private:
  enum class Phase { kStart, kState, kCatchUp, kLive };
  using Messages = std::vector<v1::WatchFunctionsResponse>;

  absl::Status Begin(Messages& messages);
  absl::Status TellState(Messages& messages);
  absl::Status TellChanges(ChangeOrder order, Messages& messages);

  Store& store_;
  std::string resume_token_;
  Phase phase_ = Phase::kStart;
  std::string store_id_;
  FunctionName state_after_;  // kState: the last function told
  int64_t position_ = 0;
};

// The message for one change; without a resume token.
v1::WatchFunctionsResponse PutMessage(v1::Function function);
v1::WatchFunctionsResponse DeletedMessage(const FunctionName& name);

// A resume token, opaque to clients, names the store and the last change told.
std::string MakeResumeToken(const std::string& store_id, int64_t position);

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_WATCH_CURSOR_H_
