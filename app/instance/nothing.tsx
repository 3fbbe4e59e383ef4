import type { ReactNode } from 'react';
import page from '~/app/ui/page.module.css';
import { Prose } from '~/app/ui/prose.tsx';
import type { InstanceView } from '~/contract/shapes/view.ts';

/** An empty tab that says why, and what would fill it. */
export function Nothing({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={`${page.frame} ${page.empty}`}>
      <h2>{title}</h2>
      <p>{children}</p>
    </section>
  );
}

/** `detail`: the server's word, where it was asked. */
export function NoDatabase({ instance: { alias, configured, expelled }, detail }: { instance: InstanceView; detail?: string }) {
  const why = expelled ? `${alias} has left the cluster.` : configured ? `${alias} is configured, but its Tarantool does not run at the moment: General and Logs say why. Where its roles need no data, it never has one.` : `${alias} is in no replicaset yet. Join it to one, and its agent starts a Tarantool.`;
  return <Nothing title="No database to look at">{detail && <><Prose text={detail} /> </>}{why}</Nothing>;
}
