#include "runtime/channel/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/limits.h"

namespace mayfly::runtime {
namespace {

// Of how many messages, whose headers speak of little, one has the kernel asked for what the memory really takes.
constexpr uint32_t kTrimPeriod = 16;

constexpr size_t kBytes = kChannelRequestBytesMax + kChannelReplyBytesMax;

absl::Status Exhausted(std::string_view what) {
  return absl::ResourceExhaustedError(absl::StrCat(what, ": ", strerror(errno)));
}

// Whether both texts fit in `room` bytes; written so that no sum can overflow.
bool Fits(uint64_t fields_bytes, uint64_t text_bytes, size_t room) {
  return fields_bytes <= room && text_bytes <= room - fields_bytes;
}

bool IsGone(int error) { return error == EPIPE || error == ECONNRESET || error == ENOTCONN; }

absl::Status PeerGone() { return absl::CancelledError("the peer has closed the channel"); }

}  // namespace

absl::StatusOr<SharedMemory> SharedMemory::Create() {
  UniqueFd fd(memfd_create("mayfly-channel", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd.valid()) return Exhausted("memfd_create");
  if (ftruncate(fd.get(), kBytes) != 0) return Exhausted("ftruncate");
  if (fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return Exhausted("F_ADD_SEALS");
  return Map(std::move(fd));
}

absl::StatusOr<SharedMemory> SharedMemory::Map(UniqueFd fd) {
  void* base = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (base == MAP_FAILED) return Exhausted("mmap of the channel");
  return SharedMemory(std::move(fd), static_cast<char*>(base));
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : fd_(std::move(other.fd_)), base_(std::exchange(other.base_, nullptr)) {}

SharedMemory::~SharedMemory() {
  if (base_ != nullptr) munmap(base_, kBytes);
}

char* SharedMemory::replies() const { return base_ + kChannelRequestBytesMax; }

bool SharedMemory::Trim() {
  struct stat status;
  // The kernel is asked, not the guest: it may have written where no header spoke of.
  if (fstat(fd_.get(), &status) != 0 || status.st_blocks * 512 <= static_cast<int64_t>(kChannelKeptBytesMax)) {
    return false;
  }
  return fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, kBytes) == 0;
}

absl::Status Channel::Send(MessageType type, uint64_t ticket, std::string_view fields, std::string_view text) {
  const bool host = side_ == Side::kHost;
  if (!Fits(fields.size(), text.size(), host ? kChannelRequestBytesMax : kChannelReplyBytesMax)) {
    return absl::ResourceExhaustedError("the message is larger than the channel's memory");
  }
  char* area = host ? memory_.requests() : memory_.replies();
  memcpy(area, fields.data(), fields.size());
  memcpy(area + fields.size(), text.data(), text.size());
  sent_bytes_ = std::max(sent_bytes_, fields.size() + text.size());
  const MessageHeader header = {
      .type = type,
      .fields_bytes = static_cast<uint32_t>(fields.size()),
      .text_bytes = text.size(),
      .ticket = ticket,
  };
  while (send(socket_.get(), &header, sizeof(header), MSG_NOSIGNAL) < 0) {
    if (IsGone(errno)) return PeerGone();
    if (errno != EINTR) return Exhausted("send");
  }
  return absl::OkStatus();
}

absl::StatusOr<Message> Channel::Receive() {
  MessageHeader header;
  ssize_t length;
  do {
    length = recv(socket_.get(), &header, sizeof(header), MSG_TRUNC);
  } while (length < 0 && errno == EINTR);
  // unix(7): the socket was closed with unread data in it.
  if (length < 0 && errno == ECONNRESET) return absl::AbortedError("the peer has not read what was sent");
  if (length == 0 || (length < 0 && IsGone(errno))) return PeerGone();
  if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return absl::UnavailableError("nothing is there yet");
  if (length < 0) return absl::InternalError(absl::StrCat("recv: ", strerror(errno)));
  if (length != sizeof(header)) return absl::InvalidArgumentError("a header has the wrong length");
  const bool host = side_ == Side::kHost;
  if (!Fits(header.fields_bytes, header.text_bytes, host ? kChannelReplyBytesMax : kChannelRequestBytesMax)) {
    return absl::InvalidArgumentError("a header speaks of more than the channel's memory");
  }
  const char* area = host ? memory_.replies() : memory_.requests();
  received_bytes_ = std::max<size_t>(received_bytes_, header.fields_bytes + header.text_bytes);
  return Message{
      .type = header.type,
      .ticket = header.ticket,
      .fields = std::string(area, header.fields_bytes),
      .text = std::string(area + header.fields_bytes, header.text_bytes),
  };
}

void Channel::Forget() {
  // Between the times that the kernel is asked, the memory can't grow beyond its size.
  const bool look = sent_bytes_ + received_bytes_ > kChannelKeptBytesMax || forgotten_++ % kTrimPeriod == 0;
  if (!look || !memory_.Trim()) {
    memset(memory_.requests(), 0, sent_bytes_);
    memset(memory_.replies(), 0, received_bytes_);
  }
  sent_bytes_ = 0;
  received_bytes_ = 0;
}

absl::StatusOr<std::pair<UniqueFd, UniqueFd>> MakeChannelSockets() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return Exhausted("socketpair");
  UniqueFd host(ends[0]);
  UniqueFd worker(ends[1]);
  if (fcntl(host.get(), F_SETFL, O_NONBLOCK) != 0) return Exhausted("O_NONBLOCK");
  return std::pair(std::move(host), std::move(worker));
}

}  // namespace mayfly::runtime
