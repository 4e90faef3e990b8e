#include <gtest/gtest.h>

#include "core/aws/aws_profile.h"
#include "core/aws/credentials/default_credentials.h"
#include "tests/unit/core/fake_env.h"

namespace penstock::aws {
namespace {

constexpr const char* kPath = "/home/u/.aws/credentials";
constexpr const char* kDefault = "[default]\naws_access_key_id = FILEID\naws_secret_access_key = FILESECRET\n";

class credentials : public testing::Test {
 protected:
  Result<Credentials> find(const std::string& profile = "") {
    Result<Credentials> response = Status(Code::internal, "PS0000", "not completed");
    default_credentials(context_, profile, {})->find([&](Result<Credentials> found) {
      response = std::move(found);
    });
    return response;
  }

  // Returns the error, after checking that it contains no secret.
  std::string error(const std::string& profile = "") {
    const Result<Credentials> found = find(profile);
    EXPECT_FALSE(found.ok());
    if (found.ok()) return "";
    EXPECT_EQ(found.status().code(), Code::credentials);
    std::string message = found.status().message();
    for (const char* secret : {"ENVSECRET", "FILESECRET", "OSECRET", "SECRET SECRET", "SECRET\\"})
      EXPECT_FALSE(has(message, secret)) << message;
    return message;
  }
  static bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  FakeEnv fake_;
  ServiceClock clock_{fake_.clock};
  CredentialsContext context_ = {fake_.env, clock_, *make_endpoint("sts", "eu-west-1", "", false)};
  std::map<std::string, std::string>& variables_ = fake_.variables;
  FakeFiles& files_ = fake_.files;
};

TEST_F(credentials, credentials_come_from_the_environment_first) {
  variables_["AWS_ACCESS_KEY_ID"] = "ENVID";
  variables_["AWS_SECRET_ACCESS_KEY"] = "ENVSECRET";
  files_.contents[kPath] = kDefault;
  Result<Credentials> found = find();
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->access_key_id, "ENVID");
  EXPECT_EQ(found->secret_access_key, "ENVSECRET");
  EXPECT_EQ(found->session_token, "");
  variables_["AWS_SESSION_TOKEN"] = "token";
  EXPECT_EQ(find()->session_token, "token");
}

TEST_F(credentials, credentials_come_from_the_file_if_the_environment_has_none) {
  files_.contents[kPath] = std::string(kDefault) + "aws_session_token=FILETOKEN==\n";
  const Result<Credentials> found = find();
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->access_key_id, "FILEID");
  EXPECT_EQ(found->secret_access_key, "FILESECRET");
  EXPECT_EQ(found->session_token, "FILETOKEN==");
}

TEST_F(credentials, credentials_files_are_read_every_time) {
  files_.contents[kPath] = kDefault;
  ASSERT_TRUE(find().ok());
  files_.contents[kPath] = "[default]\naws_access_key_id=B\naws_secret_access_key=C\n";
  EXPECT_EQ(find()->access_key_id, "B");
}

TEST_F(credentials, the_session_token_has_an_older_environment_variable_too) {
  variables_["AWS_ACCESS_KEY_ID"] = "ENVID";
  variables_["AWS_SECRET_ACCESS_KEY"] = "ENVSECRET";
  variables_["AWS_SECURITY_TOKEN"] = "old";
  EXPECT_EQ(find()->session_token, "old");
  files_.contents[kPath] = std::string(kDefault) + "aws_security_token=old\naws_session_token=new\n";
  EXPECT_EQ(find("default")->session_token, "old");
}

TEST_F(credentials, empty_variables_count_as_unset) {
  variables_["AWS_ACCESS_KEY_ID"] = "";
  variables_["AWS_SECRET_ACCESS_KEY"] = "";
  files_.contents[kPath] = kDefault;
  EXPECT_EQ(find()->access_key_id, "FILEID");
}

TEST_F(credentials, an_incomplete_environment_is_an_error_even_if_the_file_has_credentials) {
  files_.contents[kPath] = kDefault;
  variables_["AWS_ACCESS_KEY_ID"] = "ENVID";
  EXPECT_TRUE(has(error(), "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not"));
  variables_ = {{"HOME", "/home/u"}, {"AWS_EC2_METADATA_DISABLED", "true"}, {"AWS_SECRET_ACCESS_KEY", "x"}};
  EXPECT_TRUE(has(error(), "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not"));
}

