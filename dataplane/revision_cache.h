// Revisions that are not the latest, kept for a while because callers asked for them by number.
#ifndef MAYFLY_DATAPLANE_REVISION_CACHE_H_
#define MAYFLY_DATAPLANE_REVISION_CACHE_H_

#include <cstddef>
#include <list>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/function_name.h"

namespace mayfly::dataplane {

struct FunctionRevision;

// Bounded by number and by bytes of source; what was used longest ago goes first. Not thread-safe.
class RevisionCache {
 public:
  using Revision = std::shared_ptr<const FunctionRevision>;

  RevisionCache(size_t count_max, size_t bytes_max) : count_max_(count_max), bytes_max_(bytes_max) {}

  // Null if it is not there.
  Revision Find(const FunctionKey& key);

  // Adds a revision, in the place of one with the same key. Returns what had to go for it, which may be itself.
  std::vector<Revision> Insert(Revision revision);

  // Forgets all revisions of a function, or all that there are, and returns them.
  std::vector<Revision> Erase(const FunctionName& name);
  std::vector<Revision> Clear();

 private:
  struct Entry {
    Revision revision;
    size_t bytes;
  };
  using Entries = std::list<Entry>;

  Revision Take(Entries::iterator entry);

  const size_t count_max_;
  const size_t bytes_max_;
  size_t bytes_ = 0;
  Entries entries_;  // the one used last first
  absl::flat_hash_map<FunctionKey, Entries::iterator> places_;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_REVISION_CACHE_H_
