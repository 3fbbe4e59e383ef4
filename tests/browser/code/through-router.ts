import { createRequire } from 'node:module';
import { afterAll, describe, expect, it } from 'vitest';
import type { Dashboard } from '../../support/dashboard.ts';
import { waitFor } from '../../support/wait.ts';
import { editing } from './editing.ts';

type Driver = { on(event: 'error', listener: () => void): void; connect(): Promise<unknown>; call(name: string, ...args: unknown[]): Promise<unknown[]>; destroy(): void };

const hello = 'roles/greet/functions/greet.hello.lua';
const saying = (word: string) => `return function(name)\n    return "${word} " .. name\nend\n`;

/** From the editor to a connector of an application: a function on 2 x 2 storages, behind the router. Needs buckets. */
export function throughRouter({ product, page }: Dashboard): void {
  const { item, write, checked, applyButton, apply, editor, marked } = editing(page);
  let driver: Driver | null = null;
  afterAll(() => driver?.destroy());

  /** In buckets of both storages. */
  const answers = async (): Promise<unknown[]> => (await Promise.all([1, 3000].map((bucket) => driver!.call('vshard.router.callro', bucket, 'greet.hello', ['Ann'])))).flat(2);
  const answer = (word: string) => waitFor(async () => {
    expect(await answers()).toEqual([`${word} Ann`, `${word} Ann`]);
    return true;
  }, { timeoutMs: 20_000, what: word });

  describe('a function that is written in the editor', () => {
    it('is called through the router by a connector that nobody here wrote', async () => {
      await page.goto('/code');
      await page.getByRole('button', { name: 'Add a role' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name', { exact: true }).fill('greet');
      await dialog.getByLabel('Summary').fill('Says hello');
      await dialog.getByRole('button', { name: 'Add to the draft' }).click();
      await item(/^greet.hello.lua/).click();
      await write(saying('hello'));
      await page.getByTestId('function-panel').getByLabel('Access').fill('public');
      await page.keyboard.press('Enter');
      await checked('ok');
      await apply('greetings');
      for (const alias of ['s1', 's2']) {
        await page.goto('/');
        await page.getByRole('button', { name: `Edit ${alias}` }).click();
        const edit = page.getByRole('dialog');
        await edit.getByLabel('greet', { exact: true }).check();
        await edit.getByRole('button', { name: 'Apply', exact: true }).click();
        await page.getByTestId('result').locator(`li[data-instance="${alias}-2"]`).getByText('applied').waitFor();
        await edit.getByRole('button', { name: 'Close', exact: true }).last().click();
      }
      for (const alias of ['s1', 's2']) await product.eval((await product.rest(`/replicaset/${alias}`)).body.masters[0], "box.schema.user.create('app', {password = 'secret'})");
      const [{ address }] = (await product.rest('/router')).body as [{ address: string }];
      const [host, port] = address.split(':');
      const TarantoolDriver = createRequire(import.meta.url)('tarantool-driver') as new (options: object) => Driver;
      driver = new TarantoolDriver({ host, port: Number(port), username: 'app', password: 'secret', lazyConnect: true, retryStrategy: () => false, timeout: 10_000 });
      // It has to hear of the user first.
      driver.on('error', () => {});
      await waitFor(() => driver!.connect().then(() => true), { timeoutMs: 20_000, what: 'the login' });
      await answer('hello');
    }, 90_000);

    it('answers otherwise as soon as it is changed; one that is broken is refused, and the old one goes on', async () => {
      await page.goto(`/code?file=${hello}`);
      await write(saying('good morning'));
      await checked('ok');
      await apply('mornings');
      await answer('good morning');
      await write('return function(name)\n    return greeting .. \nend\n');
      await checked('critical');
      expect(await applyButton.isDisabled()).toBe(true);
      // It compiles, and no instance would take it.
      await write('leaked = 1\nreturn function() end\n');
      await page.getByTestId('problems').locator('[data-severity=error]').getByText(/'leaked' may not be set here.*s1-1/).waitFor();
      expect(await applyButton.isDisabled()).toBe(true);
      expect((await product.rest('/code/push', { files: { [hello]: 'leaked = 1\nreturn function() end\n' } })).status).toBe(422);
      await answer('good morning');
    }, 60_000);

    it('is what it was before when an old version is restored', async () => {
      await page.getByRole('button', { name: 'Discard draft' }).click();
      await page.getByRole('button', { name: 'History' }).click();
      await page.getByRole('dialog').locator('li', { hasText: 'greetings' }).getByRole('button', { name: 'Restore as a draft' }).click();
      await marked(hello, 'changed');
      await editor.getByText('hello').first().waitFor();
      await checked('ok');
      await apply('as it was');
      await answer('hello');
    }, 60_000);
  });
}
