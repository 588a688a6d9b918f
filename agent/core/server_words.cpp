#include "agent/core/server_words.hpp"

#include <algorithm>
#include <array>

namespace conncheck {
namespace {

// From the message catalogs of PostgreSQL 15: en, de, es, fr, it, ja, ka, ko, ru, sv, uk, zh_CN,
// zh_TW.
using Words = std::array<std::string_view, 13>;

constexpr Words may_not_log_in = {
    "is not permitted to log in",
    "hat keine Berechtigung zum Einloggen",
    "no se le permite conectarse",
    "n'est pas autorisé à se connecter",
    "non è consentito effettuare il login",
    "はログインが許可されません",
    "როლს შესვლის უფლება არ აქვს",
    "접속을 허용하지 않음",
    "вход запрещён",
    "tillåts inte logga in",
    "вхід не дозволений",
    "不允许角色",
    "不允許角色",
};

constexpr Words does_not_exist = {
    "does not exist", "existiert nicht", "no existe", "n'existe pas",  "non esiste",
    "は存在しません", "არ არსებობს",     "없음",      "не существует", "finns inte",
    "не існує",       "不存在",          "不存在",
};

constexpr Words shutting_down = {
    "is shutting down", "fährt herunter",   "está apagándose",
    "s'arrête",         "si sta spegnendo", "シャットダウンしています",
    "ითიშება",          "중지 중입니다",    "останавливается",
    "stänger ner",      "завершує роботу",  "正在关闭",
    "正在關閉",
};

constexpr Words takes_no_connections = {
    "is not accepting connections",
    "nimmt keine Verbindungen an",
    "no está aceptando conexiones",
    "n'accepte pas de connexions",
    "non accetta connessioni",
    "データベースシステムは接続を受け付けていません",
    "მონაცემთა ბაზის სისტემა მიერთებებს არ იღებს",
    "데이터베이스 시스템은 접속을 허용하지 않습니다",
    "не принимает подключения",
    "tar inte emot anslutningar",
    "не приймає підключення",
    "数据库系统不接受连接",
    "資料庫系統不接受連線",
};

bool has_one_of(std::string_view text, const Words& words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

}  // namespace

bool says_may_not_log_in(std::string_view text) { return has_one_of(text, may_not_log_in); }
bool says_does_not_exist(std::string_view text) { return has_one_of(text, does_not_exist); }
bool says_shutting_down(std::string_view text) { return has_one_of(text, shutting_down); }
bool says_takes_no_connections(std::string_view text) {
  return has_one_of(text, takes_no_connections);
}

}  // namespace conncheck
