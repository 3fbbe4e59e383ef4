-- CreateTable
CREATE TABLE "FailoverOrder" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "server" TEXT NOT NULL,
    "beat" INTEGER NOT NULL,
    "startedAt" BIGINT NOT NULL,
    "finishedAt" BIGINT,
    "document" TEXT NOT NULL
);

-- CreateIndex
CREATE INDEX "FailoverOrder_startedAt_idx" ON "FailoverOrder"("startedAt");
