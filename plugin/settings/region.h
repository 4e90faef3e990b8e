// Finds and checks the AWS region of an instance.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "core/aws/aws_profile.h"
#include "core/env.h"
#include "plugin/abi/options.h"

namespace penstock::plugin {

// Returns Code::config if text is not a valid region. source: where it was written, like "AWS_REGION".
Status check_region(std::string_view text, std::string_view source);

// Returns the region from the option, else likely (from the ARN of a stream) unless it is "", else the
// environment, else the profile of that name. Makes no call. Code::config if none of them has one, or if it is
// malformed.
Result<std::string> find_region(Env& env, const Options& options, const std::string& likely,
                                const aws::AwsProfiles& profiles, const std::string& profile);

}  // namespace penstock::plugin
