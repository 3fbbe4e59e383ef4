import { audit, session, token, user } from './access.ts';
import { alert } from './alert.ts';
import { applyRun } from './apply-run.ts';
import { cluster } from './cluster.ts';
import { code } from './code.ts';
import { config } from './config.ts';
import { console } from './console.ts';
import { data } from './data.ts';
import { databaseRole, databaseUser } from './database-user.ts';
import { failover } from './failover.ts';
import { functions } from './function.ts';
import { gossip } from './gossip.ts';
import { instance } from './instance.ts';
import { issue } from './issue.ts';
import { migration } from './migration.ts';
import type { Operation } from './operation.ts';
import { replicaset } from './replicaset.ts';
import { retention } from './retention.ts';
import { role } from './role.ts';
import { router } from './router.ts';
import { rule } from './rule.ts';
import { schema } from './schema.ts';
import { sharding } from './sharding.ts';
import { topology } from './topology.ts';

/** Everything that the product can do, as noun.verb. Adding an operation starts here. */
export const contract = { cluster, issue, rule, instance, replicaset, failover, sharding, router, topology, role, code, schema, function: functions, migration, config, applyRun, databaseUser, databaseRole, user, token, session, audit, gossip, alert, retention, data, console };

export type Contract = typeof contract;

// `any` because an operation is contravariant in its input: no concrete one is an Operation<Kind, ZodObject>.
export type AnyOperation = Operation<any, any, any>;
export type Tree = { readonly [noun: string]: { readonly [verb: string]: AnyOperation } };
export type Entry = { readonly noun: string; readonly verb: string; readonly name: string; readonly operation: AnyOperation };

export function entriesOf(tree: Tree): Entry[] {
  return Object.entries(tree).flatMap(([noun, verbs]) => Object.entries(verbs).map(([verb, operation]) => ({ noun, verb, name: `${noun}.${verb}`, operation })));
}

export function entryOf(name: string): Entry {
  const entry = entriesOf(contract).find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`no operation ${name}`);
  return entry;
}

/** GET /instance, POST /replicaset/{replicaset}/edit: no path is written by hand. Words are kebab-case. */
export function pathOf({ noun, verb, operation }: Entry): string {
  const subject = (operation.subject ?? []).map((field: string) => `{${field}}`);
  const implied = operation.kind === 'query' && (verb === 'list' || verb === 'get');
  return ['', kebab(noun), ...subject, ...(implied ? [] : [kebab(verb)])].join('/');
}

/** Queries with a big document in their input (plan, diff, validate) are POST too: an URL is too short for them. */
export function methodOf({ operation }: Entry): 'GET' | 'POST' {
  if (operation.kind === 'mutation') return 'POST';
  const fields = Object.keys(operation.input.shape);
  return fields.some((field) => ['document', 'edits', 'sections', 'files'].includes(field)) ? 'POST' : 'GET';
}

export const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
