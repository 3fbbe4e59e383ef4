/** A target by what a client process is told on its command line. */
import type { Target } from '../workloads/target.ts';
import { Postgres, type PostgresUser } from './postgres.ts';
import { Redis } from './redis.ts';
import { Routed, type RoutedUser } from './routed.ts';
import { Tarantool, type TarantoolUser } from './tarantool.ts';

export type TargetSpec =
  | ({ readonly kind: 'tarantool' } & TarantoolUser)
  | ({ readonly kind: 'routed' } & RoutedUser)
  | { readonly kind: 'redis'; readonly service: string }
  | ({ readonly kind: 'postgres' } & PostgresUser);

export function targetOf(spec: TargetSpec): Target {
  switch (spec.kind) {
    case 'tarantool':
      return new Tarantool(spec);
    case 'routed':
      return new Routed(spec);
    case 'redis':
      return new Redis(spec.service);
    case 'postgres':
      return new Postgres(spec);
  }
}
