import type { Metadata } from 'next';
import { IssuesPage } from '~/app/issues/issues-page.tsx';
import { catalogue } from '~/core/issues/catalogue.ts';

export const metadata: Metadata = { title: 'Issues' };

/** The words of the catalogue go to the browser; how an issue is found stays here. */
export default function Page() {
  return <IssuesPage explanations={catalogue.map(({ code, about, severity, means, todo }) => ({ code, about, severity, means, todo }))} />;
}
