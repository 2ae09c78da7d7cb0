// A client of Mayfly: stores functions and calls them.
//
//   mayfly::client::Client client(mayfly::client::ConnectGrpc({.address = "127.0.0.1:50051"}), {});
//   auto reply = client.Invoke("greet", R"({"name": "Ada"})");
//   if (!reply.ok()) return reply.status();
//
// An error is an absl::Status: its code is gRPC's, ErrorReason (base/error.h) is the word to decide by, and FindReceipt
// and FindFunctionError hold what the call left behind.
#ifndef MAYFLY_CLIENTS_CPP_CLIENT_H_
#define MAYFLY_CLIENTS_CPP_CLIENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cpp/backend.h"
#include "mayfly/v1/function.pb.h"
#include "mayfly/v1/invocation.pb.h"

namespace mayfly::client {

struct ClientOptions {
  std::string namespace_id = "default";
  // How long a call may take, waiting included. A function's own timeout counts too: the smaller wins.
  absl::Duration timeout = absl::InfiniteDuration();
};

struct GetOptions {
  int32_t revision = 0;  // 0: the latest
  v1::FunctionView view = v1::BASIC;
};

struct UpdateOptions {
  std::vector<std::string> fields;  // of the manifest: "source", "timeout_millis"; empty: all
  std::string etag;                 // when set, only if the latest revision still has it
  bool allow_missing = false;       // create what is not there
};

struct DeleteOptions {
  std::string etag;
  bool allow_missing = false;  // what is not there counts as deleted
};

struct Reply {
  std::string result;  // what the handler returned, as JSON
  v1::Receipt receipt;
};

// Thread-safe, but for a move. A function is named by its id, in the client's namespace, or by its whole name,
// "namespaces/{n}/functions/{id}".
class Client {
 public:
  Client(std::unique_ptr<Backend> backend, ClientOptions options);

  // Stores a function, or a new revision of the one that has this id.
  absl::StatusOr<v1::Function> Deploy(const v1::Manifest& manifest) const;

  // Stores a function that must not be there yet.
  absl::StatusOr<v1::Function> Create(const v1::Manifest& manifest) const;

  absl::StatusOr<v1::Function> Get(std::string_view id, const GetOptions& options = {}) const;

  // All functions of the namespace, in the order of their ids; as many calls as there are pages.
  absl::StatusOr<std::vector<v1::Function>> List() const;

  absl::StatusOr<v1::Function> Update(std::string_view id, const v1::Manifest& manifest,
                                      const UpdateOptions& options = {}) const;

  absl::Status Delete(std::string_view id, const DeleteOptions& options = {}) const;

  // The kept revisions, the newest first.
  absl::StatusOr<std::vector<v1::Function>> ListRevisions(std::string_view id) const;

  // Calls a function with an event, a JSON text; empty means {}.
  absl::StatusOr<Reply> Invoke(std::string_view id, std::string_view event = "", int32_t revision = 0) const;

  // Runs a function that is stored nowhere. The manifest's id is not used.
  absl::StatusOr<Reply> Run(const v1::Manifest& manifest, std::string_view event = "") const;

 private:
  absl::Status Call(std::string_view service, std::string_view method, const google::protobuf::Message& request,
                    google::protobuf::Message& response) const;
  std::string Parent() const;
  std::string FullName(std::string_view id) const;

  std::unique_ptr<Backend> backend_;
  ClientOptions options_;
};

// What an error carries of the call it ended: nullopt if the guest did not run, or did not fail.
std::optional<v1::Receipt> FindReceipt(const absl::Status& status);
std::optional<v1::FunctionError> FindFunctionError(const absl::Status& status);

}  // namespace mayfly::client

#endif  // MAYFLY_CLIENTS_CPP_CLIENT_H_
