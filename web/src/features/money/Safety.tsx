import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, Snowflake } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { appealFreeze, getStanding, type Standing, setPin } from '../../api/between.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Button } from '../../ui/Button.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { Sheet } from '../../ui/Sheet.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { useToast } from '../../ui/Toasts.tsx';
import sheet from './MoneySheet.module.css';
import { moneyProblem } from './moneyProblem.ts';
import styles from './Safety.module.css';

/** What one may send today, the PIN, and what is to be said when one's money is frozen. */
export function Safety({ isDemo }: { isDemo: boolean }) {
  const { t } = useTranslation('money');
  const { withCode } = useFormat();
  const [choosesPin, setChoosesPin] = useState(false);
  const standing = useQuery({
    queryKey: queryKeys.standing('EUR'),
    queryFn: ({ signal }) => getStanding('EUR', signal),
  });
  if (standing.isError)
    return <ErrorState onRetry={() => void standing.refetch()}>{t('standingFailed')}</ErrorState>;
  if (!standing.data) return <Skeleton width="100%" height={96} />;
  const { dayLeft, dayMax, pinFrom, pinSet, frozen } = standing.data;
  return (
    <section aria-labelledby="money-safety" className={styles.section}>
      <h2 id="money-safety" className="t-title">
        {t('security')}
      </h2>
      {frozen && <Frozen frozen={frozen} />}
      <p className="soft">{t('dayLeft', { left: withCode(dayLeft), max: withCode(dayMax) })}</p>
      <p className="soft">{t('pin.needs', { amount: withCode(pinFrom) })}</p>
      <div>
        <Button variant="tinted" size="small" onClick={() => setChoosesPin(true)}>
          {pinSet ? t('pin.change') : t('pin.set')}
        </Button>
      </div>
      {choosesPin && <PinSheet isDemo={isDemo} onClose={() => setChoosesPin(false)} />}
    </section>
  );
}

function Frozen({ frozen }: { frozen: NonNullable<Standing['frozen']> }) {
  const { t } = useTranslation('money');
  const client = useQueryClient();
  const [text, setText] = useState('');
  const appeal = useMutation({
    mutationFn: () => appealFreeze(text.trim()),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['standing'] }),
  });
  return (
    <div className={sheet.warning} role="status">
      <p className={sheet.warnHead}>
        <Snowflake size={20} aria-hidden="true" />
        <span>{t('frozen.title')}</span>
      </p>
      <p className="t-small">
        {t('frozen.says')} <bdi>{frozen.why}</bdi>
      </p>
      {frozen.appealed ? (
        <p className="t-small">{t('frozen.heard')}</p>
      ) : (
        <form
          className={sheet.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== '') appeal.mutate();
          }}
        >
          <Field
            label={t('frozen.words')}
            value={text}
            maxLength={1000}
            autoComplete="off"
            error={appeal.isError ? moneyProblem(appeal.error, t) : undefined}
            onChange={(event) => setText(event.target.value)}
          />
          <Button
            type="submit"
            variant="solid"
            size="small"
            busy={appeal.isPending}
            disabled={text.trim() === ''}
          >
            {t('frozen.object')}
          </Button>
        </form>
      )}
    </div>
  );
}

function PinSheet({ isDemo, onClose }: { isDemo: boolean; onClose: () => void }) {
  const { t } = useTranslation('money');
  const client = useQueryClient();
  const toast = useToast();
  const [pin, setPinTyped] = useState('');
  const [password, setPassword] = useState('');
  const save = useMutation({
    mutationFn: () => setPin(pin, isDemo ? undefined : password),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['standing'] });
      toast({ text: t('pin.saved') });
      onClose();
    },
  });
  return (
    <Sheet title={t('pin.set')} onClose={onClose}>
      <form
        className={sheet.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field
          label={t('pin.new')}
          type="password"
          inputMode="numeric"
          dir="ltr"
          autoComplete="new-password"
          maxLength={8}
          value={pin}
          onChange={(event) => setPinTyped(event.target.value)}
        />
        {!isDemo && (
          <Field
            label={t('pin.password')}
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
        {save.isError && (
          <p role="alert" className={sheet.danger}>
            <CircleAlert size={20} aria-hidden="true" />
            {moneyProblem(save.error, t)}
          </p>
        )}
        <Button
          type="submit"
          variant="solid"
          size="big"
          wide
          busy={save.isPending}
          disabled={!/^[0-9]{4,8}$/.test(pin) || (!isDemo && password === '')}
        >
          {t('pin.save')}
        </Button>
      </form>
    </Sheet>
  );
}
