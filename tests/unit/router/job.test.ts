import { describe, expect, it } from 'vitest';
import { bodyKeys, encode, Reader, Writer } from '~/iproto/index.ts';
import { modes } from '~/router/choose.ts';
import { Job, type JobGoal } from '~/router/job.ts';
import { runOf } from '~/router/slices.ts';

const run = runOf(encode('put'), encode([1, 'x']));
const jobOf = (goal: Partial<JobGoal>) => new Job({ bucket: 7, shard: null, mode: modes.rw, run, user: 'app', ...goal }, { startedAt: 100, timeoutMs: 50, end: () => {} });
const sent = (job: Job, epoch: number | null) => {
  const { body } = job.request(epoch);
  const writer = new Writer();
  if (typeof body === 'function') body(writer);
  return new Reader(writer.take()).read();
};

describe('a job', () => {
  it('asks the owner of a bucket, with the epoch, how, what, and for whom', () => {
    expect(sent(jobOf({}), 3)).toEqual(new Map<number, unknown>([[bodyKeys.functionName, 'coterie.bucket_call'], [bodyKeys.tuple, [3, 7, 'write', 'put', [1, 'x'], 'app']]]));
    expect(sent(jobOf({ mode: modes.bre, user: null }), null)).toEqual(new Map<number, unknown>([[bodyKeys.functionName, 'coterie.bucket_call'], [bodyKeys.tuple, [null, 7, 'read', 'put', [1, 'x'], null]]]));
  });

  it('asks a replicaset as a whole', () => {
    expect(sent(jobOf({ shard: 'one' }), 3)).toEqual(new Map<number, unknown>([[bodyKeys.functionName, 'coterie.storage_call'], [bodyKeys.tuple, [3, 'write', 'put', [1, 'x'], 'app']]]));
    expect(sent(jobOf({ shard: 'one', mode: modes.ro }), 3)).toMatchObject(new Map<number, unknown>([[bodyKeys.functionName, 'coterie.storage_call'], [bodyKeys.tuple, [3, 'read', 'put', [1, 'x'], 'app']]]));
  });

  it('that waits keeps nothing but its own bytes', () => {
    const received = Buffer.concat([Buffer.alloc(1000, 'a'), run, Buffer.alloc(1000, 'b')]);
    const job = jobOf({ run: received.subarray(1000, 1000 + run.length) });
    expect(job.run.buffer).toBe(received.buffer);
    job.own();
    received.fill(0);
    expect([...job.run]).toEqual([...run]);
    expect(job.run.buffer).not.toBe(received.buffer);
    expect([job.bytes, job.dueAt]).toEqual([run.length, 150]);
  });
});
