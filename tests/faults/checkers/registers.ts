/** Linearizability of many registers: it holds for all when it holds for each, so each key is searched on its own. */
import { say, type History } from '../history/operation.ts';
import { grouped } from './grouped.ts';
import { linearize } from './linearize.ts';
import { isRegister, type RegisterOperation } from './register.ts';
import { verdict, type Verdict } from './verdict.ts';

export function checkRegisters(history: History, options: { readonly stepsMax?: number } = {}): Verdict {
  const byKey = grouped(history.filter(isRegister), ({ key }) => key);
  const problems: string[] = [];
  let [steps, unknown] = [0, 0];
  for (const [key, operations] of byKey) {
    const found = linearize(operations, options);
    steps += found.steps;
    if (found.valid === 'unknown') unknown += 1;
    if (found.valid === false) problems.push(`${key}: no order explains ${say(found.answer)}; before it: ${before(operations, found.answer)}; beside it: ${found.beside.map((other) => say(other)).join('; ') || 'nothing'}`);
  }
  const all = verdict('registers', problems, { keys: byKey.size, operations: history.filter(isRegister).length, steps, unknown });
  return all.valid && unknown > 0 ? { ...all, valid: 'unknown' } : all;
}

const beforeMax = 3;

/** The last ones that were settled when it was called. */
function before(operations: readonly RegisterOperation[], answer: RegisterOperation): string {
  const settled = operations.filter(({ outcome, returned }) => outcome === 'ok' && returned! < answer.invoked).toSorted((a, b) => a.returned! - b.returned!);
  return settled.slice(-beforeMax).map((other) => say(other)).join('; ') || 'nothing';
}
