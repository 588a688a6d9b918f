"""Which source files belong to which parser: of each, the replay must run most lines."""

LEAST_COVERAGE = 80  # per cent of the lines with code

PARSERS = {
    "configuration files": ["agent/config/*.cpp"],
    "YAML": ["agent/config/document.cpp", "agent/config/yaml_wording.cpp", "agent/config/source_file.cpp"],
    "connection URLs": ["agent/config/conninfo.cpp", "agent/config/parameters.cpp"],
    "lists of hosts": ["agent/probe/endpoints.cpp"],
    "${…}": ["agent/config/expansion.cpp"],
    "durations": ["agent/core/duration.cpp"],
    "words for privileges": ["agent/core/privilege_words.cpp"],
    "patterns": ["agent/core/pattern.cpp", "extension/rules/name_pattern.cpp"],
    "names in SQL": ["extension/rules/qualified_name.cpp"],
    "ACL items": ["extension/rules/acl.cpp"],
    "what libpq says": ["agent/core/failure.cpp", "agent/core/libpq_wording.cpp", "agent/core/address_failures.cpp"],
    "what servers say": ["agent/core/login_refusal.cpp", "agent/core/query_failure.cpp", "agent/core/server_words.cpp"],
    "what poolers say": ["agent/core/pooler_failure.cpp"],
    "what ssh says": ["agent/core/ssh_log.cpp", "agent/core/ssh_failure.cpp", "agent/core/ssh_timeout.cpp"],
    "rows of servers' answers": ["agent/probe/rows.cpp"],
    "messages between processes": ["agent/workers/message.cpp", "agent/workers/message_reader.hpp"],
    "UTF-8": ["agent/core/printable.cpp"],
    "secrets in text": ["agent/core/redact.cpp"],
    "quoting for SQL": ["agent/core/sql_identifier.cpp"],
    "quoting for a shell": ["agent/core/shell_word.cpp"],
}
