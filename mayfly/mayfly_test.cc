// The lines that docs/embedding.md shows, compiled as they stand there, and what they promise.
#include "mayfly/embedding_snippet.inc"

#include <gtest/gtest.h>

#include "base/error.h"

namespace mayfly {
namespace {

TEST(EmbeddingTest, TheLinesOfTheDocumentationWork) {
  const absl::StatusOr<std::string> greeting = Greet(R"({"name": "Ada"})");
  ASSERT_TRUE(greeting.ok()) << greeting.status();
  EXPECT_EQ(*greeting, "\"Hello, Ada!\"");
}

TEST(EmbeddingTest, AGuestsErrorIsAStatusWithItsPlace) {
  const absl::StatusOr<client::Client> functions = Open();
  ASSERT_TRUE(functions.ok()) << functions.status();
  v1::Manifest manifest;
  manifest.set_id("f");
  manifest.set_language_id("python");
  manifest.set_source("def handler(event):\n    return event['name']\n");
  ASSERT_TRUE(functions->Create(manifest).ok());
  const absl::StatusOr<client::Reply> reply = functions->Invoke("f");
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(ErrorReason(reply.status()), "FUNCTION_THREW");
  const auto error = client::FindFunctionError(reply.status());
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->type(), "KeyError");
  ASSERT_EQ(error->frames_size(), 1);
  EXPECT_EQ(error->frames(0).file(), "f.py");
  EXPECT_EQ(error->frames(0).line(), 2);
}

TEST(EmbeddingTest, WhatAFolderHoldsIsThereWhenItIsOpenedAgain) {
  const Options options{.data_dir = testing::TempDir() + "/embedding_test"};
  v1::Manifest manifest;
  manifest.set_id("kept");
  manifest.set_language_id("js");
  manifest.set_source("function handler() { return 1; }");
  {
    const absl::StatusOr<client::Client> functions = Open(options);
    ASSERT_TRUE(functions.ok()) << functions.status();
    ASSERT_TRUE(functions->Deploy(manifest).ok());
    EXPECT_FALSE(Open(options).ok());
  }
  const absl::StatusOr<client::Client> again = Open(options);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->Invoke("kept")->result, "1");
}

}  // namespace
}  // namespace mayfly
