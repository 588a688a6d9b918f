#include "agent/store/check_record.hpp"

#include <utility>

namespace conncheck {
namespace {

RoleRecord role_record(const CheckReport& report, const RolePermissions& role, bool is_login) {
  RoleRecord record{
      .name = role.role_name, .is_login = is_login, .digest = {}, .items = items_of(report, role)};
  record.digest = digest_of(record.items);
  return record;
}

}  // namespace

std::size_t CheckRecord::bytes() const {
  std::size_t bytes =
      sizeof *this + connection.size() + digest.size() + (failure ? failure->message.size() : 0);
  if (roles) {
    for (const RoleRecord& role : *roles) {
      bytes += sizeof role + role.name.size();
      for (const StateItem& item : role.items) {
        bytes += sizeof item + item.schema_name.size() + item.object_name.size() + item.fact.size();
      }
    }
  }
  return bytes;
}

CheckRecord record_of(const CheckReport& report, std::string digest,
                      std::string_view known_digest) {
  CheckRecord record;
  record.connection = report.connection;
  record.started_at = report.started_at;
  record.duration = report.duration.total;
  record.status = report.status;
  record.failure = report.error;
  if (record.failure) {
    record.failure->hint.clear();
    return record;
  }
  record.source = report.source;
  record.summary = report.login.summary;
  if (digest != known_digest) {
    record.roles.emplace();
    record.roles->push_back(role_record(report, report.login, true));
    for (const RolePermissions& role : report.roles) {
      record.roles->push_back(role_record(report, role, false));
    }
  }
  record.digest = std::move(digest);
  return record;
}

}  // namespace conncheck
