#include "core/kinesis/output/partition_key.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/crypto.h"
#include "tests/unit/core/kinesis/output/writer_fakes.h"

namespace penstock::kinesis {
namespace {

struct Wanted {
  std::string key, log_stream, id, partition_key;
  std::string body = "body";
};

std::string key_for(const Wanted& wanted, const std::string& form = "log_stream",
                    const std::string& missing = "log_stream") {
  FakeRandom random;
  PartitionKeys keys = std::move(*PartitionKeys::make(form, missing));
  penstock_record record = {};
  record.key = bytes(wanted.key);
  record.id = bytes(wanted.id);
  record.body = bytes(wanted.body);
  penstock_batch batch = {};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof record;
  batch.records = &record;
  batch.record_count = 1;
  batch.log_stream = bytes(wanted.log_stream);
  batch.partition_key = bytes(wanted.partition_key);
  return std::string(keys.choose(batch, random)[0]);
}

TEST(partition_key, the_default_partition_key_is_the_log_stream_then_id_then_source) {
  EXPECT_EQ(key_for({"key", "stream", "id", "source"}), "key");
  EXPECT_EQ(key_for({"", "stream", "id", "source"}), "stream");
  EXPECT_EQ(key_for({"", "", "id", "source"}), "id");
  EXPECT_EQ(key_for({"", "", "", "source"}), "source");
}

TEST(partition_key, a_partition_key_is_random_if_nothing_is_known) {
  const std::string key = key_for({"", "", "", ""});
  EXPECT_EQ(key.size(), 8U);
  EXPECT_EQ(key.find_first_not_of("abcdefghijklmnop"), std::string::npos);
}

TEST(partition_key, a_partition_key_of_more_than_256_characters_is_hashed) {
  for (const std::string& character : {std::string("k"), std::string("\xE2\x82\xAC")}) {
    std::string key;
    for (int i = 0; i < 256; ++i) key += character;
    EXPECT_EQ(key_for({key, "", "", ""}), key);
    EXPECT_EQ(key_for({"", key, "", ""}), key);
    key += character;
    EXPECT_EQ(key_for({key, "", "", ""}), hex(sha256(key)));
    EXPECT_EQ(key_for({"", key, "", ""}), hex(sha256(key)));
    EXPECT_EQ(key_for({"", "", "", key}), hex(sha256(key)));
  }
}

TEST(partition_key, a_partition_key_that_is_not_utf8_is_hashed) {
  EXPECT_EQ(key_for({"\xFF", "", "", ""}), hex(sha256("\xFF")));
  EXPECT_EQ(key_for({"", "\xFF", "", ""}), hex(sha256("\xFF")));
  EXPECT_EQ(key_for({"", "", "\xFF", ""}), hex(sha256("\xFF")));
}

TEST(partition_key, each_form_of_partition_key_uses_its_source) {
  const Wanted wanted = {"", "stream", "id", "source", R"({"lambda":{"requestId":"r-1"},"n":12,"t":true})"};
  EXPECT_EQ(key_for(wanted, "source"), "source");
  EXPECT_EQ(key_for(wanted, "text:Same For All"), "Same For All");
  EXPECT_EQ(key_for(wanted, "field:lambda.requestId"), "r-1");
  EXPECT_EQ(key_for(wanted, "field:n"), "12");
  EXPECT_EQ(key_for(wanted, "field:t"), "true");
  EXPECT_EQ(key_for(wanted, "random").size(), 8U);
}

TEST(partition_key, a_records_own_key_precedes_any_form) {
  for (const char* form : {"log_stream", "random", "source", "field:n", "text:x"})
    EXPECT_EQ(key_for({"own", "stream", "id", "source", R"({"n":1})"}, form), "own") << form;
}

TEST(partition_key, a_missing_source_or_field_falls_back_as_the_option_says) {
  for (const char* form : {"source", "field:a.b"}) {
    for (const char* body : {"no json", "{}", R"({"a":{"b":null}})", R"({"a":{"b":""}})", R"({"a":{"b":{}}})",
                             R"({"a":[{"b":"x"}]})", R"({"b":"x","c":{"a":{"b":"x"}}})"}) {
      const Wanted wanted = {"", "stream", "id", "", body};
      EXPECT_EQ(key_for(wanted, form, "log_stream"), "stream") << body;
      EXPECT_EQ(key_for(wanted, form, "random").size(), 8U) << body;
      EXPECT_EQ(key_for(wanted, form, "on_failure"), "") << body;
    }
  }
}

TEST(partition_key, records_of_a_batch_have_their_own_keys_and_share_equal_ones) {
  FakeRandom random;
  const std::string bodies[] = {R"({"k":"one"})", "{}", R"({"k":"three"})", "{}", "{}"};
  penstock_record records[5] = {};
  for (int i = 0; i < 5; ++i) records[i].body = bytes(bodies[i]);
  penstock_batch batch = {};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof records[0];
  batch.records = records;
  batch.record_count = 5;
  const std::string log_stream(300, 's');
  batch.log_stream = bytes(log_stream);
  PartitionKeys keys = std::move(*PartitionKeys::make("field:k", "log_stream"));
  for (int turn = 0; turn < 2; ++turn) {
    const auto chosen = keys.choose(batch, random);
    ASSERT_EQ(chosen.size(), 5U);
    EXPECT_EQ(chosen[0], "one");
    EXPECT_EQ(chosen[1], hex(sha256(log_stream)));
    EXPECT_EQ(chosen[2], "three");
    EXPECT_EQ(chosen[4], hex(sha256(log_stream)));
    EXPECT_EQ(chosen[3].data(), chosen[4].data());
  }
}

TEST(partition_key, too_long_a_field_as_partition_key_is_hashed) {
  const std::string value(257, 'v');
  EXPECT_EQ(key_for({"", "", "", "", R"({"k":")" + value + "\"}"}, "field:k"), hex(sha256(value)));
}

TEST(partition_key, invalid_partition_key_forms_are_errors_that_name_the_allowed_ones) {
  for (const char* form :
       {"", "requestId", "field", "field:", "field:a..b", "field:.a", "field:a.", "text:", "Random"}) {
    const auto keys = PartitionKeys::make(form, "random");
    ASSERT_FALSE(keys.ok()) << form;
    EXPECT_EQ(keys.status().code(), Code::config);
  }
  EXPECT_FALSE(PartitionKeys::make("source", "drop").ok());
}

TEST(json_field, a_json_field_is_found_only_at_its_path) {
  const auto found = [](const char* path, std::string_view json) {
    std::string out = ">";
    const bool any = JsonField(path).append(out, json);
    return any ? out.substr(1) : out == ">" ? "none" : "half";
  };
  EXPECT_EQ(found("a", R"({"b":1,"a":"x"})"), "x");
  EXPECT_EQ(found("a.b.c", R"({"z":{"a":{"b":{"c":"no"}}},"a":{"x":{"b":1},"b":{"c":"yes"}}})"), "yes");
  EXPECT_EQ(found("a", R"({"a":"\u00e9\n"})"), "\xC3\xA9\n");
  EXPECT_EQ(found("a", R"({"a":-1.50e3,"b":)"), "-1.50e3");
  EXPECT_EQ(found("a", R"({"b":[1e999,-1e-999999999999],"c":)" + std::string(400, '9') + R"(,"a":"x"})"), "x");
  EXPECT_EQ(found("a", R"({"a":1e999})"), "1e999");
  EXPECT_EQ(found("a", R"({"a":1e9999999999})"), "1e9999999999");
  EXPECT_EQ(found("a", R"({"b":1e999e5,"a":"x"})"), "none");
  EXPECT_EQ(found("a.b", R"({"a":{},"b":"x"})"), "none");
  EXPECT_EQ(found("a.b", R"({"a":{"c":1},"a":{"b":"second"}})"), "second");
  EXPECT_EQ(found("a.b", R"({"a":"x","b":"y"})"), "none");
  EXPECT_EQ(found("a", R"([{"a":"x"}])"), "none");
  EXPECT_EQ(found("a", R"({"x":[{"a":"no"}],"a":"yes"})"), "yes");
  EXPECT_EQ(found("a", R"({"b" "a":1})"), "none");
  EXPECT_EQ(found("a", ""), "none");
}

TEST(json_field, searching_a_json_field_in_deep_nesting_uses_no_stack) {
  std::string json = R"({"x":)" + std::string(300'000, '[') + std::string(300'000, ']') + R"(,"a":"found"})";
  std::string out;
  EXPECT_TRUE(JsonField("a").append(out, json));
  EXPECT_EQ(out, "found");
}

}  // namespace
}  // namespace penstock::kinesis
