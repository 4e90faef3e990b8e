// Times in the formats of the service's headers and messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock::model {

std::string amz_time(int64_t unix_ms);   // 20150830T123600Z
std::string http_date(int64_t unix_ms);  // Sun, 30 Aug 2015 12:36:00 GMT
std::optional<int64_t> parse_amz_time_ms(std::string_view text);

}  // namespace penstock::model
