/** When all is quiet, all copies of the data of a replicaset are the same. */
import type { Copy } from '../scenario/system.ts';
import { grouped } from './grouped.ts';
import { verdict, type Verdict } from './verdict.ts';

export function checkCopies(copies: readonly Copy[]): Verdict {
  const problems = [...grouped(copies, ({ set }) => set).values()].flatMap((ofOne) => {
    const different = grouped(ofOne, ({ digest }) => digest);
    const told = [...different].map(([digest, all]) => `${all.map(({ node }) => node).join(' and ')}: ${digest}`);
    return different.size === 1 ? [] : [`copies differ: ${told.join('; ')}`];
  });
  return verdict('copies', copies.length === 0 ? ['no copy told what it has'] : problems, { copies: copies.length });
}
