#include "runtime/python/guest.h"

#include <marshal.h>
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/limits.h"
#include "base/monotonic.h"
#include "runtime/python/failure.h"
#include "runtime/python/json_encoder.h"
#include "runtime/python/py_text.h"

namespace mayfly::runtime {
namespace {

// Measures one phase after another.
class Lap {
 public:
  absl::Duration Take() {
    const int64_t now = MonotonicNanos();
    return absl::Nanoseconds(now - std::exchange(last_, now));
  }

 private:
  int64_t last_ = MonotonicNanos();
};

// The call's end on time.monotonic_ns()'s clock.
int64_t DeadlineNanos(absl::Duration time_left) {
  return MonotonicNanos() + absl::ToInt64Nanoseconds(std::min(time_left, absl::Hours(24 * 365)));
}

std::string_view TrimJsonSpace(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return std::string_view();
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

std::unique_ptr<Guest> Guest::Create(const PythonProcess& process, HostContext& host) {
  std::unique_ptr<Interpreter> interpreter = host.is_main ? Interpreter::BorrowMain(process.main_thread_state())
                                                          : Interpreter::CreateSub(process.main_thread_state());
  if (interpreter == nullptr) return nullptr;
  std::unique_ptr<Guest> guest(new Guest(std::move(interpreter), host));
  if (!guest->Boot()) return nullptr;
  return guest;
}

Guest::Guest(std::unique_ptr<Interpreter> interpreter, HostContext& host)
    : interpreter_(std::move(interpreter)), host_(host) {}

Guest::~Guest() {
  Attach();
  PyErr_Clear();
}

bool Guest::Boot() {
  const std::string_view bytes = host_.library.Internal("bootstrap");
  const PyRef globals = PyRef::Own(PyDict_New());
  // A copy: what the function does to its built-in names does not reach our code.
  const PyRef builtins = PyRef::Own(PyDict_Copy(PyEval_GetBuiltins()));
  const PyRef code = PyRef::Own(PyMarshal_ReadObjectFromString(bytes.data(), static_cast<Py_ssize_t>(bytes.size())));
  if (!globals || !builtins || !code || !AddHostFunctions(globals.get(), host_) ||
      PyDict_SetItemString(globals.get(), "__builtins__", builtins.get()) < 0 ||
      !PyRef::Own(PyEval_EvalCode(code.get(), globals.get(), globals.get()))) {
    return false;
  }
  const std::pair<const char*, PyRef*> exports[] = {
      {"load", &load_},
      {"call", &call_},
      {"failure", &failure_},
      {"scan_json", &scan_},
      {"freeze", &freeze_},
      {"repeats", &repeats_},
      {"reseed", &reseed_},
      {"prepare_report", &prepare_report_},
      {"prepare_packages", &prepare_packages_},
  };
  for (const auto& [name, place] : exports) *place = PyRef::Share(PyDict_GetItemString(globals.get(), name));
  return std::all_of(std::begin(exports), std::end(exports), [](const auto& entry) { return bool(*entry.second); });
}

bool Guest::Settle() {
  const bool prepared = PyRef::Own(PyObject_CallNoArgs(prepare_report_.get())) &&
                        (!interpreter_->is_main() || PyRef::Own(PyObject_CallNoArgs(prepare_packages_.get())));
  PyGC_Collect();
  return prepared && PyRef::Own(PyObject_CallNoArgs(freeze_.get()));
}

void Guest::BeforeCheckpoint() {
  PyGC_Collect();
  const PyRef repeats = PyRef::Own(PyObject_CallNoArgs(repeats_.get()));
  PyErr_Clear();
  reseeds_ = repeats.get() != Py_False;
}

void Guest::AfterCheckpoint() {
  if (!reseeds_) return;
  // It fails only where memory is short, and then the call does too.
  const PyRef done = PyRef::Own(PyObject_CallNoArgs(reseed_.get()));
  PyErr_Clear();
}

LoadReply Guest::Load(const std::string& handler) {
  const PyRef failure =
      PyRef::Own(PyObject_CallFunction(load_.get(), "ss", host_.modules.function_module().c_str(), handler.c_str()));
  host_.output.Flush();
  LoadReply reply;
  if (failure.get() == Py_None) return reply;
  const Failure taken = failure ? ReadFailure(failure.get()) : TakeException(Outcome::kSourceInvalid);
  reply.outcome = taken.outcome;
  reply.error = taken.error;
  return reply;
}

RunReply Guest::Call(const RunRequest& call) {
  RunReply reply;
  Lap lap;
  const PyRef event = ParseEvent(call.event, reply);
  reply.times.parse = lap.Take();
  if (!event) return reply;
  const PyRef settled = PyRef::Own(PyObject_CallFunction(call_.get(), "OsL", event.get(), call.invocation_id.c_str(),
                                                         static_cast<long long>(DeadlineNanos(call.time_left))));
  reply.times.handler = lap.Take();
  Settle(settled.get(), reply);
  reply.times.serialize = lap.Take();
  host_.output.Flush();
  return reply;
}

PyRef Guest::ParseEvent(const std::string& event, RunReply& reply) {
  const std::string_view trimmed = TrimJsonSpace(event);
  const PyRef text = ToPyStr(trimmed);
  const PyRef scanned = text ? PyRef::Own(PyObject_CallFunction(scan_.get(), "Oi", text.get(), 0)) : PyRef();
  if (scanned) return PyRef::Share(PyTuple_GET_ITEM(scanned.get(), 0));
  const Failure failure = TakeException(Outcome::kEventInvalid);
  reply.outcome = failure.outcome;
  reply.error = failure.error;
  if (reply.outcome == Outcome::kEventInvalid) {
    reply.error.message = absl::StrCat("Python can't hold the event: ", reply.error.message);
  }
  return PyRef();
}

void Guest::Settle(PyObject* result, RunReply& reply) {
  const bool returned = result != nullptr && PyTuple_Check(result) && PyTuple_GET_SIZE(result) == 2;
  if (returned) {
    Encode(PyTuple_GET_ITEM(result, 1), reply);
    return;
  }
  const Failure failure = result == nullptr ? TakeException(Outcome::kThrew) : ReadFailure(result);
  reply.outcome = failure.outcome;
  reply.error = failure.error;
}

void Guest::Encode(PyObject* value, RunReply& reply) {
  JsonEncoder encoder(kResultBytesMax, kJsonDepthMax);
  switch (encoder.Encode(value)) {
    case JsonEncoder::Status::kOk:
      reply.result = encoder.Take();
      return;
    case JsonEncoder::Status::kTooLarge:
      reply.outcome = Outcome::kResultTooLarge;
      reply.error = {.type = "ValueError",
                     .message = absl::StrCat("the result is larger than ", kResultBytesMax, " bytes of JSON")};
      return;
    case JsonEncoder::Status::kTooDeep:
      reply.outcome = Outcome::kResultNotSerializable;
      reply.error = {.type = "ValueError",
                     .message = absl::StrCat("the result is nested more than ", kJsonDepthMax, " deep")};
      return;
    case JsonEncoder::Status::kCircular:
      reply.outcome = Outcome::kResultNotSerializable;
      reply.error = {.type = "ValueError", .message = "the result holds itself (a circular reference)"};
      return;
    case JsonEncoder::Status::kException: {
      const PyRef error = PyRef::Own(PyErr_GetRaisedException());
      const PyRef report = PyRef::Own(
          PyObject_CallFunction(failure_.get(), "iO", static_cast<int>(Outcome::kResultNotSerializable), error.get()));
      const Failure failure = report ? ReadFailure(report.get()) : TakeException(Outcome::kResultNotSerializable);
      reply.outcome = failure.outcome;
      reply.error = failure.error;
      return;
    }
  }
}

}  // namespace mayfly::runtime
