#include "bench/paced_http_load.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace mayfly::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;
using Error = boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// Whose turn it is when. Shared by all connections of one thread.
class Schedule {
 public:
  explicit Schedule(const PacedHttpOptions& options)
      : interval_(1 / options.rate),
        begin_(Clock::now()),
        warm_(begin_ + absl::ToChronoNanoseconds(options.warm_up)),
        end_(warm_ + absl::ToChronoNanoseconds(options.duration)) {}

  // The next request's turn; none after the last.
  std::optional<Clock::time_point> Next() {
    const Clock::time_point turn = begin_ + std::chrono::duration_cast<Clock::duration>(interval_ * next_++);
    return turn < end_ ? std::optional(turn) : std::nullopt;
  }

  bool Counts(Clock::time_point turn) const { return turn >= warm_; }

 private:
  const std::chrono::duration<double> interval_;
  const Clock::time_point begin_;
  const Clock::time_point warm_;
  const Clock::time_point end_;
  int64_t next_ = 0;
};

http::request<http::string_body> Request(const PacedHttpOptions& options) {
  http::request<http::string_body> request(http::verb::post, options.path, 11);
  request.set(http::field::host, absl::StrCat("127.0.0.1:", options.port));
  request.set(http::field::content_type, "application/json");
  request.body() = options.body;
  request.prepare_payload();
  return request;
}

// One connection, opened again after an error.
class Connection {
 public:
  Connection(asio::io_context& io, const PacedHttpOptions& options, Schedule& schedule, LoadResult& result)
      : socket_(io),
        timer_(io),
        address_(asio::ip::address_v4::loopback(), options.port),
        request_(Request(options)),
        schedule_(schedule),
        result_(result) {}

  asio::awaitable<void> Run() {
    while (const std::optional<Clock::time_point> turn = schedule_.Next()) {
      timer_.expires_at(*turn);
      co_await timer_.async_wait(kAwait);
      const std::string problem = co_await Call();
      if (!problem.empty()) Close();
      if (schedule_.Counts(*turn)) Record(problem, absl::FromChrono(Clock::now() - *turn));
    }
  }

 private:
  // What went wrong; empty if nothing did.
  asio::awaitable<std::string> Call() {
    Error error;
    if (!socket_.is_open()) error = co_await Connect();
    if (!error) error = std::get<0>(co_await http::async_write(socket_, request_, kAwait));
    http::response<http::string_body> response;
    if (!error) error = std::get<0>(co_await http::async_read(socket_, buffer_, response, kAwait));
    if (error) co_return error.message();
    if (response.result() != http::status::ok) co_return absl::StrCat(response.result_int(), " ", response.body());
    if (!response.keep_alive()) Close();
    co_return "";
  }

  asio::awaitable<Error> Connect() {
    const auto [error] = co_await socket_.async_connect(address_, kAwait);
    Error ignored;
    if (!error) socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    co_return error;
  }

  void Close() {
    Error ignored;
    socket_.close(ignored);
    buffer_.clear();
  }

  void Record(const std::string& problem, absl::Duration latency) {
    if (problem.empty()) return result_.latencies.Add(latency);
    if (result_.errors++ == 0) result_.first_error = problem;
  }

  asio::ip::tcp::socket socket_;
  asio::steady_timer timer_;
  const asio::ip::tcp::endpoint address_;
  const http::request<http::string_body> request_;
  boost::beast::flat_buffer buffer_;
  Schedule& schedule_;
  LoadResult& result_;
};

}  // namespace

LoadResult GeneratePacedHttpLoad(const PacedHttpOptions& options) {
  asio::io_context io(1);
  LoadResult result = {.duration = options.duration};
  Schedule schedule(options);
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < options.connections; ++i) {
    connections.push_back(std::make_unique<Connection>(io, options, schedule, result));
    asio::co_spawn(io, connections.back()->Run(), asio::detached);
  }
  io.run();
  return result;
}

}  // namespace mayfly::bench
