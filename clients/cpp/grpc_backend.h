// A client's calls over gRPC.
#ifndef MAYFLY_CLIENTS_CPP_GRPC_BACKEND_H_
#define MAYFLY_CLIENTS_CPP_GRPC_BACKEND_H_

#include <memory>
#include <string>

#include "clients/cpp/backend.h"

namespace mayfly::client {

struct GrpcOptions {
  std::string address;  // "127.0.0.1:50051", or any name gRPC resolves
  std::string
      token;  // sent as a bearer token; empty: none. Over plain text: keep it on the machine or inside the cluster.
};

// Connects when the first call is made, and again whenever the connection is lost.
std::unique_ptr<Backend> ConnectGrpc(GrpcOptions options);

}  // namespace mayfly::client

#endif  // MAYFLY_CLIENTS_CPP_GRPC_BACKEND_H_
