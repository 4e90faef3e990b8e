#include "tests/e2e/deployment.h"

#include <stdlib.h>

#include <algorithm>
#include <cstdio>

#include "tests/gzip.h"

namespace penstock::e2e {

Deployment::Deployment(uint32_t input_shards, uint32_t output_shards, Scheme scheme)
    : certificate_(scheme == Scheme::https ? model::make_certificate(folder.path("")) : model::CertificateFiles{}),
      server(model::Settings{}, {.cert_file = certificate_.cert, .key_file = certificate_.key}) {
  const model::AccessKey key;
  setenv("AWS_ACCESS_KEY_ID", key.id.c_str(), 1);
  setenv("AWS_SECRET_ACCESS_KEY", key.secret.c_str(), 1);
  if (const std::string trouble = server.start(); !trouble.empty()) {
    std::fprintf(stderr, "the model does not start: %s\n", trouble.c_str());
    std::exit(2);
  }
  server.with([&](model::Service& service) {
    service.create_stream("in", input_shards);
    service.create_stream("out", output_shards);
  });
}

void Deployment::fill(size_t events) {
  constexpr size_t kEventsAMessage = 200;
  server.with([&](model::Service& service) {
    for (size_t first = 0; first < events; first += kEventsAMessage, ++messages_) {
      const std::string number = std::to_string(messages_);
      const std::vector<Event> some = some_events(number + "-", std::min(kEventsAMessage, events - first));
      service.preload("in", number,
                      gzip(message("/aws/lambda/orders", "stream-" + std::to_string(messages_ % 250), some)));
      for (const Event& event : some) expected.insert(event.id);
    }
    events_by_shard_.clear();
    service.each_record("in", [&](const model::Shard& shard, const model::Record& record) {
      for (size_t i = 0; expected.contains(record.partition_key + "-" + std::to_string(i)); ++i)
        events_by_shard_[shard.id()].push_back(record.partition_key + "-" + std::to_string(i));
    });
  });
}

void Deployment::put(std::string_view partition_key, std::string_view data) {
  server.with([&](model::Service& service) { service.preload("in", partition_key, data); });
}

OptionList Deployment::common_options(const char* stream) const {
  OptionList options = {{"stream", stream}, {"region", "us-east-1"}, {"endpoint", server.url()}};
  if (!certificate_.cert.empty()) options.emplace_back("ca_file", certificate_.cert);
  return options;
}

OptionList Deployment::input_options() const {
  OptionList options = common_options("in");
  options.emplace_back("poll_interval", "200ms");
  options.emplace_back("checkpoint", "file:" + folder.path("checkpoint"));
  options.emplace_back("on_failure", "file:" + folder.path("input-failures.jsonl"));
  return options;
}

OptionList Deployment::output_options() const {
  OptionList options = common_options("out");
  options.emplace_back("on_failure", "file:" + folder.path("output-failures.jsonl"));
  return options;
}

std::map<std::string, int> Deployment::delivered() {
  std::map<std::string, int> count;
  server.with([&](model::Service& service) {
    service.each_record(
        "out", [&](const model::Shard&, const model::Record& record) { ++count[event_id_of(record.data)]; });
  });
  return count;
}

model::Stats Deployment::stats() {
  model::Stats stats;
  server.with([&](model::Service& service) { stats = service.stats(); });
  return stats;
}

}  // namespace penstock::e2e
