// Functions in the main interpreter, each in a forked worker. What an actual rewind adds is in tests/conformance.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/python/engine_test_util.h"
#include "runtime/python/python_boot.h"

namespace mayfly::runtime {
namespace {

// The zygote of all tests: the main interpreter can be made ready once in a process.
PythonBoot& Boot() {
  static PythonBoot* const boot = [] {
    auto* const made = new PythonBoot(TestProcess(), Isolation::kRewind);
    made->BeforeImage();
    return made;
  }();
  return *boot;
}

// Runs `body` in a forked process, and gives what it returns.
std::string FromFork(const std::function<std::string()>& body) {
  int pipe_fds[2];
  EXPECT_EQ(pipe(pipe_fds), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    const std::string text = body();
    _exit(write(pipe_fds[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  close(pipe_fds[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t size = 0; (size = read(pipe_fds[0], buffer, sizeof(buffer))) > 0;) text.append(buffer, size);
  close(pipe_fds[0]);
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
  return text;
}

// Loads the function in a worker and calls it, each time in a fork of the loaded worker: like a rewind, that begins
// with the memory of the checkpoint. A line for each call.
std::string Answers(const LoadRequest& request, int calls) {
  PythonBoot& boot = Boot();
  return FromFork([&] {
    boot.AfterForkInChild();
    Engine* const engine = boot.MakeEngine(0).release();  // ends with the process, as a worker's does
    LogBuffer logs;
    logs.Begin();
    const LoadReply load = engine->Load(request, logs);
    if (load.outcome != Outcome::kReturned) return Describe(load.outcome, load.error);
    engine->BeforeCheckpoint();
    std::string answers;
    for (int call = 0; call < calls; ++call) {
      if (call > 0) answers += '\n';
      answers += FromFork([&] {
        engine->AfterCheckpoint();
        const RunReply reply = engine->Run({.event = "{}", .time_left = absl::Seconds(5)}, logs);
        return reply.outcome == Outcome::kReturned ? reply.result : Describe(reply.outcome, reply.error);
      });
    }
    return answers;
  });
}

LoadRequest Function(std::string source, PythonInterpreter interpreter) {
  return {.function_id = "f", .handler = "handler", .source = std::move(source), .python_interpreter = interpreter};
}

std::string InMain(std::string source, int calls = 1) {
  return Answers(Function(std::move(source), PythonInterpreter::kMain), calls);
}

std::string Isolated(std::string source) {
  return Answers(Function(std::move(source), PythonInterpreter::kIsolated), 1);
}

TEST(MainGuestTest, AFunctionFindsWhatItFindsInASubInterpreter) {
  constexpr char kSource[] = R"(
import sys
modules = sorted(sys.modules)
import json, logging, os.path, random, re, threading, warnings
def handler(event):
    return [modules, sys.path, sys.argv, sys.flags.isolated, dict(os.environ), json.dumps({"a": 1}), re.sub("a", "b", "a"),
            __name__, __file__, exit is sys.exit, logging.lastResort.level, threading.current_thread().name, len(sys.meta_path)]
)";
  const std::string answer = InMain(kSource);
  EXPECT_EQ(answer, Isolated(kSource));
  EXPECT_EQ(answer.find("numpy"), std::string::npos);
}

TEST(MainGuestTest, AnErrorIsReportedAsInASubInterpreter) {
  for (const char* source : {"def handler(event): return undefined", "def handler(event):\n  import sys\n  sys.exit(3)",
                             "def handler(event) return 1", "import nothing", "x = 1"}) {
    EXPECT_EQ(InMain(source), Isolated(source));
  }
}

TEST(MainGuestTest, NumpyWorksFromMemory) {
  EXPECT_EQ(InMain(R"(
import numpy as np
import numpy.ma, numpy.polynomial, numpy.testing
def handler(event):
    return [np.arange(5).sum().item(), np.linalg.solve(np.eye(2) * 2, [2, 4]).tolist(), np.fft.fft([1, 1]).real.tolist(),
            np.random.RandomState(42).randint(1000), np.random.default_rng(42).integers(1000).item(),
            np.ma.array([1, 2], mask=[0, 1]).sum().item(), np.polynomial.Polynomial([1, 2])(3).item()]
)"),
            "[10,[1.0,2.0],[2.0,0.0],102,89,1,7.0]");
}

TEST(MainGuestTest, NumpyAndTheFunctionShareTheModulesThatBothImport) {
  EXPECT_EQ(InMain(R"(
import datetime, numbers, pickle, warnings
import sys
before = "numpy" in sys.modules
import numpy as np
def handler(event):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        np.float64(1) / np.float64(0)
    return [before, "numpy.linalg" in sys.modules, isinstance(np.int64(1), numbers.Integral), len(caught), np.__spec__.name,
            pickle.loads(pickle.dumps(np.arange(3))).tolist(), isinstance(np.datetime64("2026-01-01").item(), datetime.date)]
)"),
            R"([false,true,true,1,"numpy",[0,1,2],true])");
}

TEST(MainGuestTest, AManifestsModuleTakesThePlaceOfNumpy) {
  LoadRequest request = Function("import numpy\ndef handler(event): return numpy.mine", PythonInterpreter::kMain);
  request.dependencies = {{"numpy", "mine = 1"}};
  EXPECT_EQ(Answers(request, 1), "1");
  // One that numpy itself has imported in the library's form.
  request.source =
      "import numpy, secrets\ndef handler(event): return [secrets.mine, numpy.random.default_rng() is not None]";
  request.dependencies = {{"secrets", "mine = 2"}};
  EXPECT_EQ(Answers(request, 1), "[2,true]");
}

TEST(MainGuestTest, ASubInterpreterSaysWhereNumpyWorks) {
  EXPECT_EQ(
      Isolated("import numpy\ndef handler(event): pass"),
      "source-invalid ModuleNotFoundError: No module named 'numpy' (numpy works in the main interpreter only: set "
      "\"pythonInterpreter\": \"main\" in the manifest)");
}

// The values of a flat array.
std::vector<std::string> Values(const std::string& array) {
  std::vector<std::string> values(1);
  for (const char c : array) {
    if (c == ',') values.emplace_back();
    if (c != ',' && c != '[' && c != ']') values.back() += c;
  }
  return values;
}

std::vector<std::string> Lines(const std::string& text) {
  const size_t end = text.find('\n');
  return {text.substr(0, end), text.substr(end + 1)};
}

TEST(MainGuestTest, EachWorkersTopLevelDrawsOtherNumbers) {
  constexpr char kSource[] = R"(
import random, numpy as np
values = [random.random(), np.random.rand(), np.random.randn(), np.random.default_rng().random(), np.random.RandomState().rand()]
def handler(event): return values
)";
  const std::vector<std::string> first = Values(InMain(kSource)), second = Values(InMain(kSource));
  ASSERT_EQ(first.size(), 5u);
  for (size_t i = 0; i < first.size(); ++i) EXPECT_NE(first[i], second[i]) << i;
}

TEST(MainGuestTest, WhatTheFunctionHasNotSeededIsDrawnAnewAfterTheCheckpoint) {
  const std::vector<std::string> lines = Lines(InMain(R"(
import copy, pickle, random
import numpy as np
from numpy.random import Generator, MT19937, PCG64, PCG64DXSM, Philox, RandomState, SFC64, SeedSequence, default_rng
generators = [default_rng(), *(Generator(kind()) for kind in (MT19937, PCG64, PCG64DXSM, Philox, SFC64)), default_rng().spawn(2)[1],
              Generator(PCG64().jumped()), copy.deepcopy(default_rng()), pickle.loads(pickle.dumps(default_rng())),
              default_rng(SeedSequence().spawn(1)[0])]
class Mine(RandomState): pass
states = [RandomState(), RandomState(1), RandomState(PCG64()), copy.deepcopy(RandomState()), Mine()]
states[1].seed()
for g in generators: g.random(dtype="float32")
for s in [*states, np.random]: s.standard_normal()  # the other of a pair is kept
sequence, parent = SeedSequence(), default_rng()
def handler(event):
    return [random.random(), np.random.standard_normal(), np.random.rand(), *(g.random() for g in generators),
            *(s.standard_normal() for s in states), *(s.random_sample() for s in states), default_rng(sequence.spawn(1)[0]).random(),
            parent.spawn(1)[0].random(), np.random.get_bit_generator().seed_seq.spawn(1)[0].entropy, RandomState().rand(), default_rng().random()]
)",
                                                      2));
  const std::vector<std::string> first = Values(lines[0]), second = Values(lines[1]);
  ASSERT_EQ(first.size(), 29u) << lines[0];
  ASSERT_EQ(second.size(), 29u) << lines[1];
  for (size_t i = 0; i < first.size(); ++i) EXPECT_NE(first[i], second[i]) << i;
}

TEST(MainGuestTest, WhatIsHiddenFromTheCollectorIsDrawnAnewToo) {
  const std::vector<std::string> lines = Lines(InMain(R"(
import gc
import numpy as np
rng = np.random.default_rng()
gc.freeze()
def handler(event): return rng.random()
)",
                                                      2));
  EXPECT_NE(lines[0], lines[1]);
}

TEST(MainGuestTest, WhatTheFunctionHasSeededStaysAsItIs) {
  const std::vector<std::string> lines = Lines(InMain(R"(
import numpy as np
from numpy.random import Generator, PCG64, RandomState, SeedSequence, default_rng
np.random.seed(42)
generators = [default_rng(1), default_rng([1, 2]), default_rng(SeedSequence(3)), default_rng(4).spawn(1)[0], Generator(PCG64(5).jumped())]
states = [RandomState(1), RandomState()]
states[1].seed(7)
for s in states: s.standard_normal()
default_rng().random()
np.random.standard_normal()
def handler(event):
    return [np.random.standard_normal(), np.random.rand(), *(g.random() for g in generators), *(s.standard_normal() for s in states)]
)",
                                                      2));
  EXPECT_EQ(lines[0], lines[1]);
  EXPECT_EQ(Values(lines[0]).size(), 9u) << lines[0];
}

TEST(MainGuestTest, WhatIsImportedInTheCallIsDrawnAnewToo) {
  const std::vector<std::string> lines = Lines(InMain(R"(
def handler(event):
    import numpy, random
    return [random.random(), numpy.random.rand(), numpy.random.default_rng().random()]
)",
                                                      2));
  const std::vector<std::string> first = Values(lines[0]), second = Values(lines[1]);
  ASSERT_EQ(first.size(), 3u) << lines[0];
  for (size_t i = 0; i < first.size(); ++i) EXPECT_NE(first[i], second[i]) << i;
}

}  // namespace
}  // namespace mayfly::runtime
