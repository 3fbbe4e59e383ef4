import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { SpaceRow } from '~/contract/shapes/schema-view.ts';
import type { ReplicasetView } from '~/contract/shapes/view.ts';
import { withSpacesIn } from '~/contract/spaces-text.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { compareSchema } from '~/core/schema/compare.ts';
import type { SpaceThere } from '~/core/schema/existing.ts';
import { features } from '~/core/schema/step.ts';
import { ddlText, readDdl } from '~/core/schema/ddl.ts';
import { definitionFile } from '~/core/roles/files.ts';
import { keyBodies } from '~/core/roles/key-function.ts';
import { rolesIn } from '~/core/roles/read.ts';
import type { Role } from '~/core/roles/role.ts';
import { change, editing, type Make } from './change.ts';
import { checked } from './code-check.ts';
import type { Context, HandlersOf } from './context.ts';
import { configNow, versionAt } from './history.ts';
import { findReplicaset, masterOf } from './names.ts';
import { inDocument } from './schema-places.ts';

/** The spaces of the roles: as the configuration wants them, and as the masters have them. */
export const schemaHandlers: HandlersOf<Pick<typeof contract, 'schema'>>['schema'] = {
  list: async (context, { role, replicaset }) => {
    const only = replicaset === undefined ? null : findReplicaset(context, replicaset).uuid;
    const roles = rolesOf(await configNow(context), role);
    const sets = context.services.runtime.state.overview.replicasets.filter(({ uuid }) => only === null || uuid === only);
    const rows = await Promise.all(
      roles.flatMap((one) => {
        const having = sets.filter((set) => set.roles.includes(one.name));
        return having.length === 0 && only === null ? [Promise.resolve(unplaced(one))] : having.map((set) => onReplicaset(context, one, set));
      }),
    );
    return rows.flat();
  },

  export: async (context, { role }) => {
    const found = await versionAt(context, undefined);
    const spaces = rolesOf(found?.config ?? emptyConfig(context.services.runtime.name), role).map((one) => one.spaces);
    return { version: found?.version ?? 0, document: ddlText(Object.assign({}, ...spaces)) };
  },

  check: async (context, { role, document }) => {
    const answer = await checked(context, writing(context, { role, document }), { instances: true });
    const { sections } = await configNow(context);
    return { ...answer, faults: inDocument(answer.faults, { file: definitionFile(role), text: written(sections, { role, document }).text, document }) };
  },

  apply: async (context, { role, document, ...intent }) => {
    const { plan, run, version } = await change(context, intent, writing(context, { role, document }));
    return { dryRun: intent.dryRun, plan, run, data: intent.dryRun ? null : { version, changed: run !== null } };
  },
};

function rolesOf(config: ClusterConfig, name: string | undefined): Role[] {
  const { roles } = rolesIn(config.sections);
  if (name === undefined) return [...roles.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const role = roles.get(name);
  if (!role) throw new CoterieError('NOT_FOUND', `There is no custom role ${name}. ${roles.size === 0 ? 'There are none yet.' : `There are: ${[...roles.keys()].toSorted().join(', ')}.`}`, { role: name });
  return [role];
}

type Given = { readonly role: string; readonly document: string };

/** The role's own file, with the spaces of the document in place of its own. */
function written(sections: ClusterConfig['sections'], { role, document }: Given): { readonly name: string; readonly text: string } {
  const { spaces, faults } = readDdl(document);
  if (spaces === null) throw new CoterieError('BAD_INPUT', faults.map(({ at, sentence }) => `line ${at.replace(':', ', column ')}: ${sentence}`).join(' '), { faults });
  const name = definitionFile(role);
  const before = sections[name];
  if (before === undefined) throw new CoterieError('NOT_FOUND', `There is no custom role ${role}: ${name} is not there. Write it first, by \`code push\`.`, { role });
  const text = withSpacesIn(before, spaces);
  if (text === null) throw new CoterieError('CONFLICT', `${name} cannot be read, so nothing can be written into it. Correct it first; \`code validate\` says where.`, { role });
  return { name, text };
}

const writing = (context: Context, given: Given): Make => (base, known) => editing(context, [{ kind: 'setSection', ...written(base.sections, given) }])(base, known);

type Place = { readonly replicaset: string | null; readonly instance: string | null };
type Told = Pick<SpaceRow, 'state' | 'sentence'> & { readonly there?: SpaceThere | undefined };

const rowsOf = ({ name: role, spaces }: Role, place: Place, told: (space: string) => Told): SpaceRow[] =>
  Object.entries(spaces).map(([space, definition]) => {
    const { state, sentence, there } = told(space);
    return { space, role, ...place, state, sentence, engine: definition.engine, rows: there?.rows ?? null, bytes: there?.bytes ?? null, definition };
  });

const unplaced = (role: Role): SpaceRow[] => rowsOf(role, { replicaset: null, instance: null }, () => ({ state: 'pending', sentence: `No replicaset has role ${role.name} yet.` }));

const readMs = 5000;

async function onReplicaset(context: Context, role: Role, replicaset: ReplicasetView): Promise<SpaceRow[]> {
  const { alias } = replicaset;
  const master = masterOf(context, replicaset);
  if (master === null) return rowsOf(role, { replicaset: alias, instance: null }, () => ({ state: 'unknown', sentence: `${alias} has no master now, whom one could ask.` }));
  const place = { replicaset: alias, instance: master.alias };
  try {
    const { spaces: there } = await context.services.runtime.agents.client(master.uuid, master.alias).schemaThere({ names: Object.keys(role.spaces) }, { timeoutMs: readMs });
    // The words of the step that its Tarantool is at, how many rows it has to look at, and since when.
    const { doing = null, failed = [] } = context.services.runtime.state.reports().get(master.uuid)?.status.roles ?? {};
    const plan = compareSchema(there, role.spaces, { ...features, bodies: keyBodies([role]) });
    return rowsOf(role, place, (space) => {
      const refused = plan.refusals.find((refusal) => refusal.space === space);
      const left = plan.steps.filter((step) => step.space === space).map(({ sentence }) => sentence);
      const found = there.find(({ name }) => name === space);
      if (refused) return { state: 'refused', sentence: `${refused.sentence} ${refused.wayOut}`, there: found };
      if (left.length === 0) return { state: 'applied', sentence: 'As wanted.', there: found };
      const now = left.find((step) => doing?.startsWith(step));
      // Its message begins with the words of the step.
      const stuck = failed.find((one) => one.role === role.name && one.phase === 'schema' && left.some((step) => one.message.startsWith(`${step}: `)));
      if (now === undefined && stuck) return { state: 'pending', sentence: `It failed, and is tried again: ${stuck.message}.`, there: found };
      if (now === undefined) return { state: 'pending', sentence: `${left.join('; ')}.`, there: found };
      return { state: 'building', sentence: `Under way: ${[doing, ...left.filter((step) => step !== now)].join('; then ')}.`, there: found };
    });
  } catch (error) {
    return rowsOf(role, place, () => ({ state: 'unknown', sentence: error instanceof Error ? error.message : String(error) }));
  }
}
