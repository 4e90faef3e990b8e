// The plugin's whole pipeline against services that we did not write: whether the emulators accept our requests,
// and we their responses.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/e2e/emulators/emulator_fixture.h"
#include "tests/e2e/messages.h"
#include "tests/e2e/plugin_client.h"
#include "tests/gzip.h"

namespace penstock::emulators {
namespace {

TEST_P(emulator, the_plugins_pipeline_works_with_the_service) {
  create("in", 2);
  create("out", 2);
  std::vector<std::string> expected;
  for (int i = 0; i < 10; ++i) {
    const std::string number = std::to_string(i);
    const std::vector<e2e::Event> events = e2e::some_events(number + "-", 20);
    for (const e2e::Event& event : events) expected.push_back(event.id);
    const model::Response put =
        client_.put("in", number, gzip(e2e::message("/aws/lambda/orders", "stream-" + number, events)));
    ASSERT_TRUE(put.ok()) << put.message();
  }

  setenv("AWS_ACCESS_KEY_ID", client_.key.id.c_str(), 1);
  setenv("AWS_SECRET_ACCESS_KEY", client_.key.secret.c_str(), 1);
  const e2e::OptionList common = {{"region", "us-east-1"}, {"endpoint", url()}, {"on_failure", "drop"}};
  e2e::OptionList input = common, output = common;
  input.insert(input.end(), {{"stream", "in"}, {"checkpoint", "memory"}, {"poll_interval", "200ms"}});
  output.emplace_back("stream", "out");
  e2e::Pipeline pipeline(input, output);
  EXPECT_TRUE(pipeline.run_until(
      [&] { return pipeline.emitted().size() >= expected.size() && pipeline.in_flight() == 0; }, 60));
  pipeline.close();
  EXPECT_EQ(pipeline.input().stat("dead_letter_records"), 0);
  EXPECT_EQ(pipeline.output().stat("dead_letter_records"), 0);

  std::vector<std::string> delivered;
  for (int shard = 0; shard < 2; ++shard) {
    const model::Response got = client_.get(client_.iterator("out", shard_id(shard), "TRIM_HORIZON"));
    for (size_t i = 0; i < got.size("Records"); ++i)
      delivered.push_back(e2e::event_id_of(decoded(got, "Records." + std::to_string(i) + ".Data")));
  }
  std::sort(expected.begin(), expected.end());
  std::sort(delivered.begin(), delivered.end());
  EXPECT_EQ(delivered, expected);
}

}  // namespace
}  // namespace penstock::emulators
