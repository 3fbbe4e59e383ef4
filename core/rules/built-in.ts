import type { Rule } from '~/contract/rule.ts';

/** The rules that come with the product. Each can be edited or switched off, and brought back. */
export const builtInRules: readonly Rule[] = [
  { name: 'flapping', watch: 'flapping', per: 'object', count: 4, minutes: 10, severity: 'warning', enabled: true, todo: 'Something makes it fail again and again: read its log and its events from the first of them on. Disable it while you look, so that nothing depends on it.' },
  { name: 'repeated-crashes', watch: 'count', kind: 'process', level: 'warning', per: 'object', count: 3, minutes: 60, severity: 'warning', enabled: true, todo: 'Read the end of its log before each crash. A replica with broken files can be rebuilt from its peers.' },
  { name: 'restless-master', watch: 'count', kind: 'health', per: 'object', count: 6, minutes: 15, severity: 'warning', enabled: true, todo: 'The master of this replicaset moves too often. See in its events what each move followed: a network that comes and goes, or an overloaded host.' },
  { name: 'failed-sign-ins', watch: 'count', kind: 'access', level: 'warning', per: 'cluster', count: 8, minutes: 10, severity: 'warning', enabled: true, todo: 'Somebody may be guessing passwords: the events of kind access name the user and the address. Names and addresses are locked by themselves for a time.' },
  { name: 'failed-applies', watch: 'count', kind: 'decision', level: 'warning', per: 'cluster', count: 3, minutes: 30, severity: 'warning', enabled: true, todo: 'The events name the instance that refuses and its reason: mend that before the next try.' },
];
