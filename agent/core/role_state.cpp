#include "agent/core/role_state.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "agent/core/fact_text.hpp"
#include "agent/core/usable_privilege.hpp"

namespace conncheck {
namespace {

// Names of attributes.
constexpr std::string_view superuser = "superuser";
constexpr std::string_view bypass_rls = "bypass_rls";
constexpr std::string_view partial = "partial";
constexpr std::string_view present =
    "present";  // of every role: one that holds nothing is there, too

auto key_of(const StateItem& item) {
  return std::tie(item.kind, item.schema_name, item.object_name);
}

char letter(std::optional<bool> flag) { return flag ? (*flag ? 'y' : 'n') : '?'; }

std::optional<bool> flag_from(char letter) {
  return letter == '?' ? std::nullopt : std::optional(letter == 'y');
}

std::string fact_of(const RelationPermissions& relation) {
  FactWriter fact;
  fact.add(relation.kind);
  fact.add(std::string{letter(relation.can_read), letter(relation.can_write),
                       letter(relation.can_truncate)});
  fact.add_number(relation.privileges.bits()).add_number(relation.grantable.bits());
  fact.add(relation.owner).add(relation.row_security).add_sorted(relation.blocked_by);
  fact.add_number(relation.column_privileges.size());
  for (const auto& [privilege, columns] : relation.column_privileges) {
    fact.add(to_string(privilege)).add_sorted(columns);
  }
  return fact.take();
}

PrivilegeSet privileges_from(FactReader& fact) {
  return PrivilegeSet::from_bits(fact.next_number());
}

std::optional<RelationPermissions> relation_from(const StateItem& item) {
  RelationPermissions relation;
  relation.schema_name = item.schema_name;
  relation.table_name = item.object_name;
  FactReader fact(item.fact);
  relation.kind = fact.next();
  std::string flags = fact.next();
  flags.resize(3, '?');
  relation.can_read = flag_from(flags[0]);
  relation.can_write = flag_from(flags[1]);
  relation.can_truncate = flag_from(flags[2]);
  relation.privileges = privileges_from(fact);
  relation.grantable = privileges_from(fact);
  relation.owner = fact.next();
  relation.row_security = fact.next();
  relation.blocked_by = fact.next_list();
  for (std::size_t left = fact.next_count(); left > 0; --left) {
    const std::optional<Privilege> privilege = privilege_from(fact.next());
    std::vector<std::string> columns = fact.next_list();
    if (!privilege) {
      return std::nullopt;
    }
    relation.column_privileges[*privilege] = std::move(columns);
  }
  return fact.is_whole() ? std::optional(std::move(relation)) : std::nullopt;
}

std::string fact_of(const SchemaPermissions& schema) {
  FactWriter fact;
  fact.add(schema.owner).add(std::string{letter(schema.can_use), letter(schema.can_create)});
  return fact.take();
}

std::optional<SchemaPermissions> schema_from(const StateItem& item) {
  SchemaPermissions schema;
  schema.schema_name = item.object_name;
  FactReader fact(item.fact);
  schema.owner = fact.next();
  const std::string flags = fact.next();
  schema.can_use = flags == "yn" || flags == "yy";
  schema.can_create = flags == "ny" || flags == "yy";
  return fact.is_whole() ? std::optional(std::move(schema)) : std::nullopt;
}

std::string fact_of(const Finding& finding) {
  FactWriter fact;
  fact.add(finding.rule).add(to_string(finding.severity));
  fact.add(finding.schema_name.value_or("")).add(finding.table_name.value_or(""));
  fact.add_number(finding.missing.bits()).add(finding.message).add(finding.fix.value_or(""));
  return fact.take();
}

Finding finding_from(const StateItem& item) {
  const auto unless_empty = [](std::string text) {
    return text.empty() ? std::nullopt : std::optional(std::move(text));
  };
  Finding finding;
  finding.id = item.object_name;
  FactReader fact(item.fact);
  finding.rule = fact.next();
  finding.severity = fact.next() == "critical" ? Severity::critical : Severity::warning;
  finding.schema_name = unless_empty(fact.next());
  finding.table_name = unless_empty(fact.next());
  finding.missing = privileges_from(fact);
  finding.message = fact.next();
  finding.fix = unless_empty(fact.next());
  return finding;
}

void add_attributes(const CheckReport& report, bool is_login, std::vector<StateItem>& items) {
  const auto add = [&](std::string_view name, bool holds) {
    if (holds) {
      items.push_back({ItemKind::attribute, {}, std::string(name), {}});
    }
  };
  add(present, true);
  add(partial, report.source == Source::information_schema);
  if (!is_login || !report.session) {
    return;
  }
  add(superuser, report.session->is_superuser);
  add(bypass_rls, report.session->bypass_rls);
  for (const std::string& role : report.session->can_set_role) {
    items.push_back({ItemKind::set_role, {}, role, {}});
  }
}

bool is_partial(std::span<const StateItem> items) {
  return std::any_of(items.begin(), items.end(), [](const StateItem& item) {
    return item.kind == ItemKind::attribute && item.object_name == partial;
  });
}

/// What was not known this time, from the time before, where all the rest is the same.
void fill_in_locked(const StateItem& before, StateItem& now) {
  const auto old = relation_from(before);
  auto locked_now = relation_from(now);
  if (!old || !locked_now || !is_blocked_by(*locked_now, locked)) {
    return;
  }
  locked_now->can_read = old->can_read;
  locked_now->can_write = old->can_write;
  locked_now->can_truncate = old->can_truncate;
  locked_now->blocked_by = old->blocked_by;
  if (fact_of(*locked_now) == before.fact) {
    now.fact = before.fact;
  }
}

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }
  void add(std::string_view text) {
    const std::uint64_t size = text.size();  // in front, so that no two sequences are one text
    EVP_DigestUpdate(context_.get(), &size, sizeof size);
    EVP_DigestUpdate(context_.get(), text.data(), text.size());
  }
  std::string take() {
    std::string digest(32, '\0');
    EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    return digest;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

}  // namespace

std::vector<StateItem> items_of(const CheckReport& report, const RolePermissions& role) {
  std::vector<StateItem> items;
  items.reserve(role.schemas.size() + role.tables.size() + role.findings.size() + 8);
  add_attributes(report, &role == &report.login, items);
  // Those of the system come and go with what the policy asks for.
  for (const SchemaPermissions& schema : role.schemas) {
    if (!is_system_schema(schema.schema_name)) {
      items.push_back({ItemKind::schema, {}, schema.schema_name, fact_of(schema)});
    }
  }
  for (const RelationPermissions& relation : role.tables) {
    if (!is_system_schema(relation.schema_name)) {
      items.push_back(
          {ItemKind::relation, relation.schema_name, relation.table_name, fact_of(relation)});
    }
  }
  for (const Finding& finding : role.findings) {
    items.push_back({ItemKind::finding, {}, finding.id, fact_of(finding)});
  }
  if (!std::is_sorted(items.begin(), items.end())) {
    std::sort(items.begin(), items.end());
  }
  items.erase(std::unique(items.begin(), items.end(),
                          [](const auto& a, const auto& b) { return key_of(a) == key_of(b); }),
              items.end());
  return items;
}

std::optional<RoleState> state_of(std::string_view role_name, bool is_login,
                                  std::span<const StateItem> items) {
  RoleState state;
  state.role_name = role_name;
  state.is_login = is_login;
  for (const StateItem& item : items) {
    if (item.kind == ItemKind::attribute) {
      state.is_partial = state.is_partial || item.object_name == partial;
      state.is_superuser = state.is_superuser || item.object_name == superuser;
      state.bypass_rls = state.bypass_rls || item.object_name == bypass_rls;
    } else if (item.kind == ItemKind::set_role) {
      state.can_set_role.push_back(item.object_name);
    } else if (item.kind == ItemKind::schema) {
      auto schema = schema_from(item);
      if (!schema) {
        return std::nullopt;
      }
      state.schemas.push_back(std::move(*schema));
    } else if (item.kind == ItemKind::relation) {
      auto relation = relation_from(item);
      if (!relation) {
        return std::nullopt;
      }
      state.relations.push_back(std::move(*relation));
    }
  }
  return state;
}

std::vector<Finding> findings_of(std::span<const StateItem> items) {
  std::vector<Finding> findings;
  for (const StateItem& item : items) {
    if (item.kind == ItemKind::finding) {
      findings.push_back(finding_from(item));
    }
  }
  return findings;
}

std::vector<StateItem> settled(std::span<const StateItem> before, std::vector<StateItem> now) {
  if (is_partial(now) && !before.empty() && !is_partial(before)) {
    return {before.begin(), before.end()};
  }
  auto old = before.begin();
  for (StateItem& item : now) {
    while (old != before.end() && key_of(*old) < key_of(item)) {
      ++old;
    }
    if (old != before.end() && key_of(*old) == key_of(item) && item.kind == ItemKind::relation &&
        old->fact != item.fact) {
      fill_in_locked(*old, item);
    }
  }
  return now;
}

std::string digest_of(std::span<const StateItem> items) {
  Sha256 digest;
  for (const StateItem& item : items) {
    digest.add(std::string_view(reinterpret_cast<const char*>(&item.kind), 1));
    digest.add(item.schema_name);
    digest.add(item.object_name);
    digest.add(item.fact);
  }
  return digest.take();
}

std::string digest_of(const CheckReport& report) {
  if (report.error) {
    return {};
  }
  std::vector<std::string> roles;
  for (const RolePermissions& role : report.roles) {
    roles.push_back(digest_of(items_of(report, role)) + role.role_name);
  }
  std::sort(roles.begin(), roles.end());
  Sha256 digest;
  digest.add(digest_of(items_of(report, report.login)));
  digest.add(report.login.role_name);
  for (const std::string& role : roles) {
    digest.add(role);
  }
  return digest.take();
}

}  // namespace conncheck
