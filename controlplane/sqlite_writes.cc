#include "controlplane/sqlite_writes.h"

#include <cstdint>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"
#include "controlplane/function_rows.h"
#include "controlplane/store_error.h"

namespace mayfly::controlplane {
namespace {

struct Latest {
  int32_t revision;
  std::string etag;
  absl::Time create_time;
};

absl::StatusOr<std::optional<Latest>> FindLatest(SqliteDatabase& database, const FunctionName& name) {
  auto statement = database.Prepare(
      "SELECT f.latest_revision, r.etag, f.create_micros FROM functions f JOIN revisions r"
      " ON r.namespace = f.namespace AND r.id = f.id AND r.revision = f.latest_revision"
      " WHERE f.namespace = ?1 AND f.id = ?2");
  if (!statement.ok()) return statement.status();
  statement->BindText(1, name.namespace_id).BindText(2, name.function_id);
  const absl::StatusOr<bool> row = statement->Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  return Latest{
      .revision = static_cast<int32_t>(statement->Int(0)),
      .etag = std::string(statement->Text(1)),
      .create_time = absl::FromUnixMicros(statement->Int(2)),
  };
}

// The last revision that the log of changes remembers of a function that is gone; 0 if none.
absl::StatusOr<int64_t> RememberedRevision(SqliteDatabase& database, const FunctionName& name) {
  auto statement = database.Prepare("SELECT coalesce(max(revision), 0) FROM changes WHERE namespace = ?1 AND id = ?2");
  if (!statement.ok()) return statement.status();
  statement->BindText(1, name.namespace_id).BindText(2, name.function_id);
  if (absl::Status row = statement->Step().status(); !row.ok()) return row;
  return statement->Int(0);
}

absl::Status CheckEtag(const FunctionName& name, const std::optional<Latest>& latest, const std::string& etag) {
  if (etag.empty() || (latest.has_value() && latest->etag == etag)) return absl::OkStatus();
  if (!latest.has_value()) return EtagOfGoneFunction(name, etag);
  return EtagMismatch(name, latest->revision, latest->etag, etag);
}

absl::Status CheckMode(const PutRequest& request, const std::optional<Latest>& latest) {
  if (request.mode == PutMode::kUpdate && !latest.has_value()) return FunctionNotFound(request.name, "");
  if (request.mode == PutMode::kCreate && latest.has_value()) return FunctionExists(request.name, latest->revision);
  return absl::OkStatus();
}

absl::Status CheckRoom(SqliteDatabase& database, const StoreBounds& bounds) {
  const absl::StatusOr<int64_t> count = database.QueryInt("SELECT function_count FROM store");
  if (!count.ok()) return count.status();
  if (*count < bounds.functions_max) return absl::OkStatus();
  return MakeError(absl::StatusCode::kResourceExhausted, reason::kFunctionsExhausted,
                   absl::StrCat("the store holds ", *count, " functions, as many as it takes (--max-functions=",
                                bounds.functions_max, "); delete some first"));
}

absl::StatusOr<int32_t> NextRevision(SqliteDatabase& database, const PutRequest& request,
                                     const std::optional<Latest>& latest) {
  absl::StatusOr<int64_t> last = latest.has_value() ? latest->revision : RememberedRevision(database, request.name);
  if (!last.ok()) return last.status();
  if (*last >= 0 && *last < std::numeric_limits<int32_t>::max()) return static_cast<int32_t>(*last + 1);
  return MakeError(absl::StatusCode::kResourceExhausted, reason::kFunctionsExhausted,
                   absl::StrCat("function '", request.name.function_id, "' has used up its revisions; use another id"));
}

absl::Status InsertRevision(SqliteDatabase& database, const FunctionName& name, const v1::Function& summary,
                            const std::string& manifest_bytes) {
  auto statement = database.Prepare(
      "INSERT INTO revisions (namespace, id, revision, etag, summary, manifest) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  if (!statement.ok()) return statement.status();
  const std::string summary_bytes = summary.SerializeAsString();
  statement->BindText(1, name.namespace_id)
      .BindText(2, name.function_id)
      .BindInt(3, summary.revision())
      .BindText(4, summary.etag())
      .BindBlob(5, summary_bytes)
      .BindBlob(6, manifest_bytes);
  return statement->Run();
}

absl::Status PruneRevisions(SqliteDatabase& database, const FunctionName& name, int64_t revision_last_dropped) {
  auto statement = database.Prepare("DELETE FROM revisions WHERE namespace = ?1 AND id = ?2 AND revision <= ?3");
  if (!statement.ok()) return statement.status();
  statement->BindText(1, name.namespace_id).BindText(2, name.function_id).BindInt(3, revision_last_dropped);
  return statement->Run();
}

absl::Status SetLatest(SqliteDatabase& database, const FunctionName& name, int32_t revision, absl::Time create_time) {
  auto statement = database.Prepare(
      "INSERT INTO functions (namespace, id, latest_revision, create_micros) VALUES (?1, ?2, ?3, ?4)"
      " ON CONFLICT DO UPDATE SET latest_revision = ?3");
  if (!statement.ok()) return statement.status();
  statement->BindText(1, name.namespace_id)
      .BindText(2, name.function_id)
      .BindInt(3, revision)
      .BindInt(4, absl::ToUnixMicros(create_time));
  return statement->Run();
}

absl::Status DeleteLatest(SqliteDatabase& database, const FunctionName& name) {
  auto statement = database.Prepare("DELETE FROM functions WHERE namespace = ?1 AND id = ?2");
  if (!statement.ok()) return statement.status();
  return statement->BindText(1, name.namespace_id).BindText(2, name.function_id).Run();
}

// Makes an entry in the log, drops those beyond the bound, and returns the entry's sequence.
absl::StatusOr<int64_t> LogChange(SqliteDatabase& database, const StoreBounds& bounds, const FunctionKey& key,
                                  bool deleted) {
  auto insert = database.Prepare(
      "INSERT INTO changes (namespace, id, revision, deleted) VALUES (?1, ?2, ?3, ?4) RETURNING sequence");
  if (!insert.ok()) return insert.status();
  insert->BindText(1, key.name.namespace_id).BindText(2, key.name.function_id);
  insert->BindInt(3, key.revision).BindInt(4, deleted ? 1 : 0);
  if (absl::Status inserted = insert->Step().status(); !inserted.ok()) return inserted;
  const int64_t sequence = insert->Int(0);
  if (absl::Status ended = insert->Run(); !ended.ok()) return ended;
  auto prune = database.Prepare("DELETE FROM changes WHERE sequence <= ?1");
  if (!prune.ok()) return prune.status();
  if (absl::Status pruned = prune->BindInt(1, sequence - bounds.changes_kept_max).Run(); !pruned.ok()) return pruned;
  return sequence;
}

// The tables' part of a put whose conditions hold.
absl::StatusOr<int64_t> WriteRevision(SqliteDatabase& database, const StoreBounds& bounds, const FunctionName& name,
                                      const v1::Function& summary, const std::string& manifest_bytes,
                                      absl::Time create_time) {
  const int32_t revision = summary.revision();
  absl::Status status = InsertRevision(database, name, summary, manifest_bytes);
  if (status.ok()) status = PruneRevisions(database, name, int64_t{revision} - bounds.revisions_kept_max);
  if (status.ok()) status = SetLatest(database, name, revision, create_time);
  if (!status.ok()) return status;
  return LogChange(database, bounds, {name, revision}, /*deleted=*/false);
}

}  // namespace

absl::StatusOr<PutResult> ApplyPut(SqliteDatabase& database, const StoreBounds& bounds, const PutRequest& request,
                                   const std::string& manifest_bytes, absl::Time now) {
  const auto latest = FindLatest(database, request.name);
  if (!latest.ok()) return latest.status();
  absl::Status status = CheckMode(request, *latest);
  if (status.ok()) status = CheckEtag(request.name, *latest, request.etag);
  const bool created = !latest->has_value();
  if (status.ok() && created) status = CheckRoom(database, bounds);
  if (status.ok() && created) status = database.Execute("UPDATE store SET function_count = function_count + 1");
  if (!status.ok()) return status;
  const absl::StatusOr<int32_t> revision = NextRevision(database, request, *latest);
  if (!revision.ok()) return revision.status();
  const absl::Time create_time = created ? now : (*latest)->create_time;
  v1::Function summary = MakeSummary(request, *revision, create_time, now);
  const auto sequence = WriteRevision(database, bounds, request.name, summary, manifest_bytes, create_time);
  if (!sequence.ok()) return sequence.status();
  return PutResult{.function = std::move(summary), .created = created, .sequence = *sequence};
}

absl::StatusOr<int64_t> ApplyDelete(SqliteDatabase& database, const StoreBounds& bounds, const DeleteRequest& request) {
  const auto latest = FindLatest(database, request.name);
  if (!latest.ok()) return latest.status();
  if (!latest->has_value()) return FunctionNotFound(request.name, "");
  absl::Status status = CheckEtag(request.name, *latest, request.etag);
  if (status.ok()) status = PruneRevisions(database, request.name, std::numeric_limits<int32_t>::max());
  if (status.ok()) status = DeleteLatest(database, request.name);
  if (status.ok()) status = database.Execute("UPDATE store SET function_count = function_count - 1");
  if (!status.ok()) return status;
  return LogChange(database, bounds, {request.name, (*latest)->revision}, /*deleted=*/true);
}

}  // namespace mayfly::controlplane
