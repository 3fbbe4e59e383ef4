import { CoterieError } from '~/contract/errors.ts';
import type { AgentHandlers } from '~/link/protocol.ts';
import { orRefused, sentenceOf } from '~/agent/process/refused.ts';
import type { LostFound } from './lost-found.ts';

/** What servers ask about rows that were saved here, and about writing such rows to a master, whether or not failover is on now. */
export type LostRowsHandlers = Pick<AgentHandlers, 'lostRows' | 'readLostRows' | 'replayRows' | 'discardLostRows'>;

export type LostRowsParts = {
  readonly lostFound: LostFound;
  readonly control: { call(method: string, params: object, timeoutMs: number): Promise<unknown> };
  readonly replicaset: () => string | null;
  readonly name: () => string;
};

const replayMs = 30_000;
/** Of that, for copies in quorum mode. */
const copiesSeconds = 5;

export function lostRowsHandlers({ lostFound, control, replicaset, name }: LostRowsParts): LostRowsHandlers {
  return {
    lostRows: () => lostFound.list(),
    readLostRows: ({ name: file, ...page }) => lostFound.read(file, page),
    replayRows: async ({ replicaset: wanted, ...batch }) => {
      if (replicaset() !== wanted) throw new CoterieError('CONFLICT', `${name()} is no instance of the replicaset that the rows are of.`);
      // The shape is that of lua/replay.lua.
      const answer = control.call('replay', { ...batch, timeout: copiesSeconds }, replayMs) as ReturnType<AgentHandlers['replayRows']>;
      return orRefused(answer, (message) => new CoterieError('REFUSED', `${name()} takes no rows now: ${sentenceOf(message)}.`));
    },
    discardLostRows: async ({ name: file }) => {
      const { rows } = await lostFound.remove(file);
      return { sentence: `${file} with its ${rows} rows is gone.` };
    },
  };
}

/** Of an agent that never had a database. */
export function noLostRows(): LostRowsHandlers {
  const none = async ({ name }: { name: string }): Promise<never> => {
    throw new CoterieError('NOT_FOUND', `There is no file ${name} in lost and found.`);
  };
  const noDatabase = async (): Promise<never> => {
    throw new CoterieError('UNAVAILABLE', 'There is no database that rows could be written to.');
  };
  return { lostRows: async () => [], readLostRows: none, replayRows: noDatabase, discardLostRows: none };
}
