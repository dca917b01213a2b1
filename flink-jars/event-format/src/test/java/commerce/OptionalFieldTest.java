package commerce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import org.apache.flink.table.data.GenericRowData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A field that an event may have: a column between `location` and `reason`. */
class OptionalFieldTest {
    private static final int COUPON = EventField.ALL.length;
    private static final int REASON = COUPON + 1;

    private final EventParser parser =
            new EventParser(new EventTime(LocalDate.of(1970, 1, 1), LocalDate.of(2099, 12, 31)), List.of("couponCode"));

    private GenericRowData parse(String member) {
        String event = """
                {"transactionId": "t-1", "userId": "u-1", "transactionType": "purchase", "amount": 1, "currency": "EUR",
                 "transactionDate": "2026-01-31T12:00:00Z", "category": "", "merchant": "", "location": "" %s}
                """;
        return parser.parse(event.formatted(member).getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", \"couponCode\": null", ", \"couponcode\": \"another name\""})
    void isNullWhereTheEventHasNone(String member) {
        GenericRowData row = parse(member);
        assertNull(row.getField(REASON));
        assertNull(row.getField(COUPON));
    }

    @Test
    void isTheStringThatTheEventHas() {
        assertEquals(
                "SPRING-é",
                parse(", \"couponCode\": \"SPRING-\\u00e9\"").getField(COUPON).toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7 | field 'couponCode' is a number, not a string",
                "[] | field 'couponCode' is an array, not a string",
                "\"a\", \"couponCode\": \"a\" | duplicated key 'couponCode'",
                "\"\\u0000\" | field 'couponCode' contains the character U+0000"
            })
    void makesADeadLetterOfAnythingElse(String value, String reason) {
        assertEquals(
                reason, parse(", \"couponCode\": " + value).getField(REASON).toString());
    }
}
