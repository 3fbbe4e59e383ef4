/**
 * What can go wrong with a state provider, one class for each thing a caller does about it. No message holds a
 * password, a token or a value.
 *
 * | class               | was the change made?              | what to do                                  |
 * | ------------------- | --------------------------------- | ------------------------------------------- |
 * | ProviderUnavailable | no                                | try again later; failsafe                   |
 * | OutcomeUnknown      | perhaps, perhaps later            | read again and compare, or `settle`         |
 * | AccessDenied        | no                                | a person mends user, password or certificate |
 * | ForeignState        | no                                | a person gives the cluster its own prefix   |
 * | LimitExceeded       | no                                | a smaller change                            |
 */
export type StateErrorKind = 'unavailable' | 'unknown' | 'denied' | 'foreign' | 'limit';

export abstract class StateError extends Error {
  abstract readonly kind: StateErrorKind;
}

/** One endpoint's part in a failure. */
export type EndpointFailure = { readonly endpoint: string; readonly reason: string };

/** Nobody answered, or the answer was that it cannot be done now. Surely nothing was changed, nor will be. */
export class ProviderUnavailable extends StateError {
  readonly kind = 'unavailable';
  override readonly name = 'ProviderUnavailable';

  constructor(
    message: string,
    readonly failures: readonly EndpointFailure[] = [],
    /** The provider itself said when it will take the change. */
    readonly retryAfterMs: number | null = null,
  ) {
    super([message, ...failures.map(({ endpoint, reason }) => `${endpoint}: ${reason}`)].join('; '));
  }
}

/** The change was sent and no answer came in time. It may have been made, or be made later. */
export class OutcomeUnknown extends StateError {
  readonly kind = 'unknown';
  override readonly name = 'OutcomeUnknown';

  constructor(
    message: string,
    /** Finds out, and makes sure that a change which was not made never will be. Throws ProviderUnavailable. */
    readonly settle: (options: { readonly timeoutMs: number }) => Promise<'done' | 'notDone'>,
  ) {
    super(message);
  }
}

/** Wrong user or password, missing rights, or a certificate that one side does not trust. */
export class AccessDenied extends StateError {
  readonly kind = 'denied';
  override readonly name = 'AccessDenied';
}

/** The prefix belongs to another cluster. */
export class ForeignState extends StateError {
  readonly kind = 'foreign';
  override readonly name = 'ForeignState';

  constructor(
    readonly ours: string,
    readonly theirs: string,
    { place, wayOut }: { readonly place: string; readonly wayOut: string },
  ) {
    super(`${place} holds the state of cluster ${theirs}, and this is cluster ${ours}: give one of them a place of its own. If ${theirs} is gone for good: ${wayOut}`);
  }
}

export class LimitExceeded extends StateError {
  readonly kind = 'limit';
  override readonly name = 'LimitExceeded';

  constructor(
    readonly what: string,
    readonly value: number,
    readonly max: number,
  ) {
    super(`${what}: ${value}, at most ${max}`);
  }
}
