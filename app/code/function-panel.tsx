'use client';
import { Button, NumberInput, SegmentedControl, Switch, TagsInput, Text } from '@mantine/core';
import { settingsIn, withSettings, type FunctionSettings } from '~/app/lib/code-function.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { isOn } from '~/app/lib/role-choices.ts';
import { refOf } from '~/app/lib/rows.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import { DatabaseName } from '~/contract/shapes/role.ts';
import styles from './code.module.css';
import { FunctionFigures } from './function-figures.tsx';
import { FunctionHistory } from './function-history.tsx';

type Props = {
  readonly role: string;
  readonly name: string;
  /** Of role.yml as it is written; null: there is none. */
  readonly text: string | null;
  /** Absent: read-only. */
  readonly onText?: ((text: string) => void) | undefined;
  /** Why it cannot be called now. */
  readonly uncallable: string | null;
  readonly onDefinition: () => void;
};

const modes = [{ value: 'write', label: 'Write' }, { value: 'read', label: 'Read' }];

/** What role.yml says of the function whose file is open. The form writes into that text, so both are in step. */
export function FunctionPanel({ role, name, text, onText, uncallable, onDefinition }: Props) {
  const { open } = useOperations();
  const session = useSession();
  const { overview } = useLive();
  const found = text === null ? null : settingsIn(text, name);
  const home = overview?.replicasets.find(({ roles }) => isOn(role, roles, overview.roles));
  const why = refusalFor('function.call', session.role) ?? uncallable ?? (home === undefined ? `No replicaset has role ${role} yet: give it to one on the Cluster page` : null);
  const set = (changes: Partial<FunctionSettings>) => text !== null && onText?.(withSettings(text, name, changes));
  return (
    <aside className={styles.panel} aria-labelledby="function-title" data-testid="function-panel">
      <h2 id="function-title">Function <span className="mono">{name}</span></h2>
      {found === null ? <Text size="sm" c="dimmed">{text === null ? 'The role has no role.yml.' : 'role.yml cannot be read at the moment: see its problems.'}</Text> : !found.declared ? (
        <>
          <Text size="sm" c="dimmed">role.yml does not name it, so nothing can call it.</Text>
          {onText && <Button variant="default" onClick={() => set({})}>Add it to role.yml</Button>}
        </>
      ) : <Fields settings={found.settings} set={set} readOnly={onText === undefined} />}
      {uncallable === null && <FunctionFigures name={name} />}
      <div className={styles.panelFoot}>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onDefinition}>role.yml</Button>
        {uncallable === null && <FunctionHistory name={name} />}
        <WhyDisabled why={why}><Button size="compact-sm" disabled={why !== null} onClick={() => open('function.call', { function: name, ...(home && overview ? { replicaset: refOf(home, overview.replicasets) } : {}) })}>Call…</Button></WhyDisabled>
      </div>
    </aside>
  );
}

function Fields({ settings: { access, mode, quorum, timeout }, set, readOnly }: { settings: FunctionSettings; set: (changes: Partial<FunctionSettings>) => void; readOnly: boolean }) {
  return (
    <>
      <TagsInput label="Access" description="Users and roles of the database that may call it; none: only who may execute everything" placeholder={access.length === 0 ? 'Name, then Enter' : undefined} readOnly={readOnly} value={[...access]} onChange={(next) => set({ access: next.filter((one) => DatabaseName.safeParse(one).success) })} />
      <div>
        <Text size="sm" fw={500} mb={4}>Mode</Text>
        <SegmentedControl aria-label="Mode" fullWidth size="xs" data={modes} readOnly={readOnly} value={mode} onChange={(next) => set({ mode: next as FunctionSettings['mode'] })} />
        <Text size="xs" c="dimmed" mt={4}>{mode === 'write' ? 'On the master only, fenced by its epoch.' : 'Anywhere; what it would write is refused.'}</Text>
      </div>
      {mode === 'write' && <Switch label="Wait for the quorum" description="Answers when the copies that failover asks for have it" disabled={readOnly} checked={quorum} onChange={(event) => set({ quorum: event.currentTarget.checked })} />}
      <NumberInput label="Timeout" description="Seconds; a call that takes longer is broken off" placeholder="None" min={0.001} max={3600} allowNegative={false} decimalScale={3} readOnly={readOnly} value={timeout ?? ''} onChange={(next) => (typeof next === 'number' && next > 0 ? set({ timeout: next }) : next === '' && set({ timeout: null }))} />
    </>
  );
}
