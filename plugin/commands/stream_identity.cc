#include "plugin/commands/stream_identity.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "core/aws/endpoint.h"
#include "core/kinesis/queue/queue_name.h"
#include "plugin/abi/host_env.h"
#include "plugin/commands/aws_host.h"
#include "plugin/commands/describe_queue.h"
#include "plugin/commands/describe_stream.h"
#include "plugin/settings/input_connection.h"
#include "plugin/settings/stream_options.h"

namespace penstock::plugin {

namespace {

constexpr size_t kAccountDigits = 12;

// Returns the account in arn:PARTITION:SERVICE:REGION:ACCOUNT:..., or "".
std::string account_of(std::string_view arn) {
  for (int colons = 0; colons < 4; ++colons) {
    const size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return "";
    arn.remove_prefix(colon + 1);
  }
  return std::string(arn.substr(0, kAccountDigits));
}

// Returns " at URL", with one spelling for the names of this machine, and without the dot of the root; "" for
// AWS's own endpoints.
std::string place_of(const aws::Endpoint& endpoint) {
  std::string host = endpoint.host;
  const size_t colon = host.ends_with(']') ? host.size() : std::min(host.rfind(':'), host.size());
  if (colon > 0 && host[colon - 1] == '.') host.erase(colon - 1, 1);
  if (is_host_of_aws(endpoint, host)) return "";
  std::string url = endpoint.url;
  url.replace(url.size() - endpoint.host.size(), std::string::npos, host);
  for (const std::string_view name : {"://localhost", "://[::1]"})
    if (const size_t at = url.find(name); at != std::string::npos) url.replace(at, name.size(), "://127.0.0.1");
  return " at " + url;
}

// Looks up the unknown accounts. Returns the error for the first stream that fails; the others are still looked
// up.
Status resolve_accounts(const penstock_host& host, const Options& options,
                        const std::vector<kinesis::StreamName>& streams, std::vector<std::string>& accounts) {
  Result<InputConnection> connection = connect_input(host, options, streams);
  if (!connection.ok()) return connection.status();
  Patience patience(connection->host_env->env());
  Status failed;
  for (size_t i = 0; i < streams.size(); ++i) {
    if (!accounts[i].empty()) continue;
    const Result<kinesis::StreamIdentity> identity =
        describe_stream_summary(patience, connection->with_clients({streams[i]}).front());
    if (identity.ok())
      accounts[i] = account_of(identity->arn);
    else if (failed.ok())
      failed = identity.status();
  }
  connection->host_env->end_calls();
  return failed;
}

// Returns the name of the stream that the queue is on.
Result<std::string> find_stream(const penstock_host& host, const Options& options,
                                const kinesis::QueueName& queue) {
  const Result<InputConnection> connection =
      connect_input(host, options, {{queue.arn, queue.id, queue.region, queue.account}});
  if (!connection.ok()) return connection.status();
  Patience patience(connection->host_env->env());
  const Result<kinesis::QueueDescription> description = describe_queue(patience, *connection->client, queue.arn);
  connection->host_env->end_calls();
  if (!description.ok()) return description.status();
  return printable(std::string_view(description->stream_arn).substr(description->stream_arn.rfind('/') + 1));
}

// Only the service knows which stream a queue is on.
Status print_stream_of_queue(const penstock_host& host, const Options& options, const Options& arguments,
                             const Printer& print) {
  const Result<kinesis::QueueName> queue = kinesis::parse_queue_arn(options.text("queue_arn"));
  if (!queue.ok()) return queue.status();
  const Result<std::unique_ptr<HostEnv>> host_env = HostEnv::make(host, {});
  if (!host_env.ok()) return host_env.status();
  const Result<ServicePlaces> places = find_places((*host_env)->env(), options, queue->region);
  if (!places.ok()) return places.status();
  const Result<aws::Endpoint> endpoint = kinesis_endpoint(*places, options, queue->region);
  if (!endpoint.ok()) return endpoint.status();
  if (options.take_read_bad() || options.has_unknown()) return {};
  Result<std::string> name = std::string("*");
  if (arguments.on("resolve")) name = find_stream(host, options, *queue);
  print.line((name.ok() ? *name : "*") + " (account " + queue->account + ", region " + queue->region + ")" +
             printable(place_of(*endpoint)));
  return name.status();
}

}  // namespace

Status print_streams(const penstock_host& host, const Options& options, const Options& arguments,
                     const Printer& print) {
  if (options.is_given("queue_arn")) return print_stream_of_queue(host, options, arguments, print);
  const Result<std::vector<kinesis::StreamName>> streams = read_streams(options);
  if (!streams.ok()) return streams.status();
  const Result<std::unique_ptr<HostEnv>> host_env = HostEnv::make(host, {});
  if (!host_env.ok()) return host_env.status();
  const Result<ServicePlaces> places = find_places((*host_env)->env(), options, region_of(*streams));
  if (!places.ok()) return places.status();
  std::vector<std::string> accounts;
  std::vector<std::string> where;
  for (const kinesis::StreamName& stream : *streams) {
    const std::string region = stream.region.empty() ? places->region : stream.region;
    const Result<aws::Endpoint> endpoint = kinesis_endpoint(*places, options, region);
    if (!endpoint.ok()) return endpoint.status();
    accounts.push_back(stream.account.empty() ? account_of(options.text("role_arn")) : stream.account);
    where.push_back(", region " + region + ")" + printable(place_of(*endpoint)));
  }
  // With such options, the streams may be other than intended.
  if (options.take_read_bad() || options.has_unknown()) return {};
  Status failed;
  if (arguments.on("resolve")) failed = resolve_accounts(host, options, *streams, accounts);
  for (size_t i = 0; i < streams->size(); ++i)
    print.line((*streams)[i].name + " (account " + (accounts[i].empty() ? "*" : accounts[i]) + where[i]);
  return failed;
}

}  // namespace penstock::plugin
