import { useQuery } from '@tanstack/react-query';
import { Check, ClipboardPen } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getForm } from '../../../api/forms.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import { cx } from '../../../lib/cx.ts';
import { Card } from '../../../ui/cards/Card.tsx';
import { CardFoot } from '../../../ui/cards/CardFoot.tsx';
import { speakCard } from '../speakCard.ts';
import { useSpeech } from '../useSpeech.ts';
import type { CardContext, Of } from './context.ts';
import styles from './PlainCard.module.css';

const FormSheet = lazy(() => import('./FormSheet.tsx').then((module) => ({ default: module.FormSheet })));

/** A form of a business: to be answered once, while it is open. Answered or closed, it says so. */
export function FormCard({ card, thread, seq, enabled }: { card: Of<'form'> } & CardContext) {
  const { t } = useTranslation('bots');
  const speech = useSpeech();
  const [isOpen, setIsOpen] = useState(false);
  const form = useQuery({
    queryKey: queryKeys.form(thread, seq),
    queryFn: ({ signal }) => getForm(thread, seq, signal),
    staleTime: 60_000,
  });
  const isClosed = form.data !== undefined && Date.parse(form.data.openUntil) <= Date.now();
  const title = card.title ?? t(card.question ? 'form.rate' : 'form.aboutYou');
  const state = form.data?.answered ? t('form.answered') : isClosed ? t('form.closed') : undefined;
  return (
    <Card spoken={speakCard(card, speech, state)}>
      <div className={styles.words}>
        <p className={cx(styles.title, 't-body')} dir="auto">
          {title}
        </p>
        {card.lines.map((line) => (
          <p key={line} className="t-small soft" dir="auto">
            {line}
          </p>
        ))}
      </div>
      <CardFoot
        disabled={!enabled || state !== undefined || !form.data}
        icon={
          state === undefined ? (
            <ClipboardPen size={16} aria-hidden="true" />
          ) : (
            form.data?.answered && <Check size={16} aria-hidden="true" />
          )
        }
        onPress={() => setIsOpen(true)}
      >
        {state ?? card.button ?? t('form.answer')}
      </CardFoot>
      {isOpen && (
        <Suspense fallback={null}>
          <FormSheet card={card} title={title} thread={thread} seq={seq} onClose={() => setIsOpen(false)} />
        </Suspense>
      )}
    </Card>
  );
}
