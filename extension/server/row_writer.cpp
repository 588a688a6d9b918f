#include "extension/server/row_writer.hpp"

extern "C" {
#include "utils/jsonb.h"
}

namespace conncheck::server {

Datum name_value(const std::string& value) {
  const char* const text = value.c_str();
  return guard([text] {
    auto* const name = static_cast<Name>(palloc0(sizeof(NameData)));
    namestrcpy(name, text);
    return NameGetDatum(name);
  });
}

Datum text_value(std::string_view value) {
  return guard([value] {
    return PointerGetDatum(cstring_to_text_with_len(value.data(), static_cast<int>(value.size())));
  });
}

Datum text_array_value(const std::vector<std::string>& values) {
  const std::string* const first = values.data();
  const std::size_t count = values.size();
  return guard([first, count] {
    auto* const elements = static_cast<Datum*>(palloc(sizeof(Datum) * (count + 1)));
    for (std::size_t i = 0; i < count; ++i) {
      elements[i] = PointerGetDatum(
          cstring_to_text_with_len(first[i].data(), static_cast<int>(first[i].size())));
    }
    return PointerGetDatum(
        construct_array(elements, static_cast<int>(count), TEXTOID, -1, false, TYPALIGN_INT));
  });
}

void Row::add(Datum value) { values_.at(count_++) = value; }

void Row::null() { nulls_.at(count_++) = true; }

void Row::name(const std::string& value) { add(name_value(value)); }

void Row::text(std::string_view value) { add(text_value(value)); }

void Row::boolean(std::optional<bool> value) { value ? add(BoolGetDatum(*value)) : null(); }

void Row::integer(std::int32_t value) { add(Int32GetDatum(value)); }

void Row::bigint(std::int64_t value) {
  add(guard([value] { return Int64GetDatum(value); }));
}

void Row::timestamp(std::optional<TimestampTz> value) {
  if (!value) {
    null();
    return;
  }
  const TimestampTz time = *value;
  add(guard([time] { return TimestampTzGetDatum(time); }));
}

void Row::text_array(const std::vector<std::string>& values) { add(text_array_value(values)); }

void Row::jsonb(const std::string& json) {
  const char* const text = json.c_str();
  add(guard([text] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(text)); }));
}

RowWriter::RowWriter(FunctionCallInfo fcinfo) {
  guard([fcinfo, this] {
    auto* const result = (ReturnSetInfo*)fcinfo->resultinfo;
    if (result == nullptr || !IsA(result, ReturnSetInfo)) {
      ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                      errmsg("set-valued function called in context that cannot accept a set")));
    }
    if ((result->allowedModes & SFRM_Materialize) == 0) {
      ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                      errmsg("materialize mode required, but it is not allowed in this context")));
    }
    MemoryContext const caller = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
    if (get_call_result_type(fcinfo, nullptr, &descriptor_) != TYPEFUNC_COMPOSITE) {
      ereport(ERROR,
              (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("return type must be a row type")));
    }
    if (descriptor_->natts > Row::max_columns) {
      ereport(ERROR,
              (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("return type has too many columns")));
    }
    const bool random_access = (result->allowedModes & SFRM_Materialize_Random) != 0;
    rows_ = tuplestore_begin_heap(random_access, false, work_mem);
    result->returnMode = SFRM_Materialize;
    result->setResult = rows_;
    result->setDesc = descriptor_;
    MemoryContextSwitchTo(caller);
  });
}

void RowWriter::put(const Row& row) {
  // The server's function takes pointers to what it does not change.
  std::array<Datum, Row::max_columns> values = row.values_;
  std::array<bool, Row::max_columns> nulls = row.nulls_;
  guard([&values, &nulls, this] {
    tuplestore_putvalues(rows_, descriptor_, values.data(), nulls.data());
  });
}

}  // namespace conncheck::server
