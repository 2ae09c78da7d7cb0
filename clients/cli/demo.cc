#include "clients/cli/demo.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "clients/cli/function_files.h"
#include "clients/cli/json_output.h"
#include "clients/cli/receipt_text.h"

namespace mayfly::cli {
namespace {

// One call the demo makes.
struct Scene {
  std::string_view file;
  std::string_view title;
  std::string_view event;
};

constexpr Scene kScenes[] = {
    {"examples/hello.js", "JavaScript", R"({"name": "Ada"})"},
    {"examples/words.py", "Python", R"({"text": "the mayfly and the pond and the sky"})"},
    {"examples/invoice.jsonc", "JavaScript with a dependency",
     R"({"currency": "EUR", "items": [{"price": 12.5, "count": 2}, {"price": 3.2, "count": 5}]})"},
    {"examples/readings.jsonc", "Python with a dependency", R"({"values": [4, 5, 5, 4, 6, 5, 4, 5, 60]})"},
    {"examples/slug.mjs", "an ES module", R"({"title": "Éphémère: a day's life"})"},
    {"examples/countdown.js", "JavaScript that awaits, and logs", R"({"from": 3})"},
    {"examples/gather.py", "Python that awaits", R"({"numbers": [1, 2, 3, 4]})"},
};

// What one scene gave.
struct Played {
  std::string id;
  std::string event;
  client::Reply reply;
};

class Stage {
 public:
  Stage(const Session& session, const Files& examples, const client::Client& client)
      : session_(session), out_(session.terminal().out), examples_(examples), client_(client) {}

  ExitCode PlayAll() {
    Say("Each function is stored in memory, then called in a place that no other call has touched.\n");
    for (const Scene& scene : kScenes) {
      if (absl::Status status = Play(scene); !status.ok()) return session_.Fail(status);
    }
    if (absl::Status status = PlayColdAndWarm(); !status.ok()) return session_.Fail(status);
    if (session_.json()) {
      PrintJson();
    } else {
      SayWhatIsNext();
    }
    return ExitCode::kOk;
  }

 private:
  absl::Status Play(const Scene& scene) {
    absl::StatusOr<FunctionFile> file = ReadFunctionFile(examples_, std::string(scene.file));
    if (!file.ok()) return file.status();
    Announce(file->manifest.id(), scene);
    const absl::StatusOr<v1::Function> function = client_.Deploy(file->manifest);
    if (!function.ok()) return function.status();
    return Call(file->manifest.id(), std::string(scene.event));
  }

  absl::Status Call(const std::string& id, const std::string& event) {
    absl::StatusOr<client::Reply> reply = client_.Invoke(id, event);
    if (!reply.ok()) return reply.status();
    if (!session_.json()) PrintReply(*reply);
    played_.push_back({.id = id, .event = event, .reply = *std::move(reply)});
    return absl::OkStatus();
  }

  // The first scene's function was called once: a worker waits for it, the others are for contrast.
  absl::Status PlayColdAndWarm() {
    const Played cold = played_.front();
    absl::StatusOr<client::Reply> warm = client_.Invoke(cold.id, cold.event);
    if (!warm.ok()) return warm.status();
    if (!session_.json()) PrintColdAndWarm(cold.id, cold.reply.receipt, warm->receipt);
    played_.push_back({.id = cold.id, .event = cold.event, .reply = *std::move(warm)});
    return absl::OkStatus();
  }

  void Say(std::string_view text) const {
    if (!session_.json()) out_.stream() << text << "\n" << std::flush;
  }

  // Shown before the work, so that a person sees what is being waited for.
  void Announce(const std::string& id, const Scene& scene) const {
    Say(absl::StrCat(out_.Paint(Style::kBold, scene.file.substr(scene.file.find('/') + 1)), "  ",
                     out_.Paint(Style::kDim, scene.title), "\n  ", id, "(", scene.event, ")"));
  }

  void PrintReply(const client::Reply& reply) const {
    for (const v1::LogEntry& entry : reply.receipt.logs()) {
      Say(absl::StrCat("  ", out_.Paint(Style::kDim, absl::StrCat("| ", Printable(entry.text())))));
    }
    Say(absl::StrCat("  ", out_.Paint(Style::kGreen, "→ "), reply.result));
    Say(absl::StrCat("    ", out_.Paint(Style::kDim, ReceiptLine(reply.receipt)), "\n"));
  }

  void PrintColdAndWarm(const std::string& id, const v1::Receipt& cold, const v1::Receipt& warm) const {
    Say(absl::StrCat(
        out_.Paint(Style::kBold, absl::StrCat(id, ", cold and warm")), "  ",
        out_.Paint(Style::kDim, "the first call starts a worker, the next finds it waiting, and pristine")));
    Say(absl::StrFormat("  %6s %12s %12s %12s %12s", "", "queue", "load", "run", "total"));
    for (const auto& [name, receipt] : {std::pair("cold", &cold), std::pair("warm", &warm)}) {
      Say(absl::StrFormat("  %6s %12s %12s %12s %12s", name, MillisecondsText(receipt->queue_time()),
                          MillisecondsText(receipt->load_time()), MillisecondsText(receipt->run_time()),
                          MillisecondsText(receipt->total_time())));
    }
  }

  void SayWhatIsNext() const {
    Say(absl::StrCat(
        "\n", out_.Paint(Style::kBold, "Next"), "\n",
        "  ./run serve                                      a server, over HTTP and gRPC; then, elsewhere:\n"
        "  ./run upload examples                            store these functions\n"
        "  ./run invoke hello '{\"name\": \"Ada\"}'             call one\n"
        "  curl 127.0.0.1:8080/invoke/hello -d '{\"name\": \"Ada\"}'\n"
        "  ./run run examples/words.py '{\"text\": \"a b a\"}'  no server needed\n"
        "  ./run --help"));
  }

  void PrintJson() const {
    const auto append = [](std::string* json, const Played& played) {
      absl::StrAppend(json, "{\"id\":", QuoteJson(played.id), ",\"event\":", played.event, ",",
                      std::string_view(ReplyToJson(played.reply)).substr(1));
    };
    out_.stream() << "[" << absl::StrJoin(played_, ",", append) << "]\n";
  }

  const Session& session_;
  const Screen& out_;
  const Files& examples_;
  const client::Client& client_;
  std::vector<Played> played_;
};

}  // namespace

ExitCode Demo(const Session& session, const Files& examples) {
  absl::StatusOr<std::unique_ptr<client::Backend>> backend = session.backends().InMemory();
  if (!backend.ok()) return session.Fail(backend.status());
  const client::Client client(*std::move(backend), {});
  return Stage(session, examples, client).PlayAll();
}

}  // namespace mayfly::cli
