#include "mayfly/error_size.h"

#include <functional>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "mayfly/v1/invocation.pb.h"

namespace mayfly {
namespace {

constexpr size_t kShortTextBytesMax = 512;
constexpr int kFewFrames = 8;
// Names of the headers, and what RFC 9113 counts for each.
constexpr size_t kHeaderOverheadBytes = 160;

// grpc-message is percent-encoded but for printable ASCII; grpc-status-details-bin is base64.
size_t EncodedSize(const google::rpc::Status& error) {
  size_t message_bytes = 0;
  for (const char c : error.message()) message_bytes += c >= 0x20 && c <= 0x7E && c != '%' ? 1 : 3;
  return message_bytes + (error.ByteSizeLong() + 2) / 3 * 4 + kHeaderOverheadBytes;
}

// Cuts between characters.
void Cut(std::string& text, size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  text += "…";
}

// Applies `change` to the detail of type Detail, if there is one. False: `change` found nothing to take.
template <typename Detail>
bool Change(google::rpc::Status& error, const std::function<bool(Detail&)>& change) {
  Detail detail;
  for (auto& packed : *error.mutable_details()) {
    if (!packed.UnpackTo(&detail)) continue;
    if (!change(detail)) return false;
    packed.PackFrom(detail);
    return true;
  }
  return false;
}

bool DropOlderHalfOfLogs(v1::Receipt& receipt) {
  if (receipt.logs().empty()) return false;
  receipt.mutable_logs()->DeleteSubrange(0, (receipt.logs_size() + 1) / 2);
  receipt.set_logs_truncated(true);
  return true;
}

bool ShortenStack(v1::FunctionError& error) {
  Cut(*error.mutable_stack(), kShortTextBytesMax);
  return true;
}

bool KeepFewFrames(v1::FunctionError& error) {
  if (error.frames_size() > kFewFrames) {
    error.mutable_frames()->DeleteSubrange(kFewFrames, error.frames_size() - kFewFrames);
  }
  return true;
}

bool ShortenMessage(v1::FunctionError& error) {
  Cut(*error.mutable_message(), kShortTextBytesMax);
  Cut(*error.mutable_type(), kShortTextBytesMax);
  return true;
}

bool KeepTypeAndMessage(v1::FunctionError& error) {
  error.clear_stack();
  error.clear_frames();
  error.clear_code_frame();
  return true;
}

void KeepOnlyInfo(google::rpc::Status& error) {
  auto* details = error.mutable_details();
  for (int i = details->size() - 1; i >= 0; --i) {
    if (!details->Get(i).Is<google::rpc::ErrorInfo>()) details->DeleteSubrange(i, 1);
  }
}

}  // namespace

void ShrinkError(google::rpc::Status& error, size_t bytes_max) {
  const auto fits = [&] { return EncodedSize(error) <= bytes_max; };
  while (!fits() && Change<v1::Receipt>(error, DropOlderHalfOfLogs)) {
  }
  for (const auto& change : {ShortenStack, KeepFewFrames, ShortenMessage, KeepTypeAndMessage}) {
    if (fits()) return;
    Change<v1::FunctionError>(error, change);
  }
  if (fits()) return;
  Cut(*error.mutable_message(), kShortTextBytesMax);
  if (fits()) return;
  KeepOnlyInfo(error);
  if (!fits()) error.clear_details();
}

}  // namespace mayfly
