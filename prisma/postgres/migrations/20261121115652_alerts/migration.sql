-- CreateTable
CREATE TABLE "AlertChannel" (
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "settings" TEXT NOT NULL,
    "sealed" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "lastSentAt" BIGINT,
    "failingSince" BIGINT,
    "lastError" TEXT,

    CONSTRAINT "AlertChannel_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "AlertSilence" (
    "id" TEXT NOT NULL,
    "code" TEXT,
    "objectKind" TEXT,
    "objectId" TEXT,
    "objectName" TEXT,
    "severity" TEXT,
    "by" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "until" BIGINT NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "AlertSilence_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlertTold" (
    "channel" TEXT NOT NULL,
    "issueId" TEXT NOT NULL,
    "issue" TEXT NOT NULL,
    "first" BIGINT NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "AlertTold_pkey" PRIMARY KEY ("channel","issueId")
);

-- CreateTable
CREATE TABLE "AlertDelivery" (
    "id" SERIAL NOT NULL,
    "message" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "channel" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "nextAt" BIGINT,
    "endedAt" BIGINT,
    "answer" TEXT,

    CONSTRAINT "AlertDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "AlertDelivery_message_key" ON "AlertDelivery"("message");

-- CreateIndex
CREATE INDEX "AlertDelivery_state_channel_id_idx" ON "AlertDelivery"("state", "channel", "id");

-- CreateIndex
CREATE INDEX "AlertDelivery_channel_id_idx" ON "AlertDelivery"("channel", "id");

-- CreateIndex
CREATE INDEX "AlertDelivery_at_idx" ON "AlertDelivery"("at");
