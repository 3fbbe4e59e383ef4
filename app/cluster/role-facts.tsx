import Link from 'next/link';
import { codeAddress, codePlaceIn, codePlaceText } from '~/app/lib/code-place.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { countText } from '~/app/lib/format.ts';
import { failurePhrase } from '~/app/lib/role-failures.ts';
import type { RoleFailure, RolesStatus } from '~/contract/shapes/roles-status.ts';
import type { Fact } from './facts.tsx';
import styles from './drawer.module.css';

/** How the custom roles of an instance fare: whether their code is in force, what is under way, and what failed. */
export function roleFacts({ wanted, applied, roles, functions, doing, failed }: RolesStatus): Fact[] {
  const code = applied === wanted ? 'in force, as the configuration has it' : applied === null ? 'not in force yet' : 'the one before is in force, the newest is on its way';
  return [
    ['Code', `${countText(roles, 'role')}, ${countText(functions, 'function')}: ${code}`],
    ...(doing === null ? [] : [['Under way', doing] as const]),
    ...failed.map((failure): Fact => [failure.role, <Failure key={`${failure.role} ${failure.phase}`} failure={failure} />]),
  ];
}

function Failure({ failure }: { failure: RoleFailure }) {
  const place = codePlaceIn(failure.message);
  return (
    <>
      <HealthMark health="critical" size={13}>{failurePhrase(failure)}</HealthMark>
      {place && <div><Link href={codeAddress(place)}>Code at {codePlaceText(place)}</Link></div>}
    </>
  );
}

/** Where in the code each of them was thrown. */
export function RoleStacks({ failed }: { failed: readonly RoleFailure[] }) {
  return failed.flatMap(({ role, phase, stack }) => (stack === null || stack.trim() === '' ? [] : [<pre key={`${role} ${phase}`} className={styles.stack} aria-label={`Stack of role ${role}`} data-testid="role-stack">{`role ${role}, ${phase}\n${stack.trim()}`}</pre>]));
}
