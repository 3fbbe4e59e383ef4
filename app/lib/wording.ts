import type { Draft, MutationName } from './operation-types.ts';
import { entryOf } from '~/contract/index.ts';
import { countText } from './format.ts';

/** The words on a dialog: title and button. Everything longer comes from the contract. */
const verbs: Partial<Record<MutationName, string>> = {
  'alert.addChannel': 'Add channel',
  'alert.editChannel': 'Edit channel',
  'alert.removeChannel': 'Remove channel',
  'alert.test': 'Test channel',
  'alert.silence': 'Silence alerts',
  'alert.unsilence': 'End silence',
  'retention.edit': 'Change how long history is kept',
  'replicaset.create': 'Create replicaset',
  'replicaset.edit': 'Edit',
  'replicaset.delete': 'Delete',
  'replicaset.restartReplication': 'Restart replication of',
  'instance.join': 'Join',
  'instance.edit': 'Edit',
  'instance.disable': 'Disable',
  'instance.enable': 'Enable',
  'instance.expel': 'Expel',
  'instance.restart': 'Restart',
  'instance.stop': 'Stop',
  'instance.start': 'Start',
  'instance.rebuild': 'Rebuild',
  'instance.probe': 'Probe an address',
  'user.create': 'Create a user',
  'user.edit': 'Edit',
  'user.unlock': 'Unlock',
  'user.delete': 'Delete',
  'token.create': 'Create an API token',
  'token.revoke': 'Revoke token',
  'session.revoke': 'End session',
  'session.changePassword': 'Change your password',
  'config.restore': 'Restore version',
  'config.upload': 'Change sections',
  'code.push': 'Apply the code',
  'schema.apply': 'Apply the spaces of',
  'function.call': 'Call',
  'failover.configure': 'Failover settings',
  'failover.switch': 'Switch the master of',
  'failover.promote': 'Promote',
  'failover.pause': 'Pause failover',
  'failover.resume': 'Resume failover',
  'failover.acknowledge': 'Acknowledge the failovers of',
  'failover.evacuate': 'Evacuate masters',
  'failover.steal': 'Have another coordinator take over',
  'sharding.bootstrap': 'Bootstrap group',
  'sharding.configure': 'Settings of group',
  'sharding.weigh': 'Weights of group',
  'sharding.start': 'Start rebalancing of group',
  'sharding.pause': 'Pause rebalancing of group',
  'sharding.resume': 'Resume rebalancing of group',
  'sharding.abort': 'Cut short what moves in group',
  'sharding.move': 'Move buckets of group',
  'sharding.pin': 'Pin buckets of group',
  'sharding.unpin': 'Unpin buckets of group',
  'sharding.repair': 'Repair buckets of group',
  'router.restart': 'Restart the router of',
  'router.configure': 'Settings of the routers of group',
  'failover.replayLostRows': 'Write lost rows again, of',
  'failover.discardLostRows': 'Discard the lost rows of',
  'gossip.installKey': 'Install a new key',
  'gossip.giveKeys': 'Give the gossip keys to',
  'gossip.useKey': 'Use key',
  'gossip.removeKey': 'Remove key',
  'rule.add': 'Add a rule',
  'rule.edit': 'Edit rule',
  'rule.remove': 'Remove rule',
  'issue.acknowledge': 'Acknowledge',
  'issue.unacknowledge': 'Take back the acknowledgement of',
  'issue.mute': 'Mute',
  'issue.unmute': 'Unmute',
  'data.insert': 'Insert a row into',
  'data.replace': 'Write a row into',
  'data.update': 'Change a row of',
  'data.delete': 'Delete a row of',
};

const buttons: Partial<Record<MutationName, string>> = {
  'alert.addChannel': 'Add',
  'alert.editChannel': 'Apply',
  'alert.removeChannel': 'Remove',
  'alert.test': 'Send test',
  'alert.silence': 'Silence',
  'alert.unsilence': 'End silence',
  'retention.edit': 'Apply',
  'replicaset.edit': 'Apply',
  'instance.edit': 'Apply',
  'replicaset.restartReplication': 'Restart replication',
  'instance.probe': 'Probe',
  'user.create': 'Create',
  'user.edit': 'Apply',
  'token.create': 'Create',
  'token.revoke': 'Revoke',
  'session.revoke': 'End session',
  'session.changePassword': 'Change password',
  'config.restore': 'Restore',
  'config.upload': 'Apply',
  'code.push': 'Apply',
  'schema.apply': 'Apply',
  'failover.configure': 'Apply',
  'failover.switch': 'Switch over',
  'failover.pause': 'Pause',
  'failover.resume': 'Resume',
  'failover.acknowledge': 'Acknowledge',
  'failover.evacuate': 'Evacuate',
  'failover.steal': 'Take over',
  'sharding.bootstrap': 'Make the buckets',
  'sharding.configure': 'Apply',
  'sharding.weigh': 'Apply',
  'sharding.start': 'Start',
  'sharding.pause': 'Pause',
  'sharding.resume': 'Resume',
  'sharding.abort': 'Cut short',
  'sharding.move': 'Move',
  'sharding.pin': 'Pin',
  'sharding.unpin': 'Unpin',
  'sharding.repair': 'Repair',
  'router.restart': 'Restart',
  'router.configure': 'Apply',
  'failover.replayLostRows': 'Write them',
  'failover.discardLostRows': 'Discard',
  'gossip.giveKeys': 'Give the keys',
  'issue.unacknowledge': 'Take it back',
  'rule.add': 'Add',
  'rule.edit': 'Apply',
  'rule.remove': 'Remove',
  'data.insert': 'Insert',
  'data.replace': 'Write',
  'data.update': 'Change',
  'data.delete': 'Delete',
};

export function titleOf(operation: MutationName, draft: Draft): string {
  const { operation: definition } = entryOf(operation);
  if (operation === 'topology.apply' && Array.isArray(draft.edits)) return `Make ${countText(draft.edits.length, 'change')} as one`;
  if (operation === 'topology.apply') return 'Apply a cluster file';
  if (operation === 'instance.join' && draft.instance === undefined) return draft.replicaset === undefined ? 'Join an instance' : `Add an instance to ${String(draft.replicaset)}`;
  const verb = verbs[operation] ?? definition.summary;
  // What is named in a field of the dialog itself need not be in its title.
  const subject = operation === 'replicaset.create' || operation === 'rule.add' || operation === 'instance.probe' ? undefined : draft[definition.subject?.[0] ?? ''];
  return subject === undefined ? verb : `${verb} ${String(subject)}`;
}

export function buttonOf(operation: MutationName): string {
  return buttons[operation] ?? verbs[operation] ?? 'Apply';
}

/** What the operation is, in a sentence or two. */
export function leadOf(operation: MutationName, draft: Draft): string {
  if (operation === 'topology.apply' && Array.isArray(draft.edits)) return 'All of them in one atomic step: if one is refused, none is made. Leave out what should stay as it is.';
  const { operation: { summary, details } } = entryOf(operation);
  return `${summary}.${details ? ` ${details}` : ''}`;
}
