// A model of STS: AssumeRole and GetCallerIdentity.
// https://docs.aws.amazon.com/STS/latest/APIReference/
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tests/model_iam/iam.h"
#include "tests/model_kinesis/message.h"

namespace penstock::iam {

class Sts {
 public:
  // now_ms returns Unix time. REQUIRES: iam outlives it.
  Sts(Iam& iam, std::string region, std::function<int64_t()> now_ms)
      : iam_(iam), region_(std::move(region)), now_ms_(std::move(now_ms)) {}

  // Handles one signed request.
  model::Reply handle(const model::Request& request);

 private:
  model::Reply assume_role(const model::Request& request);

  Iam& iam_;
  std::string region_;
  std::function<int64_t()> now_ms_;
};

}  // namespace penstock::iam
