import type { ReactNode } from 'react';
import { cx } from '../../lib/cx.ts';
import styles from './CardLines.module.css';

export interface CardLine {
  label: ReactNode;
  amount: string;
}

/** Texts with amounts, the total under a rule. Amounts stand in figures of one width. */
export function CardLines({
  lines,
  total,
  bare = false,
}: {
  lines: readonly CardLine[];
  total?: CardLine | undefined;
  /** Without the margins of a card, in a sheet. */
  bare?: boolean;
}) {
  if (lines.length === 0 && !total) return null;
  return (
    <ul className={cx(styles.lines, bare && styles.bare, 't-small')}>
      {lines.map((line, index) => (
        // Lines of a receipt never move and may be equal.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <li key={index}>
          <span className="soft">{line.label}</span>
          <bdi dir="ltr" className="n">
            {line.amount}
          </bdi>
        </li>
      ))}
      {total && (
        <li className={cx(styles.total, lines.length > 0 && styles.ruled, 't-body')}>
          <span>{total.label}</span>
          <bdi dir="ltr" className="n">
            {total.amount}
          </bdi>
        </li>
      )}
    </ul>
  );
}
