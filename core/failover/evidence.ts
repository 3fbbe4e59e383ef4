import type { Bench, Case } from './coordinator-state.ts';
import { longer, overAt, releasedBy } from './lease.ts';
import type { Cause } from './records.ts';

/**
 * What permits somebody to take over. The one idea: only two things do, the holder's own word that it is over, and its
 * silence for longer than its lease can last. That nobody reaches it, or that gossip calls it dead, shortens nothing.
 */
export type Evidence = {
  readonly cause: Extract<Cause, 'first' | 'crash' | 'expiry'>;
  readonly sentence: string;
  /** The holder's own words, so it need not be looked at again. */
  readonly certain: boolean;
};

export function evidenceOf(b: Bench, c: Case, now: number): Evidence | null {
  const { view, records } = c;
  if (!c.known || !view) return null;
  if (!records.state || !records.lease) return { cause: 'first', sentence: 'There is no record of a master.', certain: false };
  const lease = records.lease.value;
  if (releasedBy(view, lease, { rules: b.rules, timing: b.timing, now })) return { cause: 'crash', sentence: `${lease.holder} gave the lease of epoch ${lease.epoch} back: ${lease.released?.why ?? ''}.`, certain: true };
  const at = overAt(view, b.rules, b.timing);
  if (now < at) return null;
  return { cause: 'expiry', sentence: `${lease.holder} has not renewed the lease of epoch ${lease.epoch} for ${Math.round(now - view.receivedAt)} ms.`, certain: false };
}

/** When there may be evidence, if nothing is heard until then. */
export function evidenceAt(b: Bench, c: Case, now: number): number {
  if (evidenceOf(b, c, now)) return now;
  if (!c.known || !c.view) return Infinity;
  const trusted = b.rules.leaseOverAt({ receivedAt: c.view.since, askedAt: c.view.since }, longer(b.timing, c.view.leaseMs));
  return Math.min(...[overAt(c.view, b.rules, b.timing), trusted].filter((at) => at > now), Infinity);
}
