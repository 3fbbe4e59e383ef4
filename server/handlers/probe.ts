import { lookup } from 'node:dns/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { CoterieError } from '~/contract/errors.ts';
import type { Context } from './context.ts';

const answerMs = 3000;
const lookEveryMs = 20;

/** Pings a gossip address and waits until a member with it is known alive. */
export async function probed(context: Context, asked: string) {
  const { gossip } = context.services.runtime;
  const address = await resolved(asked);
  const find = () => gossip.members().find((member) => member.address === address && member.state === 'alive');
  if (find() === undefined) await gossip.probe(address);
  const until = performance.now() + answerMs;
  while (find() === undefined && performance.now() < until) await wait(lookEveryMs);
  const member = find();
  if (member === undefined) return { found: false, uuid: null, alias: null, sentence: `Nobody answered at ${address} within ${answerMs / 1000} s: check the address (the gossip one), the firewall for UDP, and the cluster secret of the agent.` };
  const alias = member.payload?.alias ?? null;
  return { found: true, uuid: member.uuid, alias, sentence: `${alias ?? member.uuid} answered at ${address}.` };
}

/** Members go by IPv4 address; people by name. */
async function resolved(asked: string): Promise<string> {
  const colon = asked.lastIndexOf(':');
  const host = asked.slice(0, colon);
  const found = await lookup(host, { family: 4 }).catch((error: NodeJS.ErrnoException) => {
    throw new CoterieError('NOT_FOUND', `The host ${host} has no IPv4 address (${error.code ?? error.message}).`, { address: asked });
  });
  return `${found.address}${asked.slice(colon)}`;
}
