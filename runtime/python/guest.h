// The function, loaded in one interpreter, for one call.
#ifndef MAYFLY_RUNTIME_PYTHON_GUEST_H_
#define MAYFLY_RUNTIME_PYTHON_GUEST_H_

#include <memory>
#include <string>

#include "runtime/channel/messages.h"
#include "runtime/python/host_functions.h"
#include "runtime/python/interpreter.h"
#include "runtime/python/py_ref.h"
#include "runtime/python/python_process.h"

namespace mayfly::runtime {

// Load, then Call once. Whatever goes wrong in it is the guest's: it ends in an outcome.
class Guest {
 public:
  // An interpreter in which all is ready for a function, attached: the main one if `host` says so, else a
  // sub-interpreter of its own. Null if there is no memory for one. `process` and `host` outlive the guest.
  static std::unique_ptr<Guest> Create(const PythonProcess& process, HostContext& host);

  ~Guest();
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  // Attaches its interpreter, if another one is attached. The functions below need that.
  void Attach() { interpreter_->Attach(); }

  // Runs the top level of the host's modules' own one and resolves `handler`. All of the reply but its logs.
  LoadReply Load(const std::string& handler);

  // Calls the handler. All of the reply but its logs.
  RunReply Call(const RunRequest& call);

  // Called before the memory of now becomes an image, without a function: makes the report of errors ready, loads
  // what works in the main interpreter only if it is that one's, and lets no later collection of garbage look at the
  // objects that are there (gc.freeze). False if memory is short.
  bool Settle();

  // Called before and after a checkpoint, with a function loaded: the second draws anew the state of Python's random
  // number generators, where the function has not seeded them itself.
  void BeforeCheckpoint();
  void AfterCheckpoint();

 private:
  Guest(std::unique_ptr<Interpreter> interpreter, HostContext& host);

  bool Boot();
  PyRef ParseEvent(const std::string& event, RunReply& reply);
  void Settle(PyObject* result, RunReply& reply);
  void Encode(PyObject* value, RunReply& reply);

  // Held last, ended last.
  const std::unique_ptr<Interpreter> interpreter_;
  HostContext& host_;
  PyRef load_;
  PyRef call_;
  PyRef failure_;
  PyRef prepare_report_;
  PyRef prepare_packages_;
  PyRef freeze_;
  PyRef repeats_;
  PyRef reseed_;
  bool reseeds_ = false;
  PyRef scan_;  // _json's scanner: (text, index) → (value, end)
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_GUEST_H_
