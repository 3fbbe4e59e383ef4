import { request, type IncomingMessage } from 'node:http';
import { Lines } from './lines.ts';
import { bodyOf } from './node-http.ts';
import { streamPath } from './paths.ts';
import { Refused, type Place } from './send.ts';

/** The caller's side of a stream: a request, and the lines of its answer as they come. */
export type Followed = { readonly name: string; readonly input: unknown; readonly authorization: string; readonly signal: AbortSignal };

const lineBytesMax = 80 * 1024 * 1024;
const refusalBytesMax = 64 * 1024;

/** Throws `Refused` where the agent answers otherwise, and what the socket says where it is cut off. */
export async function* linesOf({ host, port }: Place, { name, input, authorization, signal }: Followed): AsyncGenerator<string> {
  const asked = request({ host, port, method: 'POST', path: `${streamPath}${name}`, agent: false, signal, headers: { authorization, 'content-type': 'application/json' } });
  const answered = new Promise<IncomingMessage>((resolve, reject) => asked.once('response', resolve).on('error', reject));
  asked.end(JSON.stringify(input));
  const answer = await answered;
  if (answer.statusCode !== 200) throw new Refused({ status: answer.statusCode ?? 0, text: (await bodyOf(answer, refusalBytesMax)).toString('utf8') });
  const lines = new Lines(lineBytesMax);
  for await (const chunk of answer as AsyncIterable<Buffer>) yield* lines.push(chunk);
}
