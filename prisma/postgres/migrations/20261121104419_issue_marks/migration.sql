-- CreateTable
CREATE TABLE "IssueMark" (
    "kind" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "objectKind" TEXT NOT NULL,
    "objectId" TEXT NOT NULL,
    "objectName" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "until" BIGINT,
    "reason" TEXT,

    CONSTRAINT "IssueMark_pkey" PRIMARY KEY ("kind","scope")
);
