/** The lab of the fault harness by itself: its links are whole, cut, cut in one direction, lossy or reset, and nothing of it stays behind. */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Lab } from '~/tests/faults/lab/lab.ts';
import { outside } from '~/tests/faults/lab/lab.ts';
import { NamespaceLab, sweep } from '~/tests/faults/lab/namespaces.ts';
import { ProxyLab } from '~/tests/faults/lab/proxies.ts';
import type { LabProcess } from '~/tests/faults/lab/process.ts';
import { waitFor } from '~/tests/support/wait.ts';

const limit = (what: string) => ({ timeoutMs: 20_000, what });

/** Sends back what it is sent, and says what it heard. */
const echo = `
  require('net').createServer((s) => { s.on('data', (d) => { process.stdout.write('heard ' + d); s.write(d); }); s.on('error', () => {}); }).listen(+process.argv[2], process.argv[1], () => console.log('listens'));`;
/** Sends a line for each line of its input, and says what comes back and how the connection ended. */
const speaker = `
  const s = require('net').connect(+process.argv[2], process.argv[1], () => console.log('connected'));
  s.setNoDelay(); s.on('data', (d) => process.stdout.write('back ' + d)); s.on('error', (e) => console.log('error ' + e.code)); s.on('close', () => console.log('closed'));
  let n = 0; setInterval(() => s.write('n' + ++n + '\\n'), 20);`;

const roundTripOf = `
  const s = require('net').connect(+process.argv[2], process.argv[1], () => { s.setNoDelay(); const begun = performance.now(); s.write('x'); s.once('data', () => { console.log('took ' + Math.round(performance.now() - begun) + ' ms'); s.destroy(); }); });`;

let lab: Lab | null = null;
afterEach(async () => {
  await lab?.close();
  lab = null;
});

const makers: readonly (readonly [string, (nodes: readonly string[]) => Lab])[] = [
  ['namespaces', (nodes) => NamespaceLab.open(nodes)],
  ['proxies', (nodes) => new ProxyLab(nodes)],
];

async function pair(open: (nodes: readonly string[]) => Lab): Promise<{ lab: Lab; server: LabProcess; client: LabProcess; speak: () => LabProcess; at: { host: string; port: number } }> {
  const opened = open(['a', 'b']);
  lab = opened;
  const port = await opened.port('b');
  const server = opened.run('b', { program: process.execPath, args: ['-e', echo, opened.address('b'), String(port)] });
  await waitFor(() => server.said.includes('listens'), limit('the server to listen'));
  const { host, port: at } = await opened.link('a', 'b', port);
  const speak = () => opened.run('a', { program: process.execPath, args: ['-e', speaker, host, String(at)] });
  const client = speak();
  await waitFor(() => client.said.includes('back n3'), limit('an echo'));
  return { lab: opened, server, client, speak, at: { host, port: at } };
}

const times = (text: string, word: string) => text.split(word).length - 1;
const grows = (what: () => number, name: string) => {
  const before = what();
  return waitFor(() => what() > before + 2, limit(name));
};

