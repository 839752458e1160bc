import type { ReactNode } from 'react';
import { cx } from '../../lib/cx.ts';
import styles from './CardFacts.module.css';

export interface Fact {
  label: string;
  value: ReactNode;
}

/** Labels over values: up to three beside each other, four in two rows. */
export function CardFacts({ facts }: { facts: readonly Fact[] }) {
  if (facts.length === 0) return null;
  return (
    <dl className={cx(styles.facts, styles[`columns${facts.length === 4 ? 2 : Math.min(facts.length, 3)}`])}>
      {facts.map(({ label, value }) => (
        <div key={label}>
          <dt className="t-micro">{label}</dt>
          <dd className="t-body">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
