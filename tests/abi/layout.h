/* The layout of every struct and the value of every constant of the ABI on LP64, checked by the compiler. A
 * field that is appended adds a line and raises the size above it; every other line stays as it is for ever. */
#include "abi/penstock.h"

#define SIZE(type, bytes) typedef char type##_has_its_size[sizeof(type) == (bytes) ? 1 : -1]
#define FIELD(type, field, offset) \
  typedef char type##_##field##_has_its_place[offsetof(type, field) == (offset) ? 1 : -1]
#define VALUE(name, value) typedef char name##_has_its_value[(long)(name) == (value) ? 1 : -1]

#if defined(__LP64__)

SIZE(penstock_bytes, 16);
FIELD(penstock_bytes, data, 0);
FIELD(penstock_bytes, size, 8);

SIZE(penstock_error, 1024);
FIELD(penstock_error, struct_size, 0);
FIELD(penstock_error, code, 4);
FIELD(penstock_error, retryable, 8);
FIELD(penstock_error, text, 12);

SIZE(penstock_record, 80);
FIELD(penstock_record, time_ms, 0);
FIELD(penstock_record, id, 8);
FIELD(penstock_record, key, 24);
FIELD(penstock_record, body, 40);
FIELD(penstock_record, flags, 56);
FIELD(penstock_record, reserved, 60);
FIELD(penstock_record, extracted_fields, 64);

SIZE(penstock_batch, 192);
FIELD(penstock_batch, struct_size, 0);
FIELD(penstock_batch, record_stride, 4);
FIELD(penstock_batch, ack_id, 8);
FIELD(penstock_batch, records, 16);
FIELD(penstock_batch, record_count, 24);
FIELD(penstock_batch, log_group, 32);
FIELD(penstock_batch, log_stream, 48);
FIELD(penstock_batch, owner, 64);
FIELD(penstock_batch, region, 80);
FIELD(penstock_batch, stream, 96);
FIELD(penstock_batch, shard_id, 112);
FIELD(penstock_batch, sequence_number, 128);
FIELD(penstock_batch, sub_sequence_number, 144);
FIELD(penstock_batch, partition_key, 152);
FIELD(penstock_batch, arrival_time_ms, 168);
FIELD(penstock_batch, central_log_group, 176);

SIZE(penstock_option, 32);
FIELD(penstock_option, key, 0);
FIELD(penstock_option, value, 16);

SIZE(penstock_option_info, 40);
FIELD(penstock_option_info, name, 0);
FIELD(penstock_option_info, type, 8);
FIELD(penstock_option_info, default_value, 16);
FIELD(penstock_option_info, help, 24);
FIELD(penstock_option_info, required, 32);
FIELD(penstock_option_info, reserved, 36);

SIZE(penstock_label, 24);
FIELD(penstock_label, name, 0);
FIELD(penstock_label, value, 8);

SIZE(penstock_histogram, 32);
FIELD(penstock_histogram, struct_size, 0);
FIELD(penstock_histogram, bucket_count, 4);
FIELD(penstock_histogram, upper_bounds, 8);
FIELD(penstock_histogram, counts, 16);
FIELD(penstock_histogram, sum, 24);

SIZE(penstock_stat, 80);
FIELD(penstock_stat, struct_size, 0);
FIELD(penstock_stat, kind, 4);
FIELD(penstock_stat, name, 8);
FIELD(penstock_stat, unit, 16);
FIELD(penstock_stat, help, 24);
FIELD(penstock_stat, value, 32);
FIELD(penstock_stat, label, 40);
FIELD(penstock_stat, labels, 56);
FIELD(penstock_stat, label_count, 64);
FIELD(penstock_stat, label_stride, 68);
FIELD(penstock_stat, histogram, 72);

SIZE(penstock_host, 48);
FIELD(penstock_host, struct_size, 0);
FIELD(penstock_host, reserved, 4);
FIELD(penstock_host, ctx, 8);
FIELD(penstock_host, log, 16);
FIELD(penstock_host, wall_ms, 24);
FIELD(penstock_host, monotonic_ms, 32);
FIELD(penstock_host, random, 40);

SIZE(penstock_input, 32);
FIELD(penstock_input, struct_size, 0);
FIELD(penstock_input, reserved, 4);
FIELD(penstock_input, poll, 8);
FIELD(penstock_input, ack, 16);
FIELD(penstock_input, pump, 24);

