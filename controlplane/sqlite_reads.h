// What a store's tables answer. Each function reads within the caller's transaction, or is one statement.
#ifndef MAYFLY_CONTROLPLANE_SQLITE_READS_H_
#define MAYFLY_CONTROLPLANE_SQLITE_READS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "controlplane/sqlite.h"
#include "controlplane/store.h"

namespace mayfly::controlplane {

// These are Store's methods of the same names, but for the transaction.
absl::StatusOr<v1::Function> ReadFunction(SqliteDatabase& database, const FunctionName& name, int32_t revision,
                                          Detail detail);
absl::StatusOr<std::vector<v1::Function>> ReadFunctions(SqliteDatabase& database, const std::string& namespace_id,
                                                        const std::string& after_id, int count_max, Detail detail);
absl::StatusOr<std::vector<v1::Function>> ReadRevisions(SqliteDatabase& database, const FunctionName& name,
                                                        int32_t before_revision, int count_max, Detail detail);
absl::StatusOr<std::vector<v1::Function>> ReadAllFunctions(SqliteDatabase& database, const FunctionName& after,
                                                           int count_max);
absl::StatusOr<LogBounds> ReadLog(SqliteDatabase& database);
absl::StatusOr<ChangePage> ReadChangesAfter(SqliteDatabase& database, int64_t position, int count_max,
                                            ChangeOrder order);

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_SQLITE_READS_H_
