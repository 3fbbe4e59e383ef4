import type { Rule } from '~/contract/rule.ts';

/** What a rule looks for, and what it has found, in a sentence. */

/** "10 minutes", "2 hours", "3 days". */
export function windowWords(minutes: number): string {
  if (minutes >= 2880 && minutes % 1440 === 0) return `${minutes / 1440} days`;
  if (minutes >= 120 && minutes % 60 === 0) return `${minutes / 60} hours`;
  if (minutes < 1) return `${Math.round(minutes * 60)} seconds`;
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}

const kindWords = { health: 'change of a master', decision: 'decision', action: 'action', config: 'configuration version', process: 'process event', gossip: 'gossip event', issue: 'issue event', access: 'access event', failover: 'failover event', sharding: 'sharding event' } as const;

/** "access events", "1 process event of severity warning with "crashed" about s1-2". */
export function eventWords({ kind, level, text, object }: Rule, count: number): string {
  const noun = kind === undefined ? 'event' : kindWords[kind];
  const many = kind === 'health' ? 'changes of masters' : `${noun}s`;
  return [count === 1 ? noun : many, ...(level === undefined || level === 'info' ? [] : [level === 'critical' ? 'of severity critical' : 'of severity warning or critical']), ...(text === undefined ? [] : [`with "${text}"`]), ...(object === undefined ? [] : [`about ${object}`])].join(' ');
}

export function ruleSentence(rule: Rule): string {
  const where = rule.per === 'object' && rule.object === undefined ? ' about one object' : '';
  const within = windowWords(rule.minutes);
  switch (rule.watch) {
    case 'count':
      return `${rule.count} ${eventWords(rule, rule.count)}${where} within ${within}`;
    case 'rate':
      return `${rule.count} ${eventWords(rule, rule.count)}${where} a minute over ${within}`;
    case 'flapping':
      return `${rule.object ?? (rule.per === 'object' ? 'An instance or replicaset' : 'Anything')} becomes unhealthy ${rule.count} times within ${within}`;
    case 'absence':
      return `No ${eventWords(rule, 1)} for ${within}`;
  }
}

/** `hits`: how many there were in the window. */
export function foundSentence(rule: Rule, name: string, hits: number): string {
  const within = windowWords(rule.minutes);
  switch (rule.watch) {
    case 'count':
      return `${name} had ${hits} ${eventWords({ ...rule, object: undefined }, hits)} in ${within}.`;
    case 'rate':
      return `${name} had ${Math.round((hits / rule.minutes) * 100) / 100} ${eventWords({ ...rule, object: undefined }, 2)} a minute over ${within}.`;
    case 'flapping':
      return `${name} became unhealthy ${hits} times in ${within}.`;
    case 'absence':
      return `${name} has had no ${eventWords({ ...rule, object: undefined }, 1)} for ${within}.`;
  }
}
