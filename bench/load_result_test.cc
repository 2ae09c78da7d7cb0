#include "bench/load_result.h"

#include <gtest/gtest.h>

namespace mayfly::bench {
namespace {

TEST(LoadResultTest, IsOneLineOfJson) {
  LoadResult result = {.errors = 2, .first_error = "no \"such\"\nthing", .duration = absl::Milliseconds(1500)};
  for (int i = 1; i <= 1000; ++i) result.latencies.Add(absl::Microseconds(i));
  EXPECT_EQ(ToJson(result),
            "{\"calls\": 1000, \"errors\": 2, \"first_error\": \"no \\\"such\\\" thing\", \"seconds\": 1.500, "
            "\"p50_micros\": 500, \"p90_micros\": 900, \"p99_micros\": 990, \"p999_micros\": 999}");
}

}  // namespace
}  // namespace mayfly::bench
