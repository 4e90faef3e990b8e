// Calls that the contract forbids return an error code and never crash.
#include <sys/mman.h>

#include <atomic>
#include <thread>

#include "tests/abi/library.h"

namespace penstock::abi {
namespace {

constexpr size_t kStride = sizeof(penstock_option);
constexpr uint32_t kFirstRecordBytes = offsetof(penstock_record, extracted_fields);

int32_t apply(const Instance& filter, const penstock_batch* batch, Emitted* out, penstock_error* error = nullptr) {
  return filter->filter->apply(filter.get(), batch, Emitted::emit, out, error);
}

void ignore_settled(void*, uint64_t, int32_t) {}
void ignore_stat(void*, const penstock_stat*) {}

TEST(abi, null_arguments_are_invalid) {
  for (const penstock_stage* s : all_stages()) {
    SCOPED_TRACE(s->id);
    const Options options = working_options(s);
    const std::vector<penstock_option> list = c_options(options);
    EXPECT_EQ(s->create(nullptr, list.data(), list.size(), kStride, nullptr, nullptr), PENSTOCK_E_INVALID);
    penstock_instance* made = nullptr;
    EXPECT_EQ(s->create(nullptr, nullptr, 1, kStride, &made, nullptr), PENSTOCK_E_INVALID);
    EXPECT_EQ(made, nullptr);
    EXPECT_EQ(s->check(nullptr, 1, kStride, nullptr, nullptr), PENSTOCK_E_INVALID);
    EXPECT_EQ(s->close(nullptr, 0, nullptr), PENSTOCK_E_INVALID);
    EXPECT_EQ(s->stats(nullptr, ignore_stat, nullptr), PENSTOCK_E_INVALID);
    EXPECT_LT(s->descriptor(nullptr), 0);
    s->next_deadline_ms(nullptr);
    s->destroy(nullptr);

    const Instance instance(s);
    EXPECT_EQ(s->stats(instance.get(), nullptr, nullptr), PENSTOCK_E_INVALID);
  }
}

TEST(abi, commands_reject_null_arguments) {
  size_t commands = 0;
  for (const penstock_stage* s : all_stages()) {
    const Options options = working_options(s);
    const std::vector<penstock_option> list = c_options(options);
    for (size_t i = 0; i < s->command_count; ++i) {
      const auto& command = *reinterpret_cast<const penstock_command*>(reinterpret_cast<const char*>(s->commands) +
                                                                       i * s->command_stride);
      SCOPED_TRACE(command.name);
      const auto ignore = [](void*, penstock_bytes) {};
      EXPECT_EQ(command.run(nullptr, list.data(), list.size(), nullptr, 0, kStride, nullptr, nullptr, nullptr),
                PENSTOCK_E_INVALID);
      EXPECT_EQ(command.run(nullptr, nullptr, 1, nullptr, 0, kStride, ignore, nullptr, nullptr),
                PENSTOCK_E_INVALID);
      EXPECT_EQ(command.run(nullptr, list.data(), list.size(), nullptr, 1, kStride, ignore, nullptr, nullptr),
                PENSTOCK_E_INVALID);
      ++commands;
    }
  }
  EXPECT_GT(commands, 0u);
}

TEST(abi, null_batches_and_callbacks_are_invalid) {
  OneLine line;
  Emitted out;
  const Instance filter(lambda_logs());
  EXPECT_EQ(filter->filter->apply(nullptr, &line.batch, Emitted::emit, &out, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(filter->filter->apply(filter.get(), nullptr, Emitted::emit, &out, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(filter->filter->apply(filter.get(), &line.batch, nullptr, &out, nullptr), PENSTOCK_E_INVALID);
  line.batch.records = nullptr;
  EXPECT_EQ(apply(filter, &line.batch, &out), PENSTOCK_E_INVALID);
  EXPECT_EQ(out.calls, 0);

  const Instance input(kinesis_input());
  EXPECT_EQ(input->input->poll(nullptr, 0, Emitted::emit, &out, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(input->input->poll(input.get(), 0, nullptr, nullptr, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(input->input->ack(nullptr, 1, PENSTOCK_DELIVERED, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(input->input->pump(nullptr, 0, nullptr), PENSTOCK_E_INVALID);

  const Instance output(kinesis_output());
  EXPECT_EQ(output->output->write(nullptr, &line.batch, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(output->output->write(output.get(), nullptr, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(output->output->write(output.get(), &line.batch, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(output->output->pump(nullptr, 0, ignore_settled, nullptr, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(output->output->pump(output.get(), 0, nullptr, nullptr, nullptr), PENSTOCK_E_INVALID);
}

TEST(abi, bytes_without_data_but_with_a_size_are_invalid) {
  OneLine line;
  Emitted out;
  line.record.body = {nullptr, 5};
  const Instance filter(lambda_logs());
  const Instance output(kinesis_output());
  EXPECT_EQ(apply(filter, &line.batch, &out), PENSTOCK_E_INVALID);
  EXPECT_EQ(output->output->write(output.get(), &line.batch, nullptr), PENSTOCK_E_INVALID);
  line.record.body = bytes("the mill wheel turns");
  line.record.extracted_fields = {nullptr, 2};
  EXPECT_EQ(apply(filter, &line.batch, &out), PENSTOCK_E_INVALID);
}

TEST(abi, sizes_and_strides_below_the_first_version_are_invalid) {
  const Instance filter(lambda_logs());
  const Instance output(kinesis_output());
  Emitted out;
  OneLine small_batch;
  small_batch.batch.struct_size = offsetof(penstock_batch, central_log_group) - 1;
  EXPECT_EQ(apply(filter, &small_batch.batch, &out), PENSTOCK_E_INVALID);
  EXPECT_EQ(output->output->write(output.get(), &small_batch.batch, nullptr), PENSTOCK_E_INVALID);
  OneLine small_record;
  small_record.batch.record_stride = kFirstRecordBytes - 8;
  EXPECT_EQ(apply(filter, &small_record.batch, &out), PENSTOCK_E_INVALID);
  EXPECT_EQ(output->output->write(output.get(), &small_record.batch, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(out.calls, 0);

  const penstock_option option = {bytes("a"), bytes("b")};
  penstock_instance* made = nullptr;
  EXPECT_EQ(lambda_logs()->create(nullptr, &option, 1, kStride - 1, &made, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(lambda_logs()->check(&option, 1, kStride - 1, nullptr, nullptr), PENSTOCK_E_INVALID);
  penstock_host host = {};
  host.struct_size = 0;
  EXPECT_EQ(lambda_logs()->create(&host, nullptr, 0, kStride, &made, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(made, nullptr);
}

// No field is read that struct_size does not fully cover: each pointer is either complete or absent.
TEST(abi, a_host_table_of_any_size_is_read_field_by_field) {
  static int logged, clock_calls, drawn;
  penstock_host whole = {};
  whole.log = [](void*, int32_t, penstock_bytes) { ++logged; };
  whole.wall_ms = [](void*) { return ++clock_calls, int64_t{1'700'000'000'000}; };
  whole.monotonic_ms = [](void*) { return ++clock_calls, int64_t{5}; };
  whole.random = [](void*) { return ++drawn, uint64_t{7}; };
  for (uint32_t size = 0; size <= sizeof(penstock_host) + 8; ++size) {
    SCOPED_TRACE(size);
    logged = clock_calls = drawn = 0;
    struct {
      penstock_host known;
      char later[8];
    } table;
    std::memset(&table, 0xab, sizeof table);
    std::memcpy(&table, &whole, std::min<size_t>(size, sizeof whole));
    table.known.struct_size = size;
    const Options given = working_options(kinesis_input());
    const std::vector<penstock_option> list = c_options(given);
    penstock_instance* made = nullptr;
    const int32_t code = kinesis_input()->create(&table.known, list.data(), list.size(), kStride, &made, nullptr);
    const bool has_one_clock =
        size >= offsetof(penstock_host, monotonic_ms) && size < offsetof(penstock_host, random);
    const bool is_good = size >= offsetof(penstock_host, log) && !has_one_clock;
    EXPECT_EQ(code, is_good ? PENSTOCK_OK : PENSTOCK_E_INVALID);
    if (made == nullptr) continue;
    kinesis_input()->input->pump(made, 0, nullptr);
    kinesis_input()->destroy(made);
    EXPECT_EQ(logged > 0, size >= offsetof(penstock_host, wall_ms));
    EXPECT_EQ(clock_calls > 0, size >= offsetof(penstock_host, random));
  }
}

TEST(abi, a_field_of_a_batch_that_its_size_does_not_cover_is_empty) {
  for (size_t size = offsetof(penstock_batch, central_log_group); size <= sizeof(penstock_batch); ++size) {
    SCOPED_TRACE(size);
    OneLine line;
    line.batch.log_group = bytes("g");
    line.batch.central_log_group = bytes("/central");
    line.batch.struct_size = static_cast<uint32_t>(size);
    Emitted out;
    EXPECT_EQ(apply(Instance(lambda_logs()), &line.batch, &out), PENSTOCK_OK);
    ASSERT_EQ(out.bodies.size(), 1u);
    EXPECT_EQ(out.bodies[0].find("/central") != std::string::npos, size == sizeof(penstock_batch))
        << out.bodies[0];
  }
}

TEST(abi, structs_of_a_later_version_are_accepted_as_far_as_they_are_known) {
  struct LaterRecord {
    penstock_record known;
    char later[24];
  };
  struct LaterBatch {
    penstock_batch known;
    char later[40];
  };
  const OneLine line;
  LaterRecord records[3];
  LaterBatch batch = {line.batch, {}};
  for (LaterRecord& record : records) record = {line.record, {}};
  batch.known.struct_size = sizeof batch;
  batch.known.record_stride = sizeof(LaterRecord);
  batch.known.records = &records[0].known;
  batch.known.record_count = 3;
  Emitted out;
  EXPECT_EQ(apply(Instance(lambda_logs()), &batch.known, &out), PENSTOCK_OK);
  EXPECT_EQ(out.bodies.size(), 3u);

  struct LaterOption {
    penstock_option known;
    char later[16];
  };
  const Options options = working_options(kinesis_output());
  std::vector<LaterOption> list;
  for (const penstock_option& option : c_options(options)) list.push_back({option, {}});
  EXPECT_EQ(kinesis_output()->check(&list[0].known, list.size(), sizeof(LaterOption), nullptr, nullptr),
            PENSTOCK_OK);
}

// Records of the first ABI version, the last of which ends directly before unreadable memory.
class FirstRecords {
 public:
  static constexpr size_t kCount = 2;

  FirstRecords() {
    const OneLine line;
    for (size_t i = 0; i < kCount; ++i) std::memcpy(at_ + i * kFirstRecordBytes, &line.record, kFirstRecordBytes);
    batch = line.batch;
    batch.record_stride = kFirstRecordBytes;
    batch.records = reinterpret_cast<const penstock_record*>(at_);
    batch.record_count = kCount;
  }
  ~FirstRecords() { munmap(pages_, 2 * kPageBytes); }
  FirstRecords(const FirstRecords&) = delete;
  FirstRecords& operator=(const FirstRecords&) = delete;

  penstock_batch batch = {};

 private:
  static constexpr size_t kPageBytes = size_t{64} << 10;  // a multiple of the page size of every processor

  static char* map_pages() {
    void* const pages = mmap(nullptr, 2 * kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) std::abort();
    mprotect(static_cast<char*>(pages) + kPageBytes, kPageBytes, PROT_NONE);
    return static_cast<char*>(pages);
  }

  char* const pages_ = map_pages();
  char* const at_ = pages_ + kPageBytes - kCount * kFirstRecordBytes;
};

TEST(abi, records_of_the_first_version_are_read_no_further_than_their_stride) {
  const FirstRecords first;
  for (const penstock_stage* s : all_stages()) {
    SCOPED_TRACE(s->id);
    const Instance instance(s);
    if (s->kind == PENSTOCK_OUTPUT) {
      EXPECT_GE(s->output->write(instance.get(), &first.batch, nullptr), PENSTOCK_OK);
    } else if (s->kind == PENSTOCK_FILTER) {
      Emitted out;
      const bool reads_messages = std::string_view(s->id) == "cloudwatch_logs";  // these bodies are not messages
      EXPECT_EQ(apply(instance, &first.batch, &out), reads_messages ? PENSTOCK_E_DATA : PENSTOCK_OK);
      EXPECT_EQ(out.bodies.size(), reads_messages ? 0 : FirstRecords::kCount);
    }
  }
}

TEST(abi, fields_missing_in_a_record_of_the_first_version_are_empty) {
  const FirstRecords first;
  const auto emit = [](void* ctx, const penstock_batch* batch) -> int32_t {
    EXPECT_EQ(batch->record_stride, sizeof(penstock_record));
    for (uint64_t i = 0; i < batch->record_count; ++i) {
      EXPECT_EQ(batch->records[i].extracted_fields.data, nullptr);
      EXPECT_EQ(batch->records[i].extracted_fields.size, 0u);
      ++*static_cast<size_t*>(ctx);
    }
    return PENSTOCK_OK;
  };
  size_t seen = 0;
  const Instance filter(lambda_logs());
  EXPECT_EQ(filter->filter->apply(filter.get(), &first.batch, emit, &seen, nullptr), PENSTOCK_OK);
  EXPECT_EQ(seen, FirstRecords::kCount);
}

TEST(abi, an_older_host_table_is_not_read_past_its_size) {
  penstock_host host;
  std::memset(&host, 0x5a, sizeof host);  // beyond struct_size: would crash if called
  host.struct_size = offsetof(penstock_host, wall_ms);
  host.reserved = 0;
  host.ctx = nullptr;
  host.log = [](void*, int32_t, penstock_bytes) {};
  Emitted out;
  const OneLine line;
  const Instance filter(lambda_logs(), {}, &host);
  EXPECT_EQ(apply(filter, &line.batch, &out), PENSTOCK_OK);
  const Instance input(kinesis_input(), working_options(kinesis_input()), &host);
  input->next_deadline_ms(input.get());
}

TEST(abi, an_error_is_written_within_its_size_and_only_on_failure) {
  const Instance filter(lambda_logs());
  OneLine line;
  Emitted out;
  penstock_error error = new_error();
  EXPECT_EQ(apply(filter, &line.batch, &out, &error), PENSTOCK_OK);
  EXPECT_EQ(error.text[0], 0x5a);

  line.batch.struct_size = 1;
  error.struct_size = offsetof(penstock_error, text) + 8;
  EXPECT_EQ(apply(filter, &line.batch, &out, &error), PENSTOCK_E_INVALID);
  EXPECT_EQ(error.code, PENSTOCK_E_INVALID);
  EXPECT_EQ(error.retryable, 0);
  EXPECT_EQ(error.text[7], '\0');
  EXPECT_EQ(error.text[8], 0x5a);

  error = new_error();
  error.struct_size = 4;
  EXPECT_EQ(apply(filter, &line.batch, &out, &error), PENSTOCK_E_INVALID);
  EXPECT_EQ(error.code, 0x5a5a5a5a);
}

TEST(abi, after_close_work_is_rejected_but_queries_are_not) {
  for (const penstock_stage* s : all_stages()) {
    SCOPED_TRACE(s->id);
    const Instance instance(s);
    const int32_t descriptor = s->descriptor(instance.get());
    EXPECT_EQ(s->close(instance.get(), 0, nullptr), PENSTOCK_OK);
    EXPECT_EQ(s->close(instance.get(), 0, nullptr), PENSTOCK_E_STATE);
    EXPECT_EQ(s->descriptor(instance.get()), descriptor);
    EXPECT_EQ(s->stats(instance.get(), ignore_stat, nullptr), PENSTOCK_OK);
    s->next_deadline_ms(instance.get());

    const OneLine line;
    Emitted out;
    penstock_error error = new_error();
    if (s->kind == PENSTOCK_FILTER) {
      EXPECT_EQ(apply(instance, &line.batch, &out, &error), PENSTOCK_E_STATE);
    } else if (s->kind == PENSTOCK_INPUT) {
      EXPECT_EQ(s->input->poll(instance.get(), 0, Emitted::emit, &out, &error), PENSTOCK_E_STATE);
      EXPECT_EQ(s->input->ack(instance.get(), 1, PENSTOCK_DELIVERED, nullptr), PENSTOCK_E_STATE);
      EXPECT_EQ(s->input->pump(instance.get(), 0, nullptr), PENSTOCK_E_STATE);
    } else {
      EXPECT_EQ(s->output->write(instance.get(), &line.batch, &error), PENSTOCK_E_STATE);
    }
    EXPECT_EQ(error.code, PENSTOCK_E_STATE);
    EXPECT_NE(error.text[0], '\0');
    EXPECT_EQ(out.calls, 0);
  }
}

TEST(abi, a_closed_output_releases_what_it_could_not_send) {
  struct Settled {
    uint64_t ack_id = 0;
    int32_t outcome = 0;
    int calls = 0;
  } settled;
  const Instance output(kinesis_output());
  const OneLine line;
  EXPECT_GE(output->output->write(output.get(), &line.batch, nullptr), PENSTOCK_OK);
  output->close(output.get(), 0, nullptr);
  const auto settle = [](void* ctx, uint64_t ack_id, int32_t outcome) {
    auto* s = static_cast<Settled*>(ctx);
    *s = {ack_id, outcome, s->calls + 1};
  };
  EXPECT_EQ(output->output->pump(output.get(), 0, settle, &settled, nullptr), PENSTOCK_OK);
  EXPECT_EQ(settled.calls, 1);
  EXPECT_EQ(settled.ack_id, 42u);
  EXPECT_EQ(settled.outcome, PENSTOCK_RELEASED);
}

TEST(abi, an_ack_of_an_unknown_batch_or_outcome_is_invalid) {
  const Instance input(kinesis_input());
  penstock_error error = new_error();
  EXPECT_EQ(input->input->ack(input.get(), 42, PENSTOCK_DELIVERED, &error), PENSTOCK_E_INVALID);
  EXPECT_NE(std::string(error.text).find("42"), std::string::npos) << error.text;
  EXPECT_EQ(input->input->ack(input.get(), 42, 0, nullptr), PENSTOCK_E_INVALID);
  EXPECT_EQ(input->input->ack(input.get(), 42, 5, nullptr), PENSTOCK_E_INVALID);
}

TEST(abi, a_filter_continues_when_emit_returns_full_and_stops_when_it_fails) {
  const Instance filter(lambda_logs());
  const OneLine line;
  Emitted out;
  out.result = PENSTOCK_FULL;
  EXPECT_EQ(apply(filter, &line.batch, &out), PENSTOCK_OK);
  out.result = -77;
  EXPECT_EQ(apply(filter, &line.batch, &out), -77);
  EXPECT_EQ(out.calls, 2);
}

TEST(abi, a_call_from_inside_a_callback_is_busy) {
  struct Nested {
    const Instance* filter;
    const penstock_batch* batch;
    std::vector<int32_t> codes;
  };
  const OneLine line;
  const Instance filter(lambda_logs());
  Nested nested = {&filter, &line.batch, {}};
  const auto call_again = [](void* ctx, const penstock_batch*) -> int32_t {
    auto* n = static_cast<Nested*>(ctx);
    const Instance& f = *n->filter;
    Emitted out;
    n->codes = {apply(f, n->batch, &out), f->close(f.get(), 0, nullptr), f->stats(f.get(), ignore_stat, nullptr)};
    return PENSTOCK_OK;
  };
  EXPECT_EQ(filter->filter->apply(filter.get(), &line.batch, call_again, &nested, nullptr), PENSTOCK_OK);
  EXPECT_EQ(nested.codes, std::vector<int32_t>(3, PENSTOCK_E_BUSY));
  Emitted out;
  EXPECT_EQ(apply(filter, &line.batch, &out), PENSTOCK_OK);  // the error left the instance unchanged
}

TEST(abi, a_second_thread_is_busy_while_the_first_is_inside) {
  const OneLine line;
  const Instance filter(lambda_logs());
  struct Other {
    const Instance* filter;
    const penstock_batch* batch;
    int32_t code = PENSTOCK_OK;
  } other = {&filter, &line.batch};
  const auto call_from_a_thread = [](void* ctx, const penstock_batch*) -> int32_t {
    auto* o = static_cast<Other*>(ctx);
    std::thread([o] {
      Emitted out;
      o->code = apply(*o->filter, o->batch, &out);
    }).join();
    return PENSTOCK_OK;
  };
  EXPECT_EQ(filter->filter->apply(filter.get(), &line.batch, call_from_a_thread, &other, nullptr), PENSTOCK_OK);
  EXPECT_EQ(other.code, PENSTOCK_E_BUSY);
}

TEST(abi, threads_racing_on_an_instance_are_served_or_get_busy) {
  const Instance filter(lambda_logs());
  std::atomic<int> served = 0;
  const auto race = [&] {
    const OneLine line;
    for (int i = 0; i < 2000; ++i) {
      Emitted out;
      const int32_t code = apply(filter, &line.batch, &out);
      ASSERT_TRUE(code == PENSTOCK_OK || code == PENSTOCK_E_BUSY) << code;
      ASSERT_EQ(out.calls, code == PENSTOCK_OK ? 1 : 0);
      served += out.calls;
    }
  };
  std::thread second(race);
  race();
  second.join();
  EXPECT_GT(served, 0);
}

}  // namespace
}  // namespace penstock::abi
