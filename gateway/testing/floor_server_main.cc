// The gateway over a backend that does nothing, to measure what the gateway itself costs:
//   bazel run -c opt //gateway:floor_server -- 8080 1 &
//   wrk -t1 -c32 -d5 http://127.0.0.1:8080/health
//   wrk -t1 -c32 -d5 http://127.0.0.1:8080/echo/a        (an empty message as JSON)
//   wrk -t1 -c32 -d5 http://127.0.0.1:8080/splice/a -s post.lua   (JSON text, verbatim)
// Arguments: the port and the number of threads. On SIGTERM or SIGINT it prints the CPU time it has used, and ends.
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "absl/log/check.h"
#include "base/authenticator.h"
#include "base/clock.h"
#include "gateway/http_server.h"
#include "gateway/testing/fake_backend.h"
#include "gateway/transcoder.h"
#include "testdata/echo.pb.h"

int main(int argc, char** argv) {
  namespace gateway = mayfly::gateway;
  CHECK_EQ(argc, 3) << "usage: floor_server PORT THREADS";
  gateway::testing::FakeBackend backend;
  backend.unary = [](mayfly::ServerCall&, google::protobuf::Message& request, google::protobuf::Message& response) {
    auto* splice = dynamic_cast<gateway::testdata::SpliceMessage*>(&request);
    if (splice != nullptr) {
      static_cast<gateway::testdata::SpliceMessage&>(response).set_text(std::move(*splice->mutable_text()));
    }
    return absl::OkStatus();
  };
  const auto* service = gateway::testdata::SpliceMessage::descriptor()->file()->FindServiceByName("EchoService");
  const mayfly::OpenAuthenticator authenticator;
  const mayfly::SystemClock clock;
  const auto transcoder = *gateway::Transcoder::Create({service}, backend, authenticator, clock);
  boost::asio::io_context io(std::atoi(argv[2]));
  const auto server =
      *gateway::HttpServer::Create(io, {.port = static_cast<uint16_t>(std::atoi(argv[1]))}, *transcoder, clock);
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
  std::vector<std::thread> threads;
  for (int i = 1; i < std::atoi(argv[2]); ++i) threads.emplace_back([&] { io.run(); });
  io.run();
  for (std::thread& thread : threads) thread.join();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("user %ld.%06ld s, system %ld.%06ld s\n", usage.ru_utime.tv_sec, usage.ru_utime.tv_usec,
              usage.ru_stime.tv_sec, usage.ru_stime.tv_usec);
  return 0;
}
