// The model of Kinesis on a loopback port, with an input stream, an output stream, and a folder for state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/messages.h"
#include "tests/e2e/plugin_client.h"
#include "tests/model_kinesis/certificate.h"
#include "tests/model_kinesis/server.h"

namespace penstock::e2e {

class Deployment {
 public:
  enum class Scheme { http, https };
  // Puts the model's credentials into the environment of this process. With https, creates a certificate, and the
  // options name it as the trusted authority.
  Deployment(uint32_t input_shards, uint32_t output_shards, Scheme scheme = Scheme::http);

  // Adds messages of 200 events each to the input stream, from 250 log streams in turn, and their IDs to
  // `expected`.
  void fill(size_t events);
  // Adds one source record to the input stream.
  void put(std::string_view partition_key, std::string_view data);

  OptionList input_options() const;
  OptionList output_options() const;

  // Returns how often each event ID is in the output stream.
  std::map<std::string, int> delivered();
  // Returns the event IDs of each shard of the input stream, in the shard's order.
  std::map<std::string, std::vector<std::string>> events_by_shard() const { return events_by_shard_; }
  model::Stats stats();

  TemporaryFolder folder;

 private:
  model::CertificateFiles certificate_;  // empty names: http

 public:
  model::Server server;
  std::set<std::string> expected;

 private:
  OptionList common_options(const char* stream) const;

  std::map<std::string, std::vector<std::string>> events_by_shard_;
  size_t messages_ = 0;
};

}  // namespace penstock::e2e
