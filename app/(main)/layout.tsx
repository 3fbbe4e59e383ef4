import type { ReactNode } from 'react';
import { IssueCodesProvider } from '~/app/operations/issue-codes.tsx';
import { Shell } from '~/app/shell/shell.tsx';
import { catalogue } from '~/core/issues/catalogue.ts';

export default function MainLayout({ children }: { children: ReactNode }) {
  return (
    <IssueCodesProvider codes={catalogue.map(({ code }) => code)}>
      <Shell>{children}</Shell>
    </IssueCodesProvider>
  );
}
