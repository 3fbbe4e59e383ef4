import { Alert, Badge, Button, createTheme, Drawer, Menu, Modal, Paper, Tooltip, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** Colours, type and the habits of components. Judgement colours (ok, warning, critical) are CSS variables in globals.css. */

const iris: MantineColorsTuple = ['#eef1ff', '#dde3fd', '#b9c4f9', '#93a3f5', '#7487ef', '#5f75ea', '#4a60de', '#3b4fc4', '#3343a6', '#2b388a'];
const dark: MantineColorsTuple = ['#dfe3ea', '#c0c6d2', '#a0a8b7', '#80899a', '#3a4252', '#272c38', '#1b1f28', '#11141a', '#0c0e13', '#08090c'];

function alertVars(color: string | undefined) {
  const judgement = color === 'red' ? 'critical' : color === 'yellow' ? 'warning' : 'unknown';
  return { '--alert-bg': `var(--${judgement}-tint)`, '--alert-color': `var(--${judgement})`, '--alert-bd': `1px solid var(--${judgement}-line)` };
}

export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: { light: 6, dark: 6 },
  colors: { iris, dark },
  fontFamily: 'var(--font-geist-sans), system-ui, sans-serif',
  fontFamilyMonospace: 'var(--font-geist-mono), ui-monospace, monospace',
  headings: { fontFamily: 'var(--font-geist-sans), system-ui, sans-serif', fontWeight: '600' },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    // The tints of globals.css: calmer than the theme's red and yellow, above all in the dark.
    Alert: Alert.extend({ vars: (_theme, { color }) => ({ root: alertVars(color) }) }),
    Button: Button.extend({ defaultProps: { size: 'sm' }, styles: { label: { fontWeight: 500 } } }),
    Badge: Badge.extend({ defaultProps: { radius: 'sm', variant: 'light' }, styles: { label: { fontSize: '11.5px', textTransform: 'none', fontWeight: 500, letterSpacing: 0 } } }),
    Menu: Menu.extend({ defaultProps: { shadow: 'md', position: 'bottom-end', withInitialFocusPlaceholder: false } }),
    Modal: Modal.extend({ defaultProps: { centered: false, overlayProps: { backgroundOpacity: 0.45 }, transitionProps: { duration: 120 } } }),
    Drawer: Drawer.extend({ defaultProps: { overlayProps: { backgroundOpacity: 0.3 }, transitionProps: { duration: 140 } } }),
    Paper: Paper.extend({ defaultProps: { radius: 'lg' } }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, multiline: true, maw: 320, openDelay: 250, events: { hover: true, focus: true, touch: true } } }),
  },
});

/** Mantine's own reds are too pale for small text. */
const error = { '--mantine-color-error': 'var(--critical)' };

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: { ...error, '--mantine-color-body': '#f6f7f9', '--mantine-color-dimmed': '#5c6473', '--mantine-color-default-border': '#dfe2e8', '--mantine-color-text': '#15181f' },
  dark: { ...error, '--mantine-color-dimmed': '#a0a8b7', '--mantine-color-default-border': '#363d4b', '--mantine-color-text': '#dfe3ea', '--mantine-color-anchor': '#93a3f5' },
});
