import type { OperationName } from './operation-types.ts';

/**
 * Where a person finds each operation in the dashboard. `from` is the file that names or calls it; `within` says that
 * another operation's answer, which the page has, holds all of its own. A test holds that every operation is here, and truly there.
 */
export type Place = { readonly page: string; readonly where: string } & ({ readonly from: string } | { readonly within: OperationName });

/** Of the pages that everybody sees all the time. */
const everywhere = 'every page';

export const places = {
  'cluster.watch': { page: everywhere, where: 'what all live pages show', from: 'app/live/live-provider.tsx' },
  'cluster.overview': { page: '/', where: 'the page itself', within: 'cluster.watch' },
  'cluster.health': { page: '/', where: 'the sentence and the figures at the top', within: 'cluster.watch' },
  'cluster.issues': { page: '/issues', where: 'the list', within: 'cluster.watch' },
  'cluster.replication': { page: '/', where: 'the lines of the graph', from: 'app/graph/use-replication.ts' },
  'cluster.metrics': { page: '/', where: 'the lines of the last hour or day', from: 'app/live/use-load.ts' },
  'cluster.suggestions': { page: '/issues', where: 'the repairs, at each issue and for several at once', within: 'cluster.watch' },
  'cluster.events': { page: '/events', where: 'the list', from: 'app/live/use-timeline.ts' },

  'issue.acknowledge': { page: '/issues', where: 'menu of an issue: Acknowledge', from: 'app/lib/marks.ts' },
  'issue.unacknowledge': { page: '/issues', where: 'menu of an issue: Take the acknowledgement back', from: 'app/lib/marks.ts' },
  'issue.mute': { page: '/issues', where: 'menu of an issue: Mute', from: 'app/lib/marks.ts' },
  'issue.unmute': { page: '/issues', where: 'menu of an issue, and the list of mutes', from: 'app/issues/muted.tsx' },
  'issue.mutes': { page: '/issues', where: 'the list of mutes', from: 'app/issues/muted.tsx' },

  'rule.list': { page: '/issues', where: 'tab Rules', from: 'app/rules/use-rules.ts' },
  'rule.add': { page: '/issues', where: 'tab Rules: Add a rule', from: 'app/rules/rules-tab.tsx' },
  'rule.edit': { page: '/issues', where: 'menu of a rule: Edit, Switch off, Switch on', from: 'app/lib/rules.ts' },
  'rule.remove': { page: '/issues', where: 'menu of a rule: Remove, Bring back as it came', from: 'app/lib/rules.ts' },
  'rule.test': { page: '/issues', where: 'tab Rules: Test', from: 'app/rules/use-rules.ts' },

  'instance.list': { page: '/', where: 'the table, and the unconfigured ones above it', within: 'cluster.watch' },
  'instance.get': { page: '/', where: 'the details of an instance', from: 'app/instance/use-detail.ts' },
  'instance.probe': { page: '/', where: 'Probe address', from: 'app/cluster/toolbar.tsx' },
  'instance.join': { page: '/', where: 'Join, at an unconfigured instance; menu of a replicaset: Add an instance', from: 'app/cluster/unconfigured.tsx' },
  'instance.edit': { page: '/', where: 'menu of an instance: Edit', from: 'app/lib/actions.ts' },
  'instance.disable': { page: '/', where: 'menu of an instance: Disable', from: 'app/lib/actions.ts' },
  'instance.enable': { page: '/', where: 'menu of an instance: Enable', from: 'app/lib/actions.ts' },
  'instance.expel': { page: '/', where: 'menu of an instance: Expel', from: 'app/lib/actions.ts' },
  'instance.restart': { page: '/', where: 'menu of an instance: Restart', from: 'app/lib/actions.ts' },
  'instance.stop': { page: '/', where: 'menu of an instance: Stop', from: 'app/lib/actions.ts' },
  'instance.start': { page: '/', where: 'menu of an instance: Start', from: 'app/lib/actions.ts' },
  'instance.rebuild': { page: '/', where: 'menu of an instance: Rebuild from peers', from: 'app/lib/actions.ts' },
  'instance.followLogs': { page: '/', where: 'the log of an instance', from: 'app/live/use-log.ts' },
  'instance.logs': { page: '/', where: 'the log of an instance, which begins with the old lines', within: 'instance.followLogs' },

  'instance.boxCfg': { page: '/instances/[instance]', where: 'tab box.cfg', from: 'app/instance/box-cfg-tab.tsx' },
  'instance.spaces': { page: '/instances/[instance]', where: 'tab Storage & memory', from: 'app/instance/spaces.tsx' },
  'instance.followMetrics': { page: '/instances/[instance]', where: 'tab Statistics, last hour', from: 'app/live/use-metrics.ts' },
  'instance.metrics': { page: '/instances/[instance]', where: 'tab Statistics, last 24 hours', from: 'app/live/use-metrics.ts' },
  'instance.eval': { page: '/instances/[instance]', where: 'tab Console', from: 'app/instance/console-tab.tsx' },

  'replicaset.list': { page: '/', where: 'the heads of the table', within: 'cluster.watch' },
  'replicaset.get': { page: '/', where: 'the head of a replicaset in the table', within: 'cluster.watch' },
  'replicaset.create': { page: '/', where: 'Create replicaset', from: 'app/cluster/toolbar.tsx' },
  'replicaset.edit': { page: '/', where: 'Edit, at a replicaset', from: 'app/cluster/replicaset-head.tsx' },
  'replicaset.delete': { page: '/', where: 'menu of a replicaset: Delete', from: 'app/lib/actions.ts' },
  'replicaset.restartReplication': { page: '/', where: 'menu of a replicaset: Restart replication', from: 'app/lib/actions.ts' },

  'topology.apply': { page: '/config', where: 'Cluster file: Apply; several repairs at once, and what was collected, on the Cluster page', from: 'app/config/cluster-file.tsx' },
  'topology.plan': { page: '/config', where: 'the preview of a cluster file', within: 'topology.apply' },
  'topology.diff': { page: '/config', where: 'the changes in the preview of a cluster file', within: 'topology.apply' },
  'topology.export': { page: '/config', where: 'Cluster file: Download', from: 'app/config/cluster-file.tsx' },

  'config.history': { page: '/config', where: 'the versions', from: 'app/config/use-versions.ts' },
  'config.get': { page: '/config', where: 'the chosen version', from: 'app/config/use-versions.ts' },
  'config.diff': { page: '/config', where: 'Compare with', from: 'app/config/comparison.tsx' },
  'config.restore': { page: '/config', where: 'Restore, at an old version', from: 'app/config/version.tsx' },
  'config.download': { page: '/config', where: 'Download', from: 'app/config/transfer.tsx' },
  'config.upload': { page: '/config', where: 'Plan and apply, in the draft', from: 'app/config/draft-editor.tsx' },
  'config.validate': { page: '/config', where: 'the verdict below the draft', from: 'app/api.tsx' },
  'applyRun.list': { page: '/config', where: 'the last runs', from: 'app/config/runs.tsx' },
  'applyRun.get': { page: everywhere, where: 'the progress in a dialog', from: 'app/operations/run-progress.tsx' },

  'user.list': { page: '/users', where: 'tab Users', from: 'app/access/use-access.ts' },
  'user.create': { page: '/users', where: 'Create user', from: 'app/access/users-tab.tsx' },
  'user.edit': { page: '/users', where: 'menu of a user: Edit, Disable, Enable', from: 'app/lib/access.ts' },
  'user.unlock': { page: '/users', where: 'menu of a user who is locked out: Unlock', from: 'app/lib/access.ts' },
  'user.delete': { page: '/users', where: 'menu of a user: Delete', from: 'app/lib/access.ts' },
  'token.list': { page: '/users', where: 'tab API tokens', from: 'app/access/use-access.ts' },
  'token.create': { page: '/users', where: 'Create token', from: 'app/access/tokens-tab.tsx' },
  'token.revoke': { page: '/users', where: 'Revoke, at a token', from: 'app/access/tokens-tab.tsx' },
  'session.list': { page: '/users', where: 'tab Sessions', from: 'app/access/use-access.ts' },
  'session.revoke': { page: '/users', where: 'End, at a session', from: 'app/access/sessions-tab.tsx' },
  'session.me': { page: everywhere, where: 'the account menu', from: 'app/session/session-provider.tsx' },
  'session.changePassword': { page: everywhere, where: 'account menu: Change password', from: 'app/shell/user-menu.tsx' },
  'session.logout': { page: everywhere, where: 'account menu: Sign out', from: 'app/shell/user-menu.tsx' },
  'session.login': { page: '/login', where: 'the page itself', from: 'app/login/login-form.tsx' },
  'session.claim': { page: '/claim', where: 'the page itself', from: 'app/claim/claim-form.tsx' },

  'audit.list': { page: '/audit', where: 'the list', from: 'app/audit/use-audit.ts' },

  'gossip.members': { page: '/gossip', where: 'the members', from: 'app/gossip/use-gossip.ts' },
  'gossip.views': { page: '/gossip', where: 'who sees whom', from: 'app/gossip/use-gossip.ts' },
  'gossip.stats': { page: '/gossip', where: 'the counters', from: 'app/gossip/use-gossip.ts' },
  'gossip.keyring': { page: '/gossip', where: 'the key ring', from: 'app/gossip/use-gossip.ts' },
  'gossip.installKey': { page: '/gossip', where: 'key ring: Install a new key', from: 'app/gossip/key-ring.tsx' },
  'gossip.giveKeys': { page: '/gossip', where: 'key ring: Give it the keys; the repair at its issue', from: 'app/gossip/key-ring.tsx' },
  'gossip.useKey': { page: '/gossip', where: 'key ring: Use', from: 'app/gossip/key-ring.tsx' },
  'gossip.removeKey': { page: '/gossip', where: 'key ring: Remove', from: 'app/gossip/key-ring.tsx' },
  'alert.channels': { page: '/alerts', where: 'Channels', from: 'app/alerts/use-alerts.ts' },
  'alert.addChannel': { page: '/alerts', where: 'Channels, the button Add channel', from: 'app/alerts/channels-tab.tsx' },
  'alert.editChannel': { page: '/alerts', where: 'Channels, the menu of a channel: Edit, Disable, Enable', from: 'app/lib/alerts.ts' },
  'alert.removeChannel': { page: '/alerts', where: 'Channels, the menu of a channel', from: 'app/lib/alerts.ts' },
  'alert.test': { page: '/alerts', where: 'Channels, the button Test', from: 'app/alerts/channels-tab.tsx' },
  'alert.silence': { page: '/alerts', where: 'Silences, the button Silence', from: 'app/alerts/silences-tab.tsx' },
  'alert.unsilence': { page: '/alerts', where: 'Silences, the button End', from: 'app/alerts/silences-tab.tsx' },
  'alert.silences': { page: '/alerts', where: 'Silences', from: 'app/alerts/use-alerts.ts' },
  'alert.deliveries': { page: '/alerts', where: 'Deliveries', from: 'app/alerts/use-alerts.ts' },
  'retention.get': { page: '/alerts', where: 'Retention', from: 'app/alerts/use-alerts.ts' },
  'retention.edit': { page: '/alerts', where: 'Retention, the button Change', from: 'app/alerts/retention-tab.tsx' },
} as const satisfies Partial<Record<OperationName, Place>>;
