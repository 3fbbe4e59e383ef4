import type { CodeCheck } from '~/contract/shapes/code.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { CodeFault } from '~/contract/shapes/role.ts';
import { bundleFor } from '~/core/roles/bundle.ts';
import { bundleText } from '~/core/roles/bundle-text.ts';
import { codeFaults } from '~/core/roles/code-faults.ts';
import { inOrder } from '~/core/roles/fault.ts';
import { definitionFile } from '~/core/roles/files.ts';
import { hashOf } from '~/link/hash.ts';
import { planned, type Make } from './change.ts';
import type { Context } from './context.ts';

/** What would be refused of a change of the code: by reading it here, then by asking every instance. Nothing is changed. */
export async function checked(context: Context, make: Make, { instances }: { instances: boolean }): Promise<CodeCheck> {
  const { base, config, plan } = await planned(context, make);
  const read = codeFaults(config.sections);
  // What cannot be read cannot be compiled either: nobody has to be asked.
  const broken = read.some(({ severity }) => severity === 'error');
  const heard = instances && !broken ? await asked(context, config) : { faults: [], asked: [], unasked: [] };
  return {
    version: base?.version ?? 0,
    faults: inOrder([...read, ...alikeOnce(heard.faults)]),
    refusals: plan.refusals.filter(({ code }) => code !== 'badCode'),
    asked: heard.asked,
    unasked: heard.unasked,
  };
}

/** Compiles, compares and runs `validate_config` of every role: as long as a prepare may take. */
const askMs = 10_000;

type Heard = Pick<CodeCheck, 'faults' | 'asked' | 'unasked'>;

async function asked(context: Context, config: ClusterConfig): Promise<Heard> {
  const { agents } = context.services.runtime;
  const codeOf = codeIn(config);
  const rows = Object.entries(config.instances).filter(([, { disabled }]) => !disabled).toSorted(([, a], [, b]) => (a.alias < b.alias ? -1 : 1));
  const answers = await Promise.all(
    rows.map(async ([uuid, { alias }]) => {
      try {
        return { alias, ...(await agents.client(uuid, alias).checkCode(codeOf(uuid), { timeoutMs: askMs })) };
      } catch (error) {
        return { alias, why: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  return {
    faults: answers.flatMap((answer) => ('faults' in answer ? answer.faults.map((fault) => ({ ...fault, instance: answer.alias })) : [])),
    asked: answers.flatMap((answer) => ('faults' in answer ? [answer.alias] : [])),
    unasked: answers.flatMap((answer) => ('why' in answer ? [{ instance: answer.alias, why: answer.why }] : [])),
  };
}

type Code = { readonly bundle: string; readonly definitions: Record<string, string> };

/** Read here once, and not by every instance. Replicasets with the same roles have the same. */
function codeIn(config: ClusterConfig): (instance: string) => Code {
  const known = new Map<string, Code>();
  return (instance) => {
    const roles = (config.replicasets[config.instances[instance]?.replicaset ?? '']?.roles ?? []).join(' ');
    const code = known.get(roles) ?? codeFor(config, instance);
    known.set(roles, code);
    return code;
  };
}

function codeFor(config: ClusterConfig, instance: string): Code {
  const bundle = bundleFor(config, instance, { hashOf });
  const defining = bundle.roles.filter(({ spaces }) => Object.keys(spaces).length > 0).map(({ name }) => definitionFile(name));
  return { bundle: bundleText(bundle), definitions: Object.fromEntries(defining.map((file) => [file, config.sections[file] ?? ''])) };
}

/** A mistake in a file is found by every instance that runs it. */
function alikeOnce(faults: readonly CodeFault[]): CodeFault[] {
  const seen = new Map<string, CodeFault>();
  for (const fault of faults) {
    const { instance: _, ...said } = fault;
    const key = JSON.stringify(said);
    if (!seen.has(key)) seen.set(key, fault);
  }
  return [...seen.values()];
}
