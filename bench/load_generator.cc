#include "bench/load_generator.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "bench/latencies.h"

namespace mayfly::bench {
namespace {

struct Window {
  absl::Time begin;
  absl::Time end;
};

// One of the calls in flight. Its callbacks come one after the other, so it needs no lock.
class Caller {
 public:
  Caller(grpc::GenericStub* stub, const LoadOptions& options, Window window, absl::BlockingCounter* running)
      : stub_(*stub), method_(options.method), window_(window), running_(*running) {
    const grpc::Slice slice(options.request);
    request_ = grpc::ByteBuffer(&slice, 1);
  }

  void Start() {
    context_.emplace();
    // gRPC 1.51's connect fails now and then when many connect at once (EINVAL, whatever the server): a call waits for
    // the next attempt, instead of failing over and over.
    context_->set_wait_for_ready(true);
    response_.Clear();
    begin_ = absl::Now();
    stub_.UnaryCall(&*context_, method_, {}, &request_, &response_,
                    [this](const grpc::Status& status) { Finish(status); });
  }

  const Latencies& latencies() const { return latencies_; }
  int64_t errors() const { return errors_; }
  const std::string& first_error() const { return first_error_; }

 private:
  void Finish(const grpc::Status& status) {
    const absl::Time now = absl::Now();
    if (begin_ >= window_.begin && now < window_.end) Record(status, now - begin_);
    if (now < window_.end) {
      Start();
    } else {
      running_.DecrementCount();
    }
  }

  void Record(const grpc::Status& status, absl::Duration latency) {
    if (status.ok()) return latencies_.Add(latency);
    if (errors_++ == 0) first_error_ = absl::StrCat(status.error_code(), " ", status.error_message());
  }

  grpc::GenericStub& stub_;
  const std::string method_;
  const Window window_;
  absl::BlockingCounter& running_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  std::optional<grpc::ClientContext> context_;
  absl::Time begin_;
  Latencies latencies_;
  int64_t errors_ = 0;
  std::string first_error_;
};

std::vector<std::unique_ptr<grpc::GenericStub>> Connect(const LoadOptions& options) {
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs;
  for (int i = 0; i < options.connections; ++i) {
    grpc::ChannelArguments arguments;
    // Channels to one address share a connection otherwise.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
    stubs.push_back(std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(options.address, grpc::InsecureChannelCredentials(), arguments)));
  }
  return stubs;
}

}  // namespace

LoadResult GenerateLoad(const LoadOptions& options) {
  const std::vector<std::unique_ptr<grpc::GenericStub>> stubs = Connect(options);
  const absl::Time begin = absl::Now() + options.warm_up;
  const Window window = {.begin = begin, .end = begin + options.duration};
  absl::BlockingCounter running(options.concurrency);
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < options.concurrency; ++i) {
    callers.push_back(
        std::make_unique<Caller>(stubs[static_cast<size_t>(i) % stubs.size()].get(), options, window, &running));
  }
  for (const auto& caller : callers) caller->Start();
  running.Wait();
  LoadResult result = {.duration = options.duration};
  for (const auto& caller : callers) {
    result.latencies.Merge(caller->latencies());
    result.errors += caller->errors();
    if (result.first_error.empty()) result.first_error = caller->first_error();
  }
  return result;
}

}  // namespace mayfly::bench
