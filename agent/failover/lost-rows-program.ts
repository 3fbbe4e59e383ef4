import * as z from 'zod';
import { CoterieError } from '~/contract/errors.ts';
import { runProgram } from '~/agent/process/program.ts';

/** `lua/lost-rows.lua` on the folder of an instance that is stopped: its rows as a file of JSON lines. */

export type Origins = Readonly<Record<string, { readonly from: number; readonly to?: number }>>;
export type ExportParams = { readonly folder: string; /** Null: everything that its logs hold. */ readonly origins: Origins | null; readonly file: string; readonly bytesMax: number };
export type ExportOptions = { readonly tarantool: string; readonly script: string; readonly timeoutMs: number; readonly signal: AbortSignal; readonly onProgress: (progress: object) => void };

const Summary = z.object({
  rows: z.number().int(),
  bytes: z.number(),
  complete: z.boolean(),
  full: z.boolean().default(false),
  missing: z.number(),
  spaces: z.array(z.object({ name: z.string(), rows: z.number().int() })),
  faults: z.array(z.object({ file: z.string(), message: z.string() })),
});
export type ExportSummary = z.output<typeof Summary>;

const Line = z.union([z.object({ progress: z.looseObject({}) }), z.object({ result: Summary }), z.object({ error: z.string() })]);

export async function exportLostRows({ origins, ...params }: ExportParams, { tarantool, script, timeoutMs, signal, onProgress }: ExportOptions): Promise<ExportSummary> {
  const told: { summary?: ExportSummary; error?: string } = {};
  const take = (text: string) => {
    const line = Line.safeParse(json(text)).data;
    if (line === undefined) return;
    if ('progress' in line) onProgress(line.progress);
    else if ('result' in line) told.summary = line.result;
    else told.error = line.error;
  };
  const end = await runProgram(tarantool, [script, JSON.stringify(origins === null ? params : { ...params, origins })], { timeoutMs, signal, onLine: take });
  if (end.code === 0 && told.summary) return told.summary;
  const why = end.late ? `it was not done within ${timeoutMs} ms` : (told.error ?? (end.said || `the program ended by ${end.signal ?? `code ${end.code}`}`));
  throw new CoterieError('UNAVAILABLE', `The rows that only this copy has could not be saved: ${why}.`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
