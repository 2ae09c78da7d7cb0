#include "controlplane/update_mask.h"

#include <google/protobuf/field_mask.pb.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "base/reason.h"
#include "mayfly/v1/function.pb.h"

namespace mayfly::controlplane {
namespace {

google::protobuf::FieldMask Mask(std::initializer_list<const char*> paths) {
  google::protobuf::FieldMask mask;
  for (const char* path : paths) mask.add_paths(path);
  return mask;
}

v1::Manifest Stored() {
  v1::Manifest manifest;
  manifest.set_id("f");
  manifest.set_language_id("js");
  manifest.set_source("old");
  manifest.set_timeout_millis(1000);
  (*manifest.mutable_dependencies())["old"].set_source("1");
  return manifest;
}

v1::Manifest Update() {
  v1::Manifest manifest;
  manifest.set_source("new");
  manifest.set_memory_limit_mib(64);
  (*manifest.mutable_dependencies())["new"].set_source("2");
  return manifest;
}

TEST(UpdateMaskTest, ReplacesTheNamedFieldsAlone) {
  v1::Manifest manifest = Stored();
  ApplyUpdateMask(Mask({"source", "timeoutMillis", "timeout_millis"}), Update(), manifest);
  EXPECT_EQ(manifest.id(), "f");
  EXPECT_EQ(manifest.language_id(), "js");
  EXPECT_EQ(manifest.source(), "new");
  EXPECT_EQ(manifest.timeout_millis(), 0);
  EXPECT_EQ(manifest.memory_limit_mib(), 0);
  EXPECT_EQ(manifest.dependencies().count("old"), 1u);
}

TEST(UpdateMaskTest, ReplacesDependenciesWhole) {
  v1::Manifest manifest = Stored();
  ApplyUpdateMask(Mask({"dependencies"}), Update(), manifest);
  ASSERT_EQ(manifest.dependencies().size(), 1u);
  EXPECT_EQ(manifest.dependencies().at("new").source(), "2");
  EXPECT_EQ(manifest.source(), "old");
}

TEST(UpdateMaskTest, ReplacesAllWhenEmptyOrStar) {
  for (const auto& mask : {Mask({}), Mask({"*"})}) {
    v1::Manifest manifest = Stored();
    EXPECT_TRUE(ValidateUpdateMask(mask).ok());
    ApplyUpdateMask(mask, Update(), manifest);
    EXPECT_EQ(manifest.language_id(), "");
    EXPECT_EQ(manifest.source(), "new");
  }
}

TEST(UpdateMaskTest, RefusesOtherPathsAndNamesTheNearest) {
  const std::pair<const char*, const char*> cases[] = {
      {"sorce", "updateMask: 'sorce' is no field of a manifest; did you mean 'source'?"},
      {"dependencies.a", "updateMask: 'dependencies.a' is within a field that is replaced whole; name 'dependencies'"},
      {"*", "updateMask: '*' stands for all fields, so it stands alone"},
      {"", "updateMask: '' is no field of a manifest"},
  };
  for (const auto& [path, message] : cases) {
    const absl::Status status = ValidateUpdateMask(Mask({"source", path}));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ErrorReason(status), reason::kRequestInvalid);
    EXPECT_EQ(status.message(), message);
  }
  EXPECT_TRUE(ValidateUpdateMask(Mask({"id", "languageId", "memory_limit_mib"})).ok());
}

}  // namespace
}  // namespace mayfly::controlplane
