// Questions over Daybook's own sets.
#include "graph/graph.h"

#include <thread>

#include "base/limits/resources.h"
#include "graph/limits.h"
#include "graph/set.h"
#include "tests/graph/graph_rig.h"

namespace daybook::graph {
namespace {

class GraphQueries : public GraphTest {
 protected:
  void SetUp() override {
    GraphTest::SetUp();
    events::ComponentPut component;
    component.component = "tools/report.py";
    component.runtime = events::Runtime::kExec;
    component.spec = {R"({"command":["/bin/true"]})"};
    s.put(component);
    s.definition("daily", "tools/report.py");
    s.definition("hourly", "tools/report.py");
    job = s.create("daily", {"x"});
  }
  JobId job;
};

TEST_F(GraphQueries, DefinitionsShowWhatTheRestApiShows) {
  EXPECT_EQ(json(query("jobDefinitions", {}, "jobDefinitionId == daily")),
            R"([{"jobDefinitionId":"daily","componentId":"tools/report.py","displayName":null,)"
            R"("retry":{"maxAttempts":1,"backoff":{"initial":"1s","factor":2,"max":"1h",)"
            R"("jitter":0.1}},"timeout":null,"leaseDuration":null,"concurrency":null,)"
            R"("rateLimit":null,"priority":0,"retention":"1h","paused":false,)"
            R"("onFailure":[],)"
            R"("createdAt":"2025-11-16T00:00:00Z","updatedAt":"2025-11-16T00:00:00Z",)"
            R"("updatedBy":"tester","seq":2}])");
  EXPECT_EQ(json(query("jobDefinitions", {"jobDefinitionId"}, "", "jobDefinitionId desc")),
            R"([{"jobDefinitionId":"hourly"},{"jobDefinitionId":"daily"}])");
  EXPECT_EQ(
      json(query("jobDefinitions", {"jobDefinitionId"}, "not paused and retry.maxAttempts < 2")),
      R"([{"jobDefinitionId":"daily"},{"jobDefinitionId":"hourly"}])");
}

TEST_F(GraphQueries, RulesShowWhatTheRestApiShows) {
  s.put(events::RulePut{"b", {R"([{"componentId":"a.hrule","parameters":{"n":1}}])"}, "B"});
  s.put(events::RulePut{"a", {R"([{"componentId":"a.hrule","parameters":{}}])"}, {}});
  EXPECT_EQ(json(query("rules", {"ruleId", "displayName", "components"}, "ruleId == b")),
            R"([{"ruleId":"b","displayName":"B",)"
            R"("components":[{"componentId":"a.hrule","parameters":{"n":1}}]}])");
  EXPECT_EQ(json(query("rules", {"ruleId"})), R"([{"ruleId":"a"},{"ruleId":"b"}])");
  EXPECT_EQ(json(query("rules", {"ruleId"}, "displayName == nothing")), R"([{"ruleId":"a"}])");
  EXPECT_EQ(json(query("rules", {"ruleId"}, "ruleId == '*'")), "[]");
}

TEST_F(GraphQueries, SendingsShowWhatTheRestApiShows) {
  events::SendingCreated mail;
  mail.sending = SendingId{7, 1};
  mail.recipient = "ann@example.org";
  mail.category = "reactor";
  mail.content = {R"({"subject":"Hi","dynamic":{"n":1.50}})"};
  mail.job = job;
  s.put(mail);
  events::SendingCreated post;
  post.sending = SendingId{8, 1};
  post.transport = Transport::kHttp;
  post.recipient = "https://example.org/";
  post.category = "reactor";
  s.put(post);
  events::SendingBounced bounced;
  bounced.sending = post.sending;
  bounced.failure = {"HTTP_STATUS", "no", {}};
  s.put(bounced);
  const std::vector<std::string> fields = {"transport", "status",  "retryCount", "errorMessage",
                                           "sentAt",    "dynamic", "data",       "jobId"};
  EXPECT_EQ(json(query("sendings", fields, "recipient == 'ann@example.org'")),
            R"([{"transport":"email","status":"pending","sentAt":null,"retryCount":0,)"
            R"("errorMessage":null,"dynamic":{"n":1.50},)"
            R"("data":{"subject":"Hi","dynamic":{"n":1.50}},"jobId":")" +
                job.text() + R"("}])");
  EXPECT_EQ(json(query("sendings", {"transport", "errorMessage"})),
            R"([{"transport":"http","errorMessage":"HTTP_STATUS: no"},)"
            R"({"transport":"email","errorMessage":null}])");
  EXPECT_EQ(json(query("sendings", {"recipient"}, "status == bounced and transport == http")),
            R"([{"recipient":"https://example.org/"}])");
  EXPECT_EQ(json(query("sendings", {"status"}, "sendingId == " + post.sending.text())),
            R"([{"status":"bounced"}])");
  EXPECT_EQ(json(query("sendings", {"status"}, "", "createdSeq")),
            R"([{"status":"pending"},{"status":"bounced"}])");
  Query jobs = query("jobs", {"status"}, "jobId == " + job.text());
  jobs.navigate = {query("sendings", {"recipient"})};
  EXPECT_EQ(json(jobs), R"([{"status":"pending","sendings":[{"recipient":"ann@example.org"}]}])");
}

