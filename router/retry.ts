/**
 * What happens after a try that failed. The one rule: a write is sent again only when it is certain that nothing was
 * done; a read is sent again as long as there is time.
 */
import type { ErrorKind } from '~/iproto/index.ts';
import type { Refusal } from './refusals.ts';

export type Failure =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The function's own error, or one of Tarantool's. */
  | { readonly kind: 'failed'; readonly code: number }
  /** There was no answer, or nothing was sent. `notExecuted`: certainly not carried out. */
  | { readonly kind: 'lost'; readonly error: ErrorKind; readonly notExecuted: boolean };

/** `again`: now, with what was learnt. `wait`: after news or a pause. `tell`: it is the client's answer. */
export type Step = 'again' | 'wait' | 'tell';

export type Attempt = {
  readonly write: boolean;
  /** Tries so far. */
  readonly tries: number;
  /** Whether the refusal taught something new: without, the same try would fail the same way. */
  readonly learnt: boolean;
  /** Whether another instance could be asked. */
  readonly others: boolean;
};

/** After so many tries at once the next one waits: two storages that name each other must not keep a router busy. */
export const triesAtOnceMax = 8;

export function nextStep(failure: Failure, attempt: Attempt): Step {
  const soon: Step = attempt.tries < triesAtOnceMax ? 'again' : 'wait';
  switch (failure.kind) {
    case 'failed':
      return 'tell';
    case 'refused':
      switch (failure.refusal.verdict) {
        case 'tell': return 'tell';
        case 'wait': return 'wait';
        case 'follow':
        case 'master': return attempt.learnt ? soon : 'wait';
      }
      break;
    case 'lost':
      switch (failure.error) {
        // The answer was too long, or the request: another try is the same.
        case 'encode':
        case 'tarantool': return 'tell';
        case 'limitExceeded': return failure.notExecuted && attempt.others ? soon : 'tell';
        case 'connectionLost':
        case 'outcomeUnknown':
        case 'protocol':
        case 'requestTimeout':
          if (attempt.write && !failure.notExecuted) return 'tell';
          return attempt.others ? soon : 'wait';
      }
  }
}
