#include "gateway/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "testdata/echo.pb.h"

namespace mayfly::gateway {
namespace {

using testdata::Everything;

std::string Json(const google::protobuf::Message& message) {
  std::string json;
  AppendJsonMessage(message, json);
  return json;
}

// The value of one field.
std::string FieldJson(const Everything& message, const char* name) {
  std::string json;
  AppendJsonField(message, *Everything::descriptor()->FindFieldByName(name), json);
  return json;
}

TEST(JsonWriterTest, PrintsDefaultsButNotWhatIsAbsent) {
  EXPECT_EQ(
      Json(Everything()),
      "{\"stringValue\":\"\",\"int32Value\":0,\"int64Value\":\"0\",\"uint32Value\":0,\"uint64Value\":\"0\","
      "\"doubleValue\":0,\"floatValue\":0,\"boolValue\":false,\"bytesValue\":\"\",\"color\":\"COLOR_UNSPECIFIED\","
      "\"strings\":[],\"ints\":[],\"nesteds\":[],\"labels\":{},\"byName\":{},\"byNumber\":{},\"otherName\":\"\"}");
}

TEST(JsonWriterTest, PrintsEachKindOfValue) {
  Everything message;
  message.set_int32_value(-1);
  message.set_uint64_value(UINT64_MAX);
  message.set_double_value(0.1);
  message.set_float_value(0.1f);
  message.set_bytes_value("\xfb\xff");
  message.set_color(static_cast<testdata::Color>(7));
  message.mutable_nested()->set_name("n");
  message.add_strings("a");
  (*message.mutable_labels())["k"] = "v";
  (*message.mutable_by_number())[-2] = true;
  message.set_maybe("");
  message.set_right(0);
  EXPECT_EQ(FieldJson(message, "int32_value"), "-1");
  EXPECT_EQ(FieldJson(message, "uint64_value"), "\"18446744073709551615\"");
  EXPECT_EQ(FieldJson(message, "double_value"), "0.1");
  EXPECT_EQ(FieldJson(message, "float_value"), "0.1");
  EXPECT_EQ(FieldJson(message, "bytes_value"), "\"+/8=\"");
  EXPECT_EQ(FieldJson(message, "color"), "7");
  EXPECT_EQ(FieldJson(message, "nested"), "{\"name\":\"n\",\"count\":0}");
  EXPECT_EQ(FieldJson(message, "strings"), "[\"a\"]");
  EXPECT_EQ(FieldJson(message, "labels"), "{\"k\":\"v\"}");
  EXPECT_EQ(FieldJson(message, "by_number"), "{\"-2\":true}");
  EXPECT_NE(Json(message).find("\"maybe\":\"\""), std::string::npos);
  EXPECT_NE(Json(message).find("\"right\":0"), std::string::npos);
  EXPECT_EQ(FieldJson(message, "time"), "null");
}

TEST(JsonWriterTest, PrintsNumbersThatJsonDoesNotHaveAsText) {
  Everything message;
  message.set_double_value(std::nan(""));
  EXPECT_EQ(FieldJson(message, "double_value"), "\"NaN\"");
  message.set_double_value(-HUGE_VAL);
  EXPECT_EQ(FieldJson(message, "double_value"), "\"-Infinity\"");
  message.set_double_value(-0.0);
  EXPECT_EQ(FieldJson(message, "double_value"), "-0");
  message.set_double_value(1e300);
  EXPECT_EQ(FieldJson(message, "double_value"), "1e+300");
}

TEST(JsonWriterTest, EscapesText) {
  Everything message;
  message.set_string_value(std::string("\"\\/\b\f\n\r\t\x01\x7f\xc3\xa9\0", 13));
  EXPECT_EQ(FieldJson(message, "string_value"), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f\xc3\xa9\\u0000\"");
}

TEST(JsonWriterTest, ReplacesBytesThatAreNotUtf8) {
  google::protobuf::StringValue value;
  value.set_value("a\xff\xc3");
  EXPECT_EQ(Json(value), "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(JsonWriterTest, PrintsWellKnownTypesInTheirOwnForm) {
  Everything message;
  message.mutable_time()->set_seconds(1);
  message.mutable_duration()->set_nanos(-1'000'000);
  message.mutable_mask()->add_paths("a_b.c");
  message.mutable_wrapped()->set_value(5);
  (*message.mutable_struct_()->mutable_fields())["x"].set_null_value(google::protobuf::NULL_VALUE);
  message.mutable_value()->set_bool_value(true);
  EXPECT_EQ(FieldJson(message, "time"), "\"1970-01-01T00:00:01Z\"");
  EXPECT_EQ(FieldJson(message, "duration"), "\"-0.001s\"");
  EXPECT_EQ(FieldJson(message, "mask"), "\"aB.c\"");
  EXPECT_EQ(FieldJson(message, "wrapped"), "\"5\"");
  EXPECT_EQ(FieldJson(message, "struct"), "{\"x\":null}");
  EXPECT_EQ(FieldJson(message, "value"), "true");
}

TEST(JsonWriterTest, PrintsWhatAnAnyHolds) {
  Everything message;
  testdata::Nested nested;
  nested.set_count(1);
  message.mutable_any()->PackFrom(nested);
  EXPECT_EQ(FieldJson(message, "any"),
            "{\"@type\":\"type.googleapis.com/mayfly.gateway.testdata.Nested\",\"name\":\"\",\"count\":1}");
  message.mutable_any()->PackFrom(google::protobuf::Duration());
  EXPECT_EQ(FieldJson(message, "any"), "{\"@type\":\"type.googleapis.com/google.protobuf.Duration\",\"value\":\"0s\"}");
  message.mutable_any()->set_type_url("a/unknown.Type");
  message.mutable_any()->set_value("\xff");
  EXPECT_EQ(FieldJson(message, "any"), "{\"@type\":\"a/unknown.Type\",\"value\":\"/w==\"}");
}

TEST(JsonWriterTest, SplicesJsonText) {
  testdata::SpliceMessage message;
  message.set_text("{\"a\" : 1}");
  message.add_texts("");
  EXPECT_EQ(Json(message), "{\"name\":\"\",\"text\":{\"a\" : 1},\"texts\":[null]}");
}

}  // namespace
}  // namespace mayfly::gateway
