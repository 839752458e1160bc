import { cx } from '../lib/cx.ts';
import styles from './Avatar.module.css';
import { initialsOf, tintOf } from './avatar.ts';

export type AvatarSize = 'small' | 'medium' | 'row' | 'large';

/** A person: round, a stone tint by id, initials. Decorative; the name always stands beside it. */
export function Avatar({
  id,
  name,
  size = 'row',
  online = false,
  picture,
}: {
  id: string;
  name: string;
  size?: AvatarSize;
  online?: boolean;
  /** Address of one's own picture, over the initials. */
  picture?: string;
}) {
  return (
    <span
      aria-hidden="true"
      className={cx(styles.avatar, styles[size], styles[`tint${tintOf(id)}`], online && styles.online)}
    >
      <bdi>{initialsOf(name)}</bdi>
      {picture && <img src={picture} alt="" />}
    </span>
  );
}
