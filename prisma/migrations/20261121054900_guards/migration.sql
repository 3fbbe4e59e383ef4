-- Written by hand: what Prisma's schema language cannot say. A later migration that rebuilds one of these tables must make its triggers again.

-- Versions and audit entries are never changed and never deleted.
CREATE TRIGGER "Version_no_update" BEFORE UPDATE ON "Version" BEGIN SELECT RAISE(ABORT, 'configuration versions are immutable'); END;
CREATE TRIGGER "Version_no_delete" BEFORE DELETE ON "Version" BEGIN SELECT RAISE(ABORT, 'configuration versions are immutable'); END;
CREATE TRIGGER "Audit_no_update" BEFORE UPDATE ON "Audit" BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER "Audit_no_delete" BEFORE DELETE ON "Audit" BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- The newest version (0 = none), and the counter that serialises changes of who is admin.
INSERT INTO "Head" ("name", "value") VALUES ('config', 0), ('users', 0);
