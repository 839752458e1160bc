/** A question on a scale, or a few lines about oneself, that a business asks for once (docs/protocol/http.md, forms). */
export interface FormCard {
  kind: 'form';
  title?: string | undefined;
  lines: string[];
  /** The business's own word on the button. */
  button?: string | undefined;
  /** What the business does with the answer, in its own words. */
  privacy?: string | undefined;
  question?: Scale | undefined;
}

export interface Scale {
  title?: string | undefined;
  from: number;
  to: number;
  look: 'numbers' | 'stars' | 'faces';
  /** What the ends of the scale mean, where the business says so. */
  ends?: 'neg_pos' | 'hard_easy' | 'dis_sat' | 'unlike_like' | 'poor_great' | undefined;
  followUp?: { placeholder?: string | undefined } | undefined;
}

type Json = Record<string, unknown>;

const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const string = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const first = (value: unknown) => object(Array.isArray(value) ? value[0] : undefined);

const scales = { csat: [1, 5], nps: [0, 10], ces: [1, 7] } as const;
const ends = ['neg_pos', 'hard_easy', 'dis_sat', 'unlike_like', 'poor_great'] as const;

/** Null where nothing could be answered. */
export function readForm(body: Json): FormCard | null {
  const subtitle = string(body.subtitle);
  const url = string(object(body.business_privacy).url);
  const form: FormCard = {
    kind: 'form',
    title: string(body.title),
    lines: subtitle ? [subtitle] : [],
    button: string(body.button_title),
    privacy: url && /^https?:\/\//i.test(url) ? url : undefined,
  };
  if (body.template_type === 'customer_information') return form;
  const asked = first(first(body.feedback_screens).questions);
  const scale = scales[asked.type as keyof typeof scales];
  if (!scale) return null;
  const followUp = object(asked.follow_up);
  return {
    ...form,
    question: {
      title: string(asked.title),
      from: scale[0],
      to: scale[1],
      look:
        asked.type !== 'csat' || asked.score_option === 'one_to_five'
          ? 'numbers'
          : asked.score_option === 'five_emojis'
            ? 'faces'
            : 'stars',
      ends: ends.find((each) => each === asked.score_label),
      followUp: followUp.type === 'free_form' ? { placeholder: string(followUp.placeholder) } : undefined,
    },
  };
}
