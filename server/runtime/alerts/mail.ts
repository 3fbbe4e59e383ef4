import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import type { ChannelSettings } from '~/server/store/index.ts';
import { addressesOf } from './outside.ts';
import { messageOf, oneLine, within, type Answer } from './webhook.ts';

/** One mail to all receivers of a channel. With `starttls` and `tls` the server's certificate must be good for its name. */

export type Mailed = {
  readonly mail: NonNullable<ChannelSettings['mail']>;
  readonly password: string | undefined;
  readonly subject: string;
  readonly text: string;
  readonly id: string;
  readonly timeoutMs: number;
};

export async function mail({ mail: { host, port, tls, user, from, to }, password, subject, text, id, timeoutMs }: Mailed): Promise<Answer> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const [first] = await within(addressesOf(host), deadline);
    const transport = createTransport({
      host: first!.address,
      port,
      secure: tls === 'tls',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      tls: isIP(host) === 0 ? { servername: host } : {},
      ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      const headers = { 'x-coterie-delivery': id, 'auto-submitted': 'auto-generated' };
      const sent = await within(transport.sendMail({ from, to, subject, text, messageId: `<${id}@coterie>`, headers }), deadline);
      const refused = sent.rejected.length === 0 ? '' : `; refused: ${sent.rejected.join(', ')}`;
      return { ok: true, text: oneLine(`${sent.response}${refused}`) };
    } finally {
      transport.close();
    }
  } catch (error) {
    return { ok: false, text: deadline.aborted ? `no answer within ${timeoutMs / 1000} s` : messageOf(error) };
  }
}