TEST_F(credentials, a_named_profile_precedes_the_environment) {
  variables_["AWS_ACCESS_KEY_ID"] = "ENVID";
  variables_["AWS_SECRET_ACCESS_KEY"] = "ENVSECRET";
  files_.contents[kPath] =
      std::string(kDefault) + "[other]\naws_access_key_id=OID\naws_secret_access_key=OSECRET\n";
  EXPECT_EQ(find("other")->access_key_id, "OID");
  EXPECT_EQ(find("default")->access_key_id, "FILEID");
}

TEST_F(credentials, a_missing_named_profile_is_never_replaced_by_another) {
  variables_["AWS_ACCESS_KEY_ID"] = "ENVID";
  variables_["AWS_SECRET_ACCESS_KEY"] = "ENVSECRET";
  files_.contents[kPath] = kDefault;
  const std::string message = error("other");
  EXPECT_TRUE(has(message, "profile other not found in " + std::string(kPath))) << message;
}

TEST_F(credentials, aws_profile_selects_in_the_file_but_does_not_precede_the_environment) {
  variables_["AWS_PROFILE"] = "other";
  files_.contents[kPath] =
      std::string(kDefault) + "[other]\naws_access_key_id=OID\naws_secret_access_key=OSECRET\n";
  EXPECT_EQ(find()->access_key_id, "OID");
  variables_["AWS_ACCESS_KEY_ID"] = "ENVID";
  variables_["AWS_SECRET_ACCESS_KEY"] = "ENVSECRET";
  EXPECT_EQ(find()->access_key_id, "ENVID");
}

TEST_F(credentials, the_credentials_file_is_at_the_path_from_its_variable) {
  variables_["AWS_SHARED_CREDENTIALS_FILE"] = "/etc/keys";
  files_.contents["/etc/keys"] = kDefault;
  EXPECT_TRUE(find().ok());
  variables_.erase("HOME");
  EXPECT_TRUE(find().ok());
  variables_.erase("AWS_SHARED_CREDENTIALS_FILE");
  EXPECT_TRUE(has(error(), "HOME"));
}

TEST_F(credentials, an_error_names_each_credentials_source_that_was_tried) {
  const std::string message = error();
  EXPECT_TRUE(has(message, "environment: AWS_ACCESS_KEY_ID is not set")) << message;
  EXPECT_TRUE(has(message, "not found in /home/u/.aws/config or " + std::string(kPath) + " (neither file exists)"))
      << message;
  files_.contents[kPath] = kDefault;
  files_.broken = true;
  EXPECT_TRUE(has(error(), "permission denied"));
}

TEST_F(credentials, a_profile_without_keys_is_an_error_that_names_the_missing_ones) {
  files_.contents[kPath] = "[default]\naws_access_key_id = FILEID\n[other]\naws_secret_access_key = FILESECRET\n";
  EXPECT_TRUE(has(error(), ": missing aws_secret_access_key"));
  variables_["AWS_PROFILE"] = "other";
  EXPECT_TRUE(has(error(), ": missing aws_access_key_id"));
  files_.contents[kPath] = "[other]\nregion = eu-west-1\n";
  EXPECT_TRUE(
      has(error(), "no credentials are configured; set aws_access_key_id, role_arn or credential_process"));
}

TEST_F(credentials, the_config_file_has_prefixed_profile_names_and_the_credentials_file_precedes_it) {
  files_.contents["/home/u/.aws/config"] =
      "[profile a]\naws_access_key_id = CONFIG\naws_secret_access_key = C\n[b]\naws_access_key_id = NO\n"
      "aws_secret_access_key = NO\n[default]\naws_access_key_id = D\naws_secret_access_key = D\n[profilec]\n"
      "aws_access_key_id = NO\naws_secret_access_key = NO\n";
  EXPECT_EQ(find("a")->access_key_id, "CONFIG");
  EXPECT_EQ(find()->access_key_id, "D");
  EXPECT_TRUE(has(error("b"),
                  "config line 4: '[b]' is not recognized as the header of profile b; write [profile b] alone"));
  EXPECT_TRUE(has(error("c"), "profile c not found in"));
  files_.contents[kPath] =
      "[a]\naws_access_key_id = CREDENTIALS\naws_secret_access_key = C\n[profile b]\naws_access_key_id = NO\n";
  EXPECT_EQ(find("a")->access_key_id, "CREDENTIALS");
  EXPECT_TRUE(has(error("b"), "config line 4: '[b]' is not recognized"));
  files_.contents.erase("/home/u/.aws/config");
  EXPECT_TRUE(has(error("b"),
                  "credentials line 4: '[profile b]' is not recognized as the header of profile b; write [b]"));
}

