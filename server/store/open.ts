import { auditStore } from './audit.ts';
import { openDatabase } from './database.ts';
import { alreadyDurable, walDurable } from './durable.ts';
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
  const durable = provider === 'sqlite' ? walDurable(url) : alreadyDurable;
  const versions = versionStore(db);
  const runs = runStore(db);
  const [users, sessions, tokens] = [userStore(db), sessionStore(db), tokenStore(db)];
  return {
    provider,
    // Whatever makes a version real.
    versions: { ...versions, append: (version) => durable.after(versions.append(version)), adopt: (version) => durable.after(versions.adopt(version)) },
    runs: { ...runs, decide: (id, decision) => durable.after(runs.decide(id, decision)) },
    locks: lockStore(db, provider),
    events: eventStore(db),
    audit: auditStore(db),
    issuesSeen: issueSeenStore(db),
    // Whoever was shut out stays out, also after a power cut.
    users: {
      ...users,
      create: (user) => durable.after(users.create(user)),
      createFirst: (user) => durable.after(users.createFirst(user)),
      update: (name, patch) => durable.after(users.update(name, patch)),
      newPassword: (name, change) => durable.after(users.newPassword(name, change)),
      remove: (name) => durable.after(users.remove(name)),
    },
    sessions: { ...sessions, remove: (id) => durable.after(sessions.remove(id)), removeOfUser: (name) => durable.after(sessions.removeOfUser(name)) },
    tokens: { ...tokens, remove: (id) => durable.after(tokens.remove(id)), removeOfUser: (name) => durable.after(tokens.removeOfUser(name)) },
    loginFailures: loginFailureStore(db),
    meta: metaStore(db),
    ping: async () => {
      await db.$queryRaw`SELECT 1`;
    },
    close: async () => {
      await durable.close();
      await db.$disconnect();
    },
  };
}
