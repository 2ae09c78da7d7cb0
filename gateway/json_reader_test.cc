#include "gateway/json_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gateway/json_writer.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "testdata/echo.pb.h"

namespace mayfly::gateway {
namespace {

using testdata::Everything;
using testdata::SpliceMessage;

Everything Read(std::string_view text) {
  Everything message;
  EXPECT_EQ(ReadJsonMessage(text, message), absl::OkStatus()) << text;
  return message;
}

// The message of the error that `text` meets.
std::string Refusal(std::string_view text) {
  Everything message;
  const absl::Status status = ReadJsonMessage(text, message);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
  EXPECT_EQ(ErrorReason(status), "REQUEST_INVALID") << text;
  return std::string(status.message());
}

TEST(JsonReaderTest, TakesBothSpellingsOfAName) {
  EXPECT_EQ(Read(R"({"int32Value": 1})").int32_value(), 1);
  EXPECT_EQ(Read(R"({"int32_value": 1})").int32_value(), 1);
  EXPECT_EQ(Read(R"({"\u0069nt32Value": 1})").int32_value(), 1);
  EXPECT_EQ(Read(R"({"otherName": "a"})").renamed(), "a");
  EXPECT_EQ(Read(R"({"renamed": "a"})").renamed(), "a");
}

TEST(JsonReaderTest, TakesNumbersAsNumbersAndAsStrings) {
  EXPECT_EQ(Read(R"({"int32Value": -2147483648})").int32_value(), INT32_MIN);
  EXPECT_EQ(Read(R"({"int32Value": "7"})").int32_value(), 7);
  EXPECT_EQ(Read(R"({"int32Value": 1.0})").int32_value(), 1);
  EXPECT_EQ(Read(R"({"int32Value": 1e3})").int32_value(), 1000);
  EXPECT_EQ(Read(R"({"int64Value": "9223372036854775807"})").int64_value(), INT64_MAX);
  EXPECT_EQ(Read(R"({"int64Value": 9223372036854775807})").int64_value(), INT64_MAX);
  EXPECT_EQ(Read(R"({"uint64Value": 18446744073709551615})").uint64_value(), UINT64_MAX);
  EXPECT_EQ(Read(R"({"doubleValue": 1.5e-3})").double_value(), 1.5e-3);
  EXPECT_EQ(Read(R"({"doubleValue": "-Infinity"})").double_value(), -HUGE_VAL);
  EXPECT_TRUE(std::isnan(Read(R"({"floatValue": "NaN"})").float_value()));
}

TEST(JsonReaderTest, RefusesNumbersOutOfRange) {
  EXPECT_EQ(Refusal(R"({"int32Value": 2147483648})"),
            "int32Value: must be a whole number from -2147483648 to 2147483647 (line 1, column 16)");
  for (const char* text :
       {R"({"int32Value": 1.5})", R"({"int32Value": 1e10})", R"({"uint32Value": -1})", R"({"int64Value": 1e19})",
        R"({"int64Value": 9223372036854775808})", R"({"uint64Value": 18446744073709551616})", R"({"floatValue": 1e39})",
        R"({"doubleValue": 1e400})", R"({"doubleValue": "inf"})", R"({"int32Value": ""})", R"({"int32Value": "1 2"})",
        R"({"int32Value": true})", R"({"int32Value": []})", R"({"doubleValue": {}})", R"({"int32Value": "0x10"})"}) {
    Refusal(text);
  }
}

TEST(JsonReaderTest, TakesTextBytesBoolsAndEnums) {
  EXPECT_EQ(Read(R"({"stringValue": "\u00e9\ud83d\ude00\n\/\"\\\b\f\r\t"})").string_value(),
            "\xc3\xa9\xf0\x9f\x98\x80\n/\"\\\b\f\r\t");
  EXPECT_EQ(Read(R"({"stringValue": "a\u0000b"})").string_value(), std::string("a\0b", 3));
  for (const char* base64 : {"+/8=", "+/8", "-_8", "-_8="}) {
    EXPECT_EQ(Read(absl::StrCat("{\"bytesValue\": \"", base64, "\"}")).bytes_value(), "\xfb\xff") << base64;
  }
  EXPECT_TRUE(Read(R"({"boolValue": true})").bool_value());
  EXPECT_EQ(Read(R"({"color": "GREEN"})").color(), testdata::GREEN);
  EXPECT_EQ(Read(R"({"color": 2})").color(), testdata::GREEN);
  EXPECT_EQ(Read(R"({"color": 77})").color(), 77);
}

TEST(JsonReaderTest, RefusesOtherTypes) {
  EXPECT_EQ(Refusal(R"({"stringValue": 1})"), "stringValue: must be a string (line 1, column 17)");
  EXPECT_EQ(Refusal(R"({"boolValue": "true"})"), "boolValue: must be true or false (line 1, column 15)");
  EXPECT_EQ(Refusal(R"({"bytesValue": "?"})"), "bytesValue: must be base64 (line 1, column 16)");
  EXPECT_EQ(Refusal(R"({"color": "GREN"})"),
            "color: must be the name or the number of a Color; did you mean 'GREEN' or 'RED'? (line 1, column 11)");
  EXPECT_EQ(Refusal(R"({"nested": []})"), "nested: must be an object (line 1, column 12)");
  EXPECT_EQ(Refusal(R"({"strings": "a"})"), "strings: must be a list (line 1, column 13)");
  EXPECT_EQ(Refusal(R"({"labels": []})"), "labels: must be an object (line 1, column 12)");
  for (const char* text :
       {R"({"stringValue": true})", R"({"stringValue": {}})", R"({"boolValue": 1})", R"({"color": true})",
        R"({"nested": 1})", R"({"bytesValue": 1})", R"({"boolValue": [true]})"}) {
    Refusal(text);
  }
}

TEST(JsonReaderTest, ANullIsTheDefault) {
  const Everything message = Read(
      R"({"stringValue": null, "int32Value": null, "boolValue": null, "color": null, "nested": null, "strings": null,
          "labels": null, "maybe": null, "time": null, "struct": null, "wrapped": null, "any": null})");
  EXPECT_EQ(message.ByteSizeLong(), 0u);
  EXPECT_TRUE(Read(R"({"value": null})").value().has_null_value());
  EXPECT_EQ(Refusal(R"({"strings": [null]})"), "strings[0]: must not be null (line 1, column 14)");
  EXPECT_EQ(Refusal(R"({"labels": {"a": null}})"), "labels.a: must not be null (line 1, column 18)");
}

