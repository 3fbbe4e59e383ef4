import type { StreamMessage } from '~/server/handlers/context.ts';
import { problemBody } from './problem.ts';

/**
 * A stream as server-sent events: `id` to go on from, one line of JSON, a comment when nothing has happened.
 * The reader pulls: while its socket is full nothing is asked of the source, whose own limit then gives a gap.
 */

const encoder = new TextEncoder();
const heartbeat = encoder.encode(': still here\n\n');

export type SseOptions = { readonly heartbeatMs: number; readonly requestId: string };

export function sseResponse(messages: AsyncIterable<StreamMessage<unknown>>, options: SseOptions): Response {
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
  return new Response(sseBody(messages, options), { headers });
}

function sseBody(messages: AsyncIterable<StreamMessage<unknown>>, { heartbeatMs, requestId }: SseOptions): ReadableStream<Uint8Array> {
  const source = messages[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<StreamMessage<unknown>>> | null = null;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        next ??= source.next();
        let timer: NodeJS.Timeout | undefined;
        const quiet = new Promise<'quiet'>((resolve) => {
          timer = setTimeout(resolve, heartbeatMs, 'quiet');
        });
        try {
          const got = await Promise.race([next, quiet]);
          if (got === 'quiet') return controller.enqueue(heartbeat);
          next = null;
          if (got.done) return controller.close();
          controller.enqueue(frame(got.value));
        } catch (error) {
          controller.enqueue(encoder.encode(`event: problem\ndata: ${JSON.stringify(problemBody(error, requestId))}\n\n`));
          controller.close();
        } finally {
          clearTimeout(timer);
        }
      },
      async cancel() {
        await source.return?.();
      },
    },
    { highWaterMark: 1 },
  );
}

/** One update goes to every open dashboard: it is encoded once. */
const frames = new WeakMap<object, { id: string; bytes: Uint8Array }>();

function frame({ id, data }: StreamMessage<unknown>): Uint8Array {
  if (typeof data !== 'object' || data === null) return encoded(id, data);
  const known = frames.get(data);
  if (known?.id === id) return known.bytes;
  const bytes = encoded(id, data);
  frames.set(data, { id, bytes });
  return bytes;
}

const encoded = (id: string, data: unknown) => encoder.encode(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
