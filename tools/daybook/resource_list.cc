#include "tools/daybook/resource_list.h"

#include <algorithm>
#include <istream>
#include <ostream>

#include <boost/json.hpp>

#include "base/limits/http.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {

namespace {

// Members that say where a page stands rather than what it holds. A page behind the last row has
// no cursor, and takes none away.
void take_frame(boost::json::object& into, const boost::json::object& page, bool first_page) {
  for (const char* name : {"totalCount", "asOfSeq", "lastCursor", "atEnd", "logFirstSeq"}) {
    const auto* value = page.if_contains(name);
    if (value != nullptr && (first_page || !value->is_null())) {
      into[name] = *value;
    }
  }
  if (const auto* value = page.if_contains("firstCursor"); value != nullptr && first_page) {
    into["firstCursor"] = *value;
  }
}

// The members that the columns are made of, as `fields` wants them.
std::string names_of(const std::vector<ListColumn>& columns) {
  std::string out;
  for (const ListColumn& column : columns) {
    out += (out.empty() ? "" : ",") + column.path.substr(0, column.path.find('.'));
  }
  return out;
}

std::string cell_of(const boost::json::value& row, const ListColumn& column) {
  const auto* object = row.if_object();
  const auto* texts = object == nullptr ? nullptr : object->if_contains(column.path);
  if (!column.words || texts == nullptr || !texts->is_array()) {
    return cell(row, column.path);
  }
  std::string out;
  for (const auto& text : texts->get_array()) {
    out += out.empty() ? "" : " ";
    out += text.is_string() ? std::string(text.get_string()) : std::string();
  }
  return out;
}

// What the first page was answered with holds for those behind it.
void pin(Query& query, const std::string& name, const boost::json::value& page) {
  std::erase_if(query, [&](const auto& pair) { return pair.first == name; });
  query.emplace_back(name, cell(page, name));
}

}  // namespace

void print_more(std::ostream& to, const ListRequest& request, const boost::json::value& list,
                std::size_t rows) {
  const std::string total = cell(list, "totalCount");
  const std::string last = cell(list, "lastCursor");
  if (rows < request.limit || last.empty() || total == std::to_string(rows) ||
      cell(list, "atEnd") == "true" || cell(list, "more") == "false") {
    return;
  }
  to << rows << (total.empty() ? " rows" : " of " + total) << "; more with "
     << (request.go_on.empty() ? "--limit, or --" + request.cursor : request.go_on) << ' ' << last
     << '\n';
}

void warn_of_unknown(const Session& session, Client& client, const Query& query) {
  struct Named {
    std::string_view parameter;
    const char* path;
    const char* thing;
  };
  for (const Named& named : {Named{"jobDefinitionId", "/resources/job-definitions/", "definition"},
                             Named{"componentId", "/resources/components/", "component"}}) {
    for (const auto& [name, id] : query) {
      if (name != named.parameter || id.empty()) {
        continue;
      }
      const auto found = client.get(named.path + escape_segment(id, true));
      if (!found && found.error().code == Code::kNotFound) {
        session.env.err << "warning: there is no " << named.thing << " '" << id << "'\n";
      }
    }
  }
}

Result<boost::json::value> fetch_list(Client& client, const ListRequest& request) {
  boost::json::object out;
  boost::json::array rows;
  Query fixed = request.query;
  std::string after = request.after;
  bool first_page = true;
  while (rows.size() < request.limit) {
    const std::size_t wanted = std::min(kPageLimitMax, request.limit - rows.size());
    Query query = fixed;
    query.emplace_back("limit", std::to_string(wanted));
    query.emplace_back(request.cursor, after);
    DAYBOOK_ASSIGN(boost::json::value page, client.get(with_query(request.path, query)));
    auto* object = page.if_object();
    auto* got = object == nullptr ? nullptr : object->if_contains(request.collection);
    if (got == nullptr || !got->is_array()) {
      return fail(Code::kInternal, "BAD_ANSWER",
                  "the answer of " + request.path + " has no list '" + request.collection + "'");
    }
    for (auto& row : got->get_array()) {
      rows.push_back(std::move(row));
    }
    take_frame(out, *object, first_page);
    if (first_page && !request.pinned.empty()) {
      pin(fixed, request.pinned, page);
      out[request.pinned] = cell(page, request.pinned);
    }
    first_page = false;
    // A page may have fewer rows than were asked for, even none, and another behind it.
    const std::string last = cell(page, "lastCursor");
    if (last.empty() || last == after || cell(page, "atEnd") == "true") {
      break;
    }
    after = last;
  }
  out[request.collection] = std::move(rows);
  return boost::json::value(std::move(out));
}

