#include "runtime/python/json_encoder.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "runtime/python/engine_test_util.h"
#include "runtime/python/py_ref.h"

namespace mayfly::runtime {
namespace {

// The value of `expression` after `statements`, in the main interpreter.
PyRef Evaluate(const std::string& expression, const std::string& statements = "") {
  TestProcess();
  const PyRef globals = PyRef::Own(PyDict_New());
  PyDict_SetItemString(globals.get(), "__builtins__", PyEval_GetBuiltins());
  const PyRef none = PyRef::Own(PyRun_String(statements.c_str(), Py_file_input, globals.get(), globals.get()));
  PyRef value = PyRef::Own(PyRun_String(expression.c_str(), Py_eval_input, globals.get(), globals.get()));
  if (!none || !value) PyErr_Print();
  return value;
}

std::string Encoded(const std::string& expression, const std::string& statements = "") {
  const PyRef value = Evaluate(expression, statements);
  JsonEncoder encoder(1 << 20, 1000);
  const JsonEncoder::Status status = encoder.Encode(value.get());
  PyErr_Clear();
  return status == JsonEncoder::Status::kOk ? encoder.Take() : std::to_string(static_cast<int>(status));
}

JsonEncoder::Status StatusOf(const std::string& expression, const std::string& statements = "", size_t bytes_max = 100,
                             int depth_max = 3) {
  const PyRef value = Evaluate(expression, statements);
  JsonEncoder encoder(bytes_max, depth_max);
  const JsonEncoder::Status status = encoder.Encode(value.get());
  PyErr_Clear();
  return status;
}

TEST(JsonEncoderTest, WritesPlainValues) {
  EXPECT_EQ(Encoded("[None, True, False, 0, -1, 2**63 - 1, 2**63, -2**64, 1.0, 0.1, 1e22, -0.0, 'a']"),
            "[null,true,false,0,-1,9223372036854775807,9223372036854775808,-18446744073709551616,1.0,0.1,1e+22,-0.0,"
            "\"a\"]");
  EXPECT_EQ(Encoded("{'a': (1, 2), 'b': {}, 'c': [], 'd': ()}"), R"({"a":[1,2],"b":{},"c":[],"d":[]})");
}

TEST(JsonEncoderTest, WritesNumbersThatAreNotFiniteAsNull) {
  EXPECT_EQ(Encoded("[float('nan'), float('inf'), -1e400]"), "[null,null,null]");
}

TEST(JsonEncoderTest, KeepsLongIntegersExact) {
  EXPECT_EQ(Encoded("10**4299"), "1" + std::string(4299, '0'));
  EXPECT_EQ(StatusOf("10**4300", "", 10'000), JsonEncoder::Status::kException);
}

TEST(JsonEncoderTest, WritesTextAsItIsButEscapesLoneSurrogates) {
  EXPECT_EQ(Encoded(R"('é€😀"\\/\b\f\n\r\t\x00\x1f\x7f')"), "\"é€😀\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\"");
  EXPECT_EQ(Encoded(R"(['\ud800', '\udfff€', '😀\ude00'])"), "[\"\\ud800\",\"\\udfff€\",\"😀\\ude00\"]");
}

TEST(JsonEncoderTest, WritesSubclassesAsTheirBase) {
  constexpr char kClasses[] = R"(
import collections, enum
class Colour(enum.IntEnum):
    RED = 3
class Name(str):
    def __str__(self): return "other"
class Temperature(float):
    def __repr__(self): return "warm"
Point = collections.namedtuple("Point", "x y")
)";
  EXPECT_EQ(Encoded("[Colour.RED, Name('n'), Temperature(1.5), Point(1, 2), collections.OrderedDict(a=1)]", kClasses),
            R"([3,"n",1.5,[1,2],{"a":1}])");
}

TEST(JsonEncoderTest, WritesTheStrOfEverythingElse) {
  EXPECT_EQ(Encoded("[{1}, b'x', datetime.date(2026, 1, 2), D(1), decimal.Decimal('1.10'), range(2)]", R"(
import dataclasses, datetime, decimal
@dataclasses.dataclass
class D:
    a: int
)"),
            R"json(["{1}","b'x'","2026-01-02","D(a=1)","1.10","range(0, 2)"])json");
}

TEST(JsonEncoderTest, WritesKeysAsJsonDumpsDoesAndOthersAsTheirStr) {
  EXPECT_EQ(Encoded("{1: 1, True + 1: 2, None: 3, 1.5: 4, float('inf'): 5, (1, 2): 6, 2**64: 7, 'k': 8}"),
            R"json({"1":1,"2":2,"null":3,"1.5":4,"Infinity":5,"(1, 2)":6,"18446744073709551616":7,"k":8})json");
  EXPECT_EQ(Encoded("{True: 1, False: 2}"), R"({"true":1,"false":2})");
}

TEST(JsonEncoderTest, StopsAtItsBounds) {
  EXPECT_EQ(StatusOf("'x' * 98"), JsonEncoder::Status::kOk);
  EXPECT_EQ(StatusOf("'x' * 99"), JsonEncoder::Status::kTooLarge);
  EXPECT_EQ(StatusOf("['\\x00' * 17]"), JsonEncoder::Status::kTooLarge);
  EXPECT_EQ(StatusOf("[0] * 1000"), JsonEncoder::Status::kTooLarge);
  EXPECT_EQ(StatusOf("[[[1]]]"), JsonEncoder::Status::kOk);
  EXPECT_EQ(StatusOf("[[{'a': []}]]"), JsonEncoder::Status::kTooDeep);
}

TEST(JsonEncoderTest, FindsAContainerThatHoldsItself) {
  EXPECT_EQ(StatusOf("a", "a = []; a.append(a)"), JsonEncoder::Status::kCircular);
  EXPECT_EQ(StatusOf("a", "a = {}; a['b'] = [a]", 1000, 100), JsonEncoder::Status::kCircular);
  EXPECT_EQ(StatusOf("[a, a, [a]]", "a = [1]"), JsonEncoder::Status::kOk);
}

TEST(JsonEncoderTest, StandsAStrThatChangesTheContainer) {
  constexpr char kHostile[] = R"(
class Clear:
    def __init__(self, container): self.container = container
    def __str__(self):
        self.container.clear()
        return "cleared"
a, b = [], {}
a.extend([Clear(a), 1, 2])
b.update(x=Clear(b), y=1)
)";
  EXPECT_EQ(Encoded("a", kHostile), R"(["cleared"])");
  EXPECT_EQ(Encoded("b", kHostile), R"({"x":"cleared","y":1})");
}

}  // namespace
}  // namespace mayfly::runtime
