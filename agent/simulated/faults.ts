import * as z from 'zod';

/** What can be made wrong with a simulated instance. */

export const Fault = z.discriminatedUnion('kind', [
  /** Its process is gone, as after kill -9: sockets are closed, nobody says goodbye. */
  z.object({ kind: z.literal('kill') }),
  /** A new agent on the same data. */
  z.object({ kind: z.literal('start') }),
  /** As after SIGSTOP: sockets stay open, nothing is answered. */
  z.object({ kind: z.literal('hang') }),
  z.object({ kind: z.literal('resume') }),
  /** Its Tarantool dies and is back after this long. */
  z.object({ kind: z.literal('crash'), seconds: z.number().min(0).max(86_400).default(10) }),
  z.object({ kind: z.literal('lag'), seconds: z.number().min(0).max(1e6) }),
  /** Share of the memory quota in use. */
  z.object({ kind: z.literal('memory'), ratio: z.number().min(0).max(1) }),
  /** Share of the disk that is free. */
  z.object({ kind: z.literal('disk'), ratio: z.number().min(0).max(1) }),
  z.object({ kind: z.literal('replication'), message: z.string().min(1).max(300) }),
  /** Takes back lag, memory, disk and replication. */
  z.object({ kind: z.literal('calm') }),
]);
export type Fault = z.output<typeof Fault>;

/** Those that change figures and nothing else. */
export type Troubles = { readonly lagSeconds: number | null; readonly usedRatio: number | null; readonly diskFreeRatio: number | null; readonly replication: string | null };
export const noTroubles: Troubles = { lagSeconds: null, usedRatio: null, diskFreeRatio: null, replication: null };

export function troubled(troubles: Troubles, fault: Fault): Troubles {
  switch (fault.kind) {
    case 'lag':
      return { ...troubles, lagSeconds: fault.seconds };
    case 'memory':
      return { ...troubles, usedRatio: fault.ratio };
    case 'disk':
      return { ...troubles, diskFreeRatio: fault.ratio };
    case 'replication':
      return { ...troubles, replication: fault.message };
    case 'calm':
      return noTroubles;
    case 'kill':
    case 'start':
    case 'hang':
    case 'resume':
    case 'crash':
      return troubles;
  }
}
