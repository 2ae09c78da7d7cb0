#include "clients/cli/manifest_reader.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/reason.h"
#include "clients/cli/fake_files.h"

namespace mayfly::cli {
namespace {

absl::StatusOr<FunctionFile> Read(std::string text, std::map<std::string, std::string> others = {}) {
  others["dir/f.json"] = std::move(text);
  return ReadManifest(FakeFiles(std::move(others)), "dir/f.json");
}

std::string FirstLine(const absl::Status& status) {
  return std::string(status.message().substr(0, status.message().find('\n')));
}

TEST(ManifestReaderTest, ReadsEveryField) {
  const auto function = Read(R"({
    // what it is
    "id": "greet", "languageId": "js", "functionName": "hello", "jsEvalAsModule": true,
    "source": "export …", "timeoutMillis": 100, "memory_limit_mib": 64,
    "dependencies": {"a": {"source": "1"}, "b_c": {"file": "lib/b.js"}},
  })",
                             {{"dir/lib/b.js", "2"}});
  ASSERT_TRUE(function.ok()) << function.status();
  const v1::Manifest& manifest = function->manifest;
  EXPECT_EQ(manifest.id(), "greet");
  EXPECT_EQ(manifest.language_id(), "js");
  EXPECT_EQ(manifest.function_name(), "hello");
  EXPECT_TRUE(manifest.js_eval_as_module());
  EXPECT_EQ(manifest.source(), "export …");
  EXPECT_EQ(manifest.timeout_millis(), 100);
  EXPECT_EQ(manifest.memory_limit_mib(), 64);
  EXPECT_EQ(manifest.dependencies().at("a").source(), "1");
  EXPECT_EQ(manifest.dependencies().at("b_c").source(), "2");
}

TEST(ManifestReaderTest, KeepsTheDigitsOfWarmUpEvents) {
  const auto function = Read(R"({
    "source": "", "languageId": "python", "pythonInterpreter": "main",
    "warmupEvents": [{"n": 12345678901234567890123, /* large */ "x": 1.50}, null, "ü", 1e400,],
  })");
  ASSERT_TRUE(function.ok()) << function.status();
  const v1::Manifest& manifest = function->manifest;
  EXPECT_EQ(manifest.python_interpreter(), "main");
  ASSERT_EQ(manifest.warmup_events_size(), 4);
  EXPECT_EQ(manifest.warmup_events(0), R"({"n":12345678901234567890123,"x":1.50})");
  EXPECT_EQ(manifest.warmup_events(1), "null");
  EXPECT_EQ(manifest.warmup_events(2), "\"ü\"");
  EXPECT_EQ(manifest.warmup_events(3), "1e400");
  EXPECT_EQ(FirstLine(Read(R"({"source": "", "warmupEvents": {}})").status()),
            "dir/f.json:1:16: \"warmupEvents\" must be a list of events");
}

TEST(ManifestReaderTest, LooksForFilesBesideTheManifestThenInTheWorkingFolder) {
  EXPECT_EQ(Read(R"({"sourceFile": "x.js"})", {{"dir/x.js", "beside"}, {"x.js", "here"}})->manifest.source(), "beside");
  EXPECT_EQ(Read(R"({"sourceFile": "x.js"})", {{"x.js", "here"}})->manifest.source(), "here");
  EXPECT_EQ(Read("{\n  \"sourceFile\": \"x.js\"}").status().message(),
            "dir/f.json:2:17: can't read dir/x.js: No such file or directory\n"
            "  1 | {\n"
            "> 2 |   \"sourceFile\": \"x.js\"}\n"
            "    |                 ^\n");
}

TEST(ManifestReaderTest, NamesThePlaceOfAnUnknownKeyAndTheNearestKnownOne) {
  EXPECT_EQ(Read("{\n  \"id\": \"a\",\n  \"sorce\": \"\"\n}").status().message(),
            "dir/f.json:3:3: unknown key \"sorce\"; did you mean 'source'?\n"
            "  1 | {\n"
            "  2 |   \"id\": \"a\",\n"
            "> 3 |   \"sorce\": \"\"\n"
            "    |   ^\n"
            "  4 | }\n");
  EXPECT_EQ(FirstLine(Read(R"({"source": "", "dependencies": {"x": {"fiel": ""}}})").status()),
            "dir/f.json:1:39: unknown key \"fiel\"; did you mean 'file'?");
}

TEST(ManifestReaderTest, NamesThePlaceOfAWrongValue) {
  EXPECT_EQ(FirstLine(Read(R"({"source": 1})").status()), "dir/f.json:1:2: \"source\" must be a string");
  EXPECT_EQ(FirstLine(Read(R"({"jsEvalAsModule": "no"})").status()),
            "dir/f.json:1:2: \"jsEvalAsModule\" must be true or false");
  EXPECT_EQ(FirstLine(Read(R"({"timeoutMillis": 1.5})").status()),
            "dir/f.json:1:2: \"timeoutMillis\" must be a whole number");
  EXPECT_EQ(FirstLine(Read(R"({"timeoutMillis": 1e300})").status()),
            "dir/f.json:1:2: \"timeoutMillis\" must be a whole number");
  EXPECT_EQ(FirstLine(Read(R"({"dependencies": {"a": "source"}})").status()),
            "dir/f.json:1:19: \"a\" must be an object: {\"source\": …} or {\"file\": …}");
  EXPECT_EQ(FirstLine(Read("[]").status()), "dir/f.json:1:1: a manifest is a JSON object");
}

