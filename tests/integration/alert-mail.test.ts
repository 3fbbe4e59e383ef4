import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { bearer, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Alerts over a real SMTP server on loopback. */

type Mail = { from: string; to: string[]; user: string | undefined; secure: boolean; text: string };

const mails: Mail[] = [];
let smtp: SMTPServer;
let port: number;
let server: TestServer;
let auth: Record<string, string>;
let refuse: string | null = null;

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) => (password === 'pass word' ? done(null, { user: username }) : done(new Error('who are you?'))),
    onData: (stream, session, done) => {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        if (refuse === null) mails.push({ from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(({ address }) => address), user: session.user, secure: session.secure, text });
        done(refuse === null ? null : Object.assign(new Error(refuse), { responseCode: 452 }));
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  port = (smtp.server.address() as AddressInfo).port;
  server = await TestServer.start();
  auth = bearer(await server.admin());
}, 60_000);
afterAll(async () => {
  await server.stop();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
});
beforeEach(() => {
  mails.length = 0;
  refuse = null;
});

const add = (channel: string, more: object) => server.post(`/alert/${channel}/add-channel`, { kind: 'mail', host: '127.0.0.1', port, from: 'coterie@example.com', to: ['a@example.com', 'b@example.com'], forSeconds: 0, ...more }, auth);
const test = async (channel: string) => (await server.post(`/alert/${channel}/test`, {}, auth)).body.data;

it('a test arrives at all receivers, signed in where a user is given', async () => {
  expect((await add('open', { tls: 'none' })).status).toBe(200);
  expect(await test('open')).toMatchObject({ delivered: true, answer: expect.stringMatching(/^250 /) });
  expect(mails).toMatchObject([{ from: 'coterie@example.com', to: ['a@example.com', 'b@example.com'], secure: false }]);
  expect(mails[0]!.text).toMatch(/^Subject: \[test\] test of the channel open\r$/m);
  expect(mails[0]!.text).toMatch(/^Auto-Submitted: auto-generated\r$/im);
  expect((await add('known', { tls: 'none', user: 'ops', password: 'pass word' })).status).toBe(200);
  expect(await test('known')).toMatchObject({ delivered: true });
  expect(mails[1]!.user).toBe('ops');
  await server.post('/alert/known/edit-channel', { password: 'wrong' }, auth);
  const refused = await test('known');
  expect(refused).toMatchObject({ delivered: false, answer: expect.stringContaining('who are you?') });
  expect(JSON.stringify(refused)).not.toContain('wrong');
  refuse = 'mailbox is full';
  expect(await test('open')).toMatchObject({ delivered: false, answer: expect.stringContaining('mailbox is full') });
  for (const channel of ['open', 'known']) await server.post(`/alert/${channel}/remove-channel`, {}, auth);
}, 60_000);

it('a certificate that nobody vouches for is refused, by starttls too: nothing is sent', async () => {
  await add('sealed', {});
  expect((await server.get('/alert/channels', auth)).body[0].mail).toMatchObject({ tls: 'starttls' });
  expect(await test('sealed')).toMatchObject({ delivered: false, answer: expect.stringMatching(/certificate|self.signed/i) });
  expect(mails).toEqual([]);
  await server.post('/alert/sealed/remove-channel', {}, auth);
}, 60_000);

it('an issue is mailed when it begins and when it ends', async () => {
  await add('ops', { tls: 'none' });
  const agent = await server.agent('a');
  await server.post('/replicaset/s1/create', { instances: ['a'], roles: ['storage'] }, auth);
  const disk = (freeBytes: number) => {
    agent.diskFreeBytes = freeBytes;
    agent.changed();
  };
  disk(1e7);
  await waitFor(() => mails.length === 1, { timeoutMs: 30_000, what: 'the first mail' });
  expect(mails[0]!.text).toMatch(/^Subject: \[test\] critical: disk-low of a\r$/m);
  disk(1e9);
  await waitFor(() => mails.length === 2, { timeoutMs: 30_000, what: 'the second mail' });
  expect(mails[1]!.text).toMatch(/^Subject: \[test\] over: disk-low of a\r$/m);
}, 90_000);
