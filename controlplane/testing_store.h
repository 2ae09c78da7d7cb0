// What the control plane's tests share: manifests, waiting for a store's answers, folders.
#ifndef MAYFLY_CONTROLPLANE_TESTING_STORE_H_
#define MAYFLY_CONTROLPLANE_TESTING_STORE_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <utility>

#include "absl/synchronization/notification.h"
#include "base/manifest.h"
#include "controlplane/store.h"

namespace mayfly::controlplane {

// A new folder of this test.
inline std::string NewFolder() {
  std::string folder = testing::TempDir() + "/controlplane-XXXXXX";
  EXPECT_NE(mkdtemp(folder.data()), nullptr);
  return folder;
}

inline FunctionName Named(const std::string& id) { return {.namespace_id = "default", .function_id = id}; }

inline PutRequest NewPut(const FunctionName& name, const std::string& source, PutMode mode = PutMode::kDeploy,
                         const std::string& etag = "") {
  PutRequest request{.name = name, .mode = mode, .etag = etag, .manifest = {}, .content_sha256 = ""};
  request.manifest.set_id(name.function_id);
  request.manifest.set_language_id("js");
  request.manifest.set_source(source);
  FillManifestDefaults(request.manifest);
  request.content_sha256 = ManifestSha256(request.manifest);
  return request;
}

inline absl::StatusOr<PutResult> PutAndWait(Store& store, PutRequest request) {
  absl::Notification answered;
  absl::StatusOr<PutResult> answer;
  store.Put(std::move(request), [&](absl::StatusOr<PutResult> result) {
    answer = std::move(result);
    answered.Notify();
  });
  answered.WaitForNotification();
  return answer;
}

inline absl::StatusOr<int64_t> DeleteAndWait(Store& store, const FunctionName& name, const std::string& etag = "") {
  absl::Notification answered;
  absl::StatusOr<int64_t> answer;
  store.Delete({.name = name, .etag = etag}, [&](absl::StatusOr<int64_t> result) {
    answer = std::move(result);
    answered.Notify();
  });
  answered.WaitForNotification();
  return answer;
}

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_TESTING_STORE_H_
