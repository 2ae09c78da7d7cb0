// Backends that answer as a test says, without servers or planes.
#ifndef MAYFLY_CLIENTS_CLI_FAKE_BACKENDS_H_
#define MAYFLY_CLIENTS_CLI_FAKE_BACKENDS_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "clients/cli/backends.h"

namespace mayfly::cli {

class FakeBackends final : public Backends {
 public:
  using Answer =
      std::function<absl::Status(const google::protobuf::Message& request, google::protobuf::Message& response)>;

  // How to answer a method, "GetFunction".
  template <typename Request, typename Response>
  void On(const std::string& method, std::function<absl::Status(const Request&, Response&)> answer) {
    answers_[method] = [answer = std::move(answer)](const google::protobuf::Message& request,
                                                    google::protobuf::Message& response) {
      return answer(static_cast<const Request&>(request), static_cast<Response&>(response));
    };
  }

  // Every call ends so.
  void FailAll(absl::Status status) { failure_ = std::move(status); }

  void SetFindings(std::vector<Finding> findings) { findings_ = std::move(findings); }
  void FailStore(absl::Status status) { store_failure_ = std::move(status); }

  // What was opened, in order: "grpc ADDRESS TOKEN", "store DIR", "memory"; and the methods called.
  const std::vector<std::string>& opened() const { return opened_; }
  const std::vector<std::string>& called() const { return called_; }

  std::unique_ptr<client::Backend> OverGrpc(const std::string& address, const std::string& token) override {
    return Open("grpc " + address + " " + token);
  }
  absl::StatusOr<std::unique_ptr<client::Backend>> OverStore(const std::string& data_dir) override {
    if (!store_failure_.ok()) return store_failure_;
    return Open("store " + data_dir);
  }
  absl::StatusOr<std::unique_ptr<client::Backend>> InMemory() override { return Open("memory"); }
  std::vector<Finding> Examine() override { return findings_; }

 private:
  class FakeBackend final : public client::Backend {
   public:
    explicit FakeBackend(FakeBackends& owner) : owner_(owner) {}
    absl::Status Call(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                      google::protobuf::Message& response, absl::Time) override {
      owner_.called_.push_back(method.name());
      if (!owner_.failure_.ok()) return owner_.failure_;
      return owner_.answers_.at(method.name())(request, response);
    }

   private:
    FakeBackends& owner_;
  };

  std::unique_ptr<client::Backend> Open(std::string what) {
    opened_.push_back(std::move(what));
    return std::make_unique<FakeBackend>(*this);
  }

  std::map<std::string, Answer> answers_;
  absl::Status failure_;
  absl::Status store_failure_;
  std::vector<Finding> findings_;
  std::vector<std::string> opened_;
  std::vector<std::string> called_;
};

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_FAKE_BACKENDS_H_
