// Rows that a store holds for one function, whoever wrote them, read through SQLite as the control plane reads them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/error.h"
#include "base/function_name.h"
#include "base/limits.h"
#include "base/reason.h"
#include "base/utf8.h"
#include "controlplane/function_rows.h"
#include "controlplane/sqlite.h"
#include "controlplane/sqlite_reads.h"
#include "controlplane/sqlite_schema.h"

namespace mayfly::controlplane {
namespace {

constexpr size_t kErrorBytesMax = 2 * kKiB;

// The columns that a row has of a function; texts and blobs with their length before them, but for the last.
struct Row {
  FunctionName name;
  int64_t revision;
  std::string summary;
  std::string manifest;
};

class RowReader {
 public:
  explicit RowReader(std::string_view bytes) : rest_(bytes) {}

  Row Read() {
    Row row;
    row.name.namespace_id = Text<uint8_t>();
    row.name.function_id = Text<uint8_t>();
    row.revision = Integer<int64_t>();
    row.summary = Text<uint16_t>();
    row.manifest = std::string(rest_);
    return row;
  }

 private:
  template <typename T>
  T Integer() {
    T value{};
    const size_t size = std::min(sizeof(value), rest_.size());
    std::memcpy(&value, rest_.data(), size);
    rest_.remove_prefix(size);
    return value;
  }

  template <typename Length>
  std::string Text() {
    const size_t size = std::min<size_t>(Integer<Length>(), rest_.size());
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }

  std::string_view rest_;
};

std::unique_ptr<SqliteDatabase> NewDatabase() {
  auto database = SqliteDatabase::Open(
      {.path = ":memory:", .busy_time_max = absl::ZeroDuration(), .blob_bytes_max = 2 * kManifestBytesMax});
  CHECK_OK(database);
  CHECK_OK(PrepareSchema(**database, ":memory:"));
  return *std::move(database);
}

// Makes the function, with one revision and one change, all that the store holds.
void Write(SqliteDatabase& database, const Row& row) {
  CHECK_OK(database.Execute("DELETE FROM functions; DELETE FROM revisions; DELETE FROM changes"));
  for (const char* sql :
       {"INSERT INTO functions VALUES (?1, ?2, ?3, 0)", "INSERT INTO changes VALUES (1, ?1, ?2, ?3, 0)"}) {
    auto statement = database.Prepare(sql);
    CHECK_OK(statement);
    statement->BindText(1, row.name.namespace_id).BindText(2, row.name.function_id).BindInt(3, row.revision);
    CHECK_OK(statement->Run());
  }
  auto revision = database.Prepare("INSERT INTO revisions VALUES (1, ?1, ?2, ?3, '', ?4, ?5)");
  CHECK_OK(revision);
  revision->BindText(1, row.name.namespace_id).BindText(2, row.name.function_id).BindInt(3, row.revision);
  revision->BindBlob(4, row.summary).BindBlob(5, row.manifest);
  CHECK_OK(revision->Run());
}

void CheckDamaged(const absl::Status& status) {
  CHECK_EQ(status.code(), absl::StatusCode::kInternal) << status;
  CHECK_EQ(ErrorReason(status), reason::kStorageFailed) << status;
  CHECK_LE(status.message().size(), kErrorBytesMax);
  CHECK(absl::StartsWith(status.message(), "the store is damaged: ")) << status;
  CHECK(IsUtf8(status.message())) << status;
  CHECK(std::none_of(status.message().begin(), status.message().end(), absl::ascii_iscntrl)) << status;
}

// A function that was read is the one that was asked for, by every name that a client and a page token use.
void CheckIsOf(const v1::Function& function, const Row& row) {
  const auto name = ParseFunctionName(function.name());
  CHECK_OK(name);
  CHECK(*name == row.name) << function.name();
  CHECK_EQ(function.id(), row.name.function_id);
  CHECK_EQ(function.revision(), row.revision);
  CHECK_GE(function.revision(), 1);
}

// What the control plane makes of a manifest, it can read back.
void CheckWhatIsWrittenIsRead(const v1::Manifest& manifest) {
  PutRequest request{
      .name = {"default", "f"}, .etag = "", .manifest = manifest, .content_sha256 = "0123456789abcdef01"};
  const v1::Function summary = MakeSummary(request, 7, absl::UnixEpoch(), absl::UnixEpoch());
  const auto function = ParseFunctionRow({request.name, 7}, summary.SerializeAsString(), manifest.SerializeAsString());
  CHECK_OK(function);
  CHECK_EQ(function->dependencies_size(), manifest.dependencies_size());
  CHECK_EQ(function->manifest().source(), manifest.source());
}

void CheckFull(SqliteDatabase& database, const Row& row, const v1::Function& function) {
  CheckIsOf(function, row);
  CheckWhatIsWrittenIsRead(function.manifest());
  const auto by_revision = ReadFunction(database, row.name, function.revision(), Detail::kFull);
  CHECK_OK(by_revision);
  CHECK_EQ(by_revision->ByteSizeLong(), function.ByteSizeLong());
  CHECK_EQ(ReadAllFunctions(database, {}, 10)->size(), 1u);
  CHECK_EQ(ReadAllFunctions(database, row.name, 10)->size(), 0u);
  const auto changes = ReadChangesAfter(database, 0, 10, ChangeOrder::kLastOfEach);
  CHECK_OK(changes);
  CHECK_EQ(changes->position, 1);
  CHECK_EQ(changes->changes.size(), 1u);
  CheckIsOf(*changes->changes[0].function, row);
}

void CheckBasic(SqliteDatabase& database, const Row& row, const v1::Function& function) {
  CheckIsOf(function, row);
  CHECK(!function.has_manifest());
  CHECK_EQ(ReadFunctions(database, row.name.namespace_id, "", 10, Detail::kBasic)->size(), 1u);
  CHECK_EQ(ReadFunctions(database, row.name.namespace_id, function.id(), 10, Detail::kBasic)->size(), 0u);
  CHECK_EQ(ReadRevisions(database, row.name, function.revision(), 10, Detail::kBasic)->size(), 0u);
}

}  // namespace
}  // namespace mayfly::controlplane

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mayfly::controlplane;
  static SqliteDatabase& database = *NewDatabase().release();
  const Row row = RowReader({reinterpret_cast<const char*>(data), size}).Read();
  Write(database, row);
  const auto full = ReadFunction(database, row.name, 0, Detail::kFull);
  if (full.ok()) {
    CheckFull(database, row, *full);
  } else {
    CheckDamaged(full.status());
  }
  const auto basic = ReadFunction(database, row.name, 0, Detail::kBasic);
  CHECK(basic.ok() || !full.ok());
  if (basic.ok()) {
    CheckBasic(database, row, *basic);
  } else {
    CheckDamaged(basic.status());
  }
  return 0;
}
