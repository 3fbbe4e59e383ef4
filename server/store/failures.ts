import { Prisma } from '~/server/generated/sqlite/client.ts';

/** Prisma's P2002, by code: the two generated clients have each their own error class. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && (error as Partial<Prisma.PrismaClientKnownRequestError>).code === 'P2002';
}
