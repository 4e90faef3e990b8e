// What profiles can contain instead of access keys, and the order of all sources.
#include "core/aws/credentials/credentials_profile.h"

#include <gtest/gtest.h>

#include "core/aws/command_line.h"
#include "core/aws/credentials/default_credentials.h"
#include "tests/unit/core/aws/credentials/fake_aws.h"

namespace penstock::aws {
namespace {

constexpr int64_t kHourMs = 3'600'000;

class credentials_profile : public FakeAws {
 protected:
  credentials_profile() {
    sim.variables() = {{"HOME", "/h"}};
    hosts[kStsHost] = [this](const model::Request& request) {
      signers.push_back(std::string(model::header(request.headers, "authorization")));
      return reply(200, keys_xml("ASIA" + std::to_string(signers.size()), kHourMs));
    };
    sim.env().run_process = [this](const ProcessRequest& request, const std::function<void(ProcessResult)>& done) {
      run = request;
      done(result);
    };
  }
  Result<Credentials> get(const std::string& profile) {
    ProfileCredentials provider(context, profile);
    return find(provider);
  }
  std::string get_error(const std::string& profile) {
    ProfileCredentials provider(context, profile);
    return error(provider);
  }
  void config(const std::string& text) { sim.files().put("/h/.aws/config", text); }

