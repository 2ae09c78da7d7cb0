#include "runtime/js/guest_error.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/limits.h"
#include "runtime/js/v8_strings.h"

namespace mayfly::runtime::js {
namespace {

// How deep causes are followed, and how many errors of an AggregateError are shown.
constexpr int kCauseDepthMax = 8;
constexpr uint32_t kAggregateErrorsMax = 16;

// A property, if it is there and can be read; what a getter throws is dropped.
v8::MaybeLocal<v8::Value> Get(v8::Local<v8::Context> context, v8::Local<v8::Value> holder, std::string_view name) {
  if (!holder->IsObject()) return {};
  v8::TryCatch ignore(context->GetIsolate());
  return holder.As<v8::Object>()->Get(context, Name(context->GetIsolate(), name));
}

// A property that is a string; empty otherwise.
std::string GetText(v8::Local<v8::Context> context, v8::Local<v8::Value> holder, std::string_view name,
                    size_t bytes_max) {
  v8::Local<v8::Value> value;
  if (!Get(context, holder, name).ToLocal(&value) || !value->IsString()) return "";
  return ToUtf8(context->GetIsolate(), value.As<v8::String>(), bytes_max);
}

// String(value), or what can be said of a value whose conversion throws.
std::string Text(v8::Local<v8::Context> context, v8::Local<v8::Value> value) {
  v8::TryCatch ignore(context->GetIsolate());
  v8::Local<v8::String> text;
  if (value->IsSymbol())
    return absl::StrCat("Symbol(", Text(context, value.As<v8::Symbol>()->Description(context->GetIsolate())), ")");
  if (!value->ToString(context).ToLocal(&text)) return "[object]";
  return ToUtf8(context->GetIsolate(), text, kErrorTextBytesMax);
}

std::string TypeOf(v8::Local<v8::Context> context, v8::Local<v8::Value> exception) {
  v8::Isolate* const isolate = context->GetIsolate();
  if (!exception->IsNativeError()) {
    if (exception->IsNull()) return "null";
    if (!exception->IsObject()) return ToUtf8(isolate, exception->TypeOf(isolate));
  }
  std::string name = GetText(context, exception, "name", kErrorTypeBytesMax);
  if (!name.empty() && name != "Error") return name;
  v8::Local<v8::Value> constructor;
  if (Get(context, exception, "constructor").ToLocal(&constructor)) {
    std::string class_name = GetText(context, constructor, "name", kErrorTypeBytesMax);
    if (!class_name.empty()) return class_name;
  }
  return name.empty() ? ToUtf8(isolate, exception->TypeOf(isolate)) : name;
}

std::string MessageOf(v8::Local<v8::Context> context, v8::Local<v8::Value> exception) {
  v8::Local<v8::Value> message;
  if (exception->IsObject() && Get(context, exception, "message").ToLocal(&message) && message->IsString()) {
    return ToUtf8(context->GetIsolate(), message.As<v8::String>(), kErrorTextBytesMax);
  }
  if (exception->IsObject() && !exception->IsNativeError()) {
    // A thrown plain object says more as JSON than as "[object Object]".
    v8::TryCatch ignore(context->GetIsolate());
    v8::Local<v8::String> json;
    if (v8::JSON::Stringify(context, exception).ToLocal(&json)) {
      return ToUtf8(context->GetIsolate(), json, kErrorTextBytesMax);
    }
  }
  return Text(context, exception);
}

bool IsOwnLine(std::string_view line) {
  return absl::StartsWith(line, "    at ") && (absl::StrContains(line, absl::StrCat("(", kOwnFilePrefix)) ||
                                               absl::StrContains(line, absl::StrCat("at ", kOwnFilePrefix)));
}

std::string WithoutOwnLines(std::string_view stack) {
  std::string kept;
  for (std::string_view line : absl::StrSplit(stack, '\n')) {
    if (!IsOwnLine(line)) absl::StrAppend(&kept, kept.empty() ? "" : "\n", line);
  }
  return kept;
}

StackFrame ToFrame(v8::Isolate* isolate, v8::Local<v8::StackFrame> frame) {
  const auto text = [isolate](v8::Local<v8::String> value) {
    return value.IsEmpty() ? "" : ToUtf8(isolate, value, kStackNameBytesMax);
  };
  std::string file = text(frame->GetScriptName());
  return StackFrame{
      .function = text(frame->GetFunctionName()),
      .file = file.empty() ? "<anonymous>" : std::move(file),
      .line = frame->GetLineNumber(),
      .column = frame->GetColumn(),
  };
}

std::vector<StackFrame> ToFrames(v8::Isolate* isolate, v8::Local<v8::StackTrace> trace) {
  std::vector<StackFrame> frames;
  for (int i = 0; i < trace->GetFrameCount() && frames.size() < kStackFramesMax; ++i) {
    StackFrame frame = ToFrame(isolate, trace->GetFrame(isolate, i));
    if (!absl::StartsWith(frame.file, kOwnFilePrefix)) frames.push_back(std::move(frame));
  }
  return frames;
}

// Where the message points: a syntax error has no frames, and neither has what was thrown without an Error.
std::vector<StackFrame> PlaceOf(v8::Local<v8::Context> context, v8::Local<v8::Message> message) {
  v8::Local<v8::Value> file = message->GetScriptResourceName();
  if (!file->IsString()) return {};
  StackFrame frame{
      .file = ToUtf8(context->GetIsolate(), file.As<v8::String>(), kStackNameBytesMax),
      .line = message->GetLineNumber(context).FromMaybe(0),
      .column = message->GetStartColumn(context).FromMaybe(-1) + 1,
  };
  if (frame.line < 1 || absl::StartsWith(frame.file, kOwnFilePrefix)) return {};
  return {std::move(frame)};
}

bool SamePlace(const StackFrame& a, const StackFrame& b) {
  return a.file == b.file && a.line == b.line && a.column == b.column;
}

// Where the source does not parse; empty for any other error. V8 keeps the place in the error itself.
std::vector<StackFrame> SyntaxPlace(v8::Local<v8::Context> context, v8::Local<v8::Value> exception,
                                    const std::vector<StackFrame>& thrown_at) {
  if (!exception->IsNativeError() || GetText(context, exception, "name", kErrorTypeBytesMax) != "SyntaxError")
    return {};
  std::vector<StackFrame> place = PlaceOf(context, v8::Exception::CreateMessage(context->GetIsolate(), exception));
  const bool is_thrown_there = !place.empty() && !thrown_at.empty() && SamePlace(place[0], thrown_at[0]);
  return is_thrown_there ? std::vector<StackFrame>() : place;
}

std::vector<StackFrame> FramesOf(v8::Local<v8::Context> context, v8::Local<v8::Value> exception,
                                 v8::Local<v8::Message> message) {
  v8::Isolate* const isolate = context->GetIsolate();
  const v8::Local<v8::StackTrace> own = v8::Exception::GetStackTrace(exception);
  std::vector<StackFrame> frames = own.IsEmpty() ? std::vector<StackFrame>() : ToFrames(isolate, own);
  if (std::vector<StackFrame> place = SyntaxPlace(context, exception, frames); !place.empty()) return place;
  if (!frames.empty() || message.IsEmpty()) return frames;
  const v8::Local<v8::StackTrace> thrown = message->GetStackTrace();
  if (!exception->IsNativeError() && !thrown.IsEmpty() && thrown->GetFrameCount() > 0) {
    return ToFrames(isolate, thrown);
  }
  return PlaceOf(context, message);
}

std::string PlaceText(const StackFrame& frame) { return absl::StrCat(frame.file, ":", frame.line, ":", frame.column); }

std::string RenderFrame(const StackFrame& frame) {
  return frame.function.empty() ? absl::StrCat("\n    at ", PlaceText(frame))
                                : absl::StrCat("\n    at ", frame.function, " (", PlaceText(frame), ")");
}

std::string Indent(std::string_view text) { return absl::StrReplaceAll(text, {{"\n", "\n  "}}); }

// The engine's rendering of an error, or one like it for other values. What the engine leaves out (the place of a
// syntax error) is put before the frames.
std::string StackOf(v8::Local<v8::Context> context, v8::Local<v8::Value> exception,
                    const std::vector<StackFrame>& frames) {
  const std::string stack = GetText(context, exception, "stack", kErrorTextBytesMax);
  std::string rendered = stack.empty() ? Text(context, exception) : WithoutOwnLines(stack);
  std::string missing;
  for (const StackFrame& frame : frames) {
    if (!absl::StrContains(rendered, PlaceText(frame))) missing += RenderFrame(frame);
  }
  rendered.insert(std::min(rendered.find("\n    at "), rendered.size()), missing);
  return rendered;
}

std::string StackWithCauses(v8::Local<v8::Context> context, v8::Local<v8::Value> exception,
                            const std::vector<StackFrame>& frames, int depth) {
  std::string stack = StackOf(context, exception, frames);
  if (!exception->IsNativeError() || depth == kCauseDepthMax || stack.size() >= kErrorTextBytesMax) return stack;
  v8::Local<v8::Value> value;
  if (Get(context, exception, "cause").ToLocal(&value) && !value->IsUndefined()) {
    absl::StrAppend(&stack, "\n  [cause]: ", Indent(StackWithCauses(context, value, {}, depth + 1)));
  }
  if (!Get(context, exception, "errors").ToLocal(&value) || !value->IsArray()) return stack;
  const v8::Local<v8::Array> errors = value.As<v8::Array>();
  for (uint32_t i = 0; i < std::min(errors->Length(), kAggregateErrorsMax); ++i) {
    v8::Local<v8::Value> error;
    if (!Get(context, errors, absl::StrCat(i)).ToLocal(&error)) continue;
    absl::StrAppend(&stack, "\n  [errors][", i, "]: ", Indent(StackWithCauses(context, error, {}, depth + 1)));
  }
  return stack;
}

// Cut at a character's boundary.
std::string Bounded(std::string text) {
  if (text.size() <= kErrorTextBytesMax) return text;
  size_t end = kErrorTextBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

}  // namespace

GuestError DescribeException(v8::Local<v8::Context> context, v8::Local<v8::Value> exception,
                             v8::Local<v8::Message> message) {
  const v8::HandleScope handles(context->GetIsolate());
  std::vector<StackFrame> frames = FramesOf(context, exception, message);
  std::string stack = Bounded(StackWithCauses(context, exception, frames, 0));
  return GuestError{
      .type = TypeOf(context, exception),
      .message = MessageOf(context, exception),
      .stack = std::move(stack),
      .frames = std::move(frames),
  };
}

GuestError DescribeException(v8::Local<v8::Context> context, const v8::TryCatch& caught) {
  return DescribeException(context, caught.Exception(), caught.Message());
}

std::string DescribeForLog(v8::Local<v8::Context> context, v8::Local<v8::Value> exception,
                           v8::Local<v8::Message> message) {
  const v8::HandleScope handles(context->GetIsolate());
  return Bounded(StackWithCauses(context, exception, FramesOf(context, exception, message), 0));
}

}  // namespace mayfly::runtime::js
