// Our endpoints compared with those from botocore's rules.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/aws/endpoint.h"

namespace penstock::aws {
namespace {

const std::string kScript = std::string("/usr/bin/python3 -I -B '") + PENSTOCK_BOTOCORE_ENDPOINTS + "'";

// The rules in Debian 12 give kinesis-fips.us-gov-west-1.amazonaws.com, which is not in AWS's list of FIPS
// endpoints (https://aws.amazon.com/compliance/fips/). Later rules are correct.
bool is_mended_since(const std::string& service, const std::string& region, bool fips, bool dualstack) {
  return service == "kinesis" && region.starts_with("us-gov-") && fips && !dualstack;
}

TEST(endpoint_botocore, endpoints_are_those_of_botocore_in_every_partition) {
  if (std::system((kScript + " probe >/dev/null 2>&1").c_str()) != 0)
    GTEST_SKIP() << "no botocore with endpoint rules for /usr/bin/python3 (Debian: python3-botocore)";
  std::string folder = (std::filesystem::temp_directory_path() / "penstock-test-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  EXPECT_EQ(std::system((kScript + " >" + folder + "/answers").c_str()), 0);
  std::ifstream responses(folder + "/answers");
  std::string service, region, url;
  int compared = 0;
  for (bool fips, dualstack; responses >> service >> region >> fips >> dualstack >> url;) {
    if (is_mended_since(service, region, fips, dualstack)) continue;
    if (dualstack && url == "none")
      continue;  // the isolated partitions, which have dual-stack names in later rules
    const Result<Endpoint> ours = make_endpoint(service, region, "", false, {fips, dualstack});
    EXPECT_EQ(ours.ok() ? ours->url : "none", url)
        << service << ' ' << region << (fips ? " fips" : "") << (dualstack ? " dualstack" : "");
    ++compared;
  }
  EXPECT_GE(compared, 100);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace penstock::aws
