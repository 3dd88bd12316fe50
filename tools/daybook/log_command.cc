#include <algorithm>
#include <fstream>
#include <ostream>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "base/hex.h"
#include "base/time_text.h"
#include "log/archive.h"
#include "log/verify.h"
#include "replay/as_of.h"
#include "replay/checker.h"
#include "replay/job.h"
#include "replay/ndjson.h"
#include "tools/daybook/archive_command.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/progress.h"
#include "tools/daybook/resource_list.h"
#include "tools/daybook/stopped_log.h"
#include "tools/daybook/text_sink.h"

namespace daybook::cli {

namespace {

void add_head(CLI::App& noun, Session& session) {
  auto& verb =
      add_verb(noun, "head", "Last sequence number and hash of the server's log", {"log head"});
  verb.callback([&session] {
    session.action = [&session] { return print_resource(session, "/resources/log/head"); };
  });
}

struct VerifyChoice {
  std::string data_dir;
  std::string archive;
  std::string ledger;
  std::string seq;
  std::string hash;
  bool shape_only = false;
};

// The rules of job life, checked by code that shares nothing with the server but the schema.
Result<replay::CheckReport> check_jobs(const Session& session, const VerifyChoice& choice) {
  replay::Ledger ledger;
  if (!choice.ledger.empty()) {
    std::ifstream in(choice.ledger);
    if (!in) {
      return fail(Code::kInvalid, "FILE_UNREADABLE", "'" + choice.ledger + "' cannot be read");
    }
    DAYBOOK_ASSIGN(ledger, replay::Ledger::read(in));
  }
  DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open(choice.data_dir));
  log::RocksLog& log = stopped->log();
  replay::CheckOptions wanted;
  wanted.first = log.first();
  wanted.before = log.base_chain();
  wanted.chain = false;  // log::verify did that
  replay::Checker checker(wanted, std::move(ledger));
  DAYBOOK_ASSIGN(const auto cursor, log.read(log.first()));
  Progress progress(session.env, "checking jobs");
  events::RecordView record;
  for (;;) {
    DAYBOOK_ASSIGN(const bool more, cursor->next(record));
    if (!more) {
      return checker.finish();
    }
    checker.check(record);
    if (record.header.seq.value % 4096 == 0) {
      progress.update(record.header.seq.value, log.last().value);
    }
  }
}

boost::json::object verify_summary(const log::VerifyReport& report) {
  return {{"logId", log::to_text(report.id)}, {"firstSeq", report.first.value},
          {"lastSeq", report.last.value},     {"events", report.records},
          {"time", format_time(report.time)}, {"hash", to_hex(report.head.chain)},
          {"epoch", report.head.epoch.value}};
}

// What the checker could not look at is not said to be sound.
void add_findings(boost::json::object& out, const replay::CheckReport& jobs, Seq first) {
  if (jobs.whole_life) {
    out["jobsCreated"] = jobs.jobs.created;
    out["jobsPending"] = jobs.jobs.pending;
    out["jobsRunning"] = jobs.jobs.running;
    out["jobsCompleted"] = jobs.jobs.completed;
    out["jobsFailed"] = jobs.jobs.failed;
    out["jobsCancelled"] = jobs.jobs.cancelled;
    out["jobRules"] = "checked";
  } else {
    out["jobRules"] = "not checked: the log begins at " + std::to_string(first.value) +
                      "; see log restore-archive";
  }
  out["violations"] = jobs.violations;
}

Status verify_local(const Session& session, const VerifyChoice& choice) {
  log::VerifyOptions wanted;
  log::VerifyReport report;
  {
    Progress progress(session.env, "verifying");
    wanted.progress = [&](std::uint64_t done, std::uint64_t all) { progress.update(done, all); };
    DAYBOOK_ASSIGN(report, log::verify(choice.data_dir, wanted));
  }
  boost::json::object out = verify_summary(report);
  if (report.problem) {
    out["problem"] = report.problem->message;
    out["problemSeq"] = report.problem->seq.value;
    print_members(session, out);
    return fail(
        Code::kCorrupt, log::flaw_reason(report.problem->flaw),
        "at seq " + std::to_string(report.problem->seq.value) + ": " + report.problem->message);
  }
  if (choice.shape_only) {
    print_members(session, out);
    return {};
  }
  DAYBOOK_ASSIGN(const replay::CheckReport jobs, check_jobs(session, choice));
  add_findings(out, jobs, report.first);
  print_members(session, out);
  if (!jobs.sound()) {
    session.env.err << jobs.text();
    return fail(Code::kCorrupt, "RULES_BROKEN",
                std::to_string(jobs.violations) + " violations of what the log promises");
  }
  return {};
}

Status verify_archive(const Session& session, const VerifyChoice& choice) {
  DAYBOOK_ASSIGN(const log::ArchiveInfo info, log::verify_archive(choice.archive));
  print_archive(session, choice.archive, info);
  return {};
}

Status verify_receipt(const Session& session, const VerifyChoice& choice) {
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(const boost::json::value answer,
                 client.get(with_query("/resources/log/verify",
                                       {{"seq", choice.seq}, {"hash", choice.hash}})));
  print_members(session, answer);
  if (cell(answer, "verified") != "true") {
    return fail(Code::kCorrupt, cell(answer, "reason"),
                "the receipt is not part of this server's history");
  }
  return {};
}

void add_verify(CLI::App& noun, Session& session) {
  auto choice = std::make_shared<VerifyChoice>();
  auto& verb =
      add_verb(noun, "verify",
               "Read a stopped server's log or an archive from end to end, or ask a server about a "
               "receipt",
               {"log verify --data-dir /var/lib/daybook",
                "log verify --data-dir /var/lib/daybook --ledger acks.txt",
                "log verify --archive 2025-09.archive", "log verify --seq 1200 --hash 9f86d081…"});
  auto* local =
      verb.add_option("--data-dir", choice->data_dir, "Data directory of a stopped server");
  verb.add_flag("--shape-only", choice->shape_only, "Checksums, chain and order, but not the jobs")
      ->needs(local);
  verb.add_option("--ledger", choice->ledger, "What clients wrote down about their requests")
      ->needs(local);
  auto* archive =
      verb.add_option("--archive", choice->archive, "File that log compact wrote")->excludes(local);
  auto* hash = verb.add_option("--hash", choice->hash, "Hash of a receipt");
  verb.add_option("--seq", choice->seq, "Sequence number of a receipt")
      ->needs(hash)
      ->excludes(local)
      ->excludes(archive);
  verb.callback([&session, choice] {
    if (choice->data_dir.empty() && choice->archive.empty() && choice->seq.empty()) {
      throw CLI::RequiredError("--data-dir, --archive, or --seq and --hash");
    }
    session.action = [&session, choice] {
      if (!choice->archive.empty()) {
        return verify_archive(session, *choice);
      }
      return choice->data_dir.empty() ? verify_receipt(session, *choice)
                                      : verify_local(session, *choice);
    };
  });
}

struct TransferChoice {
  std::string data_dir;
  std::string file;
  std::string from;
  std::string until;
};

void print_transfer(const Session& session, const replay::Transfer& transfer) {
  session.env.err << transfer.events << " events, " << transfer.first.value << " to "
                  << transfer.last.value << ", hash " << to_hex(transfer.chain) << '\n';
}

Result<replay::Range> range_of(log::Log& log, const TransferChoice& choice) {
  replay::Range range;
  range.from = log.first();
  if (!choice.from.empty()) {
    DAYBOOK_ASSIGN(const auto point, replay::parse_point(choice.from, "--from"));
    DAYBOOK_ASSIGN(const Seq at, replay::find_seq(log, point));
    // A time names the last event not after it; what follows begins with the next one.
    range.from = std::holds_alternative<Seq>(point) ? at : next(at);
  }
  if (!choice.until.empty()) {
    DAYBOOK_ASSIGN(const auto point, replay::parse_point(choice.until, "--until"));
    DAYBOOK_ASSIGN(range.until, replay::find_seq(log, point));
  }
  return range;
}

using Writer = Result<replay::Transfer> (*)(log::Log&, const replay::Range&,
                                            const replay::LineSink&, const replay::Progress&);

Status write_lines(const Session& session, const TransferChoice& choice, Writer writer) {
  DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open(choice.data_dir));
  DAYBOOK_ASSIGN(const replay::Range range, range_of(stopped->log(), choice));
  DAYBOOK_ASSIGN(const auto sink, TextSink::open(session.env, choice.file));
  Progress progress(session.env, "writing");
  DAYBOOK_ASSIGN(
      const replay::Transfer transfer,
      writer(
          stopped->log(), range, [&](std::string_view line) { return sink->write(line); },
          [&](Seq done, Seq all) { progress.update(done.value, all.value); }));
  DAYBOOK_TRY(sink->finish());
  if (!choice.file.empty() && choice.file != "-") {
    print_transfer(session, transfer);
  }
  return {};
}

