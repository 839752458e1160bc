import { useTranslation } from 'react-i18next';
import type { MemberId } from '../../../api/ids.ts';
import type { Event, Thread } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { sameEmoji } from '../../../lib/emoji.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { useDesk } from '../actions/context.ts';
import { memberName } from '../model/notice.ts';
import styles from './Reactions.module.css';

/** Small stones on the lower edge of a bubble. A tap repeats or takes back; a right click or long press says who. */
export function Reactions({
  event,
  thread,
  me,
  enabled,
}: {
  event: Event;
  thread: Thread;
  me: MemberId;
  enabled: boolean;
}) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const desk = useDesk();
  return (
    <ul data-reactions className={styles.row} aria-label={t('reactions')}>
      {(event.reactions ?? []).map(({ emoji, count, by }) => {
        const isOwn = sameEmoji(event.myReaction, emoji) || by.includes(me);
        const names = by.map((id) => (id === me ? t('you') : memberName(thread, id))).filter(Boolean);
        const who = names.join(', ') + (count > names.length && names.length > 0 ? ' …' : '');
        return (
          <li key={emoji}>
            <button
              type="button"
              title={who}
              aria-pressed={isOwn}
              aria-label={[t('reactionCount', { emoji, count }), who].filter(Boolean).join(', ')}
              className={cx(styles.stone, isOwn && styles.isOwn)}
              disabled={!enabled || !desk}
              onClick={() => desk?.react(event, isOwn ? null : emoji)}
              onContextMenu={(menu) => {
                if (!desk) return;
                menu.preventDefault();
                menu.stopPropagation();
                desk.showReactions(event);
              }}
            >
              <span aria-hidden="true">{emoji}</span>
              <span aria-hidden="true" className="n">
                {format.count(count)}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
