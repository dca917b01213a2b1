package commerce;

/** Parses a JSON number into an amount of money, in hundredths. */
final class Amount {
    static final int PRECISION = 18;
    static final int SCALE = 2;
    /** An exponent beyond any amount, and far from overflow. */
    private static final int MAX_EXPONENT = 100_000_000;

    private Amount() {}

    static long parse(byte[] text, int start, int end) throws BadEvent {
        boolean negative = text[start] == '-';
        // The value is 0.DIGITS times ten to the power of `point`, without leading and trailing zeros in DIGITS.
        long digits = 0;
        int count = 0;
        int zeros = 0;
        int point = 0;
        boolean fraction = false;
        int at = negative ? start + 1 : start;
        for (; at < end && (text[at] | 0x20) != 'e'; at++) {
            if (text[at] == '.') {
                fraction = true;
                continue;
            }
            int digit = text[at] - '0';
            if (count > 0 || digit != 0) {
                if (!fraction) point++;
                zeros++;
                if (digit != 0) {
                    // An amount with more digits than fit is rejected below, whatever they are.
                    for (; zeros > 0 && count <= PRECISION; zeros--, count++) digits *= 10;
                    digits += digit;
                    count += zeros;
                    zeros = 0;
                }
            } else if (fraction) point--;
        }
        if (count == 0) return 0;
        if (negative) throw new BadEvent("amount is negative");
        point += exponent(text, at + 1, end);
        if (point > PRECISION - SCALE) throw new BadEvent("amount is out of range");
        if (count > point + SCALE) throw new BadEvent("amount has more than two decimals");
        for (int i = count; i < point + SCALE; i++) digits *= 10;
        return digits;
    }

    private static int exponent(byte[] text, int start, int end) {
        int value = 0;
        boolean negative = start < end && text[start] == '-';
        for (int at = start; at < end; at++)
            if (text[at] >= '0' && text[at] <= '9') value = Math.min(MAX_EXPONENT, value * 10 + (text[at] - '0'));
        return negative ? -value : value;
    }
}
