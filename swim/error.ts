/** What the library refuses, in one class: it crosses the thread border as plain data. */

export type SwimErrorCode = 'optionsInvalid' | 'notRunning' | 'startFailed' | 'keyRefused' | 'keyNotEverywhere' | 'engineFailed';

/** A member that stood in the way, and how. */
export type Obstacle = { readonly uuid: string; readonly reason: string };

export class SwimError extends Error {
  readonly code: SwimErrorCode;
  readonly obstacles: readonly Obstacle[];

  constructor(code: SwimErrorCode, message: string, options: { obstacles?: readonly Obstacle[]; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'SwimError';
    this.code = code;
    this.obstacles = options.obstacles ?? [];
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
