// One YAML spec into the JSON that is sent, by the table of its fields.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <boost/json/value.hpp>
#include <yaml-cpp/node/node.h>

#include "tools/daybook/manifest_fields.h"

namespace daybook::cli {

// What "key:" without a value is: nothing, as if it were not named, or a null, which asks for the
// default of what would else stay as it is.
enum class Nulls { kNothing, kReset };

// Names the line of every problem that it finds; one document at a time.
class SpecReader {
 public:
  SpecReader(std::string file, std::filesystem::path directory, const ManifestOptions& options,
             std::vector<Error>& problems, Nulls nulls = Nulls::kNothing);

  // The members of `node`, in the order of the document. What is wrong is reported and left out.
  boost::json::object object(const YAML::Node& node, std::span<const Field> fields,
                             const std::string& path);

  void problem(const YAML::Mark& mark, Code code, std::string_view reason,
               std::string_view message);
  std::string place(const YAML::Mark& mark) const;

 private:
  boost::json::value value(const YAML::Node& node, const Field& field, const std::string& path);
  boost::json::value number(const YAML::Node& node, const Field& field, const std::string& path);
  boost::json::value duration(const YAML::Node& node, const std::string& path);
  boost::json::value component_id(const YAML::Node& node, const std::string& path);
  boost::json::value texts(const YAML::Node& node, const std::string& path);
  boost::json::value text_map(const YAML::Node& node, const std::string& path);
  boost::json::value objects(const YAML::Node& node, const Field& field, const std::string& path);
  // Any value, typed as YAML's core schema says.
  boost::json::value any(const YAML::Node& node, const std::string& path, int depth = 0);
  boost::json::value code_file(const YAML::Node& node, const std::string& path);
  boost::json::value wrong_type(const YAML::Node& node, std::string_view wanted,
                                const std::string& path);
  // False, and one problem, once the document holds too many values.
  bool count_value(const YAML::Node& node);

  const std::string file_;
  const std::filesystem::path directory_;
  const ManifestOptions& options_;
  std::vector<Error>& problems_;
  const Nulls nulls_;
  std::size_t values_ = 0;
};

}  // namespace daybook::cli
