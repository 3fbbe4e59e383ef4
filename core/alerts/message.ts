import { clock } from '~/core/view/words.ts';
import type { Change, Item } from './decide.ts';

/** What is sent: the body of a webhook, which has the text of a mail in it. docs/alerts.md describes it; `version` grows when a field goes or changes its meaning. */
export type Body = {
  readonly version: 1;
  readonly id: string;
  readonly kind: 'issues' | 'test';
  readonly at: number;
  readonly cluster: string;
  /** Of the dashboard. */
  readonly url: string;
  readonly subject: string;
  readonly text: string;
  readonly issues: readonly (Item['issue'] & { readonly change: Change })[];
};

export type Envelope = { readonly id: string; readonly at: number; readonly cluster: string; readonly url: string };

export function bodyOf(items: readonly Item[], { id, at, cluster, url }: Envelope): Body {
  const text = [...items.map((item) => lines(item, at)), `${url}/issues`].join('\n\n');
  return { version: 1, id, kind: 'issues', at, cluster, url, subject: subjectOf(items, cluster), text, issues: items.map(({ change, issue }) => ({ change, ...issue })) };
}

export function testBody(channel: string, { id, at, cluster, url, by }: Envelope & { readonly by: string }): Body {
  const text = `This is a test of the channel ${channel}, asked for by ${by}. Nothing is wrong.\n\n${url}/alerts`;
  return { version: 1, id, kind: 'test', at, cluster, url, subject: `[${cluster}] test of the channel ${channel}`, text, issues: [] };
}

/** "[demo] critical: unreachable of s1-b and 2 more": of the first, which is the worst. */
function subjectOf(items: readonly Item[], cluster: string): string {
  const [first] = items;
  if (first === undefined) return `[${cluster}]`;
  const rest = items.length === 1 ? '' : ` and ${items.length - 1} more`;
  return `[${cluster}] ${wordOf(first)}: ${first.issue.code} of ${first.issue.object.name}${rest}`;
}

function wordOf({ change, issue: { severity } }: Item): string {
  switch (change) {
    case 'raised':
      return severity;
    case 'worsened':
      return `worse, ${severity}`;
    case 'reminded':
      return `still ${severity}`;
    case 'cleared':
      return 'over';
  }
}

function lines(item: Item, at: number): string {
  const { sentence, wayOut, since } = item.issue;
  const head = `${wordOf(item).toUpperCase()} (since ${clock(since, at)}): ${sentence}`;
  return item.change === 'cleared' ? head : `${head}\n${wayOut}`;
}
