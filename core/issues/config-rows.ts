import type { InstanceFacts } from '~/core/view/facts.ts';
import { clock, quoted } from '~/core/view/words.ts';
import type { Context, InstanceRow } from './row.ts';

/** Does everybody have the configuration that was decided? Compared by number and by hash. */

/** Version and as much of its hash as is known: all of it by report, 16 digits by gossip. */
const known = ({ report, gossip }: InstanceFacts) => report?.status.config ?? gossip?.payload?.config ?? null;

function behind(instance: InstanceFacts, { facts }: Context): { has: number; wanted: number } | null {
  const wanted = facts.config?.version ?? 0;
  if (instance.config === null || wanted === 0 || known(instance) === null && instance.report === null && !instance.gossip?.payload) return null;
  const has = Math.min(known(instance)?.version ?? 0, instance.status?.appliedVersion ?? Number.POSITIVE_INFINITY);
  return has < wanted ? { has, wanted } : null;
}

export const configRows: readonly InstanceRow[] = [
  {
    code: 'config-pending', about: 'instance', severity: 'warning', badge: 'old configuration', graceMs: 3000,
    means: 'An instance does not have the newest configuration in place.',
    todo: 'An instance that is away takes it when it is back. One that is up says why it has not.',
    find: (instance, context) => {
      const version = behind(instance, context);
      if (version === null || (instance.config!.disabled && instance.contact === 'lost')) return null;
      const decided = clock(context.facts.config!.at, context.facts.now);
      const has = version.has === 0 ? 'none' : `version ${version.has}`;
      if (instance.contact === 'lost') return { sentence: `${instance.alias} will get configuration version ${version.wanted} (decided ${decided}) when it is back; it has ${has}.`, wayOut: 'Nothing: it takes the newest version from any peer before it serves again.' };
      return {
        sentence: `${instance.alias} has ${has} of the configuration in place, not version ${version.wanted} (decided ${decided}): ${quoted(instance.status?.reason ?? null, 'it is on its way')}.`,
        wayOut: `Mend what the reason names. If it gives none, apply the version again, to all; or restart ${instance.alias}'s agent: it takes the newest version from its peers.`,
        repair: { operation: 'config.restore', label: `Apply version ${version.wanted} again`, input: { version: version.wanted } },
      };
    },
  },
  {
    code: 'config-mismatch', about: 'instance', severity: 'critical', badge: 'other configuration', graceMs: 0,
    means: 'An instance has another document under the same version number: two clusters of one name, or a database that was restored from a copy.',
    todo: 'Do not change anything before you know which one is right. `coterie server adopt` rebuilds the server from the agents.',
    find: (instance, { facts }) => {
      const [theirs, ours] = [known(instance), facts.config];
      if (instance.config === null || !theirs || !ours || theirs.version !== ours.version || ours.hash.startsWith(theirs.hash)) return null;
      return {
        sentence: `${instance.alias} has configuration version ${theirs.version} with other contents (${theirs.hash.slice(0, 8)}) than this server (${ours.hash.slice(0, 8)}).`,
        wayOut: `Was this server's database restored from a copy, or was a second server started with its own? Make no change here; find out which document is right (compare with \`coterie topology export\`). If it is the agents', stop this server and run \`coterie server adopt\`.`,
      };
    },
  },
  {
    code: 'config-ahead', about: 'instance', severity: 'critical', badge: 'newer configuration', graceMs: 3000,
    means: 'An instance has a newer version than this server: its database is old.',
    todo: 'Run `coterie server adopt`: it takes the newest version from the agents.',
    find: (instance, { facts }) => {
      const [theirs, ours] = [known(instance)?.version ?? 0, facts.config?.version ?? 0];
      if (instance.contact === 'lost' || theirs <= ours) return null;
      return { sentence: `${instance.alias} has configuration version ${theirs}, this server ${ours === 0 ? 'none' : `only ${ours}`}: the server's database is older than the cluster.`, wayOut: 'Stop this server and run `coterie server adopt`, which takes the newest version from the agents.' };
    },
  },
];
