#include "agent/core/server_words.hpp"

#include <gtest/gtest.h>

#include <string>

#include "agent/core/failure.hpp"

namespace conncheck {
namespace {

// As PostgreSQL 15's message catalogs have them.
struct Refusals {
  const char* language;
  const char* nologin;
  const char* unknown;
  const char* going_down;
  const char* starting;
  const char* in_recovery;
  const char* no_connections;
};

constexpr Refusals languages[] = {
    {"en", "role \"app\" is not permitted to log in", "role \"app\" does not exist",
     "the database system is shutting down", "the database system is starting up",
     "the database system is in recovery mode", "the database system is not accepting connections"},
    {"de", "Rolle »app« hat keine Berechtigung zum Einloggen", "Rolle »app« existiert nicht",
     "das Datenbanksystem fährt herunter", "das Datenbanksystem startet",
     "das Datenbanksystem ist im Wiederherstellungsmodus",
     "das Datenbanksystem nimmt keine Verbindungen an"},
    {"es", "al rol «app» no se le permite conectarse", "no existe el rol «app»",
     "el sistema de base de datos está apagándose", "el sistema de base de datos está iniciándose",
     "el sistema de base de datos está en modo de recuperación",
     "el sistema de bases de datos no está aceptando conexiones"},
    {"fr", "le rôle « app » n'est pas autorisé à se connecter", "le rôle « app » n'existe pas",
     "le système de base de données s'arrête", "le système de bases de données se lance",
     "le système de bases de données est en cours de restauration",
     "le système de bases de données n'accepte pas de connexions"},
    {"it", "al ruolo \"app\" non è consentito effettuare il login", "il ruolo \"app\" non esiste",
     "il database si sta spegnendo", "il database si sta avviando",
     "il database è in modalità di ripristino", "il sistema di database non accetta connessioni"},
    {"ja", "ロール\"app\"はログインが許可されません", "ロール\"app\"は存在しません",
     "データベースシステムはシャットダウンしています", "データベースシステムは起動処理中です",
     "データベースシステムはリカバリモードです", "データベースシステムは接続を受け付けていません"},
    {"ka", "როლს შესვლის უფლება არ აქვს: app", "როლი არ არსებობს: \"app\"",
     "მონაცემთა ბაზის სისტემა ითიშება", "მიმდინარეობს მონაცემთა ბაზის სისტემის გაშვება",
     "მონაცემთა ბაზის სისტემა აღდგენის რეჟიმშია", "მონაცემთა ბაზის სისტემა მიერთებებს არ იღებს"},
    {"ko", "\"app\" 롤은 접속을 허용하지 않음", "\"app\" 롤(role) 없음",
     "데이터베이스 시스템이 중지 중입니다", "데이터베이스 시스템이 새로 가동 중입니다.",
     "데이터베이스 시스템이 자동 복구 작업 중입니다.",
     "해당 데이터베이스 시스템은 접속을 허용하지 않습니다."},
    {"ru", "для роли \"app\" вход запрещён", "роль \"app\" не существует",
     "система баз данных останавливается", "система баз данных запускается",
     "система баз данных в режиме восстановления", "система БД не принимает подключения"},
    {"sv", "roll \"app\" tillåts inte logga in", "rollen \"app\" finns inte",
     "databassystemet stänger ner", "databassystemet startar upp",
     "databassystemet är återställningsläge", "databassystemet tar inte emot anslutningar"},
    {"uk", "для ролі \"app\" вхід не дозволений", "роль \"app\" не існує",
     "система бази даних завершує роботу", "система бази даних запускається",
     "система бази даних у режимі відновлення", "система бази даних не приймає підключення"},
    {"zh_CN", "不允许角色 \"app\" 进行登录", "角色 \"app\" 不存在", "数据库系统正在关闭",
     "数据库系统正在启动", "数据库系统在恢复模式中", "数据库系统不接受连接"},
    {"zh_TW", "不允許角色 \"app\" 登入", "角色 \"app\" 不存在", "資料庫系統正在關閉",
     "資料庫系統正在啟動", "資料庫系統處於復原模式", "資料庫系統不接受連線"},
};

Failure refusal(const char* sqlstate, const std::string& text, const char* function) {
  const Attempt attempt = {"app", "db.example.com", "5432", "orders", "prefer", true};
  return connection_failure(
      Phase::login,
      "connection to server at \"db\" (192.0.2.1), port 5432 failed: X:  " + std::string(sqlstate) +
          ": " + text + "\nLOCATION:  " + function + ", some.c:1\n",
      attempt);
}

TEST(Translated, RolesThatCannotLogIn) {
  for (const Refusals& each : languages) {
    EXPECT_EQ(refusal("28000", each.nologin, "InitializeSessionUserId").code,
              FailureCode::login_denied)
        << each.language;
    EXPECT_EQ(refusal("28000", each.unknown, "InitializeSessionUserId").code,
              FailureCode::unknown_role)
        << each.language;
  }
}

TEST(Translated, ServersThatTakeNobodyNow) {
  for (const Refusals& each : languages) {
    EXPECT_EQ(refusal("57P03", each.going_down, "ProcessStartupPacket").code,
              FailureCode::shutting_down)
        << each.language;
    for (const char* text : {each.starting, each.in_recovery, each.no_connections}) {
      EXPECT_EQ(refusal("57P03", text, "ProcessStartupPacket").code, FailureCode::starting_up)
          << each.language;
    }
    EXPECT_NE(refusal("57P03", each.no_connections, "f").hint.find("hot_standby"),
              std::string::npos)
        << each.language;
    EXPECT_EQ(refusal("57P03", each.starting, "f").hint.find("hot_standby"), std::string::npos)
        << each.language;
  }
}

TEST(Translated, AnUnknownLanguageIsNotGuessedAt) {
  const Failure failure = refusal("28000", "gibberish", "InitializeSessionUserId");
  EXPECT_EQ(failure.code, FailureCode::auth_failed);
  EXPECT_NE(failure.hint.find("NOLOGIN"), std::string::npos);
}

}  // namespace
}  // namespace conncheck
