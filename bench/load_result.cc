#include "bench/load_result.h"

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace mayfly::bench {
namespace {

std::string Quoted(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", " "}, {"\r", " "}, {"\t", " "}});
}

}  // namespace

std::string ToJson(LoadResult result) {
  const auto micros = [&result](double percent) {
    return absl::ToInt64Microseconds(result.latencies.Percentile(percent));
  };
  return absl::StrFormat(
      "{\"calls\": %d, \"errors\": %d, \"first_error\": \"%s\", \"seconds\": %.3f, \"p50_micros\": %d, "
      "\"p90_micros\": %d, \"p99_micros\": %d, \"p999_micros\": %d}",
      result.latencies.count(), result.errors, Quoted(result.first_error), absl::ToDoubleSeconds(result.duration),
      micros(50), micros(90), micros(99), micros(99.9));
}

}  // namespace mayfly::bench
