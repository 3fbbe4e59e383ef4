-- CreateTable
CREATE TABLE "FailoverNote" (
    "agent" TEXT NOT NULL,
    "life" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "at" BIGINT NOT NULL,
    "replicaset" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "by" TEXT NOT NULL,
    "what" TEXT NOT NULL,
    "detail" TEXT,

    PRIMARY KEY ("agent", "life", "number")
);

-- CreateTable
CREATE TABLE "FailoverDecision" (
    "replicaset" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "at" BIGINT NOT NULL,
    "document" TEXT NOT NULL,

    PRIMARY KEY ("replicaset", "epoch")
);

-- CreateIndex
CREATE INDEX "FailoverNote_replicaset_at_idx" ON "FailoverNote"("replicaset", "at");

-- CreateIndex
CREATE INDEX "FailoverNote_at_idx" ON "FailoverNote"("at");

-- CreateIndex
CREATE INDEX "FailoverDecision_at_idx" ON "FailoverDecision"("at");
