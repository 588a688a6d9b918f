#include "agent/config/load.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>

#include "agent/config/agent_sections.hpp"
#include "agent/config/connection_reader.hpp"
#include "agent/config/conninfo.hpp"
#include "agent/config/document.hpp"
#include "agent/config/later_sections.hpp"
#include "agent/config/reader.hpp"
#include "agent/config/settings.hpp"
#include "agent/config/source_file.hpp"
#include "agent/config/store_section.hpp"

namespace conncheck {
namespace {

void check_version(Reader& reader, const Value* version) {
  if (version == nullptr) {
    reader.error({1, 1}, "the file has no `version`: write version: 1 at its top");
    return;
  }
  const auto text = reader.read_text(*version, "`version`");
  if (text && text->value != "1") {
    reader.error(version->place, "`version` must be 1: this conncheck knows no other");
  }
}

void read_sections(Reader& reader, const Value& root, Loaded& loaded, NamesInUse& names) {
  const Value* version = nullptr;
  const Value* connections = nullptr;
  Settings defaults;
  std::vector<Key> sections = later_sections(reader);
  sections.push_back(store_section(reader, loaded.configuration.store));
  for (Key& key :
       agent_sections(reader, loaded.configuration.limits, loaded.configuration.maintenance)) {
    sections.push_back(std::move(key));
  }
  sections.push_back({"version", [&](const Value& value) { version = &value; }});
  sections.push_back(
      {"defaults", [&](const Value& value) { defaults = read_default_settings(reader, value); }});
  sections.push_back({"connections", [&](const Value& value) { connections = &value; }});
  if (!reader.read_mapping(root, "the file", sections)) {
    return;
  }
  check_version(reader, version);
  if (connections == nullptr) {
    return;
  }
  // After the other sections: `defaults` may stand below.
  reader.read_list(*connections, "`connections`", [&](const Value& item) {
    if (auto connection = read_connection(reader, item, defaults, names)) {
      loaded.configuration.connections.push_back(std::move(*connection));
    }
  });
}

void load_file(const std::filesystem::path& path, const Environment& environment, Loaded& loaded,
               NamesInUse& names) {
  const std::string file = path.string();
  const auto source = read_source(path);
  if (const auto* mistake = std::get_if<FileMistake>(&source)) {
    loaded.diagnostics.push_back({mistake->origin, Diagnostic::Severity::error, mistake->message});
    return;
  }
  const std::size_t first = loaded.diagnostics.size();
  Reader reader(file, environment, loaded.diagnostics);
  const auto root = parse_document(std::get<std::string>(source), file, loaded.diagnostics);
  if (root && root->kind == Value::Kind::none) {
    reader.error({}, "is empty: write version: 1 and connections: into it");
  } else if (root) {
    read_sections(reader, *root, loaded, names);
  }
  if (reader.secret()) {
    reader.check_not_exposed(*reader.secret(), "the configuration holds a secret", file);
  }
  loaded.exposed.insert(loaded.exposed.end(), reader.exposed().begin(), reader.exposed().end());
  std::stable_sort(loaded.diagnostics.begin() + static_cast<std::ptrdiff_t>(first),
                   loaded.diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
                     return std::tie(a.origin.line, a.origin.column) <
                            std::tie(b.origin.line, b.origin.column);
                   });
}

}  // namespace

bool Loaded::has_errors() const {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Diagnostic::Severity::error;
  });
}

Loaded load(const std::filesystem::path& file_or_directory, const Environment& environment) {
  Loaded loaded;
  const auto files = source_files(file_or_directory);
  if (const auto* mistake = std::get_if<FileMistake>(&files)) {
    loaded.diagnostics.push_back({mistake->origin, Diagnostic::Severity::error, mistake->message});
    return loaded;
  }
  NamesInUse names;
  for (const std::filesystem::path& file : std::get<std::vector<std::filesystem::path>>(files)) {
    load_file(file, environment, loaded, names);
  }
  if (loaded.configuration.connections.empty() && !loaded.has_errors()) {
    loaded.diagnostics.push_back({Origin{file_or_directory.string(), 0, 0},
                                  Diagnostic::Severity::error,
                                  "has no connections: add them under connections:"});
  }
  return loaded;
}

std::variant<Connection, Diagnostic> connection_from_url(const std::string& url) {
  Connection connection;
  connection.name = "url";
  connection.origin.file = "--url";
  auto parsed = parse_url(url);
  if (const auto* mistake = std::get_if<std::string>(&parsed)) {
    return Diagnostic{connection.origin, Diagnostic::Severity::error, "the URL " + *mistake};
  }
  UrlParameters& parameters = std::get<UrlParameters>(parsed);
  if (const auto password = parameters.secrets.extract("password")) {
    connection.password = password.mapped();
  }
  connection.parameters = std::move(parameters.parameters);
  connection.secret_parameters = std::move(parameters.secrets);
  return connection;
}

}  // namespace conncheck
