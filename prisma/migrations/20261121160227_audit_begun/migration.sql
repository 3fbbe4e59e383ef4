-- CreateTable
CREATE TABLE "AuditBegun" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "at" BIGINT NOT NULL,
    "entry" TEXT NOT NULL
);
