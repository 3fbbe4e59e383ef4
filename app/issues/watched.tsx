'use client';
import { severityHealth } from '~/app/lib/health.ts';
import { severityWords, type Explanation } from '~/app/lib/issues.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import styles from './issues.module.css';

/** Everything that would be an issue: so that an empty page means something. */
export function Watched({ explanations }: { explanations: readonly Explanation[] }) {
  return (
    <details className={styles.watched}>
      <summary>What is looked for</summary>
      <dl>
        {explanations.map(({ code, severity, means, todo }) => (
          <div key={code}>
            <dt><code>{code}</code><HealthMark health={severityHealth[severity]} size={13}>{severityWords[severity]}</HealthMark></dt>
            <dd><Prose text={means} /> <span><Prose text={todo} /></span></dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
