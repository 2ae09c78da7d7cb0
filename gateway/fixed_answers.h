// Answers that need nothing of the contract: to a path without that method, and to one that is not there.
#ifndef MAYFLY_GATEWAY_FIXED_ANSWERS_H_
#define MAYFLY_GATEWAY_FIXED_ANSWERS_H_

#include <string>
#include <string_view>
#include <vector>

#include "gateway/http_message.h"

namespace mayfly::gateway {

// A request target's path: what stands before the query.
std::string_view PathOf(std::string_view target);

// The value of Allow: the methods a path has, with those that every path has.
std::string AllowOf(std::vector<std::string> methods);

// 204 with Allow.
HttpResponse OptionsResponse(const std::string& allow);

// 405 METHOD_NOT_ALLOWED with Allow.
HttpResponse MethodNotAllowed(const HttpRequestHead& head, const std::string& allow);

// 404 ROUTE_NOT_FOUND.
HttpResponse NoRoute(const HttpRequestHead& head);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_FIXED_ANSWERS_H_
