// Another process of Mayfly, as this one calls it.
#ifndef MAYFLY_MAYFLY_PEER_H_
#define MAYFLY_MAYFLY_PEER_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "base/call.h"

namespace mayfly {

struct Peer {
  std::string address;  // "127.0.0.1:50051"
  std::string token;    // empty: none
};

// A channel that takes what a peer may send, notices one that is gone, and reconnects within seconds.
std::shared_ptr<grpc::Channel> Connect(const Peer& peer);

// What goes with each call of our own: the token, and that errors are taken whole.
Metadata PeerMetadata(const Peer& peer);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_PEER_H_
