#include "tests/model_dynamodb/service.h"

#include <cassert>
#include <utility>

#include "tests/model_kinesis/amz_time.h"
#include "tests/model_kinesis/codec.h"
#include "tests/model_kinesis/json_in.h"

namespace penstock::dynamodb {

using model::FaultKind, model::Reply, model::Request;

namespace {

constexpr std::string_view kTargetPrefix = "DynamoDB_20120810.";
constexpr std::string_view kContentType = "application/x-amz-json-1.0";

std::string operation_of(const Request& request) {
  const std::string_view target = model::header(request.headers, "x-amz-target");
  return std::string(target.starts_with(kTargetPrefix) ? target.substr(kTargetPrefix.size()) : "");
}

Reply rejection(const model::Error& error) {
  model::JsonOut json;
  json.open('{').key("__type").string("com.amazonaws.dynamodb.v20120810#" + error.code);
  json.key("message").string(error.message).close('}');
  Reply reply;
  reply.status = error.status;
  reply.body = json.take();
  return reply;
}

}  // namespace

Service::Service(Settings settings, std::function<int64_t()> now_ms)
    : settings_(std::move(settings)),
      now_ms_(std::move(now_ms)),
      faults_(settings_.seed),
      random_(settings_.seed) {}

Reply Service::handle(Request request) {
  const uint64_t number = ++stats_.requests;
  if (on_request_) on_request_(number, request);
  const std::string operation = operation_of(request);
  ++stats_.calls[operation];
  const model::Fault fault = faults_.take(number, operation);
  Reply reply;
  if (fault.kind == FaultKind::close) {
    reply.wire = model::Wire::closed;
    return reply;
  }
  reply = apply(request, operation, fault);
  if (fault.kind == FaultKind::delay) reply.delay_ms = fault.delay_ms;
  if (fault.kind == FaultKind::lose_response) reply.wire = model::Wire::lost;
  if (fault.kind == FaultKind::truncate) reply.wire = model::Wire::truncated;
  reply.headers.emplace_back("Date", model::http_date(now_ms_()));
  reply.headers.emplace_back("Content-Type", kContentType);
  return reply;
}

Reply Service::apply(const Request& request, const std::string& operation, const model::Fault& fault) {
  if (request.method != "POST" || model::header(request.headers, "content-type") != kContentType)
    return rejection({400, "UnknownOperationException", ""});
  if (auto error = model::check_signature(request, settings_.keys, settings_.region, "dynamodb", now_ms_()))
    return rejection(*error);
  if (fault.kind == FaultKind::error) return rejection(fault.error);
  rapidjson::Document parameters;
  parameters.Parse<rapidjson::kParseIterativeFlag>(request.body.data(), request.body.size());
  if (!model::is_utf8(request.body) || parameters.HasParseError() || !parameters.IsObject())
    return rejection({400, "SerializationException", ""});
  if (settings_.authorize)
    if (auto error = settings_.authorize(request, accesses_of(operation, parameters))) return rejection(*error);
  try {
    Reply reply;
    reply.body = respond(operation, parameters);
    return reply;
  } catch (const Rejection& rejected) {
    return rejection(rejected.error);
  }
}

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
std::vector<model::Access> Service::accesses_of(const std::string& operation, const Value& parameters) const {
  const auto name = parameters.FindMember("TableName");
  const std::string table =
      name != parameters.MemberEnd() && name->value.IsString() ? name->value.GetString() : "";
  const std::string arn = "arn:aws:dynamodb:" + settings_.region + ":" + settings_.account + ":table/" + table;
  std::vector<model::Access> accesses = {{"dynamodb:" + operation, arn}};
  if (operation == "CreateTable" && parameters.HasMember("Tags"))
    accesses.push_back({"dynamodb:TagResource", arn});
  return accesses;
}

std::string Service::respond(const std::string& operation, const Value& parameters) {
  if (operation == "CreateTable") return create_table(parameters);
  if (operation == "DescribeTable") return describe_table(parameters);
  if (operation == "Scan") return scan(parameters);
  if (operation == "GetItem") return get_item(parameters);
  if (operation == "PutItem") return put_item(parameters);
  if (operation == "UpdateItem") return update_item(parameters);
  if (operation == "DeleteItem") return delete_item(parameters);
  reject("UnknownOperationException", "");
}

void Service::make_table(const std::string& name) { tables_.try_emplace(name, "leaseKey", now_ms_()); }

Table* Service::table(std::string_view name) {
  const auto found = tables_.find(name);
  return found == tables_.end() ? nullptr : &found->second;
}

void Service::put_row(std::string_view name, const Item& item) {
  Table* found = table(name);
  assert(found != nullptr);
  found->set(item.find(found->key())->second.text, item, now_ms_(), settings_.stale_ms);
}

void Service::delete_row(std::string_view name, const std::string& key) {
  Table* found = table(name);
  assert(found != nullptr);
  found->set(key, std::nullopt, now_ms_(), settings_.stale_ms);
}

}  // namespace penstock::dynamodb