TEST(ManifestReaderTest, WantsOneSource) {
  EXPECT_EQ(FirstLine(Read("{}").status()), "dir/f.json:1:1: \"source\" or \"sourceFile\" is missing");
  EXPECT_EQ(FirstLine(Read(R"({"source": "", "sourceFile": "x"})").status()),
            "dir/f.json:1:16: a manifest has \"source\" or \"sourceFile\", not both");
  EXPECT_EQ(FirstLine(Read(R"({"source": "", "source": ""})").status()),
            "dir/f.json:1:16: \"source\" stands here a second time");
  EXPECT_EQ(FirstLine(Read(R"({"source": "", "dependencies": {"a": {}}})").status()),
            "dir/f.json:1:33: this dependency has neither \"source\" nor \"file\"");
}

TEST(ManifestReaderTest, ImportsWhatGraalFaasStored) {
  const auto function = Read(R"({"id": "h", "languageId": "python", "functionName": "handler", "jsEvalAsModule": false,
                                 "sourceCode": "code", "dependencies": {"greeter": "module"}})");
  ASSERT_TRUE(function.ok()) << function.status();
  EXPECT_EQ(function->manifest.source(), "code");
  EXPECT_EQ(function->manifest.dependencies().at("greeter").source(), "module");
  EXPECT_EQ(FirstLine(Read(R"({"sourceCode": "", "timeoutMillis": 1})").status()),
            "dir/f.json:1:20: unknown key \"timeoutMillis\"");
}

TEST(ManifestReaderTest, ShowsKeysEscapedAndCut) {
  EXPECT_EQ(FirstLine(Read(R"({"\u001b[2J\n": 1})").status()), R"(dir/f.json:1:2: unknown key "\x1b[2J\n")");
  EXPECT_EQ(FirstLine(Read(R"({"dependencies": {"\u001b": 1}})").status()),
            R"(dir/f.json:1:19: "\x1b" must be an object: {"source": …} or {"file": …})");
  EXPECT_EQ(FirstLine(Read(R"({"dependencies": {"\u001b": {"source": ""}, "\u001b": {}}})").status()),
            R"(dir/f.json:1:45: "\x1b" stands here a second time)");
  EXPECT_EQ(FirstLine(Read("{\"" + std::string(1000, 'x') + "\": 1}").status()),
            "dir/f.json:1:2: unknown key \"" + std::string(64, 'x') + "\"");
}

TEST(ManifestReaderTest, RefusesPathsThatNoFileHas) {
  const std::string end = "a file's path, shorter than 4096 bytes and without control characters";
  EXPECT_EQ(FirstLine(Read(R"({"sourceFile": "x.js\u0000"})", {{"dir/x.js", ""}}).status()),
            "dir/f.json:1:2: \"sourceFile\" must be " + end);
  EXPECT_EQ(FirstLine(Read("{\"sourceFile\": \"" + std::string(4096, 'x') + "\"}").status()),
            "dir/f.json:1:2: \"sourceFile\" must be " + end);
}

TEST(WithPlacesTest, ShowsWhatTheServerFoundWrongInTheFile) {
  const auto function = Read("{\n \"source\": \"\",\n \"dependencies\": {\"a/b\": {\"source\": \"\"}}\n}");
  const absl::Status status = WithPlaces(
      *function,
      MakeFieldError(reason::kManifestInvalid, {{"dependencies.a/b.name", "bad name"}, {"languageId", "missing"}}));
  EXPECT_EQ(status.message(),
            "dir/f.json:3:19: dependencies.a/b.name: bad name\n"
            "  1 | {\n"
            "  2 |  \"source\": \"\",\n"
            "> 3 |  \"dependencies\": {\"a/b\": {\"source\": \"\"}}\n"
            "    |                   ^\n"
            "  4 | }\n"
            "\n"
            "dir/f.json:1:1: languageId: missing\n"
            "> 1 | {\n"
            "    | ^\n"
            "  2 |  \"source\": \"\",\n");
  EXPECT_EQ(ErrorReason(status), "MANIFEST_INVALID");
}

TEST(WithPlacesTest, LeavesOtherErrorsAsTheyAre) {
  const auto function = Read(R"({"source": ""})");
  const absl::Status status = MakeError(absl::StatusCode::kInternal, reason::kInternal, "no");
  EXPECT_EQ(WithPlaces(*function, status), status);
}

}  // namespace
}  // namespace mayfly::cli
