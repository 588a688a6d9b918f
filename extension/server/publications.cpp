#include "extension/server/publications.hpp"

#include "extension/server/catalog_scan.hpp"
#include "extension/server/inheritance.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

using rules::RelationId;

struct TableFacts {
  bool is_published = false;  ///< if a publication says so
  bool is_partition = false;
  char replica_identity = '\0';
};

/// Rows lie in tables, not in partitioned ones, and what is unlogged or temporary is not published.
TableFacts table_facts(RelationId table) {
  return guard([table] {
    TableFacts facts;
    HeapTuple const row = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
    if (HeapTupleIsValid(row)) {
      const auto* const form = (Form_pg_class)GETSTRUCT(row);
      facts = {form->relkind == RELKIND_RELATION &&
                   form->relpersistence == RELPERSISTENCE_PERMANENT && table >= FirstNormalObjectId,
               form->relispartition, form->relreplident};
      ReleaseSysCache(row);
    }
    return facts;
  });
}

/// The same indexes count as for the server: a primary key that is not deferrable is one.
bool has_identity(RelationId table, char replica_identity) {
  if (replica_identity == REPLICA_IDENTITY_FULL) {
    return true;
  }
  bool found = false;
  CatalogScan scan(IndexRelationId, IndexIndrelidIndexId,
                   {{Anum_pg_index_indrelid, F_OIDEQ, ObjectIdGetDatum(table)}});
  while (HeapTuple const row = scan.next()) {
    const auto* const index = (Form_pg_index)GETSTRUCT(row);
    const bool identifies =
        replica_identity == REPLICA_IDENTITY_DEFAULT
            ? index->indisprimary
            : replica_identity == REPLICA_IDENTITY_INDEX && index->indisreplident;
    found = found || (identifies && index->indisvalid && index->indimmediate);
  }
  return found;
}

/// Of all tables, of this one or its schema, or of a partitioned table above it.
std::vector<Oid> publications_of(RelationId table, bool is_partition) {
  std::vector<Oid> tables = is_partition ? ancestors_of(table) : std::vector<Oid>();
  tables.insert(tables.begin(), table);
  const Oid* const first = tables.data();
  const std::size_t count = tables.size();
  List* const found = guard([=] {
    List* publications = GetAllTablesPublications();
    for (std::size_t i = 0; i < count; ++i) {
      publications = list_concat(publications, GetRelationPublications(first[i]));
      publications = list_concat(publications, schema_publications(get_rel_namespace(first[i])));
    }
    return publications;
  });
  std::vector<Oid> publications;
  for (int i = 0; i < list_length(found); ++i) {
    publications.push_back(list_nth_oid(found, i));
  }
  return publications;
}

/// Its name, if it publishes such writes.
std::optional<std::string> name_if_it_publishes(Oid publication, rules::Write write) {
  struct Facts {
    bool publishes = false;
    NameData name = {};
  };
  const Facts facts = guard([=] {
    Facts found;
    HeapTuple const row = SearchSysCache1(PUBLICATIONOID, ObjectIdGetDatum(publication));
    if (HeapTupleIsValid(row)) {
      const auto* const form = (Form_pg_publication)GETSTRUCT(row);
      found = {write == rules::Write::update ? form->pubupdate : form->pubdelete, form->pubname};
      ReleaseSysCache(row);
    }
    return found;
  });
  return facts.publishes ? std::optional<std::string>(NameStr(facts.name)) : std::nullopt;
}

}  // namespace

std::optional<RefusingPublication> publication_that_refuses(RelationId table, rules::Write write) {
  if (write == rules::Write::insert) {
    return std::nullopt;
  }
  ScratchMemory memory;
  for (const RelationId each : with_descendants(table)) {
    check_for_interrupts();
    const TableFacts facts = table_facts(each);
    if (!facts.is_published || has_identity(each, facts.replica_identity)) {
      continue;
    }
    for (const Oid publication : publications_of(each, facts.is_partition)) {
      if (std::optional<std::string> name = name_if_it_publishes(publication, write)) {
        return RefusingPublication{std::move(*name), each};
      }
    }
  }
  return std::nullopt;
}

}  // namespace conncheck::server
