import { Rule } from '~/contract/rule.ts';
import type { Db } from './database.ts';
import type { RuleStore } from './types.ts';

/** Rules over the event stream, as people have made or changed them. */
export function ruleStore(db: Db): RuleStore {
  return {
    list: async () => (await db.rule.findMany({ orderBy: { name: 'asc' } })).map(({ document, by, at }) => ({ rule: Rule.parse(JSON.parse(document)), by, at: Number(at) })),
    put: async ({ rule, by, at }) => {
      const rest = { document: JSON.stringify(rule), by, at: BigInt(at) };
      await db.rule.upsert({ where: { name: rule.name }, create: { name: rule.name, ...rest }, update: rest });
    },
    remove: async (name) => (await db.rule.deleteMany({ where: { name } })).count === 1,
  };
}