TEST(JsonReaderTest, TheLastOfTwoEqualKeysHolds) {
  EXPECT_EQ(Read(R"({"int32Value": 1, "int32_value": 2})").int32_value(), 2);
  EXPECT_EQ(Read(R"({"nested": {"name": "a", "count": 1}, "nested": {"name": "b"}})").nested().count(), 0);
  EXPECT_EQ(Read(R"({"strings": ["a", "b"], "strings": ["c"]})").strings_size(), 1);
  EXPECT_EQ(Read(R"({"labels": {"a": "1", "a": "2"}})").labels().at("a"), "2");
  EXPECT_EQ(Read(R"({"byName": {"a": {"count": 1, "name": "x"}, "a": {"name": "y"}}})").by_name().at("a").count(), 0);
  EXPECT_EQ(Read(R"({"left": "a", "right": 3})").right(), 3);
  EXPECT_EQ(Read(R"({"int32Value": 1, "int32Value": null})").int32_value(), 0);
}

TEST(JsonReaderTest, KeysOfAMapArePlainData) {
  const auto labels = Read(R"({"labels": {"__proto__": "a", "constructor": "b", "": "c", "a.b": "d"}})").labels();
  EXPECT_EQ(labels.at("__proto__"), "a");
  EXPECT_EQ(labels.at("constructor"), "b");
  EXPECT_EQ(labels.at(""), "c");
  EXPECT_EQ(labels.at("a.b"), "d");
  EXPECT_TRUE(Read(R"({"byNumber": {"-3": true}})").by_number().at(-3));
  EXPECT_EQ(Refusal(R"({"byNumber": {"x": true}})"),
            "byNumber.x: as a key must be a whole number from -2147483648 to 2147483647 (line 1, column 15)");
}

TEST(JsonReaderTest, TakesWellKnownTypes) {
  const Everything message = Read(
      R"({"time": "2026-11-24T15:28:27.5Z", "duration": "-1.5s", "mask": "a.bC,d_e", "struct": {"a": [1, null]},
          "value": [true], "wrapped": "5", "any": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "1s"}})");
  EXPECT_EQ(message.time().nanos(), 500'000'000);
  EXPECT_EQ(message.duration().seconds(), -1);
  EXPECT_EQ(message.mask().paths(0), "a.b_c");
  EXPECT_EQ(message.mask().paths(1), "d_e");
  EXPECT_EQ(message.struct_().fields().at("a").list_value().values_size(), 2);
  EXPECT_TRUE(message.value().list_value().values(0).bool_value());
  EXPECT_EQ(message.wrapped().value(), 5);
  EXPECT_EQ(message.any().type_url(), "type.googleapis.com/google.protobuf.Duration");
  EXPECT_EQ(Refusal(R"({"time": "yesterday"})"),
            "time: must be a google.protobuf.Timestamp in its JSON form (line 1, column 10)");
  for (const char* text : {R"({"time": 1})", R"({"duration": "1"})", R"({"struct": []})",
                           R"({"any": {"@type": "x/y"}})", R"({"wrapped": "x"})", R"({"mask": 1})"}) {
    Refusal(text);
  }
}

