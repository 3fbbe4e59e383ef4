-- CreateTable
CREATE TABLE "FailoverOrder" (
    "id" TEXT NOT NULL,
    "server" TEXT NOT NULL,
    "beat" INTEGER NOT NULL,
    "startedAt" BIGINT NOT NULL,
    "finishedAt" BIGINT,
    "document" TEXT NOT NULL,

    CONSTRAINT "FailoverOrder_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "FailoverOrder_startedAt_idx" ON "FailoverOrder"("startedAt");
