-- CreateTable
CREATE TABLE "Rule" (
    "name" TEXT NOT NULL,
    "document" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "Rule_pkey" PRIMARY KEY ("name")
);
