import { expect, test } from 'vitest';
import { decodePacket } from '~/swim/codec/packet.ts';

const uuid = 'c410 01000000000010008000000000000001';
const nil = `c410 ${'00'.repeat(16)}`;
const meta = '83 0001 01ce7f000001 02cd4269';
const ping = '0283 0000 0101 0200';
const record = `84 01ce7f000001 02cd4269 03${uuid} 0401`;

/** Body with the sender and these sections. */
function body(count: number, ...sections: string[]): string {
  return `8${count} 00${uuid} ${sections.join('')}`;
}

function decode(text: string) {
  return decodePacket(Buffer.from(text.replaceAll(' ', ''), 'hex'), { sealed: false });
}

test('integers of any unsigned width are accepted', () => {
  for (const one of ['01', 'cc01', 'cd0001', 'ce00000001', 'cf0000000000000001']) {
    expect(decode(`83 00${one} 01ce7f000001 02cd4269 ${body(2, `0283 0000 01${one} 02${one}`)}`)).toMatchObject({
      ok: true,
      message: { version: 1, sections: [{ incarnation: { generation: 1n, version: 1n } }] },
    });
  }
});

test('keys may stand in any order and the optional ones may be missing', () => {
  expect(decode(`83 02cd4269 01ce7f000001 0001 ${body(2, `0391 84 0401 03${uuid} 02cd4269 01ce7f000001`)}`)).toMatchObject({
    ok: true,
    message: { sections: [{ members: [{ status: 'alive', incarnation: { generation: 1n, version: 0n } }] }] },
  });
  expect(decode(`${meta} ${body(1)}`)).toMatchObject({ ok: true, message: { sections: [] } });
});

test('an unknown payload is not an empty one', () => {
  const known = `85 ${record.slice(3)} 06c400`;
  const result = decode(`${meta} ${body(2, `0392 ${record} ${known}`)}`);
  if (!result.ok || result.message.sections[0]?.kind !== 'dissemination') throw new Error('not decoded');
  expect(result.message.sections[0].members.map(({ payload }) => payload?.length)).toEqual([undefined, 0]);
});

test.each([
  ['nothing', '', 'meta is cut short'],
  ['no map', '00', 'meta should be a map'],
  ['no version', '82 01ce7f000001 02cd4269', 'meta version is mandatory'],
  ['version 0', '83 0000 01ce7f000001 02cd4269', 'meta version is mandatory'],
  ['no source port', '82 0001 01ce7f000001', 'meta source is mandatory'],
  ['source port 0', '83 0001 01ce7f000001 0200', 'meta source port is mandatory'],
  ['source address 0', '83 0001 0100 02cd4269', 'meta source address is mandatory'],
  ['source port too big', '83 0001 01ce7f000001 02ce00010000', 'meta source port is too big'],
  ['an unknown meta key', `84 0001 01ce7f000001 02cd4269 0401`, 'meta key is too big'],
  ['a meta key twice', `84 0001 01ce7f000001 02cd4269 0001`, 'meta key 0 stands twice'],
  ['a signed integer', '83 00ff 01ce7f000001 02cd4269', 'meta version should be an unsigned integer'],
  ['a signed width', '83 00d001 01ce7f000001 02cd4269', 'meta version should be an unsigned integer'],
  ['half a route', `84 0001 01ce7f000001 02cd4269 0382 00ce7f000001 01cd4269`, 'routing target is mandatory'],
  ['an unknown routing key', `84 0001 01ce7f000001 02cd4269 0381 0401`, 'routing key is too big'],
  ['no body', meta, 'body is cut short'],
  ['an empty body', `${meta} 80`, 'sender uuid should come first'],
  ['the sender second', `${meta} 82 ${ping} 00${uuid}`, 'sender uuid should come first'],
  ['the nil uuid', `${meta} 81 00${nil}`, 'sender uuid is nil'],
  ['a str for a uuid', `${meta} 81 00d910${'31'.repeat(16)}`, 'sender uuid should be bin'],
  ['a short uuid', `${meta} 81 00c40131`, 'sender uuid should have 16 bytes'],
  ['an unknown section', `${meta} ${body(2, '0580')}`, 'body key is too big'],
  ['a section twice', `${meta} ${body(3, ping, ping)}`, 'body key 2 stands twice'],
  ['no failure detection type', `${meta} ${body(2, '0281 0101')}`, 'failure detection type is mandatory'],
  ['an unknown type', `${meta} ${body(2, '0281 0002')}`, 'failure detection type is too big'],
  ['an unknown detection key', `${meta} ${body(2, '0281 0301')}`, 'failure detection key is too big'],
  ['an unknown quit key', `${meta} ${body(2, '0481 0201')}`, 'quit key is too big'],
  ['an unknown member key', `${meta} ${body(2, `0391 85 ${record.slice(3)} 0701`)}`, 'member key is too big'],
  ['an unknown status', `${meta} ${body(2, `0391 85 ${record.slice(3)} 0004`)}`, 'member status is too big'],
  ['a nil member', `${meta} ${body(2, `0191 83 01ce7f000001 02cd4269 03${nil}`)}`, 'member uuid is nil'],
  ['a member without uuid', `${meta} ${body(2, '0191 82 01ce7f000001 02cd4269')}`, 'member uuid is mandatory'],
  ['a member without address', `${meta} ${body(2, `0191 81 03${uuid}`)}`, 'member address is mandatory'],
  ['a str payload', `${meta} ${body(2, `0191 85 ${record.slice(3)} 06a131`)}`, 'member payload should be bin'],
  ['a payload of 1201', `${meta} ${body(2, `0191 85 ${record.slice(3)} 06c504b1 ${'00'.repeat(1201)}`)}`, 'member payload is too long'],
  ['more members than bytes', `${meta} ${body(2, '01ddffffffff')}`, 'anti-entropy is cut short'],
  ['bytes that are no trailer', `${meta} ${body(1)} 00`, 'bytes after the body are no trailer'],
  ['a trailer without checksum', `${meta} ${body(1)} c10001`, 'trailer checksum is mandatory'],
  ['a wrong checksum', `${meta} ${body(1)} c1200100000000`, 'checksum does not match'],
  ['an endless number', `${meta} ${body(1)} c120${'ff'.repeat(9)}`, 'trailer sequence is too big'],
])('refused: %s', (_what, text, reason) => {
  expect(decode(text)).toEqual({ ok: false, reason });
});

test('a trailer of a later version is passed over', () => {
  const result = decode(`${meta} ${body(1)} c1ff0102`);
  expect(result.ok && result.message.trailer).toBe(undefined);
  expect(result.ok).toBe(true);
});
