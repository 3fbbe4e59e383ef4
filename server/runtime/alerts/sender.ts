import type { Body } from '~/core/alerts/message.ts';
import type { StoredChannel } from '~/server/store/index.ts';
import { mail } from './mail.ts';
import { seal, unseal, type ChannelSecrets } from './seal.ts';
import { post, type Answer } from './webhook.ts';

/** The one place that opens a channel's secrets, and uses them. */
export type Sender = {
  seal(name: string, secrets: ChannelSecrets): string;
  /** Null: sealed under another cluster secret. */
  open(channel: StoredChannel): ChannelSecrets | null;
  /** `text` is the body as it was kept: the same bytes at each attempt. Never rejects. */
  send(channel: StoredChannel, body: Body, text: string): Promise<Answer>;
};

/** A webhook that needs longer does its work before it answers; a mail server may greet late on purpose. */
const webhookMs = 10_000;
const mailMs = 20_000;
/** The longest that one attempt takes, and a little more: until then nobody else tries. */
export const attemptMsMax = mailMs + 10_000;

export function sender({ key, agent, now }: { key: Uint8Array; agent: string; now: () => number }): Sender {
  const open = ({ name, sealed }: StoredChannel) => unseal(sealed, { key, name });
  return {
    seal: (name, secrets) => seal(secrets, { key, name }),
    open,
    send: async (channel, body, text) => {
      const secrets = open(channel);
      if (secrets === null) return { ok: false, text: 'its secrets cannot be opened: they were sealed under another cluster secret. Enter them again.' };
      const { id, kind, subject } = body;
      if (channel.settings.mail !== null) return mail({ mail: channel.settings.mail, password: secrets.password, subject, text: body.text, id, timeoutMs: mailMs });
      return post({ url: secrets.url ?? '', secret: secrets.secret, body: text, id, kind, agent, nowMs: now(), timeoutMs: webhookMs });
    },
  };
}