Table table_of(const boost::json::array& rows, const std::vector<ListColumn>& columns) {
  std::vector<Table::Column> titles;
  for (const ListColumn& column : columns) {
    titles.push_back(column.column);
  }
  Table table(std::move(titles));
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const ListColumn& column : columns) {
      cells.push_back(cell_of(row, column));
    }
    table.add(std::move(cells));
  }
  return table;
}

Status print_list(const Session& session, const ListRequest& request,
                  const std::vector<ListColumn>& columns) {
  DAYBOOK_ASSIGN(Client client, session.client());
  ListRequest wanted = request;
  if (request.fields && !session.wants_json()) {
    wanted.query.emplace_back("fields", names_of(columns));
  }
  DAYBOOK_ASSIGN(const boost::json::value list, fetch_list(client, wanted));
  const auto& rows = list.get_object().at(request.collection).get_array();
  if (rows.empty()) {
    warn_of_unknown(session, client, request.query);
  }
  if (session.wants_json()) {
    session.print_json(list);
    return {};
  }
  session.print_table(table_of(rows, columns));
  print_more(session.env.out, request, list, rows.size());
  return {};
}

void print_members(const Session& session, const boost::json::value& value) {
  if (session.wants_json() || !value.is_object()) {
    session.print_json(value);
    return;
  }
  std::size_t width = 0;
  for (const auto& member : value.get_object()) {
    width = std::max(width, member.key().size());
  }
  for (const auto& member : value.get_object()) {
    const std::string name(member.key());
    std::string text = cell(value, name);
    if (text.empty() || text == "[]" || text == "{}") {
      continue;
    }
    session.env.out << name << std::string(width + 2 - name.size(), ' ') << one_line(text) << '\n';
  }
}

Status print_resource(const Session& session, const std::string& target) {
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(const boost::json::value value, client.get(target));
  print_members(session, value);
  return {};
}

// What was typed at a terminal by mistake cannot be taken back; a script has meant it.
Status confirm(const Session& session, const std::string& question) {
  const Environment& env = session.env;
  if (session.yes || !env.in_is_terminal || !env.err_is_terminal) {
    return {};
  }
  env.err << question << " [y/N] " << std::flush;
  std::string line;
  std::getline(env.in, line);
  if (line == "y" || line == "Y" || line == "yes") {
    return {};
  }
  return fail(Code::kConflict, "NOT_CONFIRMED", "nothing was done");
}

Status delete_resource(const Session& session, const std::string& target, const std::string& what,
                       const std::string& consequence) {
  DAYBOOK_TRY(confirm(session, "Delete " + what + "?" + consequence));
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(const boost::json::value answer, client.request("DELETE", target));
  if (session.wants_json()) {
    session.print_json(answer);
    return {};
  }
  // A pending job is cancelled and stays in the lists, one that was cancelled before too.
  if (const std::string status = cell(answer, "status"); !status.empty()) {
    session.env.out << what << (status == "cancelled" ? " is cancelled" : " was asked to stop")
                    << "; it stays in the lists\n";
    return {};
  }
  session.env.out << "deleted " << what;
  if (const std::string pending = cell(answer, "pendingJobs"); !pending.empty() && pending != "0") {
    session.env.out << "; " << pending << " pending jobs will fail when they come due";
  }
  session.env.out << '\n';
  return {};
}

}  // namespace daybook::cli
