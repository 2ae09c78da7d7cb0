#include "gateway/metadata_headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "base/limits.h"

namespace mayfly::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

absl::StatusOr<Metadata> From(std::string_view name, std::string_view value) {
  HttpHeaders headers;
  headers.Add(name, value);
  return MetadataFromHeaders(headers);
}

TEST(MetadataHeadersTest, TakesWhatItsListAllows) {
  EXPECT_THAT(*From("GRPC-METADATA-My-Key", "v"), ElementsAre(Pair("my-key", "v")));
  EXPECT_THAT(*From("AUTHORIZATION", "Bearer x"), ElementsAre(Pair("authorization", "Bearer x")));
  EXPECT_THAT(*From("tracestate", "a=b"), ElementsAre(Pair("tracestate", "a=b")));
  EXPECT_THAT(*From("Grpc-Metadata-K-Bin", "AAE"), ElementsAre(Pair("k-bin", std::string("\0\1", 2))));
  for (const char* name : {"Cookie", "Host", "Grpc-Metadata-", "Grpc-Metadata-Grpc-Timeout", "Grpc-Timeout"}) {
    EXPECT_THAT(*From(name, "v"), IsEmpty()) << name;
  }
}

TEST(MetadataHeadersTest, RefusesWhatMetadataCannotHold) {
  EXPECT_EQ(ErrorReason(From("Grpc-Metadata-a!b", "v").status()), "REQUEST_INVALID");
  EXPECT_EQ(ErrorReason(From("Grpc-Metadata-a", "\xc3\xa9").status()), "REQUEST_INVALID");
  EXPECT_EQ(ErrorReason(From("Authorization", "a\tb").status()), "REQUEST_INVALID");
  EXPECT_EQ(ErrorReason(From("Grpc-Metadata-a-bin", "?").status()), "REQUEST_INVALID");
  EXPECT_EQ(ErrorReason(From("Grpc-Metadata-a", std::string(kMetadataBytesMax, 'a')).status()), "REQUEST_TOO_LARGE");
}

TEST(MetadataHeadersTest, GivesMetadataBackAsHeaders) {
  HttpResponse response;
  AddMetadataHeaders({{"mayfly-cpu-micros", "5"},
                      {"server-timing", "run;dur=1"},
                      {"a", "b"},
                      {"raw-bin", std::string("\0\1", 2)},
                      {"grpc-status", "0"},
                      {"x-http-code", "201"}},
                     response);
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(
      response.headers,
      "Mayfly-Cpu-Micros: 5\r\nServer-Timing: run;dur=1\r\nGrpc-Metadata-A: b\r\nGrpc-Metadata-Raw-Bin: AAE=\r\n");
}

TEST(MetadataHeadersTest, PassesOverAStatusThatIsNone) {
  for (const char* code : {"", "x", "99", "100", "600", "99999999999"}) {
    HttpResponse response;
    AddMetadataHeaders({{"x-http-code", code}}, response);
    EXPECT_EQ(response.status, 200) << code;
  }
}

}  // namespace
}  // namespace mayfly::gateway
