// Drives a server's gRPC door and prints what came of it as one line of JSON:
//   {"calls": 1000, "errors": 0, "first_error": "", "seconds": 5.0, "p50_micros": 300, "p99_micros": 900}
#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "bench/load_generator.h"
#include "mayfly/v1/invocation_service.pb.h"

namespace {

std::string InvokeRequestBytes(const std::string& function, const std::string& event) {
  mayfly::v1::InvokeRequest request;
  request.set_name(function);
  request.set_event(event);
  return request.SerializeAsString();
}

void Print(mayfly::bench::LoadResult result, absl::Duration duration) {
  absl::PrintF(
      "{\"calls\": %d, \"errors\": %d, \"first_error\": \"%s\", \"seconds\": %.3f, \"p50_micros\": %d, \"p99_micros\": "
      "%d}\n",
      result.latencies.count(), result.errors,
      absl::StrReplaceAll(result.first_error, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", " "}}),
      absl::ToDoubleSeconds(duration), absl::ToInt64Microseconds(result.latencies.Percentile(50)),
      absl::ToInt64Microseconds(result.latencies.Percentile(99)));
}

}  // namespace

int main(int argc, char** argv) {
  mayfly::bench::LoadOptions options;
  std::string function;
  std::string event = "{}";
  double seconds = 5;
  double warm_up_seconds = 1;
  CLI::App app("Calls a gRPC method over and over");
  app.add_option("--address", options.address, "HOST:PORT")->required();
  app.add_option("--function", function, "Invoke this function; without it: grpc.health.v1, which runs nothing");
  app.add_option("--event", event, "Its event, as JSON ({})");
  app.add_option("--connections", options.connections, "Connections (1)")->check(CLI::PositiveNumber);
  app.add_option("--concurrency", options.concurrency, "Calls in flight (1)")->check(CLI::PositiveNumber);
  app.add_option("--duration", seconds, "Seconds to measure (5)")->check(CLI::PositiveNumber);
  app.add_option("--warm-up", warm_up_seconds, "Seconds before that (1)")->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);
  options.method = function.empty() ? "/grpc.health.v1.Health/Check" : "/mayfly.v1.InvocationService/Invoke";
  if (!function.empty()) options.request = InvokeRequestBytes(function, event);
  options.duration = absl::Seconds(seconds);
  options.warm_up = absl::Seconds(warm_up_seconds);
  Print(mayfly::bench::GenerateLoad(options), options.duration);
  return 0;
}
