-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Head" (
    "name" TEXT NOT NULL,
    "value" INTEGER NOT NULL,

    CONSTRAINT "Head_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "Meta" (
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "Meta_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "Version" (
    "version" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "surface" TEXT NOT NULL,
    "reason" TEXT,
    "at" BIGINT NOT NULL,
    "base" INTEGER,
    "document" TEXT NOT NULL,

    CONSTRAINT "Version_pkey" PRIMARY KEY ("version")
);

-- CreateTable
CREATE TABLE "Run" (
    "id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "baseVersion" INTEGER,
    "state" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "surface" TEXT NOT NULL,
    "reason" TEXT,
    "startedAt" BIGINT NOT NULL,
    "decidedAt" BIGINT,
    "finishedAt" BIGINT,
    "error" TEXT,
    "instances" TEXT NOT NULL,

    CONSTRAINT "Run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Lock" (
    "name" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "term" INTEGER NOT NULL,
    "ttlMs" INTEGER NOT NULL,
    "expiresAt" BIGINT NOT NULL,

    CONSTRAINT "Lock_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "Event" (
    "id" SERIAL NOT NULL,
    "at" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "objectKind" TEXT NOT NULL,
    "objectId" TEXT NOT NULL,
    "objectName" TEXT NOT NULL,
    "sentence" TEXT NOT NULL,
    "actor" TEXT,
    "data" TEXT NOT NULL,

    CONSTRAINT "Event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Audit" (
    "id" SERIAL NOT NULL,
    "at" BIGINT NOT NULL,
    "actor" TEXT NOT NULL,
    "surface" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "target" TEXT,
    "reason" TEXT,
    "outcome" TEXT NOT NULL,
    "error" TEXT,
    "input" TEXT NOT NULL,
    "before" TEXT,
    "after" TEXT,
    "address" TEXT,

    CONSTRAINT "Audit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IssueSeen" (
    "id" TEXT NOT NULL,
    "since" BIGINT NOT NULL,

    CONSTRAINT "IssueSeen_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "User" (
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "createdAt" BIGINT NOT NULL,
    "lastLoginAt" BIGINT,
    "disabled" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "User_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "userName" TEXT NOT NULL,
    "createdAt" BIGINT NOT NULL,
    "lastSeenAt" BIGINT NOT NULL,
    "expiresAt" BIGINT NOT NULL,
    "address" TEXT,
    "agent" TEXT,

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Token" (
    "id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "userName" TEXT NOT NULL,
    "createdAt" BIGINT NOT NULL,
    "expiresAt" BIGINT,
    "lastUsedAt" BIGINT,

    CONSTRAINT "Token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LoginFailure" (
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "lastAt" BIGINT NOT NULL,
    "lockedUntil" BIGINT NOT NULL,

    CONSTRAINT "LoginFailure_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "Run_startedAt_idx" ON "Run"("startedAt");

-- CreateIndex
CREATE INDEX "Run_state_startedAt_idx" ON "Run"("state", "startedAt");

-- CreateIndex
CREATE INDEX "Event_at_idx" ON "Event"("at");

-- CreateIndex
CREATE INDEX "Event_kind_id_idx" ON "Event"("kind", "id");

-- CreateIndex
CREATE INDEX "Event_objectId_id_idx" ON "Event"("objectId", "id");

-- CreateIndex
CREATE INDEX "Event_objectName_id_idx" ON "Event"("objectName", "id");

-- CreateIndex
CREATE INDEX "Audit_at_idx" ON "Audit"("at");

-- CreateIndex
CREATE INDEX "Audit_actor_id_idx" ON "Audit"("actor", "id");

-- CreateIndex
CREATE INDEX "Audit_operation_id_idx" ON "Audit"("operation", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Session_hash_key" ON "Session"("hash");

-- CreateIndex
CREATE INDEX "Session_userName_idx" ON "Session"("userName");

-- CreateIndex
CREATE INDEX "Session_expiresAt_idx" ON "Session"("expiresAt");

-- CreateIndex
CREATE INDEX "Token_userName_idx" ON "Token"("userName");

-- CreateIndex
CREATE INDEX "LoginFailure_lastAt_idx" ON "LoginFailure"("lastAt");

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_userName_fkey" FOREIGN KEY ("userName") REFERENCES "User"("name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Token" ADD CONSTRAINT "Token_userName_fkey" FOREIGN KEY ("userName") REFERENCES "User"("name") ON DELETE CASCADE ON UPDATE CASCADE;