TEST_F(credentials, credentials_are_never_combined_from_two_files) {
  files_.contents["/home/u/.aws/config"] = "[default]\naws_access_key_id = C\naws_secret_access_key = C\n";
  files_.contents[kPath] = "[default]\naws_access_key_id = FILEID\n";
  EXPECT_TRUE(has(error(), ": missing aws_secret_access_key"));
  files_.contents[kPath] = "[default]\naws_secret_access_key = FILESECRET\n";
  EXPECT_EQ(find()->secret_access_key, "C");
}

// Forms that botocore reads. With each of them, we once signed with another identity or found no credentials.
TEST_F(credentials, credentials_in_every_form_that_botocore_reads_are_found) {
  variables_["AWS_PROFILE"] = "log reader";
  for (const char* end : {"\n", "\r\n", "\r"})
    for (const std::string indent : {"", "  ", "\t"})
      for (const std::string header : {R"([profile "log reader"])", "[profile 'log reader'] # mine",
                                       R"([profile log\ reader];x)", "[profile  \"log reader\"] ; prod"})
        for (const std::string is : {"=", " = ", ": "}) {
          files_.contents["/home/u/.aws/config"] = std::string("# c") + end + end + indent + header + end +
                                                   indent + "AWS_Access_Key_ID" + is + "FILEID" + end + indent +
                                                   "aws_secret_access_key" + is + "a=b#c" + end;
          const Result<Credentials> found = find();
          ASSERT_TRUE(found.ok()) << found.status().message() << '\n' << files_.contents.begin()->second;
          EXPECT_EQ(found->access_key_id, "FILEID");
          EXPECT_EQ(found->secret_access_key, "a=b#c");
        }
  files_.contents[kPath] = "[log reader] ; mine\naws_access_key_id: OTHERID\naws_secret_access_key: OSECRET\n";
  EXPECT_EQ(find()->access_key_id, "OTHERID");
}

TEST_F(credentials, a_mentioned_but_unreadable_profile_is_an_error_with_file_and_line) {
  const std::string keys = "aws_access_key_id=FILEID\naws_secret_access_key=FILESECRET\n";
  for (const char* header : {"[ default ]", "[Default]", "[DEFAULT]", "[\"default\"]", "[profile default]",
                             "[default] # [x]", "[default]]"}) {
    files_.contents[kPath] = "\n" + std::string(header) + "\n" + keys;
    EXPECT_TRUE(has(error(), "profile default: " + std::string(kPath) + " line 2: '" + header +
                                 "' is not recognized as the header of profile default; write [default]"))
        << error();
  }
  files_.contents[kPath] = "[a]\nregion = x\n  [default]\n  aws_access_key_id=FILEID\n";
  EXPECT_TRUE(has(error(), std::string(kPath) + " line 3: '[default]' is not recognized"));
  files_.contents[kPath] =
      "[default]\nregion = x\n  aws_access_key_id=FILEID\n  aws_secret_access_key=FILESECRET\n";
  EXPECT_TRUE(
      has(error(), std::string(kPath) + " line 2: aws_access_key_id is parsed as part of the value of region"));
  for (const std::string& broken :
       {"[default]\n" + keys + "no equals\n", "[default\n" + keys, keys, "\xEF\xBB\xBF[default]\n" + keys,
        "[default]\n" + keys + "[default]\n", "[default]\n" + keys + "aws_access_key_id=ID\n"}) {
    files_.contents[kPath] = broken;
    EXPECT_TRUE(has(error(), std::string("AWS shared files: ") + kPath + ": line ")) << error();
  }
  files_.contents[kPath] = "# [default]\n; [default]\n[other]\nregion = default\n";
  EXPECT_TRUE(has(error(), "instance metadata: ")) << "a comment mentions nothing";
}

TEST_F(credentials, an_empty_profile_is_skipped_and_an_incomplete_one_is_an_error) {
  files_.contents[kPath] = "[default]\nregion = eu-west-1\n";
  EXPECT_TRUE(has(error(), "instance metadata: "));
  for (const char* half : {"aws_access_key_id=FILEID", "aws_secret_access_key=FILESECRET",
                           "aws_access_key_id=", "role_arn=arn:r", "role_arn=", "source_profile=a",
                           "sso_session=s", "sso_start_url=u", "login_session=l", "credential_process="}) {
    files_.contents[kPath] = "[default]\n" + std::string(half) + "\n";
    EXPECT_FALSE(has(error(), "instance metadata: ")) << half << ": " << error();
  }
}

