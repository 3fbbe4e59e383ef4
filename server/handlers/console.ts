import { consoleTargetsMax, type ConsoleAnswer } from '~/contract/console.ts';
import { CoterieError, problemOf } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { InstanceView } from '~/contract/shapes/view.ts';
import { headless, instanceCalled, leading } from '~/server/data/scope.ts';
import { act, step } from './action.ts';
import type { Context, HandlersOf } from './context.ts';

/** One statement on many instances, in parallel: each answers for itself, and one that hangs holds up no other. */

/** Of all answers together. */
const bytesMax = 16 * 1024 * 1024;
const answerBytesMax = 2 * 1024 * 1024;
const graceMs = 1500;

export const consoleHandlers: HandlersOf<Pick<typeof contract, 'console'>>['console'] = {
  eval: async (context, { on, code, language, write, timeoutMs, rowsMax, ...intent }) => {
    if (write && context.actor?.role !== 'admin') throw new CoterieError('FORBIDDEN', `console.eval with \`write\` needs the role admin: what runs then has all rights in the database and on its host. You have ${context.actor?.role ?? 'no role'}; without \`write\` it reads.`, { needs: 'admin' });
    const { targets, unled } = targetsOf(context, on);
    const what = `${language.toUpperCase()}${write ? ' with full rights' : ', read-only,'} on ${targets.map(({ alias }) => alias).join(', ')}`;
    const steps = targets.map(({ uuid, alias }) => step('applySections', uuid, [`Run ${code.length} characters of ${language.toUpperCase()} on ${alias}.`, 'You asked for it.']));
    const ask = { language, code, timeoutMs, rowsMax, readOnly: !write, bytesMax: Math.min(answerBytesMax, Math.floor(bytesMax / targets.length)) };
    return act(context, intent, {
      action: { summary: `Run ${what}.`, steps, warnings: unled.map((alias) => `Not on ${alias}: ${noMaster(alias)}`) },
      run: async () => {
        const answers = [...(await Promise.all(targets.map((target) => answered(context, target, ask)))), ...unled.map(unasked)];
        const done = answers.filter(({ state }) => state === 'done').length;
        return { answers, sentence: done === answers.length ? `${done === 1 ? 'One instance' : `All ${done} instances`} answered.` : `${done} of ${answers.length} answered without an error.` };
      },
    });
  },
};

type Ask = { language: 'lua' | 'sql'; code: string; timeoutMs: number; rowsMax: number; readOnly: boolean; bytesMax: number };

const empty = { ok: false, values: [], columns: null, truncated: false };

async function answered({ services }: Context, { uuid, alias, replicaset, leadership }: InstanceView, ask: Ask): Promise<ConsoleAnswer> {
  const who = { instance: alias, replicaset: replicaset?.alias ?? null, leadership };
  const began = services.now();
  try {
    const result = await services.runtime.agents.client(uuid, alias).eval(ask, { timeoutMs: ask.timeoutMs + graceMs });
    return { ...who, ...result, state: result.ok ? 'done' : isLate(result.error) ? 'late' : 'failed' };
  } catch (error) {
    const late = error instanceof CoterieError && error.code === 'TIMED_OUT';
    return { ...who, ...empty, error: problemOf(error).detail, tookMs: services.now() - began, state: late ? 'late' : 'unreachable' };
  }
}

const noMaster = (alias: string): string => `${headless(alias)} Name one of its instances.`;

/** Under the name of the replicaset: none of its instances was asked. */
const unasked = (alias: string): ConsoleAnswer => ({ instance: alias, replicaset: alias, leadership: 'none', ...empty, error: noMaster(alias), tookMs: 0, state: 'unreachable' });

/** As lua/run.lua says it. */
const isLate = (error: string | null): boolean => error !== null && /^not done within \d+ ms; cancelled$|the deadline has passed/.test(error);

/** `unled`: replicasets whose masters are wanted, and which have none. */
function targetsOf(context: Context, on: string): { targets: InstanceView[]; unled: string[] } {
  const { instances, replicasets } = context.services.runtime.state.overview;
  const names = on.split(',').map((name) => name.trim()).filter((name) => name !== '');
  const masters = replicasets.map((one) => ({ alias: one.alias, master: leading(context, one) }));
  const found = names.flatMap((name) => {
    if (name === 'all') return instances.filter((one) => one.configured && !one.disabled && one.leadership !== 'none');
    if (name === 'masters') return masters.flatMap(({ master }) => master ?? []);
    return [instanceCalled(context, name)];
  });
  const targets = [...new Map(found.map((one) => [one.uuid, one])).values()].toSorted((a, b) => order(a).localeCompare(order(b), 'en', { numeric: true }));
  if (targets.length === 0) throw new CoterieError('NOT_FOUND', `Nobody fits ${on}: name instances or replicasets, \`masters\`, or \`all\`.`);
  if (targets.length > consoleTargetsMax) throw new CoterieError('LIMITED', `${targets.length} instances fit ${on}; at most ${consoleTargetsMax} are asked at once. Name some of them.`);
  return { targets, unled: names.includes('masters') ? masters.flatMap(({ alias, master }) => (master ? [] : [alias])) : [] };
}

const order = ({ replicaset, priority, alias }: InstanceView): string => `${replicaset?.alias ?? '~'} ${priority ?? 999} ${alias}`;