SIZE(penstock_filter, 16);
FIELD(penstock_filter, struct_size, 0);
FIELD(penstock_filter, reserved, 4);
FIELD(penstock_filter, apply, 8);

SIZE(penstock_output, 24);
FIELD(penstock_output, struct_size, 0);
FIELD(penstock_output, reserved, 4);
FIELD(penstock_output, write, 8);
FIELD(penstock_output, pump, 16);

SIZE(penstock_command, 40);
FIELD(penstock_command, name, 0);
FIELD(penstock_command, help, 8);
FIELD(penstock_command, arguments, 16);
FIELD(penstock_command, argument_info_count, 24);
FIELD(penstock_command, argument_info_stride, 28);
FIELD(penstock_command, run, 32);

SIZE(penstock_stage, 136);
FIELD(penstock_stage, struct_size, 0);
FIELD(penstock_stage, kind, 4);
FIELD(penstock_stage, id, 8);
FIELD(penstock_stage, summary, 16);
FIELD(penstock_stage, options, 24);
FIELD(penstock_stage, option_info_count, 32);
FIELD(penstock_stage, option_info_stride, 36);
FIELD(penstock_stage, input, 40);
FIELD(penstock_stage, filter, 48);
FIELD(penstock_stage, output, 56);
FIELD(penstock_stage, check, 64);
FIELD(penstock_stage, create, 72);
FIELD(penstock_stage, descriptor, 80);
FIELD(penstock_stage, next_deadline_ms, 88);
FIELD(penstock_stage, stats, 96);
FIELD(penstock_stage, close, 104);
FIELD(penstock_stage, destroy, 112);
FIELD(penstock_stage, command_count, 120);
FIELD(penstock_stage, command_stride, 124);
FIELD(penstock_stage, commands, 128);

SIZE(penstock_module, 32);
FIELD(penstock_module, struct_size, 0);
FIELD(penstock_module, reserved, 4);
FIELD(penstock_module, version, 8);
FIELD(penstock_module, stages, 16);
FIELD(penstock_module, receipts, 24);

SIZE(penstock_receipts, 48);
FIELD(penstock_receipts, struct_size, 0);
FIELD(penstock_receipts, reserved, 4);
FIELD(penstock_receipts, open, 8);
FIELD(penstock_receipts, issue, 16);
FIELD(penstock_receipts, redeem, 24);
FIELD(penstock_receipts, settled, 32);
FIELD(penstock_receipts, close, 40);

#endif

VALUE(PENSTOCK_OK, 0);
VALUE(PENSTOCK_FULL, 1);
VALUE(PENSTOCK_END, 2);
VALUE(PENSTOCK_E_INVALID, -1);
VALUE(PENSTOCK_E_STATE, -2);
VALUE(PENSTOCK_E_BUSY, -3);
VALUE(PENSTOCK_E_OPTIONS, -4);
VALUE(PENSTOCK_E_MEMORY, -5);
VALUE(PENSTOCK_E_IO, -6);
VALUE(PENSTOCK_E_INTERNAL, -7);
VALUE(PENSTOCK_E_DATA, -8);
VALUE(PENSTOCK_DELIVERED, 1);
VALUE(PENSTOCK_FILTERED, 2);
VALUE(PENSTOCK_DEAD_LETTERED, 3);
VALUE(PENSTOCK_RELEASED, 4);
VALUE(PENSTOCK_INPUT, 1);
VALUE(PENSTOCK_FILTER, 2);
VALUE(PENSTOCK_OUTPUT, 3);
VALUE(PENSTOCK_LOG_ERROR, 1);
VALUE(PENSTOCK_LOG_WARN, 2);
VALUE(PENSTOCK_LOG_INFO, 3);
VALUE(PENSTOCK_LOG_DEBUG, 4);
VALUE(PENSTOCK_RECORD_JSON, 1);
VALUE(PENSTOCK_RECORD_TIME_IS_ARRIVAL, 2);
VALUE(PENSTOCK_RECORD_UNREADABLE, 4);
VALUE(PENSTOCK_COUNTER, 1);
VALUE(PENSTOCK_GAUGE, 2);
VALUE(PENSTOCK_HISTOGRAM, 3);
