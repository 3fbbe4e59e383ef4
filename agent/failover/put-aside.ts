import { commonWith } from '~/core/failover/lost.ts';
import type { MemberState } from '~/core/failover/member-state.ts';
import type { MemberAnswer, MemberRequest } from '~/core/failover/messages.ts';
import { covers } from '~/core/failover/vclock.ts';
import type { MemoryFile } from '~/agent/data/memory.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import type { Trail } from './trail.ts';

/** A copy that cannot follow its master makes way for a new one: it has rows that the master never had, or lacks some that the master's logs do not have any more. */
export type PutAsideParts = {
  /** Asks the master; null: no answer in time. */
  readonly ask: (body: MemberRequest, timeoutMs: number) => Promise<MemberAnswer | null>;
  readonly memory: MemoryFile;
  readonly trail: Trail;
  readonly poke: () => void;
  readonly log: Logger;
};

export type JoinSource = { readonly uuid: string; readonly uri: string };

const askMsMax = 1000;
const behind = 'The logs of its master do not go back to the last row here: it is made anew.';

/** Rows that only this copy has are put aside before the copy is; the plan does both while no process runs. Rejects in any case: the join is ordered once more when there is no data. */
export async function putAside({ ask, memory, trail, poke, log }: PutAsideParts, { m, epoch, from, timeoutMs }: { readonly m: Readonly<MemberState>; readonly epoch: number; readonly from: JoinSource; readonly timeoutMs: number }): Promise<never> {
  const answer = await ask({ kind: 'hear', consentTo: null }, Math.min(timeoutMs, askMsMax));
  const master = answer?.kind === 'heard' ? answer.report : null;
  if (!m.report || !master?.hasData) throw new Error(`${from.uri} has not said what it has: nothing is moved aside before.`);
  const kept = commonWith(m.report.copy, master.copy);
  const own = m.report.copy.vclock;
  const whole = kept !== null && covers(kept, own);
  log.warn({ epoch, kept, own }, whole ? behind : 'this copy has rows that its master never had: they are saved, and it is made anew');
  await memory.update({ rebuild: true, diverged: whole ? null : { epoch, kept, vclock: own } });
  trail.add({ replicaset: m.settings.uuid, epoch, by: 'member', what: 'rebuilt', detail: whole ? behind : (m.verdict?.detail ?? null) });
  poke();
  throw new Error('Its files are moved aside first.');
}
