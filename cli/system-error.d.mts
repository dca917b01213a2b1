export function sentenceOf(error: Error): string | undefined;
