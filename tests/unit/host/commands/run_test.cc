// penstock run: fan-in, back-pressure and draining, with the program itself and a fake plugin.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

#include "tests/unit/host/commands/run_test_base.h"

namespace penstock::host {
namespace {

class run : public RunTest {};

TEST_F(run, batches_pass_filter_and_output_and_are_acknowledged) {
  const Ended it = run_to_end(input("then end\n") + filter("mode upcase\n") + output());
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(steps(),
            (Steps{"out write LINE 1", "emit 1 0", "out write LINE 2", "emit 2 0", "out write LINE 3", "emit 3 0",
                   "ack 1 1", "ack 2 1", "ack 3 1", "close out", "close input 3 of 3 acked"}));
  EXPECT_NE(it.err.find("all inputs have ended: draining"), std::string::npos) << it.err;
}

TEST_F(run, a_batch_is_settled_when_both_outputs_have_settled_it) {
  folder_.fifo("gate2");
  const Gate second(folder_.path("gate2"));
  Program program(args(input("count 1\nthen end\n") + gated("label a\n") +
                       output("label b\ngate " + folder_.path("gate2") + "\n")));
  journal_.until("emit 1");
  gate_.settle("d");
  EXPECT_EQ(journal_.until("settles"), Steps{"a settles"});
  second.settle("d");
  EXPECT_EQ(journal_.until("close input"),
            (Steps{"b settles", "ack 1 1", "close a", "close b", "close input 1 of 1 acked"}));
  program.err.rest();
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(run, the_worst_outcome_of_two_outputs_is_acknowledged) {
  run_to_end(input("count 1\nthen end\n") + output("mode fail\n") + output());
  EXPECT_EQ(acks(steps()), "ack 1 3; ");
}

TEST_F(run, an_outcome_is_acknowledged_again_if_the_input_is_out_of_memory) {
  run_to_end(input("count 2\nack later\nthen end\n") + output());
  EXPECT_EQ(acks(steps()), "ack fails 1; ack 2 1; ack 1 1; ");
}

TEST_F(run, an_outcome_is_acknowledged_again_to_an_idle_input_that_was_out_of_memory) {
  Program program(args(input("count 1\nack later\n") + output()));
  EXPECT_EQ(acks(journal_.until("ack 1")), "ack fails 1; ack 1 1; ");
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(run, an_outcome_that_the_input_rejects_permanently_is_acknowledged_once) {
  run_to_end(input("count 2\nack never\nthen end\n") + output());
  EXPECT_EQ(acks(steps()), "ack fails 1; ack 2 1; ");
}

TEST_F(run, a_batch_without_records_after_the_filter_is_filtered) {
  run_to_end(input("then end\n") + filter("mode drop\nonly 2\n") + output());
  EXPECT_EQ(acks(steps()), "ack 2 2; ack 1 1; ack 3 1; ");
}

TEST_F(run, parts_of_a_batch_are_settled_as_one) {
  run_to_end(input("count 1\nthen end\n") + filter("mode twice\n") + output());
  const Steps all = steps();
  EXPECT_EQ(std::count(all.begin(), all.end(), "out write LINE 1"), 2);
  EXPECT_EQ(acks(all), "ack 1 1; ");
}

TEST_F(run, a_record_that_a_filter_cannot_decode_is_released_and_others_pass) {
  const Ended it =
      run_to_end(input("then end\n") + filter("mode data\nonly 2\n") + filter("mode upcase\n") + output());
  EXPECT_EQ(it.code, 0);
  const Steps all = steps();
  EXPECT_EQ(std::count(all.begin(), all.end(), "out write LINE 2"), 1) << "the rest of its batch passes";
  EXPECT_EQ(acks(all), "ack 1 1; ack 2 4; ack 3 1; ");
  EXPECT_NE(it.err.find("[error] [filter:fake_filter:0] PS0950: a record is nonsense\n"), std::string::npos)
      << it.err;
  EXPECT_NE(it.err.find("[ warn] [penstock] PS0915: some batches were not settled and are released: they "
                        "will be read again after a restart; batches: 1\n"),
            std::string::npos);
}

TEST_F(run, a_filter_that_is_out_of_memory_gets_the_batch_again) {
  Program program(args(input("count 1\n") + filter("mode busy\n") + output()));
  EXPECT_EQ(journal_.until("emit"), Steps{"emit 1 -5"});
  EXPECT_EQ(journal_.until("emit"), Steps{"emit 1 -5"});
}

TEST_F(run, a_batch_that_every_output_rejects_is_emitted_again) {
  Program program(args(input("count 1\n") + output("mode refuse\n") + output("mode refuse\n")));
  EXPECT_EQ(journal_.until("emit"), Steps{"emit 1 -5"});
  EXPECT_EQ(journal_.until("emit"), Steps{"emit 1 -5"});
  program.signal(SIGTERM);
  EXPECT_EQ(steps().back(), "close input 0 of 0 acked");
  program.err.rest();
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(run, a_batch_accepted_by_only_one_of_two_outputs_is_released) {
  const Ended it = run_to_end(input("count 1\nthen end\n") + output("mode refuse\n") + output());
  EXPECT_EQ(acks(steps()), "ack 1 4; ");
  EXPECT_NE(it.err.find("[ warn] [output:fake_out:0] PS0950: no room at all\n"), std::string::npos) << it.err;
}

TEST_F(run, a_full_output_stops_its_inputs_until_it_has_space) {
  Program program(args(input("count 4\nthen end\n") + gated("full_at 2\n")));
  EXPECT_EQ(journal_.until("emit 2"), (Steps{"out write line 1", "emit 1 0", "out write line 2", "emit 2 1"}));
  gate_.settle("d");
  EXPECT_EQ(journal_.until("emit 3"), (Steps{"out settles", "ack 1 1", "out write line 3", "emit 3 1"}));
  gate_.settle("dd");
  EXPECT_EQ(journal_.until("emit 4"),
            (Steps{"out settles", "out settles", "ack 2 1", "ack 3 1", "out write line 4", "emit 4 0"}));
  gate_.settle("d");
  steps();
}

TEST_F(run, a_full_output_does_not_stop_other_inputs) {
  Lines other = Lines::of_fifo(folder_.fifo("other"));
  Program program(args(input("count 9\n") + "[OUTPUT]\n  Name fake_out\n  Match t\n  journal " +
                       folder_.path("journal") + "\n  full_at 1\n  gate " + folder_.path("gate") +
                       "\n[INPUT]\n  Name fake_in\n  Tag u\n  journal " + folder_.path("other") +
                       "\n[OUTPUT]\n  Name null\n  Match u\n"));
  EXPECT_EQ(journal_.until("emit 1").back(), "emit 1 1");
  EXPECT_EQ(acks(other.until("ack 3")), "ack 1 1; ack 2 1; ack 3 1; ");
}

TEST_F(run, sigterm_stops_reading_and_settles_what_is_in_flight) {
  Program program(args(input("count 9\n") + gated("full_at 2\n")));
  journal_.until("emit 2");
  program.signal(SIGTERM);
  program.err.until("SIGTERM: draining for at most 5000 ms; batches in flight: 2");
  gate_.settle("dd");
  EXPECT_EQ(steps(),
            (Steps{"out settles", "out settles", "ack 1 1", "ack 2 1", "close out", "close input 2 of 2 acked"}));
  EXPECT_NE(program.err.rest().find("drained and closed"), std::string::npos);
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(run, batches_not_settled_within_grace_are_released) {
  Program program(args("[SERVICE]\n  Grace 50ms\n" + input("count 2\n") + output("mode hold\n")));
  journal_.until("emit 2");
  program.signal(SIGINT);
  EXPECT_EQ(steps(), (Steps{"close out", "ack 1 4", "ack 2 4", "close input 2 of 2 acked"}));
  EXPECT_NE(program.err.rest().find(
                "[ warn] [penstock] PS0915: some batches were not settled and are released: they will be "
                "read again after a restart; batches: 2\n"),
            std::string::npos);
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(run, a_second_signal_after_a_second_ends_the_host_at_once) {
  for (const int number : {SIGINT, SIGTERM}) {
    Program program(args("[SERVICE]\n  Grace 1h\n" + input("count 1\n") + output("mode hold\n")));
    journal_.until("emit 1");
    program.signal(SIGTERM);
    program.err.until("draining");
    program.insist(number);
    EXPECT_NE(program.err.rest().find("PS0918: second signal: exiting immediately"), std::string::npos);
    EXPECT_EQ(program.wait(), 128 + number);
  }
}

TEST_F(run, irrelevant_signals_do_nothing) {
  Program program(args(input("count 1\n") + gated()));
  journal_.until("emit 1");
  for (const int number : {SIGUSR1, SIGUSR2, SIGALRM, SIGXFSZ, SIGTERM}) program.signal(number);
  program.err.until("SIGTERM: draining for at most 5000 ms; batches in flight: 1");
  gate_.settle("d");
  EXPECT_EQ(steps(), (Steps{"out settles", "ack 1 1", "close out", "close input 1 of 1 acked"}));
  EXPECT_NE(program.err.rest().find("drained and closed"), std::string::npos);
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(run, a_hangup_under_nohup_is_ignored) {
  const auto before = signal(SIGHUP, SIG_IGN);
  Program program(args(input("count 1\n") + gated()));
  signal(SIGHUP, before);
  journal_.until("emit 1");
  program.signal(SIGHUP);
  program.signal(SIGTERM);
  program.err.until("SIGTERM: draining");
  gate_.settle("d");
  program.err.rest();
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(run, an_unread_log_blocks_neither_records_nor_the_end) {
  const FullPipe pipe;
  Program program(args("[SERVICE]\n  Stats_Interval 1ms\n" + input("count 3\n") + output()), -1, -1, pipe.end());
  journal_.until("ack 3");
  program.signal(SIGTERM);
  EXPECT_EQ(steps(), (Steps{"close out", "close input 3 of 3 acked"}));
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(run, the_host_is_idle_if_nothing_arrives_and_nothing_is_in_flight) {
  Program program(args(input("count 1\n") + gated(), {"--exit-when-idle", "0.05"}));
  journal_.until("emit 1");
  gate_.settle("d");
  EXPECT_EQ(steps(), (Steps{"out settles", "ack 1 1", "close out", "close input 1 of 1 acked"}));
  EXPECT_NE(program.err.rest().find("idle: draining for at most 5000 ms; batches in flight: 0"),
            std::string::npos);
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(run, a_failing_input_is_not_idle_and_logs_its_error_once) {
  Program program(args(input("count 0\nthen fail\n") + output(), {"--exit-when-idle", "0.15"}));
  for (int i = 0; i < 4; ++i) journal_.until("poll fails");
  program.signal(SIGTERM);
  const std::string err = program.err.rest();
  EXPECT_EQ(program.wait(), 0);
  EXPECT_NE(err.find("SIGTERM: draining"), std::string::npos) << err;
  const std::string trouble = "[ warn] [input:fake_in:0] PS0950: the service is away\n";
  const size_t first = err.find(trouble);
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(err.find("the service is away", first + trouble.size()), std::string::npos);
}

TEST_F(run, an_input_with_lag_or_retries_is_not_idle) {
  for (const char* trouble : {"lag", "retries"}) {
    const Ended it = run_to_end(
        "[SERVICE]\n  Stats_Interval 0\n" + input("count 0\n" + std::string(trouble) + " 2\n") + output(),
        {"--exit-when-idle", "0.02"});
    EXPECT_EQ(it.code, 0);
    EXPECT_EQ(steps().size(), 4u) << "polled until everything was reported: two results, then the two ends";
  }
}

TEST_F(run, a_close_that_cannot_save_gives_exit_code_1) {
  const Ended it = run_to_end(input("then end\nclose fail\n") + output());
  EXPECT_EQ(it.code, 1);
  EXPECT_NE(it.err.find("[error] [input:fake_in:0] PS0950: the stage did not close cleanly: the checkpoint could "
                        "not be saved\n"),
            std::string::npos);
  EXPECT_NE(it.err.find("PS0916: closed, but not everything was saved"), std::string::npos);
}

TEST_F(run, run_does_not_start_with_an_invalid_conf) {
  const Ended it = run_to_end(input() + "[OUTPUT]\n  Name fake_out\n  Match *\n");
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.err, folder_.path("agent.conf") + ":5: PS0853: option 'journal' is required\n");
}

TEST_F(run, filters_and_outputs_get_the_tags_that_they_match) {
  run_to_end(
      "[INPUT]\n  Name fake_in\n  Tag app.one\n  count 1\n  then end\n  journal " + folder_.path("journal") +
      "\n[FILTER]\n  Name fake_filter\n  Match app.two\n" + "[FILTER]\n  Name fake_filter\n  Match_Regex ^app\n" +
      "[OUTPUT]\n  Name fake_out\n  label no\n  Match b*\n  journal " + folder_.path("journal") +
      "\n[OUTPUT]\n  Name fake_out\n  label yes\n  Match *.one\n  journal " + folder_.path("journal") + "\n");
  const Steps all = steps();
  EXPECT_EQ(all.front(), "yes write LINE 1");
  EXPECT_EQ(
      std::count_if(all.begin(), all.end(), [](const std::string& s) { return s.rfind("no write", 0) == 0; }), 0);
}

TEST_F(run, log_lines_of_stages_have_their_name_and_are_escaped) {
  const Ended it = run_to_end(input("count 0\nthen end\n") + input("Alias front\ncount 0\nthen end\n") + output());
  EXPECT_NE(it.err.find(" [ warn] [input:fake_in:0] open\\x1b[31m and \\u{202e} hostile\n"), std::string::npos)
      << it.err;
  EXPECT_NE(it.err.find(" [ warn] [input:fake_in:front] open"), std::string::npos) << it.err;
}

TEST_F(run, metrics_of_cloudwatch_are_printed_with_counters_since_the_last_line) {
  Program program(args("[SERVICE]\n  Stats_Interval 20ms\n  Stats_Format emf\n" + input("count 3\n") + output()));
  journal_.until("ack 3");
  const std::string head =
      R"(,"CloudWatchMetrics":[{"Namespace":"Penstock","Dimensions":[["stage"]],"Metrics":[)"
      R"({"Name":"emitted_events","Unit":"Count"},{"Name":"lag_ms","Unit":"Milliseconds"},)"
      R"({"Name":"retries","Unit":"Count"},{"Name":"healthy","Unit":"Count"}]}]},"stage":"input:fake_in:0",)";
  int64_t events = 0;
  while (events < 3) {
    const std::string line = program.out.until("input:fake_in:0").back();
    ASSERT_EQ(line.rfind("{\"_aws\":{\"Timestamp\":", 0), 0u) << line;
    ASSERT_NE(line.find(head + "\"emitted_events\":"), std::string::npos) << line;
    events += std::stoll(line.substr(line.rfind("\"emitted_events\":") + sizeof "\"emitted_events\":" - 1));
  }
  EXPECT_EQ(events, 3);
  EXPECT_NE(program.out.until("input:fake_in:0").back().find("\"emitted_events\":0,"), std::string::npos);
  program.signal(SIGTERM);
  program.err.rest();
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(run, a_lag_that_is_not_known_is_no_metric_of_cloudwatch) {
  Program program(
      args("[SERVICE]\n  Stats_Interval 20ms\n  Stats_Format emf\n" + input("lag_known 0\n") + output()));
  const std::string line = program.out.until("input:fake_in:0").back();
  EXPECT_NE(line.find("emitted_events"), std::string::npos) << line;
  EXPECT_EQ(line.find("lag_ms"), std::string::npos) << line;
  program.signal(SIGTERM);
  program.err.rest();
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(run, metrics_and_records_on_standard_output_are_refused) {
  const Ended it =
      run_to_end("[SERVICE]\n  Stats_Format emf\n" + input() + "[OUTPUT]\n  Name stdout\n  Match *\n");
  EXPECT_EQ(it.code, 1);
  EXPECT_NE(
      it.err.find("agent.conf:7: PS0859: the output stdout and Stats_Format emf both write to standard output"),
      std::string::npos)
      << it.err;
}

TEST_F(run, the_first_log_line_has_version_and_configuration) {
  const Ended it = run_to_end(input("then end\n") + output());
  const std::string first = it.err.substr(0, it.err.find('\n'));
  EXPECT_NE(first.find("[ info] [penstock] penstock "), std::string::npos) << it.err;
  EXPECT_TRUE(first.ends_with(" starts with configuration " + folder_.path("agent.conf"))) << first;
}

TEST_F(run, progress_is_logged_during_a_run) {
  Program program(args("[SERVICE]\n  Stats_Interval 20ms\n" + input("lag 1000\n") + output()));
  const Steps lines = program.err.until("3 events");
  EXPECT_NE(lines.back().find("[ info] [penstock] in 0 records, 3 events"), std::string::npos);
  EXPECT_NE(lines.back().find("; lag 1234 ms; in flight "), std::string::npos);
}

TEST_F(run, log_level_error_shows_only_errors) {
  const Ended it = run_to_end("[SERVICE]\n  Log_Level error\n" + input("then end\n") + output());
  EXPECT_EQ(it.code, 0);
  EXPECT_EQ(it.err, "");
}

}  // namespace
}  // namespace penstock::host
