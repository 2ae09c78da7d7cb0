// A language's zygote, kept alive.
#ifndef MAYFLY_DATAPLANE_ZYGOTE_H_
#define MAYFLY_DATAPLANE_ZYGOTE_H_

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/unique_fd.h"
#include "dataplane/zygote_link.h"

namespace mayfly::dataplane {

struct ZygoteConfig {
  std::string name;    // in messages: "js", "python"
  std::string binary;  // an absolute path
  std::vector<std::string> arguments;
};

// Starts the zygote, and has it keep a copy of itself, which goes on at once when it ends. Starts it again when there
// is no copy: at once if it had been up, else after a pause that grows to 5 s. A thread of its own spawns the processes
// and lives as long as this object, because they die with the thread that made them. Thread-safe.
class Zygote {
 public:
  // Spawns the first one and does not wait until it is up. The executor's context outlives this object.
  Zygote(boost::asio::any_io_executor executor, ZygoteConfig config);

  // Ends the zygote with its copy and all its workers: none is left when this returns. Unanswered orders are dropped.
  ~Zygote();

  // Asks for a worker; `order.done` is called on a thread of the executor. While a zygote boots, or is being respawned,
  // the order waits. Errors: UNAVAILABLE, with the reason: kForksPendingMax orders wait, the system has no process
  // left, or the zygote does not come up.
  void Fork(ForkOrder order);

  struct Stats {
    bool up = false;  // its engine is booted, and it takes orders
    int started = 0;  // since this object was made: those that were booted, and copies that went on
  };
  Stats stats() const;

 private:
  struct State;

  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_ZYGOTE_H_
