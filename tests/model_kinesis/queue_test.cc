// Queues: visibility, redelivery, dead letters, partial failures, and both sides of each limit.
#include "tests/model_kinesis/queue.h"

#include "tests/model_kinesis/model_fixture.h"

namespace penstock::model {
namespace {

constexpr int64_t kS = 1000;

class model_queue : public model {
 protected:
  void SetUp() override {
    model::SetUp();
    arn = service->create_queue("q", "s");
  }
  // The body of a call with a QueueARN, and more members after it.
  std::string body(const std::string& rest = "") const { return R"({"QueueARN":")" + arn + "\"" + rest + "}"; }
  Response receive(const std::string& rest = "") { return client.call("ReceiveQueueRecords", body(rest)); }
  static std::string with(const std::string& handle, int64_t timeout_s = -1) {
    return R"({"ReceiptHandle":")" + handle + "\"" +
           (timeout_s < 0 ? "" : R"(,"VisibilityTimeoutSeconds":)" + std::to_string(timeout_s)) + "}";
  }
  Response call_with(const std::string& operation, const std::string& entries) {
    return client.call(operation, body(R"(,"Entries":[)" + entries + "]"));
  }
  Response acknowledge(const std::string& handle) { return call_with("AcknowledgeQueueRecords", with(handle)); }
  Response set_visibility(const std::string& handle, int64_t timeout_s) {
    return call_with("UpdateQueueRecordsVisibility", with(handle, timeout_s));
  }
  static std::string handle_of(const Response& response, int index = 0) {
    return response.text("QueueRecords." + std::to_string(index) + ".ReceiptHandle");
  }
  void put(int count = 1) {
    for (int i = 0; i < count; ++i) service->preload("s", "k", "d");
  }
  QueueCounts counts() { return service->queue_counts(arn); }
  // Lets the record be received, without acknowledging it, until it is a dead letter.
  void make_dead_letter() {
    put();
    for (int i = 0; i < 6; ++i) {
      ASSERT_EQ(receive().size("QueueRecords"), 1U);
      now_ms += 30 * kS;
    }
  }

  std::string arn;
};

TEST_F(model_queue, a_created_queue_is_creating_and_then_active_and_begins_at_latest) {
  put();
  const std::string create = R"({"QueueName":"new","StreamConfigurationList":[{"StreamARN":)"
                             R"("arn:aws:kinesis:us-east-1:000000000000:stream/s"}]})";
  const Response created = client.call("CreateQueue", create);
  EXPECT_EQ(created.text("QueueDescription.QueueStatus"), "CREATING");
  EXPECT_EQ(created.text("QueueDescription.StreamConfigurationList.0.StartingPosition.Type"), "LATEST");
  arn = created.text("QueueDescription.QueueARN");
  EXPECT_EQ(receive().code(), "InvalidArgumentException");
  now_ms += service->settings().queue_creation_ms - 1;
  EXPECT_EQ(client.call("DescribeQueue", body()).text("QueueDescription.QueueStatus"), "CREATING");
  now_ms += 1;
  const Response described = client.call("DescribeQueue", body());
  EXPECT_EQ(described.text("QueueDescription.QueueStatus"), "ACTIVE");
  EXPECT_EQ(described.number("QueueDescription.QueueAttributes.VisibilityTimeoutSeconds"), 30);
  EXPECT_EQ(described.number("QueueDescription.QueueAttributes.DeadLetterConfiguration.MaxReceiveCount"), 6);
  EXPECT_EQ(receive().size("QueueRecords"), 0U) << "the record was there before the queue";
  put();
  EXPECT_EQ(receive().size("QueueRecords"), 1U);
  EXPECT_EQ(client.call("CreateQueue", create).code(), "ResourceInUseException");
}

