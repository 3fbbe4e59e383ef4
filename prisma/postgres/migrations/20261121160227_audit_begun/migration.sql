-- CreateTable
CREATE TABLE "AuditBegun" (
    "id" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "entry" TEXT NOT NULL,

    CONSTRAINT "AuditBegun_pkey" PRIMARY KEY ("id")
);
