// The threads that everything asynchronous runs on: HTTP connections, the workers' sockets, timers.
#ifndef MAYFLY_MAYFLY_IO_THREADS_H_
#define MAYFLY_MAYFLY_IO_THREADS_H_

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>
#include <vector>

namespace mayfly {

// Runs one io_context until Stop. What hangs on the context is destroyed after Stop and before this.
class IoThreads {
 public:
  explicit IoThreads(int count);
  ~IoThreads();

  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;

  boost::asio::io_context& context() { return context_; }

  // Ends the threads and waits for them; what is posted stays undone. May be called again. Not from one of the threads.
  void Stop();

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::vector<std::thread> threads_;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_IO_THREADS_H_
