// Confs in YAML: one test for each rule, as observed in Fluent Bit 5.1.1.
#include "host/conf/conf_yaml.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "host/conf/yaml_tree.h"
#include "tests/unit/host/conf/conf_test_base.h"

namespace penstock::host {
namespace {

class conf_yaml : public ConfTest {};

TEST_F(conf_yaml, sections_come_in_the_order_of_the_file_with_their_lines) {
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

TEST_F(conf_yaml, a_file_is_yaml_by_its_name) {
  EXPECT_TRUE(is_yaml_name("a.yaml"));
  EXPECT_TRUE(is_yaml_name("x/a.YML"));
  EXPECT_FALSE(is_yaml_name("a.conf"));
  EXPECT_FALSE(is_yaml_name("yaml"));
  EXPECT_FALSE(is_yaml_name("a.yaml.conf"));
}

TEST_F(conf_yaml, camel_case_becomes_snake_case_only_where_it_begins_small_and_has_no_underscore) {
  EXPECT_EQ(snake_case("checkpointAfter"), "checkpoint_after");
  EXPECT_EQ(snake_case("storage.totalLimitSize"), "storage.total_limit_size");
  EXPECT_EQ(snake_case("stream"), "stream");
  EXPECT_EQ(snake_case("Checkpoint_After"), "Checkpoint_After");
  EXPECT_EQ(snake_case("CheckpointAfter"), "CheckpointAfter");
  EXPECT_EQ(snake_case("mem_bufLimit"), "mem_bufLimit");
  EXPECT_EQ(snake_case(""), "");
  EXPECT_EQ(text(read_yaml("service: {logLevel: info}\n")), "service{log_level=info;}");
}

TEST_F(conf_yaml, values_stay_the_text_that_they_are) {
  const Conf it = read_yaml("service: {a: 1.50, b: yes, c: null, d: ~, e: , f: ' x ', g: \"a\\tb\", h: 0x10}\n");
  EXPECT_EQ(text(it), "service{a=1.50;b=yes;c=null;d=~;e=;f=x;g=a\tb;h=0x10;}");
}

TEST_F(conf_yaml, a_list_is_a_repeated_property) {
  const Conf it = read_yaml("pipeline:\n  inputs:\n    - name: a\n      path:\n        - x\n        - y\n");
  EXPECT_EQ(text(it), "input{name=a;path=x;path=y;}");
  EXPECT_EQ(it.sections[0].entries[2].place.line, 6);
}

TEST_F(conf_yaml, env_counts_wherever_it_stands_and_goes_before_the_environment) {
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
            "agent.yaml:1: warning: no variables are expanded in env: ${A} stands for '${B}' as it is\n");
}

TEST_F(conf_yaml, env_may_be_a_list) {
  const Conf it = read_yaml(
      "env:\n  - name: A\n    value: a\n  - B: b\n  - {Name: C, value: c, refresh_interval: 5}\n"
      "service: {k: '${A}${B}${C}'}\n");
  EXPECT_EQ(problems(it), "");
  EXPECT_EQ(text(it), "service{k=abc;}");
  EXPECT_EQ(problems(read_yaml("env:\n  - {value: a}\n  - x\n  - {name: [a]}\n")),
            "agent.yaml:2: a variable without a name\n"
            "agent.yaml:3: an item of env: is a map with name and value\n"
            "agent.yaml:4: name: wants a text\n"
            "agent.yaml:4: a variable without a name\n");
}

TEST_F(conf_yaml, a_variable_of_a_file_is_what_the_file_holds_less_one_line_end) {
  folder_.write("one", "text\n\n");
  folder_.write("none", "\n");
  const std::string in = "file://" + folder_.path("");
  EXPECT_EQ(text(read_yaml("env: {A: '" + in + "one'}\nservice: {k: '[${A}]'}\n")), "service{k=[text\n];}");
  EXPECT_EQ(text(read_yaml("env:\n  - {name: A, uri: '" + in + "one'}\nservice: {k: '[${A}]'}\n")),
            "service{k=[text\n];}");
  EXPECT_EQ(problems(read_yaml("env:\n  A: '" + in + "none'\n  B: '" + in + "gone'\n")),
            "agent.yaml:2: the variable A cannot be read from 'none': it is empty\n"
            "agent.yaml:3: the variable B cannot be read from 'gone': No such file or directory\n");
}

TEST_F(conf_yaml, an_unset_variable_is_nothing_with_a_warning) {
  const Conf it = read_yaml("service:\n  k: a${NOPE}b\n");
  EXPECT_EQ(text(it), "service{k=ab;}");
  EXPECT_EQ(problems(it), "agent.yaml:2: warning: ${NOPE} is not set and stands for nothing\n");
}

TEST_F(conf_yaml, includes_are_relative_to_the_file_and_read_where_they_stand) {
  std::filesystem::create_directory(folder_.path("sub"));
  folder_.write("sub/one.yaml", "includes: [two.yaml]\npipeline: {inputs: [{name: one}]}\n");
  folder_.write("sub/two.yaml", "env: {V: v}\npipeline: {inputs: [{name: two}]}\n");
  const Conf it =
      read_yaml("pipeline: {inputs: [{name: main}]}\nincludes: [sub/one.yaml]\nservice: {k: '${V}'}\n");
  EXPECT_EQ(problems(it), "");
  EXPECT_EQ(text(it), "input{name=main;}input{name=two;}input{name=one;}service{k=v;}");
  EXPECT_EQ(it.sections[1].place.file, folder_.path("sub/two.yaml"));
}

TEST_F(conf_yaml, of_wildcards_the_star_alone_makes_a_pattern) {
  folder_.write("p2.part", "pipeline: {inputs: [{name: two}]}\n");
  folder_.write("p1.part", "pipeline: {inputs: [{name: one}]}\n");
  EXPECT_EQ(text(read_yaml("includes: ['p*.part']\n")), "input{name=one;}input{name=two;}");
  EXPECT_EQ(problems(read_yaml("includes: ['p?.part']\n")),
            "agent.yaml:1: cannot read 'p?.part': No such file or directory\n");
}

TEST_F(conf_yaml, a_pattern_that_fits_nothing_is_a_warning_but_an_error_where_it_is_absolute) {
  EXPECT_EQ(problems(read_yaml("includes: ['nope*.yaml']\n")),
            "agent.yaml:1: warning: no file fits 'nope*.yaml'\n");
  EXPECT_EQ(problems(read_yaml("includes: ['" + folder_.path("nope*.yaml") + "']\n")),
            "agent.yaml:1: no file fits 'nope*.yaml'\n");
}

TEST_F(conf_yaml, a_file_read_twice_is_an_error_so_that_includes_cannot_go_round) {
  folder_.write("again.yaml", "includes: [agent.yaml]\n");
  EXPECT_EQ(problems(read_yaml("includes:\n  - again.yaml\n  - ./again.yaml\n")),
            "again.yaml:1: 'agent.yaml' was read before, and Fluent Bit refuses to read a file twice\n"
            "agent.yaml:3: './again.yaml' was read before, and Fluent Bit refuses to read a file twice\n");
}

TEST_F(conf_yaml, plugins_are_paths_as_they_are_written) {
  const Conf it = read_yaml("plugins:\n  - /opt/a.so\n  - ${B}/c.so\n");
  ASSERT_EQ(it.plugins.size(), 2u);
  EXPECT_EQ(it.plugins[0].value, "/opt/a.so");
  EXPECT_EQ(it.plugins[1].value, "${B}/c.so");
  EXPECT_EQ(it.plugins[1].place.line, 3);
  EXPECT_EQ(problems(it), "");
  EXPECT_EQ(problems(read_yaml("plugins: a.so\n")), "agent.yaml:1: plugins: wants a list\n");
  EXPECT_EQ(problems(read_yaml("plugins: [{a: b}]\n")),
            "agent.yaml:1: an item of plugins: is the path of a shared object\n");
}

TEST_F(conf_yaml, what_nests_is_kept_as_a_key_alone) {
  const Conf it = read_yaml(
      "service: {telemetry: {metrics: {}}}\n"
      "pipeline:\n  inputs:\n    - {name: a, processors: {logs: [{name: x}]}, routes: {logs: []}, telemetry: "
      "{}}\n");
  EXPECT_EQ(problems(it), "");
  EXPECT_EQ(text(it), "service{telemetry;}input{name=a;processors;routes;telemetry;}");
  EXPECT_EQ(
      problems(read_yaml("pipeline:\n  outputs:\n    - name: a\n      x: {a: b}\n      y: []\n      z: [[a]]\n"
                         "      telemetry: {}\nservice:\n  flush: [1]\n  grace: {a: 1}\n")),
      "agent.yaml:4: 'x' has a map or an empty list as its value; it wants a text or a list of texts\n"
      "agent.yaml:5: 'y' has a map or an empty list as its value; it wants a text or a list of texts\n"
      "agent.yaml:6: an item of 'z' is a map or a list; it wants a text\n"
      "agent.yaml:7: 'telemetry' has a map or an empty list as its value; it wants a text or a list of texts\n"
      "agent.yaml:9: 'flush' has a map or a list as its value; it wants a text\n"
      "agent.yaml:10: 'grace' has a map or a list as its value; it wants a text\n");
}

TEST_F(conf_yaml, keys_of_other_kinds_become_sections_without_entries) {
  EXPECT_EQ(problems(read_yaml("what:\n  a: b\n  c: {d: e}\n")),
            "agent.yaml:3: 'c' has a map or a list as its value; it wants a text\n");
  const Conf it = read_yaml("parsers: [{name: x}]\ncustoms: []\nextensions: {a: {b: [c]}}\nwhat: {a: b}\n");
  EXPECT_EQ(text(it), "parsers{}customs{}extensions{}what{}");
  EXPECT_EQ(problems(it), "");
  EXPECT_EQ(problems(read_yaml("parsers: {}\nwhat: [a]\n")),
            "agent.yaml:1: parsers: wants a list\nagent.yaml:2: what: wants a map\n");
}

TEST_F(conf_yaml, all_problems_of_shape_are_told_at_once) {
  const Conf it = read_yaml(
      "service: 5\nservice: {a: b}\nservice: {}\npipeline: {input: []}\npipeline: {inputs: {name: a}}\n"
      "pipeline: {outputs: [a]}\ninputs: []\nincludes: a.yaml\nincludes: [[a]]\nenv: a\nenv: {a: "
      "[b]}\npipeline:\n");
  EXPECT_EQ(problems(it),
            "agent.yaml:1: service: wants a map\n"
            "agent.yaml:3: service: is there already; Fluent Bit allows one in all files together\n"
            "agent.yaml:4: pipeline: has inputs:, filters: and outputs:, no 'input'\n"
            "agent.yaml:5: inputs: wants a list\n"
            "agent.yaml:6: an item of outputs: is a map, with a name:\n"
            "agent.yaml:7: inputs: stands under pipeline:\n"
            "agent.yaml:8: includes: wants a list\n"
            "agent.yaml:9: an item of includes: is a file name, or a pattern with *\n"
            "agent.yaml:10: env: wants a map\n"
            "agent.yaml:11: the variable a has no text as its value\n"
            "agent.yaml:12: pipeline: wants a map\n");
}

TEST_F(conf_yaml, anchors_are_let_be_and_aliases_refused_as_the_agent_does) {
  EXPECT_EQ(text(read_yaml("service: {a: &x 1}\n")), "service{a=1;}");
  EXPECT_EQ(problems(read_yaml("service:\n  a: &x 1\n  b: *x\n")),
            "agent.yaml:3: '*x' is an alias, which Fluent Bit refuses: write out what it stands for\n");
}

TEST_F(conf_yaml, what_is_no_yaml_is_told_with_its_line) {
  EXPECT_EQ(problems(read_yaml("a: b\n c: d\n")),
            "agent.yaml:2: this is no YAML: mapping values are not allowed in this context\n");
  EXPECT_EQ(
      problems(read_yaml("a:\n  - [b\nc: d\n")),
      "agent.yaml:3: this is no YAML: did not find expected ',' or ']' (while parsing a flow sequence, which "
      "begins in line 2)\n");
  EXPECT_EQ(problems(read_yaml("a: b\n\xff: c\n")),
            "agent.yaml:2: this is no YAML: invalid leading UTF-8 octet\n");
  EXPECT_EQ(problems(read_yaml("a: b\nc: \"\\0\"\n")), "agent.yaml:2: a NUL byte in a text\n");
  EXPECT_EQ(problems(read_yaml("- a\n")),
            "agent.yaml:1: a conf is a map, with keys like service: and pipeline:\n");
  EXPECT_EQ(problems(read_yaml("service: {}\n? [a]\n: b\n")),
            "agent.yaml:2: a map or a list stands where a key should\n");
}

TEST_F(conf_yaml, an_empty_file_has_no_sections) {
  EXPECT_EQ(problems(read_yaml("")), "");
  EXPECT_EQ(problems(read_yaml("# nothing\n")), "");
  EXPECT_EQ(problems(read_file(folder_.path("none.yaml"))),
            "none.yaml: cannot read 'none.yaml': No such file or directory\n");
}

TEST(yaml_tree, nesting_is_bounded) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  std::vector<YamlNode> documents;
  int line = 0;
  std::string error;
  EXPECT_TRUE(parse_yaml(nested(kYamlDepth), documents, line, error)) << error;
  EXPECT_EQ(documents.size(), 1u);
  EXPECT_FALSE(parse_yaml(nested(kYamlDepth + 1), documents, line, error));
  EXPECT_EQ(error, "nested deeper than 64 maps and lists");
  EXPECT_EQ(line, 1);
  EXPECT_EQ(documents.size(), 1u) << "as before";
}

}  // namespace
}  // namespace penstock::host
