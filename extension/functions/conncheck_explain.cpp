// conncheck_explain(object, privilege, role)
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extension/functions/explanation.hpp"
#include "extension/functions/module.hpp"
#include "extension/server/grant_statement.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/object_lookup.hpp"
#include "extension/server/row_writer.hpp"
#include "extension/server/version.hpp"

CONNCHECK_SQL_FUNCTION(conncheck_explain);

namespace conncheck::functions {
namespace {

using rules::ObjectType;

constexpr std::array<std::string_view, 3> membership_words = {"MEMBER", "USAGE", "SET"};

std::string text_argument(FunctionCallInfo fcinfo, int argument, const char* name) {
  return server::guard([=] {
    if (PG_ARGISNULL(argument)) {
      ereport(ERROR,
              (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
    }
    return text_to_cstring(PG_GETARG_TEXT_PP(argument));
  });
}

/// In upper case, blanks made single; TEMP is TEMPORARY, as in GRANT.
std::string privilege_word(std::string_view text) {
  std::string word;
  for (const char character : text) {
    const bool blank = character == ' ' || character == '\t' || character == '\n';
    if (!blank) {
      word += character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A')
                                                   : character;
    } else if (!word.empty() && word.back() != ' ') {
      word += ' ';
    }
  }
  if (word.ends_with(' ')) {
    word.pop_back();
  }
  return word == "TEMP" ? "TEMPORARY" : word;
}

PrivilegeSet privileges_of(const server::CatalogObject& object) {
  const bool to_come = object.type == ObjectType::default_privileges;
  return rules::privileges_of(to_come ? object.ownership.type : object.type) &
         server::known_privileges();
}

std::string known_words(const server::CatalogObject& object) {
  std::string words;
  const auto add = [&words](std::string_view word) {
    words += words.empty() ? "" : ", ";
    words += word;
  };
  if (object.type == ObjectType::role) {
    for (const std::string_view word : membership_words) {
      add(word);
    }
    return words;
  }
  for (const Privilege privilege : all_privileges) {
    if (privileges_of(object).has(privilege)) {
      add(to_string(privilege));
    }
  }
  return words;
}

[[noreturn]] void raise_unknown_privilege(const std::string& given,
                                          const server::CatalogObject& object) {
  const std::string known = known_words(object);
  const std::string type(to_string(object.type));
  const char* const word = given.c_str();
  const char* const type_word = type.c_str();
  const char* const hint = known.c_str();
  server::guard([=] {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("no such privilege on a %s: \"%s\"", type_word, word),
                    errhint("It can have: %s.", hint)));
  });
  std::abort();  // not reached
}

std::vector<ExplanationRow> explanation(server::Roles& roles, rules::Role& role,
                                        const server::CatalogObject& object,
                                        const std::string& given) {
  const std::string word = privilege_word(given);
  if (object.type == ObjectType::role) {
    for (std::size_t i = 0; i < membership_words.size(); ++i) {
      if (word == membership_words[i]) {
        return explain_membership(roles, role, object, static_cast<MembershipWord>(i));
      }
    }
    raise_unknown_privilege(given, object);
  }
  const std::optional<Privilege> privilege = privilege_from(word);
  if (!privilege || !privileges_of(object).has(*privilege)) {
    raise_unknown_privilege(given, object);
  }
  return explain(roles, role, object, *privilege);
}

server::Row row_of(const ExplanationRow& explained) {
  server::Row row;
  row.boolean(explained.held);
  row.boolean(explained.usable);
  row.text(to_string(explained.source));
  row.text_array(explained.role_path);
  explained.grantor ? row.name(*explained.grantor) : row.null();
  row.boolean(explained.grantable);
  row.boolean(explained.requires_set_role);
  row.text(explained.detail);
  explained.fix ? row.text(*explained.fix) : row.null();
  return row;
}

void write_explanation(FunctionCallInfo fcinfo) {
  server::RowWriter writer(fcinfo);
  server::ScratchMemory memory;
  server::Roles roles;
  rules::Role& role = roles.role(server::role_argument(fcinfo, 2));
  const std::string privilege = text_argument(fcinfo, 1, "privilege");
  const server::FoundObject found = server::find_object(text_argument(fcinfo, 0, "object"));
  const server::PlainQuoting quoting;
  for (const ExplanationRow& row : explanation(roles, role, found.object(), privilege)) {
    server::check_for_interrupts();
    writer.put(row_of(row));
  }
}

}  // namespace
}  // namespace conncheck::functions

Datum conncheck_explain(PG_FUNCTION_ARGS) {
  conncheck::server::entry([fcinfo] { conncheck::functions::write_explanation(fcinfo); });
  return Datum{0};
}