TEST_F(model_queue, a_new_queues_attributes_are_valid_within_their_limits_only) {
  const auto create = [&](const std::string& name, const std::string& attributes) {
    return client
        .call("CreateQueue", R"({"QueueName":")" + name +
                                 R"(","StreamConfigurationList":[{"StreamARN":)"
                                 R"("arn:aws:kinesis:us-east-1:000000000000:stream/s"}],)"
                                 R"("QueueAttributes":{)" +
                                 attributes + "}}")
        .code();
  };
  EXPECT_EQ(create("a", R"("VisibilityTimeoutSeconds":0)"), "");
  EXPECT_EQ(create("b", R"("VisibilityTimeoutSeconds":43200)"), "");
  EXPECT_EQ(create("c", R"("VisibilityTimeoutSeconds":43201)"), "ValidationException");
  EXPECT_EQ(create("c", R"("DeadLetterConfiguration":{"TargetType":"BUILT_IN"})"), "ValidationException");
  const auto max_receives = [&](const std::string& name, int count) {
    return create(name, R"("DeadLetterConfiguration":{"TargetType":"BUILT_IN","MaxReceiveCount":)" +
                            std::to_string(count) + "}");
  };
  EXPECT_EQ(max_receives("c", 0), "ValidationException");
  EXPECT_EQ(max_receives("c", 1), "");
  EXPECT_EQ(max_receives("d", 1000), "");
  EXPECT_EQ(max_receives("e", 1001), "ValidationException");
  EXPECT_EQ(create(std::string(128, 'n'), ""), "");
  EXPECT_EQ(create("f", ""), "LimitExceededException") << "five are CREATING";
  now_ms += service->settings().queue_creation_ms;
  EXPECT_EQ(create(std::string(129, 'n'), ""), "ValidationException");
  EXPECT_EQ(create("f", ""), "");
}

TEST_F(model_queue, a_stream_has_at_most_twenty_queues) {
  for (int i = 1; i < 20; ++i) service->create_queue("q" + std::to_string(i), "s");
  const std::string create = R"({"QueueName":"more","StreamConfigurationList":[{"StreamARN":)"
                             R"("arn:aws:kinesis:us-east-1:000000000000:stream/s"}]})";
  EXPECT_EQ(client.call("CreateQueue", create).code(), "LimitExceededException");
  service->delete_queue(arn);
  EXPECT_EQ(client.call("CreateQueue", create).code(), "");
}

TEST_F(model_queue, a_received_record_is_invisible_for_its_visibility_timeout_and_keeps_its_id) {
  put();
  const Response first = receive();
  const std::string id = first.text("QueueRecords.0.RecordId");
  EXPECT_EQ(decoded(first, "QueueRecords.0.Data"), "d");
  EXPECT_EQ(first.text("QueueRecords.0.PartitionKey"), "k");
  EXPECT_EQ(first.number("QueueRecords.0.ReceiveCount"), 1);
  EXPECT_EQ(counts().in_flight, 1U);
  now_ms += 30 * kS - 1;
  EXPECT_EQ(receive().size("QueueRecords"), 0U);
  now_ms += 1;
  const Response second = receive();
  EXPECT_EQ(second.text("QueueRecords.0.RecordId"), id);
  EXPECT_EQ(second.number("QueueRecords.0.ReceiveCount"), 2);
  EXPECT_EQ(second.real("QueueRecords.0.FirstReceiveTimestamp"),
            first.real("QueueRecords.0.FirstReceiveTimestamp"));
  EXPECT_NE(handle_of(second), handle_of(first));
  arn = service->create_queue("other", "s");
  EXPECT_EQ(receive().text("QueueRecords.0.RecordId"), id) << "the same in every queue on the stream";
}

