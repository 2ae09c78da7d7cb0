// What the composition root hands to the command line: ways to reach functions, and what it knows of this machine.
#ifndef MAYFLY_CLIENTS_CLI_BACKENDS_H_
#define MAYFLY_CLIENTS_CLI_BACKENDS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cpp/backend.h"

namespace mayfly::cli {

// One thing `doctor` looked at.
struct Finding {
  enum class State {
    kGood,
    kWarning,  // Mayfly works, with less
    kBad,      // Mayfly does not work
  };
  State state = State::kGood;
  std::string name;    // "JavaScript engine"
  std::string detail;  // what is there
  std::string advice;  // what to do; empty when good
};

class Backends {
 public:
  virtual ~Backends() = default;

  // A server.
  virtual std::unique_ptr<client::Backend> OverGrpc(const std::string& address, const std::string& token) = 0;

  // Both planes in this process, on the store in `data_dir`. Errors: UNAVAILABLE or FAILED_PRECONDITION when the store
  // can't be opened (a server holds it, for instance).
  virtual absl::StatusOr<std::unique_ptr<client::Backend>> OverStore(const std::string& data_dir) = 0;

  // Both planes in this process; nothing outlives them.
  virtual absl::StatusOr<std::unique_ptr<client::Backend>> InMemory() = 0;

  // What works on this machine.
  virtual std::vector<Finding> Examine() = 0;
};

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_BACKENDS_H_
