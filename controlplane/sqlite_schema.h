// The tables of a store, and how an older store becomes a newer one.
#ifndef MAYFLY_CONTROLPLANE_SQLITE_SCHEMA_H_
#define MAYFLY_CONTROLPLANE_SQLITE_SCHEMA_H_

#include "absl/status/status.h"
#include "controlplane/sqlite.h"

namespace mayfly::controlplane {

// Makes the tables in an empty database, brings those of an older Mayfly up to date, each version in one transaction,
// and refuses the rest: INTERNAL STORAGE_FAILED when the file is not Mayfly's or is damaged, FAILED_PRECONDITION
// STORAGE_FAILED when a newer Mayfly wrote it. `path` is for messages.
absl::Status PrepareSchema(SqliteDatabase& database, const std::string& path);

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_SQLITE_SCHEMA_H_
