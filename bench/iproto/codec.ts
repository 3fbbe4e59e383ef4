/** The codec without a socket: our reader and writer, and msgpackr on the same bytes where it can read them. */
import { Packr, Unpackr } from 'msgpackr';
import { decode, skipValue, Writer } from '~/iproto/index.ts';

/** Lines of a table: MB/s and values a second for one body of an answer. */
export function codecRows(body: Buffer): string[] {
  const value = decode(body);
  const writer = new Writer();
  const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false });
  const packr = new Packr({ useRecords: false, variableMapSize: true });
  const cases: [string, () => unknown][] = [
    ['read, this library', () => decode(body)],
    ['read, msgpackr', () => unpackr.unpack(body)],
    ['skip, this library', () => skipValue(body, 0)],
    ['write, this library', () => (writer.write(value), writer.take())],
    ['write, msgpackr', () => packr.pack(value)],
  ];
  return [
    `An answer of ${body.length} bytes (100 tuples).`,
    '',
    '| | MB/s |',
    '| --- | ---: |',
    ...cases.map(([what, action]) => `| ${what} | ${Math.round((callsPerSecond(action) * body.length) / 1e6)} |`),
  ];
}

function callsPerSecond(action: () => unknown): number {
  for (let index = 0; index < 3000; index++) action();
  const startedAt = performance.now();
  let calls = 0;
  for (; performance.now() - startedAt < 500; calls += 100) for (let index = 0; index < 100; index++) action();
  return calls / ((performance.now() - startedAt) / 1000);
}