void add_write(CLI::App& noun, Session& session, const std::string& name, const std::string& what,
               Writer writer) {
  auto choice = std::make_shared<TransferChoice>();
  auto& verb = add_verb(
      noun, name, what,
      {"log " + name + " --data-dir /var/lib/daybook --out log.ndjson",
       "log " + name + " --data-dir /var/lib/daybook --from 1200 --until 2025-11-16T02:00:00Z"});
  verb.add_option("--data-dir", choice->data_dir, "Data directory of a stopped server")->required();
  verb.add_option("--out", choice->file, "New file; absent: standard output");
  verb.add_option("--from", choice->from, "First event: a sequence number or a time");
  verb.add_option("--until", choice->until, "Last event: a sequence number or a time");
  verb.callback([&session, choice, writer] {
    session.action = [&session, choice, writer] { return write_lines(session, *choice, writer); };
  });
}

Status import_lines(const Session& session, const TransferChoice& choice) {
  std::ifstream file;
  if (choice.file != "-") {
    if (log::looks_like_archive(choice.file)) {
      return fail(Code::kInvalid, "IS_ARCHIVE",
                  "is an archive, not an export: it goes back into its own log "
                  "(daybook log restore-archive)",
                  choice.file);
    }
    file.open(choice.file, std::ios::binary);
    if (!file) {
      return fail(Code::kInvalid, "FILE_UNREADABLE", "'" + choice.file + "' cannot be read");
    }
  }
  DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open_to_import(choice.data_dir));
  const Seq before = stopped->log().last();
  const auto imported =
      replay::import_ndjson(choice.file == "-" ? session.env.in : file, stopped->log(), {});
  const bool was_whole = before.value != 0 && !stopped->was_unfinished();
  if (!imported && was_whole && stopped->log().last() == before) {
    DAYBOOK_TRY(stopped->finished());  // as it was
  }
  DAYBOOK_ASSIGN(const replay::Transfer transfer, imported);
  if (stopped->was_unfinished() && transfer.last < std::max(before, Seq{1})) {
    return fail(Code::kConflict, "IMPORT_TOO_SHORT",
                "ends at event " + std::to_string(transfer.last.value) + ", and " +
                    choice.data_dir + " holds " + std::to_string(before.value) +
                    " events of an import that did not end: repeat it with the same export, or a "
                    "longer one",
                choice.file);
  }
  DAYBOOK_TRY(stopped->finished());
  print_transfer(session, transfer);
  return {};
}

