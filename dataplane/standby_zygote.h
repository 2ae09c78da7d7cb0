// The copy of a zygote that waits to take its place.
#ifndef MAYFLY_DATAPLANE_STANDBY_ZYGOTE_H_
#define MAYFLY_DATAPLANE_STANDBY_ZYGOTE_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/unique_fd.h"
#include "dataplane/spawn_zygote.h"
#include "dataplane/zygote_link.h"

namespace mayfly::dataplane {

// Has a zygote that is up make a copy of itself, and another one when that has ended by itself: after a pause that
// grows to kZygotePauseMax while copies fail in a row. Used by one thread, which waits in poll for what is named below
// and then calls Keep.
class StandbyZygote : public std::enable_shared_from_this<StandbyZygote> {
 public:
  // `name` is the language's, for the log.
  explicit StandbyZygote(std::string name);

  // Reaps the copy if it has ended, and asks `zygote` for one if there is none, none is under way, no pause is on, and
  // the zygote is up. Returns after which time there is something to do.
  absl::Duration Keep(ZygoteLink& zygote);

  // Readable when there is something to do.
  int changed() const { return changed_.get(); }
  // Readable when the copy has ended; -1 while there is none.
  int pidfd() const;

  // Called on any thread: there is something to do.
  void Notify();

  // Hands the copy over; none if there is none, or if it has ended, too. The zygote has ended: what it may have said of
  // a copy before is waited for, for at most kExitReportTimeMax.
  std::optional<ZygoteProcess> Take();

 private:
  void Answer(absl::StatusOr<ZygoteProcess> copy);
  void ReapEnded() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteFailure(std::string_view what) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string name_;
  const UniqueFd changed_;
  mutable absl::Mutex mutex_;
  std::optional<ZygoteProcess> copy_ ABSL_GUARDED_BY(mutex_);
  bool asked_ ABSL_GUARDED_BY(mutex_) = false;  // and not answered
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;    // copies in a row that were not made, or did not live long
  absl::Time next_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();  // not asked for before
  absl::Time made_ ABSL_GUARDED_BY(mutex_);
};

// How long to wait after so many failures in a row.
absl::Duration ZygotePause(int failures);

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_STANDBY_ZYGOTE_H_
