#include "agent/config/yaml_wording.hpp"

#include <array>

namespace conncheck {

std::string wording_of_yaml_error(std::string_view yaml_message) {
  struct Wording {
    std::string_view begins;
    std::string_view message;
  };
  constexpr std::array wordings = {
      Wording{"the referenced anchor",
              "text that begins with * must be quoted (YAML takes it as an alias)"},
      Wording{"alias not found", "text that begins with * must be quoted"},
      Wording{"illegal character found while scanning alias",
              "text that begins with * must be quoted"},
      Wording{"anchor not found", "text that begins with & must be quoted"},
      Wording{"illegal character found while scanning anchor",
              "text that begins with & must be quoted"},
      Wording{"illegal map value",
              "a colon is not allowed here: check the indentation, write a blank after each "
              "key's colon, also in the line before, and quote text with \": \" in it"},
      Wording{"illegal map key", "a key is not allowed here: check the indentation"},
      Wording{"illegal block entry", "a list item is not allowed here: check the indentation"},
      Wording{"illegal tab", "a tab cannot indent: use spaces"},
      Wording{"end of sequence flow",
              "a [ is not closed: write the ], and quote text with [ ] { } or ${ } in it"},
      Wording{"end of map flow",
              "a { is not closed: write the }, and quote text with [ ] { } or ${ } in it"},
      Wording{"illegal flow end", "a ] or } was not opened: remove it, or quote the text"},
      Wording{"unknown escape",
              "in double quotes a \\ must be written \\\\ (or use single quotes)"},
      Wording{"bad character found while scanning hex",
              "in double quotes a \\ must be written \\\\ (or use single quotes)"},
      Wording{"invalid unicode", "an escape in double quotes stands for no character"},
      Wording{"illegal EOF in scalar", "a quote is not closed before the end of the file"},
      Wording{"illegal document indicator", "a quote is not closed before a line --- or ..."},
      Wording{"unknown token", "text that begins with this character must be quoted"},
      Wording{"end of map not found", "the indentation does not fit the lines before"},
      Wording{"end of sequence not found", "the indentation does not fit the lines before"},
  };
  for (const Wording& wording : wordings) {
    if (yaml_message.starts_with(wording.begins)) {
      return "not YAML: " + std::string(wording.message);
    }
  }
  return "not YAML: check the indentation, the quotes and the brackets";
}

}  // namespace conncheck