TEST_F(GraphQueries, ComponentsLeadToTheirDefinitions) {
  Query q = query("components", {"componentId", "runtime", "spec.command"}, "runtime == exec");
  q.navigate = {query("definitions", {"jobDefinitionId"})};
  EXPECT_EQ(json(q), R"([{"componentId":"tools/report.py","runtime":"exec",)"
                     R"("spec":{"command":["/bin/true"]},"definitions":)"
                     R"([{"jobDefinitionId":"daily"},{"jobDefinitionId":"hourly"}]}])");
}

TEST_F(GraphQueries, EventsNeedTheirJob) {
  EXPECT_EQ(json(query("events", {"seq", "type", "jobId", "data.jobDefinitionId"},
                       "jobId == " + job.text())),
            "[{\"jobId\":\"" + job.text() +
                R"(","seq":4,"type":"JobCreated","data":{"jobDefinitionId":"daily"}}])");
  const Error error = refusal(query("events", {}, "type == JobCreated"));
  EXPECT_EQ(error.reason, "GRAPH_SCAN_LIMIT");
  EXPECT_NE(error.message.find("filter by jobId"), std::string::npos);
  // Another id that shares the part by which histories are kept.
  JobId other = job;
  other.high ^= 1ULL << 20;
  EXPECT_EQ(json(query("events", {"seq"}, "jobId == " + other.text())), "[]");
}

TEST_F(GraphQueries, EveryFaultNamesItsMember) {
  struct Case {
    Query query;
    std::string reason;
    std::string field;
  };
  Query nested = query("jobs");
  nested.navigate = {query("definition", {}, "", "seq")};
  Query bad_filter = nested;
  bad_filter.navigate[0].filter = "total == 1";
  Query bad_order = nested;
  bad_order.navigate[0].order_by = "seq sideways";
  Query bad_field = nested;
  bad_field.navigate[0].fields = {"seq", "retry.lots"};
  Query bad_navigation = nested;
  bad_navigation.navigate.push_back(query("component"));
  Query twice = nested;
  twice.navigate.push_back(nested.navigate[0]);
  Query page_inside = nested;
  page_inside.navigate[0].after = "00";
  Query no_rows = query("jobs");
  no_rows.limit = 0;
  Query many_rows = query("jobs");
  many_rows.limit = kGraphRowsMax + 1;
  const Case cases[] = {
      {query("orders"), "GRAPH_UNKNOWN_SET", "edge"},
      {bad_filter, "GRAPH_UNKNOWN_FIELD", "navigate[0].filter"},
      {bad_order, "GRAPH_ORDER", "navigate[0].orderBy"},
      {bad_field, "GRAPH_UNKNOWN_FIELD", "navigate[0].fields[1]"},
      {bad_navigation, "GRAPH_UNKNOWN_NAVIGATION", "navigate[1].edge"},
      {twice, "GRAPH_UNKNOWN_NAVIGATION", "navigate[1].edge"},
      {page_inside, "BAD_CURSOR", "navigate[0].after"},
      {no_rows, "GRAPH_LIMIT", "limit"},
      {many_rows, "GRAPH_LIMIT", "limit"},
      {query("jobs", {}, "", "tags"), "GRAPH_ORDER", "orderBy"},
      {query("jobs", {}, "", "error"), "GRAPH_ORDER", "orderBy"},
      {query("jobs", {}, "", "sequence"), "GRAPH_UNKNOWN_FIELD", "orderBy"},
      {query("jobs", {}, "", "seq,"), "GRAPH_ORDER", "orderBy"},
      {query("jobs", {"nothing"}), "GRAPH_UNKNOWN_FIELD", "fields[0]"},
  };
  for (const Case& c : cases) {
    const Status checked = graph.check(c.query);
    ASSERT_FALSE(checked) << c.field << " " << c.reason;
    EXPECT_EQ(checked.error().reason, c.reason) << checked.error().text();
    EXPECT_EQ(checked.error().field, c.field) << checked.error().text();
    EXPECT_EQ(refusal(c.query).reason, c.reason);
  }
  EXPECT_TRUE(graph.check(nested));
}

