// What a write does to a store's tables.
#ifndef MAYFLY_CONTROLPLANE_SQLITE_WRITES_H_
#define MAYFLY_CONTROLPLANE_SQLITE_WRITES_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controlplane/sqlite.h"
#include "controlplane/store.h"

namespace mayfly::controlplane {

// How much a store keeps.
struct StoreBounds {
  int functions_max;
  int revisions_kept_max;  // of each function
  int64_t changes_kept_max;
};

// Store::Put within the caller's transaction: the result's function has no manifest. `manifest_bytes` is the request's
// manifest, serialized. Prunes what is beyond the bounds. Errors: Store::Put's.
absl::StatusOr<PutResult> ApplyPut(SqliteDatabase& database, const StoreBounds& bounds, const PutRequest& request,
                                   const std::string& manifest_bytes, absl::Time now);

// Store::Delete within the caller's transaction. Errors: Store::Delete's.
absl::StatusOr<int64_t> ApplyDelete(SqliteDatabase& database, const StoreBounds& bounds, const DeleteRequest& request);

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_SQLITE_WRITES_H_