void add_import(CLI::App& noun, Session& session) {
  auto choice = std::make_shared<TransferChoice>();
  auto& verb = add_verb(noun, "import", "Make a log from an export, byte for byte the same",
                        {"log import log.ndjson --data-dir /var/lib/daybook-copy"});
  verb.add_option("file", choice->file, "An export, - for standard input")->required();
  verb.add_option("--data-dir", choice->data_dir,
                  "New data directory, or one that ends before the export")
      ->required();
  verb.callback([&session, choice] {
    session.action = [&session, choice] { return import_lines(session, *choice); };
  });
}

struct Explain {
  std::string data_dir;
  std::string job;
  bool full = false;
};

Status explain_job(const Session& session, const Explain& wanted) {
  DAYBOOK_ASSIGN(const JobId job, JobId::parse(wanted.job));
  DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open(wanted.data_dir));
  DAYBOOK_ASSIGN(const replay::JobStory story, replay::explain(stopped->log(), job));
  if (session.wants_json()) {
    DAYBOOK_ASSIGN(const boost::json::value whole, parse_json(story.json(), ""));
    session.print_json(whole);
    return {};
  }
  session.env.out << story.heading();
  Table table({time_column("TIME"),
               {.title = "AFTER", .align = Table::Align::kRight},
               number_column("SEQ"),
               text_column("WHAT", 20)});
  for (const replay::JobStep& step : story.steps) {
    table.add({format_time(step.time), step.gap, std::to_string(step.seq.value), step.summary});
  }
  if (wanted.full) {
    table.print(session.env.out);
  } else {
    session.print_table(table);
  }
  return {};
}

void add_explain(CLI::App& noun, Session& session) {
  auto explain = std::make_shared<Explain>();
  auto& verb =
      add_verb(noun, "explain", "One job's life, from a stopped server's log alone",
               {"log explain 019a8a3c-6c00-7000-8000-000000000017 --data-dir /var/lib/daybook",
                "log explain 019a8a3c-6c00-7000-8000-000000000017 --data-dir /var/lib/daybook "
                "--full"});
  verb.add_option("job", explain->job, "The job's id")->required();
  verb.add_option("--data-dir", explain->data_dir, "Data directory of a stopped server")
      ->required();
  verb.add_flag("--full", explain->full,
                "Whole lines, however long; -o json has the events themselves");
  verb.callback([&session, explain] {
    session.action = [&session, explain] { return explain_job(session, *explain); };
  });
}

}  // namespace

void add_log_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "log", "The log itself: verify, copy, archive");
  add_head(noun, session);
  add_verify(noun, session);
  add_write(noun, session, "dump", "Events as lines of JSON, for reading", replay::dump);
  add_write(noun, session, "export",
            "Events as lines of JSON that can be imported; holds the secrets of attempts",
            replay::export_ndjson);
  add_import(noun, session);
  add_archive_commands(noun, session);
  add_explain(noun, session);
}

}  // namespace daybook::cli
