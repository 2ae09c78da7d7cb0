#include "controlplane/sqlite_reads.h"

#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "base/reason.h"
#include "controlplane/function_rows.h"
#include "controlplane/store_error.h"

namespace mayfly::controlplane {
namespace {

// Each query of functions selects these columns, in this order; FunctionOfRow reads them. The manifest is NULL in basic
// ones, so that its pages are not read.
#define MAYFLY_SUMMARY_COLUMNS "SELECT r.namespace, r.id, r.revision, r.summary, NULL"
#define MAYFLY_FULL_COLUMNS "SELECT r.namespace, r.id, r.revision, r.summary, r.manifest"
#define MAYFLY_LATEST                                                               \
  " FROM functions f JOIN revisions r ON r.namespace = f.namespace AND r.id = f.id" \
  " AND r.revision = f.latest_revision"

struct Query {
  const char* basic;
  const char* full;

  const char* of(Detail detail) const { return detail == Detail::kFull ? full : basic; }
};

constexpr Query kLatest = {
    MAYFLY_SUMMARY_COLUMNS MAYFLY_LATEST " WHERE f.namespace = ?1 AND f.id = ?2",
    MAYFLY_FULL_COLUMNS MAYFLY_LATEST " WHERE f.namespace = ?1 AND f.id = ?2",
};
constexpr Query kRevision = {
    MAYFLY_SUMMARY_COLUMNS " FROM revisions r WHERE r.namespace = ?1 AND r.id = ?2 AND r.revision = ?3",
    MAYFLY_FULL_COLUMNS " FROM revisions r WHERE r.namespace = ?1 AND r.id = ?2 AND r.revision = ?3",
};
constexpr Query kList = {
    MAYFLY_SUMMARY_COLUMNS MAYFLY_LATEST " WHERE f.namespace = ?1 AND f.id > ?2 ORDER BY f.id LIMIT ?3",
    MAYFLY_FULL_COLUMNS MAYFLY_LATEST " WHERE f.namespace = ?1 AND f.id > ?2 ORDER BY f.id LIMIT ?3",
};
constexpr Query kRevisions = {
    MAYFLY_SUMMARY_COLUMNS
    " FROM revisions r WHERE r.namespace = ?1 AND r.id = ?2 AND r.revision < ?3"
    " ORDER BY r.revision DESC LIMIT ?4",
    MAYFLY_FULL_COLUMNS
    " FROM revisions r WHERE r.namespace = ?1 AND r.id = ?2 AND r.revision < ?3"
    " ORDER BY r.revision DESC LIMIT ?4",
};
constexpr char kState[] =
    MAYFLY_FULL_COLUMNS MAYFLY_LATEST " WHERE (f.namespace, f.id) > (?1, ?2) ORDER BY f.namespace, f.id LIMIT ?3";

// The changes, with the function of each that is kept still: columns 0 to 4 as above, then the sequence and whether it
// was a deletion.
#define MAYFLY_CHANGES                                                                                \
  "SELECT c.namespace, c.id, c.revision, r.summary, r.manifest, c.sequence, c.deleted FROM changes c" \
  " LEFT JOIN revisions r ON c.deleted = 0 AND r.namespace = c.namespace AND r.id = c.id"             \
  " AND r.revision = c.revision WHERE c.sequence > ?1"
constexpr char kEachChange[] = MAYFLY_CHANGES " ORDER BY c.sequence LIMIT ?2";
constexpr char kLastChanges[] = MAYFLY_CHANGES
    " AND NOT EXISTS (SELECT 1 FROM changes d WHERE d.namespace = c.namespace AND d.id = c.id AND d.sequence > "
    "c.sequence)"
    " ORDER BY c.sequence LIMIT ?2";
#undef MAYFLY_CHANGES

// Revision 0, which is none, for a number that no revision can have.
FunctionKey KeyOfRow(const SqliteStatement& row) {
  const int64_t revision = row.Int(2);
  const bool fits = revision >= 1 && revision <= std::numeric_limits<int32_t>::max();
  return {.name = {.namespace_id = std::string(row.Text(0)), .function_id = std::string(row.Text(1))},
          .revision = fits ? static_cast<int32_t>(revision) : 0};
}

// The bytes of a row's function, against kPageBytesMax.
size_t BytesOfRow(const SqliteStatement& row) { return row.Blob(3).size() + row.Blob(4).size(); }

// The functions of the rows, until they hold kPageBytesMax.
absl::StatusOr<std::vector<v1::Function>> FunctionsOfRows(SqliteStatement& rows) {
  std::vector<v1::Function> functions;
  size_t bytes = 0;
  while (true) {
    const absl::StatusOr<bool> row = rows.Step();
    if (!row.ok()) return row.status();
    if (!*row) return functions;
    bytes += BytesOfRow(rows);
    if (!functions.empty() && bytes > kPageBytesMax) return functions;
    absl::StatusOr<v1::Function> function = ParseFunctionRow(KeyOfRow(rows), rows.Blob(3), rows.Blob(4));
    if (!function.ok()) return function.status();
    functions.push_back(*std::move(function));
  }
}

// The ids of a namespace that stand next to `name` in their order, before it and after it: most misspellings share a
// beginning.
absl::StatusOr<std::vector<std::string>> NeighbourIds(SqliteDatabase& database, const FunctionName& name) {
  std::vector<std::string> ids;
  for (const char* sql : {"SELECT id FROM functions WHERE namespace = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
                          "SELECT id FROM functions WHERE namespace = ?1 AND id > ?2 ORDER BY id LIMIT ?3"}) {
    auto rows = database.Prepare(sql);
    if (!rows.ok()) return rows.status();
    rows->BindText(1, name.namespace_id).BindText(2, name.function_id).BindInt(3, kNearestCandidatesMax / 2);
    absl::StatusOr<bool> row;
    for (row = rows->Step(); row.ok() && *row; row = rows->Step()) ids.emplace_back(rows->Text(0));
    if (!row.ok()) return row.status();
  }
  return ids;
}

absl::Status NotFoundWithNearest(SqliteDatabase& database, const FunctionName& name) {
  const absl::StatusOr<std::vector<std::string>> ids = NeighbourIds(database, name);
  if (!ids.ok()) return ids.status();
  return FunctionNotFound(name, DidYouMean(name.function_id, *ids));
}

// The error for a revision that is not there: the function's kept ones, or that there is no such function.
absl::Status RevisionNotFound(SqliteDatabase& database, const FunctionName& name, int32_t revision) {
  auto range =
      database.Prepare("SELECT min(revision), max(revision), count(*) FROM revisions WHERE namespace = ?1 AND id = ?2");
  if (!range.ok()) return range.status();
  range->BindText(1, name.namespace_id).BindText(2, name.function_id);
  if (absl::Status row = range->Step().status(); !row.ok()) return row;
  if (range->Int(2) == 0) return NotFoundWithNearest(database, name);
  return MakeError(absl::StatusCode::kNotFound, reason::kFunctionNotFound,
                   absl::StrCat("no revision ", revision, " of function '", name.function_id, "'; kept are ",
                                range->Int(0), " to ", range->Int(1)),
                   {{"name", name.ToString()}});
}

}  // namespace

absl::StatusOr<v1::Function> ReadFunction(SqliteDatabase& database, const FunctionName& name, int32_t revision,
                                          Detail detail) {
  auto rows = database.Prepare((revision == 0 ? kLatest : kRevision).of(detail));
  if (!rows.ok()) return rows.status();
  rows->BindText(1, name.namespace_id).BindText(2, name.function_id);
  if (revision != 0) rows->BindInt(3, revision);
  absl::StatusOr<std::vector<v1::Function>> functions = FunctionsOfRows(*rows);
  if (!functions.ok()) return functions.status();
  if (!functions->empty()) return std::move(functions->front());
  return revision == 0 ? NotFoundWithNearest(database, name) : RevisionNotFound(database, name, revision);
}

absl::StatusOr<std::vector<v1::Function>> ReadFunctions(SqliteDatabase& database, const std::string& namespace_id,
                                                        const std::string& after_id, int count_max, Detail detail) {
  auto rows = database.Prepare(kList.of(detail));
  if (!rows.ok()) return rows.status();
  rows->BindText(1, namespace_id).BindText(2, after_id).BindInt(3, count_max);
  return FunctionsOfRows(*rows);
}

absl::StatusOr<std::vector<v1::Function>> ReadRevisions(SqliteDatabase& database, const FunctionName& name,
                                                        int32_t before_revision, int count_max, Detail detail) {
  const absl::StatusOr<v1::Function> latest = ReadFunction(database, name, 0, Detail::kBasic);
  if (!latest.ok()) return latest.status();
  auto rows = database.Prepare(kRevisions.of(detail));
  if (!rows.ok()) return rows.status();
  rows->BindText(1, name.namespace_id).BindText(2, name.function_id).BindInt(3, before_revision).BindInt(4, count_max);
  return FunctionsOfRows(*rows);
}

absl::StatusOr<std::vector<v1::Function>> ReadAllFunctions(SqliteDatabase& database, const FunctionName& after,
                                                           int count_max) {
  auto rows = database.Prepare(kState);
  if (!rows.ok()) return rows.status();
  rows->BindText(1, after.namespace_id).BindText(2, after.function_id).BindInt(3, count_max);
  return FunctionsOfRows(*rows);
}

absl::StatusOr<LogBounds> ReadLog(SqliteDatabase& database) {
  auto row = database.Prepare(
      "SELECT s.uuid, (SELECT min(sequence) FROM changes), (SELECT max(sequence) FROM changes) FROM store s");
  if (!row.ok()) return row.status();
  const absl::StatusOr<bool> found = row->Step();
  if (!found.ok()) return found.status();
  if (!*found) {
    return MakeError(absl::StatusCode::kInternal, reason::kStorageFailed, "the store is damaged: it has no id");
  }
  // Before the first change both are NULL, which reads as 0.
  const int64_t first = row->Int(1);
  return LogBounds{.store_id = std::string(row->Text(0)),
                   .first_position = first == 0 ? 0 : first - 1,
                   .last_position = row->Int(2)};
}

absl::StatusOr<ChangePage> ReadChangesAfter(SqliteDatabase& database, int64_t position, int count_max,
                                            ChangeOrder order) {
  auto rows = database.Prepare(order == ChangeOrder::kEach ? kEachChange : kLastChanges);
  if (!rows.ok()) return rows.status();
  rows->BindInt(1, position).BindInt(2, count_max);
  ChangePage page{.changes = {}, .position = position};
  size_t bytes = 0;
  while (true) {
    const absl::StatusOr<bool> row = rows->Step();
    if (!row.ok()) return row.status();
    if (!*row) return page;
    bytes += BytesOfRow(*rows);
    if (!page.changes.empty() && bytes > kPageBytesMax) return page;
    page.position = rows->Int(5);
    const bool deleted = rows->Int(6) != 0;
    // A revision that is no longer kept was followed by others, which the log tells later.
    if (!deleted && rows->Blob(3).empty()) continue;
    const FunctionKey key = KeyOfRow(*rows);
    Change change{.sequence = page.position, .name = key.name, .function = std::nullopt};
    if (!deleted) {
      absl::StatusOr<v1::Function> function = ParseFunctionRow(key, rows->Blob(3), rows->Blob(4));
      if (!function.ok()) return function.status();
      change.function = *std::move(function);
    }
    page.changes.push_back(std::move(change));
  }
}

}  // namespace mayfly::controlplane