describe.each(makers)('a lab of %s', (_, open) => {
  it('cuts a link silently, and heals it', async () => {
    const { lab, server, client, speak } = await pair(open);
    const { tookMs } = await lab.faults([{ from: 'a', to: 'b', kind: 'drop' }, { from: 'b', to: 'a', kind: 'drop' }]);
    const heard = times(server.said, 'heard');
    const second = speak();
    // The first is told nothing, and a second one gets nowhere.
    await expect(waitFor(() => times(server.said, 'heard') > heard + 1 || second.said.includes('back'), { timeoutMs: 700, what: 'a word' })).rejects.toThrow('waited');
    expect(client.said).not.toContain('closed');
    const healed = await lab.faults([]);
    const third = speak();
    await waitFor(() => third.said.includes('back'), limit('an echo after the heal'));
    console.log(`${lab.kind}: a cut took ${tookMs.toFixed(1)} ms, the heal ${healed.tookMs.toFixed(1)} ms`);
  });

  it('cuts one direction: what is said arrives, and no answer comes', async () => {
    const { lab, server, client } = await pair(open);
    await lab.faults([{ from: 'b', to: 'a', kind: 'drop' }]);
    await grows(() => times(server.said, 'heard'), 'words in the direction that is whole');
    const back = client.said;
    await grows(() => times(server.said, 'heard'), 'more words');
    expect(client.said.slice(back.length)).toBe('');
  });

  it('has packets late, and on time again', async () => {
    const { lab, at } = await pair(open);
    const roundTrip = async () => {
      const asks = lab.run('a', { program: process.execPath, args: ['-e', roundTripOf, at.host, String(at.port)] });
      return Number(await waitFor(() => /took (\d+)/.exec(asks.said)?.[1], limit('a round trip')));
    };
    await lab.faults([{ from: 'a', to: 'b', kind: 'delay', ms: 150, jitterMs: 20 }, { from: 'b', to: 'a', kind: 'delay', ms: 150, jitterMs: 20 }]);
    expect(await roundTrip()).toBeGreaterThan(295);
    await lab.faults([]);
    // The machine may be slow: some try is quick.
    await waitFor(async () => (await roundTrip()) < 250, limit('a quick answer'));
  });

  it('ends connections by a reset', async () => {
    const { lab, client, speak } = await pair(open);
    await lab.faults([{ from: 'a', to: 'b', kind: 'reset' }]);
    await waitFor(() => client.said.includes('error ECONNRESET'), limit('a reset'));
    const second = speak();
    await waitFor(() => /error ECONN(REFUSED|RESET)/.test(second.said), limit('a refusal'));
  });

  it('stops, wakes and kills all of a node', async () => {
    const { lab, server, client } = await pair(open);
    lab.signal('b', 'SIGSTOP');
    const before = server.said.length;
    await expect(waitFor(() => server.said.length > before + 200, { timeoutMs: 500, what: 'a word' })).rejects.toThrow('waited');
    lab.signal('b', 'SIGCONT');
    await grows(() => times(server.said, 'heard'), 'words after it was woken');
    lab.signal('b', 'SIGKILL');
    await server.exited;
    await waitFor(() => client.said.includes('closed'), limit('the end of the connection'));
  });
});

describe('a door of proxies', () => {
  const gossiper = `
    const s = require('dgram').createSocket('udp4');
    s.on('message', (m, from) => console.log('from ' + from.port + ': ' + m)).bind(+process.argv[1], '127.0.0.1', () => console.log('listens'));
    setInterval(() => s.send(process.argv[2], +process.argv[3], '127.0.0.1'), 20);`;

  it('knows connections by their process and datagrams by their port, and cuts both', async () => {
    const opened = new ProxyLab(['a', 'b', 'c']);
    lab = opened;
    const [a, b] = [await opened.port(), await opened.port()];
    const [doorA, doorB] = [await opened.door('a', a, { udp: true }), await opened.door('b', b, { udp: true })];
    const first = opened.run('a', { program: process.execPath, args: ['-e', gossiper, String(a), 'of-a', String(doorB.port)] });
    const second = opened.run('b', { program: process.execPath, args: ['-e', gossiper, String(b), 'of-b', String(doorA.port)] });
    await waitFor(() => first.said.includes(`from ${doorB.port}: of-b`) && second.said.includes(`from ${doorA.port}: of-a`), limit('datagrams by the doors of both'));

    const server = opened.run('b', { program: process.execPath, args: ['-e', echo, '127.0.0.1', String(b)] });
    await waitFor(() => server.said.includes('listens'), limit('the server to listen'));
    const speak = (node: string) => opened.run(node, { program: process.execPath, args: ['-e', speaker, '127.0.0.1', String(doorB.port)] });
    const [cut, whole] = [speak('a'), speak('c')];
    await waitFor(() => cut.said.includes('back n3') && whole.said.includes('back n3'), limit('echoes'));
    await opened.faults([{ from: 'b', to: 'a', kind: 'drop' }]);
    const goesOn = async () => {
      await grows(() => times(whole.said, 'back'), 'echoes to whom nothing was done');
      await grows(() => times(second.said, 'of-a'), 'datagrams in the direction that is whole');
    };
    // What was on its way is there by then.
    await goesOn();
    const [said, heard] = [cut.said.length, times(first.said, 'of-b')];
    await goesOn();
    await goesOn();
    expect(cut.said.length).toBe(said);
    expect(times(first.said, 'of-b')).toBe(heard);
  });

  it('belongs to a lab that leaves nothing behind, also what detached itself', async () => {
    const opened = new ProxyLab(['a']);
    lab = opened;
    const parent = opened.run('a', { program: process.execPath, args: ['-e', "const c = require('child_process').spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }); console.log('pid ' + c.pid + '.')"] });
    const pid = Number(await waitFor(() => /pid (\d+)\./.exec(parent.said)?.[1], limit('the child')));
    await opened.close();
    await waitFor(() => spawnSync('kill', ['-0', String(pid)]).status !== 0, limit('its program to end'));
  });
});

