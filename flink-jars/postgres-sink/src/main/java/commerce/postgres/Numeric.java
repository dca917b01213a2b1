package commerce.postgres;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Writes Postgres's `numeric`: the number of base-10,000 digits, the weight of the first one, the sign and the number of
 * decimals, then the digits, most significant first. No digit spans the decimal point.
 */
final class Numeric {
    private static final int BASE = 10_000;
    private static final int[] POWERS = {1, 10, 100, 1_000};
    private static final BigInteger BIG_BASE = BigInteger.valueOf(BASE);
    private static final int NEGATIVE = 0x4000;
    /** DECIMAL(38, …) takes ten, or eleven if the decimals are not a multiple of four. */
    private static final int MOST_DIGITS = 11;

    private Numeric() {}

    static void put(long unscaled, int scale, CopyBuffer out) {
        int padding = POWERS[-scale & 3];
        long magnitude = Math.abs(unscaled);
        if (magnitude > Long.MAX_VALUE / padding) {
            put(BigDecimal.valueOf(unscaled, scale), out);
            return;
        }
        magnitude *= padding;
        int count = 0;
        for (long rest = magnitude; rest != 0; rest /= BASE) count++;
        begin(count, scale, unscaled < 0, out);
        for (long place = power(count - 1); place != 0; place /= BASE)
            out.putRawShort((int) (magnitude / place % BASE));
    }

    static void put(BigDecimal value, CopyBuffer out) {
        int scale = value.scale();
        BigInteger rest = value.unscaledValue().abs().multiply(BigInteger.valueOf(POWERS[-scale & 3]));
        int[] digits = new int[MOST_DIGITS];
        int count = 0;
        for (; rest.signum() != 0; count++) {
            BigInteger[] divided = rest.divideAndRemainder(BIG_BASE);
            digits[count] = divided[1].intValue();
            rest = divided[0];
        }
        begin(count, scale, value.signum() < 0, out);
        while (count > 0) out.putRawShort(digits[--count]);
    }

    private static long power(int digits) {
        long power = digits < 0 ? 0 : 1;
        for (int i = 0; i < digits; i++) power *= BASE;
        return power;
    }

    private static void begin(int digits, int scale, boolean negative, CopyBuffer out) {
        int fraction = (scale + 3) / 4;
        out.putLength(8 + 2 * digits);
        out.putRawShort(digits);
        out.putRawShort(digits - fraction - 1);
        out.putRawShort(negative ? NEGATIVE : 0);
        out.putRawShort(scale);
    }
}
