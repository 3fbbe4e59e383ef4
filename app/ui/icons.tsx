import type { ReactNode } from 'react';

/** Line icons on a grid of 24, drawn for this product. Decorative: the word beside an icon, or the button's label, says it. */
type Props = { readonly size?: number };

const line = (shape: ReactNode) =>
  function Icon({ size = 16 }: Props) {
    return (
      <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={2} strokeLinecap="round" strokeLinejoin="round" aria-hidden focusable={false} style={{ flex: 'none' }}>
        {shape}
      </svg>
    );
  };

export const Check = line(<path d="M5 12.5 10 17.5 19 7" />);
export const Cross = line(<path d="M6 6 18 18M18 6 6 18" />);
export const Plus = line(<path d="M12 5v14M5 12h14" />);
export const Bars = line(<path d="M4 7h16M4 12h16M4 17h16" />);
export const Download = line(<path d="M12 4v11M7 11l5 5 5-5M5 20h14" />);
export const Upload = line(<path d="M12 16V5M7 9l5-5 5 5M5 20h14" />);
export const Pencil = line(<path d="m4 20 1-4L16 5l3 3L8 19l-4 1ZM14 7l3 3" />);
export const Minus = line(<path d="M5 12h14" />);
export const Tilde = line(<path d="M4 14c2.5-5 5.5-5 8-2s5.5 3 8-2" />);
export const ChevronDown = line(<path d="m6 9 6 6 6-6" />);
export const ChevronRight = line(<path d="m9 6 6 6-6 6" />);
export const ArrowUp = line(<path d="M12 19V5M6 11l6-6 6 6" />);
export const ArrowDown = line(<path d="M12 5v14M6 13l6 6 6-6" />);
export const ArrowRight = line(<path d="M5 12h14M13 6l6 6-6 6" />);
export const Dots = line(<path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth={3} />);
export const Grip = line(<path d="M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01" strokeWidth={2.6} />);
export const Search = line(<><circle cx="11" cy="11" r="6.5" /><path d="m16 16 4.5 4.5" /></>);
export const Sun = line(<><circle cx="12" cy="12" r="4" /><path d="M12 3v1.500M12 19.500V21M3 12h1.500M19.5 12H21M5.6 5.600l1.1 1.100M17.3 17.300l1.1 1.100M18.4 5.600l-1.1 1.100M6.7 17.300l-1.1 1.1" /></>);
export const Moon = line(<path d="M20 14.500A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.500Z" />);
export const Screen = line(<><rect x="3" y="4.5" width="18" height="12" rx="2" /><path d="M9 20h6M12 16.500V20" /></>);
export const User = line(<><circle cx="12" cy="8" r="3.8" /><path d="M4.5 20c1-4 4-5.5 7.5-5.500s6.5 1.5 7.5 5.5" /></>);
export const SignOut = line(<path d="M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M15 8l4 4-4 4M19 12H9" />);
export const Copy = line(<><rect x="8" y="8" width="12" height="12" rx="2" /><path d="M16 8V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h2" /></>);
export const Terminal = line(<><rect x="3" y="4.5" width="18" height="15" rx="2" /><path d="m7 9.5 3 2.5-3 2.500M13 15h4" /></>);
export const Radar = line(<><circle cx="12" cy="12" r="2" /><path d="M7.5 16.500a6.4 6.4 0 0 1 0-9M16.5 7.500a6.4 6.4 0 0 1 0 9M4.6 19.400a10.4 10.4 0 0 1 0-14.800M19.4 4.600a10.4 10.4 0 0 1 0 14.8" /></>);
export const Refresh = line(<path d="M20 11A8 8 0 0 0 6 6.500L4 8.500M4 4v4.500h4.500M4 13a8 8 0 0 0 14 4.500l2-2M20 20v-4.500h-4.5" />);
export const Wrench = line(<path d="M20.5 7.500a5 5 0 0 1-6.600 5.900L7 20.300A2.350 2.350 0 0 1 3.700 17l6.900-6.900a5 5 0 0 1 5.900-6.600l-3 3 .800 3.200 3.200.800 3-3Z" />);
export const Bolt = line(<path d="M13 3 5 13.500h6L10 21l8-10.500h-6L13 3Z" />);
export const Sliders = line(<><path d="M4 8h8M18 8h2M4 16h3M13 16h7" /><circle cx="15" cy="8" r="2.6" /><circle cx="10" cy="16" r="2.6" /></>);
export const Book = line(<path d="M5 5.500A2.5 2.5 0 0 1 7.5 3H19v15H7.500A2.5 2.5 0 0 0 5 20.500v-15ZM5 20.500A2.5 2.5 0 0 0 7.5 21H19" />);
export const Nodes = line(<><circle cx="12" cy="5" r="2.3" /><circle cx="5.5" cy="18" r="2.3" /><circle cx="18.5" cy="18" r="2.3" /><path d="m11 7-4.5 9M13 7l4.5 9M8 18h8" /></>);
export const Bell = line(<path d="M6 10a6 6 0 0 1 12 0c0 4.500 1.500 6 2 7H4c.500-1 2-2.500 2-7ZM10 20a2.200 2.200 0 0 0 4 0" />);
export const BellOff = line(<path d="M6.2 6.200A7 7 0 0 0 6 8c0 5-2 6.500-2.500 8H16M9 4.100A6 6 0 0 1 18 9c0 2.500.5 4 1.100 5.200M10 19.500a2.200 2.200 0 0 0 4 0M3.5 3.500l17 17" />);
export const Question = line(<><circle cx="12" cy="12" r="9" /><path d="M9.6 9.700a2.4 2.4 0 1 1 3.500 2.100c-.8.4-1.1.8-1.1 1.500M12 16.500h.01" /></>);
export const Lock = line(<><rect x="5" y="11" width="14" height="9" rx="2" /><path d="M8 11V8a4 4 0 0 1 8 0v3" /></>);

/** Judgements differ in shape, not in colour alone. */
export const HealthShapes = {
  ok: line(<><circle cx="12" cy="12" r="9" /><path d="m8 12.3 2.8 2.700L16 9.5" /></>),
  warning: line(<><path d="M12 3.5 21.5 20h-19L12 3.500Z" /><path d="M12 10v4.500M12 17.300h.01" /></>),
  critical: line(<><path d="M8 3h8l5 5v8l-5 5H8l-5-5V8l5-5Z" /><path d="M12 7.500v5.500M12 16.300h.01" /></>),
  off: line(<><circle cx="12" cy="12" r="9" /><path d="M8 12h8" /></>),
  unknown: line(<><circle cx="12" cy="12" r="9" strokeDasharray="3.5 3.570" /><path d="M9.8 9.800a2.3 2.3 0 1 1 3.3 2c-.8.4-1.1.8-1.1 1.500M12 16.500h.01" /></>),
};

export function Crown({ size = 13 }: Props) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="currentColor" aria-hidden focusable={false} style={{ flex: 'none' }}>
      <path d="M3 7.5 8 11l4-6.5 4 6.5 5-3.5-2 11.500H5L3 7.500Z" />
    </svg>
  );
}

export function Logo({ size = 26 }: Props) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" stroke="var(--crown)" strokeWidth={2.6} aria-hidden focusable={false} style={{ flex: 'none' }}>
      <circle cx="16" cy="11.2" r="7.6" />
      <circle cx="11" cy="19.8" r="7.6" />
      <circle cx="21" cy="19.8" r="7.6" />
      <circle cx="16" cy="16.9" r="2.6" fill="var(--crown)" stroke="none" />
    </svg>
  );
}
