// Mayfly inside your own program: functions are stored and run in it (their code in worker processes), without a server
// or a socket. docs/embedding.md shows its use in ten lines.
#ifndef MAYFLY_MAYFLY_MAYFLY_H_
#define MAYFLY_MAYFLY_MAYFLY_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cpp/client.h"
#include "mayfly/isolation_options.h"

namespace mayfly {

struct Options {
  // Where functions are stored. Empty: in memory, and gone with the client. A folder that another process holds is
  // refused.
  std::string data_dir;
  // Where mayfly-js-worker and mayfly-python-worker are. Empty: beside the program.
  std::string worker_dir;
  // Worker processes at most. 0: as many as the cores and the memory bear.
  int workers_max = 0;
  // How calls are kept apart. What does not work on this machine is refused by Open.
  IsolationOptions isolation = {};
};

// Opens Mayfly in this process. What it returns holds all of it: threads and worker processes end with it. It is the
// client that a server is called with (clients/cpp/client.h), so a program can move from one to the other. Thread-safe.
absl::StatusOr<client::Client> Open(const Options& options = {});

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_MAYFLY_H_
