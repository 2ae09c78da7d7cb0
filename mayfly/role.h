// What one process of Mayfly serves: all of it, or one part.
#ifndef MAYFLY_MAYFLY_ROLE_H_
#define MAYFLY_MAYFLY_ROLE_H_

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/method_table.h"
#include "gateway/backend.h"
#include "mayfly/data_plane.h"
#include "mayfly/peer.h"
#include "mayfly/planes.h"

namespace mayfly {

// The objects behind the doors. Thread-safe.
class Role {
 public:
  // After Stop.
  virtual ~Role() = default;

  // The services of this process; null: it has no gRPC door.
  virtual const MethodTable* methods() = 0;

  // The data plane of this process; null: it has none. It is there until Stop.
  virtual DataPlane* data_plane() = 0;

  // Where the HTTP door's calls go, and the context it runs on; null: it has no HTTP door.
  virtual gateway::Backend* http_backend() = 0;
  virtual boost::asio::io_context* http_io() = 0;

  // Refuses new calls with SHUTTING_DOWN from now on. Called once.
  virtual void BeginDrain() = 0;

  // Waits until the calls in flight have been answered; false when `time_max` has passed first. After BeginDrain.
  virtual bool AwaitDrained(absl::Duration time_max) = 0;

  // Waits until the calls in flight have been answered, and ends all threads. The doors are closed before. Called once.
  virtual void Stop() = 0;
};

// Everything. Errors: those of Planes::Open.
absl::StatusOr<std::unique_ptr<Role>> MakeAllRole(const PlanesOptions& options);

// The control plane alone: asks `data_plane` whether functions load. Uses `data_dir`, `functions_max` and
// `source_bytes_max` of the options. Errors: those of SqliteStore::Open.
absl::StatusOr<std::unique_ptr<Role>> MakeControlRole(const PlanesOptions& options, const Peer& data_plane);

// The data plane alone: follows `control_plane`, and goes on serving what it knows while that is away.
std::unique_ptr<Role> MakeDataRole(const PlanesOptions& options, const Peer& control_plane);

// The HTTP door alone.
std::unique_ptr<Role> MakeGatewayRole(const PlanesOptions& options, const Peer& control_plane, const Peer& data_plane);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_ROLE_H_
