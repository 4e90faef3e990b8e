#include "tests/iam/queue_command.h"

#include <cstdlib>
#include <utility>
#include <vector>

#include "plugin/commands/queue_commands.h"
#include "plugin/settings/input_settings.h"
#include "tests/iam/world.h"
#include "tests/model_kinesis/server.h"

namespace penstock::iam {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

plugin::Options options_of(plugin::Options::Table table, const Given& given) {
  std::vector<penstock_option> list;
  for (const auto& [key, value] : given) list.push_back({bytes(key), bytes(value)});
  return plugin::Options(table, list.data(), list.size(), sizeof(penstock_option));
}

}  // namespace

QueueCommandRun restore_dead_letters(const Policy& policy) {
  Iam iam;
  const model::AccessKey key;
  setenv("AWS_ACCESS_KEY_ID", key.id.c_str(), 1);
  setenv("AWS_SECRET_ACCESS_KEY", key.secret.c_str(), 1);
  model::Server server({.region = kRegion, .account = kAccount, .authorize = iam.authorizer()}, {});
  QueueCommandRun run;
  run.error = server.start();
  std::string arn;
  server.with([&](model::Service& service) {
    service.create_stream(kStream, 1);
    arn = service.create_queue("penstock", kStream, {.max_receive_count = 1});
    service.preload(kStream, "key", "data");
    service.queue(arn)->receive(*service.stream(kStream), model::Queue::Path::normal, 1, 0, 1);
    iam.add(key, {kAccount, "arn:aws:iam::111122223333:user/operator"}, {policy});
  });
  const plugin::Printer print([](void*, penstock_bytes) {}, nullptr);
  const Given options = {{"queue_arn", arn}, {"endpoint", server.url()}, {"on_failure", "drop"}};
  for (const Given& arguments : {Given(), Given{{"restore", "on"}, {"yes", "on"}}}) {
    const Status done = plugin::print_queue({}, options_of(plugin::kInputOptions, options),
                                            options_of(plugin::kQueueArguments, arguments), print);
    if (!done.ok()) run.error += done.text() + "\n";
  }
  server.with([&](model::Service& service) {
    run.works = run.error.empty() && service.queue_counts(arn).visible == 1;
    run.allowed = iam.allowed();
    run.denied = iam.denied();
  });
  return run;
}

}  // namespace penstock::iam