TEST_F(model_queue, an_acknowledged_record_is_not_delivered_again) {
  put();
  size_t acknowledged = 0;
  service->on_acknowledged([&](const Queue&, const Shard&, const Record& record) {
    ++acknowledged;
    EXPECT_EQ(record.data, "d");
  });
  const std::string handle = handle_of(receive());
  now_ms += 30 * kS - 1;
  const Response done = acknowledge(handle);
  EXPECT_EQ(done.text("Successful.0.ReceiptHandle"), handle);
  EXPECT_EQ(done.size("Failed"), 0U);
  EXPECT_EQ(acknowledged, 1U);
  now_ms += 60 * kS;
  EXPECT_EQ(receive().size("QueueRecords"), 0U);
  EXPECT_EQ(acknowledge(handle).text("Failed.0.ErrorCode"), "ResourceNotFoundException");
}

TEST_F(model_queue, an_expired_or_foreign_receipt_fails_alone) {
  put(2);
  const Response received = receive();
  now_ms += 30 * kS;
  const Response late = acknowledge(handle_of(received));
  EXPECT_EQ(late.status(), 200);
  EXPECT_EQ(late.text("Failed.0.ErrorCode"), "InvalidArgumentException");
  const Response again = receive();
  const Response mixed = call_with("AcknowledgeQueueRecords", with(handle_of(again, 0)) + "," + with("foreign") +
                                                                  "," + with(handle_of(received, 1)));
  EXPECT_EQ(mixed.size("Successful"), 1U);
  EXPECT_EQ(mixed.size("Failed"), 2U);
  EXPECT_EQ(counts().in_flight, 1U);
}

TEST_F(model_queue, a_call_receives_one_to_ten_records_within_a_wait_of_one_to_twenty_seconds) {
  put(11);
  EXPECT_EQ(receive(R"(,"Limit":0)").code(), "InvalidArgumentException");
  EXPECT_EQ(receive(R"(,"Limit":11)").code(), "InvalidArgumentException");
  EXPECT_EQ(receive(R"(,"WaitTimeSeconds":0)").code(), "InvalidArgumentException");
  EXPECT_EQ(receive(R"(,"WaitTimeSeconds":21)").code(), "InvalidArgumentException");
  EXPECT_EQ(receive(R"(,"VisibilityTimeoutSeconds":-1)").code(), "InvalidArgumentException");
  EXPECT_EQ(receive(R"(,"VisibilityTimeoutSeconds":43201)").code(), "InvalidArgumentException");
  EXPECT_EQ(receive(R"(,"Limit":1,"WaitTimeSeconds":1,"VisibilityTimeoutSeconds":0)").size("QueueRecords"), 1U);
  EXPECT_EQ(receive(R"(,"Limit":10,"WaitTimeSeconds":20,"VisibilityTimeoutSeconds":43200)").size("QueueRecords"),
            10U);
  EXPECT_EQ(receive().size("QueueRecords"), 1U);
  now_ms += 43'200 * kS - 1;
  EXPECT_EQ(counts().in_flight, 10U);
  now_ms += 1;
  EXPECT_EQ(counts().in_flight, 0U);
}

TEST_F(model_queue, a_call_waits_for_a_record_to_become_visible) {
  const Response waiting = receive(R"(,"WaitTimeSeconds":20)");
  EXPECT_EQ(waiting.reply().wait_ms, 20 * kS);
  EXPECT_FALSE(waiting.reply().again().has_value());
  put();
  const auto later = waiting.reply().again();
  ASSERT_TRUE(later.has_value());
  EXPECT_EQ(Response(*later).size("QueueRecords"), 1U);
  EXPECT_EQ(later->headers, waiting.reply().headers);
  EXPECT_EQ(receive().reply().wait_ms, 9 * kS) << "by default";
}

