'use client';
import { Button, Select, Text } from '@mantine/core';
import Link from 'next/link';
import { isCode } from '~/app/lib/code-files.ts';
import { chosenOf, documentsOf, labelOf, languageOf } from '~/app/lib/config-documents.ts';
import type { ConfigAddress } from '~/app/lib/config-address.ts';
import { dateTimeText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { Code } from '~/app/editor/code.tsx';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useVersion, type HistoryQuery } from '~/app/sections/use-versions.ts';
import { useSession } from '~/app/session/session-provider.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { Pencil } from '~/app/ui/icons.tsx';
import { Waiting } from '~/app/ui/waiting.tsx';
import type { ConfigVersion } from '~/contract/shapes/config.ts';
import { ClusterFile } from './cluster-file.tsx';
import { Comparison } from './comparison.tsx';
import styles from './config.module.css';
import { CopyRead } from './copy-read.tsx';
import { Download, UploadButton } from './transfer.tsx';

type Props = {
  readonly version: number;
  readonly newest: number;
  readonly history: HistoryQuery;
  readonly address: ConfigAddress;
  readonly onAddress: (next: Partial<ConfigAddress>) => void;
  readonly onEdit: () => void;
  readonly onDraft: (changes: Readonly<Record<string, string>>) => void;
};

export function Version(props: Props) {
  const { version, newest, history, address, onAddress } = props;
  const found = useVersion(version);
  const versions = history.data?.pages.flat() ?? [];
  if (found.error) {
    return (
      <ProblemAlert problem={problemFrom(found.error)}>
        <Button size="compact-sm" variant="default" mt={8} onClick={() => onAddress({ version: null, from: null })}>Show the newest</Button>
      </ProblemAlert>
    );
  }
  if (!found.data) return <Waiting label={`Loading version ${version}`} height={320} />;
  const others = versions.map((meta) => meta.version).filter((one) => one !== version);
  if (address.from !== null && !others.includes(address.from) && address.from !== version) others.push(address.from);
  return (
    <section className={styles.card} aria-labelledby="version-title" data-testid="version">
      <Head {...props} shown={found.data} />
      <div className={styles.bar}>
        <Select
          className={styles.grow}
          label="Compare with"
          placeholder="Nothing: show it as it is"
          searchable
          clearable
          clearButtonProps={{ 'aria-label': 'Do not compare' }}
          nothingFoundMessage="No such version among those listed"
          data={others.map((one) => ({ value: String(one), label: `Version ${one}${one === newest ? ' (current)' : ''}` }))}
          value={address.from === null ? null : String(address.from)}
          onChange={(value) => onAddress({ from: value === null ? null : Number(value) })}
        />
        {address.from === null && <Chooser version={found.data} section={address.section} onSection={(section) => onAddress({ section })} />}
        <div className={styles.end}><CopyRead version={version} from={address.from} /></div>
      </div>
      {address.from === null ? <Shown version={found.data} section={address.section} /> : <Comparison from={address.from} to={found.data} section={address.section} onSection={(section) => onAddress({ section })} />}
    </section>
  );
}

function Head({ shown, newest, onEdit, onDraft }: Props & { shown: ConfigVersion }) {
  const { open } = useOperations();
  const { role } = useSession();
  const { version, author, at, reason, base, hash } = shown;
  const current = version === newest;
  return (
    <div className={styles.head}>
      <div className={styles.words}>
        <h2 id="version-title">Version {version}{current ? ', current' : ''}</h2>
        <div className={styles.quiet} suppressHydrationWarning>{author}, {dateTimeText(at)}{base === null ? '' : `; made from version ${base}`}; <span title={`SHA-256 ${hash}`}>hash <span className="mono">{hash.slice(0, 10)}</span></span></div>
        {reason !== null && <div>{reason}</div>}
      </div>
      <div className={styles.tools}>
        <ClusterFile version={version} />
        <Download version={version} />
        {current && refusalFor('config.upload', role) === null && (
          <>
            <UploadButton onSections={onDraft} />
            <Button variant="default" leftSection={<Pencil />} onClick={onEdit}>Edit sections</Button>
          </>
        )}
        {refusalFor('config.restore', role) === null && <Button variant={current ? 'default' : 'filled'} onClick={() => open('config.restore', { version })}>{current ? 'Apply again' : 'Restore'}</Button>}
      </div>
    </div>
  );
}

function Chooser({ version, section, onSection }: { version: ConfigVersion; section: string | null; onSection: (name: string) => void }) {
  const documents = documentsOf(version.config);
  return <Select className={styles.grow} label="Section" searchable allowDeselect={false} data={documents.map(({ name }) => ({ value: name, label: labelOf(name) }))} value={chosenOf(documents, section)?.name ?? null} onChange={(name) => name !== null && onSection(name)} />;
}

function Shown({ version: { version, config }, section }: { version: ConfigVersion; section: string | null }) {
  const documents = documentsOf(config);
  const chosen = chosenOf(documents, section)!;
  const missing = section !== null && chosen.name !== section;
  return (
    <>
      {missing && <Text size="sm" c="dimmed">Version {version} has no section {section}.</Text>}
      {documents.length === 1 && <Text size="sm" c="dimmed">This version has no sections: texts, mostly YAML, that roles read. What it says of replicasets and instances:</Text>}
      {isCode(chosen.name) && <Text size="sm" c="dimmed">A file of a role: it is written on the page <Link href={`/code?file=${encodeURIComponent(chosen.name)}`}>Code</Link>.</Text>}
      <Code key={`${version} ${chosen.name}`} label={`${labelOf(chosen.name)} of version ${version}`} value={chosen.text} language={languageOf(chosen.name)} />
    </>
  );
}
