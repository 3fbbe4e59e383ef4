import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Options } from './options.ts';
import { added, nothing, sentence, tried, type Tally } from './tally.ts';

/**
 * The long walk: `npm run simulate:failover -- --seeds 0:30000 --log walk.log --promotions 100000`. It goes on where the
 * log ends, a line of JSON for each piece; it waits while the file of `--pause` is there. `--given` fixes what the seed
 * would choose: long histories with few writes have the most promotions for the time. Ends with 1 if anything broke.
 */
const { values } = parseArgs({ options: { seeds: { type: 'string', default: '0:1000' }, log: { type: 'string' }, promotions: { type: 'string', default: 'Infinity' }, piece: { type: 'string', default: '500' }, pause: { type: 'string' }, given: { type: 'string', default: '{}' } } });
const [from, to] = values.seeds.split(':').map(Number) as [number, number];
if (!(from < to)) throw new RangeError('--seeds FROM:TO');
const given = JSON.parse(values.given) as Partial<Options>;
const say = (text: string) => process.stdout.write(`${text}\n`);

type Piece = { readonly from: number; readonly to: number; readonly tally: Tally };
const pieces: Piece[] = values.log && existsSync(values.log) ? readFileSync(values.log, 'utf8').split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Piece) : [];

let total = pieces.reduce((sum, { tally }) => added(sum, tally), nothing);
let at = Math.max(from, ...pieces.map((piece) => piece.to));
while (at < to && total.promotions < Number(values.promotions)) {
  const end = Math.min(to, at + Number(values.piece));
  let tally = nothing;
  for (let seed = at; seed < end; seed++) {
    while (values.pause && existsSync(values.pause)) await sleep(2_000);
    const one = tried(seed, given);
    if (one.broken) say(one.broken.message);
    tally = added(tally, one.tally);
  }
  if (values.log) appendFileSync(values.log, `${JSON.stringify({ from: at, to: end, tally })}\n`);
  total = added(total, tally);
  at = end;
  say(`up to ${at}: ${sentence(total)}`);
}
say(`${sentence(total)}${total.broken.length > 0 ? `: seeds ${total.broken.map(({ seed, invariant }) => `${seed} (${invariant})`).join(', ')}` : ''}`);
process.exitCode = total.broken.length > 0 ? 1 : 0;
