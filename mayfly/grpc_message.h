// Protobuf messages and the bytes that gRPC moves.
#ifndef MAYFLY_MAYFLY_GRPC_MESSAGE_H_
#define MAYFLY_MAYFLY_GRPC_MESSAGE_H_

#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"

namespace google::protobuf {
class Message;
}

namespace mayfly {

// Errors: INVALID_ARGUMENT REQUEST_INVALID for bytes that are no such message, text that is not UTF-8 among them.
absl::Status ParseMessage(const grpc::ByteBuffer& bytes, google::protobuf::Message& message);

grpc::ByteBuffer SerializeMessage(const google::protobuf::Message& message);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_GRPC_MESSAGE_H_
