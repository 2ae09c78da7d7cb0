#include "gateway/json_codec.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/field_mask_util.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/duration_text.h"
#include "gateway/json_text.h"

namespace mayfly::gateway {
namespace {

namespace pb = google::protobuf;

// How a type's JSON form is made.
enum class Form { kNone, kWrapper, kDuration, kTimestamp, kFieldMask, kOther };

Form FormOf(const pb::Descriptor& descriptor) {
  switch (descriptor.well_known_type()) {
    case pb::Descriptor::WELLKNOWNTYPE_UNSPECIFIED:
      return Form::kNone;
    case pb::Descriptor::WELLKNOWNTYPE_DOUBLEVALUE:
    case pb::Descriptor::WELLKNOWNTYPE_FLOATVALUE:
    case pb::Descriptor::WELLKNOWNTYPE_INT64VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_UINT64VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_INT32VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_UINT32VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_STRINGVALUE:
    case pb::Descriptor::WELLKNOWNTYPE_BYTESVALUE:
    case pb::Descriptor::WELLKNOWNTYPE_BOOLVALUE:
      return Form::kWrapper;
    case pb::Descriptor::WELLKNOWNTYPE_DURATION:
      return Form::kDuration;
    case pb::Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return Form::kTimestamp;
    case pb::Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return Form::kFieldMask;
    case pb::Descriptor::WELLKNOWNTYPE_ANY:
    case pb::Descriptor::WELLKNOWNTYPE_VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_LISTVALUE:
    case pb::Descriptor::WELLKNOWNTYPE_STRUCT:
    case pb::Descriptor::__WELLKNOWNTYPE__DO_NOT_USE__ADD_DEFAULT_INSTEAD__:
      return Form::kOther;
  }
  return Form::kNone;
}

// The inside of a JSON string that needs no escapes; these types' strings never do.
bool Unquote(std::string_view json, std::string& text) {
  if (json.size() < 2 || json.front() != '"' || json.find('\\') != json.npos) return false;
  text = json.substr(1, json.size() - 2);
  return true;
}

bool ReadOther(std::string_view json, pb::Message& message) {
  return pb::util::JsonStringToMessage(pb::StringPiece(json.data(), json.size()), &message).ok();
}

// The generated type when `message` is one of it; a message of a descriptor pool built at run time is not.
template <typename T>
T* As(pb::Message& message) {
  return dynamic_cast<T*>(&message);
}
template <typename T>
const T* As(const pb::Message& message) {
  return dynamic_cast<const T*>(&message);
}

// Paths with commas between them, in either spelling: "timeoutMillis", and "timeout_millis" as it is.
bool ReadFieldMask(std::string_view text, pb::FieldMask& mask) {
  for (const std::string_view path : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    pb::FieldMask one;
    if (absl::StrContains(path, '_')) {
      one.add_paths(std::string(path));
    } else if (!pb::util::FieldMaskUtil::FromJsonString(std::string(path), &one)) {
      return false;
    }
    mask.MergeFrom(one);
  }
  return true;
}

}  // namespace

bool IsWellKnown(const pb::Descriptor& descriptor) {
  const Form form = FormOf(descriptor);
  return form != Form::kNone && form != Form::kWrapper;
}

bool IsWrapper(const pb::Descriptor& descriptor) { return FormOf(descriptor) == Form::kWrapper; }

bool TakesNull(const pb::Descriptor& descriptor) {
  return descriptor.well_known_type() == pb::Descriptor::WELLKNOWNTYPE_VALUE;
}

bool ReadWellKnownJson(std::string_view json, pb::Message& message) {
  std::string text;
  if (auto* duration = As<pb::Duration>(message)) {
    return Unquote(json, text) && ReadDuration(text, *duration);
  }
  if (auto* timestamp = As<pb::Timestamp>(message)) {
    return Unquote(json, text) && pb::util::TimeUtil::FromString(text, timestamp);
  }
  if (auto* mask = As<pb::FieldMask>(message)) {
    return Unquote(json, text) && ReadFieldMask(text, *mask);
  }
  return ReadOther(json, message);
}

bool AppendWellKnownJson(const pb::Message& message, std::string& out) {
  if (!IsWellKnown(*message.GetDescriptor())) return false;
  if (const auto* duration = As<pb::Duration>(message)) {
    absl::StrAppend(&out, "\"", pb::util::TimeUtil::ToString(*duration), "\"");
    return true;
  }
  if (const auto* timestamp = As<pb::Timestamp>(message)) {
    absl::StrAppend(&out, "\"", pb::util::TimeUtil::ToString(*timestamp), "\"");
    return true;
  }
  std::string json;
  if (const auto* mask = As<pb::FieldMask>(message)) {
    if (pb::util::FieldMaskUtil::ToJsonString(*mask, &json)) {
      AppendJsonString(json, out);
    } else {
      AppendJsonString(pb::util::FieldMaskUtil::ToString(*mask), out);
    }
    return true;
  }
  out += pb::util::MessageToJsonString(message, &json).ok() ? json : "null";
  return true;
}

AnyContent UnpackAny(const pb::Message& any) {
  const pb::Descriptor& descriptor = *any.GetDescriptor();
  const pb::Reflection& reflection = *any.GetReflection();
  AnyContent content{.type_url = reflection.GetString(any, descriptor.FindFieldByNumber(1)),
                     .bytes = reflection.GetString(any, descriptor.FindFieldByNumber(2)),
                     .message = nullptr};
  const std::string name = content.type_url.substr(content.type_url.rfind('/') + 1);
  const pb::Descriptor* type = pb::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (type == nullptr) return content;
  std::unique_ptr<pb::Message> message(pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (message->ParseFromString(content.bytes)) content.message = std::move(message);
  return content;
}

}  // namespace mayfly::gateway
