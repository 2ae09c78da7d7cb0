// What zygotes and workers write to their stderr, brought into our log.
#ifndef MAYFLY_DATAPLANE_STDERR_LOG_H_
#define MAYFLY_DATAPLANE_STDERR_LOG_H_

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "base/unique_fd.h"

namespace mayfly::dataplane {

// Reads a pipe to its end and logs each line, escaped, behind `prefix`. Reads at most kWorkerStderrBytesPerSecondMax a
// second, so that a guest that floods it costs next to nothing; the pipe's writers don't block. Lives until the pipe
// ends, or until Stop.
class StderrLog : public std::enable_shared_from_this<StderrLog> {
 public:
  StderrLog(boost::asio::any_io_executor executor, UniqueFd pipe, std::string prefix);

  // Begins. Called once.
  void Start();

  // Ends soon, whatever is left in the pipe. Thread-safe.
  void Stop();

 private:
  void Wait();
  void Read();
  void Pause();
  void LogLines(bool at_end);

  // All handlers run on it, one after the other.
  const boost::asio::strand<boost::asio::any_io_executor> strand_;
  boost::asio::posix::stream_descriptor pipe_;
  boost::asio::steady_timer pause_;
  const std::string prefix_;
  std::string unfinished_;  // a line whose end has not come
  size_t room_;             // bytes that may be read before the next pause
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_STDERR_LOG_H_
