// Manifest files as anyone may write them: Mayfly's and GraalFaaS's.
#include <yyjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/manifest.h"
#include "base/reason.h"
#include "base/utf8.h"
#include "clients/cli/fake_files.h"
#include "clients/cli/manifest_reader.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace mayfly::cli {
namespace {

constexpr char kPath[] = "dir/f.json";
// Of one error: a sentence, which may hold a path, and a code frame of four lines with at most a hundred characters
// each.
constexpr size_t kErrorBytesMax = 8 * kKiB;

absl::StatusOr<FunctionFile> Read(std::string text) {
  return ReadManifest(FakeFiles({{kPath, std::move(text)}, {"dir/lib/b.js", "2"}, {"x.py", "\xC3\xBC"}, {"y", "\xFF"}}),
                      kPath);
}

void CheckPlace(std::string_view text, Place place) {
  const std::vector<std::string_view> lines = absl::StrSplit(text, '\n');
  CHECK(place.line >= 1 && static_cast<size_t>(place.line) <= lines.size()) << place.line;
  CHECK(place.column >= 1 && static_cast<size_t>(place.column) <= lines[place.line - 1].size() + 1) << place.column;
}

// What reaches a terminal moves no cursor there, and is short however long the text.
void CheckMessage(std::string_view message, std::string_view text, size_t errors) {
  CHECK_LE(message.size(), errors * kErrorBytesMax);
  CHECK(std::none_of(message.begin(), message.end(), [](char c) { return absl::ascii_iscntrl(c) && c != '\n'; }))
      << message;
  CHECK(IsUtf8(message) || !IsUtf8(text)) << message;
}

void CheckRefusal(const absl::Status& status, std::string_view text) {
  CHECK_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  CHECK_EQ(ErrorReason(status), reason::kManifestInvalid);
  CheckMessage(status.message(), text, 1);
  Place place;
  google::rpc::ErrorInfo info;
  CHECK(ToRpcStatus(status).details(0).UnpackTo(&info));
  CHECK(absl::SimpleAtoi(info.metadata().at("line"), &place.line));
  CHECK(absl::SimpleAtoi(info.metadata().at("column"), &place.column));
  CheckPlace(text, place);
  CHECK(absl::StartsWith(status.message(), absl::StrCat(kPath, ":", place.line, ":", place.column, ": ")));
}

// What the server may find wrong, shown at its places.
void CheckViolations(const FunctionFile& function) {
  const absl::Status status = ValidateManifest(function.manifest, "");
  if (status.ok()) return;
  const absl::Status placed = WithPlaces(function, status);
  CHECK_EQ(placed.code(), status.code());
  CheckMessage(placed.message(), function.text, kViolationsShownMax + 1);
}

// The manifest as Mayfly's own JSON.
class Writer {
 public:
  std::string Write(const v1::Manifest& manifest) {
    AddText(root_, "id", manifest.id());
    AddText(root_, "languageId", manifest.language_id());
    AddText(root_, "functionName", manifest.function_name());
    yyjson_mut_obj_add_bool(document_.get(), root_, "jsEvalAsModule", manifest.js_eval_as_module());
    AddText(root_, "source", manifest.source());
    yyjson_mut_obj_add_int(document_.get(), root_, "timeoutMillis", manifest.timeout_millis());
    yyjson_mut_obj_add_int(document_.get(), root_, "memoryLimitMib", manifest.memory_limit_mib());
    AddText(root_, "pythonInterpreter", manifest.python_interpreter());
    yyjson_mut_val* dependencies = yyjson_mut_obj_add_obj(document_.get(), root_, "dependencies");
    for (const auto& [name, dependency] : manifest.dependencies()) {
      yyjson_mut_val* object = yyjson_mut_obj(document_.get());
      AddText(object, "source", dependency.source());
      yyjson_mut_obj_add(dependencies, Text(name), object);
    }
    yyjson_mut_val* events = yyjson_mut_obj_add_arr(document_.get(), root_, "warmupEvents");
    for (const std::string& event : manifest.warmup_events()) {
      yyjson_mut_arr_append(events, yyjson_mut_rawn(document_.get(), event.data(), event.size()));
    }
    const std::unique_ptr<char, decltype(&std::free)> json(yyjson_mut_write(document_.get(), 0, nullptr), &std::free);
    return json.get();
  }

 private:
  yyjson_mut_val* Text(const std::string& text) { return yyjson_mut_strn(document_.get(), text.data(), text.size()); }
  void AddText(yyjson_mut_val* object, const char* key, const std::string& text) {
    yyjson_mut_obj_add(object, yyjson_mut_str(document_.get(), key), Text(text));
  }

  std::unique_ptr<yyjson_mut_doc, decltype(&yyjson_mut_doc_free)> document_{yyjson_mut_doc_new(nullptr),
                                                                            &yyjson_mut_doc_free};
  yyjson_mut_val* const root_ = [this] {
    yyjson_mut_val* root = yyjson_mut_obj(document_.get());
    yyjson_mut_doc_set_root(document_.get(), root);
    return root;
  }();
};

void CheckAccepted(const FunctionFile& function, const std::string& text) {
  CHECK_EQ(function.text, text);
  for (const auto& [field, place] : function.places) CheckPlace(text, place);
  for (const std::string& event : function.manifest.warmup_events()) {
    const absl::Status valid = ValidateJson(event, reason::kManifestInvalid, "it");
    CHECK(valid.ok() || absl::StrContains(valid.message(), "deep")) << valid;
  }
  CheckViolations(function);
  const auto again = Read(Writer().Write(function.manifest));
  CHECK_OK(again);
  CHECK_EQ(again->manifest.id(), function.manifest.id());
  CHECK_EQ(ManifestSha256(again->manifest), ManifestSha256(function.manifest));
}

}  // namespace
}  // namespace mayfly::cli

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mayfly::cli;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto function = Read(text);
  if (function.ok()) {
    CheckAccepted(*function, text);
  } else {
    CheckRefusal(function.status(), text);
  }
  return 0;
}
