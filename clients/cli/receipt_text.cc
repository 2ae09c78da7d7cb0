#include "clients/cli/receipt_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace mayfly::cli {
namespace {

std::string Load(const v1::Receipt& receipt) {
  if (receipt.start() == v1::WARM) return "warm";
  return absl::StrCat("load ", MillisecondsText(receipt.load_time()), " (cold)");
}

// "fresh", "rewind", "rewind 12.3 µs".
std::string Isolation(const v1::Receipt& receipt) {
  std::string text = absl::AsciiStrToLower(v1::Isolation_Name(receipt.isolation()));
  const google::protobuf::Duration& time = receipt.rewind_time();
  const double micros = static_cast<double>(time.seconds()) * 1e6 + time.nanos() / 1e3;
  if (micros > 0) absl::StrAppendFormat(&text, " %.1f µs", micros);
  return text;
}

Style LevelStyle(v1::LogEntry::Level level) {
  if (level == v1::LogEntry::ERROR) return Style::kRed;
  if (level == v1::LogEntry::WARN) return Style::kYellow;
  return Style::kDim;
}

}  // namespace

std::string MillisecondsText(const google::protobuf::Duration& duration) {
  return absl::StrFormat("%.1f ms", static_cast<double>(duration.seconds()) * 1e3 + duration.nanos() / 1e6);
}

std::string ReceiptLine(const v1::Receipt& receipt) {
  if (receipt.start() == v1::WORKER_START_UNSPECIFIED) {
    return absl::StrCat("queue ", MillisecondsText(receipt.queue_time()), " · no worker");
  }
  std::string line = absl::StrCat("queue ", MillisecondsText(receipt.queue_time()), " · ", Load(receipt), " · run ",
                                  MillisecondsText(receipt.run_time()));
  if (receipt.isolation() != v1::ISOLATION_UNSPECIFIED) {
    absl::StrAppend(&line, " · ", Isolation(receipt));
  }
  return line;
}

void PrintLogs(const Screen& screen, const v1::Receipt& receipt) {
  for (const v1::LogEntry& entry : receipt.logs()) {
    const std::string level = absl::AsciiStrToLower(v1::LogEntry::Level_Name(entry.level()));
    screen.stream() << screen.Paint(LevelStyle(entry.level()), absl::StrFormat("%5s", level)) << " | "
                    << Printable(entry.text()) << "\n";
  }
  if (receipt.logs_truncated())
    screen.stream() << screen.Paint(Style::kYellow, "      | (more output was dropped)") << "\n";
}

}  // namespace mayfly::cli
