import type { z } from 'zod';
import { CoterieError, type ErrorCode } from '~/contract/errors.ts';
import type { DataSpace } from '~/contract/shapes/data.ts';
import type { AgentApi, AgentHandlers } from '~/link/protocol.ts';
import { databaseCall } from './process/running.ts';
import type { Supervisor } from './process/supervisor.ts';

/** Rows of this instance, for people: asked of lua/data, whose refusals begin with a word that says which error it is. */

export type DataHandlers = Pick<AgentHandlers, 'dataSpace' | 'dataSpaces' | 'dataPage' | 'dataLook' | 'dataWrite'>;

const callMs = 5000;
const spacesMs = 2000;
const writeMs = 10_000;
const graceMs = 1000;

const codes: Readonly<Record<string, ErrorCode>> = {
  NO_SPACE: 'NOT_FOUND', NO_INDEX: 'NOT_FOUND', BAD_CONDITION: 'BAD_INPUT', MANY_ALIKE: 'REFUSED', CHANGED: 'CONFLICT', REFUSED: 'REFUSED',
  WRONG_BUCKET: 'CONFLICT', BUCKET_MOVING: 'CONFLICT', NOT_SHARDED: 'CONFLICT', WRONG_EPOCH: 'CONFLICT', LEASE_EXPIRED: 'UNAVAILABLE', GATED: 'UNAVAILABLE', OUTCOME_UNKNOWN: 'UNAVAILABLE',
};

/** `CODE sentence` or `CODE {facts}: sentence`; anything else is Tarantool's own word on what was asked. */
export function dataError(message: string): CoterieError {
  const [, word = '', sentence = ''] = /^(?:[\w./-]+:\d+: )?([A-Z_]{5,}) (?:\{[^}]*\}: )?(.*)$/s.exec(message) ?? [];
  const code = codes[word];
  if (code === undefined) return new CoterieError('REFUSED', message);
  return new CoterieError(code, word === 'OUTCOME_UNKNOWN' ? `It was written here, and may not last: ${sentence}. Look at the row again.` : `${sentence[0]?.toUpperCase() ?? ''}${sentence.slice(1)}.`);
}

export function dataHandlers({ supervisor, name }: { supervisor: Supervisor; name: () => string }): DataHandlers {
  const call = databaseCall({ supervisor, name }, dataError);
  // The shapes are those of lua/data.
  return {
    dataSpace: async (input) => (await call('data_space', input, callMs)) as DataSpace,
    dataSpaces: async (input) => (await call('data_spaces', { ...given(input), timeout: spacesMs / 1000 }, callMs)) as z.output<AgentApi['dataSpaces']['output']>,
    dataPage: async ({ timeoutMs, bytesMax, ...input }) => (await call('data_page', { ...given(input), bytes: bytesMax, timeout: timeoutMs / 1000 }, timeoutMs + graceMs)) as z.output<AgentApi['dataPage']['output']>,
    dataLook: async (input) => (await call('data_look', given(input), callMs)) as z.output<AgentApi['dataLook']['output']>,
    dataWrite: async (input) => (await call('data_write', given(input), writeMs)) as z.output<AgentApi['dataWrite']['output']>,
  };
}

/** Lua has no null that is not a value: what is null is left out. */
const given = (input: object): object => Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined));

/** Of one that has no rows to show. */
export function withoutData(name: () => string): DataHandlers {
  const refuse = async (): Promise<never> => {
    throw new CoterieError('CONFLICT', `${name()} has no database with rows.`);
  };
  return { dataSpace: refuse, dataSpaces: refuse, dataPage: refuse, dataLook: refuse, dataWrite: refuse };
}
