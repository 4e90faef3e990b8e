#include "tests/e2e/messages.h"

#include <stdlib.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace penstock::e2e {

std::string message(std::string_view log_group, std::string_view log_stream, const std::vector<Event>& events) {
  std::string out = R"({"messageType":"DATA_MESSAGE","owner":"123456789012","logGroup":")";
  out.append(log_group).append(R"(","logStream":")").append(log_stream);
  out += R"(","subscriptionFilters":["all"],"logEvents":[)";
  for (size_t i = 0; i < events.size(); ++i) {
    out += i == 0 ? R"({"id":")" : R"(,{"id":")";
    out += events[i].id + '"';
    if (!events[i].time.empty()) out += R"(,"timestamp":)" + events[i].time;
    out += R"(,"message":")" + events[i].text + '"';
    if (!events[i].source_log_group.empty())
      out += R"(,"extractedFields":{"@source.log":")" + events[i].source_log_group + "\"}";
    out += '}';
  }
  return out + "]}";
}

std::vector<Event> some_events(const std::string& id_prefix, size_t count) {
  static const std::array<std::string, 4> kTexts = {
      "START RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001 Version: $LATEST\\n",
      "[INFO]\\t2019-08-25T13:59:15.269Z\\t8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\\torder accepted, 3 items\\n",
      "{\\\"level\\\":\\\"WARN\\\",\\\"message\\\":\\\"slow answer\\\",\\\"ms\\\":1250}",
      "a line that no runtime wrote",
  };
  std::vector<Event> events(count);
  for (size_t i = 0; i < count; ++i) events[i] = {id_prefix + std::to_string(i), kTexts[i % kTexts.size()]};
  return events;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "penstock-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    std::perror("mkdtemp");
    std::exit(2);
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

std::string event_id_of(std::string_view record) {
  constexpr std::string_view kName = R"("event_id":")";
  const size_t at = record.find(kName);
  if (at == std::string_view::npos) return "";
  const std::string_view rest = record.substr(at + kName.size());
  return std::string(rest.substr(0, rest.find('"')));
}

}  // namespace penstock::e2e
