package commerce.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.DecimalType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.ByteConverter;

/** Decimals, read back with the decoder of Postgres's own driver. */
class NumericTest {
    private static BigDecimal decoded(CopyBuffer out) {
        return (BigDecimal) ByteConverter.numeric(Arrays.copyOfRange(out.bytes(), 4, out.size()));
    }

    @Test
    void writesDecimalsOfEveryPrecisionAndScale() {
        Random random = new Random(38);
        for (int precision = 1; precision <= DecimalType.MAX_PRECISION; precision++)
            for (int scale = 0; scale <= precision; scale++) {
                PostgresType type = PostgresType.of(new DecimalType(precision, scale));
                BigInteger bound = BigInteger.TEN.pow(precision);
                for (BigInteger unscaled : new BigInteger[] {
                    BigInteger.ZERO,
                    BigInteger.ONE,
                    bound.subtract(BigInteger.ONE),
                    BigInteger.ONE.subtract(bound),
                    new BigInteger(bound.bitLength(), random).mod(bound),
                    new BigInteger(bound.bitLength(), random).mod(bound).negate()
                }) {
                    BigDecimal value = new BigDecimal(unscaled, scale);
                    CopyBuffer out = new CopyBuffer();
                    DecimalData decimal = DecimalData.fromBigDecimal(value, precision, scale);
                    type.field().write(GenericRowData.of(decimal), 0, out);
                    assertEquals(value, decoded(out), "DECIMAL(" + precision + ", " + scale + ")");
                }
            }
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, -Long.MAX_VALUE, Long.MAX_VALUE / 1_000, Long.MAX_VALUE / 1_000 + 1})
    void writesLongsThatDoNotFitOnceTheyArePadded(long unscaled) {
        CopyBuffer out = new CopyBuffer();
        Numeric.put(unscaled, 1, out);
        assertEquals(BigDecimal.valueOf(unscaled, 1), decoded(out));
    }
}
