import { describe, expect, it } from 'vitest';
import { seeded } from '~/tests/faults/random.ts';
import { parseAnswer, query, startup } from '~/tests/faults/targets/pg-wire.ts';
import { command, parseReply, RedisError } from '~/tests/faults/targets/resp.ts';
import { inTurn, MasterSession, type Connected } from '~/tests/faults/workloads/session.ts';
import { NotDone } from '~/tests/faults/workloads/target.ts';
import { workload } from '~/tests/faults/workloads/workload.ts';

/** Every shorter piece asks for more. */
function whole<T>(parse: (bytes: Buffer) => T | null, bytes: Buffer): T | null {
  for (let size = 0; size < bytes.length; size += 1) expect(parse(bytes.subarray(0, size))).toBe(null);
  return parse(Buffer.concat([bytes, Buffer.from('+more')]));
}

describe('answers on the wire', () => {
  it('of Redis, at every split', () => {
    const bytes = Buffer.from('*5\r\n$3\r\na\r\n\r\n:-7\r\n$-1\r\n+OK\r\n-READONLY no\r\n');
    expect(whole(parseReply, bytes)).toEqual({ value: ['a\r\n', -7, null, 'OK', new RedisError('READONLY no')], length: bytes.length });
    expect(command(['SET', 'é', 12])).toBe('*3\r\n$3\r\nSET\r\n$2\r\né\r\n$2\r\n12\r\n');
    expect(() => parseReply(Buffer.from('HTTP/1.1 400\r\n'))).toThrow('not RESP');
  });

  it('of PostgreSQL, at every split', () => {
    const message = (type: string, body: Buffer) => Buffer.concat([Buffer.from(type), Buffer.from([0, 0, 0, body.length + 4]), body]);
    const row = message('D', Buffer.concat([Buffer.from([0, 2, 0, 0, 0, 2]), Buffer.from('42'), Buffer.from([255, 255, 255, 255])]));
    const bytes = Buffer.concat([message('R', Buffer.alloc(4)), row, message('E', Buffer.from('SERROR\0C25006\0Mread only\0\0')), message('Z', Buffer.from('I'))]);
    expect(whole(parseAnswer, bytes)).toEqual({ value: { rows: [['42', null]], error: { code: '25006', message: 'read only' } }, length: bytes.length });
    expect(() => parseAnswer(message('R', Buffer.from([0, 0, 0, 10])))).toThrow('password');
    expect(startup('u', 'd').readInt32BE(0)).toBe(startup('u', 'd').length);
    expect(query('select 1').readInt32BE(1)).toBe(query('select 1').length - 1);
  });
});

describe('a session', () => {
  const at = (port: number) => ({ host: 'h', port });
  const answering = (port: number, answer: () => Promise<never> | Promise<void>): Connected => ({ endpoint: at(port), perform: async (asked) => (await answer(), { asked, epoch: null }), close: () => {} });

  it('goes to the next when the one it used does not answer, and sends nothing twice', async () => {
    const sent: number[] = [];
    let lost = false;
    const session = new MasterSession(inTurn([at(1), at(2)], ({ port }) => {
      if (lost && port === 1) return Promise.reject(new Error('refused'));
      return Promise.resolve(answering(port, () => (sent.push(port), lost && port === 1 ? Promise.reject(new Error('no answer')) : Promise.resolve())));
    }));
    const add = () => session.perform({ f: 'add', value: 1 });
    expect(await add()).toMatchObject({ outcome: 'ok', node: 'h:1' });
    lost = true;
    expect(await add()).toMatchObject({ outcome: 'info', node: 'h:1' });
    expect(await add()).toMatchObject({ outcome: 'ok', node: 'h:2' });
    expect(sent).toEqual([1, 1, 2]);
  });

  it('knows what was refused from what is unknown, and what was never sent', async () => {
    const refusing = new MasterSession(inTurn([at(1)], () => Promise.resolve(answering(1, () => Promise.reject(new NotDone('read only'))))));
    expect(await refusing.perform({ f: 'add', value: 1 })).toMatchObject({ outcome: 'fail', node: 'h:1' });
    expect(await new MasterSession(inTurn([at(1)], () => Promise.resolve(null))).perform({ f: 'add', value: 1 })).toMatchObject({ outcome: 'fail', node: null });
  });
});

describe('a workload', () => {
  it('asks the same for the same seed, and never the same value twice', () => {
    const draw = (name: 'set' | 'register', firstId: number) => {
      const next = workload(name, { random: seeded(4), firstId, operationsPerKey: 50 });
      return Array.from({ length: 2_000 }, next);
    };
    expect(draw('register', 1)).toEqual(draw('register', 1));
    const ids = draw('set', 100).map(({ value }) => value);
    expect(new Set(ids).size).toBe(ids.length);
    const registers = draw('register', 1);
    const written = registers.flatMap((asked) => (asked.f === 'write' ? [asked.value] : asked.f === 'cas' ? [asked.value.to] : []));
    expect(new Set(written).size).toBe(written.length);
    expect(new Set(registers.map(({ f }) => f))).toEqual(new Set(['read', 'write', 'cas']));
    const perKey = new Map<string, number>();
    for (const asked of registers) if ('key' in asked) perKey.set(asked.key, (perKey.get(asked.key) ?? 0) + 1);
    expect(Math.max(...perKey.values())).toBeLessThan(100);
  });
});
