import type { Metadata } from 'next';
import { AuditPage } from '~/app/audit/audit-page.tsx';

export const metadata: Metadata = { title: 'Audit · Coterie' };

export default function Page() {
  return <AuditPage />;
}
