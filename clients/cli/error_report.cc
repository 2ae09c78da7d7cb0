#include "clients/cli/error_report.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "clients/cli/json_output.h"
#include "clients/cli/receipt_text.h"
#include "clients/cpp/client.h"

namespace mayfly::cli {
namespace {

void PrintIndented(const Screen& screen, std::string_view text) {
  for (std::string_view line : absl::StrSplit(absl::StripSuffix(text, "\n"), '\n')) {
    screen.stream() << "  " << Printable(line) << "\n";
  }
}

// The message's further lines, a code frame for instance, follow the reason.
void PrintHeadline(const Screen& screen, std::string_view message, std::string_view why) {
  const std::pair<std::string_view, std::string_view> lines = absl::StrSplit(message, absl::MaxSplits('\n', 1));
  screen.stream() << screen.Paint(Style::kRed, "error:") << " " << Printable(lines.first);
  if (!why.empty()) screen.stream() << " " << screen.Paint(Style::kDim, absl::StrCat("[", why, "]"));
  screen.stream() << "\n";
  if (!lines.second.empty()) PrintIndented(screen, lines.second);
}

// A stack begins with the error itself in JavaScript and ends with it in Python: where it says no more than the
// headline, it is left out.
bool HasMoreThan(std::string_view stack, std::string_view headline) {
  return !stack.empty() && absl::StripTrailingAsciiWhitespace(stack) != headline;
}

void PrintGuestError(const Screen& screen, const v1::FunctionError& error, std::string_view why) {
  const std::string headline =
      error.type().empty() ? error.message() : absl::StrCat(error.type(), ": ", error.message());
  PrintHeadline(screen, headline, why);
  if (!error.code_frame().empty()) {
    screen.stream() << "\n";
    PrintIndented(screen, error.code_frame());
  }
  if (HasMoreThan(error.stack(), headline)) {
    screen.stream() << "\n";
    PrintIndented(screen, error.stack());
  }
}

// A call that was refused at once cost nothing.
bool HasWaited(const v1::Receipt& receipt) {
  return receipt.start() != v1::WORKER_START_UNSPECIFIED || receipt.queue_time().seconds() > 0 ||
         receipt.queue_time().nanos() > 1'000'000;
}

void PrintText(const Screen& screen, const absl::Status& status) {
  const auto receipt = client::FindReceipt(status);
  if (receipt.has_value()) PrintLogs(screen, *receipt);
  if (const auto error = client::FindFunctionError(status); error.has_value()) {
    PrintGuestError(screen, *error, ErrorReason(status));
  } else {
    PrintHeadline(screen, status.message(), ErrorReason(status));
  }
  if (receipt.has_value() && HasWaited(*receipt))
    screen.stream() << screen.Paint(Style::kDim, ReceiptLine(*receipt)) << "\n";
}

}  // namespace

void PrintError(const Screen& screen, Format format, const absl::Status& status) {
  switch (format) {
    case Format::kText:
      return PrintText(screen, status);
    case Format::kJson:
      screen.stream() << ErrorToJson(status) << "\n";
  }
}

}  // namespace mayfly::cli
