#include "clients/cli/manifest_reader.h"

#include <linux/limits.h>
#include <stdlib.h>
#include <yyjson.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "base/reason.h"
#include "base/utf8.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace mayfly::cli {
namespace {

// How much of a key an error repeats.
constexpr size_t kShownBytesMax = 64;

std::string_view Text(yyjson_val* string) { return {yyjson_get_str(string), yyjson_get_len(string)}; }

// A key as an error shows it: it may hold what moves a terminal's cursor, and be as long as the file.
std::string Shown(std::string_view key) { return EscapedPrefix(key, kShownBytesMax); }

bool IsPath(std::string_view text) {
  return text.size() < PATH_MAX && std::none_of(text.begin(), text.end(), absl::ascii_iscntrl);
}

// "languageId" and "language_id" are the same key; messages use the first.
std::string CamelCase(std::string_view key) {
  std::string camel;
  bool upper = false;
  for (const char c : key) {
    if (c == '_' && !camel.empty()) {
      upper = true;
      continue;
    }
    camel += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return camel;
}

// Walks one document into one manifest. Used once.
class Reader {
 public:
  Reader(const Files& files, JsoncDocument document) : files_(files), document_(std::move(document)) {}

  absl::StatusOr<FunctionFile> Read() {
    if (!yyjson_is_obj(document_.root())) return document_.ErrorAtStart("a manifest is a JSON object");
    const bool is_graalfaas = yyjson_obj_get(document_.root(), "sourceCode") != nullptr;
    absl::Status status =
        ForEachMember(document_.root(), "", [&](const std::string& key, yyjson_val* name, yyjson_val* value) {
          return is_graalfaas ? ReadGraalFaasField(key, name, value) : ReadField(key, name, value);
        });
    if (!status.ok()) return status;
    if (!has_source_) return document_.ErrorAtStart("\"source\" or \"sourceFile\" is missing");
    function_.path = document_.file();
    function_.text = document_.text();
    return std::move(function_);
  }

 private:
  using MemberReader = std::function<absl::Status(const std::string& key, yyjson_val* name, yyjson_val* value)>;

  // Calls `read` for each member, with its key in camelCase if it is one of the manifest's, and remembers its place
  // under `prefix`.
  absl::Status ForEachMember(yyjson_val* object, const std::string& prefix, const MemberReader& read) {
    yyjson_obj_iter members = yyjson_obj_iter_with(object);
    while (yyjson_val* name = yyjson_obj_iter_next(&members)) {
      const std::string key = prefix == "dependencies." ? std::string(Text(name)) : CamelCase(Text(name));
      if (!function_.places.emplace(prefix + key, document_.PlaceOfString(name)).second) {
        return document_.ErrorAtString(name, absl::StrCat("\"", Shown(key), "\" stands here a second time"));
      }
      if (absl::Status status = read(key, name, yyjson_obj_iter_get_val(name)); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadField(const std::string& key, yyjson_val* name, yyjson_val* value) {
    v1::Manifest& manifest = function_.manifest;
    if (key == "id") return ReadString(name, value, *manifest.mutable_id());
    if (key == "languageId") return ReadString(name, value, *manifest.mutable_language_id());
    if (key == "functionName") return ReadString(name, value, *manifest.mutable_function_name());
    if (key == "jsEvalAsModule") return ReadEvalAsModule(name, value);
    if (key == "source") return ReadSource(name, value);
    if (key == "sourceFile") return ReadSourceFile(name, value);
    if (key == "dependencies") return ReadDependencies(name, value);
    if (key == "timeoutMillis")
      return ReadInt(name, value, [&](int32_t number) { manifest.set_timeout_millis(number); });
    if (key == "memoryLimitMib")
      return ReadInt(name, value, [&](int32_t number) { manifest.set_memory_limit_mib(number); });
    if (key == "warmupEvents") return ReadWarmUpEvents(name, value);
    if (key == "pythonInterpreter") return ReadString(name, value, *manifest.mutable_python_interpreter());
    return UnknownKey(name, {"id", "languageId", "functionName", "jsEvalAsModule", "source", "sourceFile",
                             "dependencies", "timeoutMillis", "memoryLimitMib", "warmupEvents", "pythonInterpreter"});
  }

  // GraalFaaS stores {id, languageId, functionName, jsEvalAsModule, sourceCode, dependencies: {name: source}}.
  absl::Status ReadGraalFaasField(const std::string& key, yyjson_val* name, yyjson_val* value) {
    v1::Manifest& manifest = function_.manifest;
    if (key == "id") return ReadString(name, value, *manifest.mutable_id());
    if (key == "languageId") return ReadString(name, value, *manifest.mutable_language_id());
    if (key == "functionName") return ReadString(name, value, *manifest.mutable_function_name());
    if (key == "jsEvalAsModule") return ReadEvalAsModule(name, value);
    if (key == "sourceCode") return ReadSource(name, value);
    if (key == "dependencies") return ReadGraalFaasDependencies(name, value);
    return UnknownKey(name, {"id", "languageId", "functionName", "jsEvalAsModule", "sourceCode", "dependencies"});
  }

  absl::Status ReadDependencies(yyjson_val* name, yyjson_val* value) {
    if (!yyjson_is_obj(value)) return WrongType(name, "an object: {\"name\": {\"source\": …}}");
    return ForEachMember(value, "dependencies.",
                         [&](const std::string& module, yyjson_val* key, yyjson_val* dependency) {
                           return ReadDependency(module, key, dependency);
                         });
  }

  absl::Status ReadDependency(const std::string& module, yyjson_val* name, yyjson_val* value) {
    if (!yyjson_is_obj(value)) return WrongType(name, "an object: {\"source\": …} or {\"file\": …}");
    std::string& source = *(*function_.manifest.mutable_dependencies())[module].mutable_source();
    int sources = 0;
    absl::Status status = ForEachMember(
        value, absl::StrCat("dependencies.", module, "."),
        [&](const std::string& key, yyjson_val* key_name, yyjson_val* key_value) -> absl::Status {
          if (key != "source" && key != "file") return UnknownKey(key_name, {"source", "file"});
          if (++sources > 1)
            return document_.ErrorAtString(key_name, "a dependency has \"source\" or \"file\", not both");
          return key == "source" ? ReadString(key_name, key_value, source) : ReadFile(key_name, key_value, source);
        });
    if (!status.ok()) return status;
    if (sources == 0) return document_.ErrorAtString(name, "this dependency has neither \"source\" nor \"file\"");
    return absl::OkStatus();
  }

  absl::Status ReadGraalFaasDependencies(yyjson_val* name, yyjson_val* value) {
    if (!yyjson_is_obj(value)) return WrongType(name, "an object: {\"name\": source}");
    return ForEachMember(value, "dependencies.", [&](const std::string& module, yyjson_val* key, yyjson_val* source) {
      return ReadString(key, source, *(*function_.manifest.mutable_dependencies())[module].mutable_source());
    });
  }

  // Each event becomes JSON without comments; its numbers keep their digits.
  absl::Status ReadWarmUpEvents(yyjson_val* name, yyjson_val* value) {
    if (!yyjson_is_arr(value)) return WrongType(name, "a list of events");
    yyjson_arr_iter events = yyjson_arr_iter_with(value);
    while (yyjson_val* event = yyjson_arr_iter_next(&events)) {
      size_t size = 0;
      const std::unique_ptr<char, decltype(&free)> text(yyjson_val_write(event, YYJSON_WRITE_NOFLAG, &size), &free);
      if (text == nullptr) return WrongType(name, "a list of events");
      function_.manifest.add_warmup_events(text.get(), size);
    }
    return absl::OkStatus();
  }

  absl::Status ReadSource(yyjson_val* name, yyjson_val* value) {
    if (std::exchange(has_source_, true)) return TwoSources(name);
    return ReadString(name, value, *function_.manifest.mutable_source());
  }

  absl::Status ReadSourceFile(yyjson_val* name, yyjson_val* value) {
    if (std::exchange(has_source_, true)) return TwoSources(name);
    return ReadFile(name, value, *function_.manifest.mutable_source());
  }

  absl::Status TwoSources(yyjson_val* name) const {
    return document_.ErrorAtString(name, "a manifest has \"source\" or \"sourceFile\", not both");
  }

  absl::Status ReadString(yyjson_val* name, yyjson_val* value, std::string& into) const {
    if (!yyjson_is_str(value)) return WrongType(name, "a string");
    into = Text(value);
    return absl::OkStatus();
  }

  absl::Status ReadEvalAsModule(yyjson_val* name, yyjson_val* value) {
    if (!yyjson_is_bool(value)) return WrongType(name, "true or false");
    function_.manifest.set_js_eval_as_module(yyjson_get_bool(value));
    return absl::OkStatus();
  }

  absl::Status ReadInt(yyjson_val* name, yyjson_val* value, const std::function<void(int32_t)>& set) const {
    double number = 0;
    const bool is_number = yyjson_is_raw(value) && absl::SimpleAtod(yyjson_get_raw(value), &number);
    const bool fits = std::abs(number) <= std::numeric_limits<int32_t>::max();
    if (!is_number || !fits || number != std::trunc(number)) return WrongType(name, "a whole number");
    set(static_cast<int32_t>(number));
    return absl::OkStatus();
  }

  // A path relative to the manifest's folder, else to the working folder.
  absl::Status ReadFile(yyjson_val* name, yyjson_val* value, std::string& into) {
    std::string path;
    if (absl::Status status = ReadString(name, value, path); !status.ok()) return status;
    if (!IsPath(path)) return WrongType(name, "a file's path, shorter than 4096 bytes and without control characters");
    const std::string beside = std::filesystem::path(document_.file()).parent_path() / path;
    absl::Status failure;
    for (const std::string& candidate : {beside, path}) {
      absl::StatusOr<std::string> content = files_.Read(candidate, kManifestBytesMax);
      if (content.ok()) {
        if (!IsUtf8(*content)) return document_.ErrorAtString(value, absl::StrCat(candidate, " is not UTF-8"));
        into = *std::move(content);
        function_.source_paths.push_back(candidate);
        return absl::OkStatus();
      }
      failure.Update(content.status());
      if (failure.code() != absl::StatusCode::kNotFound) break;
    }
    return document_.ErrorAtString(value, failure.message());
  }

  absl::Status WrongType(yyjson_val* name, std::string_view expected) const {
    return document_.ErrorAtString(name, absl::StrCat("\"", Shown(Text(name)), "\" must be ", expected));
  }

  absl::Status UnknownKey(yyjson_val* name, const std::vector<std::string>& known) const {
    const std::string shown = Shown(Text(name));
    return document_.ErrorAtString(name, absl::StrCat("unknown key \"", shown, "\"", DidYouMean(shown, known)));
  }

  const Files& files_;
  const JsoncDocument document_;
  FunctionFile function_;
  bool has_source_ = false;
};

// The place of a field, or of the nearest one around it.
Place FindPlace(const FunctionFile& function, std::string field) {
  while (true) {
    if (const auto found = function.places.find(field); found != function.places.end()) return found->second;
    const size_t last_part = field.find_last_of(".[");
    if (last_part == std::string::npos) return Place{};
    field.resize(last_part);
  }
}

std::optional<google::rpc::BadRequest> FindBadRequest(const absl::Status& status) {
  google::rpc::BadRequest request;
  const google::rpc::Status rpc_status = ToRpcStatus(status);
  for (const auto& detail : rpc_status.details()) {
    if (detail.UnpackTo(&request)) return request;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<FunctionFile> ReadManifest(const Files& files, const std::string& path) {
  absl::StatusOr<std::string> text = files.Read(path, kManifestBytesMax);
  if (!text.ok()) {
    return MakeError(absl::StatusCode::kInvalidArgument, reason::kManifestInvalid, text.status().message());
  }
  absl::StatusOr<JsoncDocument> document = JsoncDocument::Parse(path, *std::move(text));
  if (!document.ok()) return document.status();
  return Reader(files, *std::move(document)).Read();
}

absl::Status WithPlaces(const FunctionFile& function, const absl::Status& status) {
  const auto request = FindBadRequest(status);
  if (!request.has_value() || function.places.empty()) return status;
  std::vector<std::string> messages;
  for (const auto& violation : request->field_violations()) {
    messages.emplace_back(ErrorAt(function.path, function.text, FindPlace(function, violation.field()),
                                  absl::StrCat(violation.field(), ": ", violation.description()))
                              .message());
  }
  google::rpc::Status rpc_status = ToRpcStatus(status);
  rpc_status.set_message(absl::StrJoin(messages, "\n"));
  return FromRpcStatus(rpc_status);
}

}  // namespace mayfly::cli