  std::vector<std::string> signers;
  ProcessRequest run;
  ProcessResult result;
};

TEST_F(credentials_profile, a_role_is_assumed_with_the_credentials_of_its_source_profile) {
  config(
      "[profile a]\nrole_arn = arn:r\nsource_profile = b\nexternal_id = e\nrole_session_name = n\n"
      "duration_seconds = 1000\n[profile b]\naws_access_key_id = AKIDB\naws_secret_access_key = SECRET\n");
  const Result<Credentials> keys = get("a");
  ASSERT_TRUE(keys.ok()) << keys.status().message();
  EXPECT_EQ(keys->access_key_id, "ASIA1");
  EXPECT_TRUE(has(signers.at(0), "Credential=AKIDB/")) << signers[0];
  for (const char* field : {"RoleArn=arn%3Ar&", "ExternalId=e", "RoleSessionName=n&", "DurationSeconds=1000&"})
    EXPECT_TRUE(has(asked[0].second.body, field)) << asked[0].second.body;
}

TEST_F(credentials_profile, roles_can_be_chained) {
  config(
      "[profile a]\nrole_arn = arn:a\nsource_profile = b\n[profile b]\nrole_arn = arn:b\nsource_profile = c\n"
      "[profile c]\naws_access_key_id = AKIDC\naws_secret_access_key = SECRET\n");
  EXPECT_EQ(get("a")->access_key_id, "ASIA2");
  EXPECT_TRUE(has(asked[0].second.body, "arn%3Ab"));
  EXPECT_TRUE(has(asked[1].second.body, "arn%3Aa"));
  EXPECT_TRUE(has(signers.at(1), "Credential=ASIA1/"));
}

TEST_F(credentials_profile, a_role_that_is_its_own_source_uses_the_keys_in_its_profile) {
  config(
      "[profile a]\nrole_arn = arn:a\nsource_profile = a\naws_access_key_id = AKIDA\n"
      "aws_secret_access_key = SECRET\n");
  ASSERT_TRUE(get("a").ok());
  EXPECT_TRUE(has(signers.at(0), "Credential=AKIDA/"));
}

TEST_F(credentials_profile, a_cycle_of_source_profiles_is_an_error) {
  config("[profile a]\nrole_arn = arn:a\nsource_profile = b\n[profile b]\nrole_arn = arn:b\nsource_profile = a\n");
  EXPECT_TRUE(
      has(get_error("a"), "profile a in /h/.aws/config: its source_profile leads back to it; break the loop"));
}

TEST_F(credentials_profile, a_role_can_be_assumed_with_a_credential_source) {
  sim.variables()["AWS_ACCESS_KEY_ID"] = "AKIDENV";
  sim.variables()["AWS_SECRET_ACCESS_KEY"] = "SECRET";
  config("[profile a]\nrole_arn = arn:a\ncredential_source = Environment\n");
  ASSERT_TRUE(get("a").ok());
  EXPECT_TRUE(has(signers.at(0), "Credential=AKIDENV/"));

  sim.variables()["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/x";
  hosts[kEcsHost] = [this](const model::Request&) { return reply(200, keys_json("ECSKEY", kHourMs)); };
  config("[profile a]\nrole_arn = arn:a\ncredential_source = EcsContainer\n");
  ASSERT_TRUE(get("a").ok());
  EXPECT_TRUE(has(signers.at(1), "Credential=ECSKEY/"));

  config("[profile a]\nrole_arn = arn:a\ncredential_source = Ec2InstanceMetadata\n");
  EXPECT_TRUE(has(get_error("a"), "cannot assume role arn:a: instance metadata: "));
  config("[profile a]\nrole_arn = arn:a\ncredential_source = Moon\n");
  EXPECT_TRUE(has(get_error("a"), "invalid credential_source 'Moon': expected Environment, EcsContainer or"));
}

TEST_F(credentials_profile, a_role_can_be_assumed_with_a_token_file) {
  sim.files().put("/token", "aaa");
  config("[profile a]\nrole_arn = arn:a\nweb_identity_token_file = /token\n");
  ASSERT_TRUE(get("a").ok());
  EXPECT_TRUE(asked[0].second.body.ends_with("WebIdentityToken=aaa"));
}

TEST_F(credentials_profile, interactive_or_incomplete_profiles_are_errors_that_say_so) {
  config(
      "[profile a]\nrole_arn = arn:a\n[profile b]\nrole_arn = r\nsource_profile = x\ncredential_source = y\n"
      "[profile c]\nrole_arn = r\nsource_profile = c\nmfa_serial = m\n[profile d]\nsso_session = s\n"
      "[profile e]\nrole_arn = r\nsource_profile = none\n[profile f]\nregion = eu-west-1\n");
  for (const char* profile : {"a", "b"})
    EXPECT_TRUE(has(get_error(profile), "role_arn requires exactly one of source_profile, credential_source"))
        << profile;
  EXPECT_TRUE(has(get_error("c"), "mfa_serial is not supported"));
  EXPECT_TRUE(has(get_error("d"), "signing in a person (sso_*, login_session) is not supported"));
  EXPECT_TRUE(has(get_error("e"),
                  "profile e in /h/.aws/config: source_profile: profile none not found in /h/.aws/config"));
  EXPECT_TRUE(
      has(get_error("f"), "no credentials are configured; set aws_access_key_id, role_arn or credential_process"));
}

TEST_F(credentials_profile, a_credential_process_runs_with_its_arguments_and_its_json_is_read) {
  config("[profile a]\ncredential_process = \"/opt/my tool\" --user 'a b' $HOME\n");
  result.output = R"({"Version":1,"AccessKeyId":"AKIDP","SecretAccessKey":"SECRET","SessionToken":"t"})";
  const Result<Credentials> keys = get("a");
  ASSERT_TRUE(keys.ok()) << keys.status().message();
  EXPECT_EQ(keys->access_key_id, "AKIDP");
  EXPECT_EQ(keys->session_token, "t");
  EXPECT_EQ(keys->expires_at_ms, kNever);
  EXPECT_EQ(run.arguments, (std::vector<std::string>{"/opt/my tool", "--user", "a b", "$HOME"}));
  EXPECT_EQ(run.timeout_ms, 60'000);
  EXPECT_EQ(run.max_output_bytes, 65'536U);
}

TEST_F(credentials_profile, a_failing_credential_process_is_named_without_its_arguments_and_output) {
  config("[profile a]\ncredential_process = /opt/tool --password SECRET\n");
  const std::string where = "profile a in /h/.aws/config, program /opt/tool: ";
  result.exit_code = 3;
  result.errors = "not signed in\x1b[2J";
  result.output = "SECRET";
  EXPECT_EQ(get_error("a"), where + "it exited with code 3: not signed in\\x1b[2J");
  result = {};
  result.output = R"({"Version":2,"AccessKeyId":"A","SecretAccessKey":"SECRET"})";
  EXPECT_EQ(get_error("a"), where + "its output has Version '2': expected 1");
  result.output = R"({"AccessKeyId":"A","SecretAccessKey":"SECRET"})";
  EXPECT_EQ(get_error("a"), where + "its output has no Version: expected 1");
  result.output = "SECRET";
  EXPECT_EQ(get_error("a"), where + "unexpected response: it is not a JSON object");
  result.status = Status(Code::transient, "PS0000", "it did not end within 60000 ms");
  EXPECT_EQ(get_error("a"), where + "it did not end within 60000 ms");
  config("[profile a]\ncredential_process = '/opt/tool\n");
  EXPECT_EQ(get_error("a"),
            "profile a in /h/.aws/config: credential_process: invalid command line: the quote ' is not closed");
}

TEST(command_line, a_command_in_a_profile_is_split_like_pythons_shlex) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(*split_command_line("a  b\tc\nd "), (Words{"a", "b", "c", "d"}));
  EXPECT_EQ(*split_command_line(R"('a b'"c d"e\ f)"), (Words{"a bc de f"}));
  EXPECT_EQ(*split_command_line(R"(a '' "")"), (Words{"a", "", ""}));
  EXPECT_EQ(*split_command_line(R"(a "\"\\\$\x" '\')"), (Words{"a", R"("\\$\x)", "\\"}));
  EXPECT_EQ(*split_command_line("a $HOME `x` * ~ ; | > b"),
            (Words{"a", "$HOME", "`x`", "*", "~", ";", "|", ">", "b"}));
  for (const char* bad : {"", "  ", "'a", "\"a", "a\\", "\"\\\"", "''"})
    EXPECT_FALSE(split_command_line(bad).ok()) << bad;
}

class credentials_order : public credentials_profile {
 protected:
  std::string first(const std::string& profile = "", const Role& role = {}) {
    const auto provider = default_credentials(context, profile, role);
    const Result<Credentials> found = find(*provider);
    return found.ok() ? found->source : found.status().message();
  }
  void set_up_all() {
    sim.variables() = {{"HOME", "/h"},
                       {"AWS_ACCESS_KEY_ID", "A"},
                       {"AWS_SECRET_ACCESS_KEY", "S"},
                       {"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"},
                       {"AWS_ROLE_ARN", "arn:w"},
                       {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x"}};
    sim.files().put("/token", "t");
    config("[default]\naws_access_key_id = D\naws_secret_access_key = S\n");
    hosts[kEcsHost] = [this](const model::Request&) { return reply(200, keys_json("C", kHourMs)); };
    hosts[kImdsHost] = [this](const model::Request& request) {
      if (request.method == "PUT") return reply(200, "t");
      return reply(200, request.path.ends_with('/') ? "role" : keys_json("I", kHourMs));
    };
  }
};

TEST_F(credentials_order, credentials_order_is_environment_web_identity_files_container_instance) {
  set_up_all();
  EXPECT_EQ(first(), "environment");
  sim.variables().erase("AWS_ACCESS_KEY_ID");
  sim.variables().erase("AWS_SECRET_ACCESS_KEY");
  EXPECT_EQ(first(), "web identity, role arn:w");
  sim.variables().erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  EXPECT_EQ(first(), "profile default in /h/.aws/config");
  config("[default]\nregion = eu-west-1\n");
  EXPECT_EQ(first(), "container");
  sim.variables().erase("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  EXPECT_EQ(first(), "instance metadata, role role");
}

TEST_F(credentials_order, a_configured_source_that_fails_is_never_replaced_by_another) {
  set_up_all();
  sim.variables().erase("AWS_ACCESS_KEY_ID");
  EXPECT_TRUE(has(first(), "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not"));
  sim.variables().erase("AWS_SECRET_ACCESS_KEY");
  hosts[kStsHost] = [](const model::Request&) { return sts_error(403, "AccessDenied", "no"); };
  EXPECT_EQ(first(),
            "no credentials: web identity, role arn:w: AssumeRoleWithWebIdentity: AccessDenied: no (tried before: "
            "environment: AWS_ACCESS_KEY_ID is not set)");
  sim.variables().erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  sim.variables()["AWS_PROFILE"] = "gone";
  EXPECT_TRUE(has(first(), "no credentials: profile gone not found in /h/.aws/config (tried before: "));
  sim.variables().erase("AWS_PROFILE");
  sim.files().put("/h/.aws/config", "");
  hosts.erase(kEcsHost);
  EXPECT_TRUE(has(first(), "no credentials: container: the connection was closed")) << first();
}

TEST_F(credentials_order, a_credentials_error_gives_the_cause_first_and_then_every_source) {
  const std::string message = first();
  EXPECT_EQ(
      message,
      "no credentials: instance metadata: the connection was closed without a response; give the machine, task or "
      "pod "
      "a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (tried before: environment: AWS_ACCESS_KEY_ID "
      "is "
      "not set; profile default not found in /h/.aws/config or /h/.aws/credentials (neither file exists); "
      "container: "
      "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set)");
}

// If a profile has several of these, botocore uses the same one.
TEST_F(credentials_order, credentials_order_within_a_profile_is_that_of_botocore) {
  set_up_all();
  sim.variables().erase("AWS_ACCESS_KEY_ID");
  sim.variables().erase("AWS_SECRET_ACCESS_KEY");
  const std::string keys = "aws_access_key_id = D\naws_secret_access_key = S\n";
  const std::string role = "role_arn = arn:p\nsource_profile = default\n";
  result.output = R"({"Version":1,"AccessKeyId":"P","SecretAccessKey":"S"})";
  config("[default]\n" + keys + role);
  EXPECT_TRUE(has(first(), "role arn:p, assumed with ")) << "before a web identity of the environment";
  sim.variables().erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  config("[default]\n" + keys + "credential_process = /tool\n");
  EXPECT_TRUE(has(first(), "program /tool")) << "before the keys of the config file";
  sim.files().put("/h/.aws/credentials", "[default]\n" + keys);
  EXPECT_EQ(first(), "profile default in /h/.aws/config and /h/.aws/credentials")
      << "after those of the other file";
  sim.files().put("/h/.aws/credentials", "[default]\n" + keys + "sso_account_id = 1\nsso_role_name = r\n");
  EXPECT_TRUE(has(first(), "signing in a person (sso_*, login_session) is not supported"));
}

TEST_F(credentials_order, web_identity_variables_precede_the_profiles_settings) {
  set_up_all();
  sim.variables().erase("AWS_ACCESS_KEY_ID");
  sim.variables().erase("AWS_SECRET_ACCESS_KEY");
  sim.files().put("/p", "t");
  config("[default]\nrole_arn = arn:p\nweb_identity_token_file = /p\nrole_session_name = n\n");
  EXPECT_EQ(first(), "web identity, role arn:w");
  EXPECT_TRUE(has(asked.back().second.body, "RoleSessionName=n&"));
  sim.variables().erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  EXPECT_EQ(first(), "web identity, role arn:w");
  EXPECT_EQ(first("default"), "web identity, role arn:p");
}

TEST_F(credentials_order, a_profile_from_the_options_is_the_only_source) {
  set_up_all();
  EXPECT_EQ(first("default"), "profile default in /h/.aws/config");
  EXPECT_EQ(first("gone"), "no credentials: profile gone not found in /h/.aws/config");
}

TEST_F(credentials_order, a_role_from_the_options_is_assumed_with_the_credentials_found) {
  set_up_all();
  EXPECT_EQ(first("", {"arn:o", "", "", ""}), "role arn:o, assumed with environment");
  EXPECT_EQ(first("default", {"arn:o", "", "", ""}), "role arn:o, assumed with profile default in /h/.aws/config");
}

}  // namespace
}  // namespace penstock::aws
