// Each option of lambda_logs, through the ABI.
#include "tests/lambda_options.h"

#include "tests/abi/library.h"

namespace penstock::abi {
namespace {

class abi_lambda_options : public testing::TestWithParam<lambda_options::Case> {};

TEST_P(abi_lambda_options, each_option_of_lambda_logs_makes_its_record_through_the_abi) {
  const Instance filter(lambda_logs(), GetParam().options, nullptr);
  penstock_record event = {};
  event.time_ms = lambda_options::kTimeMs;
  event.id = bytes(lambda_options::kId);
  event.body = bytes(GetParam().message);
  penstock_batch batch = {};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof event;
  batch.records = &event;
  batch.record_count = 1;
  batch.log_group = bytes(lambda_options::kLogGroup);
  batch.log_stream = bytes(lambda_options::kLogStream);
  batch.owner = bytes(lambda_options::kOwner);
  Emitted emitted;
  penstock_error error = new_error();
  ASSERT_EQ(filter->filter->apply(filter.get(), &batch, Emitted::emit, &emitted, &error), PENSTOCK_OK)
      << error.text;
  const std::vector<std::string> expected(GetParam().record.empty() ? 0 : 1, GetParam().record);
  EXPECT_EQ(emitted.bodies, expected);
}

INSTANTIATE_TEST_SUITE_P(, abi_lambda_options, testing::ValuesIn(lambda_options::cases()),
                         [](const auto& one) { return one.param.name; });

// The error for an invalid option names the option, the value, and the allowed values.
TEST(abi, an_invalid_value_of_lambda_logs_is_reported_with_the_allowed_values) {
  const struct {
    const char *name, *value, *problem;
    std::vector<const char*> said;
  } cases[] = {
      {"schema", "splunk", "PS0086: invalid value 'splunk'", {"default|legacy|otel|ecs"}},
      {"source_key", "", "PS0057: empty value", {"set a value"}},
      {"timestamp_key", "", "PS0057: empty value", {"set a value"}},
      {"event_id", "maybe", "PS0086: invalid value 'maybe'", {"on|off"}},
      {"keep_message", "1", "PS0086: invalid value '1'", {"on|off"}},
      {"drop", "finish", "PS0086: invalid value 'finish'", {"start, end, report, initStart"}},
      {"function_fields", "yes", "PS0086: invalid value 'yes'", {"on|off"}},
      {"normalize_level", "true", "PS0086: invalid value 'true'", {"on|off"}},
      {"parse_json_in_message", "never", "PS0086: invalid value 'never'", {"on|off"}},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    const std::vector<penstock_option> options = {{bytes(one.name), bytes(one.value)}};
    std::string text;
    const auto keep = [](void* ctx, size_t, const penstock_error* error) {
      *static_cast<std::string*>(ctx) += error->text;
    };
    EXPECT_EQ(lambda_logs()->check(options.data(), options.size(), sizeof(penstock_option), keep, &text),
              PENSTOCK_E_OPTIONS);
    EXPECT_TRUE(text.starts_with(std::string(one.problem) + " for " + one.name + ": ")) << text;
    for (const char* said : one.said)
      EXPECT_NE(text.find(said), std::string::npos) << said << " is not in: " << text;
  }
}

}  // namespace
}  // namespace penstock::abi
