import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { cx } from '../lib/cx.ts';
import styles from './Menu.module.css';

/**
 * A menu that drops from its trigger. `modal={false}`: the modal form injects a style element, which the content
 * security policy refuses.
 */
export function Menu({
  trigger,
  align = 'end',
  side = 'bottom',
  children,
}: {
  trigger: ReactNode;
  align?: 'start' | 'end';
  side?: 'bottom' | 'top' | 'right' | 'left';
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className={styles.menu}
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** A menu that opens at a point: by a long press, a right click, or a key on something that is no button. */
export function MenuAt({
  at,
  label,
  onClose,
  onClosed,
  children,
}: {
  at: { x: number; y: number };
  label: string;
  onClose: () => void;
  /** Where focus goes is for the caller to say. */
  onClosed: () => void;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(open) => !open && onClose()}>
      {/* The point is one of the screen, whatever the direction of the page, and whatever is moved around it. */}
      {createPortal(
        <DropdownMenu.Trigger asChild>
          <span aria-hidden="true" className={styles.point} style={{ left: at.x, top: at.y }} />
        </DropdownMenu.Trigger>,
        document.body,
      )}
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          aria-label={label}
          aria-labelledby={undefined}
          className={styles.menu}
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            onClosed();
          }}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuAction({
  icon,
  danger = false,
  disabled = false,
  end,
  onSelect,
  children,
}: {
  icon?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  /** After the words: the key that does the same. */
  end?: ReactNode;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Item
      className={cx(styles.item, danger && styles.danger)}
      disabled={disabled}
      onSelect={onSelect}
    >
      {icon}
      <span>{children}</span>
      {end && <span className={styles.end}>{end}</span>}
    </DropdownMenu.Item>
  );
}

/** Small choices side by side; the arrows of both axes move among them. */
export function MenuRow({ label, children }: { label: string; children: ReactNode }) {
  return (
    <DropdownMenu.Group
      aria-label={label}
      className={styles.row}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (!step) return;
        const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]')];
        const isMirrored = getComputedStyle(event.currentTarget).direction === 'rtl';
        const at = items.indexOf(document.activeElement as HTMLElement);
        items[at + (isMirrored ? -step : step)]?.focus();
        event.preventDefault();
      }}
    >
      {children}
    </DropdownMenu.Group>
  );
}

export function MenuStone({
  label,
  pressed = false,
  onSelect,
  children,
}: {
  label: string;
  pressed?: boolean;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Item
      aria-label={label}
      className={cx(styles.stone, pressed && styles.pressed)}
      onSelect={onSelect}
    >
      {children}
    </DropdownMenu.Item>
  );
}

/** One of several, the chosen one ticked. */
export function MenuChoices<Value extends string>({
  label,
  value,
  choices,
  onChoose,
}: {
  label: string;
  value: Value;
  choices: readonly { value: Value; label: ReactNode; lang?: string }[];
  onChoose: (value: Value) => void;
}) {
  return (
    <DropdownMenu.RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(chosen) => onChoose(chosen as Value)}
    >
      <DropdownMenu.Label className={styles.label}>{label}</DropdownMenu.Label>
      {choices.map((choice) => (
        <DropdownMenu.RadioItem
          key={choice.value}
          value={choice.value}
          className={styles.item}
          lang={choice.lang}
          onSelect={(event) => event.preventDefault()}
        >
          <span className={styles.tick}>
            <DropdownMenu.ItemIndicator>
              <Check size={16} />
            </DropdownMenu.ItemIndicator>
          </span>
          <span>{choice.label}</span>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}

export function MenuRule() {
  return <DropdownMenu.Separator className={styles.rule} />;
}
