import type { Rule } from '~/contract/rule.ts';
import type { Issue, ObjectRef } from '~/contract/shapes/view.ts';
import type { Facts } from '~/core/view/facts.ts';
import type { Seen } from '~/core/issues/detect.ts';
import { codeOfRule } from './match.ts';
import type { Finding } from './watch.ts';

/** What rules have found, as issues like all others: with an age that survives a restart, marks, and an event when they come and go. */
export type RuleFinding = Finding & { readonly rule: Rule };

export function ruleIssues(findings: readonly RuleFinding[], { facts, seen }: { facts: Facts; seen: Seen }): Issue[] {
  return findings.map(({ rule, object, sentence }) => {
    const about = known(object, facts);
    const code = codeOfRule(rule);
    const id = `${code}:${about.id}`;
    return { id, code, severity: rule.severity, object: about, sentence, wayOut: rule.todo, since: seen.get(id) ?? facts.now, repair: null };
  });
}

/** A rule names its object as a person does; one that was renamed since is called as it is now. */
function known(object: ObjectRef, { instances, replicasets }: Facts): ObjectRef {
  if (object.kind !== 'instance' && object.kind !== 'replicaset') return object;
  const instance = instances.get(object.id) ?? [...instances.values()].find(({ alias }) => alias === object.id);
  if (instance) return { kind: 'instance', id: instance.uuid, name: instance.alias };
  const replicaset = replicasets.get(object.id) ?? [...replicasets.values()].find(({ config }) => config.alias === object.id);
  return replicaset ? { kind: 'replicaset', id: replicaset.uuid, name: replicaset.config.alias } : object;
}
