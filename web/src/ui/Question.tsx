import { AlertDialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button, type ButtonVariant } from './Button.tsx';
import styles from './Question.module.css';

export interface QuestionProps {
  /** The question itself. */
  title: string;
  /** What follows from yes. */
  children: ReactNode;
  /** The verb: "Delete", not "OK". */
  verb: string;
  variant?: ButtonVariant;
  /** The safe choice: "Keep it". Has focus first. */
  safe: string;
  onAnswer: (yes: boolean) => void;
}

/** A dialog that asks before something is destroyed. Mounted while open. */
export function Question({ title, children, verb, variant = 'danger', safe, onAnswer }: QuestionProps) {
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onAnswer(false)}>
      <AlertDialog.Portal>
        <div className={styles.scrim} aria-hidden="true" />
        <AlertDialog.Content className={styles.question}>
          <AlertDialog.Title className="t-title">{title}</AlertDialog.Title>
          <AlertDialog.Description className="soft">{children}</AlertDialog.Description>
          <div className={styles.answers}>
            <AlertDialog.Cancel asChild>
              <Button>{safe}</Button>
            </AlertDialog.Cancel>
            <AlertDialog.Action asChild>
              <Button variant={variant} onClick={() => onAnswer(true)}>
                {verb}
              </Button>
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
