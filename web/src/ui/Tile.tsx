import { cx } from '../lib/cx.ts';
import styles from './Avatar.module.css';
import type { AvatarSize } from './Avatar.tsx';
import { initialsOf, readableOn, tileTintOf } from './avatar.ts';

/** A business: a tile in its own colour, so that the shape says what it is before the word does. */
export function Tile({
  id,
  name,
  color,
  size = 'row',
}: {
  id: string;
  name: string;
  color?: string | undefined;
  size?: AvatarSize;
}) {
  const ground = color && /^#[0-9a-f]{6}$/i.test(color) ? color : tileTintOf(id);
  return (
    <span
      aria-hidden="true"
      className={cx(styles.avatar, styles.tile, styles[size])}
      style={{ backgroundColor: ground, color: readableOn(ground) }}
    >
      <bdi>{initialsOf(name)}</bdi>
    </span>
  );
}
