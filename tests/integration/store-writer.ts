import type { Socket } from 'node:net';
import { openStore } from '~/server/store/index.ts';
import { committed, entry, event, instances, run } from '~/tests/unit/store/values.ts';

/** A server-like process for the store tests: `store-writer.ts <url> <name> <rounds>`. Says what it won, as one line of JSON. */
// Whoever started it is gone.
process.stdin.on('end', () => process.exit(1)).resume();
(process.stdin as unknown as Socket).unref();

const [url = '', name = '', rounds = '0'] = process.argv.slice(2);
const store = await openStore(url);
process.stdout.write('open\n');

const won: number[] = [];
for (let round = 0; round < Number(rounds); round += 1) {
  const next = ((await store.versions.head())?.version ?? 0) + 1;
  const id = `${name}-${round}`;
  await store.runs.begin(run(id, next), name);
  const decided = await store.runs.decide(id, { owner: name, at: Date.now(), version: committed(next), instances, audit: null });
  if (decided === 'decided') {
    won.push(next);
    await store.runs.finish(id, { at: Date.now(), state: 'done', instances });
  } else {
    await store.runs.abort(id, { at: Date.now(), error: decided, instances });
  }
  await store.events.append([event(round, { actor: name })]);
  await store.audit.append(entry(round, { actor: name }));
}
process.stdout.write(`${JSON.stringify(won)}\n`);
await store.close();
