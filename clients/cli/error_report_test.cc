#include "clients/cli/error_report.h"

#include <gtest/gtest.h>

#include <sstream>

#include "base/error.h"
#include "base/reason.h"
#include "mayfly/v1/invocation.pb.h"

namespace mayfly::cli {
namespace {

std::string Print(Format format, const absl::Status& status) {
  std::ostringstream stream;
  PrintError(Screen(stream, Colour::kNever), format, status);
  return stream.str();
}

TEST(ErrorReportTest, SaysTheMessageAndTheReason) {
  EXPECT_EQ(Print(Format::kText, MakeError(absl::StatusCode::kNotFound, reason::kFunctionNotFound, "no function 'x'")),
            "error: no function 'x' [FUNCTION_NOT_FOUND]\n");
}

TEST(ErrorReportTest, ShowsAGuestsErrorWithFrameStackLogsAndReceipt) {
  absl::Status status = MakeError(absl::StatusCode::kUnknown, reason::kFunctionThrew, "ignored");
  v1::FunctionError error;
  error.set_type("TypeError");
  error.set_message("no \033[31mname");
  error.set_code_frame("> 1 | x.y\n    |  ^\n");
  error.set_stack("TypeError: no\n    at handler (f.js:1:2)");
  v1::Receipt receipt;
  receipt.set_start(v1::WARM);
  receipt.set_isolation(v1::FRESH);
  receipt.add_logs()->set_text("before");
  receipt.mutable_logs(0)->set_level(v1::LogEntry::INFO);
  AddErrorDetail(status, error);
  AddErrorDetail(status, receipt);
  EXPECT_EQ(Print(Format::kText, status),
            " info | before\n"
            "error: TypeError: no \uFFFD[31mname [FUNCTION_THREW]\n"
            "\n"
            "  > 1 | x.y\n"
            "      |  ^\n"
            "\n"
            "  TypeError: no\n"
            "      at handler (f.js:1:2)\n"
            "queue 0.0 ms · warm · run 0.0 ms · fresh\n");
}

TEST(ErrorReportTest, ACallThatWasRefusedAtOnceHasNoReceipt) {
  absl::Status status = MakeError(absl::StatusCode::kNotFound, reason::kFunctionNotFound, "no function 'x'");
  AddErrorDetail(status, v1::Receipt());
  EXPECT_EQ(Print(Format::kText, status), "error: no function 'x' [FUNCTION_NOT_FOUND]\n");
}

TEST(ErrorReportTest, PrintsOneLineOfJson) {
  EXPECT_EQ(Print(Format::kJson, absl::Status(absl::StatusCode::kInternal, "no")),
            R"({"error":"no","code":13,"status":"INTERNAL","message":"no","details":[]})"
            "\n");
}

}  // namespace
}  // namespace mayfly::cli
