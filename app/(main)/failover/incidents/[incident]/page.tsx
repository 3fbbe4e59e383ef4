import type { Metadata } from 'next';
import { IncidentPage } from '~/app/failover/incident-page.tsx';

type Props = { readonly params: Promise<{ readonly incident: string }> };

export const metadata: Metadata = { title: 'Incident · Coterie' };

export default async function Page({ params }: Props) {
  return <IncidentPage id={decodeURIComponent((await params).incident)} />;
}
