import type { RoleFailure } from '~/contract/shapes/roles-status.ts';
import { quoted } from '~/core/view/words.ts';
import { serves, type InstanceRow } from './row.ts';

/** Custom roles, and users of the database, that failed where the configuration put them. An agent of before custom roles tells of none. */

const phases: Record<RoleFailure['phase'], { readonly what: string; readonly wayOut: string }> = {
  load: { what: 'could not be loaded', wayOut: 'What ran before it goes on. Mend the code and apply it.' },
  stop: { what: 'failed in stop', wayOut: 'It may have left fibers behind: restart the instance where that matters. The next apply forgets this.' },
  init: { what: 'failed in init', wayOut: 'Its functions are there, its apply_config is not called. Mend the code and apply it, or restart the instance where the cause was outside.' },
  apply_config: { what: 'failed in apply_config', wayOut: 'Its functions go on. Mend the code or the sections that it reads, and apply them.' },
  schema: { what: 'has not the spaces that it wants', wayOut: 'Mend the rows or the definition. It is tried again every 5 s.' },
  rights: { what: 'has not the rights that it gives', wayOut: 'Make the users (`coterie database-user set`), or mend `access` of its functions. It is tried again every 5 s.' },
  users: { what: 'is not as the configuration has it', wayOut: 'Mend what the message names. It is tried again every 5 s.' },
};

export const roleRows: readonly InstanceRow[] = [
  {
    code: 'role-failed', about: 'instance', severity: 'critical', badge: 'role failed', graceMs: 0,
    means: 'A custom role threw an error where its code was loaded, in `init`, `apply_config` or `stop`, or its spaces or rights could not be made. The other roles go on.',
    todo: 'The sentence names role, function and message; its page and `coterie instance get` have the stack. Mend it and apply the code again.',
    find: (instance, { facts }) => {
      const failed = (serves(instance) ? instance.status?.roles?.failed : undefined)?.filter(({ phase }) => phase !== 'users') ?? [];
      const [first] = failed.toSorted((a, b) => a.at - b.at);
      if (first === undefined) return null;
      const roles = new Set(failed.map(({ role }) => role));
      const more = roles.size > 1 ? ` So did ${roles.size - 1} other ${roles.size === 2 ? 'role' : 'roles'}.` : '';
      return {
        sentence: `Role ${first.role} ${phases[first.phase].what} on ${instance.alias}: ${quoted(first.message, 'it gives no reason')}.${more}`,
        wayOut: phases[first.phase].wayOut,
        since: Math.min(first.at - (instance.report?.clockOffsetMs ?? 0), facts.now),
      };
    },
  },
  {
    code: 'database-user-failed', about: 'instance', severity: 'warning', badge: 'user failed', graceMs: 0,
    means: 'A user or role of the database could not be made, changed or dropped as the configuration says. All others are.',
    todo: 'The sentence has what the database says. It is tried again every 5 s.',
    find: (instance, { facts }) => {
      const failed = (serves(instance) ? instance.status?.roles?.failed : undefined)?.filter(({ phase }) => phase === 'users') ?? [];
      const [first] = failed.toSorted((a, b) => a.at - b.at);
      if (first === undefined) return null;
      return {
        sentence: `Database user or role ${first.role} ${phases.users.what} on ${instance.alias}: ${quoted(first.message, 'it gives no reason')}.${failed.length > 1 ? ` ${failed.length - 1} more failed.` : ''}`,
        wayOut: phases.users.wayOut,
        since: Math.min(first.at - (instance.report?.clockOffsetMs ?? 0), facts.now),
      };
    },
  },
];
