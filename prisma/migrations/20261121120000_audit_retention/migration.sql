-- Written by hand. Audit entries may be deleted once they are older than the retention setting, and never before they are 30 days old.
-- The setting's own moment has to be written down first, so a stray DELETE still finds the door shut.
DROP TRIGGER "Audit_no_delete";
CREATE TRIGGER "Audit_no_delete" BEFORE DELETE ON "Audit"
WHEN OLD."at" >= COALESCE((SELECT CAST("value" AS INTEGER) FROM "Meta" WHERE "key" = 'auditKeptFrom'), 0)
  OR OLD."at" > (julianday('now') - 2440587.5 - 30) * 86400000
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: this entry is to be kept'); END;
