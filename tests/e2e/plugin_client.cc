#include "tests/e2e/plugin_client.h"

#include <dlfcn.h>
#include <poll.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace penstock::e2e {

namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(2);
}

const penstock_module& module() {
  static const penstock_module* const opened = [] {
    void* library = dlopen(library_path().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) give_up(dlerror());
    const auto get = reinterpret_cast<penstock_module_fn>(dlsym(library, PENSTOCK_MODULE_SYMBOL));
    if (get == nullptr) give_up(dlerror());
    return get();
  }();
  return *opened;
}

int64_t now_ms() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
}

penstock_bytes bytes_of(std::string_view text) { return {text.data(), text.size()}; }
std::string to_string(penstock_bytes bytes) { return bytes.size == 0 ? "" : std::string(bytes.data, bytes.size); }

penstock_error no_error() {
  penstock_error error = {};
  error.struct_size = sizeof error;
  return error;
}

}  // namespace

std::string library_path() {
  const char* const other = std::getenv("PENSTOCK_TEST_LIBRARY");
  return other != nullptr ? other : PENSTOCK_PLUGIN;
}

const penstock_stage& stage(int32_t kind, std::string_view id) {
  for (const penstock_stage* const* each = module().stages; *each != nullptr; ++each)
    if ((*each)->kind == kind && (*each)->id == id) return **each;
  give_up("the plugin has no stage " + std::string(id));
}

Instance::Instance(int32_t kind, std::string_view id, const OptionList& options) : stage_(&stage(kind, id)) {
  std::vector<penstock_option> given;
  for (const auto& [key, value] : options) given.push_back({bytes_of(key), bytes_of(value)});
  penstock_host host = {};
  host.struct_size = sizeof host;
  host.ctx = this;
  host.log = add_to_log;
  penstock_error error = no_error();
  if (stage_->create(&host, given.data(), given.size(), sizeof(penstock_option), &self_, &error) != PENSTOCK_OK)
    give_up(std::string(id) + ": " + error.text);
}

Instance::~Instance() { stage_->destroy(self_); }

// Without debug lines, as the host: there is one for each call.
void Instance::add_to_log(void* ctx, int32_t level, penstock_bytes text) {
  if (level != PENSTOCK_LOG_DEBUG) static_cast<Instance*>(ctx)->log_.push_back(to_string(text));
}

int64_t Instance::stat(std::string_view name) const {
  std::pair<std::string_view, int64_t> wanted{name, -1};
  stage_->stats(
      self_,
      [](void* ctx, const penstock_stat* stat) {
        auto& [of, value] = *static_cast<std::pair<std::string_view, int64_t>*>(ctx);
        if (of == stat->name) value = stat->value;
      },
      &wanted);
  return wanted.second;
}

Pipeline::Pipeline(const OptionList& input_options, const OptionList& output_options)
    : input_(PENSTOCK_INPUT, "penstock_kinesis", input_options),
      filter_(PENSTOCK_FILTER, "lambda_logs", {}),
      output_(PENSTOCK_OUTPUT, "penstock_kinesis", output_options) {}

int32_t Pipeline::from_input(void* ctx, const penstock_batch* batch) {
  auto& self = *static_cast<Pipeline*>(ctx);
  for (uint64_t i = 0; i < batch->record_count; ++i)
    self.emitted_.push_back(
        {to_string(batch->shard_id), to_string(batch->sequence_number), to_string(batch->records[i].id)});
  penstock_batch renamed = *batch;
  renamed.ack_id = self.next_id_++;
  self.joins_[renamed.ack_id] = {batch->ack_id, 1, PENSTOCK_FILTERED};
  penstock_error error = no_error();
  const int32_t code = self.filter_->filter->apply(self.filter_.get(), &renamed, from_filter, ctx, &error);
  if (code < 0) give_up(std::string("filter: ") + error.text);
  self.settle(renamed.ack_id, PENSTOCK_FILTERED);
  return self.full_ ? PENSTOCK_FULL : PENSTOCK_OK;
}

int32_t Pipeline::from_filter(void* ctx, const penstock_batch* batch) {
  auto& self = *static_cast<Pipeline*>(ctx);
  penstock_error error = no_error();
  const int32_t code = self.output_->output->write(self.output_.get(), batch, &error);
  if (code < 0) give_up(std::string("output: ") + error.text);
  self.full_ = code == PENSTOCK_FULL;
  ++self.joins_[batch->ack_id].holds;
  return code;
}

void Pipeline::settled(void* ctx, uint64_t ack_id, int32_t outcome) {
  static_cast<Pipeline*>(ctx)->settle(ack_id, outcome);
}

// FILTERED is the mildest outcome, then DELIVERED; among the others, a higher number is worse.
void Pipeline::settle(uint64_t id, int32_t outcome) {
  const auto severity = [](int32_t of) { return of == PENSTOCK_FILTERED ? 0 : of; };
  Join& join = joins_.at(id);
  if (severity(outcome) > severity(join.outcome)) join.outcome = outcome;
  if (--join.holds > 0) return;
  acks_.emplace_back(join.input_ack_id, join.outcome);
  joins_.erase(id);
}

void Pipeline::step() {
  penstock_error error = no_error();
  const int32_t code = output_->output->pump(output_.get(), 0, settled, this, &error);
  if (code < 0) give_up(std::string("output: ") + error.text);
  full_ = code == PENSTOCK_FULL;
  for (const auto& [ack_id, outcome] : std::exchange(acks_, {}))
    if (input_->input->ack(input_.get(), ack_id, outcome, &error) != PENSTOCK_OK) give_up(error.text);
  if ((full_ ? input_->input->pump(input_.get(), 0, &error)
             : input_->input->poll(input_.get(), 0, from_input, this, &error)) < 0)
    give_up(std::string("input: ") + error.text);
}

bool Pipeline::run_until(const std::function<bool()>& done, int seconds) {
  const int64_t deadline_ms = now_ms() + int64_t{seconds} * 1000;
  for (;;) {
    step();
    if (done()) return true;
    const int64_t now = now_ms();
    if (now >= deadline_ms) return false;
    const int64_t wake_ms =
        std::min({deadline_ms, input_->next_deadline_ms(input_.get()), output_->next_deadline_ms(output_.get())});
    pollfd descriptors[] = {{input_->descriptor(input_.get()), POLLIN, 0},
                            {output_->descriptor(output_.get()), POLLIN, 0}};
    if (wake_ms > now) poll(descriptors, 2, static_cast<int>(wake_ms - now));
  }
}

void Pipeline::close() {
  constexpr int64_t kGraceMs = 10000;
  penstock_error error = no_error();
  output_->close(output_.get(), now_ms() + kGraceMs, &error);
  output_->output->pump(output_.get(), 0, settled, this, &error);
  for (const auto& [ack_id, outcome] : std::exchange(acks_, {}))
    input_->input->ack(input_.get(), ack_id, outcome, &error);
  if (input_->close(input_.get(), now_ms() + kGraceMs, &error) != PENSTOCK_OK) give_up(error.text);
}

}  // namespace penstock::e2e
