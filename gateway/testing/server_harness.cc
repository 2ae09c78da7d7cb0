#include "gateway/testing/server_harness.h"

#include <utility>

#include "absl/log/check.h"

namespace mayfly::gateway::testing {

ServerHarness::ServerHarness(HttpHandler& handler, const HttpServerOptions& options) : work_(io_.get_executor()) {
  auto server = HttpServer::Create(io_, options, handler, clock_);
  CHECK_OK(server.status());
  server_ = *std::move(server);
  for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { io_.run(); });
}

ServerHarness::~ServerHarness() {
  server_->CloseAll();
  server_->AwaitDrained(absl::Seconds(10));
  io_.stop();
  for (std::thread& thread : threads_) thread.join();
  server_ = nullptr;
}

}  // namespace mayfly::gateway::testing
