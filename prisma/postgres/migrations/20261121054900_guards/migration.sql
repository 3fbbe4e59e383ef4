-- Written by hand: what Prisma's schema language cannot say. A later migration that rebuilds one of these tables must make its triggers again.

-- Versions and audit entries are never changed and never deleted.
CREATE FUNCTION "coterie_refuse"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER "Version_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "Version" FOR EACH STATEMENT EXECUTE FUNCTION "coterie_refuse"();
CREATE TRIGGER "Audit_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "Audit" FOR EACH STATEMENT EXECUTE FUNCTION "coterie_refuse"();

-- The newest version (0 = none), and the counter that serialises changes of who is admin.
INSERT INTO "Head" ("name", "value") VALUES ('config', 0), ('users', 0);
