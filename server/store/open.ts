import type { Committed } from '~/link/protocol.ts';
import { alertStore } from './alerts.ts';
import { auditStore } from './audit.ts';
import { checkpoint, openDatabase } from './database.ts';
import { alreadyDurable, walDurable, type OpenLog } from './durable.ts';
import { eventStore } from './events.ts';
import { failoverStore } from './failover.ts';
import { failoverOrderStore } from './failover-orders.ts';
import { issueMarkStore } from './issue-marks.ts';
import { lockStore } from './locks.ts';
import { LogMover } from './log-mover.ts';
import { loginFailureStore } from './login-failures.ts';
import { issueSeenStore, metaStore } from './meta.ts';
import { providerOf } from './paths.ts';
import { retentionStore } from './retention.ts';
import { ruleStore } from './rules.ts';
import { runStore } from './runs.ts';
import { sessionStore } from './sessions.ts';
import { tokenStore } from './tokens.ts';
import type { Store } from './types.ts';
import { userStore } from './users.ts';
import { versionStore } from './versions.ts';

/** Migrates the database at `url` (`file:...` or `postgresql://...`) and opens it. `openLog` is for tests of what is on the disk when. */
export async function openStore(url: string, { openLog }: { openLog?: OpenLog } = {}): Promise<Store> {
  const { db, direct } = await openDatabase(url);
  const provider = providerOf(url);
  const durable = provider === 'sqlite' ? walDurable(url, { checkpoint: () => checkpoint(db), ...(openLog ? { openLog } : {}) }) : alreadyDurable;
  const log = new LogMover({ move: () => (provider === 'sqlite' ? direct.$queryRaw`PRAGMA wal_checkpoint(PASSIVE)` : Promise.resolve()) });
  const versions = versionStore(db, direct);
  const runs = runStore(db, direct);
  const audit = auditStore(db);
  const real = <T>({ text }: Committed, write: Promise<T>): Promise<T> => {
    log.changed(text.length);
    return durable.after(write);
  };
  return {
    provider,
    // Whatever makes a version real: the agents hear of it before anybody is answered.
    versions: { ...versions, append: (version) => real(version, versions.append(version)), adopt: (version) => real(version, versions.adopt(version)) },
    runs: { ...runs, decide: (id, decision) => real(decision.version, runs.decide(id, decision)) },
    locks: lockStore(db, provider),
    events: eventStore(db, provider),
    failover: failoverStore(db),
    failoverOrders: failoverOrderStore(db),
    // The last write of every mutation: once it is on the disk, so is all that the mutation did.
    audit: { ...audit, begin: (id, entry) => durable.after(audit.begin(id, entry)), append: (entry, begun) => durable.after(audit.append(entry, begun)) },
    issuesSeen: issueSeenStore(db),
    issueMarks: issueMarkStore(db),
    alerts: alertStore(db, provider),
    retention: retentionStore(db),
    rules: ruleStore(db),
    users: userStore(db),
    sessions: sessionStore(db),
    tokens: tokenStore(db, direct),
    loginFailures: loginFailureStore(db),
    meta: metaStore(db),
    ping: async () => {
      await db.$queryRaw`SELECT 1`;
    },
    close: async () => {
      log.end();
      await durable.close();
      await db.$disconnect();
    },
  };
}
