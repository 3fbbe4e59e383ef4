import { CoterieError } from '~/contract/errors.ts';
import { followedLimits, type Followed } from '~/server/runtime/failover/followed.ts';
import type { StreamMessage } from './context.ts';

/** One follower more of `what`, as long as there are not too many. */
export function follow<T>(followed: Followed<T>, what: string, signal: AbortSignal): AsyncGenerator<StreamMessage<T>> {
  if (followed.followers >= followedLimits.followersMax) throw new CoterieError('LIMITED', `${followedLimits.followersMax} streams of ${what} are open already.`, { retryAfterMs: 5000 });
  return followed.follow(signal);
}
