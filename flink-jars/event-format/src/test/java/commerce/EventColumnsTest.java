package commerce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.DataType;
import org.junit.jupiter.api.Test;

class EventColumnsTest {
    private static List<DataTypes.Field> columns(DataTypes.Field... optional) {
        List<DataTypes.Field> columns = new ArrayList<>();
        for (EventField field : EventField.ALL) {
            DataType type = switch (field) {
                case AMOUNT -> DataTypes.DECIMAL(18, 2);
                case TRANSACTION_DATE -> DataTypes.TIMESTAMP(3);
                default -> DataTypes.STRING();
            };
            columns.add(DataTypes.FIELD(field.key, type));
        }
        columns.addAll(List.of(optional));
        columns.add(DataTypes.FIELD("reason", DataTypes.STRING()));
        columns.add(DataTypes.FIELD("payload", DataTypes.BYTES()));
        return columns;
    }

    private static DataType row(List<DataTypes.Field> columns) {
        return DataTypes.ROW(columns.toArray(DataTypes.Field[]::new));
    }

    private static void assertRefused(String message, List<DataTypes.Field> columns) {
        var refused = assertThrows(ValidationException.class, () -> EventColumns.optional(row(columns)));
        assertEquals(
                "format commerce-event: " + message + "; optional fields are of type STRING and are declared between"
                        + " `location` and `reason`",
                refused.getMessage());
    }

    @Test
    void areTheFieldsTheReasonAndThePayload() {
        assertEquals(List.of(), EventColumns.optional(row(columns())));
    }

    @Test
    void mayHaveOptionalFieldsBeforeTheReason() {
        DataTypes.Field first = DataTypes.FIELD("couponCode", DataTypes.STRING());
        DataTypes.Field second = DataTypes.FIELD("odd`name", DataTypes.STRING());
        assertEquals(List.of("couponCode", "odd`name"), EventColumns.optional(row(columns(first, second))));
    }

    @Test
    void areRefusedWithTheFirstOneThatIsWrong() {
        List<DataTypes.Field> narrow = columns();
        narrow.set(EventField.AMOUNT.ordinal(), DataTypes.FIELD("amount", DataTypes.DECIMAL(10, 2)));
        assertRefused("column 4 is `amount` DECIMAL(10, 2), but must be `amount` DECIMAL(18, 2)", narrow);

        List<DataTypes.Field> tooFew = columns();
        tooFew.remove(tooFew.size() - 1);
        assertRefused("column 11 is missing, but must be `payload` BYTES", tooFew);

        DataTypes.Field number = DataTypes.FIELD("points", DataTypes.INT());
        assertRefused("column 10 is `points` INT, but must be `points` STRING", columns(number));
    }
}
