import { catalogue } from '../core/issues/catalogue.ts';
import { ages } from '../core/view/report.ts';

/** docs/issues.md, made from the catalogue: `npm run docs` writes it. */
export function issuesPage(): string {
  const rows = catalogue.map(({ code, about, severity, graceMs, means, todo }) => `| \`${code}\` | ${about} | ${severity} | ${graceMs === 0 ? 'at once' : `after ${graceMs / 1000} s`} | ${means} | ${todo} |`);
  return `# Issues

What can be wrong, as the server sees it. Generated from \`core/issues\` by \`npm run docs\`; a test holds it current. The dashboard, \`coterie cluster issues\` and the events read the same rows.

- **What it rests on.** Each agent reports once a second and on change. A report older than ${ages.staleMs / 1000} s makes its instance *silent*; older than ${ages.unreachableMs / 1000} s, or ${ages.proofMs / 1000} s where gossip says dead or left, makes it *unreachable*, and nothing that it said is believed any more. What a server that has just started has not heard yet is unknown for ${ages.unreachableMs / 1000} s, not lost.
- **Grace.** A problem becomes an issue when it has been there for its grace: what passes during a normal change is none.
- **Identity.** An issue's id is its code and its object; it, its time and its sentence stay the same while the problem lasts, also over a restart of the server.
- **Consequences are not issues.** A link to a peer that is down, or still starting, is not broken. Where more than half of the cluster cannot be heard, nothing is offered to be disabled: the fault is likely on the server's side.
- **Repairs.** Where an operation mends the issue, the issue carries it with its input; suggestions gather those of one operation.
- **Acknowledge**: *seen, I am at it* (\`coterie issue acknowledge unreachable:s1-b --reason "in the data centre at 9"\`). The issue stays listed and counted, with who, when and why, but not as unacknowledged. It ends with the issue itself, or earlier with \`--hours\`; an issue that comes back is another one.
- **Mute**: *do not count this* (\`coterie issue mute clock-offset:s1-b --hours 48 --reason "no NTP there yet"\`; a code alone is about all objects). A reason and an end within 90 days are needed. A muted issue is in no count, badge, health or suggestion and its events are no alarm, but it stays listed, last, with its mute; \`coterie issue mutes\` shows all mutes, also those that hide nothing now. That a replicaset has no master stays a fact in \`coterie cluster health\`. Both need the role operator, are in the audit log, and are events of the kind \`action\`, as is their end. An **alert silence** (\`coterie alert silence\`) is less: it only stops messages, and the issue goes on counting ([alerts](alerts.md)).
- **Rules over the event stream** find what no single look shows (\`coterie rule list\`): *count*, so many events of a kind about one object within a window; *rate*, so many a minute; *flapping*, so often from healthy to not; *absence*, no such event for the whole window. Five come with the product (\`flapping\`, \`repeated-crashes\`, \`restless-master\`, \`failed-sign-ins\`, \`failed-applies\`) and can be changed or switched off. A rule is worked out from the events in the database, so a restart forgets nothing; its issues have the code \`rule-<name>\`, are marked like all others, and clear by themselves when the window has passed. \`coterie rule add busy --watch count --kind process --count 5 --minutes 30 --dry-run\`, like the dialog, tells what it would have raised in the last 24 hours, \`coterie rule test busy --hours 168\` when.

| code | about | severity | raised | when | what to do |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
