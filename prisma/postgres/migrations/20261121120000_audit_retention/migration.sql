-- Written by hand. Audit entries may be deleted once they are older than the retention setting, and never before they are 30 days old.
-- The setting's own moment has to be written down first, so a stray DELETE still finds the door shut.
DROP TRIGGER "Audit_append_only" ON "Audit";
CREATE TRIGGER "Audit_append_only" BEFORE UPDATE OR TRUNCATE ON "Audit" FOR EACH STATEMENT EXECUTE FUNCTION "coterie_refuse"();
CREATE FUNCTION "coterie_audit_kept"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."at" >= COALESCE((SELECT CAST("value" AS BIGINT) FROM "Meta" WHERE "key" = 'auditKeptFrom'), 0)
    OR OLD."at" > (extract(epoch FROM clock_timestamp()) - 30 * 86400) * 1000 THEN
    RAISE EXCEPTION 'Audit is append-only: this entry is to be kept';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER "Audit_kept" BEFORE DELETE ON "Audit" FOR EACH ROW EXECUTE FUNCTION "coterie_audit_kept"();
