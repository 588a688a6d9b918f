-- What the views of view_forms.sql can be from PostgreSQL 15 on.
SET ROLE er_f_viewer;
CREATE VIEW forms.v_usal AS SELECT j.id FROM forms.t JOIN forms.u USING (id) AS j;
CREATE VIEW forms.v_inv WITH (security_invoker) AS SELECT id, n FROM forms.t;
CREATE VIEW forms.v_inv_spelled WITH (security_invoker = 'Y') AS SELECT id, n FROM forms.t;
CREATE VIEW forms.v_on_inv AS SELECT id FROM forms.v_inv;
CREATE VIEW forms.v_inv_inv WITH (security_invoker) AS SELECT id FROM forms.v_inv;
CREATE VIEW forms.v_inv_bar WITH (security_invoker) AS SELECT id FROM forms.v_bar;
GRANT ALL ON forms.v_usal, forms.v_inv, forms.v_on_inv, forms.v_inv_inv, forms.v_inv_bar TO er_f_guest, er_f_columns;
RESET ROLE;
CREATE VIEW forms.v_rlsi WITH (security_invoker) AS SELECT * FROM forms.rls;
CREATE VIEW forms.v_rlsv AS SELECT * FROM forms.v_rlsi;
ALTER VIEW forms.v_rlsv OWNER TO er_f_viewer;
GRANT ALL ON forms.v_rlsi, forms.v_rlsv TO er_f_guest, er_f_viewer, er_f_bypass;
