import { defineConfig } from 'prisma/config';

/** For editors and the `prisma` command; the server itself takes its URL at start (`server/store/open.ts`). */
export default defineConfig({ schema: 'prisma/schema.prisma' });
