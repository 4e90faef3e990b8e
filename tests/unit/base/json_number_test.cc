#include "base/json_number.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace penstock {
namespace {

using namespace std::string_literals;

TEST(json_number, numbers_are_distinguished_from_similar_text) {
  for (const std::string_view text :
       {"0", "-0", "10", "3.00", "0.5", "1e5", "1E+2", "-1.25e-10", "123456789012345678901234567890"})
    EXPECT_TRUE(is_json_number(text)) << text;
  for (const std::string_view text : {"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "NaN", "Infinity", "0x10",
                                      "1 ", " 1", "1,000", "1e5.5", "--1"})
    EXPECT_FALSE(is_json_number(text)) << text;
}

TEST(json_number, a_number_is_portable_if_a_double_holds_it_and_it_is_short) {
  const std::string digits(kMaxPortableNumberBytes, '9');
  const std::string decimals = "0." + std::string(kMaxPortableNumberBytes - 3, '0') + "1";
  for (const std::string& text :
       {"0"s, "-0"s, "24.61"s, "1e308"s, "1.7976931348623157e308"s, "-1E+308"s, "5e-324"s, "0e999"s, "0.0e-999"s,
        "1e0000000000000000000000000000005"s, digits, decimals})
    EXPECT_TRUE(is_portable_json_number(text)) << text;
  for (const std::string& text : {""s,
                                  "1e"s,
                                  ".5"s,
                                  "5."s,
                                  "01"s,
                                  "-"s,
                                  "1e309"s,
                                  "1.8e308"s,
                                  "-1e999"s,
                                  "1e-324"s,
                                  "1e-999"s,
                                  "0e1000"s,
                                  "0e-1000"s,
                                  "1e99999999999999999999"s,
                                  "1e-9223372036854775807"s,
                                  "0e-9223372036854775807"s,
                                  digits + "9",
                                  decimals + "1",
                                  std::string(5000, '9'),
                                  "1e" + std::string(5000, '9')})
    EXPECT_FALSE(is_portable_json_number(text)) << text;
}

}  // namespace
}  // namespace penstock
