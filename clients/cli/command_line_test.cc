// Each command and each mistake: what stands on stdout, on stderr, and the exit code.
#include "clients/cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/error.h"
#include "base/reason.h"
#include "clients/cli/fake_backends.h"
#include "clients/cli/fake_files.h"
#include "mayfly/v1/function_service.pb.h"
#include "mayfly/v1/invocation_service.pb.h"

namespace mayfly::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr char kHelloSource[] = "function handler() {}";
constexpr char kWarmReceipt[] = "queue 0.0 ms · warm · run 1.5 ms · fresh\n";

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

v1::Receipt WarmReceipt() {
  v1::Receipt receipt;
  receipt.set_start(v1::WARM);
  receipt.set_isolation(v1::FRESH);
  receipt.mutable_run_time()->set_nanos(1'500'000);
  return receipt;
}

// What a hostile guest answers that has seen `seen`.
template <typename Request, typename Response>
absl::Status AnswerHostile(const Request& request, Response& response, const std::string& seen) {
  if (request.event() == "[\"exits\"]") return MakeError(absl::StatusCode::kUnknown, reason::kFunctionThrew, "exits");
  response.set_result("[\"" + seen + "\"]");
  *response.mutable_receipt() = WarmReceipt();
  return absl::OkStatus();
}

class CommandLineTest : public testing::Test {
 protected:
  CommandLineTest() {
    backends_.On<v1::DeployFunctionRequest, v1::Function>("DeployFunction", [](const auto& request, auto& function) {
      if (request.manifest().id() == "bad") {
        return MakeFieldError(reason::kManifestInvalid, {{"languageId", "'perl' is no language"}});
      }
      function.set_id(request.manifest().id());
      function.set_language_id(request.manifest().language_id());
      function.set_revision(2);
      return absl::OkStatus();
    });
    backends_.On<v1::InvokeRequest, v1::InvokeResponse>("Invoke", [](const auto& request, auto& response) {
      response.set_result("[\"" + request.name() + "\"," + std::to_string(request.revision()) + "," +
                          (request.event().empty() ? "null" : request.event()) + "]");
      *response.mutable_receipt() = WarmReceipt();
      return absl::OkStatus();
    });
    backends_.On<v1::RunRequest, v1::RunResponse>("Run", [](const auto& request, auto& response) {
      response.set_result("\"" + request.language_id() + "\"");
      *response.mutable_receipt() = WarmReceipt();
      return absl::OkStatus();
    });
  }

  // Calls of used workers find this; new workers find nothing.
  void HostileGuestsSee(const std::string& seen) {
    backends_.On<v1::RunRequest, v1::RunResponse>(
        "Run", [](const auto& request, auto& response) { return AnswerHostile(request, response, ""); });
    backends_.On<v1::InvokeRequest, v1::InvokeResponse>(
        "Invoke", [seen](const auto& request, auto& response) { return AnswerHostile(request, response, seen); });
  }

  Outcome Run(std::vector<std::string> arguments, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out, err;
    const Terminal terminal{in, Screen(out, Colour::kNever), Screen(err, Colour::kNever)};
    const ExitCode code = RunCommandLine(std::move(arguments), {.terminal = terminal,
                                                                .files = files_,
                                                                .examples = examples_,
                                                                .hostile_guests = hostile_guests_,
                                                                .backends = backends_,
                                                                .extra_commands = {}});
    return {.code = static_cast<int>(code), .out = out.str(), .err = err.str()};
  }

  FakeBackends backends_;
  FakeFiles hostile_guests_{{
      {"clients/cli/hostile_guests/guests.txt",
       "# What they do\n\njs | globals | ANSWERED | plants globals\npython | exits | FUNCTION_THREW | exits\n"},
      {"clients/cli/hostile_guests/js.json", R"({"id": "function", "languageId": "js", "source": "1"})"},
      {"clients/cli/hostile_guests/python.json", R"({"id": "function", "languageId": "python", "source": "1"})"},
  }};
  FakeFiles files_{{
      {"hello.js", kHelloSource},
      {"bad.json", "{\n  \"id\": \"bad\",\n  \"languageId\": \"perl\",\n  \"source\": \"\"\n}\n"},
      {"typo.json", "{\n  \"sorce\": \"\"\n}\n"},
      {"event.json", "[7]"},
      {"token", "# ours\nsecret\n"},
      {"empty", "\n"},
      {"folder/a.js", ""},
      {"folder/b.py", ""},
  }};
  FakeFiles examples_{{}};
};