TEST_F(GraphQueries, LimitsHoldBeforeAnyRowIsRead) {
  Query deep = query("jobs");
  for (std::size_t level = 1; level < kGraphDepthMax; ++level) {
    Query outer = query(level + 1 < kGraphDepthMax ? "parent" : "jobs");
    deep.set = "parent";
    outer.navigate = {deep};
    deep = outer;
  }
  EXPECT_TRUE(graph.check(deep));
  Query deeper = query("jobs");
  deep.set = "parent";
  deeper.navigate = {deep};
  EXPECT_TRUE(graph.check(deeper));
  Query deepest = query("jobs");
  deeper.set = "parent";
  deepest.navigate = {deeper};
  EXPECT_EQ(refusal(deepest).reason, "GRAPH_LIMIT");

  Query wide = query("jobs");
  wide.navigate.assign(kGraphNavigationsMax + 1, query("events"));
  EXPECT_EQ(refusal(wide).reason, "GRAPH_LIMIT");
  EXPECT_EQ(refusal(query("jobs", std::vector<std::string>(kGraphFieldsMax + 1, "seq"))).reason,
            "GRAPH_LIMIT");
  std::string order = "seq";
  for (std::size_t i = 0; i < kGraphOrderTermsMax; ++i) {
    order += ", seq";
  }
  EXPECT_EQ(refusal(query("jobs", {}, "", order)).reason, "GRAPH_ORDER");
}

TEST_F(GraphQueries, TheTypeOfAnAnswerIsKnownBefore) {
  Query q = query("jobs", {"error.code", "parameters.n", "createdAt"});
  q.navigate = {query("definition", {"retry"}), query("events", {"seq"})};
  const auto type = graph.type_of(q);
  ASSERT_TRUE(type) << type.error().text();
  std::string names;
  for (const Field& field : type->fields) {
    names += field.name + ":" + std::string(kind_name(field.type.kind)) + " ";
  }
  EXPECT_EQ(names,
            "parameters:record createdAt:instant error:record definition:record events:list ");
  EXPECT_EQ(type->find("error")->type.fields.size(), 1U);
  EXPECT_EQ(type->find("parameters")->type.find("n")->type.kind, Kind::kValue);
  EXPECT_EQ(type->find("events")->type.element->fields[0].name, "seq");
  EXPECT_EQ(graph.type_of(query("jobs"))->fields.size(), graph.find("jobs")->record.fields.size());
}

TEST_F(GraphQueries, ALargeAnswerIsRefused) {
  const std::string large = "{\"n\":\"" + std::string(kParametersBytesMax - 100, 'x') + "\"}";
  for (int i = 0; i < 40; ++i) {
    events::JobCreated e;
    e.job = JobId::make(s.now, 0, next(s.last()));
    e.definition = "hourly";
    e.parameters = {s.keep(large)};
    e.run_at = s.now;
    s.put(e);
  }
  EXPECT_EQ(refusal(query("jobs")).reason, "GRAPH_ANSWER_TOO_LARGE");
  EXPECT_EQ(answer(query("jobs", {"seq"})).rows, 41U);
}

TEST_F(GraphQueries, AnAnswerHasABoundedNumberOfRows) {
  for (int i = 0; i < 120; ++i) {
    s.create("hourly");
  }
  Query inner = query("jobs", {"seq"});
  Query middle = query("definition", {"seq"});
  middle.navigate = {inner};
  Query q = query("jobs", {"seq"}, "jobDefinitionId == hourly");
  q.navigate = {middle};
  EXPECT_EQ(refusal(q).reason, "GRAPH_ANSWER_TOO_LARGE");  // 100 + 100 + 100 * 100
  q.limit = 98;
  EXPECT_EQ(answer(q).rows, 98U);
}

