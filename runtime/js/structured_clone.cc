#include "runtime/js/structured_clone.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/js/prelude_call.h"
#include "runtime/js/v8_strings.h"

namespace mayfly::runtime::js {
namespace {

constexpr int kDomException = 1;

void ThrowDataCloneError(v8::Isolate* isolate, v8::Local<v8::String> message) {
  v8::Local<v8::Value> error;
  if (CallPrelude(isolate->GetCurrentContext(), "dataCloneError", message).ToLocal(&error)) {
    isolate->ThrowException(error);
  }
}

class Writer final : public v8::ValueSerializer::Delegate {
 public:
  explicit Writer(v8::Isolate* isolate) : isolate_(isolate), serializer_(isolate, this) {}

  v8::ValueSerializer& serializer() { return serializer_; }
  const std::vector<std::shared_ptr<v8::BackingStore>>& shared() const { return shared_; }
  const std::vector<v8::Local<v8::Object>>& copies() const { return copies_; }

  void ThrowDataCloneError(v8::Local<v8::String> message) override { js::ThrowDataCloneError(isolate_, message); }

  bool HasCustomHostObject(v8::Isolate* isolate) override { return true; }

  v8::Maybe<bool> IsHostObject(v8::Isolate* isolate, v8::Local<v8::Object> object) override {
    int32_t kind;
    if (!Kind(object).To(&kind)) return v8::Nothing<bool>();
    return v8::Just(kind != 0);
  }

  v8::Maybe<bool> WriteHostObject(v8::Isolate* isolate, v8::Local<v8::Object> object) override {
    const v8::Local<v8::Context> context = isolate->GetCurrentContext();
    int32_t kind;
    if (!Kind(object).To(&kind)) return v8::Nothing<bool>();
    if (kind == kDomException) return WriteDomException(context, object);
    ThrowDataCloneError(
        v8::String::Concat(isolate, object->GetConstructorName(), ToV8(isolate, " object could not be cloned.")));
    return v8::Nothing<bool>();
  }

  v8::Maybe<uint32_t> GetSharedArrayBufferId(v8::Isolate* isolate, v8::Local<v8::SharedArrayBuffer> buffer) override {
    shared_.push_back(buffer->GetBackingStore());
    return v8::Just(static_cast<uint32_t>(shared_.size() - 1));
  }

 private:
  v8::Maybe<int32_t> Kind(v8::Local<v8::Object> object) {
    const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
    v8::Local<v8::Value> kind;
    if (!CallPrelude(context, "platformKind", object).ToLocal(&kind)) return v8::Nothing<int32_t>();
    return kind->Int32Value(context);
  }

  // V8 runs no JavaScript while it reads, so the copy is made now, and only its place is written.
  v8::Maybe<bool> WriteDomException(v8::Local<v8::Context> context, v8::Local<v8::Object> object) {
    v8::Local<v8::Value> copy;
    if (!CallPrelude(context, "copyDomException", object).ToLocal(&copy)) return v8::Nothing<bool>();
    serializer_.WriteUint32(static_cast<uint32_t>(copies_.size()));
    copies_.push_back(copy.As<v8::Object>());
    return v8::Just(true);
  }

  v8::Isolate* const isolate_;
  v8::ValueSerializer serializer_;
  std::vector<std::shared_ptr<v8::BackingStore>> shared_;
  std::vector<v8::Local<v8::Object>> copies_;
};

class Reader final : public v8::ValueDeserializer::Delegate {
 public:
  // `writer` outlives it.
  Reader(v8::Isolate* isolate, std::pair<uint8_t*, size_t> bytes, const Writer& writer)
      : deserializer_(isolate, bytes.first, bytes.second, this), writer_(writer) {}

  v8::ValueDeserializer& deserializer() { return deserializer_; }

  v8::MaybeLocal<v8::Object> ReadHostObject(v8::Isolate* isolate) override {
    uint32_t index;
    if (!deserializer_.ReadUint32(&index)) return {};
    return writer_.copies()[index];
  }

  v8::MaybeLocal<v8::SharedArrayBuffer> GetSharedArrayBufferFromId(v8::Isolate* isolate, uint32_t id) override {
    return v8::SharedArrayBuffer::New(isolate, writer_.shared()[id]);
  }

 private:
  v8::ValueDeserializer deserializer_;
  const Writer& writer_;
};

// The ArrayBuffers to move. Throws and gives false if one of them can't be moved.
bool CollectTransfer(v8::Local<v8::Context> context, v8::Local<v8::Array> transfer,
                     std::vector<v8::Local<v8::ArrayBuffer>>& buffers) {
  v8::Isolate* const isolate = context->GetIsolate();
  for (uint32_t i = 0; i < transfer->Length(); ++i) {
    v8::Local<v8::Value> item;
    if (!transfer->Get(context, i).ToLocal(&item)) return false;
    if (!item->IsArrayBuffer() || !item.As<v8::ArrayBuffer>()->IsDetachable() ||
        item.As<v8::ArrayBuffer>()->WasDetached()) {
      ThrowDataCloneError(isolate, ToV8(isolate, "Value could not be transferred."));
      return false;
    }
    for (const v8::Local<v8::ArrayBuffer>& buffer : buffers) {
      if (buffer == item) {
        ThrowDataCloneError(isolate, ToV8(isolate, "The transfer list names an ArrayBuffer twice."));
        return false;
      }
    }
    buffers.push_back(item.As<v8::ArrayBuffer>());
  }
  return true;
}

v8::MaybeLocal<v8::Value> Clone(v8::Local<v8::Context> context, v8::Local<v8::Value> value,
                                const std::vector<v8::Local<v8::ArrayBuffer>>& transfer) {
  v8::Isolate* const isolate = context->GetIsolate();
  Writer writer(isolate);
  writer.serializer().WriteHeader();
  for (uint32_t i = 0; i < transfer.size(); ++i) writer.serializer().TransferArrayBuffer(i, transfer[i]);
  if (writer.serializer().WriteValue(context, value).IsNothing()) return {};
  const std::pair<uint8_t*, size_t> bytes = writer.serializer().Release();
  const std::unique_ptr<uint8_t, decltype(&free)> owned(bytes.first, free);
  Reader reader(isolate, bytes, writer);
  for (uint32_t i = 0; i < transfer.size(); ++i) {
    const std::shared_ptr<v8::BackingStore> store = transfer[i]->GetBackingStore();
    if (transfer[i]->Detach(v8::Local<v8::Value>()).IsNothing()) return {};
    reader.deserializer().TransferArrayBuffer(i, v8::ArrayBuffer::New(isolate, store));
  }
  if (reader.deserializer().ReadHeader(context).IsNothing()) return {};
  return reader.deserializer().ReadValue(context);
}

}  // namespace

void StructuredClone(const v8::FunctionCallbackInfo<v8::Value>& arguments) {
  const v8::Local<v8::Context> context = arguments.GetIsolate()->GetCurrentContext();
  std::vector<v8::Local<v8::ArrayBuffer>> transfer;
  if (!CollectTransfer(context, arguments[1].As<v8::Array>(), transfer)) return;
  v8::Local<v8::Value> copy;
  if (Clone(context, arguments[0], transfer).ToLocal(&copy)) arguments.GetReturnValue().Set(copy);
}

}  // namespace mayfly::runtime::js
