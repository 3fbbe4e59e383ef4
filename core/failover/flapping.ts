import { begin, commit, type Bench, type Case } from './coordinator-state.ts';
import { manualKey, type ManualRecord } from './records.ts';

/** Too many failovers in a row mend nothing: then a person looks first. Taken back by removing the record. */
export function flaps(c: Case, now: number): boolean {
  const { failoversMax, windowMs } = c.settings.flapping;
  while (c.failovers.length > 0 && (c.failovers[0] ?? now) < now - windowMs) c.failovers.shift();
  return c.failovers.length >= failoversMax;
}

export function markManual(b: Bench, c: Case, now: number): void {
  const { failoversMax, windowMs } = c.settings.flapping;
  const master = c.records.state?.value.master ?? '';
  const manual: ManualRecord = { master, why: `${failoversMax} failovers within ${Math.round(windowMs / 1000)} s.` };
  begin(c, { cause: 'expiry', stage: 'marking', until: now });
  commit(b, c, { stage: 'marking', now, writes: {}, when: [], more: [{ key: manualKey(c.replicaset), value: manual }] });
  b.out.push({ kind: 'tell', replicaset: c.replicaset, what: 'manual', detail: manual.why });
}
