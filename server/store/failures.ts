import { Prisma } from '~/server/generated/sqlite/client.ts';

/** Prisma's P2002, by code: the two generated clients have each their own error class. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && (error as Partial<Prisma.PrismaClientKnownRequestError>).code === 'P2002';
}

/** SQLite's and PostgreSQL's word for it, which Prisma passes on in a message of its own. */
export const isDiskFull = (error: unknown): boolean => error instanceof Error && /SQLITE_FULL|No space left on device/.test(error.message);
