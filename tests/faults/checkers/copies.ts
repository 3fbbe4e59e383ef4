/** When all is quiet, all copies of the data are the same. */
import type { Copy } from '../scenario/system.ts';
import { grouped } from './grouped.ts';
import { verdict, type Verdict } from './verdict.ts';

export function checkCopies(copies: readonly Copy[]): Verdict {
  const different = grouped(copies, ({ digest }) => digest);
  const told = [...different].map(([digest, all]) => `${all.map(({ node }) => node).join(' and ')}: ${digest}`);
  return verdict('copies', different.size !== 1 ? [`copies differ: ${told.join('; ')}`] : [], { copies: copies.length });
}