TEST_F(model_queue, a_call_changes_one_to_ten_entries) {
  put(11);
  std::vector<std::string> handles;
  for (const int limit : {10, 1}) {
    const Response received = receive(R"(,"Limit":)" + std::to_string(limit));
    for (int i = 0; i < limit; ++i) handles.push_back(handle_of(received, i));
  }
  const auto entries = [&](size_t count, int64_t timeout_s) {
    std::string list;
    for (size_t i = 0; i < count; ++i) list += (i > 0 ? "," : "") + with(handles[i], timeout_s);
    return list;
  };
  for (const char* const operation :
       {"AcknowledgeQueueRecords", "UpdateQueueRecordsVisibility", "AcknowledgeDeadLetterQueueRecords",
        "UpdateDeadLetterQueueRecordsVisibility", "RestoreDeadLetterQueueRecords"}) {
    EXPECT_EQ(call_with(operation, "").code(), "InvalidArgumentException") << operation;
    EXPECT_EQ(call_with(operation, entries(11, 1)).code(), "InvalidArgumentException") << operation;
  }
  EXPECT_EQ(call_with("UpdateQueueRecordsVisibility", entries(10, 60)).size("Successful"), 10U);
  EXPECT_EQ(call_with("AcknowledgeQueueRecords", entries(10, -1)).size("Successful"), 10U);
  EXPECT_EQ(counts().in_flight, 1U);
}

TEST_F(model_queue, a_receipt_handle_has_one_to_1024_characters) {
  service->settings().receipt_handle_bytes = 1024;
  put();
  const std::string handle = handle_of(receive());
  EXPECT_EQ(handle.size(), 1024U);
  EXPECT_EQ(acknowledge("").code(), "InvalidArgumentException");
  EXPECT_EQ(acknowledge(handle + "~").code(), "InvalidArgumentException");
  EXPECT_EQ(acknowledge(handle).size("Successful"), 1U);
}

