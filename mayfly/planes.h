// Both planes in this process: the object graph of the server, of the embedding library, and of the command line
// without a server.
#ifndef MAYFLY_MAYFLY_PLANES_H_
#define MAYFLY_MAYFLY_PLANES_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/method_table.h"
#include "controlplane/function_service.h"
#include "controlplane/sqlite_store.h"
#include "mayfly/backend_function_checker.h"
#include "mayfly/backend_function_source.h"
#include "mayfly/data_plane.h"
#include "mayfly/direct_backend.h"
#include "mayfly/io_threads.h"

namespace mayfly {

inline constexpr char kInMemory[] = ":memory:";

struct PlanesOptions {
  std::string data_dir = kInMemory;  // a folder, or kInMemory: nothing outlives the planes
  int functions_max = kFunctionsMax;
  size_t source_bytes_max = kManifestBytesMax;  // of a stored function
  DataPlane::Options data_plane;
  int io_threads = 0;  // 0: one a core
};

// Thread-safe.
class Planes {
 public:
  // Errors: those of SqliteStore::Open.
  static absl::StatusOr<std::unique_ptr<Planes>> Open(const PlanesOptions& options);

  // Stops.
  ~Planes();

  Planes(const Planes&) = delete;
  Planes& operator=(const Planes&) = delete;

  const MethodTable& methods() const { return methods_; }
  gateway::Backend& backend() { return backend_; }
  DataPlane& data_plane() { return data_plane_; }
  IoThreads& io() { return io_; }
  const Clock& clock() const { return *clock_; }

  // Refuses new calls and writes with SHUTTING_DOWN from now on. May be called again.
  void BeginDrain();

  // Waits until the calls in flight have been answered; false when `time_max` has passed first. After BeginDrain.
  bool AwaitDrained(absl::Duration time_max);

  // Waits until the calls in flight have been answered, and ends all threads. Nothing may be called any more. May be
  // called again.
  void Stop();

 private:
  Planes(const PlanesOptions& options, std::unique_ptr<Clock> clock, std::unique_ptr<controlplane::Store> store);
  absl::Status FollowStore();

  const std::unique_ptr<Clock> clock_;
  const std::unique_ptr<controlplane::Store> store_;
  MethodTable methods_;
  DirectBackend backend_;
  BackendFunctionSource source_;
  BackendFunctionChecker checker_;
  IoThreads io_;
  DataPlane data_plane_;
  // Ends while the io threads still run: it waits for the answers of checks.
  std::unique_ptr<controlplane::FunctionService> function_service_;
  bool is_draining_ = false;
};

// Hardware threads this process may use, at least one.
int CoreCount();

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_PLANES_H_
