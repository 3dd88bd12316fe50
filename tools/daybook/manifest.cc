#include "tools/daybook/manifest.h"

#include <algorithm>
#include <fstream>
#include <istream>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "base/ids.h"
#include "base/utf8.h"
#include "tools/daybook/manifest_check.h"
#include "tools/daybook/manifest_spec.h"

namespace daybook::cli {

namespace {

constexpr std::string_view kPrefix = "/resources/";

struct Uri {
  ResourceKind kind;
  std::string id;
};

IdKind id_kind_of(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kComponent:
      return IdKind::kComponent;
    case ResourceKind::kDefinition:
      return IdKind::kDefinition;
    case ResourceKind::kRule:
      break;
  }
  return IdKind::kRule;
}

Result<Uri> parse_uri(const std::string& uri) {
  if (!uri.starts_with(kPrefix)) {
    return fail(Code::kInvalid, "BAD_URI", "'" + uri + "' does not begin with /resources/");
  }
  const std::string path = uri.substr(kPrefix.size());
  const std::size_t slash = path.find('/');
  const std::string name = path.substr(0, slash);
  const std::string id = slash == std::string::npos ? std::string() : path.substr(slash + 1);
  for (const ResourceKind kind :
       {ResourceKind::kComponent, ResourceKind::kDefinition, ResourceKind::kRule}) {
    if (name == class_of(kind)) {
      DAYBOOK_TRY(check_id(id_kind_of(kind), id, "uri"));
      return Uri{kind, id};
    }
  }
  return fail(Code::kInvalid, "UNKNOWN_CLASS",
              "resources of class '" + name +
                  "' cannot be applied; known are components, job-definitions and rules");
}

class DocumentReader {
 public:
  DocumentReader(std::string file, const std::filesystem::path& directory,
                 const ManifestOptions& options, Manifest& manifest)
      : file_(std::move(file)), directory_(directory), options_(options), manifest_(manifest) {}

  void read(const YAML::Node& document) {
    SpecReader reader(file_, directory_, options_, manifest_.problems);
    if (!document.IsMap()) {
      reader.problem(document.Mark(), Code::kInvalid, "NOT_A_RESOURCE",
                     "a document is a map with 'uri' and 'spec'");
      return;
    }
    YAML::Node uri;
    YAML::Node spec;
    if (!take_members(document, reader, uri, spec)) {
      return;
    }
    auto parsed = parse_uri(uri.Scalar());
    if (!parsed) {
      reader.problem(uri.Mark(), parsed.error().code, parsed.error().reason,
                     parsed.error().message);
      return;
    }
    if (parsed->kind == ResourceKind::kDefinition) {
      SpecReader changes(file_, directory_, options_, manifest_.problems, Nulls::kReset);
      add(changes, uri, spec, *parsed);
    } else {
      add(reader, uri, spec, *parsed);
    }
  }

 private:
  bool take_members(const YAML::Node& document, SpecReader& reader, YAML::Node& uri,
                    YAML::Node& spec) {
    bool sound = true;
    const auto refuse = [&](const YAML::Mark& mark, std::string_view reason,
                            const std::string& message) {
      reader.problem(mark, Code::kInvalid, reason, message);
      sound = false;
    };
    bool uri_seen = false;
    bool spec_seen = false;
    for (const auto& entry : document) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
      bool* seen = key == "uri" ? &uri_seen : key == "spec" ? &spec_seen : nullptr;
      if (seen == nullptr) {
        refuse(entry.first.Mark(), "UNKNOWN_KEY",
               "unknown key '" + key + "'; known are uri and spec");
      } else if (*seen) {
        refuse(entry.first.Mark(), "REPEATED_KEY",
               "'" + key + "' stands in this document already: is a line '---' missing?");
      } else {
        *seen = true;
        (key == "uri" ? uri : spec).reset(entry.second);
      }
    }
    if (!uri_seen || !uri.IsScalar()) {
      refuse(document.Mark(), "MISSING_KEY", "'uri' is missing or not a text");
    }
    if (!spec_seen || !spec.IsMap()) {
      refuse(spec_seen ? spec.Mark() : document.Mark(), "MISSING_KEY",
             "'spec' is missing or not a map");
    }
    return sound;
  }

  void check_rule(SpecReader& reader, const YAML::Node& spec, const boost::json::object& rule) {
    const bool longer = rule.contains("components");
    const bool shorter = rule.contains("componentId");
    if (longer == shorter || (longer && rule.contains("parameters"))) {
      reader.problem(spec.Mark(), Code::kInvalid, longer ? "BAD_VALUE" : "MISSING_KEY",
                     "a rule has either 'components', or 'componentId' and 'parameters'");
    }
  }

