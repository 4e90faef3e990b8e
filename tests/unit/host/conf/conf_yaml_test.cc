// Confs in YAML: one test for each rule, as observed in Fluent Bit 5.1.1.
#include "host/conf/conf_yaml.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "host/conf/yaml_tree.h"
#include "tests/unit/host/conf/conf_test_base.h"

namespace penstock::host {
namespace {

class conf_yaml : public ConfTest {};

TEST_F(conf_yaml, yaml_sections_keep_the_order_and_lines_of_the_file) {
  const Conf it = read_yaml(
      "service:\n"
      "  flush: 1\n"
      "pipeline:\n"
      "  inputs:\n"
      "    - name: a\n"
      "      tag: t\n"
      "  filters:\n"
      "    - {name: f, match: '*'}\n"
      "  outputs:\n"
      "    - name: o\n"
      "\n"
      "      match: \"x y\"\n");
  EXPECT_EQ(problems(it), "");
  EXPECT_EQ(text(it), "service{flush=1;}input{name=a;tag=t;}filter{name=f;match=*;}output{name=o;match=x y;}");
  EXPECT_EQ(it.sections[1].place.line, 5);
  EXPECT_EQ(it.sections[1].entries[1].place.line, 6);
  EXPECT_EQ(it.sections[3].entries[1].place.line, 12);
  EXPECT_EQ(it.sections[3].entries[1].place.file, folder_.path("agent.yaml"));
}

TEST_F(conf_yaml, a_file_is_yaml_if_its_name_says_so) {
  EXPECT_TRUE(is_yaml_name("a.yaml"));
  EXPECT_TRUE(is_yaml_name("x/a.YML"));
  EXPECT_FALSE(is_yaml_name("a.conf"));
  EXPECT_FALSE(is_yaml_name("yaml"));
  EXPECT_FALSE(is_yaml_name("a.yaml.conf"));
}

TEST_F(conf_yaml, camel_case_keys_become_snake_case_under_the_agents_rules) {
  EXPECT_EQ(snake_case("checkpointAfter"), "checkpoint_after");
  EXPECT_EQ(snake_case("storage.totalLimitSize"), "storage.total_limit_size");
  EXPECT_EQ(snake_case("stream"), "stream");
  EXPECT_EQ(snake_case("Checkpoint_After"), "Checkpoint_After");
  EXPECT_EQ(snake_case("CheckpointAfter"), "CheckpointAfter");
  EXPECT_EQ(snake_case("mem_bufLimit"), "mem_bufLimit");
  EXPECT_EQ(snake_case(""), "");
  EXPECT_EQ(text(read_yaml("service: {logLevel: info}\n")), "service{log_level=info;}");
}

TEST_F(conf_yaml, yaml_values_keep_their_text) {
  const Conf it = read_yaml("service: {a: 1.50, b: yes, c: null, d: ~, e: , f: ' x ', g: \"a\\tb\", h: 0x10}\n");
  EXPECT_EQ(text(it), "service{a=1.50;b=yes;c=null;d=~;e=;f=x;g=a\tb;h=0x10;}");
}

TEST_F(conf_yaml, a_yaml_list_is_a_repeated_property) {
  const Conf it = read_yaml("pipeline:\n  inputs:\n    - name: a\n      path:\n        - x\n        - y\n");
  EXPECT_EQ(text(it), "input{name=a;path=x;path=y;}");
  EXPECT_EQ(it.sections[0].entries[2].place.line, 6);
}

TEST_F(conf_yaml, env_applies_wherever_it_is_and_takes_precedence_over_the_environment) {
  environment_ = {{"A", "env-a"}, {"B", "env-b"}};
  const Conf it = read_yaml("service: {k: '${A}/${B}/${C:-c}'}\nenv: {A: first}\n---\nenv: {A: yaml-a}\n");
  EXPECT_EQ(text(it), "service{k=yaml-a/env-b/c;}");
  EXPECT_EQ(problems(it), "");
}

TEST_F(conf_yaml, values_of_env_are_not_expanded) {
  environment_ = {{"B", "b"}};
  const Conf it = read_yaml("env: {A: '${B}'}\nservice: {k: '${A}'}\n");
  EXPECT_EQ(text(it), "service{k=${B};}");
  EXPECT_EQ(problems(it),
            "agent.yaml:1: warning: PS0824: variables are not expanded in 'env', so the value of ${A} is '${B}' "
            "literally\n");
}

TEST_F(conf_yaml, env_may_be_a_list) {
  const Conf it = read_yaml(
      "env:\n  - name: A\n    value: a\n  - B: b\n  - {Name: C, value: c, refresh_interval: 5}\n"
      "service: {k: '${A}${B}${C}'}\n");
  EXPECT_EQ(problems(it), "");
  EXPECT_EQ(text(it), "service{k=abc;}");
  EXPECT_EQ(problems(read_yaml("env:\n  - {value: a}\n  - x\n  - {name: [a]}\n")),
            "agent.yaml:2: PS0823: a variable in 'env' has no name; add name\n"
            "agent.yaml:3: PS0821: invalid item of 'env': expected a map with name and value\n"
            "agent.yaml:4: PS0821: invalid value of 'name': expected a text, not a map or a list\n"
            "agent.yaml:4: PS0823: a variable in 'env' has no name; add name\n");
}

TEST_F(conf_yaml, a_variable_from_a_file_is_its_content_without_one_line_end) {
  folder_.write("one", "text\n\n");
  folder_.write("none", "\n");
  const std::string in = "file://" + folder_.path("");
  EXPECT_EQ(text(read_yaml("env: {A: '" + in + "one'}\nservice: {k: '[${A}]'}\n")), "service{k=[text\n];}");
  EXPECT_EQ(text(read_yaml("env:\n  - {name: A, uri: '" + in + "one'}\nservice: {k: '[${A}]'}\n")),
            "service{k=[text\n];}");
  EXPECT_EQ(problems(read_yaml("env:\n  A: '" + in + "none'\n  B: '" + in + "gone'\n")),
            "agent.yaml:2: PS0825: cannot read variable A from 'none': the file is empty\n"
            "agent.yaml:3: PS0825: cannot read variable B from 'gone': No such file or directory\n");
}

TEST_F(conf_yaml, an_unset_variable_in_yaml_is_empty_with_a_warning) {
  const Conf it = read_yaml("service:\n  k: a${NOPE}b\n");
  EXPECT_EQ(text(it), "service{k=ab;}");
  EXPECT_EQ(problems(it),
            "agent.yaml:2: warning: PS0817: variable ${NOPE} is not set; it is replaced with an empty text\n");
}

TEST_F(conf_yaml, yaml_includes_are_relative_to_the_file_and_read_in_place) {
  std::filesystem::create_directory(folder_.path("sub"));
  folder_.write("sub/one.yaml", "includes: [two.yaml]\npipeline: {inputs: [{name: one}]}\n");
  folder_.write("sub/two.yaml", "env: {V: v}\npipeline: {inputs: [{name: two}]}\n");
  const Conf it =
      read_yaml("pipeline: {inputs: [{name: main}]}\nincludes: [sub/one.yaml]\nservice: {k: '${V}'}\n");
  EXPECT_EQ(problems(it), "");
  EXPECT_EQ(text(it), "input{name=main;}input{name=two;}input{name=one;}service{k=v;}");
  EXPECT_EQ(it.sections[1].place.file, folder_.path("sub/two.yaml"));
}

TEST_F(conf_yaml, the_star_is_the_only_wildcard_in_includes) {
  folder_.write("p2.part", "pipeline: {inputs: [{name: two}]}\n");
  folder_.write("p1.part", "pipeline: {inputs: [{name: one}]}\n");
  EXPECT_EQ(text(read_yaml("includes: ['p*.part']\n")), "input{name=one;}input{name=two;}");
  EXPECT_EQ(problems(read_yaml("includes: ['p?.part']\n")),
            "agent.yaml:1: PS0801: cannot read 'p?.part': No such file or directory\n");
}

TEST_F(conf_yaml, an_include_pattern_without_a_match_is_a_warning_or_with_an_absolute_path_an_error) {
  EXPECT_EQ(problems(read_yaml("includes: ['nope*.yaml']\n")),
            "agent.yaml:1: warning: PS0810: no file matches 'nope*.yaml'\n");
  EXPECT_EQ(problems(read_yaml("includes: ['" + folder_.path("nope*.yaml") + "']\n")),
            "agent.yaml:1: PS0810: no file matches 'nope*.yaml', so Fluent Bit does not start\n");
}

TEST_F(conf_yaml, a_yaml_file_included_twice_is_an_error) {
  folder_.write("again.yaml", "includes: [agent.yaml]\n");
  EXPECT_EQ(problems(read_yaml("includes:\n  - again.yaml\n  - ./again.yaml\n")),
            "again.yaml:1: PS0803: 'agent.yaml' is already included, and Fluent Bit does not start if a file is "
            "included twice. Remove this item\n"
            "agent.yaml:3: PS0803: './again.yaml' is already included, and Fluent Bit does not start if a file is "
            "included twice. Remove this item\n");
}

TEST_F(conf_yaml, plugins_in_yaml_are_paths_as_written) {
  const Conf it = read_yaml("plugins:\n  - /opt/a.so\n  - ${B}/c.so\n");
  ASSERT_EQ(it.plugins.size(), 2u);
  EXPECT_EQ(it.plugins[0].value, "/opt/a.so");
  EXPECT_EQ(it.plugins[1].value, "${B}/c.so");
  EXPECT_EQ(it.plugins[1].place.line, 3);
  EXPECT_EQ(problems(it), "");
  EXPECT_EQ(problems(read_yaml("plugins: a.so\n")),
            "agent.yaml:1: PS0821: invalid value of 'plugins': expected a list\n");
  EXPECT_EQ(problems(read_yaml("plugins: [{a: b}]\n")),
            "agent.yaml:1: PS0821: invalid item of 'plugins': expected the path of a shared object\n");
}

TEST_F(conf_yaml, nested_values_are_kept_as_their_key_only) {
  const Conf it = read_yaml(
      "service: {telemetry: {metrics: {}}}\n"
      "pipeline:\n  inputs:\n    - {name: a, processors: {logs: [{name: x}]}, routes: {logs: []}, telemetry: "
      "{}}\n");
  EXPECT_EQ(problems(it), "");
  EXPECT_EQ(text(it), "service{telemetry;}input{name=a;processors;routes;telemetry;}");
  EXPECT_EQ(
      problems(read_yaml("pipeline:\n  outputs:\n    - name: a\n      x: {a: b}\n      y: []\n      z: [[a]]\n"
                         "      telemetry: {}\nservice:\n  flush: [1]\n  grace: {a: 1}\n")),
      "agent.yaml:4: PS0821: invalid value of 'x': expected a text or a list of texts, not a map or an empty "
      "list\n"
      "agent.yaml:5: PS0821: invalid value of 'y': expected a text or a list of texts, not a map or an empty "
      "list\n"
      "agent.yaml:6: PS0821: invalid item of 'z': expected a text, not a map or a list\n"
      "agent.yaml:7: PS0821: invalid value of 'telemetry': expected a text or a list of texts, not a map or an "
      "empty list\n"
      "agent.yaml:9: PS0821: invalid value of 'flush': expected a text, not a map or a list\n"
      "agent.yaml:10: PS0821: invalid value of 'grace': expected a text, not a map or a list\n");
}

TEST_F(conf_yaml, unknown_top_level_keys_become_empty_sections) {
  EXPECT_EQ(problems(read_yaml("what:\n  a: b\n  c: {d: e}\n")),
            "agent.yaml:3: PS0821: invalid value of 'c': expected a text, not a map or a list\n");
  const Conf it = read_yaml("parsers: [{name: x}]\ncustoms: []\nextensions: {a: {b: [c]}}\nwhat: {a: b}\n");
  EXPECT_EQ(text(it), "parsers{}customs{}extensions{}what{}");
  EXPECT_EQ(problems(it), "");
  EXPECT_EQ(problems(read_yaml("parsers: {}\nwhat: [a]\n")),
            "agent.yaml:1: PS0821: invalid value of 'parsers': expected a list\n"
            "agent.yaml:2: PS0821: invalid value of 'what': expected a map\n");
}

TEST_F(conf_yaml, all_structural_problems_of_yaml_are_reported_together) {
  const Conf it = read_yaml(
      "service: 5\nservice: {a: b}\nservice: {}\npipeline: {input: []}\npipeline: {inputs: {name: a}}\n"
      "pipeline: {outputs: [a]}\ninputs: []\nincludes: a.yaml\nincludes: [[a]]\nenv: a\nenv: {a: "
      "[b]}\npipeline:\n");
  EXPECT_EQ(problems(it),
            "agent.yaml:1: PS0821: invalid value of 'service': expected a map\n"
            "agent.yaml:3: PS0826: a second 'service' map; Fluent Bit allows only one in all files. Merge them\n"
            "agent.yaml:4: PS0827: unknown key 'input' in 'pipeline'; expected inputs, filters or outputs; did "
            "you mean 'inputs'?\n"
            "agent.yaml:5: PS0821: invalid value of 'inputs': expected a list\n"
            "agent.yaml:6: PS0821: invalid item of 'outputs': expected a map with name\n"
            "agent.yaml:7: PS0822: 'inputs' must be under 'pipeline'; move it there\n"
            "agent.yaml:8: PS0821: invalid value of 'includes': expected a list\n"
            "agent.yaml:9: PS0821: invalid item of 'includes': expected a file name, or a pattern with *\n"
            "agent.yaml:10: PS0821: invalid value of 'env': expected a map\n"
            "agent.yaml:11: PS0821: invalid value of variable a: expected a text, not a map or a list\n"
            "agent.yaml:12: PS0821: invalid value of 'pipeline': expected a map\n");
}

TEST_F(conf_yaml, yaml_anchors_are_ignored_and_aliases_rejected_as_in_the_agent) {
  EXPECT_EQ(text(read_yaml("service: {a: &x 1}\n")), "service{a=1;}");
  EXPECT_EQ(problems(read_yaml("service:\n  a: &x 1\n  b: *x\n")),
            "agent.yaml:3: PS0820: alias '*x' is not supported, because Fluent Bit rejects aliases; write the "
            "value itself\n");
}

TEST_F(conf_yaml, invalid_yaml_is_reported_with_its_line) {
  EXPECT_EQ(problems(read_yaml("a: b\n c: d\n")),
            "agent.yaml:2: PS0820: invalid YAML: mapping values are not allowed in this context\n");
  EXPECT_EQ(problems(read_yaml("a:\n  - [b\nc: d\n")),
            "agent.yaml:3: PS0820: invalid YAML: did not find expected ',' or ']' (while parsing a flow sequence, "
            "which begins in line 2)\n");
  EXPECT_EQ(problems(read_yaml("a: b\n\xff: c\n")),
            "agent.yaml:2: PS0820: invalid YAML: invalid leading UTF-8 octet\n");
  EXPECT_EQ(problems(read_yaml("a: b\nc: \"\\0\"\n")), "agent.yaml:2: PS0820: a text contains a NUL byte\n");
  EXPECT_EQ(problems(read_yaml("- a\n")),
            "agent.yaml:1: PS0821: a configuration must be a map, with keys like service: and pipeline:\n");
  EXPECT_EQ(problems(read_yaml("service: {}\n? [a]\n: b\n")),
            "agent.yaml:2: PS0820: a key must be a text, not a map or a list\n");
}

TEST_F(conf_yaml, an_empty_yaml_file_has_no_sections) {
  EXPECT_EQ(problems(read_yaml("")), "");
  EXPECT_EQ(problems(read_yaml("# nothing\n")), "");
  EXPECT_EQ(problems(read_file(folder_.path("none.yaml"))),
            "none.yaml: PS0801: cannot read 'none.yaml': No such file or directory\n");
}

TEST(yaml_tree, the_depth_of_yaml_is_limited) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  std::vector<YamlNode> documents;
  int line = 0;
  std::string error;
  EXPECT_TRUE(parse_yaml(nested(kYamlDepth), documents, line, error)) << error;
  EXPECT_EQ(documents.size(), 1u);
  EXPECT_FALSE(parse_yaml(nested(kYamlDepth + 1), documents, line, error));
  EXPECT_EQ(error, "too many nested maps and lists: at most 64 are allowed");
  EXPECT_EQ(line, 1);
  EXPECT_EQ(documents.size(), 1u) << "as before";
}

}  // namespace
}  // namespace penstock::host
