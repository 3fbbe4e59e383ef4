import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { walDurable } from '~/server/store/durable.ts';
import { openStore } from '~/server/store/index.ts';
import { committed } from './values.ts';

it('a durable write is not told as done when the log cannot be put on the disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coterie-durable-'));
  const durable = walDurable(`file:${join(folder, 'nothing.db')}`);
  await expect(durable.after(Promise.resolve('written'))).rejects.toThrow('ENOENT');
  const store = await openStore(`file:${join(folder, 'x.db')}`);
  const real = walDurable(`file:${join(folder, 'x.db')}`);
  expect(await real.after(store.versions.append(committed(1)))).toBe('appended');
  await expect(real.after(Promise.reject(new Error('no')))).rejects.toThrow('no');
  await real.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});
