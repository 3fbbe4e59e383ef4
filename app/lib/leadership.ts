import type { InstanceView } from '~/contract/shapes/view.ts';

/** What an instance is in its replicaset, in the words of the table: by its own word, and where that is not what it should be. */
export type LeadershipWords = { readonly text: string; /** Of its mandate, where masters are appointed. */ readonly epoch: number | null; readonly master: boolean; /** More, for who wants to know why. */ readonly title: string | null };

type Given = Pick<InstanceView, 'leadership' | 'wantedMaster' | 'configured' | 'disabled' | 'failover'>;

export function leadershipWords({ leadership, wantedMaster, configured, disabled, failover }: Given): LeadershipWords | null {
  if (failover !== null && !disabled) return appointedWords(leadership, failover);
  switch (leadership) {
    case 'master':
      return { text: 'master', epoch: null, master: true, title: null };
    case 'replica':
      return { text: wantedMaster ? 'replica, should be master' : 'replica', epoch: null, master: false, title: null };
    case 'none':
      return configured && wantedMaster ? { text: 'should be master', epoch: null, master: false, title: null } : null;
  }
}

function appointedWords(leadership: InstanceView['leadership'], { standing, epoch, failsafe, obstacle, diverged }: NonNullable<InstanceView['failover']>): LeadershipWords {
  const why = diverged ?? obstacle;
  switch (standing) {
    case 'master':
      return { text: 'master', epoch, master: leadership === 'master', title: failsafe ? 'The state provider is lost: it writes by the promises of the others' : why };
    case 'candidate':
      return { text: 'candidate', epoch, master: false, title: why ?? 'It is appointed, and makes itself ready to write' };
    case 'follower':
      return { text: 'replica', epoch: null, master: false, title: why };
    case 'fenced':
      return { text: diverged === null ? 'fenced' : 'fenced, has rows of its own', epoch: null, master: false, title: why ?? 'It neither writes nor follows' };
    case 'waiting':
      return { text: 'waits for a master', epoch: null, master: false, title: why };
  }
}