  void add(SpecReader& reader, const YAML::Node& uri, const YAML::Node& spec, const Uri& parsed) {
    Resource resource;
    resource.kind = parsed.kind;
    resource.id = parsed.id;
    resource.uri = uri.Scalar();
    resource.place = reader.place(uri.Mark());
    const std::size_t before = manifest_.problems.size();
    resource.spec = reader.object(spec, fields_of(parsed.kind), "");
    if (parsed.kind == ResourceKind::kRule) {
      check_rule(reader, spec, resource.spec);
    }
    // What was left out as wrong is missing in a rule, and nothing in a change of a definition.
    if (parsed.kind == ResourceKind::kDefinition || manifest_.problems.size() == before) {
      check_members(reader, spec, resource);
    }
    if (parsed.kind == ResourceKind::kRule) {
      resource.spec = long_form(std::move(resource.spec));
    }
    const auto same =
        std::find_if(manifest_.resources.begin(), manifest_.resources.end(),
                     [&](const Resource& other) { return other.uri == resource.uri; });
    if (same != manifest_.resources.end()) {
      reader.problem(uri.Mark(), Code::kInvalid, "REPEATED_URI",
                     resource.uri + " stands already at " + same->place);
      return;
    }
    manifest_.resources.push_back(std::move(resource));
  }

  const std::string file_;
  const std::filesystem::path directory_;
  const ManifestOptions& options_;
  Manifest& manifest_;
};

std::string read_stream(std::istream& in) {
  std::string text(kManifestBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

// Where documents begin. yaml-cpp finds documents without end in some texts, "," for one, all of
// them at one place.
class Documents final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    stuck_ = count_ > 0 && mark.pos <= mark_.pos;
    mark_ = mark;
    ++count_;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  // How many there are, up to one more than are wanted.
  std::size_t count(const std::string& text, std::size_t wanted) {
    std::istringstream in(text);
    YAML::Parser parser(in);
    while (count_ <= wanted && parser.HandleNextDocument(*this)) {
      if (stuck_) {
        throw YAML::ParserException(mark_, "no document begins here");
      }
    }
    return count_;
  }

 private:
  YAML::Mark mark_;
  std::size_t count_ = 0;
  bool stuck_ = false;
};

}  // namespace

void read_manifest(std::string_view text, const std::string& name,
                   const std::filesystem::path& directory, const ManifestOptions& options,
                   Manifest& manifest) {
  const auto refuse = [&](Code code, std::string_view reason, const std::string& message,
                          std::size_t line) {
    manifest.problems.push_back(
        make_error(code, reason, message, name + ":" + std::to_string(line)));
  };
  if (text.size() > kManifestBytesMax) {
    refuse(Code::kTooLarge, "MANIFEST_TOO_LARGE",
           "more than " + std::to_string(kManifestBytesMax) + " bytes", 1);
    return;
  }
  if (const auto at = find_bad_utf8(text)) {
    const auto line =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(*at), '\n');
    refuse(Code::kMalformed, "NOT_UTF8", "not UTF-8", static_cast<std::size_t>(line) + 1);
    return;
  }
  try {
    const std::string all(text);
    if (Documents().count(all, kManifestDocumentsMax) > kManifestDocumentsMax) {
      refuse(Code::kTooLarge, "TOO_MANY_DOCUMENTS",
             "more than " + std::to_string(kManifestDocumentsMax) + " documents", 1);
      return;
    }
    DocumentReader reader(name, directory, options, manifest);
    for (const YAML::Node& document : YAML::LoadAll(all)) {
      if (!document.IsNull()) {
        reader.read(document);
      }
    }
  } catch (const YAML::Exception& bad) {
    refuse(Code::kMalformed, "BAD_YAML", bad.msg, static_cast<std::size_t>(bad.mark.line + 1));
  } catch (const std::exception& bad) {
    refuse(Code::kMalformed, "BAD_YAML", bad.what(), 1);
  }
}

void read_manifest_file(const std::string& path, std::istream& in, const ManifestOptions& options,
                        Manifest& manifest) {
  if (path == "-") {
    read_manifest(read_stream(in), "<stdin>", std::filesystem::path("."), options, manifest);
    return;
  }
  std::error_code bad;
  std::ifstream file(path, std::ios::binary);
  if (std::filesystem::is_directory(path, bad) || !file) {
    manifest.problems.push_back(
        make_error(std::filesystem::exists(path, bad) ? Code::kInvalid : Code::kNotFound,
                   "MANIFEST_UNREADABLE", "cannot be read", path));
    return;
  }
  const auto directory = std::filesystem::path(path).parent_path();
  read_manifest(read_stream(file), path, directory.empty() ? "." : directory, options, manifest);
}

}  // namespace daybook::cli
