// penstock replay: the records of a dead-letter file, with the program itself and a fake plugin.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "base/base64.h"
#include "host/replay/dead_letter_line.h"
#include "host/replay/dead_letter_reader.h"
#include "tests/gzip.h"
#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

// As the stages write them.
std::string line(const std::string& stage, const std::string& data) {
  return R"({"time":"2026-11-21T10:00:00.000Z","stage":")" + stage +
         R"(","reason":"some","stream":"mill","shard_id":"shardId-000000000003","sequence_number":"4959",)"
         R"("sub_sequence_number":0,"log_group":"/aws/lambda/mill","log_stream":"ls","owner":"123456789012","region":"eu-west-1",)"
         R"("partition_key":"pk","arrival_time_ms":1566741555269,"data":")" +
         base64(data) + "\"}\n";
}

class replay : public testing::Test {
 protected:
  std::string journal() const { return read_all(folder_.path("journal")); }
  std::string section(const std::string& kind, const std::string& name, const std::string& more = "") const {
    return "[" + kind + "]\n  Name " + name + "\n" + (kind == "INPUT" ? "  Tag t\n" : "  Match *\n") +
           (name.starts_with("fake_filter") ? "" : "  journal " + folder_.path("journal") + "\n") + more;
  }
  std::string conf(const std::string& output_more = "") const {
    return section("INPUT", "fake_in") + section("FILTER", "fake_filter") +
           section("OUTPUT", "fake_out", output_more);
  }
  Ended run(const std::string& conf, const std::string& failures,
            const std::vector<std::string>& more = {}) const {
    return run_file(conf, folder_.write("f.jsonl", failures), more);
  }
  Ended run_file(const std::string& conf, const std::string& file,
                 const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args = {"replay", "-c", folder_.write("agent.conf", conf), "-e", PENSTOCK_FAKE_PLUGIN,
                                     file};
    args.insert(args.end(), more.begin(), more.end());
    Ended ended = run_program(args);
    for (std::string* text : {&ended.out, &ended.err}) {
      const std::string folder = folder_.path("");
      for (size_t at = 0; (at = text->find(folder)) != std::string::npos;) text->erase(at, folder.size());
    }
    return ended;
  }

  Folder folder_;
};

TEST_F(replay, dead_letters_of_inputs_pass_the_filters_and_those_of_outputs_do_not) {
  const Ended it = run(conf(), line("input", "a message") + line("output", "a record"));
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_NE(journal().find("out write A MESSAGE\n"), std::string::npos) << journal();
  EXPECT_NE(journal().find("out write a record\n"), std::string::npos) << journal();
  EXPECT_EQ(it.out,
            "f.jsonl: 2 of 2 records replayed: 2 delivered, 0 dropped by filters, 0 dead letters again; "
            "unreadable lines: 0\n");
}

TEST_F(replay, replay_runs_no_inputs) {
  run(conf(), line("output", "a record"));
  EXPECT_EQ(journal(), "out write a record\nclose out\n");
}

TEST_F(replay, replayed_records_keep_their_origin) {
  const Ended it = run(
      section("INPUT", "fake_in") + "[FILTER]\n  Name lambda_logs\n  Match *\n" + section("OUTPUT", "fake_out"),
      line("input", "a message"));
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_NE(
      journal().find(R"("sequence":"4959","region":"eu-west-1","shard":"shardId-000000000003","stream":"mill",)"
                     R"("key":"pk","arrival":1566741555269)"),
      std::string::npos)
      << journal();
}

TEST_F(replay, records_that_fail_again_are_counted_and_the_replay_succeeds) {
  const Ended it = run(conf("  mode fail\n"), line("output", "one") + line("output", "two"));
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_NE(it.out.find("2 of 2 records replayed: 0 delivered, 0 dropped by filters, 2 dead letters again"),
            std::string::npos)
      << it.out;
}

TEST_F(replay, replay_counts_records_that_a_filter_leaves_out) {
  const Ended it = run(section("INPUT", "fake_in") + section("FILTER", "fake_filter", "  mode drop\n") +
                           section("OUTPUT", "fake_out"),
                       line("input", "one"));
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_NE(it.out.find("0 delivered, 1 dropped by filters"), std::string::npos) << it.out;
}

TEST_F(replay, a_dead_letter_that_still_cannot_be_decoded_is_reported_with_its_line) {
  const Ended it = run(conf(), line("input", "one") + line("input", "bad") + line("input", "three"));
  EXPECT_EQ(it.code, 1);
  EXPECT_NE(it.err.find("[error] [filter:cloudwatch_logs] PS0950: bad is not a message"), std::string::npos)
      << it.err;
  EXPECT_NE(it.err.find("PS0940: a record was not replayed completely; replay it again: f.jsonl:2\n"),
            std::string::npos)
      << it.err;
  EXPECT_NE(it.out.find("2 of 3 records replayed: 2 delivered"), std::string::npos) << it.out;
  EXPECT_NE(journal().find("THREE"), std::string::npos);
}

