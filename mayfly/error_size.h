// Makes an error small enough for the peer that gets it.
#ifndef MAYFLY_MAYFLY_ERROR_SIZE_H_
#define MAYFLY_MAYFLY_ERROR_SIZE_H_

#include <cstddef>

namespace google::rpc {
class Status;
}

namespace mayfly {

// Over gRPC an error travels as metadata, of which a peer takes a bounded number of bytes: more, and it sees neither
// the error nor its reason. Takes away what a caller misses least until the error, as it is encoded, has at most
// `bytes_max` bytes: the oldest logs first, then the stack, the frames, the code frame, the ends of long messages, and
// at last every detail but ErrorInfo.
void ShrinkError(google::rpc::Status& error, size_t bytes_max);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_ERROR_SIZE_H_
