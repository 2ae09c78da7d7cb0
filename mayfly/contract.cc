#include "mayfly/contract.h"

#include "absl/log/check.h"
#include "mayfly/v1/function_service.pb.h"
#include "mayfly/v1/invocation_service.pb.h"

namespace mayfly {

const google::protobuf::ServiceDescriptor& FindService(const std::string& service) {
  const auto* found = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
  CHECK(found != nullptr) << service;
  return *found;
}

const google::protobuf::MethodDescriptor& FindMethod(const std::string& service, const std::string& method) {
  const auto* found = FindService(service).FindMethodByName(method);
  CHECK(found != nullptr) << service << "." << method;
  return *found;
}

}  // namespace mayfly
