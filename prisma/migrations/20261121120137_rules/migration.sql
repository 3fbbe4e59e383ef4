-- CreateTable
CREATE TABLE "Rule" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "document" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" BIGINT NOT NULL
);