TEST(JsonReaderTest, NamesThePathAndTheNearestOfAnUnknownKey) {
  EXPECT_EQ(Refusal("{\"byName\": {\"x\":\n {\"coutn\": 1}}}"),
            "byName.x.coutn: is not a known field; did you mean 'count'? (line 2, column 3)");
  EXPECT_EQ(Refusal(R"({"nesteds": [{}, {"inner": {"zzz": 1}}]})"),
            "nesteds[1].inner.zzz: is not a known field (line 1, column 29)");
  EXPECT_EQ(Refusal(R"({"__proto__": {}})"), "__proto__: is not a known field (line 1, column 2)");
}

TEST(JsonReaderTest, ShowsOnlyTheBeginningOfALongKey) {
  EXPECT_LT(Refusal(absl::StrCat("{\"", std::string(100'000, 'k'), "\": 1}")).size(), 300u);
  EXPECT_LT(Refusal(absl::StrCat("{\"labels\": {\"", std::string(100'000, 'k'), "\": 1}}")).size(), 300u);
}

TEST(JsonReaderTest, ListsTheViolation) {
  Everything message;
  google::rpc::BadRequest request;
  const absl::Status status = ReadJsonMessage(R"({"nested": {"a": 1}})", message);
  ASSERT_TRUE(ToRpcStatus(status).details(1).UnpackTo(&request));
  ASSERT_EQ(request.field_violations_size(), 1);
  EXPECT_EQ(request.field_violations(0).field(), "nested.a");
}

TEST(JsonReaderTest, RefusesALoneSurrogateWhereTextMustBeUnicode) {
  EXPECT_EQ(Refusal(R"({"stringValue": "\ud800"})"),
            "stringValue: must not hold a lone surrogate escape: it is no Unicode text (line 1, column 17)");
  for (const char* text : {R"({"stringValue": "\udc00"})", R"({"stringValue": "\ud800\ud800"})",
                           R"({"stringValue": "\ud800x"})", R"({"\ud800": 1})", R"({"labels": {"\ud800": "a"}})",
                           R"({"labels": {"a": "\ud800"}})", R"({"strings": ["\ud800\n"]})"}) {
    Refusal(text);
  }
}

TEST(JsonReaderTest, KeepsJsonTextAsItIs) {
  SpliceMessage message;
  const char* text =
      R"({"text" :  {"a": [1.50, "}\"", "\ud800"]}  , "texts": [ null ,"x" , 1e400 ], "inner":{"text":"\u0041"}})";
  ASSERT_EQ(ReadJsonMessage(text, message), absl::OkStatus());
  EXPECT_EQ(message.text(), R"({"a": [1.50, "}\"", "\ud800"]})");
  ASSERT_EQ(message.texts_size(), 3);
  EXPECT_EQ(message.texts(0), "null");
  EXPECT_EQ(message.texts(1), "\"x\"");
  EXPECT_EQ(message.texts(2), "1e400");
  EXPECT_EQ(message.inner().text(), "\"\\u0041\"");
}

TEST(JsonReaderTest, RefusesWhatIsNotJsonAndNamesThePlace) {
  EXPECT_EQ(Refusal("{\"a\": "), "the body ends too early (line 1, column 7)");
  EXPECT_EQ(Refusal("[]"), "must be an object (line 1, column 1)");
  for (const char* text : {"", " ", "{", "{]", "{\"a\"}", "{\"stringValue\": 'a'}", "{,}", "\xef\xbb\xbf{}", "{}x",
                           "{\"stringValue\": \"\xff\"}", "null", "1", "// a\n{}"}) {
    Refusal(text);
  }
}

TEST(JsonReaderTest, TakesMessagesAsDeepAsJsonMayBe) {
  std::string deep = "{\"nested\":";
  for (int i = 0; i < 998; ++i) deep += "{\"inner\":";
  deep += "{}" + std::string(999, '}');
  Read(deep);
}

TEST(JsonReaderTest, ReadsOneField) {
  Everything message;
  const auto* ints = Everything::descriptor()->FindFieldByName("ints");
  EXPECT_EQ(ReadJsonField(" [1, 2] ", *ints, message), absl::OkStatus());
  EXPECT_EQ(message.ints(1), 2);
  EXPECT_EQ(ReadJsonField("[1, true]", *ints, message).message(), "[1]: must be a number (line 1, column 5)");
}

TEST(JsonReaderTest, ReadsBackWhatTheWriterWrites) {
  const Everything message = Read(
      R"({"stringValue": "é\n", "int64Value": "-5", "doubleValue": 0.1, "floatValue": 0.1, "bytesValue": "AA==", "color": 9,
          "nested": {"inner": {}}, "strings": ["", "a"], "labels": {"a": "b"}, "byNumber": {"1": false}, "maybe": "",
          "time": "2026-01-01T00:00:00Z", "duration": "3s", "mask": "a,b", "struct": {"x": null}, "wrapped": "0",
          "left": "l"})");
  std::string json;
  AppendJsonMessage(message, json);
  std::string again;
  AppendJsonMessage(Read(json), again);
  EXPECT_EQ(again, json);
}

}  // namespace
}  // namespace mayfly::gateway
