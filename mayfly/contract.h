// The contract's services, as protobuf describes them.
#ifndef MAYFLY_MAYFLY_CONTRACT_H_
#define MAYFLY_MAYFLY_CONTRACT_H_

#include <string_view>

namespace google::protobuf {
class MethodDescriptor;
class ServiceDescriptor;
}  // namespace google::protobuf

namespace mayfly {

inline constexpr char kFunctionService[] = "mayfly.v1.FunctionService";
inline constexpr char kInvocationService[] = "mayfly.v1.InvocationService";

// `service` is one of the two, or another that the process links. Owned by protobuf.
const google::protobuf::ServiceDescriptor& FindService(std::string_view service);

// A method that the service has: "GetFunction".
const google::protobuf::MethodDescriptor& FindMethod(std::string_view service, std::string_view method);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_CONTRACT_H_
