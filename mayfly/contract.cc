#include "mayfly/contract.h"

#include <string>

#include "absl/log/check.h"
#include "mayfly/v1/function_service.pb.h"
#include "mayfly/v1/invocation_service.pb.h"

namespace mayfly {

const google::protobuf::ServiceDescriptor& FindService(std::string_view service) {
  const auto* found = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string(service));
  CHECK(found != nullptr) << service;
  return *found;
}

const google::protobuf::MethodDescriptor& FindMethod(std::string_view service, std::string_view method) {
  const auto* found = FindService(service).FindMethodByName(std::string(method));
  CHECK(found != nullptr) << service << "." << method;
  return *found;
}

}  // namespace mayfly
