#include "gateway/http_server.h"

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/error.h"
#include "base/reason.h"
#include "gateway/http_connection.h"
#include "gateway/http_error.h"

namespace mayfly::gateway {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

// How often connections' times are checked: often enough for the shortest limit, and never a load.
constexpr absl::Duration kSweepMin = absl::Milliseconds(1);
constexpr absl::Duration kSweepMax = absl::Seconds(1);
constexpr int kSweepsPerLimit = 4;

// Connections beyond the limit that are told so at one time; those beyond these are closed without a word.
constexpr int kRefusalsMax = 64;

// How long to wait after an accept that failed, for want of descriptors for instance.
constexpr absl::Duration kAcceptBackoff = absl::Milliseconds(100);

absl::Duration SweepInterval(const HttpServerOptions& options) {
  const absl::Duration shortest =
      std::min({options.header_time_max, options.body_time_max, options.idle_time_max, options.linger_time_max});
  return std::clamp(shortest / kSweepsPerLimit, kSweepMin, kSweepMax);
}

// The answer to a connection beyond the limit.
HttpResponse TooManyConnections(int connections_max) {
  return ErrorResponse(
      WithRetryAfter(MakeError(absl::StatusCode::kUnavailable, reason::kOverloaded,
                               absl::StrCat("the server has ", connections_max, " connections, its maximum")),
                     absl::Seconds(1)));
}

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, const HttpServerOptions& options, HttpHandler& handler, const Clock& clock)
      : io_(io),
        options_(options),
        handler_(handler),
        clock_(clock),
        strand_(asio::make_strand(io)),
        acceptor_(strand_),
        sweep_timer_(strand_),
        backoff_timer_(strand_) {}

  absl::Status Listen() {
    error_code error;
    const asio::ip::address address = asio::ip::make_address(options_.address, error);
    if (error) return absl::InvalidArgumentError(absl::StrCat("'", options_.address, "' is not an IP address"));
    const Tcp::endpoint endpoint(address, options_.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", options_.address, " port ", options_.port, ": ", error.message()));
    }
    port_ = acceptor_.local_endpoint(error).port();
    return absl::OkStatus();
  }

  void Start() {
    asio::co_spawn(strand_, Accept(shared_from_this()), asio::detached);
    asio::co_spawn(strand_, Sweep(shared_from_this()), asio::detached);
  }

  uint16_t port() const { return port_; }

  int connections() {
    absl::MutexLock lock(mutex_);
    return static_cast<int>(connections_.size());
  }

  ResponseCounts responses() const {
    ResponseCounts counts;
    for (size_t i = 0; i < counts.size(); ++i) counts[i] = responses_[i].load(std::memory_order_relaxed);
    return counts;
  }

  void Drain() {
    StopAccepting();
    for (const auto& connection : Connections()) connection->Drain();
  }

  void CloseAll() {
    StopAccepting();
    for (const auto& connection : Connections()) connection->Abort();
  }

  bool AwaitDrained(absl::Duration time_max) {
    absl::MutexLock lock(mutex_);
    const auto empty = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return connections_.empty(); };
    return mutex_.AwaitWithTimeout(absl::Condition(&empty), time_max);
  }

  // Ends the coroutines that will not be run any more.
  void Discard() {
    for (const auto& connection : Connections()) connection->Discard();
  }

 private:
  using Strand = asio::strand<asio::io_context::executor_type>;
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Strand>;

  std::vector<std::shared_ptr<HttpConnection>> Connections() {
    absl::MutexLock lock(mutex_);
    return {connections_.begin(), connections_.end()};
  }

  void StopAccepting() {
    absl::MutexLock lock(mutex_);
    if (std::exchange(stopped_, true)) return;
    asio::post(strand_, [self = shared_from_this()] {
      error_code ignored;
      self->acceptor_.close(ignored);
      self->backoff_timer_.cancel();
      self->sweep_timer_.cancel();
    });
  }

  bool stopped() {
    absl::MutexLock lock(mutex_);
    return stopped_;
  }

  bool IsOver() {
    absl::MutexLock lock(mutex_);
    return stopped_ && connections_.empty();
  }

  static asio::awaitable<void> Accept(std::shared_ptr<Impl> self) {
    while (!self->stopped()) {
      error_code error;
      HttpConnection::Socket socket(self->io_);
      co_await self->acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
      if (!error) {
        self->Serve(std::move(socket));
      } else if (!self->stopped()) {
        LOG_EVERY_N_SEC(WARNING, 1) << "cannot accept a connection: " << error.message();
        self->backoff_timer_.expires_after(absl::ToChronoNanoseconds(kAcceptBackoff));
        co_await self->backoff_timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
      }
    }
  }

  // Looks at every connection's time now and then, which is cheaper than a timer for each step of each.
  static asio::awaitable<void> Sweep(std::shared_ptr<Impl> self) {
    const auto interval = absl::ToChronoNanoseconds(SweepInterval(self->options_));
    while (!self->IsOver()) {
      error_code error;
      self->sweep_timer_.expires_after(interval);
      co_await self->sweep_timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
      const absl::Duration now = self->clock_.Monotonic();
      for (const auto& connection : self->Connections()) connection->CheckTime(now);
    }
  }

  void Serve(HttpConnection::Socket socket) {
    error_code ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);
    auto connection = std::make_shared<HttpConnection>(io_, std::move(socket), options_, handler_, clock_, responses_);
    const Admission admission = Admit(connection);
    if (admission == Admission::kDropped) return;
    asio::co_spawn(io_, Run(shared_from_this(), std::move(connection), admission), asio::detached);
  }

  enum class Admission { kServed, kRefused, kDropped };

  Admission Admit(const std::shared_ptr<HttpConnection>& connection) {
    absl::MutexLock lock(mutex_);
    const int served = static_cast<int>(connections_.size()) - refusals_;
    const bool refused = served >= options_.connections_max;
    if (stopped_ || (refused && refusals_ >= kRefusalsMax)) return Admission::kDropped;
    connections_.insert(connection);
    refusals_ += refused;
    return refused ? Admission::kRefused : Admission::kServed;
  }

  static asio::awaitable<void> Run(std::shared_ptr<Impl> self, std::shared_ptr<HttpConnection> connection,
                                   Admission admission) {
    try {
      if (admission == Admission::kServed) {
        co_await connection->Run();
      } else {
        co_await connection->RunRefused(TooManyConnections(self->options_.connections_max));
      }
    } catch (const std::exception& error) {
      // Out of memory, most likely: it costs this connection alone.
      LOG(ERROR) << "a connection ended: " << error.what();
    }
    self->Forget(connection, admission);
  }

  void Forget(const std::shared_ptr<HttpConnection>& connection, Admission admission) {
    absl::MutexLock lock(mutex_);
    connections_.erase(connection);
    refusals_ -= admission == Admission::kRefused;
    if (!stopped_ || !connections_.empty()) return;
    asio::post(strand_, [self = shared_from_this()] { self->sweep_timer_.cancel(); });
  }

  asio::io_context& io_;
  const HttpServerOptions options_;
  HttpHandler& handler_;
  const Clock& clock_;
  HttpConnection::ResponseCounters responses_ = {};
  const Strand strand_;  // for what follows
  asio::basic_socket_acceptor<Tcp, Strand> acceptor_;
  Timer sweep_timer_;
  Timer backoff_timer_;
  uint16_t port_ = 0;
  absl::Mutex mutex_;
  absl::flat_hash_set<std::shared_ptr<HttpConnection>> connections_ ABSL_GUARDED_BY(mutex_);
  int refusals_ ABSL_GUARDED_BY(mutex_) = 0;  // of those
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Create(asio::io_context& io, const HttpServerOptions& options,
                                                               HttpHandler& handler, const Clock& clock) {
  auto impl = std::make_shared<Impl>(io, options, handler, clock);
  if (absl::Status status = impl->Listen(); !status.ok()) return status;
  impl->Start();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() {
  impl_->CloseAll();
  impl_->Discard();
}

uint16_t HttpServer::port() const { return impl_->port(); }
int HttpServer::connections() const { return impl_->connections(); }
HttpServer::ResponseCounts HttpServer::responses() const { return impl_->responses(); }
void HttpServer::Drain() { impl_->Drain(); }
bool HttpServer::AwaitDrained(absl::Duration time_max) { return impl_->AwaitDrained(time_max); }
void HttpServer::CloseAll() { impl_->CloseAll(); }

}  // namespace mayfly::gateway
