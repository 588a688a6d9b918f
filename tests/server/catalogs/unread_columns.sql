-- On top of view_forms.sql: what stands in columns of views, or in WITH, that nobody reads. The planner drops it, and
-- with it the permission checks that it would bring.
SET ROLE er_f_viewer;
CREATE VIEW forms.v_unused_cte AS WITH a AS (SELECT m FROM forms.u) SELECT 1 AS one;
CREATE VIEW forms.v_nested_cte AS WITH a AS (WITH b AS (SELECT id, forms.fx(id) q FROM forms.t) SELECT id FROM b) SELECT * FROM a;
CREATE VIEW forms.v_um1 AS SELECT id FROM forms.v_um;
CREATE VIEW forms.v_over_trig AS SELECT id FROM forms.v_trig;
CREATE VIEW forms.v_rulefx AS SELECT id, forms.fx(m) AS f FROM forms.u;
CREATE RULE i AS ON INSERT TO forms.v_rulefx DO INSTEAD INSERT INTO forms.u VALUES (new.id);
CREATE RULE u AS ON UPDATE TO forms.v_rulefx DO INSTEAD UPDATE forms.u SET id = new.id WHERE id = old.id;
CREATE RULE d AS ON DELETE TO forms.v_rulefx DO INSTEAD DELETE FROM forms.u WHERE id = old.id;
CREATE VIEW forms.v_don1 AS SELECT id FROM forms.v_don;
CREATE VIEW forms.v_ljun AS SELECT t.id FROM forms.t LEFT JOIN forms.v_um ON t.id = v_um.id;
CREATE VIEW forms.v_multi AS SELECT a.id FROM forms.v_uu a, forms.v_um b, forms.v_trig c;
CREATE VIEW forms.v_cross1 AS SELECT 1 AS one FROM forms.v_cross;
RESET ROLE;
DO $$
DECLARE
  t regclass;
BEGIN
  FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'forms'::regnamespace AND relkind = 'v' AND relacl IS NULL LOOP
    EXECUTE format('GRANT ALL ON %s TO er_f_guest, er_f_columns', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO er_f_super', t);
  END LOOP;
END $$;
