import type { LifeCycle } from '~/contract/shapes/status.ts';

/** What the server has heard of an instance, configured or not, when a change is planned. */
export type KnownInstance = {
  readonly uuid: string;
  readonly alias: string;
  /** Advertised address of its Tarantool. */
  readonly uri: string;
  /** Its agent answers now. */
  readonly reachable: boolean;
  readonly state: LifeCycle | null;
  /** Null where there is no database, or nothing was heard. */
  readonly readOnly: boolean | null;
  /** There is a database in its data directory, of this cluster or another. */
  readonly hasData: boolean;
  /** What it says of the record of appointments, or said last. Absent: nothing. */
  readonly record?: { readonly replicaset: string; readonly epoch: number; readonly master: string | null };
  /** The zone that its agent was started with: taken over when it joins without one. */
  readonly zone?: string | null;
};
