#include "bench/paced_http_load.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <string>
#include <thread>
#include <vector>

namespace mayfly::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

// Answers all requests of one connection with the same status, from a thread of its own, until the connection ends.
class OneConnectionServer {
 public:
  explicit OneConnectionServer(http::status status) : status_(status), thread_([this] { Serve(); }) {}

  uint16_t port() const { return acceptor_.local_endpoint().port(); }

  // The bodies it has been sent; waits until the connection has ended.
  const std::vector<std::string>& Finish() {
    thread_.join();
    return bodies_;
  }

 private:
  void Serve() {
    asio::ip::tcp::socket socket = acceptor_.accept();
    boost::beast::flat_buffer buffer;
    boost::system::error_code error;
    while (true) {
      http::request<http::string_body> request;
      http::read(socket, buffer, request, error);
      if (error) return;
      bodies_.push_back(request.body());
      http::response<http::string_body> response(status_, 11);
      response.body() = "so";
      response.prepare_payload();
      http::write(socket, response, error);
    }
  }

  const http::status status_;
  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  std::vector<std::string> bodies_;
  std::thread thread_;
};

PacedHttpOptions HundredTurns(uint16_t port) {
  return {.port = port,
          .path = "/invoke/hello",
          .body = "{}",
          .rate = 1000,
          .warm_up = absl::Milliseconds(40),
          .duration = absl::Milliseconds(60)};
}

TEST(PacedHttpLoadTest, SendsEachRequestOfItsScheduleAndCountsThoseAfterTheWarmUp) {
  OneConnectionServer server(http::status::ok);
  LoadResult result = GeneratePacedHttpLoad(HundredTurns(server.port()));
  EXPECT_EQ(server.Finish(), std::vector<std::string>(100, "{}"));
  EXPECT_EQ(result.latencies.count(), 60);
  EXPECT_EQ(result.errors, 0);
  EXPECT_EQ(result.duration, absl::Milliseconds(60));
}

TEST(PacedHttpLoadTest, CountsWhatIsNotOkAsAnErrorAndKeepsTheFirst) {
  OneConnectionServer server(http::status::service_unavailable);
  PacedHttpOptions options = HundredTurns(server.port());
  options.duration = absl::Milliseconds(1);
  options.warm_up = absl::ZeroDuration();
  const LoadResult result = GeneratePacedHttpLoad(options);
  server.Finish();
  EXPECT_EQ(result.latencies.count(), 0);
  EXPECT_EQ(result.errors, 1);
  EXPECT_EQ(result.first_error, "503 so");
}

}  // namespace
}  // namespace mayfly::bench
