// The functions that a data plane knows.
#ifndef MAYFLY_DATAPLANE_CATALOG_H_
#define MAYFLY_DATAPLANE_CATALOG_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/function_name.h"
#include "dataplane/function_source.h"
#include "dataplane/revision_cache.h"

namespace mayfly::v1 {
class WatchFunctionsResponse;
}

namespace mayfly::dataplane {

struct FunctionRevision;

// Holds the latest revision of every function, as the control plane's watch tells it, and a bounded number of older
// ones, got when they are asked for. Thread-safe; a lookup of a latest revision costs one hash under a shared lock.
//
// It makes one FunctionRevision for each content: workers bound to it stay warm when a watch begins again and tells the
// same.
class Catalog {
 public:
  using Revision = std::shared_ptr<const FunctionRevision>;

  // Called without a lock when a revision is no longer the latest of its function, or has gone.
  using OnSuperseded = std::function<void(const FunctionRevision&)>;

  // `source` is not owned and outlives the catalog.
  Catalog(FunctionSource& source, OnSuperseded on_superseded);

  // Takes one message of WatchFunctions. Messages of one watch come in order, from one thread at a time. A watch that
  // begins without a resume token is announced with RESET; so is the first one, unless the catalog is new.
  void Apply(const v1::WatchFunctionsResponse& change);

  // Whether the whole state has been told once.
  bool synced() const;

  // A revision that is here; 0 means the latest. Null if it is not here.
  Revision Find(const FunctionName& name, int32_t revision);

  // Gets a revision that Find did not find. `done` is called exactly once, on any thread, possibly inside. Errors:
  // NOT_FOUND FUNCTION_NOT_FOUND, naming the nearest ids; UNAVAILABLE PEER_UNREACHABLE with RetryInfo as long as the
  // control plane has not been heard; those of FunctionSource.
  using FetchDone = absl::AnyInvocable<void(absl::StatusOr<Revision>) &&>;
  void Fetch(const FunctionName& name, int32_t revision, absl::Time deadline, FetchDone done);

  size_t size() const;

 private:
  struct Latest {
    Revision revision;
    uint64_t told;  // the number of the state in which it was told last
  };

  std::vector<Revision> Put(Revision revision) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<Revision> Delete(const FunctionName& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<Revision> BeginState() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<Revision> EndState() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Revision> Keep(absl::StatusOr<v1::Function> function, uint64_t forgotten);
  absl::Status NotFound(const FunctionName& name) const ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<std::string> Neighbours(const FunctionName& name) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  FunctionSource& source_;
  const OnSuperseded on_superseded_;

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<FunctionName, Latest> latest_ ABSL_GUARDED_BY(mutex_);
  absl::btree_set<FunctionName> names_ ABSL_GUARDED_BY(mutex_);  // of latest_, in order
  RevisionCache older_ ABSL_GUARDED_BY(mutex_);
  uint64_t state_ ABSL_GUARDED_BY(mutex_) = 1;    // counts the whole states that were told
  bool in_state_ ABSL_GUARDED_BY(mutex_) = true;  // a whole state is being told
  bool synced_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t forgotten_ ABSL_GUARDED_BY(mutex_) = 0;  // counts the times older revisions became invalid
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_CATALOG_H_