TEST_F(model_queue, a_visibility_timeout_counts_from_its_update_and_is_at_most_43200_seconds) {
  put();
  const std::string handle = handle_of(receive());
  EXPECT_EQ(set_visibility(handle, 43'201).code(), "InvalidArgumentException");
  EXPECT_EQ(set_visibility(handle, -1).code(), "InvalidArgumentException");
  now_ms += 29 * kS;
  EXPECT_EQ(set_visibility(handle, 43'200).size("Successful"), 1U);
  now_ms += 43'200 * kS - 1;
  EXPECT_EQ(counts().in_flight, 1U);
  EXPECT_EQ(set_visibility(handle, 0).size("Successful"), 1U);
  EXPECT_EQ(counts().in_flight, 0U);
  EXPECT_EQ(set_visibility(handle, 30).text("Failed.0.ErrorCode"), "InvalidArgumentException");
  EXPECT_EQ(receive().number("QueueRecords.0.ReceiveCount"), 2);
}

TEST_F(model_queue, at_most_120000_records_are_in_flight) {
  EXPECT_EQ(service->settings().limits.queue_records_in_flight, 120'000U);
  put(120'001);
  for (int i = 0; i < 11'999; ++i) {
    ASSERT_EQ(service->queue(arn)->receive(*service->stream("s"), Queue::Path::normal, 10, 30 * kS, now_ms).size(),
              10U);
  }
  EXPECT_EQ(receive(R"(,"Limit":9)").size("QueueRecords"), 9U);
  EXPECT_EQ(counts().in_flight, 119'999U);
  const Response last = receive();
  EXPECT_EQ(last.size("QueueRecords"), 1U);
  EXPECT_EQ(receive().code(), "ThrottlingException");
  EXPECT_EQ(acknowledge(handle_of(last)).size("Successful"), 1U);
  EXPECT_EQ(receive().size("QueueRecords"), 1U);
}

TEST_F(model_queue, a_record_is_a_dead_letter_after_max_receive_count_receives) {
  put();
  for (int i = 1; i <= 6; ++i) {
    EXPECT_EQ(receive().number("QueueRecords.0.ReceiveCount"), i);
    now_ms += 30 * kS - 1;
    EXPECT_EQ(counts().dead_letters, 0U) << "while it is in flight, it can be acknowledged";
    now_ms += 1;
  }
  EXPECT_EQ(counts().dead_letters, 1U);
  EXPECT_EQ(receive().size("QueueRecords"), 0U);
}

TEST_F(model_queue, without_dead_letter_handling_a_record_is_redelivered_for_ever) {
  service->queue(arn)->attributes().max_receive_count = 0;
  put();
  for (int i = 1; i <= 2000; ++i) {
    ASSERT_EQ(receive().number("QueueRecords.0.ReceiveCount"), i);
    now_ms += 30 * kS;
  }
}

TEST_F(model_queue, dead_letters_are_received_hidden_shown_and_restored) {
  make_dead_letter();
  const Response dead = client.call("ReceiveDeadLetterQueueRecords", body());
  EXPECT_EQ(decoded(dead, "QueueRecords.0.Data"), "d");
  EXPECT_EQ(client.call("ReceiveDeadLetterQueueRecords", body()).size("QueueRecords"), 0U);
  EXPECT_EQ(acknowledge(handle_of(dead)).size("Failed"), 1U) << "not an ordinary record";
  EXPECT_EQ(call_with("UpdateDeadLetterQueueRecordsVisibility", with(handle_of(dead), 0)).size("Successful"), 1U);
  const Response shown = client.call("ReceiveDeadLetterQueueRecords", body());
  EXPECT_EQ(call_with("RestoreDeadLetterQueueRecords", with(handle_of(shown))).size("Successful"), 1U);
  EXPECT_EQ(counts().dead_letters, 0U);
  EXPECT_EQ(receive().number("QueueRecords.0.ReceiveCount"), 1);
}

TEST_F(model_queue, an_acknowledged_dead_letter_is_gone) {
  make_dead_letter();
  const Response dead = client.call("ReceiveDeadLetterQueueRecords", body());
  EXPECT_EQ(call_with("AcknowledgeDeadLetterQueueRecords", with(handle_of(dead))).size("Successful"), 1U);
  EXPECT_EQ(counts().dead_letters, 0U);
}

TEST_F(model_queue, records_past_retention_are_not_delivered) {
  put(3);
  const std::string handle = handle_of(receive(R"(,"Limit":1)"));
  service->trim(service->stream("s")->shards()[0], 3);
  EXPECT_EQ(receive().size("QueueRecords"), 0U);
  EXPECT_EQ(acknowledge(handle).text("Failed.0.ErrorCode"), "ResourceNotFoundException");
}

TEST_F(model_queue, records_of_new_shards_are_delivered) {
  service->stream("s")->split(service->stream("s")->shards()[0], HashKey{1} << 127, now_ms);
  put(2);
  EXPECT_EQ(receive().size("QueueRecords"), 2U);
}

TEST_F(model_queue, entries_fail_in_part_by_a_fault) {
  put(10);
  const Response received = receive();
  service->faults().next_calls("AcknowledgeQueueRecords", reject_records(0.5));
  std::string entries;
  for (int i = 0; i < 10; ++i) entries += (i > 0 ? "," : "") + with(handle_of(received, i));
  const Response response = call_with("AcknowledgeQueueRecords", entries);
  EXPECT_EQ(response.status(), 200);
  EXPECT_EQ(response.size("Successful") + response.size("Failed"), 10U);
  EXPECT_GT(response.size("Successful"), 0U);
  EXPECT_GT(response.size("Failed"), 0U);
  EXPECT_EQ(counts().in_flight, response.size("Failed"));
}

TEST_F(model_queue, a_queue_of_a_deleted_stream_or_an_unknown_one_is_not_found) {
  service->delete_stream("s");
  EXPECT_EQ(receive().code(), "ResourceNotFoundException");
  EXPECT_EQ(client.call("DescribeQueue", body()).code(), "ResourceNotFoundException");
  EXPECT_EQ(client.call("DescribeQueue", "{}").code(), "ValidationException");
}

}  // namespace
}  // namespace penstock::model
