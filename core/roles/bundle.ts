import { parse } from 'yaml';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { FunctionDefinition } from '~/contract/shapes/role.ts';
import type { SpaceDefinition } from '~/contract/shapes/space-definition.ts';
import { bundled, type HashOf } from './bundle-text.ts';
import { byObject, byText } from './memo.ts';
import { definitionFile } from './files.ts';
import { inDependencyOrder } from './order.ts';
import { rolesIn, type Sections } from './read.ts';
import type { Chunk, Role, RoleMigration } from './role.ts';

/** What one instance runs of custom roles: as the agent hands it to its Tarantool (`roles_check`, `roles_apply`), as JSON. */

export type BundleChunk = {
  /** Section that it is in, for messages: `roles/bank/role.yml`. */
  readonly file: string;
  /** Line of that file, from 0, at which the text begins. */
  readonly lineOffset: number;
  readonly text: string;
};

export type BundleFunction = Omit<FunctionDefinition, 'body'> & { readonly name: string; readonly code: BundleChunk };

export type BundleModule = {
  /** As `require` takes it: `bank`, `bank.rates`. */
  readonly name: string;
  readonly code: BundleChunk;
};

export type BundleMigration = {
  /** `0001-owners`. */
  readonly name: string;
  readonly number: number;
  /** SHA-256 of the text of `up`, hex: a step that ran with another one was changed since. */
  readonly hash: string;
  readonly up: BundleChunk;
  readonly down?: BundleChunk;
};

export type BundleRole = {
  readonly name: string;
  readonly modules: readonly BundleModule[];
  readonly functions: readonly BundleFunction[];
  readonly spaces: Readonly<Record<string, SpaceDefinition>>;
  /** In their order. They run when somebody orders it. */
  readonly migrations: readonly BundleMigration[];
  /** Sections that it reads: YAML and JSON parsed, the rest as text. */
  readonly conf: Readonly<Record<string, unknown>>;
};

/** `roles` in the order of their dependencies: those that others depend on first. */
export type Bundle = {
  /** SHA-256 of the list of `sums`, hex: the same roles have the same one on every instance. */
  readonly hash: string;
  readonly roles: readonly BundleRole[];
  /** Of each role's text (`bundle-text.ts`), hex. */
  readonly sums: readonly string[];
};

/** The one without roles: most instances have it, in every version. */
const without = byObject((hashOf: HashOf) => bundled([], hashOf));

/** What runs on an instance: the custom roles of its replicaset. One that is in no replicaset runs none. `hashOf`: SHA-256, hex. */
export function bundleFor(config: ClusterConfig, instance: string, { hashOf }: { readonly hashOf: HashOf }): Bundle {
  const home = config.instances[instance]?.replicaset;
  const wanted = (config.replicasets[home ?? '']?.roles ?? []).filter((name) => Object.hasOwn(config.sections, definitionFile(name)));
  if (wanted.length === 0) return without(hashOf);
  const { roles } = rolesIn(config.sections);
  const needs = new Map([...roles].map(([name, { dependencies }]) => [name, dependencies]));
  return bundled(inDependencyOrder(wanted.filter((name) => roles.has(name)), needs).flatMap((name) => bundleRole(roles.get(name), { sections: config.sections, hashOf })), hashOf);
}

/** Nearly all roles of a new version are those of the one before it: what was made of one is kept with it. */
const made = new WeakMap<Role, { readonly texts: readonly (string | undefined)[]; readonly role: BundleRole }>();

type Source = { readonly sections: Sections; readonly hashOf: HashOf };

function bundleRole(role: Role | undefined, { sections, hashOf }: Source): BundleRole[] {
  if (!role) return [];
  const texts = role.sections.map((section) => sections[section]);
  const before = made.get(role);
  if (before?.texts.every((text, at) => text === texts[at])) return [before.role];
  const { name, modules, functions, spaces, migrations } = role;
  const conf = Object.fromEntries(role.sections.flatMap((section) => (sections[section] === undefined ? [] : [[section, valueOf(section, sections[section])]])));
  const fresh: BundleRole = { name, modules: modules.map((module) => ({ ...module, code: bundleChunk(module.code) })), functions: functions.map((one) => ({ ...one, code: bundleChunk(one.code) })), spaces, migrations: migrations.map((one) => bundleMigration(one, hashOf)), conf };
  made.set(role, { texts, role: fresh });
  return [fresh];
}

const bundleMigration = ({ name, number, up, down }: RoleMigration, hashOf: HashOf): BundleMigration => ({ name, number, hash: hashOf(up.text), up: bundleChunk(up), ...(down === null ? {} : { down: bundleChunk(down) }) });

/** Columns are for people who look for a mistake: what runs is the same without them. */
const bundleChunk = ({ file, lineOffset, text }: Chunk): BundleChunk => ({ file, lineOffset, text });

const parsed = byText(
  (text): { readonly value: unknown } => {
    try {
      return { value: parse(text, { maxAliasCount: 100, logLevel: 'error' }) ?? null };
    } catch {
      return { value: text };
    }
  },
  { charsMax: 8 * 1024 * 1024 },
);

/** What cannot be parsed is handed over as it is: whoever reads it says what is wrong with it. */
const valueOf = (section: string, text: string): unknown => (/\.(ya?ml|json)$/.test(section) ? parsed(text).value : text);
