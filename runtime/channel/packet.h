// One packet of a SOCK_SEQPACKET socket, with descriptors.
#ifndef MAYFLY_RUNTIME_CHANNEL_PACKET_H_
#define MAYFLY_RUNTIME_CHANNEL_PACKET_H_

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <vector>

#include "base/unique_fd.h"

namespace mayfly::runtime {

inline constexpr size_t kPacketFdsMax = 4;

// Sends one packet and copies of at most kPacketFdsMax descriptors. Never raises SIGPIPE. Returns 0 or an errno.
int SendPacket(int socket, std::span<const std::byte> bytes, std::span<const int> fds = {});

// Receives one packet into `bytes`; its descriptors (close-on-exec) are appended to `fds`. Returns its length, 0 when
// the peer has closed its end, or -1 with errno; a packet that does not fit `bytes`, or brings more descriptors than
// kPacketFdsMax, is EMSGSIZE.
ssize_t ReceivePacket(int socket, std::span<std::byte> bytes, std::vector<UniqueFd>& fds);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_CHANNEL_PACKET_H_
