import { SmilePlus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { quickReactions, sameEmoji } from '../../../lib/emoji.ts';
import { MenuAction, MenuAt, MenuRow, MenuStone } from '../../../ui/Menu.tsx';
import { isGone } from '../model/fold.ts';
import type { Point } from './context.ts';
import { type About, type MessageAction, offeredFor } from './messageActions.ts';

/** The one menu of a message: reactions in a row, then what can be done. */
export function MessageMenu({
  about,
  at,
  onPick,
  onReact,
  onMoreEmoji,
  onClose,
  onClosed,
}: {
  about: About;
  at: Point;
  onPick: (action: MessageAction | null) => void;
  onReact: (emoji: string | null) => void;
  onMoreEmoji: () => void;
  onClose: () => void;
  onClosed: () => void;
}) {
  const { t } = useTranslation('threads');
  const { event } = about;
  const canReact = about.enabled && event.kind === 'message' && !isGone(event);
  return (
    <MenuAt at={at} label={t('action.all')} onClose={onClose} onClosed={onClosed}>
      {canReact && (
        <MenuRow label={t('action.react')}>
          {quickReactions.map((emoji) => {
            const isMine = sameEmoji(event.myReaction, emoji);
            return (
              <MenuStone
                key={emoji}
                label={t(isMine ? 'reactionTakeBack' : 'reactWith', { emoji })}
                pressed={isMine}
                onSelect={() => {
                  onPick(null);
                  onReact(isMine ? null : emoji);
                }}
              >
                {emoji}
              </MenuStone>
            );
          })}
          <MenuStone label={t('moreEmoji')} onSelect={onMoreEmoji}>
            <SmilePlus size={20} />
          </MenuStone>
        </MenuRow>
      )}
      {offeredFor(about).map((action) => (
        <MenuAction
          key={action.id}
          icon={<action.icon size={18} className={action.mirrored && 'mirror'} />}
          danger={action.danger ?? false}
          onSelect={() => onPick(action)}
        >
          {action.label(t)}
        </MenuAction>
      ))}
    </MenuAt>
  );
}
