// HTTP headers as gRPC metadata, and back, by allow-lists.
#ifndef MAYFLY_GATEWAY_METADATA_HEADERS_H_
#define MAYFLY_GATEWAY_METADATA_HEADERS_H_

#include "absl/status/statusor.h"
#include "base/call.h"
#include "gateway/http_message.h"

namespace mayfly::gateway {

// Authorization, traceparent and tracestate under their own names, Grpc-Metadata-X as x (a key that ends in "-bin" from
// base64). Keys that gRPC reserves are passed over. Errors: INVALID_ARGUMENT REQUEST_INVALID for a key or value that
// metadata cannot hold; RESOURCE_EXHAUSTED REQUEST_TOO_LARGE for more than kMetadataBytesMax in all.
absl::StatusOr<Metadata> MetadataFromHeaders(const HttpHeaders& headers);

// Adds a call's response metadata to a response: mayfly-* as Mayfly-*, server-timing as Server-Timing, x-http-code as
// the status, anything else as Grpc-Metadata-*.
void AddMetadataHeaders(const Metadata& metadata, HttpResponse& response);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_METADATA_HEADERS_H_
