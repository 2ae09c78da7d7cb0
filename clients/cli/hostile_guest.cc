#include "clients/cli/hostile_guest.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/reason.h"
#include "clients/cli/manifest_reader.h"

namespace mayfly::cli {
namespace {

constexpr char kFolder[] = "clients/cli/hostile_guests/";
constexpr size_t kListBytesMax = 64 * 1024;

// Of a guest that ends by its deadline: enough for the look before that, on a slow machine too.
constexpr int kEndlessMillis = 2000;

}  // namespace

absl::StatusOr<std::vector<HostileGuest>> ReadHostileGuests(const Files& files) {
  const absl::StatusOr<std::string> text = files.Read(absl::StrCat(kFolder, "guests.txt"), kListBytesMax);
  if (!text.ok()) return text.status();
  std::vector<HostileGuest> guests;
  for (const std::string_view line : absl::StrSplit(*text, '\n', absl::SkipWhitespace())) {
    if (absl::StartsWith(line, "#")) continue;
    const std::vector<std::string> parts = absl::StrSplit(line, " | ");
    if (parts.size() != 4) return absl::InvalidArgumentError(absl::StrCat("'", line, "' is no guest"));
    guests.push_back({.language = parts[0], .command = parts[1], .end = parts[2], .what = parts[3]});
  }
  return guests;
}

absl::StatusOr<v1::Manifest> ReadHostileFunction(const Files& files, const HostileGuest& guest) {
  absl::StatusOr<FunctionFile> file = ReadManifest(files, absl::StrCat(kFolder, guest.language, ".json"));
  if (!file.ok()) return file.status();
  if (guest.end == reason::kFunctionTimeout) file->manifest.set_timeout_millis(kEndlessMillis);
  return std::move(file->manifest);
}

}  // namespace mayfly::cli
