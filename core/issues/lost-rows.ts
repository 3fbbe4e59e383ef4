import { count } from '~/core/view/words.ts';
import type { InstanceRow } from './row.ts';

/** What a failover has left for a person to decide. */
export const lostRowsRows: readonly InstanceRow[] = [
  {
    code: 'lost-rows', about: 'instance', severity: 'warning', badge: 'lost rows', graceMs: 0,
    means: 'An agent keeps rows that its instance alone had when it was rebuilt: its master never had them, and nobody has decided what becomes of them.',
    todo: 'Look at each file, write what is still wanted into the present master, then discard it. Acknowledge the issue while that goes on.',
    find: ({ alias, status }) => {
      const files = status?.failover?.lostRows ?? 0;
      if (files === 0) return null;
      return {
        sentence: `The lost and found of ${alias} holds ${count(files, 'file')} of rows that its master never had.`,
        wayOut: `Look at them: \`coterie failover lost-rows --instance ${alias}\`. Write what is still wanted into the present master (\`coterie failover replay-lost-rows\`, first with --dry-run), then discard the file.`,
      };
    },
  },
];
