/** Real etcd: one or three members on free ports of this host, with our timings; each can be killed, stopped and started again. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './ports.ts';
import { endProcess, stopProcess } from './stopped.ts';
import { waitFor } from './wait.ts';

export type EtcdOptions = { readonly members?: 1 | 3; readonly tls?: boolean; readonly auth?: boolean };

const base64 = (text: string) => Buffer.from(text).toString('base64');
export const etcdUser = { user: 'coterie', password: 'correct horse' };

export class EtcdCluster {
  readonly path = mkdtempSync(join(tmpdir(), 'coterie-etcd-'));
  readonly members: EtcdMember[] = [];
  readonly #options: Required<EtcdOptions>;
  #rootToken: string | null = null;

  constructor({ members = 3, tls = false, auth = false }: EtcdOptions = {}) {
    this.#options = { members, tls, auth };
  }

  get endpoints(): string[] {
    return this.members.map(({ url }) => url);
  }

  /** Files of the authority, and of a client that it signed. */
  get tls() {
    return { ca: join(this.path, 'ca.pem'), cert: join(this.path, 'node.pem'), key: join(this.path, 'node.key') };
  }

  async start(): Promise<this> {
    const { members, tls, auth } = this.#options;
    if (tls) certificates(this.path, 'ca');
    const ports = await freePorts(members * 2);
    const scheme = tls ? 'https' : 'http';
    const names = Array.from({ length: members }, (_, i) => ({ name: `m${i}`, client: `${scheme}://127.0.0.1:${ports[i]}`, peer: `http://127.0.0.1:${ports[members + i]}` }));
    const initial = names.map(({ name, peer }) => `${name}=${peer}`).join(',');
    for (const { name, client, peer } of names) {
      const flags = ['--name', name, '--data-dir', join(this.path, name), '--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', initial, '--heartbeat-interval', '50', '--election-timeout', '500', '--pre-vote', '--bcrypt-cost', '4', '--logger', 'zap', '--log-outputs', join(this.path, `${name}.log`)];
      if (tls) flags.push('--cert-file', this.tls.cert, '--key-file', this.tls.key, '--trusted-ca-file', this.tls.ca, '--client-cert-auth');
      this.members.push(new EtcdMember(client, flags));
    }
    for (const member of this.members) member.start();
    await this.ready();
    if (auth) await this.#enableAuth();
    return this;
  }

  /** Every member answers a linearizable read. */
  async ready(): Promise<void> {
    for (const member of this.members) {
      await waitFor(async () => {
        member.check();
        return (await this.ask('kv/range', { key: base64('ready') }, member)) !== null;
      }, { timeoutMs: 30_000, what: `${member.url} to answer`, everyMs: 50 });
    }
  }

  async leader(): Promise<EtcdMember> {
    return await waitFor(async () => {
      for (const member of this.members.filter(({ running }) => running)) {
        const status = (await this.ask('maintenance/status', {}, member).catch(() => null)) as { leader?: string; header: { member_id: string } } | null;
        if (status?.leader === status?.header.member_id) return member;
      }
      return null;
    }, { timeoutMs: 20_000, what: 'a leader' });
  }

  /** As root. */
  async ask(path: string, body: unknown, member = this.members[0]!): Promise<unknown> {
    const { status, text } = await post(`${member.url}/v3/${path}`, { body: JSON.stringify(body), token: this.#rootToken, tls: this.#options.tls ? this.tls : null });
    if (status !== 200) throw new Error(`${path}: ${text}`);
    return JSON.parse(text);
  }

  async compact(): Promise<void> {
    const { header } = (await this.ask('kv/range', { key: base64('ready') })) as { header: { revision: string } };
    await this.ask('kv/compaction', { revision: header.revision });
  }

  /** As root, anew: a member that was restarted knows no token of before. */
  async login(): Promise<void> {
    this.#rootToken = null;
    const { token } = (await this.ask('auth/authenticate', { name: 'root', password: 'root' })) as { token: string };
    this.#rootToken = token;
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
    rmSync(this.path, { recursive: true, force: true });
  }

  async #enableAuth(): Promise<void> {
    const span = { key: base64('/coterie/'), range_end: base64('/coterie0') };
    await this.ask('auth/user/add', { name: 'root', password: 'root' });
    await this.ask('auth/user/grant', { user: 'root', role: 'root' }).catch(async () => {
      await this.ask('auth/role/add', { name: 'root' });
      await this.ask('auth/user/grant', { user: 'root', role: 'root' });
    });
    await this.ask('auth/role/add', { name: 'coterie' });
    await this.ask('auth/role/grant', { name: 'coterie', perm: { permType: 'READWRITE', ...span } });
    await this.ask('auth/user/add', { name: etcdUser.user, password: etcdUser.password });
    await this.ask('auth/user/grant', { user: etcdUser.user, role: 'coterie' });
    await this.ask('auth/enable', {});
    await this.login();
  }
}

export class EtcdMember {
  readonly url: string;
  readonly #flags: readonly string[];
  #child: ChildProcess | null = null;

  constructor(url: string, flags: readonly string[]) {
    this.url = url;
    this.#flags = flags;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get running(): boolean {
    return this.#child !== null;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  start(): void {
    this.#child = spawn('etcd', this.#flags, { stdio: 'ignore' });
  }

  check(): void {
    if (this.#child?.exitCode) throw new Error(`etcd ended with ${this.#child.exitCode}`);
  }

  async pause(): Promise<void> {
    if (this.#child) await stopProcess(this.pid);
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child) await endProcess(child, 'SIGKILL');
  }
}

/**
 * An authority `name`, and node.pem for 127.0.0.1 which it signs. Without a common name: with users and client certificates
 * both, etcd's gateway refuses every request when the member's own certificate has one.
 */
export function certificates(path: string, name: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: path, stdio: 'ignore' });
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`);
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/O=node', '-keyout', 'node.key', '-out', 'node.csr');
  writeFileSync(join(path, 'node.ext'), 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n');
  openssl('x509', '-req', '-in', 'node.csr', '-CA', `${name}.pem`, '-CAkey', `${name}.key`, '-CAcreateserial', '-days', '2', '-extfile', 'node.ext', '-out', 'node.pem');
}

async function post(url: string, { body, token, tls }: { readonly body: string; readonly token: string | null; readonly tls: EtcdCluster['tls'] | null }): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json', ...(token === null ? {} : { authorization: token }) };
  if (!tls) {
    const response = await fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(5_000) });
    return { status: response.status, text: await response.text() };
  }
  const { readFileSync } = await import('node:fs');
  return await new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers, ca: readFileSync(tls.ca), cert: readFileSync(tls.cert), key: readFileSync(tls.key), agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk))).on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.setTimeout(5_000, () => call.destroy(new Error('no answer')));
    call.on('error', reject).end(body);
  });
}
