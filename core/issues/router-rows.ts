import { blindness } from '~/core/standing/routers.ts';
import { list, quoted } from '~/core/view/words.ts';
import { serves, type InstanceRow } from './row.ts';

/** What keeps routers from serving. An agent of before routers tells of none. */
export const routerRows: readonly InstanceRow[] = [
  {
    code: 'router-crash-loop', about: 'instance', severity: 'critical', badge: 'router crashes', graceMs: 0,
    means: 'The router of the instance ended five times in a row within a minute of its start.',
    todo: 'Its log says why. Where its address is taken, give it another one.',
    find: (instance) => {
      const router = serves(instance) ? instance.status?.router : undefined;
      if (!router?.restarts.crashLoop) return null;
      return { sentence: `The router of ${instance.alias} ends again and again: ${quoted(router.restarts.lastExit, 'nobody knows why')}.`, wayOut: `See its log: \`coterie instance logs ${instance.alias} --source router\`. Where its address is taken: \`coterie instance edit ${instance.alias} --router host:port\`.` };
    },
  },
  {
    code: 'router-down', about: 'instance', severity: 'critical', badge: 'router down', graceMs: 10_000,
    means: 'An instance with role router has had no router that takes clients for ten seconds.',
    todo: 'Its log says why.',
    find: (instance) => {
      const router = serves(instance) ? instance.status?.router : undefined;
      if (!router || router.state === 'ready' || router.state === 'draining' || router.restarts.crashLoop) return null;
      return { sentence: `The router of ${instance.alias} at ${router.address} takes no clients: ${quoted(router.reason, 'it does not start')}.`, wayOut: `See its log: \`coterie instance logs ${instance.alias} --source router\`. \`coterie router restart ${instance.alias}\` starts it at once.` };
    },
  },
  {
    code: 'router-blind', about: 'instance', severity: 'warning', badge: 'router blind', graceMs: 10_000,
    means: 'For ten seconds a router has known of no master of a storage, or not where all buckets are.',
    todo: 'See which storages it reaches, and what is wrong with the others.',
    find: (instance, { facts, sharding }) => {
      const router = serves(instance) ? instance.status?.router : undefined;
      if (!router || router.state !== 'ready' || router.figures === null || router.figures.masters.length === 0) return null;
      // Who has not bootstrapped the group knows so: that is told once, by an issue of its own.
      const made = sharding.find(({ group }) => group === router.group)?.bootstrapped ?? null;
      if (router.figures.map.count === 0 && made === null && router.figures.pools.some(({ up }) => up > 0)) return null;
      const blind = blindness(router.figures, (uuid) => facts.config?.config.replicasets[uuid]?.alias ?? uuid);
      return blind && { sentence: `The router of ${instance.alias}: ${blind.sentence.charAt(0).toLowerCase()}${blind.sentence.slice(1)}`, wayOut: blind.wayOut };
    },
  },
  {
    code: 'router-users-differ', about: 'instance', severity: 'warning', badge: 'users differ', graceMs: 10_000,
    means: 'Storages of a group do not have the same database users with the same passwords: some calls of a client succeed and some do not.',
    todo: 'Create or change the users named on each storage, with the same password.',
    find: (instance) => {
      const differ = (serves(instance) ? instance.status?.router?.usersThatDiffer : undefined) ?? [];
      if (differ.length === 0) return null;
      return { sentence: `Clients of the router of ${instance.alias}: ${list(differ)} ${differ.length === 1 ? 'is' : 'are'} not known to all storages with the same password.`, wayOut: 'Create the user with the same password on the master of each storage: `box.schema.user.create(name, {password = ...})`, or `box.schema.user.passwd(name, ...)`.' };
    },
  },
];
