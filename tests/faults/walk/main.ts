/**
 * `npm run faults [-- --hours N | --minutes N] [--seed S] [--only CLASS] [--lab namespaces|proxies] [--out FOLDER]
 * [--again FOLDER/trial.json] [--tries N]`: random scenarios on our product, each from its seed, one after the other. What violates
 * an invariant is tried again with fewer faults, and the least that still does is kept, with its history and logs.
 */
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve as absolute } from 'node:path';
import { parseArgs } from 'node:util';
import type { Lab } from '../lab/lab.ts';
import { namespacesRefused } from '../lab/namespaces.ts';
import { codeFaults } from '../code/main.ts';
import { shrink } from '../scenario/shrink.ts';
import { classes, draw, type FaultClass } from './draw.ts';
import { Totals } from './totals.ts';
import { attempt, type Trial, type Tried } from './trial.ts';

/** Sockets of agents stand in it, and the name of a socket is short. */
const folderLettersMax = 60;

export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { hours: { type: 'string' }, minutes: { type: 'string' }, seed: { type: 'string', default: '1' }, only: { type: 'string' }, lab: { type: 'string' }, out: { type: 'string' }, again: { type: 'string' }, tries: { type: 'string', default: '16' }, runs: { type: 'string' } } });
  if (values.only === 'code') return codeFaults(args);
  const minutes = values.hours !== undefined ? Number(values.hours) * 60 : Number(values.minutes ?? 10);
  const seed = Number(values.seed);
  const triesMax = Number(values.tries);
  if (!(minutes > 0) || !Number.isInteger(seed) || !Number.isInteger(triesMax)) throw new Error('--hours or --minutes: more than 0; --seed, --tries: a whole number');
  const only = values.only === undefined ? null : (classes.find((name) => name === values.only) ?? refuse(`--only: ${classes.join(', ')}, code`));
  const lab = labOf(values.lab);
  const out = values.out === undefined ? mkdtempSync(join(tmpdir(), 'faults-')) : absolute(values.out);
  if (out.length > folderLettersMax) refuse(`--out: at most ${folderLettersMax} letters, as sockets stand in it`);
  mkdirSync(out, { recursive: true });
  const totals = new Totals();
  if (values.again !== undefined) {
    const tried = await attempt(JSON.parse(readFileSync(values.again, 'utf8')) as Trial, join(out, 'again'));
    console.log(totals.add(tried));
    if (tried.problem !== null) console.log(`${tried.problem}\nlogs and histories: ${join(out, 'again')}`);
  } else {
    console.log(`scenarios from seed ${seed} on, for ${minutes} minutes, in ${lab}; what is found goes to ${out}`);
    await goOn({ seed, lab, only, out, totals, triesMax, untilMs: performance.now() + minutes * 60_000 });
  }
  if (totals.violations > 0) process.exitCode = 1;
}

type Walk = { readonly seed: number; readonly lab: Lab['kind']; readonly only: FaultClass | null; readonly out: string; readonly totals: Totals; readonly triesMax: number; readonly untilMs: number };

async function goOn({ seed: first, lab, only, out, totals, triesMax, untilMs }: Walk): Promise<void> {
  for (let seed = first; performance.now() < untilMs; seed += 1) {
    const folder = join(out, `${seed}`);
    const tried = await attempt(draw(seed, { lab, only }), folder);
    console.log(totals.add(tried));
    if (tried.violated) await least(tried, { folder, triesMax });
    else if (tried.problem !== null) console.log(`  logs and histories: ${folder}`);
    console.log(totals.line());
  }
}

/** Prints and keeps the fewest faults that still do it. One that does not come every time stays larger than need be. */
async function least({ trial }: Tried, { folder, triesMax }: { readonly folder: string; readonly triesMax: number }): Promise<void> {
  let tries = 0;
  let found = join(folder, 'counterexample.txt');
  const { faults, complete } = await shrink(trial.scenario.faults, async (fewer) => {
    tries += 1;
    const smaller = join(folder, `s${tries}`);
    const { violated } = await attempt({ ...trial, scenario: { ...trial.scenario, faults: fewer } }, smaller);
    if (violated) found = join(smaller, 'counterexample.txt');
    return violated;
  }, { triesMax });
  console.log(`  ${faults.length} of ${trial.scenario.faults.length} faults are needed${complete ? '' : ` (after ${tries} tries)`}:\n${readFileSync(found, 'utf8').trimEnd().split('\n').map((line) => `  | ${line}`).join('\n')}\n  kept with logs and histories: ${found}`);
}

function labOf(name: string | undefined): Lab['kind'] {
  if (name === undefined) return namespacesRefused() === null ? 'namespaces' : 'proxies';
  if (name === 'namespaces' || name === 'proxies') return name;
  return refuse('--lab: namespaces, proxies');
}

function refuse(message: string): never {
  throw new Error(message);
}