TEST_F(GraphQueries, StopAtTheDeadline) {
  r.now();
  const auto late = graph.answer(query("jobs"), s.now, clock.steady());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, "GRAPH_DEADLINE");
  EXPECT_EQ(late.error().code, Code::kUnavailable);
}

TEST_F(GraphQueries, ManyThreadsAskWhileJobsAreCreated) {
  r.now();
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      Query q = query("jobs", {"jobId"}, "status == pending", "runAt");
      q.navigate = {query("definition", {"componentId"})};
      for (int n = 0; n < 20; ++n) {
        const auto out = graph.answer(q, Micros{1'763'251'200'000'000}, clock.steady() + hours(1));
        EXPECT_TRUE(out) << out.error().text();
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    s.create("daily");
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(answer(query("jobs", {"jobId"})).rows, 51U);
}

TEST_F(GraphQueries, WhatWasNotGivenIsSaid) {
  for (std::size_t i = 0; i < kGraphRowsMax; ++i) {
    s.create("daily", {"x"});
  }
  EXPECT_TRUE(answer(query("jobs", {"jobId"})).more);
  Query nested = query("jobDefinitions", {"jobDefinitionId"}, "jobDefinitionId == daily");
  nested.navigate = {query("jobs", {"jobId"})};
  EXPECT_EQ(answer(nested).cut, std::vector<std::string>{"jobs"});
  // Through a record too; and only of those that lack some.
  Query deep = query("jobs", {"jobId"}, "", "jobId desc");
  deep.navigate = {query("definition", {"jobDefinitionId"})};
  deep.navigate[0].navigate = {query("jobs", {"jobId"})};
  deep.limit = 2;
  EXPECT_EQ(answer(deep).cut, std::vector<std::string>{"definition.jobs"});
  nested.filter = "jobDefinitionId == hourly";
  EXPECT_TRUE(answer(nested).cut.empty());
}

class EmptySet final : public Set {
 public:
  using Set::Set;
  Result<std::unique_ptr<Rows>> open(const Ask&) const override {
    return fail(Code::kUnavailable, "GRAPH_SOURCE", "not here");
  }
};

SetSchema small_schema(const std::string& name) {
  SetSchema out;
  out.name = name;
  out.record = record_of({{"id", type_of(Kind::kText)}, {"n", type_of(Kind::kNumber)}});
  return out;
}

TEST_F(GraphQueries, ANavigationMustLeadSomewhere) {
  struct Case {
    Navigation navigation;
    std::string says;
  };
  const Case cases[] = {
      {{"x", "orders", true, {{"id", "id"}}}, "there is no set 'orders'"},
      {{"n", "jobs", true, {{"id", "jobDefinitionId"}}}, "a field has this name already"},
      {{"x", "jobs", true, {{"key", "jobDefinitionId"}}}, "small has no field 'key'"},
      {{"x", "jobs", true, {{"id", "key"}}}, "jobs has no field 'key'"},
      {{"x", "jobs", true, {{"id", "seq"}}},
       "'id' is a text, 'seq' a number: they are never equal"},
  };
  for (const Case& c : cases) {
    Graph other(clock);
    ASSERT_TRUE(add_own_sets(other, *r.views));
    SetSchema schema = small_schema("small");
    schema.navigations = {c.navigation};
    ASSERT_TRUE(other.add(std::make_unique<EmptySet>(schema)));
    const Status checked = other.check_navigations();
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().message, c.says);
    EXPECT_EQ(checked.error().field, "small.navigate." + c.navigation.name);
  }
}

TEST_F(GraphQueries, SetsHaveNamesOfTheirOwnAndABoundedNumber) {
  const Status taken = graph.add(std::make_unique<EmptySet>(small_schema("jobs")));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().reason, "GRAPH_SET_EXISTS");
  for (std::size_t i = graph.sets().size(); i < kSetsMax; ++i) {
    ASSERT_TRUE(graph.add(std::make_unique<EmptySet>(small_schema("set" + std::to_string(i)))));
  }
  const Status full = graph.add(std::make_unique<EmptySet>(small_schema("more")));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().reason, "GRAPH_TOO_MANY_SETS");
}

}  // namespace
}  // namespace daybook::graph
