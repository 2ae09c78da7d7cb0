#include "mayfly/error_size.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "mayfly/v1/invocation.pb.h"

namespace mayfly {
namespace {

google::rpc::Status LargeError(const v1::FunctionError& error, const v1::Receipt& receipt, const std::string& message) {
  absl::Status status = MakeError(absl::StatusCode::kUnknown, reason::kFunctionThrew, message);
  AddErrorDetail(status, error);
  AddErrorDetail(status, receipt);
  return ToRpcStatus(status);
}

template <typename Detail>
Detail Find(const google::rpc::Status& error) {
  Detail found;
  for (const auto& detail : error.details()) {
    if (detail.UnpackTo(&found)) return found;
  }
  return found;
}

// As RFC 4648 and the gRPC protocol encode it.
size_t Encoded(const google::rpc::Status& error) { return error.ByteSizeLong() * 4 / 3 + error.message().size() * 3; }

TEST(ShrinkErrorTest, LeavesAnErrorThatFits) {
  v1::Receipt receipt;
  receipt.add_logs()->set_text("one");
  google::rpc::Status error = LargeError({}, receipt, "no");
  const std::string before = error.SerializeAsString();
  ShrinkError(error, kErrorDetailsBytesDefault);
  EXPECT_EQ(error.SerializeAsString(), before);
}

TEST(ShrinkErrorTest, DropsTheOldestLogsFirst) {
  v1::FunctionError guest;
  guest.set_stack(std::string(1000, 's'));
  v1::Receipt receipt;
  receipt.set_revision(7);
  for (int i = 0; i < 100; ++i) receipt.add_logs()->set_text(std::to_string(i) + std::string(100, 'l'));
  google::rpc::Status error = LargeError(guest, receipt, "no");
  ShrinkError(error, kErrorDetailsBytesDefault);
  const auto kept = Find<v1::Receipt>(error);
  ASSERT_GT(kept.logs_size(), 10);
  EXPECT_EQ(kept.logs(kept.logs_size() - 1).text().substr(0, 2), "99");
  EXPECT_TRUE(kept.logs_truncated());
  EXPECT_EQ(kept.revision(), 7);
  EXPECT_EQ(Find<v1::FunctionError>(error).stack().size(), 1000u);
}

TEST(ShrinkErrorTest, KeepsTheReasonOfTheLargestError) {
  v1::FunctionError guest;
  guest.set_type(std::string(kErrorTypeBytesMax, 't'));
  guest.set_message(std::string(kErrorTextBytesMax, 'm'));
  guest.set_stack(std::string(kErrorTextBytesMax, 's'));
  guest.set_code_frame(std::string(2000, 'c'));
  for (size_t i = 0; i < kStackFramesMax; ++i) guest.add_frames()->set_file(std::string(kStackNameBytesMax, 'f'));
  v1::Receipt receipt;
  receipt.add_logs()->set_text(std::string(kLogBytesMax, 'l'));
  google::rpc::Status error = LargeError(guest, receipt, std::string(kErrorTextBytesMax, 'm'));
  ShrinkError(error, kErrorDetailsBytesDefault);
  EXPECT_LE(Encoded(error), 8 * kKiB);
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(error).reason(), "FUNCTION_THREW");
  EXPECT_EQ(Find<v1::FunctionError>(error).message(), std::string(512, 'm') + "…");
  EXPECT_EQ(error.message(), std::string(512, 'm') + "…");
}

TEST(ShrinkErrorTest, CutsBetweenCharacters) {
  google::rpc::Status error = LargeError({}, {}, "x" + std::string(4000, ' ') + "é");
  std::string wide = "x";
  while (wide.size() < 10'000) wide += "é";
  error.set_message(wide);
  ShrinkError(error, kErrorDetailsBytesDefault);
  EXPECT_EQ(error.message(), wide.substr(0, 511) + "…");
}

}  // namespace
}  // namespace mayfly
