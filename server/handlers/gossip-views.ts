import type { contract } from '~/contract/index.ts';
import { problemOf } from '~/contract/errors.ts';
import type { z } from 'zod';
import type { GossipObserver } from '~/contract/gossip.ts';
import { decodePayload, type GossipPayload } from '~/link/gossip-payload.ts';
import type { Context, HandlersOf } from './context.ts';
import { pageOf } from './lists.ts';

/** Who sees whom as what. All observers are asked at the same time and each has its own deadline, so a hung one delays nobody and is marked. */

type Observer = z.output<typeof GossipObserver>;
type Views = HandlersOf<Pick<typeof contract, 'gossip'>>['gossip']['views'];

const askMs = 2000;

export const gossipViews: Views = async (context, page) => {
  const { runtime } = context.services;
  const { self, address, others } = await runtime.gossip.table();
  const agents = others.filter(({ state, payload }) => payload?.kind === 'agent' && state !== 'left').map(({ uuid, payload }) => ({ uuid, name: nameOf(context, uuid, payload) ?? uuid }));
  const asked = pageOf(context, agents.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })), page);
  const answers = await Promise.allSettled(asked.map(async ({ uuid, name }) => runtime.agents.client(uuid, name).gossip({}, { timeoutMs: askMs })));
  const payloads = new Map(others.map(({ uuid, payload }) => [uuid, payload]));
  const seen = (member: Omit<Observer['members'][number], 'name' | 'kind'>, payload: GossipPayload | null) => ({ uuid: member.uuid, name: nameOf(context, member.uuid, payload), kind: payload?.kind ?? ('unknown' as const), address: member.address, state: member.state, incarnation: member.incarnation, rttMs: member.rttMs });
  const server: Observer = { uuid: self, name: runtime.options.owner, kind: 'server', heard: true, sentence: null, members: others.map((member) => seen(member, member.payload)) };
  const observers = answers.map((answer, index): Observer => {
    const observer = { ...asked[index]!, kind: 'agent' as const };
    if (answer.status === 'rejected') return { ...observer, heard: false, sentence: problemOf(answer.reason).detail, members: [] };
    return { ...observer, heard: true, sentence: null, members: answer.value.members.map((member) => seen(member, payloads.get(member.uuid) ?? decodePayload(Buffer.from(member.payload, 'base64')))) };
  });
  return { of: agents.length, address, observers: [server, ...observers] };
};

/** As configured, else as it calls itself. */
export function nameOf(context: Context, uuid: string, payload: GossipPayload | null = null): string | null {
  const { runtime } = context.services;
  const known = runtime.versions.current?.config.instances[uuid]?.alias ?? payload?.alias;
  return known ?? runtime.gossip.members().find((member) => member.uuid === uuid)?.payload?.alias ?? null;
}
