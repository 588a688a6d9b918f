-- Views of which UPDATE, DELETE and FOR UPDATE take whole rows: of what keeps a plan of its own beneath, all columns are
-- computed, and so are the functions called in them. And what the planner evaluates before it drops anything.
CREATE ROLE er_marked_user;
CREATE SCHEMA marked;
GRANT USAGE ON SCHEMA marked TO PUBLIC;
CREATE FUNCTION marked.trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION marked.fixed(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN true; END';
CREATE FUNCTION marked.stable(int) RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN RETURN true; END';
REVOKE EXECUTE ON FUNCTION marked.fixed, marked.stable FROM PUBLIC;
CREATE TABLE marked.t (a text, b int);
CREATE TABLE marked.u (a text);

-- beneath: one that is merged, and those that have a plan of their own
CREATE VIEW marked.plain AS SELECT a, marked.stable(1) FROM marked.t;
CREATE VIEW marked.sorted AS SELECT a, marked.stable(1) FROM marked.t ORDER BY a;
CREATE VIEW marked.limited AS SELECT a, marked.stable(1) FROM marked.t LIMIT 3;
CREATE VIEW marked.grouped AS SELECT a, bool_or(marked.stable(b)) FROM marked.t GROUP BY a;
CREATE VIEW marked.numbered AS SELECT a, row_number() OVER (), marked.stable(1) FROM marked.t;
CREATE VIEW marked.barrier WITH (security_barrier) AS SELECT a, marked.stable(1) FROM marked.t;
CREATE VIEW marked.mid AS SELECT a FROM marked.sorted;
CREATE VIEW marked.midsort AS SELECT a FROM marked.sorted ORDER BY a;

-- a trigger is handed rows of the view
CREATE VIEW marked.trigger_plain AS SELECT a FROM marked.plain;
CREATE VIEW marked.trigger_sorted AS SELECT a FROM marked.sorted;
CREATE VIEW marked.trigger_limited AS SELECT a FROM marked.limited;
CREATE VIEW marked.trigger_grouped AS SELECT a FROM marked.grouped;
CREATE VIEW marked.trigger_numbered AS SELECT a FROM marked.numbered;
CREATE VIEW marked.trigger_barrier AS SELECT a FROM marked.barrier;
CREATE VIEW marked.trigger_mid AS SELECT a FROM marked.mid;
CREATE VIEW marked.trigger_midsort AS SELECT a FROM marked.midsort;
CREATE VIEW marked.trigger_subquery AS SELECT a FROM (SELECT a, marked.stable(1) FROM marked.t ORDER BY a) s;
CREATE VIEW marked.trigger_merged_subquery AS SELECT a FROM (SELECT a, marked.stable(1) FROM marked.t) s;
CREATE VIEW marked.trigger_with AS WITH s AS (SELECT a, marked.stable(1) FROM marked.t ORDER BY a) SELECT a FROM s;
CREATE VIEW marked.trigger_join AS SELECT u.a FROM marked.u LEFT JOIN marked.sorted s USING (a);
CREATE VIEW marked.trigger_merged_join AS SELECT u.a FROM marked.u LEFT JOIN marked.plain s USING (a);
CREATE VIEW marked.trigger_exists AS SELECT a FROM marked.u WHERE EXISTS (SELECT FROM marked.sorted s WHERE s.a = u.a);
DO $$
DECLARE
  v regclass;
BEGIN
  FOR v IN SELECT oid FROM pg_class WHERE relnamespace = 'marked'::regnamespace AND relname LIKE 'trigger\_%' LOOP
    EXECUTE format('CREATE TRIGGER instead INSTEAD OF INSERT OR UPDATE OR DELETE ON %s
                    FOR EACH ROW EXECUTE FUNCTION marked.trigger()', v);
  END LOOP;
END $$;

-- conditions of views that the server updates by itself: subqueries that become joins, and those that do not
CREATE VIEW marked.exists_sorted AS SELECT a FROM marked.u WHERE EXISTS (SELECT FROM marked.sorted s WHERE s.a = u.a);
CREATE VIEW marked.exists_plain AS SELECT a FROM marked.u WHERE EXISTS (SELECT FROM marked.plain s WHERE s.a = u.a);
CREATE VIEW marked.exists_alone AS SELECT a FROM marked.u WHERE EXISTS (SELECT FROM marked.sorted s);
CREATE VIEW marked.exists_or AS SELECT a FROM marked.u WHERE a = 'x' OR EXISTS (SELECT FROM marked.sorted s WHERE s.a = u.a);
CREATE VIEW marked.exists_and AS SELECT a FROM marked.u WHERE a > 'a' AND EXISTS (SELECT FROM marked.sorted s WHERE s.a = u.a);
CREATE VIEW marked.exists_not AS SELECT a FROM marked.u WHERE NOT EXISTS (SELECT FROM marked.sorted s WHERE s.a = u.a);
CREATE VIEW marked.in_sorted AS SELECT a FROM marked.u WHERE a IN (SELECT a FROM marked.sorted);
CREATE VIEW marked.in_not AS SELECT a FROM marked.u WHERE a NOT IN (SELECT a FROM marked.sorted);
CREATE VIEW marked.in_constant AS SELECT a FROM marked.u WHERE 'x' IN (SELECT a FROM marked.sorted);
CREATE VIEW marked.in_two AS SELECT a FROM marked.u WHERE a IN (SELECT p.a FROM marked.plain p, marked.sorted s);
CREATE VIEW marked.scalar AS SELECT a FROM marked.u WHERE a = (SELECT max(a) FROM marked.sorted);
CREATE VIEW marked.over_exists AS SELECT a FROM marked.exists_sorted;
CREATE VIEW marked.exists_barrier WITH (security_barrier) AS
  SELECT a FROM marked.u WHERE EXISTS (SELECT FROM marked.sorted s WHERE s.a = u.a);

-- rules
CREATE TABLE marked.rule_delete (a text);
CREATE RULE r AS ON DELETE TO marked.rule_delete DO ALSO DELETE FROM marked.u USING marked.sorted s WHERE u.a = s.a;
CREATE TABLE marked.rule_delete_merged (a text);
CREATE RULE r AS ON DELETE TO marked.rule_delete_merged DO ALSO DELETE FROM marked.u USING marked.plain s WHERE u.a = s.a;
CREATE TABLE marked.rule_update (a text);
CREATE RULE r AS ON INSERT TO marked.rule_update DO ALSO UPDATE marked.u SET a = 'x' FROM marked.mid s WHERE u.a = s.a;
CREATE TABLE marked.rule_insert (a text);
CREATE RULE r AS ON DELETE TO marked.rule_insert DO ALSO INSERT INTO marked.u SELECT a FROM marked.sorted;
-- with a condition on OLD, what the rule does joins the view itself
CREATE VIEW marked.old_joined AS SELECT a, marked.stable(1) FROM marked.t ORDER BY a;
CREATE RULE r AS ON DELETE TO marked.old_joined WHERE old.a <> '' DO ALSO DELETE FROM marked.u;
CREATE VIEW marked.old_inserted AS SELECT a, marked.stable(1) FROM marked.t ORDER BY a;
CREATE RULE r AS ON DELETE TO marked.old_inserted WHERE old.a <> '' DO ALSO INSERT INTO marked.u VALUES ('x');
CREATE TABLE marked.rule_in (a text);
CREATE RULE r AS ON INSERT TO marked.rule_in DO ALSO DELETE FROM marked.u WHERE u.a IN (SELECT a FROM marked.mid);

-- rows that are locked
CREATE VIEW marked.locks_plain AS SELECT a FROM marked.plain FOR UPDATE;
CREATE VIEW marked.locks_sorted AS SELECT a FROM marked.sorted FOR UPDATE;
CREATE VIEW marked.locks_mid AS SELECT a FROM marked.mid FOR SHARE;
CREATE VIEW marked.locks_midsort AS SELECT a FROM marked.midsort FOR UPDATE;
CREATE VIEW marked.locks_beside AS SELECT u.a FROM marked.u, marked.sorted FOR UPDATE OF u;
CREATE VIEW marked.locks_beside_merged AS SELECT u.a FROM marked.u, marked.plain FOR UPDATE OF u;
CREATE VIEW marked.over_locks AS SELECT a FROM marked.locks_mid;

-- what is evaluated early: the parts of UNION ALL
CREATE VIEW marked.union_fixed AS SELECT a, marked.fixed(1) FROM marked.t UNION ALL SELECT a, true FROM marked.t;
CREATE VIEW marked.over_union_fixed AS SELECT a FROM marked.union_fixed;
CREATE VIEW marked.union_within AS SELECT a, (marked.fixed(1) OR b > 3) FROM marked.t UNION ALL SELECT a, true FROM marked.t;
CREATE VIEW marked.over_union_within AS SELECT a FROM marked.union_within;
CREATE VIEW marked.union_of_columns AS SELECT a, marked.fixed(b) FROM marked.t UNION ALL SELECT a, true FROM marked.t;
CREATE VIEW marked.over_union_of_columns AS SELECT a FROM marked.union_of_columns;
CREATE VIEW marked.union_stable AS SELECT a, marked.stable(1) FROM marked.t UNION ALL SELECT a, true FROM marked.t;
CREATE VIEW marked.over_union_stable AS SELECT a FROM marked.union_stable;
CREATE VIEW marked.union_sorted AS (SELECT a, marked.fixed(1) FROM marked.t ORDER BY a) UNION ALL SELECT a, true FROM marked.t;
CREATE VIEW marked.over_union_sorted AS SELECT a FROM marked.union_sorted;
CREATE VIEW marked.fixed_beneath AS SELECT a, marked.fixed(1) FROM marked.t;
CREATE VIEW marked.union_of_views AS SELECT * FROM marked.fixed_beneath UNION ALL SELECT a, true FROM marked.t;
CREATE VIEW marked.over_union_of_views AS SELECT a FROM marked.union_of_views;

GRANT ALL ON ALL TABLES IN SCHEMA marked TO er_marked_user;
