#include "plugin/connection.h"

#include <utility>

#include "core/aws/default_credentials.h"
#include "core/aws/endpoint.h"

namespace penstock {

Result<Connection> connect(const penstock_host& host, const Options& options) {
  CurlOptions curl;
  curl.ca_file = options.text("ca_file");
  curl.connect_timeout_ms = options.duration_ms("connect_timeout");
  Result<std::unique_ptr<HostEnv>> host_env = HostEnv::make(host, curl);
  if (!host_env.ok()) return host_env.status();
  Env& env = (*host_env)->env();

  std::string region = options.text("region");
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (region.empty()) region = env.variable(name).value_or("");
  if (region.empty())
    return Status(Code::config, "no region: write region, or set AWS_REGION in the environment, like eu-west-1");
  Result<Endpoint> endpoint =
      make_endpoint("kinesis", region, options.text("endpoint"), options.on("allow_plaintext"));
  if (!endpoint.ok()) return endpoint.status();

  auto clock = std::make_unique<ServiceClock>(env.clock);
  auto credentials =
      std::make_unique<CredentialsCache>(env, *clock, default_credentials(env, options.text("profile")));
  auto client = std::make_unique<KinesisClient>(env, std::move(*endpoint), *credentials, *clock,
                                                options.duration_ms("call_timeout"));
  return Connection{std::move(*host_env), std::move(clock), std::move(credentials), std::move(client)};
}

}  // namespace penstock