TEST_F(credentials, either_environment_variable_names_the_profile) {
  files_.contents[kPath] =
      "[a]\naws_access_key_id=A\naws_secret_access_key=S\n[b]\naws_access_key_id=B\n"
      "aws_secret_access_key=S\n";
  variables_["AWS_PROFILE"] = "b";
  EXPECT_EQ(find()->access_key_id, "B");
  variables_["AWS_DEFAULT_PROFILE"] = "a";
  EXPECT_EQ(find()->access_key_id, "A") << "before the other, as botocore has them";
  variables_.erase("AWS_PROFILE");
  EXPECT_EQ(find()->access_key_id, "A");
  variables_["AWS_DEFAULT_PROFILE"] = "gone";
  EXPECT_TRUE(has(error(), "no credentials: profile gone not found in "));
  variables_["AWS_ACCESS_KEY_ID"] = "ENVID";
  EXPECT_TRUE(has(AwsProfiles::read_settings(fake_.env, "").status().message(), "profile gone not found in "));
}

TEST_F(credentials, paths_of_credentials_files_are_expanded_as_a_shell_would) {
  variables_["DIR"] = "/etc";
  for (const char* path : {"~/keys", "$HOME/keys", "${HOME}/keys", "$DIR/../home/u/keys", "/home/u/$NOT_SET"}) {
    variables_["AWS_SHARED_CREDENTIALS_FILE"] = path;
    files_.contents = {
        {"/home/u/keys", kDefault}, {"/etc/../home/u/keys", kDefault}, {"/home/u/$NOT_SET", kDefault}};
    EXPECT_TRUE(find().ok()) << path;
  }
  variables_["AWS_SHARED_CREDENTIALS_FILE"] = "~other/keys";
  EXPECT_TRUE(
      has(error(), "AWS_SHARED_CREDENTIALS_FILE is '~other/keys': home folders of other users are not supported"));
  variables_.erase("HOME");
  variables_["AWS_SHARED_CREDENTIALS_FILE"] = "~/keys";
  EXPECT_TRUE(has(error(), "AWS_SHARED_CREDENTIALS_FILE is '~/keys', but HOME is not set"));
}

TEST_F(credentials, a_credentials_file_disabled_by_its_variable_is_not_read) {
  files_.contents[kPath] = kDefault;
  for (const char* path : {"", "/dev/null", "/gone"}) {
    variables_["AWS_SHARED_CREDENTIALS_FILE"] = path;
    EXPECT_TRUE(has(error(), "instance metadata: ")) << path;
  }
}

TEST_F(credentials, an_unreadable_credentials_file_is_an_error_and_stops_the_search) {
  files_.contents[kPath] = kDefault;
  files_.broken = true;
  EXPECT_EQ(error(),
            "no credentials: AWS shared files: permission denied (tried before: environment: AWS_ACCESS_KEY_ID is "
            "not set)");
}

TEST_F(credentials, a_credentials_file_may_have_256_kib) {
  std::string text = kDefault;
  text += "#" + std::string(size_t{256} * 1024 - text.size() - 1, '-');
  files_.contents[kPath] = text;
  EXPECT_TRUE(find().ok());
  files_.contents[kPath] = text + "-";
  EXPECT_TRUE(has(error(), "larger than 262144 bytes"));
}

TEST_F(credentials, credentials_that_would_break_a_header_are_rejected_without_being_shown) {
  for (const char* value : {"SECRET\r\nX: y", "SECRET SECRET", "SECRET\x7f", "SECRET\xc3\xa9", "SECRET\n"}) {
    variables_["AWS_ACCESS_KEY_ID"] = "ENVID";
    variables_["AWS_SECRET_ACCESS_KEY"] = value;
    EXPECT_TRUE(has(error(), "invalid AWS_SECRET_ACCESS_KEY: it contains white space"));
    variables_["AWS_SECRET_ACCESS_KEY"] = "fine";
    variables_["AWS_SESSION_TOKEN"] = value;
    EXPECT_TRUE(has(error(), "invalid AWS_SESSION_TOKEN: it contains white space"));
    variables_ = {{"HOME", "/home/u"}, {"AWS_EC2_METADATA_DISABLED", "true"}};
  }
  files_.contents[kPath] = "[default]\naws_access_key_id=a b\naws_secret_access_key=c\n";
  EXPECT_TRUE(has(error(), "invalid aws_access_key_id: it contains white space"));
}

TEST_F(credentials, a_session_token_may_have_16_kib) {
  variables_["AWS_ACCESS_KEY_ID"] = "ENVID";
  variables_["AWS_SECRET_ACCESS_KEY"] = "fine";
  variables_["AWS_SESSION_TOKEN"] = std::string(size_t{16} * 1024, 't');
  EXPECT_TRUE(find().ok());
  variables_["AWS_SESSION_TOKEN"] += 't';
  EXPECT_TRUE(has(error(), "invalid AWS_SESSION_TOKEN: at most 16384 bytes are allowed, and it has 16385"));
}

}  // namespace
}  // namespace penstock::aws
