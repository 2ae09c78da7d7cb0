// Drives a server's HTTP door at a given rate, and prints what came of it as LoadResult's line of JSON.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "absl/time/time.h"
#include "bench/load_result.h"
#include "bench/paced_http_load.h"

int main(int argc, char** argv) {
  mayfly::bench::PacedHttpOptions options;
  double seconds = 5;
  double warm_up_seconds = 1;
  CLI::App app("Posts an event at a given rate");
  app.add_option("--port", options.port, "On 127.0.0.1")->required();
  app.add_option("--path", options.path, "What is posted to")->required();
  app.add_option("--body", options.body, "The event, as JSON")->required();
  app.add_option("--rate", options.rate, "Requests a second, evenly spaced")->required()->check(CLI::PositiveNumber);
  app.add_option("--connections", options.connections, "Connections (1)")->check(CLI::PositiveNumber);
  app.add_option("--duration", seconds, "Seconds to measure (5)")->check(CLI::PositiveNumber);
  app.add_option("--warm-up", warm_up_seconds, "Seconds before that (1)")->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);
  options.duration = absl::Seconds(seconds);
  options.warm_up = absl::Seconds(warm_up_seconds);
  std::puts(ToJson(mayfly::bench::GeneratePacedHttpLoad(options)).c_str());
  return 0;
}
