import { groupBy } from '~/core/view/group.ts';
import { clock, list, quoted } from '~/core/view/words.ts';
import { serves, type ClusterRow } from './row.ts';

/** What concerns the cluster as a whole. */

const decidedMs = 15_000;
const alertMs = 15_000;

export const clusterRows: readonly ClusterRow[] = [
  {
    code: 'version-mix', about: 'cluster', severity: 'info', badge: 'versions differ', graceMs: 10_000,
    means: 'Agents or Tarantools of different versions run in one cluster.',
    todo: 'Finish the upgrade.',
    find: ({ facts }) => {
      const up = [...facts.instances.values()].filter(serves);
      const mixes = [
        mixOf('agents', up.map(({ alias, status }) => ({ alias, version: status!.agentVersion }))),
        mixOf('Tarantools', up.flatMap(({ alias, status }) => (status?.database ? [{ alias, version: status.database.version }] : []))),
      ].filter((mix) => mix !== null);
      return mixes.length === 0 ? null : { sentence: `Versions are mixed: ${mixes.join('; ')}.`, wayOut: 'Finish the upgrade: replicas first, the master of each replicaset last.' };
    },
  },
  {
    code: 'apply-unfinished', about: 'cluster', severity: 'warning', badge: 'apply unfinished', graceMs: 0,
    means: 'A configuration was decided 15 s ago, and its run has not ended.',
    todo: 'Any server finishes it; the run shows which instance it waits for.',
    find: ({ facts, pendingRuns }) => {
      const run = pendingRuns.find(({ state, decidedAt }) => state === 'decided' && decidedAt !== null && facts.now - decidedAt > decidedMs);
      if (!run) return null;
      const open = run.instances.filter(({ state }) => state !== 'applied').map(({ alias }) => alias);
      return {
        since: run.decidedAt!,
        sentence: `Configuration version ${run.version} was decided at ${clock(run.decidedAt!, facts.now)}, but its run has not ended${open.length > 0 ? `: it waits for ${list(open)}` : ''}.`,
        wayOut: `Nothing is blocked: the version holds, and instances take it as they can. See \`coterie apply-run get ${run.id}\`; a restarted server finishes it.`,
      };
    },
  },
  {
    code: 'alerts-failing', about: 'cluster', severity: 'warning', badge: 'alerts fail', graceMs: 0,
    means: 'Messages over an alert channel have failed for 15 s: nobody hears of issues over it. What waits is sent when it works again.',
    todo: 'See the answer on the Alerts page, mend the channel or the other side, and press Test.',
    find: ({ facts, failingAlerts }) => {
      const failing = failingAlerts.filter(({ since }) => facts.now - since > alertMs).toSorted((a, b) => a.since - b.since);
      const [first] = failing;
      if (first === undefined) return null;
      const words = failing.map(({ name, since, error }) => `${name} since ${clock(since, facts.now)} (${quoted(error, 'no answer')})`);
      return { since: first.since, sentence: `Alerts do not arrive over ${list(words)}.`, wayOut: 'Mend the channel or the other side; `coterie alert test` shows the answer. What waits is sent then; after a day it is given up.' };
    },
  },
];

/** "2.6.0 on a, b and c, 2.8.4 on d": the rarest last. */
function mixOf(what: string, members: readonly { alias: string; version: string }[]): string | null {
  const versions = groupBy(members, ({ version }) => version);
  if (versions.size < 2) return null;
  const parts = [...versions].toSorted(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1)).map(([version, on]) => `${version} on ${list(on.map(({ alias }) => alias).toSorted())}`);
  return `${what} ${parts.join(', ')}`;
}
