package commerce.postgres;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.util.ByteConverter;

class PostgresTypeTest {
    static Stream<BinaryForm> forms() throws IOException {
        return BinaryForm.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    void writesWhatPostgresSends(BinaryForm form) {
        PostgresType type = PostgresType.of(form.type());
        assertEquals(form.name(), type.name());

        CopyBuffer out = new CopyBuffer();
        type.field().write(GenericRowData.of(form.value()), 0, out);
        assertEquals(out.size() - 4, ByteConverter.int4(out.bytes(), 0), "the length in front of the field");
        byte[] written = Arrays.copyOfRange(out.bytes(), 4, out.size());
        // Postgres leaves out zeros at either end of a numeric; it takes them, too.
        if (form.type().is(LogicalTypeRoot.DECIMAL))
            assertEquals(ByteConverter.numeric(form.bytes()), ByteConverter.numeric(written));
        else assertArrayEquals(form.bytes(), written);
    }

    static Stream<DataType> unsupported() {
        return Stream.of(
                DataTypes.TINYINT(),
                DataTypes.ARRAY(DataTypes.INT()),
                DataTypes.MAP(DataTypes.STRING(), DataTypes.INT()),
                DataTypes.ROW(DataTypes.FIELD("a", DataTypes.INT())),
                DataTypes.TIMESTAMP_WITH_TIME_ZONE(3),
                DataTypes.INTERVAL(DataTypes.DAY()));
    }

    @ParameterizedTest
    @MethodSource("unsupported")
    void knowsWhatItCannotWrite(DataType type) {
        assertNull(PostgresType.of(type.getLogicalType()));
    }
}
