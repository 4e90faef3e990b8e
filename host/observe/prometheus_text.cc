#include "host/observe/prometheus_text.h"

#include <array>
#include <charconv>

#include "base/scan.h"
#include "base/utf8.h"

namespace penstock::host {

namespace {

std::string_view type_name(MetricType type) {
  if (type == MetricType::counter) return "counter";
  return type == MetricType::gauge ? "gauge" : "histogram";
}

// Returns the start of text that is ASCII and needs no escape: nearly always all of it.
std::string_view plain_start(std::string_view text) {
  return text.substr(
      0, scan::find_end(
             text,
             [](uint64_t word) {
               return (word & scan::kHighBits) | scan::any_equal(word, '\\') | scan::any_equal(word, '"') |
                      scan::any_equal(word, '\n');
             },
             [](char c) { return static_cast<signed char>(c) < 0 || c == '\\' || c == '"' || c == '\n'; }));
}

// Appends text with \ and line ends escaped, and " if quoted. Invalid UTF-8, for which a reader would refuse the
// page, becomes U+FFFD.
void append_escaped(std::string& out, std::string_view text, bool quoted) {
  for (size_t at = 0;;) {
    const std::string_view plain = plain_start(text.substr(at));
    out += plain;
    at += plain.size();
    if (at == text.size()) return;
    const char c = text[at];
    const Utf8Step step = utf8_step(text, at);
    if (c == '\n')
      out += "\\n";
    else if (c == '\\' || (quoted && c == '"'))
      (out += '\\') += c;
    else
      out += step.valid ? text.substr(at, step.size) : kReplacementCharacter;
    at += step.size;
  }
}

void append_integer(std::string& out, uint64_t value, size_t min_digits = 1) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const auto count = static_cast<size_t>(end - digits.data());
  if (count < min_digits) out.append(min_digits - count, '0');
  out.append(digits.data(), count);
}

void append_value(std::string& out, MetricValue value) {
  if (value.value < 0) out += '-';
  const uint64_t magnitude =
      value.value < 0 ? 0 - static_cast<uint64_t>(value.value) : static_cast<uint64_t>(value.value);
  const auto divisor = static_cast<uint64_t>(value.divisor);
  append_integer(out, magnitude / divisor);
  if (magnitude % divisor == 0) return;
  out += '.';
  size_t decimals = 0;
  for (uint64_t rest = divisor; rest > 1; rest /= 10) ++decimals;
  append_integer(out, magnitude % divisor, decimals);
}

// Returns the canonical form that OpenMetrics wants for the label "le": a float, such as "0.5", "1.0", or "1e+06".
std::string format_bound(MetricValue bound) {
  std::string out;
  if (bound.divisor == 1 && bound.value >= 1'000'000) {
    std::array<char, 32> digits;
    const double number = static_cast<double>(bound.value);
    return {
        digits.data(),
        std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::scientific).ptr};
  }
  append_value(out, bound);
  if (out.find('.') == std::string::npos) return out + ".0";
  out.resize(out.find_last_not_of('0') + 1);
  return out;
}

}  // namespace

void PrometheusText::start(MetricsFormat format) {
  format_ = format;
  for (Family& family : families_) family.text.clear();
}

size_t PrometheusText::family(MetricType type, std::string_view name, std::string_view help) {
  std::pair<MetricType, std::string> key(type, name);
  if (const auto found = by_name_.find(key); found != by_name_.end()) return found->second;
  families_.push_back({type, std::string(name), std::string(help), {}});
  by_name_.emplace(std::move(key), families_.size() - 1);
  return families_.size() - 1;
}

void PrometheusText::add_sample(size_t family, std::span<const MetricLabel> labels, MetricValue value) {
  Family& to = families_[family];
  append_sample(to, to.type == MetricType::counter ? "_total" : "", labels, {}, value);
}

void PrometheusText::add_histogram(size_t family, std::span<const MetricLabel> labels,
                                   const MetricHistogram& histogram) {
  Family& to = families_[family];
  int64_t count = 0;
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    count += histogram.counts[i];
    const std::string bound =
        i < histogram.upper_bounds.size() ? format_bound({histogram.upper_bounds[i], histogram.divisor}) : "+Inf";
    append_sample(to, "_bucket", labels, bound, {count});
  }
  append_sample(to, "_sum", labels, {}, {histogram.sum, histogram.divisor});
  append_sample(to, "_count", labels, {}, {count});
}

void PrometheusText::append_header(Family& family) const {
  const bool openmetrics = format_ == MetricsFormat::openmetrics;
  const bool total = family.type == MetricType::counter && !openmetrics;
  std::string& out = family.text;
  out.append("# HELP ").append(family.name).append(total ? "_total " : " ");
  append_escaped(out, family.help, openmetrics);
  out.append("\n# TYPE ").append(family.name).append(total ? "_total " : " ").append(type_name(family.type)) +=
      '\n';
}

// upper_bound: the label "le"; "": none.
void PrometheusText::append_sample(Family& family, std::string_view suffix, std::span<const MetricLabel> labels,
                                   std::string_view upper_bound, MetricValue value) const {
  std::string& out = family.text;
  if (out.empty()) append_header(family);
  out.append(family.name).append(suffix);
  char before = '{';
  for (const MetricLabel& label : labels) {
    out += before;
    out.append(label.name) += "=\"";
    append_escaped(out, label.value, true);
    out += '"';
    before = ',';
  }
  if (!upper_bound.empty()) {
    (out += before).append("le=\"").append(upper_bound) += '"';
    before = ',';
  }
  out += before == '{' ? " " : "} ";
  append_value(out, value);
  out += '\n';
}

void PrometheusText::add(MetricType type, std::string_view name, std::string_view help, MetricValue value) {
  add_sample(family(type, name, help), {}, value);
}

std::string PrometheusText::finish() const {
  constexpr std::string_view kEnd = "# EOF\n";
  size_t size = kEnd.size();
  for (const Family& family : families_) size += family.text.size();
  std::string out;
  out.reserve(size);
  for (const Family& family : families_) out += family.text;
  if (format_ == MetricsFormat::openmetrics) out += kEnd;
  return out;
}

std::string_view PrometheusText::content_type(MetricsFormat format) {
  return format == MetricsFormat::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                              : "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace penstock::host
