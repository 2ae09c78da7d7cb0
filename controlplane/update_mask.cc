#include "controlplane/update_mask.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/field_mask.pb.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/reason.h"
#include "base/utf8.h"
#include "mayfly/v1/function.pb.h"

namespace mayfly::controlplane {
namespace {

namespace pb = google::protobuf;

constexpr char kAll[] = "*";
constexpr size_t kPathShownBytesMax = 64;

// The field of a path in either spelling, or nullptr.
const pb::FieldDescriptor* FindField(const std::string& path) {
  const pb::Descriptor& manifest = *v1::Manifest::descriptor();
  for (int i = 0; i < manifest.field_count(); ++i) {
    const pb::FieldDescriptor* field = manifest.field(i);
    if (field->name() == path || field->json_name() == path) return field;
  }
  return nullptr;
}

std::vector<std::string> FieldNames() {
  std::vector<std::string> names;
  const pb::Descriptor& manifest = *v1::Manifest::descriptor();
  for (int i = 0; i < manifest.field_count(); ++i) names.push_back(manifest.field(i)->name());
  return names;
}

std::string Complaint(const std::string& path) {
  const std::string shown = EscapedPrefix(path, kPathShownBytesMax);
  if (path == kAll) return "'*' stands for all fields, so it stands alone";
  if (absl::StartsWith(path, "dependencies.")) {
    return absl::StrCat("'", shown, "' is within a field that is replaced whole; name 'dependencies'");
  }
  return absl::StrCat("'", shown, "' is no field of a manifest", DidYouMean(path, FieldNames()));
}

bool TakesAll(const pb::FieldMask& mask) {
  return mask.paths().empty() || (mask.paths_size() == 1 && mask.paths(0) == kAll);
}

}  // namespace

absl::Status ValidateUpdateMask(const pb::FieldMask& mask) {
  if (TakesAll(mask)) return absl::OkStatus();
  for (const std::string& path : mask.paths()) {
    if (FindField(path) == nullptr) {
      return MakeFieldError(reason::kRequestInvalid, {{.field = "updateMask", .description = Complaint(path)}});
    }
  }
  return absl::OkStatus();
}

void ApplyUpdateMask(const pb::FieldMask& mask, v1::Manifest update, v1::Manifest& target) {
  if (TakesAll(mask)) {
    target = std::move(update);
    return;
  }
  // A set: a field named twice would be swapped back.
  std::set<const pb::FieldDescriptor*> fields;
  for (const std::string& path : mask.paths()) fields.insert(FindField(path));
  target.GetReflection()->SwapFields(&update, &target, {fields.begin(), fields.end()});
}

}  // namespace mayfly::controlplane
