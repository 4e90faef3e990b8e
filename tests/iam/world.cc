#include "tests/iam/world.h"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/aws/endpoint.h"

namespace penstock::iam {

Policy read_policy(const std::string& name, const std::string& queue_arn) {
  std::ifstream file(std::string(PENSTOCK_POLICIES) + "/" + name + ".json");
  if (!file) throw std::invalid_argument("cannot read " + name + ".json");
  std::ostringstream content;
  content << file.rdbuf();
  std::string text = content.str();
  const std::string key = kKeyArn;
  const std::vector<std::pair<std::string, std::string>> values = {
      {"CALLER_ACCOUNT", kOtherAccount},
      {"ACCOUNT", kAccount},
      {"REGION", kRegion},
      {"STREAM", kStream},
      {"TABLE", kTable},
      {"QUEUE_ID", queue_arn.substr(queue_arn.rfind('/') + 1)},
      {"KEY_ID", key.substr(key.rfind('/') + 1)},
      {"EXTERNAL_ID", kExternalId},
      {"role/ROLE", "role/penstock"}};
  for (const auto& [placeholder, value] : values)
    for (size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos; at += value.size())
      text.replace(at, placeholder.size(), value);
  return Policy::parse(text);
}

World::World()
    : kinesis({.region = kRegion, .account = kAccount, .keys = {}, .authorize = iam.authorizer()},
              [this] { return clock.unix_ms(); }),
      dynamodb({.region = kRegion, .account = kAccount, .authorize = iam.authorizer(), .keys = {}},
               [this] { return clock.unix_ms(); }) {
  iam.on_key([this](const model::AccessKey&) {
    kinesis.set_keys(iam.keys());
    dynamodb.settings().keys = iam.keys();
  });
  kinesis.create_stream(kStream, 2);
  queue_arn = kinesis.create_queue("penstock", kStream);
}

void World::let(const std::string& account, std::vector<Policy> policies) {
  iam.add(model::AccessKey{}, {account, "arn:aws:iam::" + account + ":user/penstock"}, std::move(policies));
}

model::Reply World::serve(const std::string& host, model::Request request) {
  if (edit && host.starts_with("kinesis.")) edit(request);
  if (host.starts_with("kinesis.")) return kinesis.handle(std::move(request));
  if (host.starts_with("dynamodb.")) return dynamodb.handle(std::move(request));
  if (host.starts_with("sts.")) return sts.handle(request);
  model::Reply closed;
  closed.wire = model::Wire::closed;
  return closed;
}

std::string World::log() const {
  std::string lines;
  for (const sim::LogLine& line : sim.log()) lines += line.text + "\n";
  return lines;
}

Calls::Calls(Env& env, const aws::Role& role)
    : clock(env.clock),
      context{env, clock, *aws::make_endpoint("sts", kRegion, "", false), 30'000},
      credentials(env, clock, aws::default_credentials(context, "", role)),
      kinesis(env, aws::kKinesisProtocol, *aws::make_endpoint("kinesis", kRegion, "", false), credentials, clock,
              metrics, 30'000),
      dynamodb(env, aws::kDynamoDbProtocol, *aws::make_endpoint("dynamodb", kRegion, "", false), credentials,
               clock, metrics, 30'000) {}

}  // namespace penstock::iam
