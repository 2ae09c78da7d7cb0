#include "dataplane/stderr_log.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <string_view>
#include <utility>

#include "absl/log/log.h"
#include "absl/strings/escaping.h"
#include "base/limits.h"

namespace mayfly::dataplane {
namespace {

constexpr size_t kLineBytesMax = 1024;

}  // namespace

StderrLog::StderrLog(boost::asio::any_io_executor executor, UniqueFd pipe, std::string prefix)
    : strand_(std::move(executor)),
      pipe_(strand_, pipe.release()),
      pause_(strand_),
      prefix_(std::move(prefix)),
      room_(kWorkerStderrBytesPerSecondMax) {}

void StderrLog::Start() {
  boost::asio::post(strand_, [self = shared_from_this()] { self->Wait(); });
}

void StderrLog::Stop() {
  boost::asio::post(strand_, [self = shared_from_this()] {
    self->pipe_.close();
    self->pause_.cancel();
  });
}

void StderrLog::Wait() {
  pipe_.async_wait(pipe_.wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (!error) self->Read();
  });
}

void StderrLog::Read() {
  char bytes[4096];
  const ssize_t length = read(pipe_.native_handle(), bytes, std::min(sizeof(bytes), room_));
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return Wait();
  unfinished_.append(bytes, std::max<ssize_t>(length, 0));
  LogLines(length <= 0);
  if (length <= 0) return;
  room_ -= length;
  return room_ == 0 ? Pause() : Wait();
}

void StderrLog::Pause() {
  LOG(WARNING) << prefix_ << "writes more than " << kWorkerStderrBytesPerSecondMax
               << " bytes a second; some may be lost";
  pause_.expires_after(std::chrono::seconds(1));
  pause_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (error) return;
    self->room_ = kWorkerStderrBytesPerSecondMax;
    self->Wait();
  });
}

void StderrLog::LogLines(bool at_end) {
  std::string_view rest = unfinished_;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const bool whole = end != std::string_view::npos;
    if (!whole && !at_end && rest.size() < kLineBytesMax) break;
    const size_t length = std::min({end, rest.size(), kLineBytesMax});
    LOG(WARNING) << prefix_ << absl::Utf8SafeCHexEscape(rest.substr(0, length));
    rest.remove_prefix(std::min(rest.size(), length == end ? length + 1 : length));
  }
  unfinished_ = std::string(rest);
}

}  // namespace mayfly::dataplane
