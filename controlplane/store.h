// Where functions are kept: the port that SQLite implements.
#ifndef MAYFLY_CONTROLPLANE_STORE_H_
#define MAYFLY_CONTROLPLANE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/function_name.h"
#include "mayfly/v1/function.pb.h"

namespace mayfly::controlplane {

// Whether a function is read with its manifest.
enum class Detail { kBasic, kFull };

enum class PutMode {
  kDeploy,  // makes the function, or a new revision of it
  kCreate,  // the function must not be there
  kUpdate,  // the function must be there
};

struct PutRequest {
  FunctionName name;
  PutMode mode = PutMode::kDeploy;
  std::string etag;       // when not empty, the latest revision must have it
  v1::Manifest manifest;  // valid, with defaults; its id is the name's
  std::string content_sha256;
};

struct PutResult {
  v1::Function function;  // as stored, with its manifest
  bool created;           // it was not there before
  int64_t sequence;       // of the change
};

struct DeleteRequest {
  FunctionName name;
  std::string etag;  // when not empty, the latest revision must have it
};

// One entry of the log of changes.
struct Change {
  int64_t sequence;
  FunctionName name;
  // PUT: with its manifest; no value: the function was deleted.
  std::optional<v1::Function> function;
};

enum class ChangeOrder {
  kEach,        // each change whose revision is still kept
  kLastOfEach,  // of each function the last change only, so that never an older revision follows a newer one
};

struct ChangePage {
  std::vector<Change> changes;
  int64_t position;  // all changes up to this one have been told or are superseded: where to go on
};

struct StatePage {
  std::vector<v1::Function> functions;  // the latest revisions, with manifests; none: that was all
  int64_t sequence;                     // the last change that this page has seen
};

// The store itself, and how far its log of changes reaches.
struct LogBounds {
  std::string store_id;    // a UUID, made with the store
  int64_t first_position;  // the oldest from which ReadChanges can go on
  int64_t last_position;   // of the last change
};

// Keeps functions, the last kRevisionsKeptMax revisions of each, and a log of the last changes. A revision's number is
// never given to another content as long as the log remembers it, even after the function was deleted. Thread-safe.
//
// Writes are queued and made durable in groups. Their `done` is called once, when the write can no longer be lost, on
// the store's own thread and in the order of the changes' sequence: it must be quick and must not wait for another
// write. It may be called before Put or Delete returns (when the queue is full).
//
// Reads block for the disk. Each returns at least one function if there is one, and ends early at kPageBytesMax.
//
// Errors of both: RESOURCE_EXHAUSTED STORAGE_FULL; UNAVAILABLE or INTERNAL STORAGE_FAILED. What is stored stays
// readable after them.
class Store {
 public:
  virtual ~Store() = default;

  using PutDone = absl::AnyInvocable<void(absl::StatusOr<PutResult>) &&>;
  using DeleteDone = absl::AnyInvocable<void(absl::StatusOr<int64_t>) &&>;  // the sequence of the change

  // Errors: ALREADY_EXISTS FUNCTION_EXISTS (kCreate); NOT_FOUND FUNCTION_NOT_FOUND (kUpdate); ABORTED ETAG_MISMATCH;
  // RESOURCE_EXHAUSTED FUNCTIONS_EXHAUSTED; UNAVAILABLE OVERLOADED.
  virtual void Put(PutRequest request, PutDone done) = 0;

  // Deletes all revisions. Errors: NOT_FOUND FUNCTION_NOT_FOUND; ABORTED ETAG_MISMATCH; UNAVAILABLE OVERLOADED.
  virtual void Delete(DeleteRequest request, DeleteDone done) = 0;

  // `revision` 0: the latest. Errors: NOT_FOUND FUNCTION_NOT_FOUND, naming the nearest ids, or the revisions that are
  // kept.
  virtual absl::StatusOr<v1::Function> Get(const FunctionName& name, int32_t revision, Detail detail) = 0;

  // The latest revisions of a namespace's functions in the order of their ids, from the first beyond `after_id`.
  virtual absl::StatusOr<std::vector<v1::Function>> List(const std::string& namespace_id, const std::string& after_id,
                                                         int count_max, Detail detail) = 0;

  // A function's kept revisions below `before_revision`, newest first. Errors: NOT_FOUND FUNCTION_NOT_FOUND.
  virtual absl::StatusOr<std::vector<v1::Function>> ListRevisions(const FunctionName& name, int32_t before_revision,
                                                                  int count_max, Detail detail) = 0;

  // The latest revisions of all functions of all namespaces, from the first beyond `after`.
  virtual absl::StatusOr<StatePage> ReadState(const FunctionName& after, int count_max) = 0;

  // The changes after `position`. Errors: OUT_OF_RANGE when the log no longer reaches back so far.
  virtual absl::StatusOr<ChangePage> ReadChanges(int64_t position, int count_max, ChangeOrder order) = 0;

  virtual absl::StatusOr<LogBounds> ReadLogBounds() = 0;
};

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_STORE_H_