TEST_F(CommandLineTest, UploadStoresFilesAndFolders) {
  const Outcome outcome = Run({"upload", "hello.js", "folder"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "hello  revision 2  js\na  revision 2  js\nb  revision 2  python\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(backends_.opened(), ElementsAre("grpc 127.0.0.1:50051 "));
}

TEST_F(CommandLineTest, UploadStoresNothingWhenAFileIsWrong) {
  const Outcome outcome = Run({"upload", "hello.js", "typo.json"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "error: typo.json:2:3: unknown key \"sorce\"; did you mean 'source'? [MANIFEST_INVALID]\n"
            "    1 | {\n"
            "  > 2 |   \"sorce\": \"\"\n"
            "      |   ^\n"
            "    3 | }\n");
  EXPECT_THAT(backends_.opened(), IsEmpty());
}

TEST_F(CommandLineTest, UploadShowsWhatTheServerRefusesInTheFileAndGoesOn) {
  const Outcome outcome = Run({"upload", "bad.json", "hello.js"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "hello  revision 2  js\n");
  EXPECT_EQ(outcome.err,
            "error: bad.json:3:3: languageId: 'perl' is no language [MANIFEST_INVALID]\n"
            "    1 | {\n"
            "    2 |   \"id\": \"bad\",\n"
            "  > 3 |   \"languageId\": \"perl\",\n"
            "      |   ^\n"
            "    4 |   \"source\": \"\"\n");
}

TEST_F(CommandLineTest, UploadPrintsAnArrayAsJson) {
  const Outcome outcome = Run({"upload", "hello.js", "--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, StartsWith(R"([{"name":"","id":"hello","languageId":"js",)"));
}

TEST_F(CommandLineTest, ListPrintsATable) {
  backends_.On<v1::ListFunctionsRequest, v1::ListFunctionsResponse>(
      "ListFunctions", [](const auto& request, auto& page) {
        EXPECT_EQ(request.parent(), "namespaces/team");
        v1::Function* function = page.add_functions();
        function->set_id("hello");
        function->set_language_id("js");
        function->set_revision(3);
        function->set_function_name("handler");
        function->mutable_update_time()->set_seconds(1'700'000'000);
        return absl::OkStatus();
      });
  EXPECT_EQ(Run({"list", "--namespace", "team"}).out,
            "ID     LANGUAGE  REVISION  UPDATED               HANDLER\n"
            "hello  js               3  2023-11-14T22:13:20Z  handler\n");
  EXPECT_THAT(Run({"--json", "--namespace=team", "list"}).out, StartsWith(R"([{"name":"","id":"hello",)"));
}

TEST_F(CommandLineTest, ListOfNothingSaysHowToBegin) {
  backends_.On<v1::ListFunctionsRequest, v1::ListFunctionsResponse>(
      "ListFunctions", [](const auto&, auto&) { return absl::OkStatus(); });
  const Outcome outcome = Run({"list"});
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "no functions yet; store one: mayfly upload FILE\n");
  EXPECT_EQ(Run({"list", "--json"}).out, "[]\n");
}

TEST_F(CommandLineTest, GetShowsAFunctionOrItsSource) {
  backends_.On<v1::GetFunctionRequest, v1::Function>("GetFunction", [](const auto& request, auto& function) {
    function.set_name(request.name());
    function.set_revision(request.revision());
    function.set_language_id("js");
    function.set_function_name("handler");
    function.add_dependencies("a");
    function.add_dependencies("b");
    function.set_timeout_millis(5000);
    function.set_memory_limit_mib(128);
    if (request.view() == v1::FULL) function.mutable_manifest()->set_source(kHelloSource);
    return absl::OkStatus();
  });
  EXPECT_EQ(Run({"get", "hello", "--revision", "4"}).out,
            "name         namespaces/default/functions/hello\n"
            "revision     4\n"
            "language     js\n"
            "handler      handler\n"
            "dependencies a, b\n"
            "timeout      5000 ms\n"
            "memory       128 MiB\n"
            "created      1970-01-01T00:00:00Z\n"
            "updated      1970-01-01T00:00:00Z\n"
            "sha256       \n"
            "etag         \n");
  EXPECT_EQ(Run({"get", "hello", "--source"}).out, std::string(kHelloSource) + "\n");
}

TEST_F(CommandLineTest, InvokePrintsTheResultAndTheReceiptApart) {
  const Outcome outcome = Run({"invoke", "hello", "{\"n\": 1e400}", "--revision", "2"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "[\"namespaces/default/functions/hello\",2,{\"n\": 1e400}]\n");
  EXPECT_EQ(outcome.err, kWarmReceipt);
}

TEST_F(CommandLineTest, InvokeTakesItsEventFromAFileOrStandardInput) {
  EXPECT_THAT(Run({"invoke", "h", "@event.json"}).out, HasSubstr(",[7]]"));
  EXPECT_THAT(Run({"invoke", "h", "-"}, "8").out, HasSubstr(",8]"));
  EXPECT_THAT(Run({"invoke", "h"}).out, HasSubstr(",null]"));
}

TEST_F(CommandLineTest, AnEventOfBracketsStaysAsItIs) {
  for (const char* event : {"[]", "[1,2]", "[[]]", "[[11]]", "[[1,1],[2]]", "[\"[[\"]", "[[aa]"}) {
    const Outcome outcome = Run({"invoke", "h", event});
    if (std::string(event) == "[[aa]") {
      EXPECT_EQ(outcome.code, 2);
    } else {
      EXPECT_EQ(outcome.out, "[\"namespaces/default/functions/h\",0," + std::string(event) + "]\n");
    }
  }
}

TEST_F(CommandLineTest, ANegativeNumberIsAnEventAndACommandsNameAnId) {
  EXPECT_THAT(Run({"invoke", "list", "-5"}).out, StartsWith("[\"namespaces/default/functions/list\",0,-5]"));
  EXPECT_THAT(Run({"invoke", "h", "--", "-5"}).out, HasSubstr(",-5]"));
}

TEST_F(CommandLineTest, InvokeRefusesAnEventThatIsNotJson) {
  const Outcome outcome = Run({"invoke", "h", "{name: 1}"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, StartsWith("error: the event"));
  EXPECT_THAT(outcome.err, HasSubstr("[EVENT_INVALID]\n"));
  EXPECT_THAT(backends_.called(), IsEmpty());
}

TEST_F(CommandLineTest, InvokePrintsResultAndReceiptAsJson) {
  const Outcome outcome = Run({"invoke", "hello", "--json"});
  EXPECT_THAT(outcome.out, StartsWith("{\"result\":[\"namespaces/default/functions/hello\",0,null],\"receipt\":{"));
  EXPECT_EQ(outcome.err, "");
}

TEST_F(CommandLineTest, RunNeedsNoServer) {
  const Outcome outcome = Run({"run", "hello.js"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "\"js\"\n");
  EXPECT_EQ(outcome.err, kWarmReceipt);
  EXPECT_THAT(backends_.opened(), ElementsAre("memory"));
}

TEST_F(CommandLineTest, RunUsesTheServerThatIsNamed) {
  EXPECT_EQ(Run({"run", "hello.js", "--server", "there:1", "--token-file", "token"}).code, 0);
  EXPECT_THAT(backends_.opened(), ElementsAre("grpc there:1 secret"));
}

TEST_F(CommandLineTest, RunOfAFileThatIsNotThereIsAUsageError) {
  const Outcome outcome = Run({"run", "none.js"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "error: can't read none.js: No such file or directory [MANIFEST_INVALID]\n");
}

TEST_F(CommandLineTest, DeleteSaysWhatItDeleted) {
  backends_.On<v1::DeleteFunctionRequest, google::protobuf::Message>(
      "DeleteFunction", [](const auto&, auto&) { return absl::OkStatus(); });
  EXPECT_EQ(Run({"delete", "hello"}).out, "deleted hello\n");
  EXPECT_EQ(Run({"delete", "hello", "--json"}).out, "{\"deleted\":\"hello\"}\n");
}

TEST_F(CommandLineTest, LocalWorksOnTheStore) {
  EXPECT_EQ(Run({"invoke", "h", "--local", "--data-dir", "there"}).code, 0);
  EXPECT_EQ(Run({"--local", "run", "hello.js"}).code, 0);
  EXPECT_THAT(backends_.opened(), ElementsAre("store there", "memory"));
}

TEST_F(CommandLineTest, AStoreThatCannotBeOpenedIsAnError) {
  backends_.FailStore(MakeError(absl::StatusCode::kUnavailable, reason::kStorageFailed, "a server holds .mayfly"));
  const Outcome outcome = Run({"list", "--local"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.err, "error: a server holds .mayfly [STORAGE_FAILED]\n");
}

TEST_F(CommandLineTest, NamesBothWaysOnWhereNoServerAnswers) {
  backends_.FailAll(MakeError(absl::StatusCode::kUnavailable, reason::kPeerUnreachable, "no server answers at x"));
  const Outcome outcome = Run({"upload", "hello.js", "folder"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.err,
            "error: no server answers at x [PEER_UNREACHABLE]\n"
            "next: start a server with ./run serve, or add --local to work on the store in .mayfly without one\n");
  EXPECT_THAT(backends_.called(), ElementsAre("DeployFunction"));
}

TEST_F(CommandLineTest, ExitCodesTellFailuresApart) {
  backends_.FailAll(MakeError(absl::StatusCode::kUnknown, reason::kFunctionThrew, "no"));
  EXPECT_EQ(Run({"invoke", "h"}).code, 1);
  backends_.FailAll(MakeError(absl::StatusCode::kNotFound, reason::kFunctionNotFound, "no"));
  EXPECT_EQ(Run({"get", "h"}).code, 5);
  backends_.FailAll(MakeError(absl::StatusCode::kDeadlineExceeded, reason::kFunctionTimeout, "no"));
  EXPECT_EQ(Run({"run", "hello.js"}).code, 124);
  backends_.FailAll(MakeError(absl::StatusCode::kUnauthenticated, reason::kUnauthenticated, "no"));
  EXPECT_EQ(Run({"list"}).code, 2);
  EXPECT_EQ(Run({"list"}).err,
            "error: no [UNAUTHENTICATED]\nnext: give the server's token with --token, --token-file or MAYFLY_TOKEN\n");
}

TEST_F(CommandLineTest, AnErrorAsJsonIsTheHttpBody) {
  backends_.FailAll(absl::Status(absl::StatusCode::kNotFound, "no"));
  const Outcome outcome = Run({"get", "h", "--json"});
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "{\"error\":\"no\",\"code\":5,\"status\":\"NOT_FOUND\",\"message\":\"no\",\"details\":[]}\n");
}

TEST_F(CommandLineTest, DoctorFailsWhenSomethingIsBad) {
  backends_.SetFindings(
      {{.state = Finding::State::kGood, .name = "kernel", .detail = "6.18", .advice = ""},
       {.state = Finding::State::kWarning, .name = "landlock", .detail = "off", .advice = "turn it on"}});
  EXPECT_EQ(Run({"doctor"}).code, 0);
  EXPECT_EQ(Run({"doctor"}).out,
            "✓ kernel             6.18\n"
            "! landlock           off\n"
            "                     next: turn it on\n");
  backends_.SetFindings({{.state = Finding::State::kBad, .name = "engine", .detail = "none", .advice = ""}});
  EXPECT_EQ(Run({"doctor"}).code, 1);
  EXPECT_EQ(Run({"doctor", "--json"}).out,
            "[{\"name\":\"engine\",\"state\":\"bad\",\"detail\":\"none\",\"advice\":\"\"}]\n");
}

TEST_F(CommandLineTest, DoctorTriesTheHostileGuestsAndSaysThatNothingWasSeen) {
  backends_.SetFindings({{.state = Finding::State::kGood, .name = "kernel", .detail = "6.18", .advice = ""}});
  HostileGuestsSee("");
  const Outcome outcome = Run({"doctor", "--isolation"});
  EXPECT_EQ(
      outcome.out,
      "✓ kernel             6.18\n"
      "✓ js globals                       plants globals: nothing seen\n"
      "✓ python exits                     exits: nothing seen\n"
      "✓ isolation trial                  2 hostile guests against fresh, 8 calls, of which 6 found a worker that "
      "another had used: nothing was seen\n");
  EXPECT_EQ(outcome.code, 0);
}

TEST_F(CommandLineTest, DoctorSaysWhatAHostileGuestHasSeen) {
  HostileGuestsSee("planted");
  const Outcome outcome = Run({"doctor", "--isolation"});
  EXPECT_THAT(outcome.out,
              HasSubstr("✗ js globals                       plants globals: seen: [\"planted\"] where a new "
                        "worker says [\"\"]\n"));
  EXPECT_THAT(outcome.out, HasSubstr("2 saw something, 0 could not be tried\n"));
  EXPECT_EQ(outcome.code, 1);
  const Outcome json = Run({"doctor", "--isolation", "--json"});
  EXPECT_THAT(json.out, StartsWith("[{\"name\":\"js globals\",\"state\":\"bad\",\"detail\":\"plants globals: seen: "));
  EXPECT_EQ(json.code, 1);
}

TEST_F(CommandLineTest, DoctorSaysWhichHostileGuestsCouldNotBeTried) {
  backends_.FailAll(absl::UnavailableError("no worker"));
  const Outcome outcome = Run({"doctor", "--isolation"});
  EXPECT_THAT(outcome.out,
              HasSubstr("✗ js globals                       plants globals: could not be tried: no worker\n"));
  EXPECT_THAT(outcome.out, HasSubstr("0 saw something, 2 could not be tried\n"));
  EXPECT_EQ(outcome.code, 1);
}

TEST_F(CommandLineTest, VersionAndCompletion) {
  EXPECT_EQ(Run({"version"}).out, "mayfly 0.1.0\n");
  EXPECT_EQ(Run({"version", "--json"}).out, "{\"version\":\"0.1.0\"}\n");
  EXPECT_THAT(Run({"completion", "bash"}).out,
              HasSubstr("upload list get invoke run delete doctor version completion"));
  EXPECT_EQ(Run({"completion", "tcsh"}).code, 2);
}

TEST_F(CommandLineTest, HelpListsTheCommands) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--help"}, {"help"}}) {
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("upload"));
    EXPECT_EQ(outcome.err, "");
  }
  EXPECT_THAT(Run({"invoke", "--help"}).out, HasSubstr("--revision"));
}

TEST_F(CommandLineTest, AnUnknownWordNamesTheNearest) {
  EXPECT_EQ(Run({"uplaod", "x"}).err,
            "error: unknown command 'uplaod'; did you mean 'upload'? [REQUEST_INVALID]\nnext: mayfly --help\n");
  EXPECT_EQ(Run({"uplaod"}).code, 2);
  EXPECT_EQ(
      Run({"invoke", "h", "--revison=2"}).err,
      "error: unknown flag --revison; did you mean '--revision'? [REQUEST_INVALID]\nnext: mayfly invoke --help\n");
  EXPECT_EQ(Run({"upload", "--jsno"}).err,
            "error: unknown flag --jsno; did you mean '--json'? [REQUEST_INVALID]\nnext: mayfly upload --help\n");
  EXPECT_EQ(Run({"invoke", "a", "{}", "more"}).err,
            "error: unexpected argument 'more' [REQUEST_INVALID]\nnext: mayfly invoke --help\n");
  EXPECT_THAT(backends_.called(), IsEmpty());
}

TEST_F(CommandLineTest, MissingAndWrongArgumentsAreUsageErrors) {
  EXPECT_EQ(Run({"upload"}).code, 2);
  EXPECT_EQ(Run({"upload"}).err, "error: FILE is required [REQUEST_INVALID]\nnext: mayfly upload --help\n");
  EXPECT_EQ(Run({"get", "h", "--revision", "0"}).code, 2);
  EXPECT_EQ(Run({"list", "--timeout", "soon"}).code, 2);
  EXPECT_THAT(Run({"list", "--timeout", "soon"}).err, HasSubstr("'soon' is no duration: 500ms, 5s, 1m30s"));
  EXPECT_EQ(Run({"list", "--token-file", "empty"}).err, "error: empty holds no token [REQUEST_INVALID]\n");
  EXPECT_THAT(Run({"upload", "--json"}).err, StartsWith("{\"error\":\"FILE is required\""));
}

}  // namespace
}  // namespace mayfly::cli
