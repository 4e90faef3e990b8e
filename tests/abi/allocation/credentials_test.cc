// Fails each allocation in turn while an output fetches credentials that arrive after they are needed. The records
// written meanwhile wait for the credentials and are then delivered.
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "tests/abi/allocation/world.h"

namespace penstock::abi {
namespace {

using memory::Unwatched;

constexpr char kAddress[] = "http://127.0.0.1:1";
constexpr char kKeys[] =
    R"({"Version":1,"Code":"Success","AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":"not-a-real-secret",)"
    R"("Expiration":"2033-01-01T00:00:00Z"})";
constexpr char kRole[] = "arn:aws:iam::123456789012:role/of-the-mill-and-longer-than-a-short-string";

// The environment of one test: no AWS credentials except those in the given variables.
class Variables {
 public:
  explicit Variables(std::map<std::string, std::string> variables) : set_(std::move(variables)) {
    module();  // which sets credentials
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_SECRET_ACCESS_KEY");
    const std::string nothing = folder_.path + "/nothing";
    std::ofstream(nothing).close();
    for (const char* const file : {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"}) set_.emplace(file, nothing);
    for (const auto& [name, value] : set_) setenv(name.c_str(), value.c_str(), 1);
  }
  ~Variables() {
    for (const auto& [name, value] : set_) unsetenv(name.c_str());
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "not-a-real-secret", 1);
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;

 private:
  Folder folder_;
  std::map<std::string, std::string> set_;
};

model::Reply reply_with(std::string body) { return {200, {}, std::move(body), 0, model::Wire::whole}; }

// Serves credentials in three ways: instance metadata, a container's agent, and STS.
model::Reply respond(const model::Request& request) {
  const std::string roles = "/latest/meta-data/iam/security-credentials/";
  if (request.path == "/latest/api/token") return reply_with("a-token-of-the-instance");
  if (request.path == roles) return reply_with("mill-role");
  if (request.path == roles + "mill-role" || request.path == "/keys") return reply_with(kKeys);
  return reply_with(
      "<Response><Result><Credentials><AccessKeyId>AKIDEXAMPLE</AccessKeyId><SecretAccessKey>not-a-real-secret"
      "</SecretAccessKey><Expiration>2033-01-01T00:00:00Z</Expiration></Credentials></Result></Response>");
}

void settle(void* ctx, uint64_t, int32_t outcome) {
  const Unwatched own;
  *static_cast<int32_t*>(ctx) = outcome;
}

void sweep_keys(const char* name, const std::map<std::string, std::string>& variables, const Options& more) {
  const Variables environment(variables);
  sweep(name, [&](Calls& calls) {
    const penstock_stage* const stage = kinesis_output();
    World world;
    world.others = respond;
    world.kinesis.create_stream("out", 1);
    Options options = World::options("out", more);
    options.emplace_back("on_failure", "drop");
    options.emplace_back("sts_endpoint", kAddress);
    penstock_instance* const self = world.make(calls, stage, options);
    if (self == nullptr) return;
    const OneLine line;
    EXPECT_TRUE(calls.well_at_last(
        "write", [&](penstock_error* error) { return stage->output->write(self, &line.batch, error); }));
    int32_t outcome = -1;
    world.drive(
        stage, self, [&] { return outcome >= 0; },
        [&] {
          calls.maybe("pump", [&](penstock_error* error) {
            return stage->output->pump(self, 0, settle, &outcome, error);
          });
        });
    EXPECT_EQ(outcome, PENSTOCK_DELIVERED) << world.log();
    Calls::watched([&] {
      stage->close(self, 0, nullptr);
      stage->destroy(self);
    });
  });
}

TEST(allocation_failure_of_credentials,
     credentials_of_an_instance_and_a_role_are_requested_again_after_an_allocation_failure) {
  sweep_keys("keys of an EC2 instance, and a role assumed with them",
             {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", kAddress}}, {{"role_arn", kRole}});
}

TEST(allocation_failure_of_credentials,
     credentials_of_a_container_are_requested_again_after_an_allocation_failure) {
  sweep_keys("keys of a container",
             {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", std::string(kAddress) + "/keys"},
              {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "a-token-of-the-container-longer-than-short"}},
             {});
}

TEST(allocation_failure_of_credentials,
     credentials_of_a_web_identity_are_requested_again_after_an_allocation_failure) {
  const Folder folder;
  const std::string token = folder.path + "/token";
  std::ofstream(token) << "a-token-of-the-cluster";
  sweep_keys("keys of a web identity", {{"AWS_WEB_IDENTITY_TOKEN_FILE", token}, {"AWS_ROLE_ARN", kRole}}, {});
}

TEST(allocation_failure_of_credentials, credentials_of_a_program_are_requested_again_after_an_allocation_failure) {
  const Folder folder;
  std::ofstream(folder.path + "/keys") << kKeys;
  std::ofstream(folder.path + "/config")
      << "[profile mill]\ncredential_process = cat " << folder.path << "/keys\n";
  sweep_keys("keys of a program", {{"AWS_CONFIG_FILE", folder.path + "/config"}}, {{"profile", "mill"}});
}

}  // namespace
}  // namespace penstock::abi
