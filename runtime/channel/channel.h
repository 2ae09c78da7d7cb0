// The host–worker wire: a SOCK_SEQPACKET socket pair that carries small headers, and shared memory that carries what
// they speak of.
#ifndef MAYFLY_RUNTIME_CHANNEL_CHANNEL_H_
#define MAYFLY_RUNTIME_CHANNEL_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/unique_fd.h"

namespace mayfly::runtime {

enum class MessageType : uint32_t {
  // Host → worker.
  kLock = 1,     // the host has what it needs of /proc: lock the sandbox
  kLoad = 2,     // a LoadRequest
  kRun = 3,      // a RunRequest
  kPrepare = 4,  // make the worker pristine again
  // Worker → host.
  kLoaded = 5,    // a LoadReply
  kRan = 6,       // a RunReply
  kPrepared = 7,  // it is
};

// What a packet holds.
struct MessageHeader {
  MessageType type;
  uint32_t fields_bytes;
  uint64_t text_bytes;
  // Drawn at random by the host for each request; the reply repeats it. So a reply that a guest has planted can't be
  // taken for the answer to a later call, whose ticket it could not know.
  uint64_t ticket;
};

struct Message {
  MessageType type;
  uint64_t ticket;
  std::string fields;  // codec.h
  std::string text;    // the event, the result
};

// A mapping of the channel's memory: requests first, replies behind them.
class SharedMemory {
 public:
  // New memory, all zero and of fixed size. Errors: RESOURCE_EXHAUSTED.
  static absl::StatusOr<SharedMemory> Create();

  // Maps what Create made in another process.
  static absl::StatusOr<SharedMemory> Map(UniqueFd fd);

  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&&) = delete;
  ~SharedMemory();

  int fd() const { return fd_.get(); }
  char* requests() const { return base_; }
  char* replies() const;

  // Gives the pages back if there are more than kChannelKeptBytesMax, and says whether it did: the memory then is all
  // zero. Nobody may be using it.
  bool Trim();

  // Closes the descriptor; the mapping stays.
  void CloseFd() { fd_.reset(); }

 private:
  SharedMemory(UniqueFd fd, char* base) : fd_(std::move(fd)), base_(base) {}

  UniqueFd fd_;
  char* base_;
};

// One side of the wire. One message is under way at a time. Not thread-safe.
class Channel {
 public:
  enum class Side { kHost, kWorker };

  // Whether calls block is the socket's own setting.
  Channel(Side side, UniqueFd socket, SharedMemory memory)
      : side_(side), socket_(std::move(socket)), memory_(std::move(memory)) {}

  // Copies both texts into the memory and sends the header. Errors: CANCELLED when the peer has closed its end,
  // RESOURCE_EXHAUSTED when the texts don't fit.
  absl::Status Send(MessageType type, uint64_t ticket, std::string_view fields, std::string_view text);

  // Receives a header and copies what it speaks of out of the memory. Errors: UNAVAILABLE when nothing is there (and
  // the socket does not block), CANCELLED when the peer has closed its end, ABORTED when it has done so without having
  // read what was sent last (by the kernel's word), INVALID_ARGUMENT when it is malformed.
  absl::StatusOr<Message> Receive();

  // The host's, after a reply: wipes what it had sent and what it has received, so that no guest finds an earlier
  // call's event or result in the memory, and gives back what is more than kChannelKeptBytesMax. Costs what was used.
  void Forget();

  int socket() const { return socket_.get(); }
  SharedMemory& memory() { return memory_; }

 private:
  Side side_;
  UniqueFd socket_;
  SharedMemory memory_;
  size_t sent_bytes_ = 0;      // that lie in the memory since the last Forget
  size_t received_bytes_ = 0;  // likewise
  uint32_t forgotten_ = 0;     // times
};

// A connected pair of sockets for a channel: the host's end does not block, the worker's does; both are close-on-exec.
// Errors: RESOURCE_EXHAUSTED.
absl::StatusOr<std::pair<UniqueFd, UniqueFd>> MakeChannelSockets();

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_CHANNEL_CHANNEL_H_
