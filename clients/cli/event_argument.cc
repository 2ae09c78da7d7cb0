#include "clients/cli/event_argument.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/reason.h"

namespace mayfly::cli {
namespace {

absl::Status TooLarge() {
  return MakeError(absl::StatusCode::kInvalidArgument, reason::kEventTooLarge,
                   absl::StrCat("the event has more than ", kEventBytesMax, " bytes"));
}

absl::StatusOr<std::string> ReadStream(std::istream& in) {
  std::string text(kEventBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

absl::StatusOr<std::string> ReadFile(const std::string& path, const Files& files) {
  absl::StatusOr<std::string> text = files.Read(path, kEventBytesMax);
  if (text.ok()) return text;
  return MakeError(absl::StatusCode::kInvalidArgument, reason::kEventInvalid, text.status().message());
}

absl::StatusOr<std::string> ReadText(const std::string& argument, const Files& files, std::istream& in) {
  if (argument == "-") return ReadStream(in);
  if (argument.starts_with("@")) return ReadFile(argument.substr(1), files);
  return argument;
}

}  // namespace

absl::StatusOr<std::string> ReadEvent(const std::string& argument, const Files& files, std::istream& in) {
  absl::StatusOr<std::string> text = ReadText(argument, files, in);
  if (!text.ok() || argument.empty()) return text;
  if (text->size() > kEventBytesMax) return TooLarge();
  if (absl::Status status = ValidateJson(*text, reason::kEventInvalid, "the event"); !status.ok()) return status;
  return text;
}

}  // namespace mayfly::cli
