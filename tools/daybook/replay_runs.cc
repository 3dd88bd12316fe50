// replay job, replay rule: past runs again from the log alone.
#include <functional>
#include <map>
#include <ostream>
#include <string_view>

#include <CLI/CLI.hpp>

#include "replay/rerun.h"
#include "tools/daybook/cli.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/progress.h"
#include "tools/daybook/stopped_log.h"

namespace daybook::cli {

namespace {

struct RepeatOptions {
  std::string data_dir;
  std::string job;
  std::string definition;
  std::string rule;
  std::uint64_t limit = ~std::uint64_t{0};
  bool all = false;
};

void print(std::ostream& out, const replay::Rerun& rerun) {
  out << rerun.run << ": ";
  if (!rerun.not_repeatable.empty()) {
    out << "not repeatable: " << rerun.not_repeatable << '\n';
  } else if (rerun.identical()) {
    out << "identical\n";
  } else {
    out << "DIFFERENT\n" << rerun.diff();
  }
}

using Repeat = std::function<Result<replay::RerunReport>(log::Log&, const replay::RerunOptions&,
                                                         const replay::TellRerun&)>;

struct Said {
  bool each = false;      // every run is printed, not only those that differ
  std::string_view none;  // what is said when there is no run
};

Status replay_runs(const Session& session, const RepeatOptions& options, const Said& said,
                   const Repeat& repeat) {
  DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open(options.data_dir));
  Progress progress(session.env, "replaying");
  replay::RerunOptions wanted;
  wanted.limit = options.limit;
  wanted.progress = [&](Seq done, Seq total) { progress.update(done.value, total.value); };
  std::map<std::string, std::uint64_t> reasons;
  const auto tell = [&](const replay::Rerun& rerun) {
    if (said.each || (rerun.not_repeatable.empty() && !rerun.identical())) {
      print(session.env.out, rerun);
    } else if (!rerun.not_repeatable.empty()) {
      ++reasons[rerun.not_repeatable];
    }
  };
  DAYBOOK_ASSIGN(const replay::RerunReport report, repeat(stopped->log(), wanted, tell));
  for (const auto& [reason, count] : reasons) {
    session.env.out << count << " not repeatable: " << reason << '\n';
  }
  if (report.identical + report.different + report.not_repeatable == 0) {
    session.env.out << said.none << '\n';
  }
  session.env.out << report.identical << " identical, " << report.different << " different, "
                  << report.not_repeatable << " not repeatable\n";
  return report.different == 0
             ? Status()
             : fail(Code::kCorrupt, "REPLAY_DIFFERS", "a past run gives another outcome now");
}

Status replay_jobs(const Session& session, const RepeatOptions& options) {
  replay::AttemptChoice choice;
  if (!options.job.empty()) {
    DAYBOOK_ASSIGN(choice.job, JobId::parse(options.job));
  } else if (!options.all && options.definition.empty()) {
    return fail(Code::kInvalid, "NO_JOB", "say which job, or --all, or --definition");
  }
  choice.definition = options.definition;
  return replay_runs(session, options,
                     {choice.job.has_value(),
                      choice.job ? "no run of this job has ended" : "no run of a job has ended"},
                     [&](log::Log& log, const auto& wanted, const auto& tell) {
                       return replay::rerun_attempts(log, choice, wanted, tell);
                     });
}

Status replay_rules(const Session& session, const RepeatOptions& options) {
  if (options.rule.empty() && !options.all) {
    return fail(Code::kInvalid, "NO_RULE", "say which rule, or --all");
  }
  return replay_runs(session, options, {!options.rule.empty(), "nothing came of any run of a rule"},
                     [&](log::Log& log, const auto& wanted, const auto& tell) {
                       return replay::rerun_rules(log, {options.rule}, wanted, tell);
                     });
}

void add_common_options(CLI::App& verb, RepeatOptions& options) {
  verb.add_option("--data-dir", options.data_dir, "Data directory of a stopped server")->required();
  verb.add_option("--limit", options.limit, "Runs at most");
}

}  // namespace

void add_replay_job_command(CLI::App& replay, Session& session) {
  auto options = std::make_shared<RepeatOptions>();
  auto& verb =
      add_verb(replay, "job", "Run past attempts again from the log alone, and compare",
               {"replay job 01a2147d-ecd3-7000-8000-000000000030 --data-dir /var/lib/daybook",
                "replay job --all --data-dir /var/lib/daybook"});
  verb.add_option("jobId", options->job, "Every attempt of this job");
  add_common_options(verb, *options);
  verb.add_flag("--all", options->all, "Every attempt in the log");
  verb.add_option("--definition", options->definition, "Every attempt of this job definition");
  verb.callback([&session, options] {
    session.action = [&session, options] { return replay_jobs(session, *options); };
  });
}

void add_replay_rule_command(CLI::App& replay, Session& session) {
  auto options = std::make_shared<RepeatOptions>();
  auto& verb =
      add_verb(replay, "rule", "Run past runs of rules again from the log alone, and compare",
               {"replay rule pack-after-pick --data-dir /var/lib/daybook",
                "replay rule --all --data-dir /var/lib/daybook"});
  verb.add_option("ruleId", options->rule, "Every recorded run of this rule");
  add_common_options(verb, *options);
  verb.add_flag("--all", options->all, "Every recorded run in the log");
  verb.callback([&session, options] {
    session.action = [&session, options] { return replay_rules(session, *options); };
  });
}

}  // namespace daybook::cli
