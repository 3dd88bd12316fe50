#include "tools/daybook/completion.h"

#include <vector>

#include <CLI/CLI.hpp>

namespace daybook::cli {

namespace {

struct Word {
  std::string text;
  std::string what;
};

// One command of the tree: the words that lead to it, and those that may follow.
struct Place {
  std::string path;  // "job run"; empty: the root
  std::vector<Word> commands;
  std::vector<Word> options;
};

std::vector<Word> options_of(const CLI::App& app) {
  std::vector<Word> out;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      out.push_back({"--" + name, option->get_description()});
    }
    for (const std::string& name : option->get_snames()) {
      out.push_back({"-" + name, option->get_description()});
    }
  }
  return out;
}

void walk(const CLI::App& app, const std::string& path, std::vector<Place>& out) {
  Place place{path, {}, options_of(app)};
  const auto children = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* child : children) {
    place.commands.push_back({child->get_name(), child->get_description()});
  }
  out.push_back(std::move(place));
  for (const CLI::App* child : children) {
    walk(*child, path.empty() ? child->get_name() : path + " " + child->get_name(), out);
  }
}

// A command's words also hold the options of the root, which are accepted everywhere.
std::vector<Place> places(const CLI::App& root) {
  std::vector<Place> out;
  walk(root, "", out);
  for (std::size_t i = 1; i < out.size(); ++i) {
    for (const Word& option : out[0].options) {
      if (option.text != "--help" && option.text != "-h") {
        out[i].options.push_back(option);
      }
    }
  }
  return out;
}

// For single quotes of bash and zsh.
std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return out + "'";
}

std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  return out + "'";
}

std::string joined(const std::vector<Word>& words) {
  std::string out;
  for (const Word& word : words) {
    out += (out.empty() ? "" : " ") + word.text;
  }
  return out;
}

std::string function_name(const std::string& program) {
  return "_" + program + "_complete";
}

}  // namespace

std::string bash_completion(const CLI::App& root, const std::string& program) {
  const std::string name = function_name(program);
  std::string known;
  std::string cases;
  for (const Place& place : places(root)) {
    if (!place.path.empty()) {
      known += (known.empty() ? "" : "|") + shell_quoted(place.path);
    }
    cases += "    " + shell_quoted(place.path) +
             ") commands=" + shell_quoted(joined(place.commands)) +
             " options=" + shell_quoted(joined(place.options)) + " ;;\n";
  }
  return name +
         "() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  local path='' commands='' options='' word i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    word=\"${path:+$path }${COMP_WORDS[i]}\"\n"
         "    case $word in\n"
         "      " +
         known +
         ") path=$word ;;\n"
         "    esac\n"
         "  done\n"
         "  case $previous in\n"
         "    -o|--output) COMPREPLY=($(compgen -W 'json table' -- \"$current\")); return ;;\n"
         "  esac\n"
         "  case $path in\n" +
         cases +
         "  esac\n"
         "  if [[ $current == -* ]]; then commands=$options; fi\n"
         "  COMPREPLY=($(compgen -W \"$commands\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F " +
         name + " " + program + "\n";
}

std::string zsh_completion(const CLI::App& root, const std::string& program) {
  const std::string name = function_name(program);
  std::string known;
  std::string cases;
  const auto described = [](const std::vector<Word>& words) {
    std::string out;
    for (const Word& word : words) {
      out += " " + shell_quoted(word.text + ":" + word.what);
    }
    return out;
  };
  for (const Place& place : places(root)) {
    if (!place.path.empty()) {
      known += (known.empty() ? "" : "|") + shell_quoted(place.path);
    }
    cases += "    " + shell_quoted(place.path) + ")\n      commands=(" + described(place.commands) +
             " )\n      options=(" + described(place.options) + " ) ;;\n";
  }
  return "#compdef " + program + "\n" + name +
         "() {\n"
         "  local place='' candidate i\n"
         "  local -a commands options\n"
         "  for ((i = 2; i < CURRENT; i++)); do\n"
         "    candidate=\"${place:+$place }${words[i]}\"\n"
         "    case $candidate in\n"
         "      (" +
         known +
         ") place=$candidate ;;\n"
         "    esac\n"
         "  done\n"
         "  case $place in\n" +
         cases +
         "  esac\n"
         "  if [[ $PREFIX == -* ]]; then\n"
         "    _describe option options\n"
         "  elif (( $#commands )); then\n"
         "    _describe command commands\n"
         "  else\n"
         "    _files\n"
         "  fi\n"
         "}\n"
         "compdef " +
         name + " " + program + "\n";
}

std::string fish_completion(const CLI::App& root, const std::string& program) {
  const std::string test = "__fish_" + program + "_at";
  std::string known;
  std::string lines;
  for (const Place& place : places(root)) {
    if (!place.path.empty()) {
      known += " " + fish_quoted(place.path);
    }
    const std::string at =
        "complete -c " + program + " -n " + fish_quoted(test + " \"" + place.path + "\"");
    for (const Word& command : place.commands) {
      lines += at + " -f -a " + command.text + " -d " + fish_quoted(command.what) + "\n";
    }
    for (const Word& option : place.options) {
      const bool is_long = option.text.starts_with("--");
      lines += at + (is_long ? " -l " : " -s ") + option.text.substr(is_long ? 2 : 1) + " -d " +
               fish_quoted(option.what) + "\n";
    }
  }
  return "function " + test +
         "\n"
         "  set -l known" +
         known +
         "\n"
         "  set -l place ''\n"
         "  set -l words (commandline -opc)\n"
         "  for word in $words[2..-1]\n"
         "    set -l candidate (string trim -- \"$place $word\")\n"
         "    if contains -- $candidate $known\n"
         "      set place $candidate\n"
         "    end\n"
         "  end\n"
         "  test \"$place\" = \"$argv[1]\"\n"
         "end\n" +
         lines;
}

}  // namespace daybook::cli
