#include "host/conf/yaml_tree.h"

#include <yaml.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/text.h"

namespace penstock::host {

namespace {

struct Event {
  Event() = default;
  ~Event() { yaml_event_delete(&raw); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  yaml_event_t raw = {};
};

int line_of(const yaml_mark_t& mark) { return static_cast<int>(mark.line) + 1; }

int line_at(std::string_view content, size_t offset) {
  const std::string_view before = content.substr(0, offset);
  return static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
}

// Builds trees from events. open_ is the path from the document to the current node.
class Builder {
 public:
  // Returns false if the event is invalid; error() has the reason.
  bool take(const yaml_event_t& event) {
    line_ = line_of(event.start_mark);
    switch (event.type) {
      case YAML_ALIAS_EVENT:
        return fail("alias '*" + printable(reinterpret_cast<const char*>(event.data.alias.anchor), 60) +
                    "' is not supported, because Fluent Bit rejects aliases; write the value itself");
      case YAML_SCALAR_EVENT:
        return text(std::string(reinterpret_cast<const char*>(event.data.scalar.value), event.data.scalar.length));
      case YAML_SEQUENCE_START_EVENT:
        return begin(YamlNode::Kind::kList);
      case YAML_MAPPING_START_EVENT:
        return begin(YamlNode::Kind::kMap);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        end();
        return true;
      default:
        return true;  // start and end of stream and documents
    }
  }

  std::vector<YamlNode>& documents() { return documents_; }
  int line() const { return line_; }
  const std::string& error() const { return error_; }

 private:
  bool fail(std::string error) {
    error_ = std::move(error);
    return false;
  }

  bool is_key() const {
    return !open_.empty() && open_.back().kind == YamlNode::Kind::kMap && open_.back().items.size() % 2 == 0;
  }

  bool text(std::string text) {
    if (text.find('\0') != std::string::npos) return fail("a text contains a NUL byte");
    put({YamlNode::Kind::kText, line_, std::move(text), {}});
    return true;
  }

  bool begin(YamlNode::Kind kind) {
    if (is_key()) return fail("a key must be a text, not a map or a list");
    if (open_.size() == kYamlDepth)
      return fail("too many nested maps and lists: at most " + std::to_string(kYamlDepth) + " are allowed");
    open_.push_back({kind, line_, {}, {}});
    return true;
  }

  void end() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    put(std::move(node));
  }

  void put(YamlNode node) { (open_.empty() ? documents_ : open_.back().items).push_back(std::move(node)); }

  std::vector<YamlNode> documents_;
  std::vector<YamlNode> open_;
  int line_ = 0;
  std::string error_;
};

}  // namespace

bool parse_yaml(std::string_view content, std::vector<YamlNode>& documents, int& error_line, std::string& error) {
  yaml_parser_t parser;
  if (yaml_parser_initialize(&parser) == 0) {
    error_line = 0;
    error = "out of memory while reading YAML";
    return false;
  }
  const std::unique_ptr<yaml_parser_t, decltype(&yaml_parser_delete)> guard(&parser, yaml_parser_delete);
  yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(content.data()), content.size());
  Builder builder;
  for (bool more = true; more;) {
    Event event;
    if (yaml_parser_parse(&parser, &event.raw) == 0) {
      error_line = parser.error == YAML_READER_ERROR ? line_at(content, parser.problem_offset)
                                                     : line_of(parser.problem_mark);
      error = std::string("invalid YAML: ") +
              printable(parser.problem != nullptr ? parser.problem : "no memory", kMaxPrintedLineBytes);
      if (parser.context != nullptr && parser.error != YAML_READER_ERROR) {
        error += std::string(" (") + parser.context + ", which begins in line " +
                 std::to_string(line_of(parser.context_mark)) + ")";
      }
      return false;
    }
    if (!builder.take(event.raw)) {
      error_line = builder.line();
      error = builder.error();
      return false;
    }
    more = event.raw.type != YAML_STREAM_END_EVENT;
  }
  for (YamlNode& document : builder.documents()) documents.push_back(std::move(document));
  return true;
}

}  // namespace penstock::host
