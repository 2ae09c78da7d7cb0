// A running HTTP server for tests.
#ifndef MAYFLY_GATEWAY_TESTING_SERVER_HARNESS_H_
#define MAYFLY_GATEWAY_TESTING_SERVER_HARNESS_H_

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "gateway/http_handler.h"
#include "gateway/http_server.h"

namespace mayfly::gateway::testing {

// Listens on a free port of the loopback and runs the server on two threads until it is destroyed.
class ServerHarness {
 public:
  // `handler` outlives it.
  explicit ServerHarness(HttpHandler& handler, const HttpServerOptions& options = {});
  ~ServerHarness();

  HttpServer& server() { return *server_; }
  uint16_t port() const { return server_->port(); }

 private:
  SystemClock clock_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unique_ptr<HttpServer> server_;
  std::vector<std::thread> threads_;
};

}  // namespace mayfly::gateway::testing

#endif  // MAYFLY_GATEWAY_TESTING_SERVER_HARNESS_H_
