package commerce;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.table.data.GenericRowData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a dead letter keeps of its payload. */
class PayloadTest {
    private static final int REASON = EventField.ALL.length;
    private static final int PAYLOAD = REASON + 1;

    @ParameterizedTest
    @CsvSource({"65537, 65537", "1048576, 1048576", "1048577, 1048576", "20000000, 1048576"})
    void isItsFirstMebibyte(int bytes, int kept) {
        byte[] payload = new byte[bytes];
        for (int at = 0; at < bytes; at++) payload[at] = (byte) at;
        EventParser parser =
                new EventParser(new EventTime(LocalDate.of(1970, 1, 1), LocalDate.of(2099, 12, 31)), List.of());
        GenericRowData row = parser.parse(payload);
        assertEquals(
                "payload of " + bytes + " bytes is larger than 65536",
                row.getField(REASON).toString());
        assertArrayEquals(Arrays.copyOf(payload, kept), (byte[]) row.getField(PAYLOAD));
    }
}
