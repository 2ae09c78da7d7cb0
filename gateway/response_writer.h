// A response message as an HTTP response.
#ifndef MAYFLY_GATEWAY_RESPONSE_WRITER_H_
#define MAYFLY_GATEWAY_RESPONSE_WRITER_H_

#include <memory>
#include <string>

#include "gateway/http_message.h"
#include "gateway/route.h"

namespace mayfly::gateway {

// Status 200 and the body that the route's response_body asks for. JSON text and google.api.HttpBody are not copied:
// the response keeps `message` alive.
HttpResponse WriteResponse(const Route& route, std::shared_ptr<const google::protobuf::Message> message);

// The same body as text on its own, for a message of a stream.
std::string ResponseJson(const Route& route, const google::protobuf::Message& message);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_RESPONSE_WRITER_H_
