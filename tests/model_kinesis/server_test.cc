// The model over HTTP and HTTPS: how each fault looks to a client, and the model's speed.
#include "tests/model_kinesis/server.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/model_kinesis/certificate.h"
#include "tests/model_kinesis/load.h"
#include "tests/model_kinesis/test_client.h"
#include "tests/model_kinesis/unix_now.h"

namespace penstock::model {
namespace {

httplib::Result post(httplib::Client& http, const Request& request) {
  httplib::Headers headers;
  std::string type;
  for (const auto& [name, value] : request.headers)
    if (name == "Content-Type")
      type = value;
    else
      headers.emplace(name, value);
  return http.Post(request.path, headers, request.body, type);
}

class model_server : public testing::Test {
 protected:
  void start(const ServerOptions& options = {}) {
    server = std::make_unique<Server>(Settings{}, options);
    ASSERT_EQ(server->start(), "");
    server->with([](Service& service) { service.create_stream("s", 2); });
    http = std::make_unique<httplib::Client>(server->url());
    http->set_keep_alive(true);
  }
  Request list() { return client.request("ListShards", R"({"StreamName":"s"})"); }
  template <typename Script>
  void script(Script script) {
    server->with([&](Service& service) { script(service.faults()); });
  }

  std::unique_ptr<Server> server;
  std::unique_ptr<httplib::Client> http;
  TestClient client{[](const Request&) { return Reply{}; }, unix_now_ms};
};

TEST_F(model_server, a_signed_call_gets_its_response_and_keeps_the_connection) {
  start();
  for (int i = 0; i < 3; ++i) {
    const httplib::Result result = post(*http, list());
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 200);
    EXPECT_EQ(result->get_header_value("Content-Type"), "application/x-amz-json-1.1");
    EXPECT_NE(result->get_header_value("Date"), "");
    EXPECT_NE(result->get_header_value("x-amzn-RequestId"), "");
    EXPECT_TRUE(http->is_socket_open());
  }
  EXPECT_EQ(http->Get("/")->status, 403);
}

TEST_F(model_server, a_connection_closed_before_or_after_the_call_gives_no_response) {
  start();
  script([](Faults& faults) {
    faults.next_calls("PutRecords", close_before());
    faults.next_calls("PutRecords", lose_response());
  });
  const Request put = client.request("PutRecords", put_records_body("s", entry("k", "d")));
  EXPECT_EQ(post(*http, put).error(), httplib::Error::Read);
  server->with([](Service& service) { EXPECT_EQ(service.stats().records_put, 0U); });
  EXPECT_EQ(post(*http, put).error(), httplib::Error::Read);
  server->with([](Service& service) { EXPECT_EQ(service.stats().records_put, 1U); });
  EXPECT_TRUE(post(*http, put));
}

TEST_F(model_server, a_truncated_response_has_its_header_and_half_its_body) {
  start();
  script([](Faults& faults) { faults.next_calls("ListShards", truncate_response(), 2); });
  EXPECT_EQ(post(*http, list()).error(), httplib::Error::Read);

  const std::string whole = [&] {
    httplib::Client other(server->url());
    const Request request = client.request("DescribeStreamSummary", R"({"StreamName":"s"})");
    return post(other, request)->body;
  }();
  EXPECT_NE(whole, "");
  // Half of the body does arrive.
  size_t received = 0;
  int status = 0;
  httplib::Request request;
  request.method = "POST";
  request.path = "/";
  for (const auto& [name, value] : list().headers) request.headers.emplace(name, value);
  request.body = R"({"StreamName":"s"})";
  request.response_handler = [&](const httplib::Response& response) {
    status = response.status;
    return true;
  };
  request.content_receiver = [&](const char*, size_t size, uint64_t, uint64_t) {
    received += size;
    return true;
  };
  EXPECT_FALSE(http->send(request));
  EXPECT_EQ(status, 200);
  EXPECT_GT(received, 100U);
}

TEST_F(model_server, a_slow_response_blocks_neither_other_calls_nor_the_end) {
  start();
  script([](Faults& faults) { faults.next_calls("ListShards", delay(3'600'000)); });
  std::atomic<bool> done = false;
  std::thread slow([&] {
    httplib::Client other(server->url());
    done = static_cast<bool>(post(other, list()));
  });
  // The scripted fault may hit either of two calls; the second call after it is not delayed.
  uint64_t seen = 0;
  while (seen == 0) server->with([&](Service& service) { seen = service.stats().requests; });
  EXPECT_TRUE(post(*http, list()));
  server.reset();
  slow.join();
}

TEST_F(model_server, https_is_served_with_the_given_certificate) {
  std::string folder = (std::filesystem::temp_directory_path() / "model-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const CertificateFiles files = make_certificate(folder);
  ServerOptions options;
  options.cert_file = files.cert;
  options.key_file = files.key;
  start(options);
  EXPECT_TRUE(server->url().starts_with("https://"));
  http->set_ca_cert_path(files.cert);
  http->enable_server_certificate_verification(true);
  EXPECT_EQ(post(*http, list())->status, 200);
  script([](Faults& faults) { faults.next_calls("ListShards", truncate_response()); });
  EXPECT_FALSE(post(*http, list()));

  httplib::Client distrustful(server->url());
  distrustful.enable_server_certificate_verification(true);
  EXPECT_FALSE(post(distrustful, list()));

  Server unusable({}, {.cert_file = files.key, .key_file = files.key});
  EXPECT_NE(unusable.start(), "");
  std::filesystem::remove_all(folder);
}

TEST_F(model_server, records_and_counters_can_be_read_back) {
  start();
  EXPECT_EQ(post(*http, client.request("PutRecords",
                                       put_records_body("s", entry("k\\\"", "text\n") + "," + entry("b", "\xff"))))
                ->status,
            200);
  const std::string lines = http->Get("/model/streams/s/records")->body;
  EXPECT_NE(lines.find(R"("partition_key":"k\"","data":"text\u000a")"), std::string::npos) << lines;
  EXPECT_NE(lines.find(R"("partition_key":"b","data_base64":"/w==")"), std::string::npos) << lines;
  EXPECT_NE(http->Get("/model/stats")->body.find(R"("records_put":2)"), std::string::npos);
  EXPECT_EQ(http->Get("/model/streams/absent/records")->status, 404);
}

TEST_F(model_server, a_port_in_use_is_an_error) {
  start();
  ServerOptions options;
  options.port = server->port();
  Server second({}, options);
  EXPECT_NE(second.start(), "");
}

TEST(model_load, json_lines_and_invocation_events_are_loaded_and_everything_else_rejected) {
  Service service({}, [] { return int64_t{1'700'000'000'000}; });
  service.create_stream("s", 1);
  EXPECT_EQ(load_records(service, "s",
                         "{\"data\":\"YQ==\",\"partition_key\":\"k\"}\n{\"data\":\"\",\"partition_key\":\"l\"}"),
            "");
  EXPECT_EQ(load_records(service, "s", R"({"Records":[{"kinesis":{"data":"Yg==","partitionKey":"m"}}]})"), "");
  std::string seen;
  service.each_record("s", [&](const Shard&, const Record& r) { seen += r.partition_key + "=" + r.data + " "; });
  EXPECT_EQ(seen, "k=a l= m=b ");
  EXPECT_NE(load_records(service, "absent", ""), "");
  EXPECT_NE(load_records(service, "s", "{}").find("line 1"), std::string::npos);
  EXPECT_NE(load_records(service, "s", "{\"data\":\"?\",\"partition_key\":\"k\"}"), "");
  EXPECT_NE(load_records(service, "s", R"({"Records":[{}]})").find("Records[0]"), std::string::npos);
}

}  // namespace
}  // namespace penstock::model