TEST_F(replay, a_dead_letter_keeps_its_central_log_group) {
  std::string letter = line("output", "a record");
  letter.insert(1, R"("central_log_group":"/central",)");
  DeadLetterLine read;
  EXPECT_EQ(read_dead_letter_line(letter, read), "");
  EXPECT_EQ(read.log_group, "/aws/lambda/mill");
  EXPECT_EQ(read.central_log_group, "/central");
}

TEST_F(replay, dead_letters_of_inputs_are_decoded_with_the_inputs_options) {
  const auto error = [&](const std::string& input_more) {
    return run(section("INPUT", "fake_in", input_more) + section("OUTPUT", "fake_out"), line("input", "bad")).err;
  };
  EXPECT_NE(error("").find("bad is not a message (limit 7K)\n"), std::string::npos);
  EXPECT_NE(error("  Inflate_Limit 9K\n").find("bad is not a message (limit 9K)\n"), std::string::npos);
}

TEST_F(replay, unreadable_lines_are_reported_with_their_numbers_and_skipped) {
  const std::string good = line("output", "good");
  const Ended it =
      run(conf(), "nonsense\n" + good + "\n[]\n{\"stage\":\"output\"}\n{\"stage\":\"weir\",\"data\":\"\"}\n" +
                      "{\"stage\":\"output\",\"data\":\"*\"}\n" + good + good.substr(0, 60));
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(
      it.err.substr(0, it.err.find("\n[") + 1),
      "f.jsonl:1: PS0935: invalid dead letter: invalid JSON at byte 1: Invalid value.\n"
      "f.jsonl:4: PS0935: invalid dead letter: the line is not a JSON object\n"
      "f.jsonl:5: PS0935: invalid dead letter: the member data is missing\n"
      "f.jsonl:6: PS0935: invalid dead letter: invalid stage 'weir': expected input or output\n"
      "f.jsonl:7: PS0935: invalid dead letter: the member data is not base64\n"
      "f.jsonl:9: PS0937: the file ends in the middle of this line: it is truncated or still being written\n");
  EXPECT_NE(it.out.find("2 of 2 records replayed: 2 delivered"), std::string::npos) << it.out;
  EXPECT_NE(it.out.find("unreadable lines: 6\n"), std::string::npos) << it.out;
}

TEST_F(replay, a_dead_letter_file_may_lack_the_last_line_end) {
  std::string whole = line("output", "good");
  whole.pop_back();
  EXPECT_EQ(run(conf(), whole).code, 0);
}

TEST_F(replay, a_dead_letter_file_may_be_gzip) {
  const Ended it = run(conf(), gzip(line("output", "one") + line("output", "two")));
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_NE(journal().find("out write two\n"), std::string::npos);
}

TEST_F(replay, replay_reads_the_file_as_it_is_at_the_start_and_never_changes_it) {
  const std::string failures = line("output", "one");
  // Its journal is the same file: what is written there during the replay is not replayed.
  const std::string file = folder_.write("f.jsonl", failures);
  const Ended it = run_file(
      section("INPUT", "fake_in") + "[OUTPUT]\n  Name fake_out\n  Match *\n  journal " + file + "\n", file);
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(read_all(file), failures + "out write one\nclose out\n");
}

TEST_F(replay, a_dead_letter_line_may_have_16_mib) {
  const std::string before = R"({"stage":"output","data":"","x":")";
  const std::string most =
      before + std::string(DeadLetterReader::kMaxLineBytes - before.size() - 2, 'x') + "\"}\n";
  EXPECT_EQ(run(conf(), most).code, 0);
  const Ended it = run(conf(), "x" + most + line("output", "after it"));
  EXPECT_EQ(it.err.substr(0, it.err.find('\n')), "f.jsonl:1: PS0926: the line is larger than the limit of 16 MiB");
  EXPECT_NE(journal().find("write after it\n"), std::string::npos);
}

