/**
 * One watch on one member. A member that stopped, or that is cut off, says nothing rather than that it is gone: when it
 * was silent for a while it is asked, and a silent one is left for another.
 */
import type { Clock } from '~/iproto/clock.ts';
import type { Sink } from '../client/backend.ts';
import type { Caller } from './caller.ts';
import { revisionOf, type Codec, type WatchAnswer } from './codec.ts';
import type { Endpoint } from './endpoint.ts';
import { meaningOfError, parsed } from './replies.ts';

const openMs = 1_500;
/** From the last byte of a member to the question, and from there to its end. */
const silentMs = 500;
const answerMs = 500;

export function watchMember(
  { caller, clock, codec }: { readonly caller: Caller; readonly clock: Clock; readonly codec: Codec },
  { endpoint, prefix, after }: { readonly endpoint: Endpoint; readonly prefix: string; readonly after: number },
  sink: Sink,
): () => void {
  let over = false;
  let opened = false;
  let abort = () => {};
  let cancel = () => {};
  const stop = () => {
    over = true;
    abort();
    cancel();
  };
  const end = (reason: string, gap = false) => {
    if (over) return;
    stop();
    endpoint.badUntil = gap ? endpoint.badUntil : clock.now() + 1_000;
    sink.ended({ reason: `${endpoint.address}: ${reason}`, gap });
  };

  const line = (text: string) => {
    if (over) return;
    const { result, error } = (parsed(text) ?? {}) as WatchAnswer;
    if (error !== undefined) return failed(error);
    if (result === undefined) return end('an answer that is none');
    if (result.compact_revision !== undefined && result.canceled) return end('what was missed is compacted', true);
    if (result.canceled) return end(result.cancel_reason ?? 'it cancelled the watch');
    if (result.created) {
      if (revisionOf(result.header?.revision) < after) return end('it is behind what was seen already', true);
      opened = true;
      cancel();
      listen();
      return sink.opened();
    }
    const changes = codec.changes(result);
    for (const [revision, entries] of changes) sink.changed(revision, entries);
    if (changes.size === 0) sink.progress(revisionOf(result.header?.revision));
  };
  const failed = (error: unknown) => {
    const meaning = meaningOfError(error, 200);
    if (meaning.kind === 'logIn') caller.forget(token);
    end(meaning.kind === 'again' ? meaning.reason : meaning.kind === 'final' ? meaning.error.message : 'it asks for a new token');
  };
  const listen = () => {
    const silent = clock.now() - endpoint.heardAt;
    if (silent < silentMs) cancel = clock.after(silentMs - silent, listen);
    else void probe();
  };
  const probe = async () => {
    const { settled, abort: giveUp } = endpoint.post('/v3/maintenance/status', '{}', token?.text ?? null);
    cancel = clock.after(answerMs, () => {
      giveUp();
      end(`silent for ${Math.round(clock.now() - endpoint.heardAt)} ms`);
    });
    const result = await settled;
    if (over) return;
    cancel();
    if ('reason' in result) end(result.reason);
    else if (noLeader(result.text)) end('it sees no leader');
    else cancel = clock.after(silentMs, listen);
  };

  let token: Awaited<ReturnType<Caller['token']>> = null;
  const open = async () => {
    cancel = clock.after(openMs, () => end(opened ? 'silent' : `no answer within ${openMs} ms`));
    try {
      token = await caller.token(openMs);
    } catch (error) {
      return end(error instanceof Error ? error.message : String(error));
    }
    if (over) return;
    const body = JSON.stringify({ create_request: { ...codec.span(prefix), startRevision: String(after + 1), progress_notify: true } });
    ({ abort } = endpoint.stream('/v3/watch', body, { token: token?.text ?? null, handler: { line, ended: end } }));
  };
  void open();
  return stop;
}

function noLeader(status: string): boolean {
  const { leader, message } = (parsed(status) ?? {}) as { leader?: string; message?: string };
  // Without the right to ask, the answer shows at least that it is alive.
  return message === undefined && (leader ?? '0') === '0';
}

