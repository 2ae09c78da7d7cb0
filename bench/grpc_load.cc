// Drives a server's gRPC door and prints what came of it as LoadResult's line of JSON.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>

#include "absl/time/time.h"
#include "bench/load_generator.h"
#include "bench/load_result.h"
#include "mayfly/v1/invocation_service.pb.h"

namespace {

std::string InvokeRequestBytes(const std::string& function, const std::string& event) {
  mayfly::v1::InvokeRequest request;
  request.set_name(function);
  request.set_event(event);
  return request.SerializeAsString();
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
  std::puts(ToJson(mayfly::bench::GenerateLoad(options)).c_str());
  return 0;
}
