import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getDemo, signIn, signInAsDemo, signUp } from '../../api/people.ts';
import { isProblem } from '../../api/problem.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { cx } from '../../lib/cx.ts';
import { type Language, languageNames, languages } from '../../lib/languages.ts';
import { useMediaQuery } from '../../lib/useMediaQuery.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { Mark } from '../../ui/Mark.tsx';
import terrace from './art/terrace.svg';
import styles from './SignInPage.module.css';

export interface SignInPageProps {
  language: Language;
  onChooseLanguage: (language: Language) => void;
}

/** Sign-in by handle and password, making an account, or one click as somebody of the demo town. */
export function SignInPage({ language, onChooseLanguage }: SignInPageProps) {
  const { t } = useTranslation('people');
  const [isNew, setIsNew] = useState(false);
  const showsArt = useMediaQuery('(width >= 1000px)');

  return (
    <div className={styles.page}>
      {showsArt && <img className={styles.art} src={terrace} alt="" width={820} height={900} />}
      <main className={styles.side}>
        <div className={styles.form}>
          <p className={styles.wordmark}>
            <Mark size={34} />
            <span>Stoa</span>
          </p>
          <h1 className={styles.headline}>{t('headline')}</h1>
          <p className={styles.lead}>{t('lead')}</p>
          {isNew ? <SignUpForm /> : <SignInForm />}
          <p className={cx('t-small', 'soft', styles.other)}>
            {isNew ? t('haveAccount') : t('newHere')}{' '}
            <button type="button" className={styles.link} onClick={() => setIsNew(!isNew)}>
              {isNew ? t('signIn') : t('makeAccount')}
            </button>
          </p>
          <DemoPeople />
        </div>
        <nav aria-label={t('languages')} className={styles.languages}>
          {languages.map((each) => (
            <button
              key={each}
              type="button"
              lang={each}
              aria-pressed={each === language}
              onClick={() => onChooseLanguage(each)}
            >
              {languageNames[each]}
            </button>
          ))}
        </nav>
      </main>
    </div>
  );
}

/** The cookie is set by the answer; whoever is signed in is then asked for anew. */
function useEnter<Credentials>(enter: (credentials: Credentials) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: enter,
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.me }),
  });
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}

const handleOf = (form: FormData) => textOf(form, 'handle').trim().replace(/^@/, '').toLowerCase();

function SignInForm() {
  const { t } = useTranslation('people');
  const enter = useEnter(signIn);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    enter.mutate({ handle: handleOf(form), password: textOf(form, 'password') });
  };
  return (
    <form className={styles.fields} onSubmit={submit}>
      <HandleField />
      <Field
        label={t('password')}
        name="password"
        type="password"
        dir="ltr"
        autoComplete="current-password"
        required
      />
      <Refusal error={enter.error} />
      <Button variant="solid" size="big" wide type="submit" busy={enter.isPending || enter.isSuccess}>
        {enter.isPending ? t('signingIn') : t('signIn')}
      </Button>
    </form>
  );
}

function SignUpForm() {
  const { t } = useTranslation('people');
  const enter = useEnter(signUp);
  const taken = isProblem(enter.error, 'handle_taken');
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    enter.mutate({
      handle: handleOf(form),
      name: textOf(form, 'name').trim(),
      password: textOf(form, 'password').normalize('NFC'),
    });
  };
  return (
    <form className={styles.fields} onSubmit={submit}>
      <Field label={t('name')} name="name" autoComplete="name" required maxLength={80} />
      <HandleField hint={t('handleHint')} error={taken ? t('handleTaken') : undefined} />
      <Field
        label={t('password')}
        name="password"
        type="password"
        dir="ltr"
        autoComplete="new-password"
        hint={t('passwordHint')}
        required
        minLength={15}
        maxLength={128}
      />
      {!taken && <Refusal error={enter.error} />}
      <Button variant="solid" size="big" wide type="submit" busy={enter.isPending || enter.isSuccess}>
        {enter.isPending ? t('makingAccount') : t('makeAccount')}
      </Button>
    </form>
  );
}

function HandleField({ hint, error }: { hint?: string; error?: string | undefined }) {
  const { t } = useTranslation('people');
  return (
    <Field
      label={t('handle')}
      name="handle"
      dir="ltr"
      placeholder="@zofia"
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      required
      pattern="@?[a-zA-Z0-9_.]{3,32}"
      title={t('handleHint')}
      {...(hint ? { hint } : {})}
      error={error}
    />
  );
}

function Refusal({ error }: { error: Error | null }) {
  const { t } = useTranslation('people');
  if (!error) return null;
  const text = isProblem(error, 'sign_in_failed')
    ? t('signInFailed')
    : isProblem(error) && error.status === 429
      ? t('tooOften')
      : isProblem(error, 'network_unreachable')
        ? t('noConnection')
        : isProblem(error, 'invalid_request')
          ? t('invalid')
          : t('failed');
  return (
    <p role="alert" className={cx('t-small', styles.refusal)}>
      {text}
    </p>
  );
}

function DemoPeople() {
  const { t } = useTranslation('people');
  const demo = useQuery({
    queryKey: queryKeys.demo,
    queryFn: ({ signal }) => getDemo(signal),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const enter = useEnter(signInAsDemo);
  if (!demo.data || demo.data.people.length === 0) return null;

  return (
    <section className={styles.demo} aria-labelledby="demo-people">
      <h2 id="demo-people" className="t-title">
        {t('demoTitle')}
      </h2>
      <p className="t-meta quiet">{t('demoNote')}</p>
      <ul className={demo.data.people.length > 3 ? styles.crowd : styles.people}>
        {demo.data.people.map((person) => (
          <li key={person.handle}>
            <button
              type="button"
              aria-disabled={enter.isPending || undefined}
              onClick={() => !enter.isPending && enter.mutate(person.handle)}
            >
              <Avatar
                id={person.handle}
                name={person.name}
                size={demo.data.people.length > 3 ? 'medium' : 'row'}
              />
              <span>
                <span className={styles.name}>
                  <bdi>{person.name}</bdi>
                </span>
                <span className={cx(styles.about, 't-meta', 'quiet')}>
                  <bdi>{person.about}</bdi>
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <Refusal error={enter.error} />
    </section>
  );
}
