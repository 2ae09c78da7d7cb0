#include "gateway/field_mask.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/field_path.h"
#include "gateway/json_codec.h"
#include "gateway/json_cursor.h"

namespace mayfly::gateway {
namespace {

namespace pb = google::protobuf;

// Whether the field's own fields are named, and not the field.
bool IsEntered(const pb::FieldDescriptor& field, char first_of_value) {
  return field.message_type() != nullptr && !field.is_repeated() && !IsWellKnown(*field.message_type()) &&
         !IsWrapper(*field.message_type()) && first_of_value == '{';
}

void Collect(JsonCursor& cursor, const pb::Descriptor& descriptor, const std::string& prefix,
             std::vector<std::string>& paths) {
  const size_t before = paths.size();
  cursor.Enter();
  while (cursor.Next()) {
    const auto key = DecodeJsonString(cursor.TakeKey());
    const auto field = ResolveFieldPath(descriptor, *key);
    const std::string path = absl::StrCat(prefix, prefix.empty() ? "" : ".", field->back()->name());
    if (IsEntered(*field->back(), cursor.Peek())) {
      Collect(cursor, *field->back()->message_type(), path, paths);
    } else {
      cursor.TakeValue();
      paths.push_back(path);
    }
  }
  if (paths.size() == before && !prefix.empty()) paths.push_back(prefix);
}

}  // namespace

std::vector<std::string> FieldMaskPaths(std::string_view json, const pb::Descriptor& descriptor) {
  std::vector<std::string> paths;
  JsonCursor cursor(json);
  if (cursor.Peek() == '{') Collect(cursor, descriptor, "", paths);
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

}  // namespace mayfly::gateway
