#include "gateway/fixed_answers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/reason.h"
#include "gateway/http_error.h"

namespace mayfly::gateway {

std::string_view PathOf(std::string_view target) { return target.substr(0, target.find('?')); }

std::string AllowOf(std::vector<std::string> methods) {
  if (std::find(methods.begin(), methods.end(), "GET") != methods.end()) methods.push_back("HEAD");
  methods.push_back("OPTIONS");
  std::sort(methods.begin(), methods.end());
  return absl::StrJoin(methods, ", ");
}

HttpResponse OptionsResponse(const std::string& allow) {
  HttpResponse response{.status = 204};
  response.AddHeader("Allow", allow);
  return response;
}

HttpResponse MethodNotAllowed(const HttpRequestHead& head, const std::string& allow) {
  HttpResponse response =
      ErrorResponse(MakeError(absl::StatusCode::kUnimplemented, reason::kMethodNotAllowed,
                              absl::StrCat(PathOf(head.target), " does not take ", head.method, "; it takes ", allow)),
                    405);
  response.AddHeader("Allow", allow);
  return response;
}

HttpResponse NoRoute(const HttpRequestHead& head) {
  return ErrorResponse(MakeError(absl::StatusCode::kNotFound, reason::kRouteNotFound,
                                 absl::StrCat("nothing is served at ", PathOf(head.target))));
}

}  // namespace mayfly::gateway
