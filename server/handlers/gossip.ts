import type { contract } from '~/contract/index.ts';
import type { z } from 'zod';
import type { GossipMember as MemberShape } from '~/contract/gossip.ts';
import { decodePayload, type GossipPayload } from '~/link/gossip-payload.ts';
import type { KeyRow } from '~/server/runtime/gossip-keys.ts';
import { act, step } from './action.ts';
import type { Context, HandlersOf } from './context.ts';
import { gossipViews, nameOf } from './gossip-views.ts';
import { findInstance } from './names.ts';

type Row = z.output<typeof MemberShape>;
type Heard = { uuid: string; address: string; state: Row['state']; generation: string; incarnation: string; rttMs: number | null; since: number | null; payload: GossipPayload | null };

const callMs = 5000;

/** Who is there as gossip sees it, and the keys that seal it. */
export const gossipHandlers: HandlersOf<Pick<typeof contract, 'gossip'>>['gossip'] = {
  members: async (context, { by }) => {
    const { runtime } = context.services;
    if (by === undefined) return (await runtime.gossip.table()).others.map((member) => row(context, member));
    const { uuid, alias } = findInstance(context, by);
    const { members } = await runtime.agents.client(uuid, alias).gossip({}, { timeoutMs: callMs });
    return members.map((member) => row(context, { ...member, since: null, payload: decodePayload(Buffer.from(member.payload, 'base64')) }));
  },

  views: gossipViews,

  stats: async ({ services }) => services.runtime.gossip.stats(),

  keyring: async (context) => (await context.services.runtime.keys.list()).map((key) => named(context, key)),

  installKey: async (context, intent) =>
    act(context, intent, {
      action: { summary: 'Make a new gossip key and give it to every member.', steps: [step('store', 'gossip', ['Every member gets a new key; nobody seals with it yet.', 'A key is installed everywhere before the first message is sealed with it.'])] },
      run: async () => named(context, await context.services.runtime.keys.install()),
    }),

  giveKeys: async (context, { instance, ...intent }) => {
    const { uuid, alias, expelled } = findInstance(context, instance);
    const { keys } = context.services.runtime;
    return act(context, intent, {
      action: {
        summary: `Give ${alias} the gossip keys of this server.`,
        steps: [step('store', uuid, [`${alias} takes the keys of this server in place of its own, and is heard by gossip again.`, 'It was away while the keys were changed, so that neither opens what the other says.'])],
        refusals: await keys.refusalsOfGive({ uuid, alias, expelled }),
      },
      run: async () => ({ instance: alias, sentence: await keys.give(uuid, alias) }),
    });
  },

  useKey: async (context, { id, ...intent }) => {
    const { keys } = context.services.runtime;
    return act(context, intent, {
      action: { summary: `Seal gossip with key ${id}.`, steps: [step('store', id, [`Every member seals with key ${id}.`, 'Every member can open what is sealed with it.'])], refusals: intent.dryRun ? await keys.refusalsOfUse(id) : [] },
      run: async () => named(context, await keys.use(id)),
    });
  },

  removeKey: async (context, { id, ...intent }) => {
    const { keys } = context.services.runtime;
    return act(context, intent, {
      action: { summary: `Forget gossip key ${id}.`, steps: [step('store', id, [`Every member forgets key ${id}.`, 'Nobody seals with it any more.'])], refusals: intent.dryRun ? await keys.refusalsOfRemove(id) : [] },
      run: () => keys.remove(id),
    });
  },
};

function row(context: Context, { uuid, address, state, generation, incarnation, rttMs, since, payload }: Heard): Row {
  return { uuid, name: nameOf(context, uuid, payload), kind: payload?.kind ?? 'unknown', address, state, generation, incarnation, rttMs, since, configVersion: payload?.config?.version ?? null };
}

const named = (context: Context, { missing, ...key }: KeyRow) => ({ ...key, missing: missing.map((uuid) => nameOf(context, uuid) ?? uuid) });
