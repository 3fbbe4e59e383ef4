import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Step = { readonly name: string; readonly request: string; readonly response: string };

/** What vectors/record.lua took from a real Tarantool 2.6.0. All bytes are hex. */
export const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors/recorded.json'), 'utf8')) as {
  readonly version: string;
  readonly opening: { readonly toServer: string; readonly toClient: string };
  readonly values: readonly { readonly kind: string; readonly text: string; readonly hex: string }[];
  readonly steps: readonly Step[];
};

export function step(name: string): { readonly request: Buffer; readonly response: Buffer } {
  const found = recorded.steps.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no recorded step ${name}`);
  return { request: Buffer.from(found.request, 'hex'), response: Buffer.from(found.response, 'hex') };
}
