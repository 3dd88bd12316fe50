#include <CLI/CLI.hpp>

#include "tools/daybook/commands.h"
#include "tools/daybook/positive.h"
#include "tools/daybook/resource_list.h"

namespace daybook::cli {

namespace {

const std::string kSendingsPath = "/resources/sendings";
constexpr const char* kExampleSending = "01234567-89ab-8def-8123-456789abcdef";

struct SendingListOptions {
  ListRequest request;
  std::string status;
  std::string category;
  std::string transport;
  std::string recipient;
  std::string job;
};

Status list_sendings(const Session& session, SendingListOptions options) {
  options.request.path = kSendingsPath;
  options.request.collection = "sendings";
  options.request.fields = true;
  options.request.query = {{"status", options.status},
                           {"category", options.category},
                           {"transport", options.transport},
                           {"recipient", options.recipient},
                           {"jobId", options.job}};
  return print_list(session, options.request,
                    {{{"SENDING"}, "sendingId"},
                     {{.title = "TRANSPORT", .leaves = 2}, "transport"},
                     {text_column("RECIPIENT", 12), "recipient"},
                     {{"STATUS"}, "status"},
                     {time_column("CREATED", 3), "createdAt"},
                     {time_column("SENT", 4), "sentAt"},
                     {number_column("RETRIES", 1), "retryCount"},
                     {text_column("ERROR", 12), "errorMessage"}});
}

void add_sending_list(CLI::App& noun, Session& session) {
  auto options = std::make_shared<SendingListOptions>();
  auto& verb = add_verb(noun, "list", "List sendings, newest first",
                        {"sending list --status bounced",
                         "sending list --transport email --recipient ann@example.org -o json"});
  verb.add_option("--status", options->status, "pending, sent, bounced or cancelled");
  verb.add_option("--category", options->category, "Only sendings of this category");
  verb.add_option("--transport", options->transport, "email, http or actor");
  verb.add_option("--recipient", options->recipient, "Only sendings to this recipient");
  verb.add_option("--job", options->job, "Only sendings that this job asked for");
  verb.add_option("--after", options->request.after, "Cursor of an earlier page");
  verb.add_option("--limit", options->request.limit, "Rows at most")->check(positive());
  verb.callback([&session, options] {
    session.action = [&session, options] { return list_sendings(session, *options); };
  });
}

}  // namespace

void add_sending_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "sending", "Mails, posts and messages that left or will leave");
  add_sending_list(noun, session);
  auto get_id = std::make_shared<std::string>();
  auto& get =
      add_verb(noun, "get", "Show one sending", {std::string("sending get ") + kExampleSending});
  get.add_option("id", *get_id, "The sending's id")->required();
  get.callback([&session, get_id] {
    session.action = [&session, get_id] {
      return print_resource(session, kSendingsPath + "/" + escape_segment(*get_id));
    };
  });
  auto cancel_id = std::make_shared<std::string>();
  auto& cancel = add_verb(noun, "cancel", "Withdraw a pending sending",
                          {std::string("sending cancel ") + kExampleSending});
  cancel.add_option("id", *cancel_id, "The sending's id")->required();
  cancel.callback([&session, cancel_id] {
    session.action = [&session, cancel_id] {
      return delete_resource(session, kSendingsPath + "/" + escape_segment(*cancel_id),
                             "sending " + *cancel_id);
    };
  });
}

}  // namespace daybook::cli