describe('namespaces', () => {
  it('lose the share of packets that they are told to', async () => {
    lab = NamespaceLab.open(['a', 'b']);
    await lab.faults([{ from: 'a', to: 'b', kind: 'loss', share: 0.5 }]);
    const [at, sent] = [lab.address('b'), 400];
    const hears = lab.run('b', { program: process.execPath, args: ['-e', "let n = 0; require('dgram').createSocket('udp4').on('message', (m) => { n += 1; console.log(m + ' n=' + n); }).bind(9000, process.argv[1], () => console.log('listens'))", at] });
    await waitFor(() => hears.said.includes('listens'), limit('the receiver'));
    const sends = lab.run('a', { program: process.execPath, args: ['-e', `const s = require('dgram').createSocket('udp4'); let n = 0; const t = setInterval(() => { s.send('m', 9000, process.argv[1]); if (++n === ${sent}) { clearInterval(t); setTimeout(() => s.close(), 100); } }, 2)`, at] });
    await sends.exited;
    await lab.faults([]);
    await lab.run('a', { program: process.execPath, args: ['-e', "const s = require('dgram').createSocket('udp4'); s.send('last', 9000, process.argv[1], () => s.close())", at] }).exited;
    const heard = Number(await waitFor(() => /last n=(\d+)/.exec(hears.said)?.[1], limit('the last one')));
    const lost = 100 * (1 - (heard - 1) / sent);
    expect(lost).toBeGreaterThan(25);
    expect(lost).toBeLessThan(75);
  });

  it('are reached from outside, whatever is cut between nodes', async () => {
    lab = NamespaceLab.open(['a', 'b']);
    await lab.faults([{ from: 'a', to: 'b', kind: 'drop' }, { from: 'b', to: 'a', kind: 'drop' }]);
    const server = lab.run('a', { program: process.execPath, args: ['-e', echo, lab.address('a'), '9000'] });
    await waitFor(() => server.said.includes('listens'), limit('the server to listen'));
    const socket = connect(9000, lab.address('a'));
    const answer = new Promise((resolve, reject) => socket.once('data', (data) => resolve(data.toString())).once('error', reject));
    socket.write('hello');
    expect(await answer).toBe('hello');
    socket.destroy();
    expect(lab.address(outside)).toMatch(/\.1$/);
  });

  it('leave nothing behind, also of a process that was killed', async () => {
    const names = (pid: number) => readdirSync('/run/netns').filter((name) => name.startsWith(`fl${pid}-`));
    lab = NamespaceLab.open(['a', 'b']);
    expect(names(process.pid)).toHaveLength(3);
    await lab.close();
    lab = null;
    expect(names(process.pid)).toEqual([]);

    const module = join(import.meta.dirname, '../faults/lab/namespaces.ts');
    const other = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', `
      const { NamespaceLab } = await import(${JSON.stringify(module)});
      const lab = NamespaceLab.open(['x']);
      const child = lab.run('x', { program: 'sleep', args: ['600'] });
      console.log('pid ' + child.pid);`], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    other.stdout.on('data', (data: Buffer) => (said += data.toString()));
    const pid = Number(await waitFor(() => /pid (\d+)/.exec(said)?.[1], limit('the other lab')));
    const gone = new Promise((resolve) => other.once('exit', resolve));
    other.kill('SIGKILL');
    await gone;
    expect(names(other.pid!)).toHaveLength(2);
    expect(sweep()).toEqual([`fl${other.pid}-1`]);
    expect(names(other.pid!)).toEqual([]);
    await waitFor(() => spawnSync('kill', ['-0', String(pid)]).status !== 0, limit('its program to end'));
  });
});
