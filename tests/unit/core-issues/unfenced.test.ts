import { expect, it } from 'vitest';
import { appointed, told } from './appointing.ts';
import { Cluster } from './cluster.ts';

it.each([
  ['one that the priority has named since', ['a'], 'b led s1 without a lease, and a may write by now: nobody is appointed until it is heard.', /^Bring a back\./],
  ['the one that led', ['b'], 'b led s1 without a lease and may still write: nobody else is appointed until it is heard.', /^Bring b back\./],
  ['nobody, as all are heard', [], 'b led s1 without a lease and may still write: nobody else is appointed until it is heard.', /^Bring b back\./],
])('after a time without leases names who is not heard: %s', (_what, silent, sentence, wayOut) => {
  const cluster = new Cluster({ s1: ['a', 'b'], s2: ['c', 'd'] });
  appointed(cluster);
  cluster.look();
  told(cluster, 's1', { unfenced: cluster.id('b') });
  for (let second = 0; second < 12; second += 1) {
    cluster.look();
    cluster.pass(1000, silent);
  }
  const issue = cluster.look().issues.find(({ code }) => code === 'failover-unfenced');
  expect(issue?.sentence).toBe(sentence);
  expect(issue?.wayOut).toMatch(wayOut);
});
