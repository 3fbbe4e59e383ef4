import { auditStore } from './audit.ts';
import { openDatabase } from './database.ts';
import { eventStore } from './events.ts';
import { lockStore } from './locks.ts';
import { loginFailureStore } from './login-failures.ts';
import { issueSeenStore, metaStore } from './meta.ts';
import { providerOf } from './paths.ts';
import { runStore } from './runs.ts';
import { sessionStore } from './sessions.ts';
import { tokenStore } from './tokens.ts';
import type { Store } from './types.ts';
import { userStore } from './users.ts';
import { versionStore } from './versions.ts';

/** Migrates the database at `url` (`file:...` or `postgresql://...`) and opens it. */
export async function openStore(url: string): Promise<Store> {
  const db = await openDatabase(url);
  const provider = providerOf(url);
  return {
    provider,
    versions: versionStore(db),
    runs: runStore(db),
    locks: lockStore(db, provider),
    events: eventStore(db),
    audit: auditStore(db),
    issuesSeen: issueSeenStore(db),
    users: userStore(db),
    sessions: sessionStore(db),
    tokens: tokenStore(db),
    loginFailures: loginFailureStore(db),
    meta: metaStore(db),
    ping: async () => {
      await db.$queryRaw`SELECT 1`;
    },
    close: () => db.$disconnect(),
  };
}