TEST_F(replay, replay_waits_for_a_full_output) {
  const std::string gate = folder_.fifo("gate");
  const Lines keep_open = Lines::of_fifo(gate);
  std::string failures;
  for (int i = 0; i < 5; ++i) failures += line("output", "r" + std::to_string(i));
  Program program({"replay", "-c", folder_.write("agent.conf", conf("  full_at 2\n  gate " + gate + "\n")), "-e",
                   PENSTOCK_FAKE_PLUGIN, folder_.write("f.jsonl", failures)});
  const int fd = open(gate.c_str(), O_WRONLY);
  ASSERT_EQ(write(fd, "ddddd", 5), 5);
  close(fd);
  EXPECT_NE(program.out.rest().find("5 of 5 records replayed: 5 delivered"), std::string::npos);
  program.err.rest();
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(replay, records_not_replayed_because_of_a_signal_are_reported_as_a_failure) {
  Lines journal = Lines::of_fifo(folder_.fifo("journal"));
  Program program({"replay", "-c", folder_.write("agent.conf", "[SERVICE]\n  Grace 0\n" + conf("  mode hold\n")),
                   "-e", PENSTOCK_FAKE_PLUGIN, folder_.write("f.jsonl", line("output", "one"))});
  journal.until("write one");
  program.signal(SIGTERM);
  EXPECT_NE(program.out.rest().find("0 of 1 records replayed"), std::string::npos);
  EXPECT_NE(program.err.rest().find("PS0940: a record was not replayed completely; replay it again: " +
                                    folder_.path("f.jsonl") + ":1\n"),
            std::string::npos);
  EXPECT_EQ(program.wait(), 1);
}

TEST_F(replay, a_dry_run_reports_the_content_and_does_nothing) {
  const Ended it = run(conf(), line("input", "a") + line("output", "b") + line("output", "c"), {"--dry-run"});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(it.out, "f.jsonl: 3 records: 1 from an input, 2 from an output; unreadable lines: 0\n");
  EXPECT_EQ(journal(), "");
}

TEST_F(replay, replay_of_an_empty_file_succeeds) { EXPECT_EQ(run(conf(), "").code, 0); }

TEST_F(replay, replay_rejects_paths_that_are_not_files) {
  EXPECT_EQ(run_file(conf(), folder_.path("nowhere")).err,
            "nowhere: PS0925: cannot open the file: No such file or directory\n");
  EXPECT_EQ(run_file(conf(), folder_.fifo("pipe")).err,
            "pipe: PS0925: cannot open the file: it is not a regular file\n");
  EXPECT_EQ(run_file(conf(), folder_.path("pipe")).code, 1);
}

TEST_F(replay, the_output_whose_on_failure_names_the_file_is_used) {
  const auto output = [&](const std::string& label, const std::string& on_failure) {
    return section("OUTPUT", "fake_out",
                   "  label " + label + "\n  on_failure file:" + folder_.path(on_failure) + "\n");
  };
  const std::string two = section("INPUT", "fake_in") + output("first", "a") + output("second", "b");
  const std::string failures = line("output", "a record");
  const Ended it = run_file(two, folder_.write("b.20261121T100000.000Z", failures));
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(journal(), "second write a record\nclose second\n") << "the other output does not run";

  const Ended other = run(two, failures);
  EXPECT_EQ(other.code, 1);
  EXPECT_EQ(other.err,
            "f.jsonl: PS0938: cannot determine the output of the records: the configuration has 2 outputs, and "
            "the name of this file does not match the on_failure of exactly one. Rename the file to that PATH, or "
            "to PATH.SUFFIX, or name a configuration with one output\n");
  EXPECT_EQ(run(two, line("input", "a message")).code, 0) << "which goes to both";
}

TEST_F(replay, the_input_whose_on_failure_names_the_file_is_used) {
  const auto input = [&](const std::string& tag, const std::string& on_failure) {
    return "[INPUT]\n  Name fake_in\n  Tag " + tag +
           "\n  journal x\n  on_failure file:" + folder_.path(on_failure) + "\n";
  };
  const std::string two = input("t", "a") + input("u", "b") + "[FILTER]\n  Name fake_filter\n  Match u\n" +
                          section("OUTPUT", "fake_out");
  const std::string failures = line("input", "a message");
  EXPECT_EQ(run_file(two, folder_.write("a", failures)).code, 0);
  EXPECT_EQ(run_file(two, folder_.write("b.old", failures)).code, 0);
  EXPECT_EQ(journal(), "out write a message\nclose out\nout write A MESSAGE\nclose out\n");
  const Ended other = run(two, failures);
  EXPECT_EQ(other.code, 1);
  EXPECT_NE(other.err.find("PS0938: cannot determine the input of the records: the configuration has 2 inputs"),
            std::string::npos)
      << other.err;
}

TEST_F(replay, replay_rejects_the_file_that_its_output_would_write_to) {
  const std::string failures = line("output", "a record");
  const Ended it = run(conf("  on_failure file:" + folder_.path("f.jsonl") + "\n"), failures);
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.err,
            "agent.conf:8: PS0939: on_failure of output:fake_out:0 is the file to replay; rename the file first, "
            "for example to f.jsonl.replay, and the output begins a new one\n");
  EXPECT_EQ(journal(), "");
  EXPECT_EQ(run_file(conf("  on_failure file:" + folder_.path("f.jsonl") + "\n"),
                     folder_.write("f.jsonl.replay", failures))
                .code,
            0);
}

TEST_F(replay, wrong_replay_command_lines_are_usage_errors) {
  const auto wrong = [](const std::vector<std::string>& args) {
    const Ended ended = run_program(args);
    EXPECT_EQ(ended.code, 2);
    return ended.err;
  };
  EXPECT_EQ(wrong({"replay", "x"}),
            "penstock replay: PS0902: the configuration file is missing: -c FILE; see penstock replay --help\n");
  EXPECT_EQ(wrong({"replay", "-c", "x"}),
            "penstock replay: PS0905: the dead-letter file is missing: name one; see penstock replay --help\n");
  EXPECT_EQ(wrong({"replay", "-c", "x", "a", "b"}),
            "penstock replay: PS0905: more than one dead-letter file; name one; see penstock replay --help\n");
}

}  // namespace
}  // namespace penstock::host
