// Which credentials are found, compared with botocore, for many environments and files.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "core/aws/aws_profile.h"
#include "core/aws/credentials/default_credentials.h"
#include "tests/unit/core/aws/credentials/fake_aws.h"

namespace penstock::aws {
namespace {

const std::string kScript = std::string("/usr/bin/python3 -I -B '") + PENSTOCK_BOTOCORE_IDENTITY + "' ";
constexpr int kCases = 300;

std::string from_hex(const std::string& hex) {
  std::string text;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    text += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return text;
}

// Returns the value of a field in a form.
std::string field(const std::string& form, const std::string& name) {
  const size_t begin = ("&" + form).find("&" + name + "=");
  if (begin == std::string::npos) return "";
  const std::string value = form.substr(begin + name.size() + 1);
  std::string text;
  for (size_t i = 0; i < value.size() && value[i] != '&'; ++i) {
    text += value[i] == '%' ? from_hex(value.substr(i + 1, 2)) : std::string(1, value[i]);
    if (value[i] == '%') i += 2;
  }
  return text;
}

// Each service derives the credentials from the request, as the script does.
class identity_botocore : public FakeAws {
 protected:
  identity_botocore() {
    hosts[kStsHost] = [](const model::Request& request) {
      const std::string signer(model::header(request.headers, "authorization"));
      const size_t begin = signer.find("Credential=");
      const std::string role = field(request.body, "RoleArn");
      if (begin == std::string::npos) return keys("web/" + role);
      const std::string name = signer.substr(begin + 11, signer.find('/' + std::string("20"), begin) - begin - 11);
      return keys("role/" + role + "/" + name);
    };
    hosts[kEcsHost] = [](const model::Request&) {
      return reply(200, R"({"AccessKeyId":"CONTAINER","SecretAccessKey":"S"})");
    };
    hosts[kImdsHost] = [](const model::Request& request) {
      if (request.method == "PUT" || request.path.ends_with('/')) return reply(200, "word");
      return reply(200, R"({"AccessKeyId":"INSTANCE","SecretAccessKey":"S"})");
    };
    sim.env().run_process = [](const ProcessRequest& request, const std::function<void(ProcessResult)>& done) {
      std::string word = "program";
      for (const std::string& argument : request.arguments) word += "/" + argument;
      for (char& c : word) c = c == ' ' ? '_' : c;
      done({{}, 0, R"({"Version":1,"SecretAccessKey":"S","AccessKeyId":")" + word + "\"}", ""});
    };
  }
  static model::Reply keys(const std::string& id) {
    return reply(200, "<Credentials><AccessKeyId>" + id +
                          "</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>"
                          "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>");
  }

  // Returns the identity as if an instance were created and made its first call.
  std::string identity() {
    if (!AwsProfiles::read_settings(sim.env(), "").ok()) return "error";
    const auto provider = default_credentials(context, "", {});
    const Result<Credentials> found = find(*provider);
    why = found.ok() ? "" : found.status().message();
    if (!found.ok()) return "error";
    const bool shows_token = !found->session_token.empty() && found->access_key_id.find('/') == std::string::npos;
    return found->access_key_id + (shows_token ? "+" + found->session_token : "");
  }

  std::string why;
};

TEST_F(identity_botocore, the_identity_is_that_of_botocore_or_an_error) {
  if (std::system((kScript + "probe >/dev/null 2>&1").c_str()) != 0)
    GTEST_SKIP() << "no botocore for /usr/bin/python3 (Debian: python3-botocore)";
  const char* const other_seed = std::getenv("PENSTOCK_TEST_SEED");
  const std::string seed = other_seed == nullptr ? "1" : other_seed;
  FILE* const script = popen((kScript + seed + " " + std::to_string(kCases)).c_str(), "r");
  ASSERT_NE(script, nullptr);
  std::string output;
  std::array<char, 65536> piece;
  while (const size_t size = fread(piece.data(), 1, piece.size(), script)) output.append(piece.data(), size);
  ASSERT_EQ(pclose(script), 0);

  int compared = 0;
  int same_keys = 0;
  int stricter = 0;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line); ++compared) {
    std::istringstream fields(line);
    std::string botocores, name, value, shown;
    std::getline(fields, botocores, '\t');
    sim.variables() = {{"HOME", "/h"}};
    for (const char* path : {"/h/.aws/config", "/h/.aws/credentials", "/h/other"}) sim.files().remove(path);
    sim.files().put("/token", "token");
    while (std::getline(fields, name, '\t') && std::getline(fields, value, '\t')) {
      name = from_hex(name);
      value = from_hex(value);
      shown += "\n--- " + name + "\n" + value;
      if (name.front() == '$')
        sim.variables()[name.substr(1)] = value;
      else
        sim.files().put("/h/" + name, value);
    }
    const std::string ours = identity();
    if (ours == botocores && ours != "error") ++same_keys;
    if (ours == botocores) continue;
    // Where botocore continues with another source although a profile is incomplete or misread, we return an
    // error.
    EXPECT_EQ(ours, "error") << "botocore: " << botocores << shown;
    EXPECT_TRUE(botocores == "INSTANCE" || botocores == "CONTAINER") << botocores << ", ours: " << why << shown;
    ++stricter;
  }
  EXPECT_EQ(compared, kCases);
  EXPECT_GT(same_keys, kCases / 3);
  EXPECT_LT(stricter, kCases / 5);
}

}  // namespace
}  // namespace penstock::aws
