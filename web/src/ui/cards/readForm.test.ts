import { expect, test } from 'vitest';
import { readTemplate } from './readTemplate.ts';

const feedback = (question: object) => ({
  type: 'template',
  payload: {
    template_type: 'customer_feedback',
    title: 'Rate it',
    feedback_screens: [{ questions: [question] }],
    business_privacy: { url: 'https://shop.example/privacy' },
  },
});

test('a question on a scale', () => {
  expect(
    readTemplate(
      feedback({
        id: 'a',
        type: 'csat',
        score_label: 'poor_great',
        follow_up: { type: 'free_form', placeholder: 'More' },
      }),
    ),
  ).toEqual({
    kind: 'form',
    title: 'Rate it',
    lines: [],
    privacy: 'https://shop.example/privacy',
    question: { from: 1, to: 5, look: 'stars', ends: 'poor_great', followUp: { placeholder: 'More' } },
  });
  expect(readTemplate(feedback({ id: 'a', type: 'nps' }))).toMatchObject({
    question: { from: 0, to: 10, look: 'numbers' },
  });
  expect(readTemplate(feedback({ id: 'a', type: 'csat', score_option: 'five_emojis' }))).toMatchObject({
    question: { look: 'faces' },
  });
});

test('a question of no known kind is not asked', () => {
  expect(readTemplate(feedback({ id: 'a', type: 'mood' }))).toMatchObject({ kind: 'unknown' });
});

test('who one is, without a script for a link', () => {
  expect(
    readTemplate({
      type: 'template',
      payload: {
        template_type: 'customer_information',
        countries: ['US'],
        business_privacy: { url: 'javascript:alert(1)' },
      },
    }),
  ).toEqual({ kind: 'form', lines: [] });
});
