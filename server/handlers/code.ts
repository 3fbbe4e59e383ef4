import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import { utf8Bytes } from '~/core/config/limits.ts';
import { codeFaults } from '~/core/roles/code-faults.ts';
import { hashOf } from '~/link/hash.ts';
import { change, editing, type Make } from './change.ts';
import { codeEdits, codeNames, type CodeChange } from './code-change.ts';
import { checked } from './code-check.ts';
import { differences } from './code-diff.ts';
import type { Context, HandlersOf } from './context.ts';
import { versionAt } from './history.ts';

/** The files of the roles: sections of the configuration under `roles/`. */
export const codeHandlers: HandlersOf<Pick<typeof contract, 'code'>>['code'] = {
  tree: async (context, { version }) => {
    const found = await versionAt(context, version);
    const sections = found?.config.sections ?? {};
    return { version: found?.version ?? 0, files: codeNames({ sections }).map((file) => ({ file, ...sizeOf(sections[file] ?? '') })) };
  },

  get: async (context, { file, version }) => {
    const found = await versionAt(context, version);
    const text = found?.config.sections[file];
    if (found === null || text === undefined) throw new CoterieError('NOT_FOUND', `There is no file ${file}${version === undefined ? '' : ` in version ${version}`}; \`code tree\` lists what there is.`, { file });
    return { version: found.version, file, ...sizeOf(text), text };
  },

  diff: async (context, { version, ...wanted }) => {
    const before = (await versionAt(context, version))?.config.sections ?? {};
    return differences(before, wanted);
  },

  validate: async (context, { instances, ...wanted }) => checked(context, making(context, wanted), { instances }),

  push: async (context, { files, replaceAll, ...intent }) => {
    const { plan, run, version } = await change(context, intent, making(context, { files, replaceAll }));
    if (intent.dryRun) return { dryRun: true, plan, run, data: null };
    const now = context.services.runtime.versions.current?.config.sections ?? {};
    return { dryRun: false, plan, run, data: { version, changed: run !== null, faults: [...codeFaults(now)] } };
  },
};

const sizeOf = (text: string) => ({ bytes: utf8Bytes(text), sha: hashOf(text) });

const making =
  (context: Context, wanted: CodeChange): Make =>
  (base, known) =>
    editing(context, codeEdits(base, wanted))(base, known);
